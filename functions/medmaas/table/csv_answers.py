"""Answers become lines of CSV: row, id, what the model says, warnings, why it abstained.

A number has the characters that it has in the JSON of an answer over HTTPS.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray
from pydantic_core import to_json

from medmaas.facts import Say
from medmaas.model.answers import Answers
from medmaas.model.columns import NO_COLUMNS, Cell, Table, write_text
from medmaas.model.options import PLAIN, Options
from medmaas.model.registry import Model
from medmaas.words import ENGLISH, Words

_MILLION = 1_000_000
_MANY = 100_000  # numbers in a table, from which on looking their texts up repays making them
_must_be_quoted = re.compile(r'[,"\r\n]').search
_WHOLE = {int, type(None)}
_CELL = np.dtype([("text", np.uint64), ("end", np.uint8)])  # 8 characters, moved as one number
_AT_ONCE = 1_024  # rows whose numbers and texts fit a processor's cache


def write_header(model: Model, options: Options = PLAIN) -> bytes:
    """The line of column names."""
    parts = [model.output.columns, model.uncertainty.columns if model.uncertainty else NO_COLUMNS]
    names = ["row", "id", *(name for part in parts for name in (*part.written, *part.numbers))]
    names += ["forced"] * options.force + ["explanation"] * options.explain
    return f"{','.join(_quote([*names, 'warnings', 'abstained'], ENGLISH.say))}\n".encode()


def write_rows(
    answers: Answers,
    row_numbers: Sequence[int],
    ids: Sequence[str | int | None],
    words: Words,
    *,
    sentences: Sequence[str | None] | None = None,
) -> bytes:
    """One row per answer, quoted where it must be.

    Args:
        answers: n.
        row_numbers: of the rows in their file, n.
        ids: what the rows are called, n; None for those without.
        words: what is said is said in them.
        sentences: what drove each answer, n, if that was asked for; None without an answer.
    """
    decisions = answers.decisions
    said = [words.join_problems(some) if some else "" for some in answers.warnings]
    reasons = [words.say(reason) if reason else "" for reason in answers.reasons]
    last: list[Sequence[str | None]] = [said, reasons]
    if sentences is not None:
        last.insert(0, sentences)
    if answers.options.force:
        last.insert(0, ["true" if one.status == "forced" else None for one in decisions])
    columns = [
        *(_quote(column, words.say) for column in (row_numbers, ids)),
        *_write_answers(answers, words.say),
        *(_quote(column, words.say) for column in last),
    ]
    return "\n".join([*map(",".join, zip(*columns, strict=True)), ""]).encode()


def _write_answers(answers: Answers, say: Say) -> list[list[str]]:
    """The columns of answers and of their intervals."""
    rows = [*enumerate(answers.decisions)]
    withheld = [row for row, decision in rows if not decision.shows_answer]
    unsure = [row for row, decision in rows if not decision.shows_interval]
    table, names = answers.table, answers.model.output.columns
    if names.files:
        texts = zip(names.texts, table.texts, strict=True)
        table = replace(table, texts=[cells for name, cells in texts if name not in names.files])
    return _write_table(table, withheld, say) + _write_table(answers.intervals, unsure, say)


def _write_table(table: Table, withheld: Sequence[int], say: Say) -> list[list[str]]:
    """Columns of text, and all numbers as one column with commas inside; some rows are empty."""
    columns = [_quote(column, say) for column in table.texts]
    empty = [""] * len(columns)
    if count := table.numbers.shape[1]:
        columns.append(_write_numbers(table.numbers))
        empty.append("," * (count - 1))
    for column, nothing in zip(columns, empty, strict=True):
        for row in withheld:
            column[row] = nothing
    return columns


def _quote(column: Sequence[Cell], say: Say) -> list[str]:
    """Every cell, quoted if it must be."""
    if set(map(type, column)) <= _WHOLE:  # half of the columns; no cell of these is quoted
        return ["" if cell is None else str(cell) for cell in column]
    cells = [cell if type(cell) is str else write_text(cell, say) for cell in column]
    if not _must_be_quoted("".join(cells)):
        return cells
    # as the csv module quotes, where lines end in CR LF
    return [
        '"' + cell.replace('"', '""') + '"' if cell and _must_be_quoted(cell) else cell
        for cell in cells
    ]


def _write_numbers(numbers: NDArray[np.float64]) -> list[str]:
    """Per row of [n, columns], its numbers, with commas between."""
    if numbers.size < _MANY:
        return _serialise(numbers)
    parts = np.array_split(numbers, -(-len(numbers) // _AT_ONCE))
    return [
        row
        for part in parts
        for row in (_look_up(part) if _are_probabilities(part) else _serialise(part))
    ]


def _serialise(numbers: NDArray[np.float64]) -> list[str]:
    return to_json(numbers.tolist())[2:-2].decode().split("],[") if len(numbers) else []


def _are_probabilities(numbers: NDArray[np.float64]) -> bool:
    """Whether all are from 0 to 1, and none is -0.0, which has another text."""
    return bool(numbers.max() <= 1) and not np.signbit(numbers).any()


def _look_up(numbers: NDArray[np.float64]) -> list[str]:
    cells = np.empty(numbers.shape, _CELL)
    cells["text"] = _probability_texts().take(np.rint(numbers * _MILLION).astype(np.intp))
    cells["end"] = ord(",")
    cells["end"][:, -1] = ord("\n")
    return cells.tobytes().replace(b"\0", b"").decode().split("\n")[:-1]


@cache
def _probability_texts() -> NDArray[np.uint64]:
    """The text of every number from 0 to 1 with six decimals, as 8 bytes: 8 MB, in 0.2 s."""
    texts = to_json((np.arange(_MILLION + 1) / _MILLION).tolist())[1:-1].split(b",")
    return np.array(texts, "S8").view(np.uint64)
