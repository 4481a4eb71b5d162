"""Where the room of a kind is: the module that bears its name, loaded when it is first needed.

A kind of input has a module in `inputs/` and one in `explanation/`, a kind of output has one in
`outputs/`; the contract lists the kinds that there are. Nothing else knows which.
"""

from importlib import import_module
from typing import Any, TypeVar, get_args

Spec = TypeVar("Spec")


def find_room(package: str, kind: str) -> Any:  # noqa: ANN401 - each package has a Protocol
    """The module of a kind, by the package that asks and the kind's name in the contract."""
    return import_module(f"{package}.{kind}")


def list_kinds(union: Any) -> tuple[str, ...]:  # noqa: ANN401 - Input or Output of the contract
    """The kinds that a union of the contract lists, by name."""
    specs = get_args(get_args(union)[0])
    return tuple(spec.model_fields["kind"].default for spec in specs)


def expect(spec: object, cls: type[Spec]) -> Spec:
    """The same spec, known to be of this class.

    Raises:
        TypeError: a manifest pairs kinds that do not go together.
    """
    if not isinstance(spec, cls):
        raise TypeError(f"{cls.__name__} expected, not {type(spec).__name__}")
    return spec
