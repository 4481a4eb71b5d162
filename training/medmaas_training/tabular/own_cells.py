"""The cells of one column of a user's table, read by stated rules.

A column is one of numbers unless more than half of its cells are words. Words that stand for
missing count as missing in a column of numbers; in a column of words they are words, unless the
.yaml beside the table says otherwise.
"""

from collections.abc import Sequence

import numpy as np

from medmaas.model.manifest.cells import fold_word
from medmaas_training.tabular.own_columns import parse_numbers
from medmaas_training.tabular.own_notes import ColumnNote
from medmaas_training.tabular.own_numbers import read_number_column
from medmaas_training.tabular.own_parts import is_misspelt, read_header_unit, read_parts
from medmaas_training.tabular.own_texts import ReadCells, TextColumn, Texts, is_marker
from medmaas_training.tabular.own_words import read_word_column


def read_cells(column: TextColumn, note: ColumnNote, stated: Sequence[str] = ()) -> ReadCells:
    """Read a column, called by its header.

    Args:
        column: its cells as text, blanks around them dropped, [n]; NaN for empty ones.
        note: what the user knows of it.
        stated: words that stand for missing in the whole table.

    Raises:
        TrainingError: most of its values are impossible in the unit that is stated.
    """
    texts = Texts(column)
    unit = note.unit or read_header_unit(texts.header)
    missing_numbers = _take_stated(texts, (*stated, *note.missing))
    if _holds_numbers(texts, note, unit):
        return read_number_column(texts, note, unit, missing_numbers)
    return read_word_column(texts, note)


def _take_stated(texts: Texts, stated: Sequence[str]) -> tuple[float, ...]:
    """Take what is said to be missing, a number however it is written; which numbers those were."""
    words = {fold_word(word): word for word in stated}
    numbers = parse_numbers(stated).tolist()
    by_number = {n: word for n, word in zip(numbers, stated, strict=True) if np.isfinite(n)}
    found: dict[str, list[str]] = {}
    for text in texts.take(lambda text: fold_word(text) in words):
        found.setdefault(words[fold_word(text)], []).append(text)
    for text in [text for text, number in texts.plain.items() if number in by_number]:
        found.setdefault(by_number[texts.plain.pop(text)], []).append(text)
    for word, alike in found.items():
        texts.tell("stated", alike, word)
        texts.missing_words |= {*alike}
    return tuple(sorted(number for number, word in by_number.items() if word in found))


def _holds_numbers(texts: Texts, note: ColumnNote, unit: str | None) -> bool:
    if note.kind:
        return note.kind == "number"
    said = [text for text in texts.left if not is_marker(text)]
    words = [text for text in said if not (is_misspelt(text) or read_parts(text, unit))]
    rows = texts.count(said) + texts.count(texts.plain)
    return bool(texts.left or texts.plain) and texts.count(words) * 2 <= rows
