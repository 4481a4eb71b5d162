"""Numbers as people write them in tables: with a comparator, a unit, a flag, marks of thousands.

Says only what a text holds. Whether and how it is used is up to whoever reads a feature, or learns
from a column, so that both read alike.
"""

import re
from dataclasses import dataclass
from math import isinf

_NUMBER = (
    r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+\.?[0-9]*(?:[eE][+-]?[0-9]+)?|\.[0-9]+)"
)
_SPELLED = re.compile(
    r"(?P<comparator><=|>=|=<|=>|[<>≤≥＜＞])?\s*"  # noqa: RUF001 - as Chinese keyboards write them
    rf"(?P<number>{_NUMBER})"
    r"(?P<suffix>\s*(?:[^\s0-9.,+\-<>=_:^/]|/(?![0-9])).*|\s+10[*^⁰¹²³⁴⁵⁶⁷⁸⁹].*|\s*)",
)
_COMPARATORS = {"=<": "<=", "=>": ">=", "≤": "<=", "≥": ">=", "＜": "<", "＞": ">"}  # noqa: RUF001
# abnormal flags of HL7 table 0078 as laboratories print them behind a result
_FLAG = re.compile(r"\(?(?:HH|LL|H|L|A|AA|N|\*{1,3}|[↑↓]{1,2}|!)\)?")


@dataclass(frozen=True, slots=True)
class SpelledNumber:
    """What a text holds that is a number and something beside.

    Attributes:
        value: the number, marks of thousands taken away.
        comparator: <, <=, > or >=, if only a limit is known.
        suffix: what follows, as it is written, blanks around it dropped.
        thousands: whether commas were taken for marks of thousands.
        decimal: with one comma and no point, what it is if the comma marks decimals: 3,500 is 3.5.
    """

    value: float
    comparator: str | None = None
    suffix: str = ""
    thousands: bool = False
    decimal: float | None = None

    @property
    def is_flagged(self) -> bool:
        """Whether what follows may be a flag, such as H; L may be litres, too."""
        return bool(_FLAG.fullmatch(self.suffix))


def read_spelled(text: str) -> SpelledNumber | None:
    """Take a text apart; None if it does not begin with a number, or a comparator and a number.

    Digits of other scripts, decimal commas and blanks between digits are not read: what they mean
    depends on more than one cell.

    Example:
        read_spelled("<12.3 mg/L") == SpelledNumber(12.3, "<", "mg/L")
    """
    match = _SPELLED.fullmatch(text.strip())
    if match is None:
        return None
    number, comparator = match["number"], match["comparator"]
    value = float(number.replace(",", ""))
    if isinf(value):
        return None
    one = number.count(",") == 1 and "." not in number
    return SpelledNumber(
        value,
        _COMPARATORS.get(comparator, comparator),
        # ％ stands for %; powers stay, which other forms would turn into digits  # noqa: RUF003
        match["suffix"].strip().replace("％", "%"),  # noqa: RUF001
        thousands="," in number,
        decimal=float(number.replace(",", ".")) if one else None,
    )
