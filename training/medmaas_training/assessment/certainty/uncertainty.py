"""How sure a finished model is, and when it abstains."""

from dataclasses import dataclass

import numpy as np
import onnx

from medmaas.model.kinds import expect
from medmaas.model.manifest import (
    CalibrationCurve,
    CoverageCurve,
    Distance,
    Input,
    Level,
    Metric,
    Output,
    QuantileIntervals,
    Uncertainty,
)
from medmaas_training.assessment.answers import Answerer, make_answerer, measure_left_out
from medmaas_training.assessment.certainty.abstention import (
    REFUSED,
    Limits,
    choose_largest_set,
    choose_most_missing,
    choose_threshold,
    measure_out_of_distribution,
    measure_test,
)
from medmaas_training.assessment.certainty.calibration import measure_calibration
from medmaas_training.assessment.certainty.intervals import (
    COVERAGES,
    measure_intervals,
    see,
    see_split,
    take_quantiles,
)
from medmaas_training.assessment.certainty.recalibration import measure_recalibration
from medmaas_training.assessment.certainty.selective import Selective, measure_selective
from medmaas_training.assessment.evaluated import Answered, QuantileEvaluated, Tensors
from medmaas_training.assessment.inputs import make_input_assessor
from medmaas_training.assessment.resampling import Flags, Floats, Sample
from medmaas_training.assessment.splits import Array, Cases, Splits, take_cases


