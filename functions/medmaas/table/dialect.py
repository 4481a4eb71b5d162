"""How a table of text is written: what separates its cells, and which mark its decimals have.

Both are found in the beginning of the file alone, so that whoever reads another part of it reads
the same. A comma is a decimal mark only where it cannot be anything else.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from medmaas.errors import RefusedFileError
from medmaas.facts import Fact
from medmaas.model.inputs.amounts import is_beside

SEPARATORS = {
    ",": Fact("separator_comma"),
    ";": Fact("separator_semicolon"),
    "\t": Fact("separator_tab"),
}
Decimal = Literal["point", "comma", "unclear"]

_SEP_LINE = re.compile(r'"?sep=(.?)"?', re.IGNORECASE)
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_COMMA = re.compile(r"[+-]?[0-9]*,[0-9]+(?:[eE][+-]?[0-9]+)?")
_POINT = re.compile(r"[+-]?[0-9]*\.[0-9]+(?:[eE][+-]?[0-9]+)?")
# may as well be a whole number with a mark between its thousands
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}")
# what people write before a number, and behind it
_BESIDE = re.compile(
    r"(?P<before>[<>=≤≥＜＞]*\s*)"  # noqa: RUF001 - as Chinese keyboards write them
    r"(?P<number>[+-]?[0-9.,]+(?:[eE][+-]?[0-9]+)?)(?P<after>.*)"
)
_SURE = 0.9  # of the numbers that can be nothing else: one slip must not cost a file its other rows
_DECIMAL_COMMA_WANTED = Fact("decimal_point_between_commas")
_UNCLEAR = Fact("decimal_unclear")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a table of text is written.

    Attributes:
        separator: of cells, one of SEPARATORS.
        decimal: the mark of decimals; unclear where nothing in the beginning of the file tells.
    """

    separator: str = ","
    decimal: Decimal = "point"


def read_sep_line(line: str) -> str | None:
    """The separator that a first line `sep=;` names, as Excel reads it; None for other lines.

    Raises:
        RefusedFileError: it names one that is not read here.
    """
    match = _SEP_LINE.fullmatch(line.strip("\r\n"))
    if match is None:
        return None
    if match[1] not in SEPARATORS:
        raise RefusedFileError("other_separator", separators=[*SEPARATORS.values()])
    return match[1]


def find_separator(header: str) -> str:
    """What separates the cells of a header: what is there most often outside of quotes.

    Raises:
        RefusedFileError: two separators are there as often.
    """
    bare = _QUOTED.sub("", header)
    counts = {separator: bare.count(separator) for separator in SEPARATORS}
    most = max(counts.values())
    if not most:
        return ","
    found = [separator for separator, count in counts.items() if count == most]
    if len(found) > 1:
        raise RefusedFileError("separator_unclear", separators=[*SEPARATORS.values()])
    return found[0]


def find_decimal(lines: Sequence[str], separator: str, columns: Iterable[int]) -> Decimal:
    """The decimal mark of the numbers in the first lines of a file.

    Args:
        lines: without the header.
        separator: of their cells.
        columns: positions of those that hold numbers.
    """
    if separator == ",":
        return "point"
    positions = [*columns]
    commas = points = 0
    for row in _split(lines, separator):
        for cell in (row[i].strip() for i in positions if i < len(row)):
            before, number, _ = _take_apart(cell)
            if before or _THOUSANDS.fullmatch(number):
                continue
            commas += _COMMA.fullmatch(number) is not None
            points += _POINT.fullmatch(number) is not None
    most = max(commas, points)
    if not most or most < _SURE * (commas + points):
        return "unclear"
    return "comma" if commas > points else "point"


def rewrite_decimals(
    cells: Sequence[str], decimal: Decimal
) -> tuple[Sequence[str], dict[int, Fact]]:
    """The cells of a column of numbers with decimal points, and what is wrong with some of them.

    Where commas are decimal marks a point is none, since it may separate thousands, and where
    nothing tells, neither is. A bound is no number, and only left out where it may be two of them.
    """
    together = "".join(cells)
    if decimal == "point" or not ("," in together or "." in together):
        return cells, {}
    written, wrong = list(cells), dict[int, Fact]()
    for row, cell in enumerate(cells):
        before, number, after = _take_apart(cell.strip())
        if decimal == "comma" and _COMMA.fullmatch(number):
            written[row] = f"{before}{number.replace(',', '.')}{after}"
        elif before:
            if _THOUSANDS.fullmatch(number):
                wrong[row] = _UNCLEAR
        elif decimal == "comma":
            if _POINT.fullmatch(number):
                wrong[row] = _DECIMAL_COMMA_WANTED
        elif _THOUSANDS.fullmatch(number) or _COMMA.fullmatch(number):
            wrong[row] = _UNCLEAR
    return written, wrong


def _take_apart(text: str) -> tuple[str, str, str]:
    """Comparator, number, and unit or flag of a cell; as a number the whole of another one."""
    match = _BESIDE.fullmatch(text)
    if match is None or not is_beside(match["after"].strip()):
        return "", text, ""
    return match["before"], match["number"], match["after"]


def _split(lines: Sequence[str], separator: str) -> Iterable[list[str]]:
    try:
        yield from csv.reader(lines, delimiter=separator)
    except csv.Error:  # what was read until here must do
        return
