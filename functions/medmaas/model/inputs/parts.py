"""Several named inputs in one instance: each part is read by the room of its kind.

What is noted of a part is told with its name before it, as in `patient.age`. Where a whole part is
missing, and may be, its tensors are blank as the manifest says, and the answer is told so.
"""

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from medmaas.errors import InvalidRequestError, Problem
from medmaas.facts import Fact
from medmaas.model.inputs import NO_FILES, Files, make_input
from medmaas.model.inputs.reading import (
    KEY,
    Allowance,
    InputColumn,
    InputDefaults,
    InputKind,
    Notes,
    Reading,
    Tensor,
    compose_names,
    find_unknown,
    read_object,
)
from medmaas.model.kinds import expect
from medmaas.model.manifest import Input, Part, PartsInput
from medmaas.model.schema import Schema, describe_nullable

_REQUIRED = Fact("required")
_DATATYPES: dict[str, type] = {
    "tensor(float)": np.float32,
    "tensor(uint8)": np.uint8,
    "tensor(int64)": np.int64,
}

Given = NDArray[np.intp]  # the rows in which a part is there


class PartReader(NamedTuple):
    """A part, and what reads it."""

    part: Part
    kind: InputKind

    def name(self, field: str | None) -> str:
        """What a field of it is called in the whole."""
        return f"{self.part.name}.{field}" if field else self.part.name

    @property
    def columns(self) -> tuple[InputColumn, ...]:
        """Those of its kind, called after it."""
        return tuple(self._qualify(column) for column in self.kind.columns)

    @property
    def file_columns(self) -> tuple[InputColumn, ...] | None:
        """Those of a file of rows, where files are named by their keys; None if it fits in none."""
        if self.kind.file_fields:
            return tuple(
                replace(column, header=column.header or self.name(KEY)) for column in self.columns
            )
        columns = self.kind.file_columns
        if columns is None or self.kind.long_form:
            return None
        return tuple(self._qualify(column) for column in columns)

    def _qualify(self, column: InputColumn) -> InputColumn:
        alias = None
        if self.part.alias or column.alias:
            alias = f"{self.part.alias or self.part.name}.{column.alias or column.name}"
        return replace(
            column,
            name=self.name(column.name),
            required=column.required and not self.part.missing,
            alias=alias,
        )

    def pick(self, columns: Mapping[str, Any]) -> dict[str, Any]:
        """Its own among columns of the whole, called as by its kind."""
        start = f"{self.part.name}."
        return {
            name.removeprefix(start): column
            for name, column in columns.items()
            if name.startswith(start)
        }

    def make_file_instances(self, columns: Mapping[str, Sequence[str]], count: int) -> list[object]:
        """Instances of cells; None where all cells are empty."""
        own = self.pick(columns)
        if not own:
            return [None] * count
        filled = [any(cell.strip() for cell in row) for row in zip(*own.values(), strict=True)]
        if self.kind.file_fields:
            made: Sequence[object] = [
                {KEY: cell.strip()} for column in own.values() for cell in column
            ]
        else:
            made = self.kind.make_file_instances(own, count)
        return [one if full else None for one, full in zip(made, filled, strict=True)]


