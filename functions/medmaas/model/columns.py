"""What was read in, columns out: the same answers for protocols that carry tensors.

Numbers are those of the answers, or the graph's own tensors; where the model abstains from a row,
its numbers are NaN and its texts empty.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic_core import to_json

from medmaas.errors import InvalidRequestError, Problem
from medmaas.model.explanation.budget import Budget
from medmaas.model.inputs import Reading
from medmaas.model.manifest import PolicyOutput
from medmaas.model.options import Options
from medmaas.model.outputs import Table
from medmaas.model.outputs.answer import Columns, Tensors
from medmaas.model.predict import check_options, explain_rows, join_warnings, refuse_problems
from medmaas.model.registry import Model
from medmaas.model.uncertainty import Doubts

STATUS, REASON, WARNINGS, EXPLANATION = "status", "reason", "warnings", "explanation"
Column = NDArray[Any] | list[str]
Instances = Callable[[], Sequence[object]]


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


def answer_columns(
    model: Model,
    reading: Reading,
    asked: Asked,
    options: Options,
    *,
    instances: Instances,
    budget: Budget | None = None,
) -> dict[str, Column]:
    """Answer all rows, or none.

    Args:
        model: which answers.
        reading: of n instances.
        asked: what is computed.
        options: how to answer.
        instances: gives them as they would be sent; asked for to explain alone.
        budget: what explanations may take; by itself what the options say.

    Returns:
        By name n values: tensors as the graph gives them, float64 with NaN for null, or texts.

    Raises:
        InvalidRequestError: an instance has a problem, or there is nothing to explain.
    """
    check_options(model, options, len(reading.warnings))
    if reading.problems:
        raise refuse_problems(reading.problems)
    rows = _Rows(model, reading, model.session.run(reading.tensors), options)
    found: dict[str, Column] = {name: rows.take_tensor(name) for name in asked.tensors}
    for name in asked.columns:
        if name != EXPLANATION:
            found[name] = rows.take_column(name)
    if EXPLANATION in asked.columns:
        found[EXPLANATION] = rows.explain(instances(), budget)
    return found


class _Rows:
    """The answers of n rows, each part made when it is first needed."""

    def __init__(self, model: Model, reading: Reading, outputs: Tensors, options: Options) -> None:
        self._model, self._reading, self._outputs = model, reading, outputs
        self._options = options
        self._table: Table | None = None
        self._doubts: Doubts | None = None
        judge = model.uncertainty
        self._reasons: Sequence[str | None] = (
            judge.find_reasons(outputs, reading.tensors)
            if judge
            else [None] * len(reading.warnings)
        )
        # a policy's own shield comes before any doubt, and nothing lifts it
        own = isinstance(model.manifest.output, PolicyOutput)
        self._own = self._answers().abstained if own else [None] * len(self._reasons)
        self._certain = not any(self._own) and not any(self._reasons)
        self._withheld = [
            bool(reason) and not shield and not options.force
            for reason, shield in zip(self._reasons, self._own, strict=True)
        ]

    def take_tensor(self, name: str) -> Column:
        """An output of the graph."""
        tensor = self._outputs[name]
        return tensor if self._certain else _withhold(tensor, self._withheld)

    def take_column(self, name: str) -> Column:
        """A column of the answer, of the interval, or of what is said of every row."""
        if name == STATUS:
            return self._name_statuses()
        if name == REASON and self._certain:
            return [""] * len(self._own)
        if name == REASON:
            pairs = zip(self._own, self._reasons, strict=True)
            return [own or reason or "" for own, reason in pairs]
        if name == WARNINGS:
            return self._list_warnings()
        columns = self._model.output.columns
        if name in columns.texts or name in columns.numbers:
            table = self._answers()
            return self._take(name, columns, table.texts, table.numbers, self._withheld)
        doubts, uncertainty = self._intervals(), self._model.uncertainty
        if uncertainty is None:
            raise KeyError(name)
        silent = [
            bool(own) or withheld for own, withheld in zip(self._own, self._withheld, strict=True)
        ]
        return self._take(name, uncertainty.columns, doubts.texts, doubts.numbers, silent)

    def explain(self, instances: Sequence[object], budget: Budget | None) -> list[str]:
        """Explanations as JSON.

        Raises:
            InvalidRequestError: the model abstains from a row, or was forced.
        """
        problems = [
            Problem(row, None, f"has nothing to explain: {own or reason}")
            for row, (own, reason) in enumerate(zip(self._own, self._reasons, strict=True))
            if own or reason
        ]
        if problems:
            raise InvalidRequestError(
                "nothing was explained: the model abstains from instances listed in details, "
                "leave them out or ask without explanation",
                problems,
            )
        budget = budget or Budget(self._options.explain_seconds)
        told = explain_rows(self._model, self._reading.tensors, instances, budget)
        return [to_json(one).decode() for one in told]

    def _answers(self) -> Table:
        if self._table is None:
            self._table = self._model.output.table(self._outputs, self._reading.tensors)
        return self._table

    def _intervals(self) -> Doubts:
        if self._doubts is None:
            uncertainty = self._model.uncertainty
            if uncertainty is None:
                return Doubts([], np.empty((0, 0)), [])
            self._doubts = uncertainty.table(
                self._outputs, self._reading.tensors, self._options.coverage, self._reasons
            )
        return self._doubts

    def _name_statuses(self) -> list[str]:
        if self._certain:
            return ["ok"] * len(self._own)
        doubtful = "forced" if self._options.force else "abstained"
        return [
            "abstained" if own else doubtful if reason else "ok"
            for own, reason in zip(self._own, self._reasons, strict=True)
        ]

    def _list_warnings(self) -> list[str]:
        policy = isinstance(self._model.manifest.output, PolicyOutput)  # others never warn
        of_answers = self._answers().warnings if policy else None
        return [
            join_warnings(warnings, of_answers[row] if of_answers else ())
            for row, warnings in enumerate(self._reading.warnings)
        ]

    def _take(
        self,
        name: str,
        columns: Columns,
        texts: Sequence[Sequence[str | int | None]],
        numbers: NDArray[np.float64],
        withheld: Sequence[bool],
    ) -> Column:
        if name in columns.numbers:
            return _withhold(numbers[:, columns.numbers.index(name)], withheld)
        column = texts[columns.texts.index(name)]
        if name in columns.whole:
            whole = np.array([nan if value is None else value for value in column], np.float64)
            return _withhold(whole, withheld)
        pairs = zip(column, withheld, strict=True)
        return ["" if quiet or value is None else str(value) for value, quiet in pairs]


def _withhold(numbers: NDArray[Any], rows: Sequence[bool]) -> NDArray[Any]:
    """The same numbers, NaN in these rows."""
    if not any(rows):
        return numbers
    kept = numbers.astype(np.float32 if numbers.dtype == np.float32 else np.float64)
    kept[np.array(rows)] = nan
    return kept
