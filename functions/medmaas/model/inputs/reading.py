"""What reading instances gives, and the object that every instance must be."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Literal, Protocol, overload

import numpy as np
from numpy.typing import NDArray

from medmaas.errors import InvalidRequestError, Problem
from medmaas.facts import Fact
from medmaas.model.manifest import Feature
from medmaas.model.names import compose
from medmaas.model.schema import Schema

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")
_FEW = 12
KEY = "key"  # by which a row names a file, in the place of the field that would hold it
PACKED = b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf"  # how archives begin: none is unpacked

Tensor = NDArray[np.float32] | NDArray[np.uint8] | NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a model sees of a picture that was sent, in pixels of it, upright.

    Attributes:
        box: left, top, right, bottom.
        is_at_scale: whether its pixels are as large as those of the training pictures, as far as
            their number tells: a spacing that the manifest states is then theirs.
        spacing: mm from one of its pixels to the next, down and across, if its file states that,
            as a DICOM may: it comes before what the manifest states.
    """

    box: tuple[int, int, int, int]
    is_at_scale: bool = True
    spacing: tuple[float, float] | None = None


@dataclass(slots=True)  # quicker to make than a frozen one
class Reading:
    """What was read of n instances.

    Attributes:
        tensors: by name, n rows each; the rows of an instance with problems mean nothing.
        problems: everything that is wrong, of every instance.
        warnings: per instance, what the reader of the answer must know; they name no instance.
        held: per instance, why the model should not answer though it can be read; nothing if it
            should answer all.
        seen: per instance, what is seen of its picture; nothing where none was placed in another.
    """

    tensors: dict[str, Tensor]
    problems: list[Problem]
    warnings: Sequence[Sequence[Problem]]
    held: Sequence[Fact | None] = ()
    seen: Sequence[Seen | None] = ()


@dataclass(slots=True)
class Allowance:
    """What all files of one request may still cost together, whichever parts they are of.

    Attributes:
        pixels: of pictures, as everyday ones cost to decode; None is as many as one kind allows.
    """

    pixels: int | None = None


class Warnings(Sequence[list[Problem]]):
    """The warnings of each of n rows, listed when they are first looked at.

    Args:
        count: n.
        noted: each warning with the rows that it is of; a row has its own in this order.
    """

    def __init__(self, count: int, noted: Iterable[tuple[Iterable[int], Problem]]) -> None:
        self._count, self._noted = count, noted

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[list[Problem]]:
        return iter(self._rows)

    @overload
    def __getitem__(self, row: int) -> list[Problem]: ...
    @overload
    def __getitem__(self, row: slice) -> list[list[Problem]]: ...
    def __getitem__(self, row: int | slice) -> list[Problem] | list[list[Problem]]:
        return self._rows[row]

    @cached_property
    def _rows(self) -> list[list[Problem]]:
        rows: list[list[Problem]] = [[] for _ in range(self._count)]
        for some, warning in self._noted:
            for row in some:
                rows[row].append(warning)
        return rows


@dataclass(slots=True)  # quicker to make than a frozen one
class Notes:
    """What was noticed of one instance while it was read."""

    instance: int | None
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    held: Fact | None = None
    seen: Seen | None = None

    def refuse(self, name: str | None, fact: Fact) -> None:
        """Note what is wrong with a field."""
        self.problems.append(Problem(self.instance, name, fact))

    def warn(self, name: str | None, fact: Fact) -> None:
        """Note what the reader of the answer must know of a field; the row is where it is noted."""
        self.warnings.append(Problem(None, name, fact))

    def hold(self, fact: Fact) -> None:
        """Note why the model should not answer though it can be read; the first counts."""
        self.held = self.held or fact


class InvalidValueError(ValueError):
    """Its fact says what the field takes, never what it got."""

    def __init__(self, code: str, **limits: Any) -> None:  # noqa: ANN401 - whatever JSON holds
        self.fact = Fact(code, **limits)
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class InputColumn:
    """A column by which instances come: of a file of rows, or as a tensor of a protocol.

    Attributes:
        name: of the column.
        holds: number, boolean or text as they are; file: a picture's bytes; rows: objects in JSON.
        required: whether an instance needs it.
        unit: UCUM code of a number's unit.
        header: what a file may call it besides, where the training data called it otherwise.
        alias: what a protocol of tensors calls it, in ASCII.
    """

    name: str
    holds: Literal["number", "boolean", "text", "file", "rows"]
    required: bool = True
    unit: str | None = None
    header: str | None = None
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class LongForm:
    """How rows of a file become one instance: those of an id, together.

    Attributes:
        field: of the instance, a list of the rows.
        features: of a row.
        most: how many rows an instance may have.
    """

    field: str
    features: Sequence[Feature]
    most: int


