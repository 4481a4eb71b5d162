"""One person, rows of named values over time: a block of float32 rows."""

from collections.abc import Sequence
from dataclasses import replace
from math import isnan, nan

import numpy as np

from medmaas.errors import Problem
from medmaas.facts import Fact
from medmaas.model.inputs.features import (
    describe_column,
    describe_features,
    make_reader,
    restore_value,
)
from medmaas.model.inputs.reading import (
    InputColumn,
    InputDefaults,
    InvalidValueError,
    LongForm,
    Notes,
    Reading,
    Tensor,
    collect,
    compose_names,
    describe_field,
    read_object,
)
from medmaas.model.kinds import expect
from medmaas.model.manifest import Input, SeriesInput
from medmaas.model.schema import Schema, describe_list

_TIME = 0
_REQUIRED = Fact("required")
_TIME_TWICE = Fact("time_twice")

Rows = list[list[float]]


class Series(InputDefaults):
    """One row per time, in their order, NaN for missing and filling.

    Rows of one time that hold different features are one; no feature may be there twice, because
    no order of the rows says which value counts, or whether they add up.
    """

    takes = "per instance its rows, a list of objects in JSON"

    def __init__(self, spec: SeriesInput) -> None:
        self._spec = spec
        self.columns = (InputColumn(spec.field, "rows"),)
        self.long_form = LongForm(spec.field, spec.features, spec.max_rows)
        self._readers = [make_reader(feature) for feature in spec.features]
        self._names = {reader.name: None for reader in self._readers}

    def read(self, instances: Sequence[object]) -> Reading:
        """Read all instances, whatever is wrong with some of them."""
        notes = [Notes(index) for index in range(len(instances))]
        histories = [self._read_history(*pair) for pair in zip(instances, notes, strict=True)]
        longest = max(map(len, histories), default=0)
        tensor = np.full((len(histories), max(longest, 1), len(self._readers)), nan, np.float32)
        for block, rows in zip(tensor, histories, strict=True):
            if rows:
                block[: len(rows)] = rows
        return collect(self._spec.tensor, tensor, notes)

    @property
    def file_columns(self) -> tuple[InputColumn, ...]:
        """The features of a row."""
        return tuple(describe_column(feature) for feature in self._spec.features)

    def read_tensor(self, tensor: Tensor) -> Reading:
        """Read histories [n, rows, features] as the graph takes them, filled up at their ends."""
        reading = self.read([self._restore(history) for history in tensor])
        times = tensor[:, :, _TIME]
        unordered = np.flatnonzero((np.diff(times, axis=1) < 0).any(axis=1)).tolist()
        fact = Fact("unordered", field=self._spec.field)
        problems = [Problem(row, None, fact) for row in unordered]
        return replace(reading, problems=[*reading.problems, *problems])

    def _restore(self, history: Tensor) -> dict[str, object]:
        """The instance of a tensor's rows, without those that only fill it up."""
        ends = np.flatnonzero(~np.isnan(history).all(axis=1))
        known = history[: ends[-1] + 1] if ends.size else history[:0]
        features = self._spec.features
        return {
            self._spec.field: [
                {f.name: restore_value(f, x) for f, x in zip(features, row, strict=True)}
                for row in known.tolist()
            ]
        }

    def _read_history(self, instance: object, notes: Notes) -> Rows:
        name, most = self._spec.field, self._spec.max_rows
        given = read_object(instance, (name,), notes)
        history = given.get(name)
        if not isinstance(history, list) or not 1 <= len(history) <= most:
            if isinstance(instance, dict):
                notes.refuse(name, Fact("not_a_history", most=most))
            return []
        rows = [self._read_row(row, f"{name}[{i}]", notes) for i, row in enumerate(history)]
        for column, reader in enumerate(self._readers):
            if reader.missing and all(isnan(row[column]) for row in rows):
                fact = Fact("missing_throughout", **reader.missing.limits)
                notes.warn(f"{name}.{reader.name}", fact)
        return self._merge_times(rows, notes)

    def _merge_times(self, rows: Rows, notes: Notes) -> Rows:
        """One row per time, in order."""
        merged: dict[float, list[float]] = {}
        for index, row in enumerate(rows):
            whole = merged.setdefault(row[_TIME], row)
            if whole is row:
                continue
            for column in range(_TIME + 1, len(row)):
                if isnan(row[column]):
                    continue
                if not isnan(whole[column]):
                    field = f"{self._spec.field}[{index}].{self._readers[column].name}"
                    notes.refuse(field, _TIME_TWICE)
                whole[column] = row[column]
        return sorted(merged.values(), key=lambda row: row[_TIME])

    def _read_row(self, given: object, where: str, notes: Notes) -> list[float]:
        row = [nan] * len(self._readers)
        values = read_object(compose_names(given, self._names), self._names, notes, row=where)
        for column, reader in enumerate(self._readers):
            value, field = values.get(reader.name), f"{where}.{reader.name}"
            if value is None:
                if reader.missing is None and isinstance(given, dict):
                    notes.refuse(field, _REQUIRED)
                continue
            try:
                row[column] = number = reader.read(value)
            except InvalidValueError as error:
                notes.refuse(field, error.fact)
                continue
            for fact in reader.list_warnings(number):
                notes.warn(field, fact)
        return row

    def json_schema(self) -> Schema:
        """JSON Schema of one instance, as OpenAPI 3.1 takes it."""
        row = describe_features(self._spec.features) | {"title": "Row"}
        rows = describe_list(row, minItems=1, maxItems=self._spec.max_rows)
        return describe_field(self._spec.field, rows)


def make(spec: Input) -> Series:
    """What reads."""
    return Series(expect(spec, SeriesInput))
