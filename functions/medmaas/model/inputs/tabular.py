"""One person, one object of named values: one row of float32."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import inf, nan
from operator import itemgetter, le
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from medmaas.errors import Problem
from medmaas.facts import Fact
from medmaas.model.inputs.cells import Parser, make_parser, parse_numbers
from medmaas.model.inputs.features import (
    FeatureReader,
    describe_column,
    describe_features,
    make_reader,
    restore_value,
)
from medmaas.model.inputs.reading import (
    InputDefaults,
    InvalidValueError,
    Notes,
    Reading,
    Tensor,
    Warnings,
    compose_names,
    find_unknown,
    read_object,
)
from medmaas.model.kinds import expect
from medmaas.model.manifest import Boolean, Choice, Feature, Input, Number, TabularInput
from medmaas.model.schema import Schema

_REQUIRED = Fact("required")
_NUMBERS = (float, int)  # and not bool, which is an int
_TYPES: dict[type[Feature], set[type]] = {Number: {*_NUMBERS}, Choice: {str}, Boolean: {bool}}
_FEW = 8  # instances that are read sooner one by one
_BY_ROW = itemgetter(0)
_WHOLE_FLOATS = 2.0**53  # from here on a float64 may stand for several whole numbers


class _Noted:
    """What there is to note of some of many rows, whose features are read in their order."""

    def __init__(self) -> None:
        self.problems = list[Problem]()
        self.warnings = list[tuple[Sequence[int], Problem]]()

    def refuse(self, rows: Sequence[int], name: str, fact: Fact) -> None:
        """Note what is wrong with a feature of these rows."""
        self.problems += [Problem(row, name, fact) for row in rows]

    def warn(self, rows: Sequence[int], name: str, fact: Fact) -> None:
        """Note what the readers of these rows' answers must know of a feature."""
        self.warnings.append((rows, Problem(None, name, fact)))

    def of(self, row: int) -> Notes:
        """Notes of one row, whose problems are among these."""
        return Notes(row, self.problems)


