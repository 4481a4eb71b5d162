"""Which label a cell means, and whether it says yes: nothing is guessed."""

import unicodedata
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from medmaas.model.names import compose

UNKNOWN, OTHER = -1, -2  # in the place of a position: an empty cell, and what is no label
_YES = {"1", "1.0", "true", "yes", "y", "t", "present", "positive", "+", "是", "有", "阳性"}
_NO = {"0", "0.0", "false", "no", "n", "f", "absent", "negative", "-", "否", "无", "阴性"}


def find_labels(
    cells: Sequence[object],
    labels: Sequence[str],
    aliases: Sequence[str] | None,
    spelled: Mapping[str, str] | None,
) -> NDArray[np.int64]:
    """The position of the label that each cell means, [n]; UNKNOWN where it is empty, else OTHER.

    Cells that differ from a label, or its alias, by blanks, case or width alone mean it, and so do
    numbers that equal it.

    Args:
        cells: of n rows.
        labels: of the model.
        aliases: of the same, in ASCII.
        spelled: by what a cell says, the label that it means.
    """
    known: dict[str, int] = {}
    for names in (aliases or (), labels):
        known |= {_fold(name): i for i, name in enumerate(names)}
    said = {_fold(value): label for value, label in (spelled or {}).items()}
    positions = {text: labels.index(label) for text, label in said.items() if label in labels}
    known |= positions
    return np.array([_find(_fold(cell), known) for cell in cells], np.int64)


def find_flags(cells: Sequence[object], spelled: Mapping[str, str] | None) -> NDArray[np.float64]:
    """1 for yes, 0 for no, NaN for an empty cell, infinite for what is neither, [n]."""
    said = {_fold(value): _fold(means) for value, means in (spelled or {}).items()}
    found = []
    for cell in cells:
        text = _fold(cell)
        text = said.get(text, text)
        yes, no = text in _YES, text in _NO
        found.append(1.0 if yes else 0.0 if no else np.nan if not text else np.inf)
    return np.array(found)


def read_numbers(cells: Sequence[object]) -> NDArray[np.float64]:
    """The number of each cell, NaN for an empty one, infinite for what is none, [n]."""
    return np.array([_read(cell) for cell in cells])


def _read(cell: object) -> float:
    if isinstance(cell, bool):
        return np.inf
    text = str("" if cell is None else cell).strip()
    if not text:
        return np.nan
    try:
        number = float(text)
    except ValueError:
        return np.inf
    return number if np.isfinite(number) else np.inf


def _find(text: str, known: Mapping[str, int]) -> int:
    if not text:
        return UNKNOWN
    if text in known:
        return known[text]
    number = _read(text)
    if np.isfinite(number):  # 1.0 of a table with gaps is 1
        for label, position in known.items():
            if _read(label) == number:
                return position
    return OTHER


def _fold(cell: object) -> str:
    if cell is None:
        return ""
    text = unicodedata.normalize("NFKC", compose(str(cell)))
    return " ".join(text.split()).casefold()
