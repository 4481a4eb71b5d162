"""What Parameters ask for besides the record: asOf, explain, coverage, force."""

from dataclasses import dataclass
from datetime import datetime

from medmaas.errors import InvalidRequestError, Problem
from medmaas.fhir.elements import read_moment
from medmaas.fhir.record import refuse
from medmaas.model.body import find_wrong_options, take_options
from medmaas.model.options import Options

_TO_THE_MINUTE = 4  # parts of a date that are known
_ELEMENTS = {
    "asOf": "valueDateTime",
    "explain": "valueBoolean",
    "coverage": "valueDecimal",
    "force": "valueBoolean",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """How to evaluate, and for which moment; None is now."""

    options: Options
    as_of: datetime | None


def read_options(resource: object) -> Asked:
    """The options among Parameters; of a Bundle there are none, and answers are explained.

    Raises:
        InvalidRequestError: one is unknown, there twice, or has no value that it may have; details
            name it by FHIRPath.
    """
    places: dict[str, str] = {}
    given: dict[str, object] = {}
    parameters = resource.get("parameter") if isinstance(resource, dict) else None
    for index, parameter in enumerate(parameters if isinstance(parameters, list) else ()):
        if isinstance(parameter, dict) and "resource" not in parameter:
            where = f"Parameters.parameter[{index}]"
            name, element = _name(parameter, where)
            if name in given:
                raise refuse(f"{where}.name", "option_twice", option=name)
            places[name] = f"{where}.{element}"
            given[name] = parameter.get(element)
    as_of = _read_as_of(given.pop("asOf"), places["asOf"]) if "asOf" in given else None
    wrong = find_wrong_options(given)
    if wrong:
        raise InvalidRequestError(
            "record_options_wrong",
            [Problem(None, places[one.field or ""], one.fact) for one in wrong],
        )
    return Asked(take_options({"explain": True} | given), as_of)


def _name(parameter: dict[str, object], where: str) -> tuple[str, str]:
    """The name of an option, and the element that has its value."""
    name = parameter.get("name")
    if not isinstance(name, str) or name not in _ELEMENTS:
        raise refuse(f"{where}.name", "unknown_option", options=list(_ELEMENTS))
    return name, _ELEMENTS[name]


def _read_as_of(text: object, where: str) -> datetime:
    try:
        moment = read_moment(text) if isinstance(text, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.parts < _TO_THE_MINUTE:
        raise refuse(where, "not_a_moment_with_offset")
    return moment.at