class Tabular(InputDefaults):
    """Named features to one row of float32 per instance: NaN if missing, positions for choices."""

    takes = "a tensor per feature; what may be missing is left out, or null, NaN or empty text"
    takes_columns: ClassVar[bool] = True

    def __init__(self, spec: TabularInput) -> None:
        self._spec = spec
        self.columns = tuple(describe_column(feature) for feature in spec.features)
        self._readers = [make_reader(feature) for feature in spec.features]
        self._parsers = [make_parser(feature) for feature in spec.features]
        self._names = {reader.name: None for reader in self._readers}  # a set that keeps its order
        self._is_ascii = all(name.isascii() for name in self._names)
        names = [*self._names]
        self._take = itemgetter(*(names if len(names) > 1 else 2 * names))  # of one: no tuple
        plain = map(_find_plain, spec.features)
        self._plain = [(r.name, *ends, r) for r, ends in zip(self._readers, plain, strict=True)]
        codes = [_count_codes(feature) for feature in spec.features]
        self._codes = [column for column, count in enumerate(codes) if count]
        ends = [(0, n - 1) if n else one[1:3] for n, one in zip(codes, self._plain, strict=True)]
        self._low, self._high = np.array(ends, np.float64).T
        self._ends = self._low.tolist(), self._high.tolist()

    def read(self, instances: Sequence[object]) -> Reading:
        """Read all instances, whatever is wrong with some of them."""
        if not self._is_ascii:
            instances = [compose_names(instance, self._names) for instance in instances]
        if len(instances) > _FEW and set(map(type, instances)) == {dict}:
            return self._read_objects(instances)
        notes = _Noted()
        rows = [self._read_row(instance, i, notes) for i, instance in enumerate(instances)]
        tensor = np.array(rows, dtype=np.float32).reshape(len(rows), len(self._readers))
        return self._collect(tensor, notes)

    def _read_objects(self, instances: Sequence[Any]) -> Reading:
        """The same for dicts, column by column, which is faster for many."""
        notes, most = _Noted(), len(self._names)
        try:
            columns = [*zip(*map(self._take, instances), strict=True)][:most]
        except KeyError:
            columns = [tuple([one.get(name) for one in instances]) for name in self._names]
            most = 0
        tensor = self._read_columns(columns, len(instances), notes)
        if max(map(len, instances)) > most:  # there may be others
            for row, instance in enumerate(instances):
                if not instance.keys() <= self._names.keys():
                    read_object(instance, self._names, notes.of(row))
        return self._collect(tensor, notes)

    def read_columns(self, columns: Mapping[str, Sequence[object]], count: int) -> Reading:
        """Read a table of values, whatever is wrong with some of them."""
        notes, missing = _Noted(), (None,) * count
        columns = compose_names(columns, self._names)
        values = [columns.get(name, missing) for name in self._names]
        reading = self._collect(self._read_columns(values, count, notes), notes)
        unknown = find_unknown(columns, self._names)
        return replace(reading, problems=[*unknown, *reading.problems])

    def _read_columns(
        self, columns: Sequence[Sequence[object]], count: int, notes: _Noted
    ) -> Tensor:
        table = np.empty((len(columns), count))
        for i, (feature, reader, column) in enumerate(
            zip(self._spec.features, self._readers, columns, strict=True)
        ):
            table[i] = _convert(feature, reader, column)
        plain = (table >= self._low[:, None]) & (table <= self._high[:, None])
        plain &= np.abs(table) < _WHOLE_FLOATS
        for i in np.flatnonzero(~plain.all(axis=1)).tolist():
            rows = np.flatnonzero(~plain[i]).tolist()
            values = [columns[i][row] for row in rows]
            table[i, rows] = _read_values(self._readers[i], values, rows, notes)
        return table.T.astype(np.float32, order="C")

    def read_cells(self, columns: Mapping[str, Sequence[str]], count: int) -> Reading:
        """Read a table of text, whatever is wrong with some of its cells.

        Gives what `read` gives for instances whose values are made by `parse_cell`, several times
        as fast.

        Args:
            columns: by name of a feature, the cells of `count` rows; one that is absent is missing.
            count: how many rows there are.
        """
        notes = _Noted()
        tensor = np.empty((count, len(self._readers)), dtype=np.float32)
        for i, (feature, reader, parse) in enumerate(
            zip(self._spec.features, self._readers, self._parsers, strict=True)
        ):
            column = columns.get(reader.name) or [""] * count
            numbers = _read_plain(feature, reader, parse, column)
            rows = np.flatnonzero(np.isnan(numbers)).tolist()
            values = [parse(cell) if (cell := column[row]) else None for row in rows]
            numbers[rows] = _read_values(reader, values, rows, notes)
            tensor[:, i] = numbers
        return self._collect(tensor, notes)

    def make_file_instances(
        self, columns: Mapping[str, Sequence[str]], count: int
    ) -> Sequence[object]:
        """Rows of values, None for an empty cell."""
        parsers = zip(self._names, self._parsers, strict=True)
        values = {
            name: [parse(cell) for cell in columns[name]]
            for name, parse in parsers
            if columns.get(name)
        }
        return self.make_instances(values, count)

    def read_file_columns(
        self, columns: Mapping[str, Sequence[str]], count: int
    ) -> tuple[Reading, Sequence[object]]:
        """Read a table of text, whose instances nobody needs."""
        return self.read_cells(columns, count), ()

    def read_tensor(self, tensor: Tensor) -> Reading:
        """Read rows [n, features] as the graph takes them, whatever is wrong with some of them."""
        notes = _Noted()
        if len(tensor) == 1 and self._is_plain(tensor[0].tolist()):
            return self._collect(tensor, notes)
        plain = (tensor >= self._low) & (tensor <= self._high)
        if self._codes:
            codes = tensor[:, self._codes]
            plain[:, self._codes] &= codes == np.floor(codes)
        for column in np.flatnonzero(~plain.all(axis=0)).tolist():
            rows, feature = np.flatnonzero(~plain[:, column]).tolist(), self._spec.features[column]
            values = [restore_value(feature, x) for x in tensor[rows, column].tolist()]
            _read_values(self._readers[column], values, rows, notes)
        return self._collect(tensor, notes)

    def _is_plain(self, row: list[float]) -> bool:
        """Whether there is nothing to say of a row; quicker than numpy for one."""
        low, high = self._ends
        return (
            all(map(le, low, row))
            and all(map(le, row, high))
            and all(row[column].is_integer() for column in self._codes)
        )

    def _read_row(self, instance: object, row: int, notes: _Noted) -> list[float]:
        if not isinstance(instance, dict):
            read_object(instance, self._names, notes.of(row))
            return [nan] * len(self._readers)
        numbers: list[float] = []
        for name, low, high, reader in self._plain:
            value: Any = instance.get(name)
            if type(value) in _NUMBERS and low <= value <= high:
                numbers.append(float(value))
            else:
                numbers.append(_read_value(reader, value, row, notes))
        if not instance.keys() <= self._names.keys():
            read_object(instance, self._names, notes.of(row))
        return numbers

    def _collect(self, rows: Tensor, notes: _Noted) -> Reading:
        problems = notes.problems
        problems.sort(key=_BY_ROW)  # those of a row as they come
        warnings: Sequence[Sequence[Problem]] = Warnings(len(rows), notes.warnings)
        if len(rows) == 1:  # the usual request: listed at once
            warnings = [[warning for _, warning in notes.warnings]]
        return Reading({self._spec.tensor: rows}, problems, warnings)

    def json_schema(self) -> Schema:
        """JSON Schema of one instance, as OpenAPI 3.1 takes it."""
        return describe_features(self._spec.features)


