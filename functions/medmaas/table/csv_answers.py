"""Answers become lines of CSV: row, id, what the model says, warnings, why it abstained.

A number has the characters that it has in the JSON of an answer over HTTPS.
"""

import csv
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from pydantic_core import to_json

from medmaas.facts import Say
from medmaas.model.answers import Answers
from medmaas.model.columns import NO_COLUMNS, Cell, write_text
from medmaas.model.options import PLAIN, Options
from medmaas.model.registry import Model
from medmaas.words import ENGLISH, Words

_MILLION = 1_000_000
_MANY = 100_000  # numbers in a table, from which on looking their texts up repays making them
_QUOTED = ',"\r\n'  # what a cell holds that must be quoted
_AT_ONCE = 1_024  # rows whose numbers and texts fit a processor's cache


class _Lines(list[str]):
    """A file to the csv module, which writes a row, however many lines it has, at once."""

    write = list.append


def write_header(model: Model, options: Options = PLAIN) -> bytes:
    """The line of column names."""
    parts = [model.output.columns, model.uncertainty.columns if model.uncertainty else NO_COLUMNS]
    names = ["row", "id", *(name for part in parts for name in (*part.texts, *part.numbers))]
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
    said = [words.join_problems(some) if some else None for some in answers.warnings]
    reasons = [words.say(one.reason) if one.reason else None for one in decisions]
    last: list[Sequence[str | None]] = [said, reasons]
    if sentences is not None:
        last.insert(0, sentences)
    if answers.options.force:
        last.insert(0, ["true" if one.status == "forced" else None for one in decisions])
    cells = _write_answers(answers, words.say)
    rows = zip(
        _write_texts([row_numbers, ids], words.say),
        cells,
        _write_texts(last, words.say),
        strict=True,
    )
    return "".join([f"{name}{answer},{end}\n" for name, answer, end in rows]).encode()


def _write_answers(answers: Answers, say: Say) -> list[str]:
    """Answers and their intervals; empty cells in place of what is withheld."""
    table, intervals = answers.table, answers.intervals
    shown = _write_cells(table.texts, table.numbers, say)
    certainty = _write_cells(intervals.texts, intervals.numbers, say)
    empty = "," * (len(table.texts) + table.numbers.shape[1])
    uncertain = "," * (len(intervals.texts) + intervals.numbers.shape[1])
    return [
        (answer if decision.shows_answer else empty)
        + (interval if decision.shows_interval else uncertain)
        for answer, interval, decision in zip(shown, certainty, answers.decisions, strict=True)
    ]


def _write_cells(
    texts: Sequence[Sequence[Cell]], numbers: NDArray[np.float64], say: Say
) -> list[str]:
    """Per row its texts and its numbers, each behind a comma."""
    before = [f",{row}" for row in _write_texts(texts, say)] if texts else [""] * len(numbers)
    if not numbers.shape[1]:
        return before
    return [f"{a}{b}" for a, b in zip(before, _write_numbers(numbers), strict=True)]


def _write_texts(columns: Sequence[Sequence[Cell]], say: Say) -> list[str]:
    """Per row its cells, with commas between."""
    return [
        ",".join(cells) for cells in zip(*(_quote(column, say) for column in columns), strict=True)
    ]


def _quote(column: Sequence[Cell], say: Say) -> list[str]:
    """Every cell, quoted if it must be."""
    cells = [cell if type(cell) is str else write_text(cell, say) for cell in column]
    together = "".join(cells)
    if not any(character in together for character in _QUOTED):
        return cells
    lines = _Lines()
    # ending lines in CR LF is what makes it quote both; a second cell, that it quotes no empty one
    csv.writer(lines).writerows((cell, "") for cell in cells)
    return [line[: -len(",\r\n")] for line in lines]


def _write_numbers(numbers: NDArray[np.float64]) -> list[str]:
    """Per row of [n, columns], its numbers, each after a comma."""
    if numbers.size < _MANY:
        return _serialise(numbers)
    parts = np.array_split(numbers, -(-len(numbers) // _AT_ONCE))
    return [
        row
        for part in parts
        for row in (_look_up(part) if _are_probabilities(part) else _serialise(part))
    ]


def _serialise(numbers: NDArray[np.float64]) -> list[str]:
    rows = to_json(numbers.tolist())[2:-2].replace(b"],[", b"\n,").decode()
    return f",{rows}".split("\n") if len(numbers) else []


def _are_probabilities(numbers: NDArray[np.float64]) -> bool:
    """Whether all are from 0 to 1, and none is -0.0, which has another text."""
    return bool(numbers.max() <= 1) and not np.signbit(numbers).any()


def _look_up(numbers: NDArray[np.float64]) -> list[str]:
    texts = _probability_texts()
    cells = texts.take(np.rint(numbers * _MILLION).astype(np.intp))
    lines = np.full((len(cells), cells[0].nbytes + 1), ord("\n"), np.uint8)
    lines[:, :-1] = cells.view(np.uint8)
    return lines.tobytes().translate(None, b"\0").decode().split("\n")[:-1]


@cache
def _probability_texts() -> NDArray[np.bytes_]:
    """The text of every number from 0 to 1 with six decimals, after a comma: 9 MB, in 0.2 s."""
    texts = to_json((np.arange(_MILLION + 1) / _MILLION).tolist())[1:-1].split(b",")
    return np.array([b"," + text for text in texts])
