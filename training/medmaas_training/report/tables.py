"""A manifest's figures as tables, for the card and for the report."""

from collections.abc import Iterator, Sequence
from typing import assert_never

from medmaas.model.manifest import (
    CalibrationCurve,
    CalibrationPoint,
    Card,
    CoverageCurve,
    CoveragePoint,
    CurveTarget,
    Estimate,
    LabelTarget,
    Metric,
    NamedValueTarget,
    OutcomeTarget,
    RightAnswersTarget,
    RiskTarget,
    ValueTarget,
)
from medmaas_training.comparisons import judge
from medmaas_training.figures import Measured
from medmaas_training.report.features import Table


def tabulate_metrics(metrics: Sequence[Metric]) -> Iterator[tuple[str, Table]]:
    """Per set of people its name and a table: a row per model or group, a column per metric.

    A second one has the gains over each contender, and what they show.
    """
    for where in dict.fromkeys(metric.evaluated_on for metric in metrics):
        here = [metric for metric in metrics if metric.evaluated_on == where]
        figures, gains = [m for m in here if not m.against], [m for m in here if m.against]
        if figures:
            yield where, _tabulate(figures, ["model", "group", "n (events)"])
        if gains:
            header = ["model", "compared with", "group", "n (events)"]
            yield f"{where}: gains, above 0 where the model is better", _tabulate(gains, header)


def _tabulate(metrics: Sequence[Metric], header: Sequence[str]) -> Table:
    columns = list(dict.fromkeys(metric.metric for metric in metrics))
    rows: dict[tuple[str, ...], dict[str, str]] = {}
    for m in metrics:
        who = (m.model, *([m.against] if m.against else []), m.group, _size(m))
        rows.setdefault(who, {})[m.metric] = f"{_write(m)}, {judge(m)}" if m.against else _write(m)
    cells = [[*who, *(of.get(column, "") for column in columns)] for who, of in rows.items()]
    return [*header, *columns], cells


def tabulate_figures(of: Card | Measured) -> Iterator[tuple[str, Table]]:
    """Every figure: per set of people its name and a table, and so of each kind of curve."""
    yield from tabulate_metrics(of.metrics)
    yield from tabulate_curves(of)


def tabulate_curves(of: Card | Measured) -> Iterator[tuple[str, Table]]:
    """Calibration and coverage: per set of people its name and a table."""
    yield from _tabulate_calibration(of.calibration)
    for curve in of.coverage:
        picked = f" (of {curve.picked_from} looked at)" if curve.picked_from else ""
        yield f"{curve.evaluated_on}{picked}", _tabulate_coverage(curve)


def _tabulate_calibration(curves: Sequence[CalibrationCurve]) -> Iterator[tuple[str, Table]]:
    """Per set of people its name and a table: a row per group, two columns per curve."""
    for where in dict.fromkeys(curve.evaluated_on for curve in curves):
        here = [curve for curve in curves if curve.evaluated_on == where]
        names = [name_target(curve.target) for curve in here]
        rows: dict[tuple[str, str], list[str]] = {}
        for i, curve in enumerate(here):
            for point in curve.points:
                cells = rows.setdefault((point.group, _size(point)), [""] * (2 * len(here)))
                cells[2 * i : 2 * i + 2] = _write(point.predicted), _write(point.observed)
        sides = [f"{side} {name}" for name in names for side in ("predicted", "observed")]
        yield where, (["group", "n (events)", *sides], [[*who, *of] for who, of in rows.items()])


def _tabulate_coverage(curve: CoverageCurve) -> Table:
    """A row per group and stated coverage."""
    header = ["group", "stated coverage", "n (events)", "held"]
    rows = [
        [point.group, f"{100 * point.coverage:g} %", _size(point), _write(point.held)]
        for point in curve.points
    ]
    if curve.width_of:
        header.append(curve.width_of)
        widths = (_write(point.width) if point.width else "" for point in curve.points)
        rows = [[*row, width] for row, width in zip(rows, widths, strict=True)]
    return header, rows


def name_target(target: CurveTarget) -> str:
    """What a calibration curve is of, in words."""
    match target:
        case RiskTarget(day=day):
            return f"risk by day {day}"
        case LabelTarget(label=name) | OutcomeTarget(outcome=name):
            return f"share of {name}"
        case RightAnswersTarget():
            return "share of right answers"
        case ValueTarget():
            return "value"
        case NamedValueTarget(name=name):
            return name
        case _:
            assert_never(target)


def _size(of: Metric | CalibrationPoint | CoveragePoint) -> str:
    return f"{of.n}" if of.events is None else f"{of.n} ({of.events})"


def _write(figure: Estimate | Metric) -> str:
    return f"{figure.value:.4f} ({figure.low:.4f} to {figure.high:.4f})"
