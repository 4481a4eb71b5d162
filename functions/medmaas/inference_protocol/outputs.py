"""Answers as tensors: a column by its name, NaN and empty texts where an answer is withheld."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.model.answers import Answers
from medmaas.model.columns import Columns, Table, write_text
from medmaas.words import Words

STATUS, REASON, WARNINGS, EXPLANATION = "status", "reason", "warnings", "explanation"
Column = NDArray[Any] | list[str]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which columns are wanted.

    Attributes:
        tensors: names of the graph's outputs.
        columns: names of an answer's or an interval's columns, `status`, `reason`, `warnings` and
            `explanation`.
    """

    tensors: Collection[str]
    columns: Collection[str]


def list_columns(answers: Answers, asked: Asked, words: Words) -> dict[str, Column]:
    """What was asked for, but for explanations.

    Returns:
        By name n values: tensors as the graph gives them, float64 with NaN for null, or texts.
    """
    answer = [not decision.shows_answer for decision in answers.decisions]
    found: dict[str, Column] = {
        name: _withhold(answers.outputs[name], answer) for name in asked.tensors
    }
    for name in asked.columns:
        if name != EXPLANATION:
            found[name] = _take_column(answers, name, words)
    return found


def _take_column(answers: Answers, name: str, words: Words) -> Column:
    """A column of the answer, of the interval, or of what is said of every row."""
    decisions = answers.decisions
    if name == STATUS:
        return [decision.status for decision in decisions]
    if name == REASON:
        return [words.say(reason) if reason else "" for reason in answers.reasons]
    if name == WARNINGS:
        return [words.join_problems(some) if some else "" for some in answers.warnings]
    columns = answers.model.output.columns
    if name in columns.texts or name in columns.numbers:
        hidden = [not decision.shows_answer for decision in decisions]
        return _take(name, columns, answers.table, hidden, words)
    if answers.model.uncertainty is None:
        raise KeyError(name)
    hidden = [not decision.shows_interval for decision in decisions]
    return _take(name, answers.model.uncertainty.columns, answers.intervals, hidden, words)


def _take(
    name: str, columns: Columns, table: Table, hidden: Sequence[bool], words: Words
) -> Column:
    if name in columns.numbers:
        return _withhold(table.numbers[:, columns.numbers.index(name)], hidden)
    column = table.texts[columns.texts.index(name)]
    if name in columns.numeric:
        whole = np.array([nan if cell is None else cell for cell in column], np.float64)
        return _withhold(whole, hidden)
    if not any(hidden) and set(map(type, column)) == {str}:
        return [*column]  # type: ignore[list-item]
    pairs = zip(column, hidden, strict=True)
    return ["" if is_hidden else write_text(cell, words.say) for cell, is_hidden in pairs]


def _withhold(numbers: NDArray[Any], rows: Sequence[bool]) -> NDArray[Any]:
    """The same numbers, NaN in these rows."""
    if not any(rows):
        return numbers
    kept = numbers.astype(np.float32 if numbers.dtype == np.float32 else np.float64)
    kept[np.array(rows)] = nan
    return kept
