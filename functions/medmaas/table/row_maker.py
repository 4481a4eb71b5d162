"""Cells become rows: by the columns that a model knows, without padding, in one spelling."""

from collections.abc import Sequence
from dataclasses import dataclass

from medmaas.facts import Fact
from medmaas.table.dialect import Decimal, rewrite_decimals
from medmaas.table.header import Columns, Header
from medmaas.table.missing import NO_WORDS, MissingWords
from medmaas.table.rows import ID, Identifier, Reject, Rows, keep_id

_NO_COLUMN = Fact("cell_without_column")

Cells = Sequence[str]
Record = Cells | Fact | Reject  # or what is wrong with it


def is_blank(cells: Cells) -> bool:
    """Whether a row holds nothing, as those that spreadsheets leave below a table."""
    return not any(cells) or not "".join(cells).strip(" \t\r")


@dataclass(frozen=True, slots=True)
class RowMaker:
    """Makes the rows of one file.

    Attributes:
        header: of the file.
        columns: what its columns are to the model.
        decimal: the mark of its decimals.
        missing: words that stand for a value that is missing.
    """

    header: Header
    columns: Columns
    decimal: Decimal = "point"
    missing: MissingWords = NO_WORDS

    @property
    def width(self) -> int:
        """How many cells a row has, padding included."""
        return len(self.header.cells) + self.header.padding

    def collect(self, records: Sequence[Record], first: int) -> Rows:
        """Rows of records, of which some cannot be read.

        Args:
            records: cells, or what is wrong.
            first: number of the first.
        """
        read, numbers, rejects = list[Cells](), list[int](), list[Reject]()
        for number, record in enumerate(records, start=first):
            checked = record if isinstance(record, Fact | Reject) else self._check_width(record)
            if isinstance(checked, Reject):
                rejects.append(checked)
            elif isinstance(checked, Fact):
                rejects.append(Reject(number, None, None, checked))
            else:
                read.append(checked)
                numbers.append(number)
        cells = list(zip(*read, strict=True)) or [()] * len(self.header.cells)
        return self.make(numbers, cells, rejects)

    def make(self, numbers: Sequence[int], cells: Sequence[Cells], rejects: list[Reject]) -> Rows:
        """Rows of whole columns.

        Args:
            numbers: of the rows.
            cells: per column of the header, those of the rows.
            rejects: rows that could not be read before.
        """
        columns, wrong = dict[str, Cells](), dict[int, tuple[str, Fact]]()
        numeric = set(self.columns.numbers)
        for position, name in enumerate(self.columns.names):
            if name is None:
                continue
            column = _leave_out(self.missing.of(name), cells[position])
            if position in numeric:
                column, problems = rewrite_decimals(column, self.decimal)
                wrong |= {row: (name, fact) for row, fact in problems.items()}
            columns[name] = column
        ids: Sequence[Identifier] = [None] * len(numbers)
        if ID in columns:
            ids = columns[ID] = _strip(columns[ID])
        if not wrong:
            return Rows(numbers, ids, columns, (), rejects)
        rejects += [Reject(numbers[row], keep_id(ids[row]), *wrong[row]) for row in sorted(wrong)]
        kept = [row for row in range(len(numbers)) if row not in wrong]
        return Rows(
            [numbers[row] for row in kept],
            [ids[row] for row in kept],
            {name: [column[row] for row in kept] for name, column in columns.items()},
            (),
            rejects,
        )

    def _check_width(self, cells: Cells) -> Record:
        """The cells of a row without its padding; as many as the header names, or what is wrong."""
        named = len(self.header.cells)
        if len(cells) not in {named, self.width}:
            return Fact("other_width", columns=len(cells), header=self.width)
        if is_blank(cells[named:]):
            return cells[:named]
        return _NO_COLUMN


def _leave_out(words: frozenset[str], column: Cells) -> Cells:
    if not words or words.isdisjoint({cell.strip() for cell in column}):
        return column
    return ["" if cell.strip() in words else cell for cell in column]


def _strip(column: Cells) -> Cells:
    """Ids without the blanks around them, which nobody sees."""
    together = "".join(column)
    if together.isascii() and " " not in together and together.isprintable():
        return column
    return [cell.strip() for cell in column]
