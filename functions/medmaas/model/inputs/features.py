"""Values of named features: each becomes one number, or a sentence that says what it must be."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Literal

from medmaas.facts import Fact
from medmaas.model.inputs.amounts import NotedNumber, has_comma, has_unit, is_bound, read_limit
from medmaas.model.inputs.cells import parse_cell
from medmaas.model.inputs.reading import InputColumn, InvalidValueError
from medmaas.model.manifest import Boolean, Choice, Feature, Number, Range
from medmaas.model.names import compose
from medmaas.model.schema import Schema

_NONE = Fact("none")  # words and booleans have no range that they could be outside of


@dataclass(frozen=True, slots=True)
class FeatureReader:
    """One feature, ready to read values.

    Attributes:
        name: of the feature.
        missing: what is said where there is no value; None where there must be one.
        read: a value to its number, a NotedNumber if there is something to say of how it was
            written; raises InvalidValueError.
        warn_outside: of numbers, else of all.
        warning: what is said outside.
        bounded: what is said of a number that may be missing and is only known to lie beyond a
            limit; None where that is refused.
    """

    name: str
    missing: Fact | None
    read: Callable[[object], float]
    warn_outside: tuple[float, float]
    warning: Fact
    bounded: Fact | None = None

    def list_warnings(self, number: float) -> list[Fact]:
        """What there is to say of a number that was read."""
        facts = [number.fact] if isinstance(number, NotedNumber) else []
        low, high = self.warn_outside
        return facts if low <= number <= high else [*facts, self.warning]


def make_reader(feature: Feature) -> FeatureReader:
    """The reader of a manifest's feature."""
    missing = None
    if feature.missing is not None:
        missing = Fact("missing", consequence=feature.missing)
    match feature:
        case Number(training_range=seen, unit=unit):
            return FeatureReader(
                feature.name,
                missing,
                _number_reader(feature),
                (seen.low, seen.high),
                Fact("outside_training", low=seen.low, high=seen.high, unit=unit),
                missing and Fact("bound_counts_as_missing", **missing.limits),
            )
        case Choice(choices=choices, spellings=spellings):
            codes = {word: float(i) for i, word in enumerate(choices)}
            others = {word: codes[choice] for word, choice in (spellings or {}).items()}
            read = _word_reader(others | codes, choices)
            return FeatureReader(feature.name, missing, read, (0.0, len(choices)), _NONE)
        case Boolean():
            return FeatureReader(feature.name, missing, _read_boolean, (0.0, 1.0), _NONE)


def describe_column(feature: Feature) -> InputColumn:
    """The column that holds a feature."""

    def describe(
        holds: Literal["number", "boolean", "text"], unit: str | None = None
    ) -> InputColumn:
        name, header, alias = feature.name, feature.header, feature.alias
        return InputColumn(name, holds, feature.required, unit, header, alias)

    match feature:
        case Choice():
            return describe("text")
        case Boolean():
            return describe("boolean")
        case Number(unit=unit):
            return describe("number", unit)


def describe_feature(feature: Feature) -> Schema:
    """JSON Schema of a feature's value."""
    schema: Schema = {"title": feature.name, "description": feature.description}
    match feature:
        case Number(hard_range=hard, training_range=seen, unit=unit, whole=whole):
            kind = "integer" if whole else "number"
            schema |= {"type": kind, "minimum": hard.low, "maximum": hard.high, "x-unit": unit}
            schema["description"] += f" Seen in training: {_limits(seen, unit)}."
        case Choice(choices=choices, spellings=spellings):
            others = {word: one for word, one in (spellings or {}).items() if word not in choices}
            schema |= {"type": "string", "enum": [*choices, *others]}
            if others:
                said = "; ".join(f"{word} is {one}" for word, one in others.items())
                schema["description"] += f" Other words: {said}."
        case Boolean():
            schema |= {"type": "boolean"}
    if feature.loinc:
        schema["x-loinc"] = list(feature.loinc)
    if feature.missing:
        schema["type"] = [schema["type"], "null"]
        if "enum" in schema:
            schema["enum"].append(None)
        schema["description"] += f" If missing: {feature.missing}."
    return schema


def describe_features(features: Sequence[Feature]) -> Schema:
    """JSON Schema of an object that holds a value per feature."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [feature.name for feature in features if feature.required],
        "properties": {feature.name: describe_feature(feature) for feature in features},
    }


def restore_value(feature: Feature, number: float) -> object:
    """What an instance would hold for a number of a tensor; an unknown code stays a number."""
    if isnan(number):
        return None
    match feature:
        case Choice(choices=choices) if number in range(len(choices)):
            return choices[int(number)]
        case Boolean() if number in {0.0, 1.0}:
            return bool(number)
        case _:
            return number


def _limits(interval: Range, unit: str) -> str:
    limits = f"{interval.low:g} to {interval.high:g}"
    return limits if unit == "1" else f"{limits} {unit}"


def can_hold(feature: Feature, text: str) -> bool:
    """Whether a cell with this text is a value of a feature."""
    try:
        make_reader(feature).read(parse_cell(feature, text))
    except InvalidValueError:
        return False
    return True


def _number_reader(feature: Number) -> Callable[[object], float]:
    low, high, unit = feature.hard_range.low, feature.hard_range.high, feature.unit

    def read(value: object) -> float:
        limit = read_limit(feature, value) if isinstance(value, str) else None
        number = value if limit is None else limit
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise InvalidValueError(_name_misfit(feature, value), low=low, high=high, unit=unit)
        if not low <= number <= high:
            raise InvalidValueError("outside", low=low, high=high, unit=unit)
        if feature.whole and number != int(number):
            raise InvalidValueError("not_whole", low=low, high=high, unit=unit)
        return number if isinstance(number, NotedNumber) else float(number)

    return read


def _name_misfit(feature: Number, value: object) -> str:
    """Why something is not a number, as a code."""
    if not isinstance(value, str):
        return "not_a_number"
    if is_bound(feature, value):
        return "value_is_bound"
    if has_comma(value):
        return "number_with_comma"
    return "number_in_other_unit" if has_unit(value) else "not_a_number"


def _word_reader(positions: dict[str, float], choices: Sequence[str]) -> Callable[[object], float]:
    composed = {compose(word): position for word, position in positions.items()}

    def read(value: object) -> float:
        position = positions.get(value) if isinstance(value, str) else None
        if position is None and isinstance(value, str):
            position = composed.get(compose(value))
        if position is None:
            raise InvalidValueError("not_a_choice", choices=choices)
        return position

    return read


def _read_boolean(value: object) -> float:
    if not isinstance(value, bool):
        raise InvalidValueError("not_a_boolean")
    return float(value)
