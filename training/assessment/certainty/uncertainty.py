"""How sure a finished model is, and when it has no business answering."""

from dataclasses import dataclass

import numpy as np
import onnx

from medmaas.model.manifest import (
    CalibrationCurve,
    ClassesIntervals,
    ClassesOutput,
    CoverageCurve,
    Distance,
    Input,
    Metric,
    Output,
    PolicyIntervals,
    TabularInput,
    Uncertainty,
)
from training.assessment.answers import Answered, Answerer, make_answerer
from training.assessment.certainty.abstention import (
    Limits,
    choose_largest_set,
    choose_most_missing,
    choose_threshold,
    measure_foreign,
    measure_test,
)
from training.assessment.certainty.calibration import measure_calibration
from training.assessment.certainty.intervals import (
    COVERAGES,
    Calibrated,
    Intervals,
    choose_strata,
    find_numbers,
    learn_intervals,
    measure_intervals,
    take_quantiles,
)
from training.assessment.certainty.policy_bands import (
    GROUP_SIZE,
    ToldPolicy,
    learn_bands,
    measure_bands,
)
from training.assessment.certainty.recalibration import measure_recalibration
from training.assessment.certainty.selective import Selective, measure_selective
from training.assessment.claims import (
    find_doubt,
    find_losses,
    make_claims,
    make_curves,
    make_recalibrators,
)
from training.assessment.resampling import Flags, Floats
from training.assessment.splits import Array, Splits
from training.assessment.told import Tensors, Told, ToldClasses

_METHODS = {
    "classes": "Split conformal prediction: adaptive prediction sets, whose likeliest label is "
    "always taken (Romano, Sesia & Candes 2020)",
    "value": "Split conformal prediction of the absolute residual (Vovk, Gammerman & Shafer 2005)",
    "survival": "Conformal risk control of the share that dies before the bound, weighted against "
    "censoring that is taken to be independent of the features (Angelopoulos et al. 2024; Candes, "
    "Lei & Ren 2023)",
    "policy": "Split conformal prediction of the share of an outcome among "
    f"{GROUP_SIZE} decisions of neighbouring risk, and of the nadir over the expected one",
}
_UNSURE, _FEWEST_UNSURE = (0.05, 0.1, 0.2), 50


@dataclass(frozen=True)
class UncertaintyAssessment:
    """What was learned from the calibration split and measured on the test split.

    Attributes:
        graph: with the output `distance`, where it has an embedding.
        uncertainty: for the manifest.
        metrics: for the card.
        calibration: predicted against observed, for the card.
        coverage: how often intervals held, for the card.
        selective: the risk-coverage curve, to draw; None if the model has no way to doubt.
        worth: by name, the numbers of a recalibration that is worth having; empty if none is.
    """

    graph: onnx.ModelProto
    uncertainty: Uncertainty
    metrics: list[Metric]
    calibration: list[CalibrationCurve]
    coverage: list[CoverageCurve]
    selective: Selective | None
    worth: dict[str, tuple[float, ...]]


def assess_uncertainty(
    graph: onnx.ModelProto, spec: Input, output: Output, splits: Splits, *, seed: int
) -> UncertaintyAssessment:
    """Learn intervals and limits from the calibration split, measure them on the test split.

    Args:
        graph: from raw values to the tensors that `output` names.
        spec: of the input.
        output: of the answer.
        splits: the model's splits, and what it has no business answering.
        seed: of every draw.
    """
    answerer = make_answerer(graph, spec, output, splits.train)
    calibration = answerer.answer(splits.calibration, splits.train, seed, "calibration")
    test = answerer.answer(splits.test, splits.train, seed, "test")
    intervals, coverage = _assess_intervals(calibration, test, spec)
    uncertainty = Uncertainty(
        method=_name_method(output, intervals),
        calibrated_on=_name_calibration(splits),
        intervals=intervals,
        distance=_limit_distance(answerer, calibration),
    )
    uncertainty = _limit_rest(uncertainty, answerer, calibration, splits)
    judge = _Judge(answerer, uncertainty, splits)
    limits = judge.limit(test.cases.rows, test.outputs)
    metrics = measure_test(limits, test.cases.groups, test.sample)
    metrics += measure_foreign(
        spec, splits.out_of_distribution, lambda rows: judge.limit(rows, answerer.run(rows)).refused
    )
    selective, figures = _assess_doubt(test, output)
    metrics += figures
    for claim, sample in make_claims(test, output):
        metrics += measure_calibration([claim], sample)
    measured = (curve.measure() for curve in make_curves(test, output))
    pairs = zip(make_recalibrators(calibration), make_recalibrators(test), strict=True)
    figures, worth = measure_recalibration(list(pairs), calibration.sample, test.sample)
    metrics += figures
    return UncertaintyAssessment(
        answerer.graph,
        uncertainty,
        metrics,
        calibration=[curve for curve in measured if curve],
        coverage=coverage,
        selective=selective,
        worth=worth,
    )


