"""A manifest's figures and inputs as tables, for the card and for the report."""

from collections.abc import Iterator, Sequence
from typing import assert_never

from medmaas.model.manifest import (
    CalibrationCurve,
    CalibrationPoint,
    Card,
    Choice,
    CoverageCurve,
    CoveragePoint,
    CurveTarget,
    Estimate,
    Feature,
    ImageInput,
    Input,
    LabelTarget,
    Metric,
    Number,
    OutcomeTarget,
    RightAnswersTarget,
    RiskTarget,
    SeriesInput,
    TabularInput,
    TextInput,
    ValueTarget,
)
from training.figures import Measured

Table = tuple[Sequence[str], Sequence[Sequence[str]]]  # a header, and rows of as many cells

_FEATURE = (
    "field", "meaning", "unit or choices", "LOINC", "accepted", "seen in training", "if missing",
)  # fmt: skip


def tabulate_metrics(metrics: Sequence[Metric]) -> Iterator[tuple[str, Table]]:
    """Per set of people its name and a table: a row per model or group, a column per metric."""
    for where in dict.fromkeys(metric.evaluated_on for metric in metrics):
        here = [metric for metric in metrics if metric.evaluated_on == where]
        columns = list(dict.fromkeys(metric.metric for metric in here))
        rows: dict[tuple[str, str, str], dict[str, str]] = {}
        for m in here:
            rows.setdefault((m.model, m.group, _size(m)), {})[m.metric] = _write(m)
        header = ["model", "group", "n (events)", *columns]
        cells = [[*who, *(of.get(column, "") for column in columns)] for who, of in rows.items()]
        yield where, (header, cells)


def tabulate_figures(of: Card | Measured) -> Iterator[tuple[str, Table]]:
    """Every figure: per set of people its name and a table, and so of each kind of curve."""
    yield from tabulate_metrics(of.metrics)
    yield from tabulate_curves(of)


def tabulate_curves(of: Card | Measured) -> Iterator[tuple[str, Table]]:
    """Calibration and coverage: per set of people its name and a table."""
    yield from _tabulate_calibration(of.calibration)
    for curve in of.coverage:
        yield curve.evaluated_on, _tabulate_coverage(curve)


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
        case _:
            assert_never(target)


def _size(of: Metric | CalibrationPoint | CoveragePoint) -> str:
    return f"{of.n}" if of.events is None else f"{of.n} ({of.events})"


def _write(figure: Estimate | Metric) -> str:
    return f"{figure.value:.4f} ({figure.low:.4f} to {figure.high:.4f})"


def tabulate_inputs(spec: Input) -> Table:
    """What an instance holds, field by field."""
    match spec:
        case TabularInput():
            return tabulate_features(spec.features)
        case SeriesInput():
            header, rows = tabulate_features(spec.features)
            return header, [[f"{spec.field}: {row[0]}", *row[1:]] for row in rows]
        case ImageInput():
            crop = spec.crop
            cut = f"centre {crop.side} of {crop.of}, then " if crop else ""
            size = f"{cut}{spec.height} x {spec.width} pixels, {spec.mode}, {spec.resample}"
            return ("field", "meaning", "enters as"), [[spec.field, spec.description, size]]
        case TextInput():
            limits = f"at most {spec.max_length} of {' '.join(spec.alphabet)}"
            return ("field", "meaning", "characters"), [[spec.field, spec.description, limits]]


def tabulate_features(features: Sequence[Feature]) -> Table:
    """Named values: what each means, what is accepted, and what happens if it is missing."""
    return _FEATURE, [_describe(feature) for feature in features]


def _describe(feature: Feature) -> list[str]:
    row = [feature.name, feature.description]
    loinc = ", ".join(feature.loinc)
    match feature:
        case Number(unit=unit, hard_range=hard, training_range=seen):
            accepted = f"{hard.low:g} to {hard.high:g}"
            row += [unit, loinc, accepted, f"{seen.low:g} to {seen.high:g}"]
        case Choice(choices=choices):
            row += [", ".join(choices), loinc, "", ""]
        case _:
            row += ["true, false", loinc, "", ""]
    return [*row, feature.missing or "refused"]
