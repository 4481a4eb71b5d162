"""What was read how in a user's table: facts, and the sentences that the terminal and a card say.

No fact holds a text of a cell but words for missing of our list or of the user's own, and words
that the manifest holds anyway.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

Rule = Literal[
    "marker", "stated", "punctuation", "inseparable", "na_word", "merged",
    "below", "above", "bound_missing", "flag", "thousands", "thousands_unclear", "misspelt",
    "same_unit", "converted", "unit_guessed", "unit_unknown", "not_number", "unread",
    "outside", "range_guessed",
]  # fmt: skip
_SENTENCES: dict[Rule, str] = {
    "marker": "{detail} counts as missing in columns of numbers: {where}",
    "stated": "{detail} counts as missing, as the .yaml says: {where}",
    "punctuation": "{detail} alone counts as missing in columns of words: {where}; if it is a "
    "word, spellings in the .yaml gives it one",
    "inseparable": "{detail} counts as missing here, as the .yaml says, but will be a number in "
    "files that the model answers, since values lie on both sides of it: {where}; leave such cells "
    "empty",
    "na_word": "{detail} is read as a word: {where}; if it stands for missing, state it by missing "
    "in the .yaml",
    "merged": "words that differ only by case, width or blanks, that name one sex, or that the "
    ".yaml says are one, are one word: {where}",
    "below": "what is only known to be below a limit (<) is read as the limit: {where}; bounds: "
    "missing in the .yaml reads it as missing",
    "above": "what is only known to be above a limit (>) is read as the limit: {where}; bounds: "
    "missing in the .yaml reads it as missing",
    "bound_missing": "what is only known to lie beyond a limit counts as missing, as the .yaml "
    "says: {where}",
    "flag": "a laboratory's flag behind a number (H, L, *) is passed by: {where}",
    "thousands": "commas are read as marks of thousands: {where}",
    "thousands_unclear": "numbers with a comma count as missing, because 3,500 may be 3500 or 3.5: "
    "{where}; if it is 3500, state thousands: true in the .yaml",
    "misspelt": "numbers with decimal commas or with blanks between digits count as missing: "
    "{where}; write them with points and without blanks",
    "same_unit": "the unit {detail} behind a number is the column's own: {where}",
    "converted": "values in {detail} are converted: {where}",
    "unit_guessed": "the unit is taken to be {detail}, which some cells state: {where}; state it "
    "by unit in the .yaml",
    "unit_unknown": "values in a unit that cannot be converted to the column's, or of which the "
    "plain numbers seem not to be, count as missing: {where}; state the column's unit in the .yaml",
    "not_number": "what is no number counts as missing, and will in files that the model answers: "
    "{where}; if it means something, kind: words in the .yaml reads the column as words",
    "unread": "what is no number, and holds digits or stands in one row only, counts as missing, "
    "but is not declared to, as it may be a value or say something about somebody: the model will "
    "reject such rows: {where}; correct them, or kind: words in the .yaml reads the column as "
    "words",
    "outside": "values outside {detail}, which no patient has, count as missing: {where}; low and "
    "high in the .yaml state another range",
    "range_guessed": "by its name {where} is taken for {detail}: nothing else is accepted; low and "
    "high in the .yaml state another range",
}
# what was meant by a cell is lost
NOT_READ = {"thousands_unclear", "misspelt", "unit_unknown", "not_number", "unread"}
# their counts are of all rows, which says nothing
_UNCOUNTED = {"unit_guessed", "range_guessed"}


@dataclass(frozen=True)
class Told:
    """How some cells of a column were read.

    Attributes:
        column: its header.
        rule: by which they were read.
        count: of their rows.
        row: number of the first of these; the header is row 1.
        detail: what it was: a word for missing, a unit, limits.
        tested: whether that row is of the file of --test.
    """

    column: str
    rule: Rule
    count: int
    row: int
    detail: str = ""
    tested: bool = False

    def move(self, rows: int) -> "Told":
        """The same where the rows after so many are those of the file of --test."""
        if self.row < rows + 2:  # the header is row 1 of either
            return self
        return replace(self, row=self.row - rows, tested=True)


def tell(told: Iterable[Told]) -> tuple[str, ...]:
    """A clause for each rule and detail, of all the columns it was used in."""
    together: dict[tuple[Rule, str], list[Told]] = {}
    for one in told:
        together.setdefault((one.rule, one.detail), []).append(one)
    order = [*_SENTENCES]
    return tuple(
        _SENTENCES[rule].format(detail=detail, where=_list(rule, alike))
        for (rule, detail), alike in sorted(
            together.items(), key=lambda one: order.index(one[0][0])
        )
    )


def _list(rule: Rule, told: Sequence[Told]) -> str:
    if rule in _UNCOUNTED:
        return ", ".join(one.column for one in told)
    return ", ".join(
        f"{one.column} {one.count} (first in row {one.row}{' of --test' if one.tested else ''})"
        for one in told
    )
