"""One person, one object of named values: one row of float32."""

from collections.abc import Mapping, Sequence
from math import inf, nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.model.inputs.cells import parse_cell, parse_numbers
from medmaas.model.inputs.features import (
    FeatureReader,
    describe_features,
    make_reader,
    restore_value,
)
from medmaas.model.inputs.reading import InvalidValueError, Notes, Reading, Tensor, read_object
from medmaas.model.manifest import Feature, Number, TabularInput

_NUMBERS = (float, int)  # and not bool, which is an int


class _NotesByRow(dict[int, Notes]):
    """Notes of the rows that there is something to note of."""

    def __missing__(self, row: int) -> Notes:
        self[row] = notes = Notes(row)
        return notes


class Tabular:
    """Named features to one row of float32 per instance: NaN if missing, positions for choices."""

    def __init__(self, spec: TabularInput) -> None:
        self._spec = spec
        self._readers = [make_reader(feature) for feature in spec.features]
        self._names = {reader.name: None for reader in self._readers}  # a set that keeps its order
        plain = map(_find_plain, spec.features)
        self._plain = [(r.name, *ends, r) for r, ends in zip(self._readers, plain, strict=True)]
        self._low = np.array([ends[1] for ends in self._plain], np.float64)
        self._high = np.array([ends[2] for ends in self._plain], np.float64)

    def read(self, instances: Sequence[object]) -> Reading:
        """Read all instances, whatever is wrong with some of them."""
        notes = _NotesByRow()
        rows = [self._read_row(instance, i, notes) for i, instance in enumerate(instances)]
        tensor = np.array(rows, dtype=np.float32).reshape(len(rows), len(self._readers))
        return self._collect(tensor, notes)

    def read_cells(self, columns: Mapping[str, Sequence[str]], count: int) -> Reading:
        """Read a table of text, whatever is wrong with some of its cells.

        Gives what `read` gives for instances whose values are made by `parse_cell`, several times
        as fast.

        Args:
            columns: by name of a feature, the cells of `count` rows; one that is absent is missing.
            count: how many rows there are.
        """
        notes = _NotesByRow()
        tensor = np.empty((count, len(self._readers)), dtype=np.float32)
        for i, (feature, reader) in enumerate(zip(self._spec.features, self._readers, strict=True)):
            column = columns.get(reader.name) or [""] * count
            numbers = _read_plain(feature, reader, column)
            for row in np.flatnonzero(np.isnan(numbers)).tolist():
                numbers[row] = _read_value(reader, parse_cell(feature, column[row]), row, notes)
            tensor[:, i] = numbers
        return self._collect(tensor, notes)

    def read_tensor(self, tensor: Tensor) -> Reading:
        """Read rows [n, features] as the graph takes them, whatever is wrong with some of them."""
        notes = _NotesByRow()
        plain = (tensor >= self._low) & (tensor <= self._high)
        for row, column in zip(*np.nonzero(~plain), strict=True):
            feature, reader = self._spec.features[column], self._readers[column]
            value = restore_value(feature, float(tensor[row, column]))
            _read_value(reader, value, int(row), notes)
        return self._collect(tensor, notes)

    def _read_row(self, instance: object, row: int, notes: _NotesByRow) -> list[float]:
        if not isinstance(instance, dict):
            read_object(instance, self._names, notes[row])
            return [nan] * len(self._readers)
        numbers: list[float] = []
        for name, low, high, reader in self._plain:
            value: Any = instance.get(name)
            if type(value) in _NUMBERS and low <= value <= high:
                numbers.append(float(value))
            else:
                numbers.append(_read_value(reader, value, row, notes))
        if not instance.keys() <= self._names.keys():
            read_object(instance, self._names, notes[row])
        return numbers

    def _collect(self, rows: Tensor, notes: _NotesByRow) -> Reading:
        problems = [problem for row in sorted(notes) for problem in notes[row].problems]
        warnings = [notes[row].warnings if row in notes else [] for row in range(len(rows))]
        return Reading({self._spec.tensor: rows}, problems, warnings)

    def json_schema(self) -> dict[str, Any]:
        """JSON Schema of one instance, as OpenAPI 3.1 takes it."""
        return describe_features(self._spec.features)


def _find_plain(feature: Feature) -> tuple[float, float]:
    """Between which numbers there is nothing to say of a value; none if it is no number."""
    if not isinstance(feature, Number):
        return inf, -inf
    hard, seen = feature.hard_range, feature.training_range
    return max(hard.low, seen.low), min(hard.high, seen.high)


def _read_value(reader: FeatureReader, value: object, row: int, notes: _NotesByRow) -> float:
    """The number of one value, NaN without one; notes what there is to say of it."""
    if value is None:
        if reader.missing is None:
            notes[row].refuse(reader.name, "is required")
        else:
            notes[row].warn(reader.name, f"is missing: {reader.missing}")
        return nan
    try:
        number = reader.read(value)
    except InvalidValueError as error:
        notes[row].refuse(reader.name, str(error))
        return nan
    low, high = reader.warn_outside
    if not low <= number <= high:
        notes[row].warn(reader.name, reader.warning)
    return number


def _read_plain(
    feature: Feature, reader: FeatureReader, column: Sequence[str]
) -> NDArray[np.float64]:
    """The numbers of the cells that there is nothing to say of; NaN for the others."""
    if isinstance(feature, Number):
        numbers = parse_numbers(column)
        low, high = _find_plain(feature)
        numbers[(numbers < low) | (numbers > high)] = nan
        return numbers
    unheard = _NotesByRow()
    known = {
        cell: _read_value(reader, parse_cell(feature, cell), 0, unheard) for cell in set(column)
    }
    return np.fromiter(map(known.__getitem__, column), np.float64, len(column))
