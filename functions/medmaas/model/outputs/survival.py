"""How long: a survival curve, its median and the risk by a few horizons."""

from collections.abc import Iterable
from dataclasses import replace
from math import inf
from typing import Any

import numpy as np

from medmaas.facts import Fact
from medmaas.model.columns import (
    DECIMALS,
    Columns,
    Floats,
    Table,
    Tensors,
    name_columns,
    round_numbers,
)
from medmaas.model.intervals import Interval, Quantiles
from medmaas.model.kinds import expect
from medmaas.model.manifest import (
    Decision,
    Intervals,
    Manifest,
    Output,
    SurvivalIntervals,
    SurvivalOutput,
)
from medmaas.model.outcomes import Figures, Outcome, OutputDefaults
from medmaas.model.outputs.curve import LOWEST, find_all_crossings
from medmaas.model.schema import (
    INTEGER,
    PROBABILITY,
    Schema,
    describe_list,
    describe_mapping,
    describe_object,
)
from medmaas.model.targets import Target, read_numbers
from medmaas.model.years import DAYS_PER_YEAR, count_years, name_time

_AT_LEAST = "interval_at_least_days"
_LEAST = 1e-9  # what a curve that ends at 0 is taken for, to have a logarithm
_HALF = 0.5
_MEDIAN = "median_days"


