"""By how much a figure changed from one set of people to another."""

from collections.abc import Iterator, Sequence
from math import hypot

from medmaas.model.manifest import EVERYONE, CoverageCurve, CoveragePoint, Estimate, Metric
from medmaas.model.manifest.figures import TESTED

_CHANGE = "change in"


def state_changes(
    before: Sequence[Metric],
    now: Sequence[Metric],
    curves_before: Sequence[CoverageCurve],
    curves_now: Sequence[CoverageCurve],
) -> list[Metric]:
    """Every figure of the model on everyone, less the first one of the same name.

    The sets are of different people, so that their intervals are independent; that of a difference
    is made of both (method of variance estimates recovery, Zou & Donner 2008, doi
    10.1002/sim.3095). Below 0 it fell.

    Args:
        before: figures of the card, the first ones first.
        now: those of the new set.
        curves_before: how often intervals held, likewise.
        curves_now: of the new set.
    """
    first: dict[str, Metric] = {}
    for metric in _list_own(before):
        first.setdefault(metric.metric, metric)
    changes = [
        _subtract(metric, first[metric.metric])
        for metric in _list_own(now)
        if metric.metric in first
    ]
    held = next(_list_held(curves_now), None), next(_list_held(curves_before), None)
    if held[0] and held[1]:
        changes.append(_subtract(held[0], held[1]))
    return changes


def _list_own(metrics: Sequence[Metric]) -> Iterator[Metric]:
    for metric in metrics:
        if (
            metric.of == "model"
            and metric.group == EVERYONE
            and metric.against is None
            and metric.cohort in TESTED
            and not metric.metric.startswith(_CHANGE)
        ):
            yield metric


def _list_held(curves: Sequence[CoverageCurve]) -> Iterator[Metric]:
    """The coverage of everyone at the first level, of the first curve that has it, as a figure."""
    for curve in curves:
        point: CoveragePoint | None = next(
            (point for point in curve.points if point.group == EVERYONE), None
        )
        if curve.of == "model" and point is not None:
            yield Metric(
                metric=f"share of intervals that held, {100 * point.coverage:g} % stated",
                of="model",
                model="this model",
                cohort=curve.cohort,
                evaluated_on=curve.evaluated_on,
                n=point.n,
                events=point.events,
                value=point.held.value,
                low=point.held.low,
                high=point.held.high,
            )


def _subtract(now: Metric, first: Metric) -> Metric:
    found = recover(now, first)
    return now.model_copy(
        update={
            "metric": f"{_CHANGE} {now.metric}",
            "measure": None,
            "evaluated_on": f"{now.evaluated_on}, less {first.evaluated_on}",
            "value": found.value,
            "low": found.low,
            "high": found.high,
        }
    )


def recover(now: Metric | Estimate, first: Metric | Estimate) -> Estimate:
    """The difference of two independent figures, its interval made of theirs."""
    value = now.value - first.value
    return Estimate(
        value=value,
        low=value - hypot(now.value - now.low, first.high - first.value),
        high=value + hypot(now.high - now.value, first.value - first.low),
    )
