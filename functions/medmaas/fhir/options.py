"""What Parameters ask for besides the record: asOf, explain, coverage, force."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from medmaas.fhir.elements import read_moment
from medmaas.fhir.record import refuse
from medmaas.model.body import take_options
from medmaas.model.options import Options

_VALUES: dict[str, tuple[str, type | tuple[type, ...]]] = {
    "asOf": ("valueDateTime", str),
    "explain": ("valueBoolean", bool),
    "coverage": ("valueDecimal", (int, float)),
    "force": ("valueBoolean", bool),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """How to evaluate, and for which moment; None is now."""

    options: Options
    as_of: datetime | None


def read_options(resource: object) -> Asked:
    """The options among Parameters; of a Bundle there are none.

    Raises:
        InvalidRequestError: one is unknown, or of another type.
    """
    given: dict[str, Any] = {"explain": True}
    parameters = resource.get("parameter") if isinstance(resource, dict) else None
    for index, parameter in enumerate(parameters if isinstance(parameters, list) else ()):
        if isinstance(parameter, dict) and "resource" not in parameter:
            name, value = _read_parameter(parameter, f"Parameters.parameter[{index}]")
            given[name] = value
    text = given.pop("asOf", None)
    try:
        as_of = read_moment(text).at if text is not None else None
    except ValueError as error:
        raise refuse("asOf", str(error)) from None
    return Asked(take_options(given), as_of)


def _read_parameter(parameter: dict[str, Any], where: str) -> tuple[str, object]:
    name = parameter.get("name")
    if not isinstance(name, str) or name not in _VALUES:
        raise refuse(f"{where}.name", f"must be one of resource, {', '.join(_VALUES)}")
    element, kind = _VALUES[name]
    value = parameter.get(element)
    if not isinstance(value, kind) or (name == "coverage" and isinstance(value, bool)):
        raise refuse(f"{where}.{element}", "is required, of its type")
    return name, value