def make(spec: Input) -> Tabular:
    """What reads."""
    return Tabular(expect(spec, TabularInput))


def _find_plain(feature: Feature) -> tuple[float, float]:
    """The numbers between which a value needs no look; an empty range if it is not a number."""
    if not isinstance(feature, Number) or feature.whole:
        return inf, -inf
    hard, seen = feature.hard_range, feature.training_range
    return max(hard.low, seen.low), min(hard.high, seen.high)


def _count_codes(feature: Feature) -> int:
    """How many numbers of a tensor stand for words, or for false and true; 0 for a number."""
    match feature:
        case Number():
            return 0
        case Choice(choices=choices):
            return len(choices)
        case _:
            return 2


def _read_values(
    reader: FeatureReader, values: Sequence[object], rows: Sequence[int], notes: _Noted
) -> list[float]:
    """The numbers of values of one feature, NaN without one; notes what there is to say of them.

    Args:
        reader: of the feature.
        values: some, m.
        rows: which they are of, m.
        notes: to which is added.
    """
    if missing := [row for row, value in zip(rows, values, strict=True) if value is None]:
        _note_missing(reader, missing, notes)
    return [
        nan if value is None else _read_value(reader, value, row, notes)
        for row, value in zip(rows, values, strict=True)
    ]


def _read_value(reader: FeatureReader, value: object, row: int, notes: _Noted) -> float:
    """The same of one value."""
    if value is None:
        _note_missing(reader, (row,), notes)
        return nan
    try:
        number = reader.read(value)
    except InvalidValueError as error:
        if reader.bounded and error.fact.code == "value_is_bound":
            notes.warn((row,), reader.name, reader.bounded)
        else:
            notes.refuse((row,), reader.name, error.fact)
        return nan
    for fact in reader.list_warnings(number):
        notes.warn((row,), reader.name, fact)
    return number


def _note_missing(reader: FeatureReader, rows: Sequence[int], notes: _Noted) -> None:
    if reader.missing is None:
        notes.refuse(rows, reader.name, _REQUIRED)
    else:
        notes.warn(rows, reader.name, reader.missing)


def _read_plain(
    feature: Feature, reader: FeatureReader, parse: Parser, column: Sequence[str]
) -> NDArray[np.float64]:
    """The numbers of the cells that there is nothing to say of; NaN for the others."""
    if isinstance(feature, Number):
        numbers = parse_numbers(column)
        low, high = _find_plain(feature)
        numbers[(numbers < low) | (numbers > high)] = nan
        return numbers
    values = {cell: parse(cell) for cell in set(column)}
    return _read_words(reader, values, column)


def _convert(feature: Feature, reader: FeatureReader, column: Sequence[Any]) -> NDArray[np.float64]:
    """The numbers of a column, NaN for values that are of no type that the feature takes."""
    own, is_number = _TYPES[type(feature)], isinstance(feature, Number)
    if not own.issuperset(map(type, column)):
        # None neither equals a word nor true, and as a number it is NaN
        column = [value if type(value) in own else None for value in column]
    if not is_number:
        return _read_words(reader, {value: value for value in set(column)}, column)
    try:
        return np.array(column, np.float64)
    except OverflowError:  # a whole number beyond any float
        return np.full(len(column), nan)


def _read_words(
    reader: FeatureReader, values: Mapping[Any, object], column: Sequence[object]
) -> NDArray[np.float64]:
    """The numbers of a column of few different words; NaN for those that need a note."""
    numbers = _read_values(reader, [*values.values()], (0,) * len(values), _Noted())
    known = dict(zip(values, numbers, strict=True))
    return np.fromiter(map(known.__getitem__, column), np.float64, len(column))
