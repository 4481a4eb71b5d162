"""A table of text whose header has been read: its encoding, its dialect, and the rows ahead."""

from collections.abc import Sequence
from dataclasses import dataclass

from medmaas.facts import Fact
from medmaas.table.csv_rows import LIMITS, read_header
from medmaas.table.dialect import SEPARATORS, Dialect, find_decimal
from medmaas.table.encodings import UTF_8, settle_encoding
from medmaas.table.formats import refuse_binary
from medmaas.table.header import Header
from medmaas.table.lines import Stream
from medmaas.table.spelling import Spelling

WINDOW = 2 * LIMITS.line  # of a file's beginning: what tells how all of it is written
_SAMPLE = WINDOW - LIMITS.line  # of its rows
_FIRST_BYTES = 64


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table of text.

    Attributes:
        header: its columns.
        separator: of its cells.
        stream: the rows, in UTF-8 and with line feeds.
        old_line_ends: whether the lines of the file end in carriage returns.
        notes: how it was read, where that is not the usual way.
    """

    header: Header
    separator: str
    stream: Stream
    old_line_ends: bool
    notes: list[Fact]

    def find_dialect(self, numbers: Sequence[int]) -> tuple[Dialect, list[Fact]]:
        """How cells are written, the numbers in the columns at these positions; and what to know.

        Found in the same stretch of a file, whoever reads which part of it.
        """
        dialect, notes = Dialect(self.separator), list[Fact]()
        if self.separator == ",":
            return dialect, notes
        notes.append(Fact("read_separator", separator=SEPARATORS[self.separator]))
        beginning = self.stream.look(_SAMPLE)
        lines = beginning.decode(errors="replace").split("\n")
        whole = lines[:-1] if len(beginning) == _SAMPLE else lines
        dialect = Dialect(self.separator, find_decimal(whole, self.separator, numbers))
        if dialect.decimal == "comma":
            notes.append(Fact("read_decimal_comma"))
        return dialect, notes


def open_text(
    stream: Stream, spelling: Spelling, *, table: bool
) -> tuple[bytes, Stream, list[Fact]]:
    """The beginning of a text, the text in UTF-8 without a mark, and what to know of its encoding.

    Raises:
        RefusedFileError: it is no text, or its encoding is not known.
    """
    encoding, mark = settle_encoding(stream.look(_FIRST_BYTES), spelling.encoding)
    stream.skip(mark)
    notes = list[Fact]()
    if encoding != UTF_8:
        stream = stream.go_on(encoding)
        notes.append(Fact("read_encoding", encoding=encoding.upper()))
    head = stream.look(WINDOW)
    refuse_binary(head, table=table)
    return head, stream, notes


def open_text_table(stream: Stream, spelling: Spelling) -> TextTable:
    """A table of text, its header read.

    Raises:
        RefusedFileError: it is no table, or its header cannot be read.
    """
    head, text, notes = open_text(stream, spelling, table=True)
    old_line_ends = b"\r" in head and b"\n" not in head
    if old_line_ends:
        text = text.go_on(old_line_ends=True)
        notes.append(Fact("read_old_line_ends"))
    header, separator = read_header(text)
    return TextTable(header, separator, text, old_line_ends, notes)
