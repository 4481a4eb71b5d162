"""A column of a user's table: whether it can be learned from, and what it is called."""

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from medmaas.model.names import LONGEST, fold_name, keep_letters
from medmaas_training.errors import TrainingError
from medmaas_training.tabular.identifiers import find_identifier
from medmaas_training.tabular.own_columns import Column
from medmaas_training.tabular.own_notes import ColumnNote
from medmaas_training.tabular.own_texts import ReadCells, TextColumn

MOST_WORDS = 20
FEWEST_VALUES = 20
_DATE = re.compile(r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}([ T].*)?|\d{4}年\d{1,2}月(\d{1,2}日)?")


def find_fault(texts: TextColumn, cells: ReadCells, note: ColumnNote) -> str | None:
    """Why a column of texts [n] cannot be learned from."""
    known = ~np.isnan(cells.values)
    if not known.any():
        return "no row has a value"
    if len({*cells.values[known]}) == 1:
        return "every value it has is the same"
    if known.sum() < FEWEST_VALUES:
        return f"fewer than {FEWEST_VALUES} rows have a value"
    return find_foreign(texts, cells, note)


def find_foreign(texts: TextColumn, cells: ReadCells, note: ColumnNote) -> str | None:
    """Why a column of texts [n] is none of measurements: dates, an identifier, free text."""
    known = ~np.isnan(cells.values)
    many = len(cells.words) > MOST_WORDS
    if many and sum(map(bool, map(_DATE.fullmatch, cells.words))) * 2 > len(cells.words):
        return "it holds dates; days since a beginning can be learned from"
    values = cells.values if cells.kind == "number" else _keep(texts, known)
    fault = None if note.keep or cells.unit else find_identifier(str(texts.name), values)
    return fault or (f"text of more than {MOST_WORDS} different words" if many else None)


def _keep(texts: TextColumn, known: NDArray[np.bool_]) -> list[object]:
    return [text for text, is_known in zip(texts, known, strict=True) if is_known]


def make_column(header: str, cells: ReadCells, note: ColumnNote) -> Column:
    """A column as it was read, with a name that a manifest takes.

    Raises:
        TrainingError: it has values outside what the user says is accepted.
    """
    column = Column(
        header,
        make_name(header),
        cells.kind,
        cells.values,
        cells.words,
        note.model_copy(update={"unit": cells.unit}),
        cells=cells.cells,
        spellings=cells.spellings,
        within=cells.within,
        missing_words=cells.missing_words,
        missing_numbers=cells.missing_numbers,
    )
    if column.kind == "number":
        _check_accepted(column)
    return column


def _check_accepted(column: Column) -> None:
    note, values = column.note, column.values
    outside = (note.low is not None and np.nanmin(values) < note.low) or (
        note.high is not None and np.nanmax(values) > note.high
    )
    if outside:
        raise TrainingError(f"--data: {column.header} has values outside low to high of its .yaml")


def make_name(header: str) -> str:
    """The header in the letters, marks, digits and underscores that a manifest takes."""
    name = keep_letters(unicodedata.normalize("NFKC", header))
    name = name if name[:1].isalpha() else f"x_{name}"
    return name[:LONGEST].rstrip("_")


def refuse_clashes(columns: Sequence[Column]) -> None:
    """Refuse columns that would be called alike.

    Raises:
        TrainingError: which two.
    """
    taken: dict[str, str] = {}
    for column in columns:
        folded = fold_name(column.name)
        if folded in taken:
            raise TrainingError(
                f"--data: {taken[folded]} and {column.header} would both be called "
                f"{column.name}: rename one"
            )
        taken[folded] = column.header