class Survival(OutputDefaults):
    """`{"time_days": [..], "survival": [..], "median_days": n or null, "risk": {"365": p}}`.

    The median is where the curve crosses one half, null if it does not in time; the risk at a
    horizon is one minus the curve there.
    """

    def __init__(self, spec: SurvivalOutput) -> None:
        self._spec = spec
        self._times = list(spec.time_days)
        self._horizons = {str(day): self._times.index(day) for day in spec.horizon_days}
        self._at_horizons = np.array([*self._horizons.values()])
        numbers = [f"risk_{day}" for day in spec.horizon_days]
        numbers += [f"survival_{day}" for day in spec.time_days]
        self.columns = replace(name_columns([_MEDIAN], numbers), whole=frozenset({_MEDIAN}))

    def tabulate(self, outputs: Tensors, _inputs: Tensors) -> Table:
        """Columns `median_days`, `risk_<day>`, `survival_<day>`, of the tensor [n, times]."""
        curves = round_numbers(outputs[self._spec.tensor], len(self._times))
        risks: Floats = (1 - curves.take(self._at_horizons, axis=1)).round(DECIMALS)
        medians = find_all_crossings(curves, self._times, [_HALF] * len(curves))
        return Table([[*map(_round, medians)]], np.concatenate([risks, curves], axis=1))

    def list_rows(self, table: Table) -> list[dict[str, Any]]:
        """A curve each, with the shared times, its median and the risks."""
        horizons, numbers = len(self._horizons), table.numbers
        curves = np.ascontiguousarray(numbers[:, horizons:]).tolist()  # else it takes longer
        risks = zip(*numbers[:, :horizons].T.tolist(), strict=True)
        return [
            {
                "time_days": self._times,
                "survival": curve,
                "median_days": median,
                "risk": dict(zip(self._horizons, risk, strict=True)),
            }
            for median, risk, curve in zip(*table.texts, risks, curves, strict=True)
        ]

    def list_outcomes(
        self, output: dict[str, Any], _interval: dict[str, Any] | None
    ) -> list[Outcome]:
        """Death by every horizon."""
        return [
            Outcome(Fact("death_within", time=name_time(day)), output["risk"][str(day)], day)
            for day in self._spec.horizon_days
        ]

    def summarise(self, output: dict[str, Any], decision: Decision | None) -> Fact:
        """The risk at the horizon of the decision, if there is one; else at the middle one."""
        days = self._spec.horizon_days
        named = {f"risk_{day}": day for day in days}
        middle = days[len(days) // 2]
        day = named.get(decision.target, middle) if decision else middle
        return Fact("card_risk_of_death", time=name_time(day), risk=output["risk"][str(day)])

    def list_figures(self, output: dict[str, Any]) -> Figures:
        """A row per horizon."""
        rows = [
            [name_time(day), Fact("share_exact", share=output["risk"][str(day)])]
            for day in self._spec.horizon_days
        ]
        return Figures([Fact("column_within"), Fact("column_risk_of_death")], rows)

    def is_alarming(self, output: dict[str, Any], decision: Decision | None) -> bool:
        """Whether the risk of the decision is above its threshold."""
        risks = {f"risk_{day}": risk for day, risk in output["risk"].items()}
        return decision is not None and bool(risks.get(decision.target, 0.0) > decision.threshold)

    def json_schema(self) -> Schema:
        """JSON Schema of one answer."""
        return describe_answer(self._horizons)


def _round(day: float) -> int | None:
    return None if day == inf else round(day)


class LowerBounds:
    """`{"coverage", "at_least_days"}`: the last whole day before the curve has fallen so far."""

    columns = Columns((_AT_LEAST,), (), frozenset({_AT_LEAST}))

    def __init__(self, output: SurvivalOutput, quantiles: Quantiles) -> None:
        self._output, self._quantiles = output, quantiles
        self._days = output.time_days
        self._horizon = output.time_days.index(output.horizon_days[-1])

    def tabulate(self, outputs: Tensors, inputs: Tensors, coverage: float) -> Table:
        """Column `interval_at_least_days`, of the tensor [n, times]."""
        curves = outputs[self._output.tensor].astype(np.float64)
        levels = self._quantiles.find(
            coverage, curves, inputs, lambda: 1 - curves[:, self._horizon]
        )
        days = find_all_crossings(curves, self._days, levels)
        return Table([[*map(self._end, days)]], np.empty((len(days), 0)))

    def list_rows(self, table: Table, coverage: float) -> list[Interval]:
        """A day each."""
        return [{"coverage": coverage, "at_least_days": day} for day in table.texts[0]]

    def name_interval(self, interval: Interval) -> Fact:
        """Which day is outlived."""
        coverage, days = interval["coverage"], interval["at_least_days"]
        years = days / DAYS_PER_YEAR
        return Fact("survival_at_least", coverage=coverage, days=days, years=years)

    def _end(self, day: float) -> int:
        return self._days[-1] if day == inf else int(day)

    def json_schema(self) -> Schema:
        """JSON Schema of one interval."""
        return describe_interval(self._days[-1])


class CurveTargets:
    """The risk at every horizon, and the median, at most the last time."""

    decides = None
    exclude_each_other = False

    def __init__(self, spec: SurvivalOutput) -> None:
        self._tensor = spec.tensor
        self._days = np.array(spec.time_days, np.float64)
        self._at_horizons = np.searchsorted(spec.time_days, spec.horizon_days)
        risks = tuple(Target(f"risk_{day}", _name_risk(day)) for day in spec.horizon_days)
        median = Target("median_days", Fact("median_survival"), "d", is_probability=False)
        self.targets = (*risks, median)

    def read(self, outputs: Tensors) -> Floats:
        """The curves, [n, times]."""
        return read_numbers(outputs, self._tensor, len(self._days))

    def settle(self, raw: Floats) -> Floats:
        """Risks and medians of curves."""
        risks = 1 - raw[:, self._at_horizons]
        settled: Floats = np.column_stack([risks, self._find_medians(raw)])
        return settled

    def about(self, _recommended: str | None) -> "CurveTargets":
        """The same."""
        return self

    def show(self, _prediction: Floats) -> list[int]:
        """All of them."""
        return list(range(len(self.targets)))

    def headline(self, _prediction: Floats) -> int:
        """The risk at the middle horizon."""
        return len(self._at_horizons) // 2

    def _find_medians(self, curves: Floats) -> Floats:
        """In days, not rounded, the hazard being constant between two times."""
        crossed = curves <= _HALF
        after = np.maximum(crossed.argmax(axis=1), 1)
        rows = np.arange(len(curves))
        before_log, after_log = np.log(np.maximum(curves[rows, [after - 1, after]], _LEAST))
        with np.errstate(divide="ignore", invalid="ignore"):
            share = (before_log - np.log(_HALF)) / (before_log - after_log)
        start = self._days[after - 1]
        days: Floats = start + share * (self._days[after] - start)
        days[~crossed.any(axis=1)] = self._days[-1]
        days[crossed[:, 0]] = 0
        return days


def make(manifest: Manifest) -> Survival:
    """What answers."""
    return Survival(expect(manifest.output, SurvivalOutput))


def make_intervals(spec: Intervals, manifest: Manifest) -> LowerBounds:
    """How sure it is."""
    quantiles = Quantiles(expect(spec, SurvivalIntervals), manifest.input, _find_level)
    return LowerBounds(expect(manifest.output, SurvivalOutput), quantiles)


def make_targets(output: Output) -> CurveTargets:
    """What is explained."""
    return CurveTargets(expect(output, SurvivalOutput))


def _find_level(quantile: float) -> float:
    return max(1 - quantile, LOWEST)


def _name_risk(days: int) -> Fact:
    years = count_years(days)
    if isinstance(years, int) and years:
        return Fact("risk_in_years", years=years)
    return Fact("risk_in_days", days=days)


def describe_answer(horizons: Iterable[str] | None = None) -> Schema:
    """JSON Schema of one answer of a model that gives the risk at these horizons."""
    return describe_object(
        "Survival",
        {
            "time_days": describe_list(INTEGER),
            "survival": describe_list(PROBABILITY),
            "median_days": {
                "type": ["integer", "null"],
                "description": "null: more than half are expected to outlive the last time.",
            },
            "risk": describe_mapping("Risk", horizons, PROBABILITY),
        },
    )


def describe_interval(last: int | str = "the last time") -> Schema:
    """JSON Schema of an interval of a model whose curve ends at this day."""
    description = f"{last}: no end within the times of the curve."
    days = INTEGER | {"minimum": 0, "description": description}
    return describe_object("LowerBound", {"coverage": PROBABILITY, "at_least_days": days})
