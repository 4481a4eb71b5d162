"""What a workbook shows beside its values: errors, formulas nobody calculated, formats, extent.

The reader of values gives an empty text for an error and for a formula without a value, which would
pass as missing, and 0.45 for what is shown as 45 %: this tells them apart.
"""

import posixpath
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from medmaas.errors import RefusedFileError
from medmaas.facts import Fact

MOST_UNPACKED = 100_000_000
_UNCALCULATED = Fact("cell_not_calculated")
_SHOWN_OTHERWISE = Fact("cell_shown_otherwise")
_PERCENT = {9, 10}  # formats that every workbook has
_TEXT = re.compile(r'"([^"]*)"|\\(.)|\[[^\]]*\]|[_*].')
_SCALED = re.compile(r"[0#?],+(?![0#?,])")
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")

# what a damaged archive, or one with a password, raises while it is unpacked
_BROKEN = (
    zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, ValueError, EOFError,
    OSError,
)  # fmt: skip

Attributes = Mapping[str, str]


@dataclass(slots=True)
class Marks:
    """What is to be known of one sheet.

    Attributes:
        errors: texts of errors, by row and column from 0.
        wrong: other cells that hold no value, or not the one they show, and why.
        rows: how many rows, to the last that holds something.
        columns: how many columns likewise.
    """

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    wrong: dict[tuple[int, int], Fact] = field(default_factory=dict)
    rows: int = 0
    columns: int = 0


@dataclass(frozen=True, slots=True)
class Parts:
    """The files inside a workbook.

    Raises:
        RefusedFileError: they are more than `MOST_UNPACKED` bytes, or damaged.
    """

    content: Mapping[str, bytes]

    @classmethod
    def unpack(cls, archive: zipfile.ZipFile) -> "Parts":
        """All that a sheet's values and looks are made of; pictures and programs are left out."""
        wanted = [one for one in archive.infolist() if one.filename.endswith((".xml", ".rels"))]
        if sum(one.file_size for one in wanted) > MOST_UNPACKED:
            raise RefusedFileError("sheet_too_large", megabytes=MOST_UNPACKED // 10**6)
        try:
            return cls({one.filename: archive.read(one) for one in wanted})
        except _BROKEN:
            raise RefusedFileError("sheet_damaged") from None

    def list_sheets(self) -> list[str]:
        """The files of the sheets, in the order of the workbook; empty for one that is none."""
        targets = dict[str, str]()
        ids = list[str]()

        def relate(name: str, attributes: Attributes) -> None:
            if name == "Relationship" and attributes.get("Type", "").endswith("/worksheet"):
                path = posixpath.join("/xl", attributes.get("Target", ""))
                targets[attributes.get("Id", "")] = posixpath.normpath(path).lstrip("/")

        def take(name: str, attributes: Attributes) -> None:
            if name == "sheet":
                ids.append(next((v for k, v in attributes.items() if k.endswith(":id")), ""))

        self._parse("xl/_rels/workbook.xml.rels", relate)
        self._parse("xl/workbook.xml", take)
        return [targets.get(one, "") for one in ids]

    def find_marks(self, path: str) -> Marks:
        """What is to be known of a sheet."""
        odd = self._find_odd_formats()
        return _SheetScan(odd).run(self._parse, path)

    def _find_odd_formats(self) -> set[int]:
        """Styles in which a number is shown otherwise than it is stored."""
        odd, styles = set(_PERCENT), list[int]()
        inside = False

        def take(name: str, attributes: Attributes) -> None:
            nonlocal inside
            if name == "numFmt" and _shows_otherwise(attributes.get("formatCode", "")):
                odd.add(int(attributes.get("numFmtId", "0")))
            elif name in {"cellXfs", "cellStyleXfs", "cellStyles", "dxfs"}:
                inside = name == "cellXfs"
            elif name == "xf" and inside:
                styles.append(int(attributes.get("numFmtId", "0")))

        if "xl/styles.xml" in self.content:
            self._parse("xl/styles.xml", take)
        return {style for style, number in enumerate(styles) if number in odd}

    def _parse(self, path: str, start: Any, end: Any = None, text: Any = None) -> None:  # noqa: ANN401
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = lambda name, attributes: start(_local(name), attributes)
        if end:
            parser.EndElementHandler = lambda name: end(_local(name))
        parser.CharacterDataHandler = text
        parser.StartDoctypeDeclHandler = _refuse_doctype
        try:
            parser.Parse(self.content[path], True)  # noqa: FBT003 - expat's own
        except (KeyError, ValueError, expat.ExpatError):
            raise RefusedFileError("sheet_damaged") from None


class _SheetScan:
    """One pass over the cells of a sheet."""

    def __init__(self, odd: set[int]) -> None:
        self._odd = odd
        self._marks = Marks()
        self._row = self._column = -1
        self._style, self._kind = 0, ""
        self._formula = self._held = self._in_value = False
        self._value = ""

    def run(self, parse: Any, path: str) -> Marks:  # noqa: ANN401
        parse(path, self._start, self._end, self._text)
        return self._marks

    def _start(self, name: str, attributes: Attributes) -> None:
        match name:
            case "row":
                self._row = int(attributes["r"]) - 1 if "r" in attributes else self._row + 1
                self._column = -1
            case "c":
                self._column += 1
                if match := _PLACE.fullmatch(attributes.get("r", "")):
                    self._row, self._column = int(match[2]) - 1, _count_letters(match[1])
                self._style, self._kind = int(attributes.get("s", "0")), attributes.get("t", "n")
                self._formula = self._held = False
                self._value = ""
            case "f":
                self._formula = True
            case "v" | "is":
                self._held = self._in_value = True

    def _text(self, data: str) -> None:
        if self._in_value and self._kind == "e":
            self._value += data

    def _end(self, name: str) -> None:
        if name in {"v", "is"}:
            self._in_value = False
        if name != "c" or not (self._held or self._formula):
            return
        place, marks = (self._row, self._column), self._marks
        marks.rows, marks.columns = max(marks.rows, place[0] + 1), max(marks.columns, place[1] + 1)
        if self._kind == "e":
            marks.errors[place] = self._value
        elif not self._held:
            marks.wrong[place] = _UNCALCULATED
        elif self._kind == "n" and self._style in self._odd:
            marks.wrong[place] = _SHOWN_OTHERWISE


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _count_letters(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


def _shows_otherwise(code: str) -> bool:
    """Whether a format multiplies, divides, or puts letters such as a unit beside a number."""
    section = code.split(";", 1)[0]
    said = "".join(match[1] or match[2] or "" for match in _TEXT.finditer(section))
    bare = _TEXT.sub("", section)
    return "%" in bare or bool(_SCALED.search(bare)) or any(map(str.isalpha, said))


def _refuse_doctype(*_of: object) -> None:
    raise RefusedFileError("sheet_damaged")