class Parts(InputDefaults):
    """An object per part, to the tensors of all."""

    takes = "what each part takes, in columns named part.field; what may be missing is left out"
    takes_columns: ClassVar[bool] = True

    def __init__(self, spec: PartsInput, files: Files = NO_FILES) -> None:
        self._spec = spec
        self.parts = tuple(PartReader(part, make_input(part.input, files)) for part in spec.parts)
        self.columns = tuple(column for reader in self.parts for column in reader.columns)

    @property
    def _names(self) -> dict[str, None]:
        return {part.name: None for part, _ in self.parts}

    @property
    def file_fields(self) -> Mapping[str, bool]:
        """Those of all parts."""
        return {
            reader.name(field): as_bytes
            for reader in self.parts
            for field, as_bytes in reader.kind.file_fields.items()
        }

    @property
    def file_columns(self) -> tuple[InputColumn, ...] | None:
        """Those of all parts, if each fits into a row."""
        columns = [reader.file_columns for reader in self.parts]
        if any(some is None for some in columns):
            return None
        return tuple(column for some in columns for column in some or ())

    def read(self, instances: Sequence[object]) -> Reading:
        """Read all instances, whatever is wrong with some of them."""
        return self.read_within(instances, Allowance())

    def read_within(self, instances: Sequence[object], allowance: Allowance) -> Reading:
        """The same; what files cost is counted over all parts."""
        notes = [Notes(row) for row in range(len(instances))]
        given = [
            read_object(compose_names(one, self._names), self._names, note)
            for one, note in zip(instances, notes, strict=True)
        ]
        whole = np.array([isinstance(one, dict) for one in instances], bool)

        def read(reader: PartReader) -> tuple[Given, Reading]:
            values = [one.get(reader.part.name) for one in given]
            rows = [row for row, one in enumerate(values) if not self._lacks(reader, one)]
            own = reader.kind.read_within([values[row] for row in rows], allowance)
            return np.array(rows, np.intp), own

        return self._join(len(instances), read, notes, whole)

    def make_instances(
        self, columns: Mapping[str, Sequence[object]], count: int
    ) -> Sequence[object]:
        """Objects of parts."""
        return self._nest(
            {
                reader.part.name: reader.kind.make_instances(own, count)
                for reader in self.parts
                if (own := reader.pick(columns))
            },
            count,
        )

    def make_file_instances(
        self, columns: Mapping[str, Sequence[str]], count: int
    ) -> Sequence[object]:
        """Objects of parts; a cell of a file is its key."""
        made = {
            reader.part.name: reader.make_file_instances(columns, count) for reader in self.parts
        }
        return self._nest(made, count)

    def read_columns(self, columns: Mapping[str, Sequence[object]], count: int) -> Reading:
        """Read a table whose columns are called part.field."""
        names = [column.name for column in self.columns]
        columns = compose_names(columns, names)
        known = {name: columns[name] for name in names if name in columns}
        reading = self.read(self.make_instances(known, count))
        return replace(reading, problems=[*find_unknown(columns, names), *reading.problems])

    def read_tensors(self, tensors: Mapping[str, Tensor]) -> Reading:
        """Read the tensors of all parts; blank ones are of a part that is missing, if it may be."""
        count = len(next(iter(tensors.values())))
        notes = [Notes(row) for row in range(count)]

        def read(reader: PartReader) -> tuple[Given, Reading]:
            _check_presence(reader.part, tensors, notes)
            rows = np.flatnonzero(find_given(reader.part, tensors))
            own = {name: tensors[name][rows] for name in reader.part.input.tensors}
            return rows, reader.kind.read_tensors(own)

        return self._join(count, read, notes, np.ones(count, bool))

    def restore_instances(self, tensors: Mapping[str, Tensor]) -> Sequence[object] | None:
        """Those of all parts; None if one part's cannot be restored."""
        count = len(next(iter(tensors.values())))
        restored: dict[str, Sequence[object]] = {}
        for reader in self.parts:
            own = {name: tensors[name] for name in reader.part.input.tensors}
            instances = reader.kind.restore_instances(own)
            if instances is None:
                return None
            given = find_given(reader.part, tensors)
            restored[reader.part.name] = [
                one if is_given else None
                for one, is_given in zip(instances, given.tolist(), strict=True)
            ]
        return self._nest(restored, count)

    def narrow(self, part: object) -> "Parts":
        """The same of one part alone.

        Raises:
            InvalidRequestError: there is no such part.
        """
        alone = copy(self)
        alone.parts = tuple(reader for reader in self.parts if reader.part.name == part)
        if not alone.parts:
            problem = Problem(None, "part", Fact("not_one_of", names=[*self._names]))
            raise InvalidRequestError("no_such_part", [problem])
        return alone

    def draw(self, instance: object) -> dict[str, Any] | None:
        """What the model sees of a part, where it is one alone; None of several."""
        if len(self.parts) > 1:
            return None
        (reader,) = self.parts
        own = expect(instance, dict).get(reader.part.name)
        return None if self._lacks(reader, own) else reader.kind.draw(own)

    def json_schema(self) -> Schema:
        """JSON Schema of one instance, as OpenAPI 3.1 takes it."""
        properties: dict[str, Schema] = {}
        for part, kind in self.parts:
            schema = kind.json_schema() | {"title": part.name}
            if part.missing:
                told = {"title": part.name, "description": f"If missing: {part.missing}."}
                schema = describe_nullable(schema) | told
            properties[part.name] = schema
        return {
            "type": "object",
            "additionalProperties": False,
            "required": [part.name for part, _ in self.parts if not part.missing],
            "properties": properties,
        }

    def row_schema(self) -> Schema:
        """A property for each column, called part.field."""
        properties: dict[str, Schema] = {}
        required: list[str] = []
        for reader in self.parts:
            own = reader.kind.row_schema()
            for name, schema in own["properties"].items():
                asked = name in own["required"] and not reader.part.missing
                required += [reader.name(name)] * asked
                properties[reader.name(name)] = schema if asked else describe_nullable(schema)
        return {
            "type": "object",
            "additionalProperties": False,
            "required": required,
            "properties": properties,
        }

    @staticmethod
    def _nest(parts: Mapping[str, Sequence[object]], count: int) -> list[object]:
        return [
            {name: made[row] for name, made in parts.items() if made[row] is not None}
            for row in range(count)
        ]

    @staticmethod
    def _lacks(reader: PartReader, value: object) -> bool:
        """Whether a part is not there: nothing is said of it, or of anything in it.

        Of a part that is required an empty object is read, so that each of its fields is asked for.
        """
        if value is None:
            return True
        is_empty = isinstance(value, dict) and all(one is None for one in value.values())
        return bool(reader.part.missing) and is_empty

    def _join(
        self,
        count: int,
        read: Callable[[PartReader], tuple[Given, Reading]],
        notes: Sequence[Notes],
        whole: NDArray[np.bool_],
    ) -> Reading:
        """The reading of all parts: what is noted of each is told with its name.

        Args:
            count: how many rows there are.
            read: reads a part, and says in which rows it is there.
            notes: of each row, what was noted before.
            whole: which rows are instances at all.
        """
        tensors: dict[str, Tensor] = {}
        for reader in self.parts:
            rows, own = read(reader)
            tensors |= _spread(reader.part, own.tensors, rows, count)
            lacking = whole.copy()
            lacking[rows] = False
            for row in np.flatnonzero(lacking).tolist():
                _note_missing(reader.part, notes[row])
            _pass_on(reader, own, rows.tolist(), notes)
        held = [note.held for note in notes]
        return Reading(
            tensors,
            [problem for note in notes for problem in note.problems],
            [note.warnings for note in notes],
            held if any(held) else (),
        )