class InputKind(Protocol):
    """Instances of one kind, to tensors.

    Attributes:
        takes: what the columns hold, in a sentence for programmers.
        columns: by which instances come as tensors.
        long_form: how rows of a CSV file become an instance, if it takes several.
        file_fields: the fields whose value may be a file that a row names by its key, each with a
            dot where it is of a part, and whether that file comes as its bytes, and not in base64:
            then its size is not limited by what a request holds. Such instances are read one by
            one, because thousands of them fill any memory.
        takes_columns: whether a table of typed values stands for instances: a column for each
            property of `row_schema`.
    """

    takes: str
    takes_columns: ClassVar[bool]
    columns: tuple[InputColumn, ...]
    long_form: LongForm | None

    @property
    def file_fields(self) -> Mapping[str, bool]:
        """Where a file may be named by its key, and whether it comes as bytes."""

    @property
    def file_columns(self) -> tuple[InputColumn, ...] | None:
        """Those of a CSV file; None if it cannot hold such instances."""

    def read(self, instances: Sequence[object]) -> Reading:
        """Read all instances, whatever is wrong with some of them."""

    def read_within(self, instances: Sequence[object], allowance: Allowance) -> Reading:
        """The same, where other parts of the request take of the same allowance."""

    def make_instances(
        self, columns: Mapping[str, Sequence[object]], count: int
    ) -> Sequence[object]:
        """Instances of columns of values, of which some may be absent."""

    def make_file_instances(
        self, columns: Mapping[str, Sequence[str]], count: int
    ) -> Sequence[object]:
        """Instances of the cells of `file_columns`."""

    def read_columns(self, columns: Mapping[str, Sequence[object]], count: int) -> Reading:
        """Read a table, which gives what `read` gives for its rows.

        Args:
            columns: by name `count` values; what is absent is missing in all rows. A name that is
                none of the model's is one problem, and not one of each row.
            count: how many rows there are.

        Raises:
            InvalidRequestError: this kind takes no columns.
        """

    def read_file_columns(
        self, columns: Mapping[str, Sequence[str]], count: int
    ) -> tuple[Reading, Sequence[object]]:
        """Read the cells of a CSV file, of `count` rows.

        Returns:
            The reading, and the instances if they were made.
        """

    def read_tensors(self, tensors: Mapping[str, Tensor]) -> Reading:
        """Read what was made tensors already, as strictly as instances.

        Args:
            tensors: all that the manifest's input states, by name, n rows each, of these types and
                shapes.
        """

    def restore_instances(self, tensors: Mapping[str, Tensor]) -> Sequence[object] | None:
        """What explanations need of the instances of tensors; None if they do not hold that."""

    def draw(self, instance: object) -> dict[str, Any] | None:
        """What the model sees of an instance that `read` takes, for people to look at.

        Returns:
            Of a picture `{"png", "width", "height", "box"}`, of a recording its leads; None if
            whoever sends such instances draws them.
        """

    def narrow(self, part: object) -> "InputKind":
        """What reads and draws one of several parts as the whole does, whatever the others are.

        Raises:
            InvalidRequestError: there is no such part, or this kind has none.
        """

    def json_schema(self) -> Schema:
        """JSON Schema of one instance, as OpenAPI 3.1 takes it."""

    def row_schema(self) -> Schema:
        """The same of a row of the columns that `read_columns` takes."""


