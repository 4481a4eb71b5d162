"""The answers of n rows, in columns, and the one rule of when there is none."""

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import Any, Literal, NamedTuple

import numpy as np

from medmaas.errors import Doubt, Problem
from medmaas.facts import Fact
from medmaas.model.columns import Columns, Table, Tensors
from medmaas.model.folder import Model
from medmaas.model.options import PLAIN, Options

Prediction = dict[str, Any]


class Decision(NamedTuple):  # quicker to make than a frozen dataclass
    """Whether a row has an answer.

    Attributes:
        status: as every door names it.
        reason: why there is no answer, or should have been none.
        shows_answer: whether the columns of the answer are shown.
        shows_interval: whether those of its interval are.
    """

    status: Literal["ok", "abstained", "forced"]
    reason: Fact | None = None
    shows_answer: bool = True
    shows_interval: bool = True


OK = Decision("ok")
_WITHHELD = False, False  # answer and interval; by position, which is quicker than by name


def decide(barred: Fact | None, reason: Fact | None, *, force: bool) -> Decision:
    """Whether a row has an answer.

    Args:
        barred: why a rule of the output gives no recommendation. It comes before any doubt, and
            nothing lifts it; what it shows stays, but there is nothing to be sure of.
        reason: why the model has no business answering.
        force: whether to answer all the same, marked.
    """
    if barred:
        return Decision("abstained", barred, shows_interval=False)
    if not reason:
        return OK
    if force:
        return Decision("forced", reason)
    return Decision("abstained", reason, *_WITHHELD)


class Answers:
    """Answers to n rows, each part made when it is first needed.

    Args:
        model: which answers.
        tensors: the rows, as they were read.
        warnings: per row what was noticed when it was read.
        outputs: of the graph.
        options: how to answer.
    """

    def __init__(
        self,
        model: Model,
        tensors: Tensors,
        warnings: Sequence[Sequence[Problem]],
        outputs: Tensors,
        options: Options = PLAIN,
    ) -> None:
        self.model, self.tensors, self.outputs, self.options = model, tensors, outputs, options
        self._warnings, self._doubts = _part_doubts(warnings)

    def __len__(self) -> int:
        return len(self._warnings)

    @cached_property
    def table(self) -> Table:
        """The answers, with the names of `model.output.columns`."""
        return self.model.output.tabulate(self.outputs, self.tensors)

    @cached_property
    def intervals(self) -> Table:
        """How sure each is, with the names of `model.uncertainty.columns`; nothing without it."""
        if self.model.uncertainty is None:
            return Table([], np.empty((len(self), 0)))
        return self.model.uncertainty.tabulate(self.outputs, self.tensors, self.options.coverage)

    @cached_property
    def decisions(self) -> Sequence[Decision]:
        """Per row, whether there is an answer."""
        barred = self.table.barred if self.model.output.recommends else ()
        reasons = self._find_reasons()
        if not any(barred) and not any(reasons):
            return [OK] * len(self)
        force, none = self.options.force, [None] * len(self)
        pairs = zip(barred or none, reasons or none, strict=True)
        return [decide(*pair, force=force) if pair[0] or pair[1] else OK for pair in pairs]

    @cached_property
    def warnings(self) -> Sequence[Sequence[Problem]]:
        """Per row, what its reader must know: of the row first, then of the answer."""
        if not self.model.output.recommends:
            return self._warnings
        return [
            [*of_row, *(Problem(None, None, fact) for fact in of_answer)]
            for of_row, of_answer in zip(self._warnings, self.table.warnings, strict=True)
        ]

    def list_rows(self) -> list[Prediction]:
        """The answers one by one, as JSON holds them, but for facts, which are not yet in words.

        Returns:
            Per row `{"status", "reason", "output", "interval", "warnings"}`: a reason, a Fact,
            unless the status is "ok"; no output where the decision withholds it; an interval if the
            model has any, and the decision shows it; warnings as Problems of
            no instance.
        """
        decisions, judge = self.decisions, self.model.uncertainty
        shown = [decision.shows_answer for decision in decisions]
        outputs = _list_shown(self.table, shown, self.model.output.list_rows)
        intervals: Sequence[dict[str, Any] | None] = [None] * len(self)
        if judge:
            list_rows = partial(judge.list_rows, coverage=self.options.coverage)
            shown = [decision.shows_interval for decision in decisions]
            intervals = _list_shown(self.intervals, shown, list_rows)
        rows = zip(decisions, outputs, intervals, self.warnings, strict=True)
        return [_write_row(*row) for row in rows]

    def list_columns(self) -> dict[str, Sequence[Any]]:
        """The answers column by column, as JSON holds them, but for facts.

        Returns:
            By name n cells: `status`, `reason`, those of the answer and of its interval, null where
            the decision withholds them, and `warnings`.
        """
        decisions, model = self.decisions, self.model
        columns: dict[str, Sequence[Any]] = {
            "status": [decision.status for decision in decisions],
            "reason": [decision.reason for decision in decisions],
        }
        shown = [decision.shows_answer for decision in decisions]
        columns |= _list_cells(model.output.columns, self.table, shown)
        if model.uncertainty:
            shown = [decision.shows_interval for decision in decisions]
            columns |= _list_cells(model.uncertainty.columns, self.intervals, shown)
        return columns | {"warnings": self.warnings}

    def _find_reasons(self) -> Sequence[Fact | None]:
        reasons = self._judge()
        if not self._doubts:
            return reasons
        reasons = reasons or [None] * len(self)
        return [doubt or reason for doubt, reason in zip(self._doubts, reasons, strict=True)]

    def _judge(self) -> Sequence[Fact | None]:
        judge = self.model.uncertainty
        if judge is None:
            return ()
        is_first = self.options.coverage in {None, judge.first_coverage}
        tabulate = (lambda: self.intervals) if is_first else None
        return judge.find_reasons(self.outputs, self.tensors, tabulate)


