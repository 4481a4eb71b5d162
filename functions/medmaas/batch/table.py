"""Answers become lines of CSV: row, id, what the model says, warnings, why it abstained.

A number has the characters that it has in the JSON of an answer over HTTPS.
"""

import csv
from collections.abc import Sequence
from functools import cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from pydantic_core import to_json

from medmaas.errors import Problem
from medmaas.model.outputs import OutputKind, Table

_MILLION = 1_000_000
_MANY = 100_000  # numbers in a table, from which on looking their texts up repays making them
_QUOTED = ',"\r\n'  # what a cell holds that must be quoted
_AT_ONCE = 1_024  # rows whose numbers and texts fit a processor's cache


class _Lines(list[str]):
    """A file to the csv module, which writes a row, however many lines it has, at once."""

    write = list.append


def write_header(output: OutputKind) -> bytes:
    """The line of column names."""
    columns = output.columns
    names = ["row", "id", *columns.texts, *columns.numbers, "warnings", "abstained"]
    return f"{','.join(_quote(names))}\n".encode()


def write_rows(
    table: Table,
    row_numbers: Sequence[int],
    ids: Sequence[str | int | None],
    warnings: Sequence[Sequence[Problem]],
) -> bytes:
    """One row per answer, quoted where it must be.

    Args:
        table: n answers.
        row_numbers: of the rows in their file, n.
        ids: what the rows are called, n; None for those without.
        warnings: what was noticed of every row when it was read, n lists.
    """
    before = [_quote(column) for column in (row_numbers, ids, *table.texts)]
    said = [
        _join(of_row, sentences) if of_row or sentences else None
        for of_row, sentences in zip(warnings, table.warnings, strict=True)
    ]
    numbers = _write_numbers(table.numbers)
    after = [_quote(said), _quote(table.abstained)]
    lefts, rights = map(",".join, zip(*before, strict=True)), zip(*after, strict=True)
    rows = zip(lefts, numbers, rights, strict=True)
    return "".join([f"{left}{right},{a},{b}\n" for left, right, (a, b) in rows]).encode()


def _quote(column: Sequence[str | int | None]) -> list[str]:
    """Every cell, quoted if it must be."""
    cells = ["" if cell is None else str(cell) for cell in column]
    together = "".join(cells)
    if not any(character in together for character in _QUOTED):
        return cells
    lines = _Lines()
    # ending lines in CR LF is what makes it quote both; a second cell, that it quotes no empty one
    csv.writer(lines).writerows((cell, "") for cell in cells)
    return [line[: -len(",\r\n")] for line in lines]


def _join(warnings: Sequence[Problem], sentences: Sequence[str]) -> str:
    of_fields = (f"{w.field}: {w.problem}" if w.field else w.problem for w in warnings)
    return "; ".join(chain(of_fields, sentences))


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
