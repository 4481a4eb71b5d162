"""What a file is: by its name how it is meant, by its first bytes what it really is."""

import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from medmaas.errors import RefusedFileError
from medmaas.facts import Fact

NAME = re.compile(
    r"(?P<stem>.+)\.(?:(?P<format>csv|tsv|jsonl|ndjson)(?P<gzip>\.gz)?|(?P<sheet>xlsx))",
    re.IGNORECASE,
)
_ZIP = Fact("format_zip")
_XLSX_PART = "xl/workbook.xml"
_PARTS_OF_OTHERS = (
    ("xl/workbook.bin", Fact("format_xlsb")),
    ("word/", Fact("format_docx")),
    ("content.xml", Fact("format_ods")),
)
# first bytes, and the words of what begins with them
_BEGINNINGS = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Fact("format_xls")),
    (b"\x09\x08\x10\x00", Fact("format_xls")),
    (b"\x1f\x8b", Fact("format_gzip")),
    (b"%PDF", Fact("format_pdf")),
    (b"PAR1", Fact("format_parquet")),
    (b"$FL2", Fact("format_spss")),
    (b"$FL3", Fact("format_spss")),
    (b"<stata_dta>", Fact("format_stata")),
    (b"{\\rtf", Fact("format_rtf")),
    (b"BZh", Fact("format_archive")),
    (b"\xfd7zXZ\x00", Fact("format_archive")),
    (b"7z\xbc\xaf\x27\x1c", Fact("format_archive")),
    (b"Rar!", Fact("format_archive")),
    (b"\x28\xb5\x2f\xfd", Fact("format_archive")),
    (b"\x89PNG", Fact("format_picture")),
    (b"\xff\xd8\xff", Fact("format_picture")),
    (b"SQLite format 3\x00", Fact("format_database")),
)
_MARKUP = re.compile(rb"\s*<[!?/A-Za-z]")
_JSON = re.compile(rb"\s*(?:\{\s*\"|\[\s*[\[{\"])")


@dataclass(frozen=True, slots=True)
class Format:
    """How a file is written, by its name: what begins as a spreadsheet is read as one all the same.

    Attributes:
        kind: csv: a table, in text or as a spreadsheet; jsonl: an instance per line; ndjson: a
            record in FHIR per line.
        gzip: whether it is compressed.
    """

    kind: Literal["csv", "jsonl", "ndjson"]
    gzip: bool = False

    @property
    def written(self) -> Literal["csv", "jsonl"]:
        """How its answers are written."""
        return "csv" if self.kind == "csv" else "jsonl"


TABLE = Format("csv")


def find_format(source: str) -> Format:
    """The format that a file's name tells.

    Raises:
        RefusedFileError: the name ends in none of those that are read here.
    """
    match = NAME.fullmatch(PurePosixPath(source).name)
    if match is None:
        raise RefusedFileError("other_ending")
    kind = (match["format"] or "csv").lower()
    written: Literal["csv", "jsonl", "ndjson"] = "csv"
    if kind in {"jsonl", "ndjson"}:
        written = "jsonl" if kind == "jsonl" else "ndjson"
    return Format(written, match["gzip"] is not None)


def is_zip(head: bytes) -> bool:
    """Whether a file begins as a spreadsheet does, or another archive."""
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def refuse_binary(head: bytes, *, table: bool) -> None:
    """Refuse what is no text by what it is.

    Args:
        head: the first bytes of the file.
        table: whether it should be a table, and not JSON.

    Raises:
        RefusedFileError: it is something else; says what.
    """
    for beginning, fact in _BEGINNINGS:
        if head.startswith(beginning):
            raise RefusedFileError("file_is_of_format", format=fact)
    if is_zip(head):
        raise RefusedFileError("file_is_of_format", format=_ZIP)
    if _MARKUP.match(head):
        raise RefusedFileError("file_is_of_format", format=Fact("format_html"))
    if table and _JSON.match(head):
        raise RefusedFileError("file_is_of_format", format=Fact("format_json"))


def require_xlsx(content: bytes) -> zipfile.ZipFile:
    """The parts of a spreadsheet.

    Raises:
        RefusedFileError: it is another archive, or damaged.
    """
    try:
        parts = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise RefusedFileError("sheet_damaged") from None
    names = parts.namelist()
    if _XLSX_PART in names:
        return parts
    for part, fact in _PARTS_OF_OTHERS:
        if any(name.startswith(part) for name in names):
            raise RefusedFileError("file_is_of_format", format=fact)
    raise RefusedFileError("file_is_of_format", format=_ZIP)