def _part_doubts(
    warnings: Sequence[Sequence[Problem]],
) -> tuple[Sequence[Sequence[Problem]], Sequence[Fact | None]]:
    """Warnings without doubts, and per row the first doubt; none at all if no row has one."""
    if not any(isinstance(one, Doubt) for of_row in warnings for one in of_row):
        return warnings, ()
    doubts = [
        next((one.fact for one in of_row if isinstance(one, Doubt)), None) for of_row in warnings
    ]
    return [[one for one in of_row if not isinstance(one, Doubt)] for of_row in warnings], doubts


def _list_shown(
    table: Table,
    shown: Sequence[bool],
    list_rows: Callable[[Table], Sequence[dict[str, Any] | None]],
) -> Sequence[dict[str, Any] | None]:
    """Rows as objects, None for those that are withheld."""
    if all(shown):
        return list_rows(table)
    listed = iter(list_rows(table.take(shown)))
    return [next(listed) if is_shown else None for is_shown in shown]


def _list_cells(names: Columns, table: Table, shown: Sequence[bool]) -> dict[str, Sequence[Any]]:
    """By name the cells of a table, None for those that are withheld."""
    found = [*table.texts, *table.numbers.T.tolist()]
    if not all(shown):
        found = [
            [cell if is_shown else None for cell, is_shown in zip(cells, shown, strict=True)]
            for cells in found
        ]
    return dict(zip((*names.texts, *names.numbers), found, strict=True))


def _write_row(
    decision: Decision,
    output: dict[str, Any] | None,
    interval: dict[str, Any] | None,
    warnings: Sequence[Problem],
) -> Prediction:
    row: Prediction = {"status": decision.status}
    if decision.reason:
        row["reason"] = decision.reason
    row["output"] = output
    if interval:
        row["interval"] = interval
    row["warnings"] = list(warnings)
    return row