@dataclass(frozen=True)
class UncertaintyAssessment:
    """What was learned from the calibration split and measured on the test split.

    Attributes:
        graph: with the output `distance`, where it has an embedding.
        uncertainty: for the manifest.
        metrics: for the card.
        calibration: predicted against observed, for the card.
        coverage: how often intervals held, for the card.
        selective: the risk-coverage curve, to draw; None if the model cannot judge its answers.
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
    graph: onnx.ModelProto,
    spec: Input,
    output: Output,
    splits: Splits,
    *,
    seed: int,
    promises: bool = True,
) -> UncertaintyAssessment:
    """Learn intervals and limits from the calibration split, measure them on the test split.

    Args:
        graph: from raw values to the tensors that `output` names.
        spec: of the input.
        output: of the answer.
        splits: the model's splits, and inputs that it should not answer.
        seed: of every draw.
        promises: whether there are enough cases for intervals.
    """
    learned = learn(graph, spec, output, splits, seed=seed, promises=promises)
    answerer, judge, test = learned.answerer, learned.judge, learned.test
    calibration, coverage = learned.calibration, [*learned.coverage]
    uncertainty, intervals = learned.uncertainty, learned.uncertainty.intervals
    limits = learned.limits
    metrics = answerer.assessor.measure_answers(test)  # first: a catalogue shows the first
    metrics += measure_test(limits, test.cases.groups, test.sample)
    metrics += answerer.assessor.count_intervals(intervals, test, spec)
    metrics += answerer.assessor.describe_groups(calibration, test, spec)
    metrics += measure_out_of_distribution(
        spec, splits.out_of_distribution, lambda rows: judge.limit(rows, answerer.run(rows)).refused
    )
    for name, cases in splits.external.items():
        figures, curves = _assess_external(judge, name, cases, seed)
        metrics += figures
        coverage += curves
    selective, figures = _assess_judgement(test)
    metrics += figures
    for claim, sample in test.evaluated.find_claims(test.sample):
        metrics += measure_calibration([claim], sample)
    measured = (curve.measure() for curve in test.evaluated.find_curves(test.sample))
    pairs = zip(
        calibration.evaluated.find_recalibrators(),
        test.evaluated.find_recalibrators(),
        strict=True,
    )
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


@dataclass(frozen=True)
class Learned:
    """What the calibration split gave, and the test split by it.

    Attributes:
        answerer: the graph, with the output `distance`, where it has an embedding.
        uncertainty: for the manifest.
        coverage: how often intervals held on the test split.
        calibration: that split, answered.
        test: likewise.
        judge: who is refused.
    """

    answerer: Answerer
    uncertainty: Uncertainty
    coverage: list[CoverageCurve]
    calibration: Answered
    test: Answered
    judge: "Judge"

    @property
    def limits(self) -> Limits:
        """Who of the test split is refused."""
        return self.judge.limit(self.test.cases.rows, self.test.outputs)


def learn(
    graph: onnx.ModelProto,
    spec: Input,
    output: Output,
    splits: Splits,
    *,
    seed: int,
    promises: bool = True,
) -> Learned:
    """Intervals and limits of the calibration split; args as in `assess_uncertainty`."""
    answerer = make_answerer(graph, spec, output, splits.train)
    apart = None
    if splits.refitted:
        apart = measure_left_out(graph, spec, output, splits.calibration, seed)
    calibration = answerer.answer(splits.calibration, splits.train, seed, "calibration", apart)
    test = answerer.answer(splits.test, splits.train, seed, "test")
    intervals, coverage = (
        answerer.assessor.assess_intervals(calibration, test, spec) if promises else (None, [])
    )
    uncertainty = Uncertainty(
        method=answerer.assessor.name_method(intervals),
        calibrated_on=_name_calibration(splits),
        intervals=intervals,
        distance=_limit_distance(answerer, calibration),
    )
    uncertainty = _limit_rest(uncertainty, answerer, calibration, splits)
    judge = Judge(answerer, uncertainty, splits)
    return Learned(answerer, uncertainty, coverage, calibration, test, judge)


def assess_limits(
    graph: onnx.ModelProto, spec: Input, output: Output, splits: Splits, seed: int
) -> tuple[onnx.ModelProto, Uncertainty, list[Metric]]:
    """Of cases whose outcome nobody knows: the graph, how far they may be, and who is refused."""
    answerer = make_answerer(graph, spec, output, splits.train)
    distances = measure_left_out(graph, spec, output, splits.calibration, seed)
    limit = None
    if answerer.distance is not None and distances is not None:
        threshold = choose_threshold(distances, splits.calibration.groups)
        limit = answerer.distance.model_copy(update={"threshold": threshold})
    uncertainty = Uncertainty(
        method="Nothing was learned of how often answers are right.",
        calibrated_on=_name_calibration(splits),
        distance=limit,
    )
    rows = splits.test.rows
    judge = Judge(answerer, uncertainty, splits)
    person = np.arange(len(rows)) if splits.test.person is None else splits.test.person
    sample = Sample(np.unique(person, return_inverse=True)[1], None, seed)
    limits = judge.limit(rows, answerer.run(rows))
    return answerer.graph, uncertainty, measure_test(limits, splits.test.groups, sample)


def _limit_distance(answerer: Answerer, calibration: Answered) -> Distance | None:
    if answerer.distance is None or calibration.distances is None:
        return None
    threshold = choose_threshold(calibration.distances, calibration.cases.groups)
    return answerer.distance.model_copy(update={"threshold": threshold})


def _limit_rest(
    uncertainty: Uncertainty, answerer: Answerer, calibration: Answered, splits: Splits
) -> Uncertainty:
    """How many labels and how many missing features are too many."""
    intervals = uncertainty.intervals
    update: dict[str, int | None] = {}
    judge = Judge(answerer, uncertainty, splits)
    rows = splits.calibration.rows
    if intervals and intervals.are_sets:
        sizes = judge.count_labels(rows, calibration.outputs)
        far = judge.limit(rows, calibration.outputs).far
        update["largest_set"] = choose_largest_set(sizes, far, answerer.assessor.labels)
    if intervals and answerer.spec.row_features and len(answerer.spec.tensors) == 1:
        update["most_missing"] = choose_most_missing(
            answerer.spec, rows, judge.hold, COVERAGES[0], calibration.sample.seed
        )
    return uncertainty.model_copy(update=update)


@dataclass(frozen=True)
class Judge:
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
        doubted = make_input_assessor(self.answerer.spec).find_doubtful(rows)
        return Limits(far, unsure, doubted)

    def count_labels(self, rows: Array, outputs: Tensors) -> Floats:
        """In the prediction set at the first coverage, [n]."""
        evaluated, quantiles = self._evaluate(rows, outputs, None)
        return evaluated.measure_width(quantiles)

    def hold(self, rows: Array) -> Floats:
        """Whose mean is the coverage of the calibration split, its rows changed, [n]."""
        outcome = self.splits.calibration.outcome
        evaluated, quantiles = self._evaluate(rows, self.answerer.run(rows), outcome)
        return evaluated.hold(quantiles)

    def _evaluate(
        self, rows: Array, outputs: Tensors, outcome: object
    ) -> tuple[QuantileEvaluated, Floats]:
        intervals = expect(self.uncertainty.intervals, QuantileIntervals)
        answerer = self.answerer
        given = answerer.evaluate(rows, outputs, outcome, self.splits.train.outcome)
        evaluated = given.require_quantiles()
        seen = see(evaluated, answerer.spec, rows)
        first = expect(intervals.levels[0], Level)
        return evaluated, take_quantiles(intervals, first, seen)


def _assess_external(
    judge: Judge, name: str, cases: Cases, seed: int
) -> tuple[list[Metric], list[CoverageCurve]]:
    """Of cases from elsewhere how many have no answer; of the others errors and coverage."""
    intervals, answerer = judge.uncertainty.intervals, judge.answerer
    if not isinstance(intervals, QuantileIntervals):
        return [], []
    everyone = answerer.answer(cases, judge.splits.train, seed, "external")
    refused = judge.limit(cases.rows, everyone.outputs).refused
    metrics = [
        metric.model_copy(update={"measure": "abstention"})
        for metric in everyone.sample.measure_mean(name, REFUSED, refused.astype(float))
    ]
    if refused.all():
        return metrics, []
    answered = take_cases(cases, ~refused)
    kept = answerer.answer(answered, judge.splits.train, seed, "external")
    error, losses = kept.evaluated.find_losses()
    metrics += kept.sample.measure_mean(f"{name}, answered", error, losses)
    seen = see_split(kept, answerer.spec)
    return metrics, [measure_intervals(intervals, seen, kept.sample, on=f"{name}, intervals")]


def _assess_judgement(test: Answered) -> tuple[Selective | None, list[Metric]]:
    judged = test.evaluated.find_judgement()
    if judged is None and test.distances is not None:
        judged = "distance", test.distances
    if judged is None:
        return None, []
    ranked_by, judgement = judged
    error, losses = test.evaluated.find_losses()
    return measure_selective(losses, judgement, test.sample, error=error, ranked_by=ranked_by)


def _name_calibration(splits: Splits) -> str:
    remark = f", {splits.remark}" if splits.remark else ""
    return f"the calibration split, n = {len(splits.calibration.rows):,}{remark}"