def _assess_intervals(
    calibration: Answered, test: Answered, spec: Input
) -> tuple[Intervals | PolicyIntervals | None, list[CoverageCurve]]:
    if isinstance(calibration.told, ToldPolicy) and isinstance(test.told, ToldPolicy):
        bands = learn_bands(calibration.told)
        return bands, measure_bands(bands, test.told, test.cases.groups, test.sample)
    learned, measured = _see(calibration, spec), _see(test, spec)
    plain = learn_intervals(learned, None)
    if plain is None:
        return None, []
    strata = choose_strata(learned, test.sample.seed)
    stratified = learn_intervals(learned, strata) if strata else None
    if stratified is None:
        return plain, [measure_intervals(plain, measured, test.sample)]
    return stratified, [
        measure_intervals(stratified, measured, test.sample),
        measure_intervals(plain, measured, test.sample, as_answered=False),
    ]


def _see(split: Answered, spec: Input) -> Calibrated:
    """A split as intervals see it, with what strata may go by."""
    told = split.told
    if isinstance(told, ToldPolicy):
        raise TypeError
    groups = dict(split.cases.groups)
    if isinstance(told, ToldClasses):
        share = next((s for s in _UNSURE if s * len(told.prediction) >= _FEWEST_UNSURE), 0.5)
        unsure = told.prediction <= np.quantile(told.prediction, share)
        groups[f"least sure {100 * share:.0f} % of answers"] = unsure
    return Calibrated(told, find_numbers(spec, split.cases.rows), groups)


def _limit_distance(answerer: Answerer, calibration: Answered) -> Distance | None:
    if answerer.distance is None or calibration.distances is None:
        return None
    threshold = choose_threshold(calibration.distances)
    return answerer.distance.model_copy(update={"threshold": threshold})


def _limit_rest(
    uncertainty: Uncertainty, answerer: Answerer, calibration: Answered, splits: Splits
) -> Uncertainty:
    """How many labels and how many missing features are too many."""
    intervals = uncertainty.intervals
    update: dict[str, int | None] = {}
    judge = _Judge(answerer, uncertainty, splits)
    rows = splits.calibration.rows
    if isinstance(intervals, ClassesIntervals) and isinstance(answerer.output, ClassesOutput):
        sizes = judge.count_labels(rows, calibration.outputs)
        far = judge.limit(rows, calibration.outputs).far
        update["largest_set"] = choose_largest_set(sizes, far, len(answerer.output.labels))
    if isinstance(answerer.spec, TabularInput) and intervals:
        update["most_missing"] = choose_most_missing(
            answerer.spec, rows, judge.hold, COVERAGES[0], calibration.sample.seed
        )
    return uncertainty.model_copy(update=update)


@dataclass(frozen=True)
class _Judge:
    """Who is refused, by the model and its limits."""

    answerer: Answerer
    uncertainty: Uncertainty
    splits: Splits

    def limit(self, rows: Array, outputs: Tensors) -> Limits:
        """Of rows as the graph takes them, and what it gives, who gets no answer."""
        distances, limit = self.answerer.measure(rows, outputs), self.uncertainty.distance
        far: Flags = np.zeros(len(rows), bool)
        if limit is not None and distances is not None:
            far = distances > limit.threshold
        most, largest = self.uncertainty.most_missing, self.uncertainty.largest_set
        if most is not None:
            far |= np.isnan(rows).sum(1) > most
        unsure: Flags = np.zeros(len(rows), bool)
        if largest is not None:
            unsure = self.count_labels(rows, outputs) > largest
        return Limits(far, unsure)

    def count_labels(self, rows: Array, outputs: Tensors) -> Floats:
        """In the prediction set at the first coverage, [n]."""
        told, quantiles = self._tell(rows, outputs, None)
        return told.measure_width(quantiles)

    def hold(self, rows: Array) -> Floats:
        """Whose mean is the coverage of the calibration split, its rows changed, [n]."""
        outcome = self.splits.calibration.outcome
        told, quantiles = self._tell(rows, self.answerer.run(rows), outcome)
        return told.hold(quantiles)

    def _tell(self, rows: Array, outputs: Tensors, outcome: object) -> tuple[Told, Floats]:
        intervals, answerer = self.uncertainty.intervals, self.answerer
        told = answerer.tell(rows, outputs, outcome, self.splits.train.outcome)
        if isinstance(told, ToldPolicy) or isinstance(intervals, PolicyIntervals | None):
            raise TypeError
        seen = Calibrated(told, find_numbers(answerer.spec, rows), {})
        return told, take_quantiles(intervals, intervals.levels[0], seen)


def _assess_doubt(test: Answered, output: Output) -> tuple[Selective | None, list[Metric]]:
    doubt = find_doubt(test, output)
    if doubt is None:
        return None, []
    error, losses = find_losses(test, output)
    return measure_selective(losses, doubt[1], test.sample, error=error, ranked_by=doubt[0])


def _name_method(output: Output, intervals: Intervals | PolicyIntervals | None) -> str:
    strata = intervals.strata if intervals else None
    apart = f"; quantiles apart by {strata.by} (Mondrian)" if strata else ""
    return f"{_METHODS[output.kind]}{apart}."


def _name_calibration(splits: Splits) -> str:
    remark = f", {splits.remark}" if splits.remark else ""
    return f"the calibration split, n = {len(splits.calibration.rows):,}{remark}"
