"""What reading instances gives, and the object that every instance must be."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from medmaas.errors import Problem
from medmaas.model.schema import Schema

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")
_FEW = 12

Tensor = NDArray[np.float32] | NDArray[np.uint8] | NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of n instances.

    Attributes:
        tensors: by name, n rows each; the rows of an instance with problems mean nothing.
        problems: everything that is wrong, of every instance.
        warnings: per instance, what the reader of the answer must know.
    """

    tensors: dict[str, Tensor]
    problems: list[Problem]
    warnings: list[list[Problem]]


@dataclass(frozen=True, slots=True)
class Notes:
    """What was noticed of one instance while it was read."""

    instance: int
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def refuse(self, name: str | None, problem: str) -> None:
        """Note what is wrong with a field."""
        self.problems.append(Problem(self.instance, name, problem))

    def warn(self, name: str | None, problem: str) -> None:
        """Note what the reader of the answer must know of a field."""
        self.warnings.append(Problem(self.instance, name, problem))


class InvalidValueError(ValueError):
    """The message says what the field takes, never what it got."""


class InputKind(Protocol):
    """Instances of one kind, to tensors."""

    def read(self, instances: Sequence[object]) -> Reading:
        """Read all instances, whatever is wrong with some of them."""

    def read_tensor(self, tensor: Tensor) -> Reading:
        """Read what was made a tensor already, as strictly as instances.

        Args:
            tensor: n rows, of the type and shape that the graph declares.
        """

    def json_schema(self) -> Schema:
        """JSON Schema of one instance, as OpenAPI 3.1 takes it."""


def collect(tensor: str, rows: Tensor, notes: Sequence[Notes]) -> Reading:
    """The reading of instances whose rows and notes were made one by one."""
    problems = [problem for note in notes for problem in note.problems]
    return Reading({tensor: rows}, problems, [note.warnings for note in notes])


def read_object(
    value: object, names: Collection[str], notes: Notes, *, where: str = "", of: str = "this model"
) -> dict[str, Any]:
    """The value as an object; notes what it is instead, and fields that are not among `names`."""
    if not isinstance(value, dict):
        notes.refuse(where or None, "must be an object of field names and values")
        return {}
    unknown = [name for name in value if name not in names]
    if unknown:
        takes = ", ".join(names)
        if len(names) > _FEW:
            takes = f"{len(names)} others, named in its manifest"
        for name in unknown:
            shown = _printable(name)
            path = f"{where}.{shown}" if where and shown else shown or where or None
            notes.refuse(path, f"is not a field of {of}, which takes {takes}")
    return value


def describe_field(name: str, schema: Schema) -> Schema:
    """JSON Schema of an instance that holds one field."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [name],
        "properties": {name: schema},
    }


def _printable(name: str) -> str | None:
    """An unknown field's name, unless it might be text about a patient rather than a name."""
    return name if _NAME.fullmatch(name) else None
