"""The different texts of a column of a user's table, and what was read of them how."""

import re
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np

from medmaas.model.manifest import Cells, Range
from medmaas.model.manifest.cells import fold_word
from medmaas_training.tabular.own_columns import Floats, parse_numbers
from medmaas_training.tabular.own_told import Rule, Told

Kind = Literal["number", "choice", "boolean"]

# for missing, in any case; what has neither a letter nor a digit needs no place here
_MARKERS = frozenset({
    "na", "n/a", "n.a.", "n.a", "#n/a", "<na>", "#na", "nan", "-nan", "+nan", "null", "#null!",
    "none", "nil", "nd", "n.d.", "n.d", "unknown", "missing", "not done", "not available",
    "not measured", "not known", "#div/0!", "#value!", "#ref!", "#name?", "#num!",
    "k.a.", "k.a", "k/a", "n.b.", "n.b", "ø", "entf.", "entfällt", "unbekannt", "fehlt", "fehlend",
    "未查", "未检", "未测", "未做", "不详", "未知", "缺失", "无", "欠測", "不明",
})  # fmt: skip
_PUNCTUATION = re.compile(r"[\W_]+")


class TextColumn(Protocol):
    """A column as text, called by its header: what is no text, or empty, is missing."""

    @property
    def name(self) -> Hashable:
        """The header."""

    def __iter__(self) -> Iterator[object]:
        """The cells, [n]."""


@dataclass(frozen=True)
class NamedTexts:
    """A `TextColumn` of texts [n]."""

    name: str
    cells: Sequence[str]

    def __iter__(self) -> Iterator[object]:
        return iter(self.cells)


@dataclass(frozen=True)
class ReadCells:
    """A column as it was read.

    Attributes:
        kind: what it holds.
        values: [n]; numbers, positions in `words`, or 0 and 1; NaN for missing.
        words: of a choice, in alphabetical order.
        unit: of a number, UCUM, if it is known.
        cells: how its cells are read that are no plain numbers.
        spellings: other words, and what they stand for: a word, or true or false.
        missing_words: what stands for missing in it.
        missing_numbers: those of them that are numbers.
        within: what is possible, if that is known.
        told: what was read how.
    """

    kind: Kind
    values: Floats
    words: tuple[str, ...] = ()
    unit: str | None = None
    cells: Cells | None = None
    spellings: Mapping[str, str | bool] = field(default_factory=dict)
    missing_words: frozenset[str] = frozenset()
    missing_numbers: tuple[float, ...] = ()
    within: Range | None = None
    told: tuple[Told, ...] = ()


class Texts:
    """The different texts of a column, and what is told of them.

    Attributes:
        header: of the column.
        plain: those that are numbers to every door, and which.
        left: the others, of which nothing has been said yet, in the order of the file.
        told: what was read how.
        missing_words: texts that stand for missing.
    """

    def __init__(self, column: TextColumn) -> None:
        self.header = str(column.name)
        self._texts: dict[str, int] = {}
        find = self._texts.setdefault
        known = (text if isinstance(text, str) else "" for text in column)
        self._codes = np.array([find(text, len(self._texts)) if text else -1 for text in known])
        present = self._codes[self._codes >= 0]
        self._counts = np.bincount(present, minlength=len(self._texts)).tolist()
        codes, first = np.unique(self._codes, return_index=True)
        self._first = first[codes >= 0].tolist()
        numbers = parse_numbers(self._texts)
        pairs = zip(self._texts, numbers.tolist(), strict=True)
        self.plain = {text: number for text, number in pairs if number == number}  # noqa: PLR0124
        self.left = [text for text in self._texts if text not in self.plain]
        self.told: list[Told] = []
        self.missing_words = set[str]()

    def count(self, texts: Iterable[str]) -> int:
        """How many rows have one of them."""
        return sum(self._counts[self._texts[text]] for text in texts)

    def count_numbers_as_words(self) -> None:
        """Leave plain numbers, too."""
        self.left += self.plain
        self.plain = {}

    def take(self, is_one: Callable[[str], object]) -> list[str]:
        """Take out of what is left."""
        taken = [text for text in self.left if is_one(text)]
        gone = {*taken}
        self.left = [text for text in self.left if text not in gone]
        return taken

    def tell(self, rule: Rule, texts: Collection[str], detail: str = "") -> None:
        """Tell of the rows that have one of some texts, if there are any."""
        if texts:
            row = min(self._first[self._texts[text]] for text in texts) + 2
            self.told.append(Told(self.header, rule, self.count(texts), row, detail))

    def declare(self, rule: Rule, texts: Collection[str]) -> None:
        """Tell of texts, of which it may be said what they are, that they stand for missing."""
        for text in texts:
            self.tell(rule, [text], text)
        self.missing_words |= {*texts}

    def spread(self, values: Mapping[str, float]) -> Floats:
        """The number of each row [n], NaN where its text has none."""
        numbers = np.array([*(values.get(text, np.nan) for text in self._texts), np.nan])
        spread: Floats = numbers[self._codes]  # -1, of an empty cell, is the last
        return spread


def is_marker(text: str) -> bool:
    """Whether a text is on our list of words for missing, or has neither letter nor digit."""
    return fold_word(text) in _MARKERS or is_punctuation(text)


def is_punctuation(text: str) -> bool:
    """Whether a text is marks alone, as in ? and --; + and ± are results."""
    return bool(_PUNCTUATION.fullmatch(text)) and not re.search(r"[+±＋]", text)  # noqa: RUF001
