"""Instances of JSON become the tensors of a graph; one class per kind of input."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.errors import Problem
from medmaas.model.manifest import Boolean, Choice, Feature, Number, Range, TabularInput

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")
_FEW = 12


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of n instances.

    Attributes:
        tensors: by name, n rows each; the rows of an instance with problems mean nothing.
        problems: everything that is wrong, of every instance.
        warnings: per instance, what the reader of the answer must know.
    """

    tensors: dict[str, NDArray[np.float32]]
    problems: list[Problem]
    warnings: list[list[Problem]]


class _InvalidValueError(ValueError):
    """The message says what the field takes, never what it got."""


@dataclass(frozen=True, slots=True)
class _Field:
    """One feature, ready to read values."""

    name: str
    missing: str | None
    read: Callable[[object], float]
    warn_outside: tuple[float, float]
    warning: str


class Tabular:
    """Named features to one row of float32 per instance: NaN if missing, positions for choices."""

    def __init__(self, spec: TabularInput) -> None:
        self._spec = spec
        self._fields = [_prepare(feature) for feature in spec.features]
        self._names = frozenset(field.name for field in self._fields)
        listed = ", ".join(field.name for field in self._fields)
        few = len(self._fields) <= _FEW
        self._takes = listed if few else f"{len(self._fields)} others, named in its manifest"

    def read(self, instances: Sequence[object]) -> Reading:
        """Read all instances, whatever is wrong with some of them."""
        rows: list[list[float]] = []
        problems: list[Problem] = []
        warnings: list[list[Problem]] = []
        for index, instance in enumerate(instances):
            cautions: list[Problem] = []
            rows.append(self._read_row(index, instance, problems, cautions))
            warnings.append(cautions)
        tensor = np.array(rows, dtype=np.float32).reshape(len(rows), len(self._fields))
        return Reading({self._spec.tensor: tensor}, problems, warnings)

    def _read_row(
        self, index: int, instance: object, problems: list[Problem], cautions: list[Problem]
    ) -> list[float]:
        row = [nan] * len(self._fields)
        if not isinstance(instance, dict):
            problems.append(Problem(index, None, "must be an object of field names and values"))
            return row
        for column, field in enumerate(self._fields):
            value = instance.get(field.name)
            if value is None:
                if field.missing is None:
                    problems.append(Problem(index, field.name, "is required"))
                else:
                    cautions.append(Problem(index, field.name, f"is missing: {field.missing}"))
                continue
            try:
                row[column] = number = field.read(value)
            except _InvalidValueError as error:
                problems.append(Problem(index, field.name, str(error)))
                continue
            low, high = field.warn_outside
            if not low <= number <= high:
                cautions.append(Problem(index, field.name, field.warning))
        problems.extend(
            Problem(
                index, _printable(name), f"is not a field of this model, which takes {self._takes}"
            )
            for name in instance
            if name not in self._names
        )
        return row

    def json_schema(self) -> dict[str, Any]:
        """JSON Schema of one instance, as OpenAPI 3.1 takes it."""
        return {
            "type": "object",
            "additionalProperties": False,
            "required": [feature.name for feature in self._spec.features if feature.required],
            "properties": {feature.name: _describe(feature) for feature in self._spec.features},
        }


def _prepare(feature: Feature) -> _Field:
    match feature:
        case Number(hard_range=hard, training_range=seen, unit=unit):
            return _Field(
                feature.name,
                feature.missing,
                _number_reader(hard, unit),
                (seen.low, seen.high),
                f"is outside the training data, {_limits(seen, unit)}",
            )
        case Choice(choices=choices):
            read = _word_reader({word: float(i) for i, word in enumerate(choices)}, choices)
            return _Field(feature.name, feature.missing, read, (0.0, len(choices)), "")
        case Boolean():
            return _Field(feature.name, feature.missing, _read_boolean, (0.0, 1.0), "")


def _limits(interval: Range, unit: str) -> str:
    limits = f"{interval.low:g} to {interval.high:g}"
    return limits if unit == "1" else f"{limits} {unit}"


def _number_reader(hard: Range, unit: str) -> Callable[[object], float]:
    low, high, limits = hard.low, hard.high, _limits(hard, unit)

    def read(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _InvalidValueError(f"must be a number, {limits}")
        if not low <= value <= high:
            raise _InvalidValueError(f"outside {limits}")
        return float(value)

    return read


def _word_reader(positions: dict[str, float], choices: Sequence[str]) -> Callable[[object], float]:
    def read(value: object) -> float:
        position = positions.get(value) if isinstance(value, str) else None
        if position is None:
            raise _InvalidValueError(f"must be one of {', '.join(choices)}")
        return position

    return read


def _read_boolean(value: object) -> float:
    if not isinstance(value, bool):
        raise _InvalidValueError("must be true or false")
    return float(value)


def _describe(feature: Feature) -> dict[str, Any]:
    schema: dict[str, Any] = {"title": feature.name, "description": feature.description}
    match feature:
        case Number(hard_range=hard, training_range=seen, unit=unit):
            schema |= {"type": "number", "minimum": hard.low, "maximum": hard.high, "x-unit": unit}
            schema["description"] += f" Seen in training: {_limits(seen, unit)}."
        case Choice(choices=choices):
            schema |= {"type": "string", "enum": list(choices)}
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


def _printable(name: str) -> str | None:
    """An unknown field's name, unless it might be text about a patient rather than a name."""
    return name if _NAME.fullmatch(name) else None
