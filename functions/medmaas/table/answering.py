"""A file that is held whole becomes answers, row by row: for a request, which keeps none of it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from medmaas.errors import TooLargeError
from medmaas.facts import Fact
from medmaas.model.options import PLAIN, Options
from medmaas.model.predict import check_options
from medmaas.model.registry import Model
from medmaas.table.formats import TABLE
from medmaas.table.reader import open_rows
from medmaas.table.score import Scored, Scorer
from medmaas.table.source import Held
from medmaas.table.spelling import USUAL, Spelling
from medmaas.words import ENGLISH, Words

MOST_ROWS = 1_000
MOST_BYTES = 4_000_000

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class AnsweredFile:
    """What became of a file.

    Attributes:
        notes: how it was read, where that is not the usual way.
        rows: how many there were: of series, histories and rows that are of none.
        answered: how many of them were answered.
        scored: the answers and what is wrong with the others, in parts.
        header: of the answers as CSV.
    """

    notes: list[Fact]
    rows: int
    answered: int
    scored: list[Scored]
    header: bytes

    def write_csv(self) -> bytes:
        """The answers, as a file in a bucket has them."""
        return self.header + b"".join(part.predictions for part in self.scored)

    def list_rows(self) -> list[Json]:
        """Every row with its number, its id, and its prediction or what is wrong with it."""
        rows: dict[int, Json] = {}
        for line in self._list_lines():
            row = {"row": line.pop("row"), "id": line.pop("id")}
            if "status" in line:
                rows[row["row"]] = row | {"prediction": line}
            else:
                found = rows.setdefault(row["row"], row | {"problems": []})
                found["problems"].append(line)
        return [rows[number] for number in sorted(rows)]

    def _list_lines(self) -> Iterator[Json]:
        for part in self.scored:
            for lines in (part.predictions, part.rejected):
                yield from map(json.loads, lines.splitlines())


def answer_file(
    content: bytes,
    model: Model,
    *,
    spelling: Spelling = USUAL,
    options: Options = PLAIN,
    words: Words = ENGLISH,
    as_csv: bool = False,
) -> AnsweredFile:
    """Answer every row of a table that can be answered, and say of every other one why not.

    Args:
        content: of the file: text or a spreadsheet.
        model: which answers.
        spelling: what was said of how the file is written.
        options: what else is asked for.
        words: what is said is said in them.
        as_csv: whether the answers will be written as CSV, and not as rows of JSON.

    Raises:
        RefusedFileError: the file can never be scored.
        TooLargeError: more than MOST_ROWS, or than fit an answer of a kind that draws.
        InvalidRequestError: the model has not what is asked for.
    """
    check_options(model, options)
    most = min(MOST_ROWS, model.output.most_rows or MOST_ROWS)
    scorer = Scorer(model, "csv" if as_csv else "jsonl", options=options, words=words)
    opened = open_rows(Held(content), TABLE, model, spelling=spelling)
    scored, rows = list[Scored](), 0
    for chunk in opened.chunks():
        if opened.reader.rows_read > most:
            raise TooLargeError("too_many_rows", most=most)
        rows += chunk.count
        scored.append(scorer.score(chunk.read()))
    answered = sum(part.count for part in scored)
    return AnsweredFile(opened.notes, rows, answered, scored, scorer.header)
