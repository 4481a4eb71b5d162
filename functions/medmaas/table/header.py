"""Which column of a file is which: by its name, whatever its case, blanks and unit in brackets."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from medmaas.errors import RefusedFileError
from medmaas.facts import Fact
from medmaas.model import units
from medmaas.model.inputs.reading import InputColumn
from medmaas.model.names import compose, fold_name, keep_letters
from medmaas.model.unit_spellings import find_unit
from medmaas.table.rows import ID

_BLANKS = re.compile(r"[\s_]+")
_WITH_UNIT = re.compile(r"(?P<name>.*?)\s*(?:\((?P<round>[^()]*)\)|\[(?P<square>.*)\])\s*")
# what training drops of a header where it makes a name, as in CRP (mg/L): CRP_mg_L
_DROPPED = re.compile(r"(?<=\w)-(?=\w)|[\s_()\[\]/,.:;]+")
_SIMILAR = 0.8


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a file.

    Attributes:
        cells: their names, as they stand in the file but for blanks around them.
        padding: how many columns without a name follow them, as spreadsheets leave them.
    """

    cells: tuple[str, ...]
    padding: int = 0

    @classmethod
    def of(cls, cells: Sequence[str]) -> "Header":
        """The header of a row of cells."""
        names = [cell.strip() for cell in cells]
        count = max((i for i, name in enumerate(names, start=1) if name), default=0)
        return cls(tuple(names[:count]), len(names) - count)


@dataclass(frozen=True, slots=True)
class Columns:
    """What the columns of a file are to a model.

    Attributes:
        names: per column of the file the model's name of it, or id; None for one that is not used.
        numbers: positions of the columns that hold numbers.
        notes: what to know of columns that are not used, or not there.
    """

    names: tuple[str | None, ...]
    numbers: tuple[int, ...] = ()
    notes: tuple[Fact, ...] = ()


def match_columns(header: Header, columns: Sequence[InputColumn], *, id_required: bool) -> Columns:
    """Find the columns of a model among those of a file.

    Raises:
        RefusedFileError: one is missing, there twice, in another unit, or almost called as one.
    """
    names = [_find_name(cell, i, columns) for i, cell in enumerate(header.cells, start=1)]
    found = [name for name in names if name]
    required = [ID] * id_required + [column.name for column in columns if column.required]
    if missing := [name for name in required if name not in found]:
        raise RefusedFileError("header_lacks", columns=missing)
    if twice := sorted({name for name in found if found.count(name) > 1}):
        raise RefusedFileError("column_twice", columns=twice)
    absent = [column.name for column in columns if column.name not in found]
    unused = [i for i, name in enumerate(names, start=1) if name is None]
    for position in unused:
        if similar := _find_similar(header.cells[position - 1], absent):
            raise RefusedFileError("column_similar", position=position, column=similar)
    holds = {column.name: column.holds for column in columns}
    numbers = [i for i, name in enumerate(names) if name and holds.get(name) == "number"]
    return Columns(tuple(names), tuple(numbers), tuple(_note(unused, absent)))


def _note(unused: Sequence[int], absent: Sequence[str]) -> Iterator[Fact]:
    if unused:
        yield Fact("columns_not_used", positions=unused)
    if absent:
        yield Fact("columns_absent", columns=absent)


def _find_name(cell: str, position: int, columns: Sequence[InputColumn]) -> str | None:
    """What a model calls a column; None if it has none of this name.

    Raises:
        RefusedFileError: it states another unit than the model's.
    """
    folded = _fold(cell)
    if folded == ID:
        return ID
    for column in columns:
        if compose(cell) == column.name or (column.header and folded == _fold(column.header)):
            return column.name
    for column in columns:
        if _fold(column.name) in {folded, _drop(folded)}:
            return column.name
    match = _WITH_UNIT.fullmatch(unicodedata.normalize("NFKC", cell))
    if match is None:
        return None
    base, unit = _fold(match["name"]), match["round"] or match["square"] or ""
    for column in columns:
        if base == _fold(column.name):
            if not _is_unit(unit, column.unit):
                fact = Fact(
                    "column_in_other_unit",
                    position=position,
                    column=column.name,
                    unit=column.unit or "1",
                )
                raise RefusedFileError(fact)
            return column.name
    return None


def _fold(name: str) -> str:
    """A name without what people write now so, now otherwise: case, width, blanks for `_`."""
    return _BLANKS.sub("_", fold_name(name).strip())


def _drop(folded: str) -> str | None:
    """What training would call it, as far as nothing that means something is dropped."""
    name = _DROPPED.sub("_", folded).strip("_")
    return _BLANKS.sub("_", name) if name == keep_letters(name) else None


def _is_unit(text: str, unit: str | None) -> bool:
    """Whether what stands in brackets is a model's unit, by another spelling perhaps."""
    if unit is None:
        return False
    written = unicodedata.normalize("NFKC", text).replace("\u03bc", "u").strip()
    if written == unit:
        return True
    code = find_unit(text.strip()) or find_unit(written)
    try:
        return code is not None and units.convert(1.0, code, unit) == 1.0
    except units.UnitError:
        return False


def _find_similar(cell: str, absent: Sequence[str]) -> str | None:
    """A column that a model could use, and a file calls a little otherwise."""
    if not absent:
        return None
    from difflib import get_close_matches  # noqa: PLC0415 - few files have such columns

    folded = {_fold(name): name for name in absent}
    bare = _WITH_UNIT.fullmatch(unicodedata.normalize("NFKC", cell))
    for name in {_fold(cell), _fold(bare["name"]) if bare else ""}:
        if similar := get_close_matches(name, folded, 1, _SIMILAR):
            return folded[similar[0]]
    return None
