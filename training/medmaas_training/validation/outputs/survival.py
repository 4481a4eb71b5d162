"""Survival: a column of follow-up, and one that says whether it ended with the event."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from sksurv.nonparametric import kaplan_meier_estimator
from sksurv.util import Surv

from medmaas.model.inputs.reading import InputColumn
from medmaas.model.kinds import expect
from medmaas.model.manifest import Measure, Output, SurvivalOutput
from medmaas_training.assessment.evaluated import Tensors, round_output
from medmaas_training.errors import TrainingError
from medmaas_training.options import UNITS, cut_option
from medmaas_training.survival.cox import RIDGE, Cox
from medmaas_training.survival.design import Design
from medmaas_training.survival.metrics import (
    harrell_c,
    integrated_brier,
    observed_over_expected,
)
from medmaas_training.tabular.own_notes import Notes
from medmaas_training.tabular.own_outcome import read_days, read_event
from medmaas_training.tabular.own_table import OwnTable
from medmaas_training.validation.labels_in_cells import read_numbers
from medmaas_training.validation.outputs import (
    FEWEST_OF_SIDE,
    Beside,
    Came,
    Flags,
    Floats,
    OutcomeReader,
    Risk,
    Rival,
    Rows,
    Scores,
)
from medmaas_training.validation.request import Request
from medmaas_training.validation.table import Cells

C, BRIER = "Harrell C", "integrated Brier score"
_SHORTEST = 0.5  # days, of who was followed for none
_MOST_DAYS = 60  # of a curve that is scored: more hardly change the mean


class SurvivalReader(OutcomeReader):
    """Follow-up in days, by its unit."""

    resamples: ClassVar[int] = 200

    def __init__(self, output: SurvivalOutput) -> None:
        super().__init__(output)
        self._days = np.array(output.time_days, float)
        self._horizons = output.horizon_days
        self.measures: Mapping[str, Measure] = {  # type: ignore[misc]
            _name_ratio(day): "observed_expected" for day in self._horizons
        }

    def name_columns(self, request: Request) -> list[InputColumn]:
        """--time and --event."""
        if request.targets:
            raise TrainingError("the outcome of survival is named by --time and --event")
        if not (request.time and request.event):
            raise TrainingError("--time and --event must name the columns of follow-up")
        if request.unit is not None and request.unit not in UNITS:
            raise TrainingError(f"--unit must be one of {', '.join(UNITS)}")
        event = cut_option(request.event)[0] or ""
        if request.time == event:
            raise TrainingError("--time and --event must name two columns")
        return [InputColumn(request.time, "number"), InputColumn(event, "text")]

    def read(self, cells: Sequence[Cells], beside: Beside) -> Came:
        """(event, time in days) of each, as scikit-survival has them, [n].

        Raises:
            TrainingError: it can be read in two ways; says which option tells.
        """
        request = beside.request
        time, event = request.time or "", cut_option(request.event)[0] or ""
        texts = pd.DataFrame({name: [_write(row[name]) for row in cells] for name in (time, event)})
        numbers = read_numbers([*texts[time]])
        known = np.isfinite(numbers) & (numbers >= 0) & (texts[event] != "").to_numpy()
        told = []
        if lost := int((~known).sum()):
            told.append(
                f"{lost} of {len(known)} rows have no follow-up of 0 or more in {time}, or nothing "
                f"in {event}, and are not measured on"
            )
        if not known.any():
            return Came(Surv.from_arrays(np.zeros(0, bool), np.zeros(0)), known, tuple(told))
        some = texts[known].reset_index(drop=True)
        table = OwnTable(
            (), some, some, np.flatnonzero(known) + 2, np.zeros(len(some), bool), Notes()
        )
        days, told_days = read_days(table, time, request.unit)
        happened, told_event = read_event(table, request.event or "")
        outcome = Surv.from_arrays(happened, np.maximum(days, _SHORTEST), "event", "time")
        return Came(outcome, known, (*told, *told_days, *told_event))

    def stratify(self, outcome: Any) -> Rows:  # noqa: ANN401
        """With the event, without."""
        events: Rows = outcome["event"].astype(np.intp)
        return events

    def find_gaps(self, outcome: Any) -> list[str]:  # noqa: ANN401
        """Of events."""
        events = int(outcome["event"].sum())
        return [] if events >= FEWEST_OF_SIDE else [f"{events} people alone had the event"]

    def find_missing(self, outcome: Any) -> list[str]:  # noqa: ANN401
        """Order, without events."""
        if outcome["event"].any():
            return []
        return [
            "nobody had the event: how well it orders people was not measured, and there is no "
            "simpler model to compare it with"
        ]

    def take(self, outputs: Tensors) -> Floats:
        """Chances to be alive [n, days]."""
        return round_output(outputs[self.output.tensor])

    def score(self, answers: Any, outcome: Any, learned: Any) -> Scores:  # noqa: ANN401
        """Order, error of the curve, and deaths over those expected."""
        last = self._position(self._horizons[-1])
        kept = np.unique(np.linspace(1, len(self._days) - 1, _MOST_DAYS).astype(int))
        days, end = self._days[kept], min(outcome["time"].max(), learned["time"].max())
        inside = (days >= outcome["time"].min()) & (days < end)
        brier = np.nan
        if inside.sum() > 1:
            brier = integrated_brier(learned, outcome, answers[:, kept[inside]], days[inside])
        scores = {C: harrell_c(outcome, 1 - answers[:, last]), BRIER: brier}
        for day in self._horizons:
            risk = 1 - answers[:, self._position(day)]
            scores[_name_ratio(day)] = np.nan
            if outcome["time"].max() >= day and risk.any():
                scores[_name_ratio(day)] = observed_over_expected(outcome, risk, day)
        return scores

    def find_events(self, outcome: Any) -> Flags:  # noqa: ANN401
        """Deaths."""
        events: Flags = outcome["event"]
        return events

    def make_rivals(
        self,
        learned: Any,  # noqa: ANN401
        X: Floats | None,
        categories: Mapping[int, int],
    ) -> list[Rival]:
        """Kaplan and Meier's curve; Cox's regression."""
        if not learned["event"].any():
            return []
        times, alive = kaplan_meier_estimator(learned["event"], learned["time"])
        curve = np.append(1.0, alive)[np.searchsorted(times, self._days, side="right")]
        rivals = [Rival("Kaplan-Meier curve of everyone", lambda _, n: np.tile(curve, (n, 1)))]
        if X is None or learned["event"].sum() < FEWEST_OF_SIDE:
            return rivals
        design = Design(self._days, {}, (), (), {i: n for i, n in categories.items() if n > 1})
        cox = Cox(design, ridge=RIDGE).fit(X, learned)
        days = np.maximum(self._days, 0)

        def predict(rows: Floats | None, n: int) -> Floats:
            del n
            curves = cox.survival(_expect(rows), days)
            curves[:, days < learned["time"].min()] = 1
            return curves

        return [*rivals, Rival("Cox", predict)]

    def find_risks(self, answers: Any, outcome: Any) -> list[Risk]:  # noqa: ANN401
        """By the horizon in the middle."""
        day = self._horizons[len(self._horizons) // 2]
        if outcome["time"].max() < day or not outcome["event"].any():
            return []
        return [Risk(f"death by day {day}", 1 - answers[:, self._position(day)], outcome, day)]

    def find_classes(self, outcome: Any) -> Mapping[str, Any]:  # noqa: ANN401
        """Who had the event, and who was followed for longer than the middle."""
        longer = outcome["time"] > np.median(outcome["time"])
        return {
            "who has the event": outcome["event"].astype(np.int64),
            "how long somebody is followed": longer.astype(np.int64),
        }

    def _position(self, day: float) -> int:
        return int(np.searchsorted(self._days, day))


def _name_ratio(day: int) -> str:
    return f"observed/expected by day {day}"


def _write(cell: object) -> str:
    return "" if cell is None else str(cell).strip()


def _expect(rows: Floats | None) -> Floats:
    if rows is None:
        raise AssertionError("what was learned of columns is asked with them")
    return rows


def make(output: Output) -> SurvivalReader:
    """What reads."""
    return SurvivalReader(expect(output, SurvivalOutput))
