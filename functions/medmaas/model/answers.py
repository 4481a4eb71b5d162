"""The answers of n rows, in columns, and the one rule of when there is none."""

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import Any, Literal, NamedTuple

import numpy as np

from medmaas.errors import Problem
from medmaas.facts import Fact
from medmaas.model.columns import Columns, File, Table, Tensors
from medmaas.model.folder import Model
from medmaas.model.inputs.reading import Seen
from medmaas.model.options import PLAIN, Options
from medmaas.model.uncertainty import Doubt

Prediction = dict[str, Any]


class Decision(NamedTuple):  # quicker to make than a frozen dataclass
    """Whether a row has an answer.

    Attributes:
        status: as every door names it.
        shows_answer: whether the columns of the answer are shown.
        shows_interval: whether those of its interval are.
    """

    status: Literal["ok", "abstained", "forced"]
    shows_answer: bool = True
    shows_interval: bool = True


OK = Decision("ok")


def decide(*, barred: bool, doubted: bool, force: bool) -> Decision:
    """Whether a row has an answer.

    Args:
        barred: whether a rule of the output gives no recommendation. It comes before any doubt, and
            nothing lifts it; what it shows stays, but there is nothing to be sure of.
        doubted: whether the model has no business answering.
        force: whether to answer all the same, marked.
    """
    if barred:
        return Decision("abstained", shows_interval=False)
    if not doubted:
        return OK
    if force:
        return Decision("forced")
    return Decision("abstained", shows_answer=False, shows_interval=False)


class Answers:
    """Answers to n rows, each part made when it is first needed.

    Args:
        model: which answers.
        tensors: the rows, as they were read.
        warnings: per row what was noticed when it was read.
        outputs: of the graph.
        options: how to answer.
        held: per row why what it was made of holds the answer back, before any doubt of the model;
            nothing if no row is held.
        seen: per row what the model saw of its picture; nothing if that is not known of any.
    """

    def __init__(
        self,
        model: Model,
        tensors: Tensors,
        warnings: Sequence[Sequence[Problem]],
        outputs: Tensors,
        options: Options = PLAIN,
        *,
        held: Sequence[Fact | None] = (),
        seen: Sequence[Seen | None] = (),
    ) -> None:
        self.model, self.tensors, self.outputs, self.options = model, tensors, outputs, options
        self._warnings, self._held_before, self._seen = warnings, held, seen

    def __len__(self) -> int:
        return len(self._warnings)

    @cached_property
    def table(self) -> Table:
        """The answers, with the names of `model.output.columns`."""
        table = self.model.output.tabulate(self.outputs, self.tensors)
        return self.model.output.place(table, self._seen) if any(self._seen) else table

    @cached_property
    def intervals(self) -> Table:
        """How sure each is, with the names of `model.uncertainty.columns`; nothing without it."""
        if self.model.uncertainty is None:
            return Table([], np.empty((len(self), 0)))
        return self.model.uncertainty.tabulate(self.outputs, self.tensors, self.options.coverage)

    @cached_property
    def decisions(self) -> Sequence[Decision]:
        """Per row, whether there is an answer."""
        if not self._doubts and not any(self._barred) and not any(self._held):
            return [OK] * len(self)
        case = np.zeros(len(self), np.intp)  # of the four below
        for doubt in self._doubts:
            case[doubt.rows] = 1
        case[[row for row, held in enumerate(self._held) if held]] = 1
        case[[row for row, barred in enumerate(self._barred) if barred]] += 2
        decisions = [
            decide(barred=barred, doubted=doubted, force=self.options.force)
            for barred in (False, True)
            for doubted in (False, True)
        ]
        return [decisions[i] for i in case.tolist()]

    @cached_property
    def reasons(self) -> Sequence[Fact | None]:
        """Per row, why there is no answer, or should have been none; None if it is ok.

        What a rule forbids today, it forbids whoever the patient is: that is told in place of a
        doubt whether the model knows such patients.
        """
        judges = bool(self._doubts) and self.model.output.recommends
        return self._list_reasons(self.table.forbidden if judges else ())

    @property
    def grounds(self) -> Sequence[Fact | None]:
        """Per row, why there is no answer by the model itself, whatever a rule forbids."""
        return self._list_reasons(())

    def _list_reasons(self, forbidden: Sequence[Fact | None]) -> Sequence[Fact | None]:
        """The weakest first: a doubt, what is forbidden, what holds the row back, what bars it."""
        reasons: list[Fact | None] = [None] * len(self)
        for doubt in self._doubts:
            for row, reason in zip(doubt.rows, doubt.list_facts(), strict=True):
                reasons[row] = reason
        for row, rule in enumerate(forbidden):
            reasons[row] = reasons[row] and (rule or reasons[row])
        for said in (self._held, self._barred):
            for row, stronger in enumerate(said):
                reasons[row] = stronger or reasons[row]
        return reasons

    @cached_property
    def warnings(self) -> Sequence[Sequence[Problem]]:
        """Per row, what its reader must know: of the row first, then of the answer."""
        if not self.model.output.warns:
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
        rows = zip(decisions, self.reasons, outputs, intervals, self.warnings, strict=True)
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
            "reason": self.reasons,
        }
        shown = [decision.shows_answer for decision in decisions]
        columns |= _list_cells(model.output.columns, self.table, shown)
        if model.uncertainty:
            shown = [decision.shows_interval for decision in decisions]
            columns |= _list_cells(model.uncertainty.columns, self.intervals, shown)
        return columns | {"warnings": self.warnings}

    @property
    def _held(self) -> Sequence[Fact | None]:
        """Per row why its answer is held back: for what it was made of, or as it cannot be so."""
        impossible = self.table.impossible if self.model.output.judges_itself else ()
        if not any(impossible):
            return self._held_before
        before = self._held_before or [None] * len(self)
        return [first or then for first, then in zip(before, impossible, strict=True)]

    @property
    def _barred(self) -> Sequence[Fact | None]:
        return self.table.barred if self.model.output.recommends else ()

    @cached_property
    def _doubts(self) -> Sequence[Doubt]:
        judge = self.model.uncertainty
        if judge is None:
            return ()
        is_first = self.options.coverage in {None, judge.first_coverage}
        tabulate = (lambda: self.intervals) if is_first else None
        return judge.find_doubts(self.outputs, self.tensors, tabulate)


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
    for place, name in enumerate(names.texts):
        if name in names.files:
            cells = found[place]
            found[place] = [cell.write() if isinstance(cell, File) else cell for cell in cells]
    return dict(zip((*names.texts, *names.numbers), found, strict=True))


def _write_row(
    decision: Decision,
    reason: Fact | None,
    output: dict[str, Any] | None,
    interval: dict[str, Any] | None,
    warnings: Sequence[Problem],
) -> Prediction:
    row: Prediction = {"status": decision.status}
    if reason:
        row["reason"] = reason
    row["output"] = output
    if interval:
        row["interval"] = interval
    row["warnings"] = warnings
    return row