class InputDefaults:
    """What holds of most kinds of input."""

    columns: tuple[InputColumn, ...]
    long_form: LongForm | None = None
    file_field: str | None = None
    file_as_bytes: ClassVar[bool] = False
    takes_columns: ClassVar[bool] = False

    @property
    def file_columns(self) -> tuple[InputColumn, ...] | None:
        """The same columns."""
        return self.columns

    @property
    def file_fields(self) -> Mapping[str, bool]:
        """The one, if there is one."""
        return {self.file_field: self.file_as_bytes} if self.file_field else {}

    def read(self, instances: Sequence[object]) -> Reading:
        """Read all instances, whatever is wrong with some of them."""
        raise NotImplementedError

    def read_within(self, instances: Sequence[object], _allowance: Allowance) -> Reading:
        """The same: most kinds cost little."""
        return self.read(instances)

    def make_instances(
        self, columns: Mapping[str, Sequence[object]], count: int
    ) -> Sequence[object]:
        """An object of named values per row."""
        if not columns:
            return [{} for _ in range(count)]
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]

    def make_file_instances(
        self, columns: Mapping[str, Sequence[str]], count: int
    ) -> Sequence[object]:
        """An object of texts per row."""
        return self.make_instances(columns, count)

    def read_columns(self, _columns: Mapping[str, Sequence[object]], _count: int) -> Reading:
        """Refuse them."""
        problem = Problem(None, "columns", Fact("must_be_left_out"))
        raise InvalidRequestError("columns_not_taken", [problem])

    def read_file_columns(
        self, columns: Mapping[str, Sequence[str]], count: int
    ) -> tuple[Reading, Sequence[object]]:
        """An instance per row."""
        instances = self.make_file_instances(columns, count)
        return self.read(instances), instances

    def read_tensors(self, tensors: Mapping[str, Tensor]) -> Reading:
        """Read the one that most kinds have."""
        (tensor,) = tensors.values()
        return self.read_tensor(tensor)

    def read_tensor(self, tensor: Tensor) -> Reading:
        """Read the tensor of a kind that has one."""
        raise NotImplementedError

    def restore_instances(self, tensors: Mapping[str, Tensor]) -> Sequence[object] | None:
        """Nothing of them."""
        return [{}] * len(next(iter(tensors.values())))

    def draw(self, _instance: object) -> dict[str, Any] | None:
        """None."""
        return None

    def narrow(self, _part: object) -> InputKind:
        """Refuse: most kinds have no parts."""
        problem = Problem(None, "part", Fact("must_be_left_out"))
        raise InvalidRequestError("no_such_part", [problem])

    def json_schema(self) -> Schema:
        """JSON Schema of one instance, as OpenAPI 3.1 takes it."""
        raise NotImplementedError

    def row_schema(self) -> Schema:
        """The same."""
        return self.json_schema()


def find_unknown(columns: Mapping[str, object], names: Collection[str]) -> list[Problem]:
    """What is wrong with the names of a table's columns."""
    notes = Notes(None)
    read_object(columns, names, notes)
    return notes.problems


def collect(tensor: str, rows: Tensor, notes: Sequence[Notes]) -> Reading:
    """The reading of instances whose rows and notes were made one by one."""
    problems = [problem for note in notes for problem in note.problems]
    held = [note.held for note in notes]
    warnings = [note.warnings for note in notes]
    seen = [note.seen for note in notes]
    return Reading(
        {tensor: rows}, problems, warnings, held if any(held) else (), seen if any(seen) else ()
    )


def compose_names(value: object, names: Collection[str]) -> Any:  # noqa: ANN401 - any JSON
    """The same object, its fields in normal form C where that makes one known.

    What is there in both forms stays as it is, and unknown: nothing says which of them counts.
    """
    if not isinstance(value, Mapping) or all(name in names for name in value):
        return value
    known = {name: compose(name) for name in value if compose(name) in names}
    composed = {known.get(name, name): one for name, one in value.items()}
    return composed if len(composed) == len(value) else value


def read_object(
    value: object, names: Collection[str], notes: Notes, *, row: str = ""
) -> dict[str, Any]:
    """The value as an object; notes what it is instead, and fields that are not among `names`.

    Args:
        value: an instance, or one of its rows.
        names: of the fields that it may have.
        notes: of the instance.
        row: where the row is in the instance; empty for the instance itself.
    """
    if not isinstance(value, dict):
        notes.refuse(row or None, Fact("not_an_object"))
        return {}
    unknown = [name for name in value if name not in names]
    if unknown:
        code = "unknown_field_of_row" if row else "unknown_field"
        fact = Fact(code, fields=[*names])
        if len(names) > _FEW:
            fact = Fact(f"{code}_of_many", others=len(names))
        for name in unknown:
            shown = _printable(name)
            path = f"{row}.{shown}" if row and shown else shown or row or None
            notes.refuse(path, fact)
    return value


def describe_field(name: str, schema: dict[str, Any]) -> dict[str, Any]:
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