def find_given(part: Part, tensors: Mapping[str, Tensor]) -> NDArray[np.bool_]:
    """In which rows of tensors a part is there, [n]: all, if it must be."""
    if not part.missing:
        return np.ones(len(next(iter(tensors.values()))), bool)
    if part.present_tensor:
        present: NDArray[np.bool_] = tensors[part.present_tensor].reshape(-1) == 1
        return present
    return _find_filled(part, tensors)


def _find_filled(part: Part, tensors: Mapping[str, Tensor]) -> NDArray[np.bool_]:
    """In which rows the tensors of a part hold anything, [n]."""
    filled = np.zeros(len(next(iter(tensors.values()))), bool)
    for name in part.input.tensors:
        flat = tensors[name].reshape(len(filled), -1)
        blank = np.isnan(flat) if np.isnan(part.input.blank) else flat == part.input.blank
        filled |= ~blank.all(axis=1)
    return filled


def _check_presence(part: Part, tensors: Mapping[str, Tensor], notes: Sequence[Notes]) -> None:
    """Refuse what a tensor says of a part that is not so."""
    if part.present_tensor is None:
        return
    present = tensors[part.present_tensor].reshape(-1)
    for row in np.flatnonzero((present != 0) & (present != 1)).tolist():
        notes[row].refuse(part.present_tensor, Fact("not_present_or_absent"))
    for row in np.flatnonzero(_find_filled(part, tensors) & (present == 0)).tolist():
        notes[row].refuse(part.name, Fact("absent_but_filled", tensor=part.present_tensor))


def _note_missing(part: Part, note: Notes) -> None:
    if part.missing:
        note.warn(part.name, Fact("missing", consequence=part.missing))
    else:
        note.refuse(part.name, _REQUIRED)


def _pass_on(reader: PartReader, own: Reading, rows: Sequence[int], notes: Sequence[Notes]) -> None:
    """Note of the whole what is noted of a part."""
    for instance, field, fact in own.problems:
        notes[rows[instance or 0]].refuse(reader.name(field), fact)
    for row, warnings in zip(rows, own.warnings, strict=True):
        for _, field, fact in warnings:
            notes[row].warn(reader.name(field), fact)
    for row, reason in zip(rows, own.held, strict=False):
        if reason:
            notes[row].hold(Fact("held_by_part", part=reader.part.name, reason=reason))


def _spread(
    part: Part, tensors: Mapping[str, Tensor], rows: Given, count: int
) -> dict[str, Tensor]:
    """The tensors of a part for all rows, blank where it is not there."""
    spread: dict[str, Tensor] = {}
    for name, (datatype, shape) in part.input.tensors.items():
        read = tensors[name]
        if len(rows) == count:
            spread[name] = read
            continue
        # of a length that nothing says there is one
        sizes = read.shape[1:] if len(rows) else [max(size, 1) for size in shape[1:]]
        spread[name] = np.full((count, *sizes), part.input.blank, _DATATYPES[datatype])
        spread[name][rows] = read
    if part.present_tensor:
        present = np.zeros((count, 1), np.float32)
        present[rows] = 1
        spread[part.present_tensor] = present
    return spread


def make(spec: Input, files: Files = NO_FILES) -> Parts:
    """What reads."""
    return Parts(expect(spec, PartsInput), files)
