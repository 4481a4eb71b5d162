"""All that a validation set tells of a model: calibrated on one half, reported on the other."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from medmaas.model.manifest import (
    CalibrationCurve,
    CoverageCurve,
    Explanation,
    Input,
    Metric,
    Output,
    Uncertainty,
)
from medmaas_training.assessment.answers import Answerer
from medmaas_training.assessment.assess import CERTAINTY, REASONS
from medmaas_training.assessment.certainty import abstention, intervals, recalibration
from medmaas_training.assessment.certainty.cross_conformal import SOURCE, cross_assess
from medmaas_training.assessment.certainty.recalibrated import raise_to_power
from medmaas_training.assessment.certainty.selective import Selective
from medmaas_training.assessment.certainty.uncertainty import (
    UncertaintyAssessment,
    assess_limits,
    assess_uncertainty,
)
from medmaas_training.assessment.inputs import make_input_assessor
from medmaas_training.assessment.reasons.explanation import assess_explanation
from medmaas_training.assessment.reasons.sample import Sizes
from medmaas_training.assessment.resampling import THIS_MODEL, Sample
from medmaas_training.assessment.sections import draw_sections
from medmaas_training.assessment.splits import Cases, Splits, take_cases
from medmaas_training.errors import TrainingError
from medmaas_training.figures import Measured as Found
from medmaas_training.progress import begin, plan
from medmaas_training.report.page import Section
from medmaas_training.validation.cases import ValidationSet, read_cases
from medmaas_training.validation.decision_curve import draw_decisions, measure_decisions
from medmaas_training.validation.figures import BEFORE, Measured, answer_rivals, compare
from medmaas_training.validation.halves import FOLDS, are_enough, deal, take_one_each
from medmaas_training.validation.leaks import find_leaks
from medmaas_training.validation.naming import IN_TURN, Naming
from medmaas_training.validation.privacy import soften, trim
from medmaas_training.validation.request import Request
from medmaas_training.validation.subject import Subject

READING, FIGURES = "Reading the validation set", "Measuring figures"

FEWEST = 10  # people: figures of fewer say nothing, and tell of them
FEWEST_PROMISED = 50  # people: the coverage of a quantile of fewer varies by over four points
_FEWEST_LIMITED = 500  # rows: the ends of what fewer look like are often passed
_FEWEST_EXPLAINED = 5
# shap is not asked again: what is explained is the very graph, by code that it is held against
_MOST = Sizes(explained=60, compared=0, shuffled=6, shuffles=10, coarse=2)
_ON_LIMITS = {abstention.ON_TEST, intervals.ON}


@dataclass(frozen=True)
class Validation:
    """What was measured.

    Attributes:
        graph: with an output for the distance, where it has an embedding to measure it in, and
            recalibrated, if that was asked for.
        spec: of the input, with the limits that were found.
        uncertainty: how sure answers are, and when there is none; None if that is unknown.
        explanation: what answers are explained against, and what the model rests on.
        measured: figures, calibration, coverage, for the card.
        sections: of the report, on how good the model is.
        others: of the report, on how sure it is and what it rests on.
        told: what a reader must know of the set, and what could not be measured, a sentence each.
        validated: the set.
        naming: what its halves are called.
        halves: how many people calibrate, and how many are reported on.
    """

    graph: onnx.ModelProto
    spec: Input
    uncertainty: Uncertainty | None
    explanation: Explanation
    measured: Found
    sections: list[Section]
    others: list[Section]
    told: tuple[str, ...]
    validated: ValidationSet
    naming: Naming
    halves: tuple[int, int]


def validate(subject: Subject, request: Request) -> Validation:
    """Measure a model on past cases, as they are asked for.

    Raises:
        TrainingError: nothing can be measured on them.
    """
    plan({READING: 2, CERTAINTY: 10, FIGURES: 15, REASONS: 20})  # of 2,000 rows of 30 columns
    begin(READING)
    graph, spec, output = subject.graph, subject.spec, subject.output
    found = read_cases(subject, request)
    require_people(found)
    measurer = make_measurer(graph, spec, output, found, request)
    measurement = measurer.measure() if found.is_known else measurer.limit()
    begin(REASONS)
    return _explain(measurer, measurement, subject)


@dataclass(frozen=True)
class _Measurement:
    """Figures, and what they need of a graph."""

    graph: onnx.ModelProto
    uncertainty: Uncertainty | None
    metrics: list[Metric]
    calibration: list[CalibrationCurve]
    coverage: list[CoverageCurve]
    told: list[str]
    sections: list[Section]
    selective: Selective | None = None


@dataclass(frozen=True)
class Measurer:
    """A model and a set, and who of it does what.

    Attributes:
        hand: of each row 0 or 1, the half; or its fold, [n].
        one_each: rows that stand for a person each, [n].
    """

    graph: onnx.ModelProto
    spec: Input
    output: Output
    found: ValidationSet
    request: Request
    naming: Naming
    hand: NDArray[np.intp]
    one_each: NDArray[np.bool_]

    @property
    def splits(self) -> Splits:
        """Halves; all calibrate and all are reported on if they are few."""
        cases = self.found.cases
        if not self.naming.is_halved:
            train = soften(take_cases(cases, self.one_each))
            return Splits(train, cases, cases, refitted=True)
        train = soften(take_cases(cases, self.one_each & (self.hand == 0)))
        return Splits(
            train, take_cases(cases, self.hand == 0), take_cases(cases, self.hand == 1),
            refitted=True,
        )  # fmt: skip

    @property
    def gaps(self) -> list[str]:
        """Why no coverage can be promised."""
        found = self.found
        gaps = found.reader.find_gaps(found.cases.outcome)
        if found.people < FEWEST_PROMISED:
            gaps = [f"{found.people} people are fewer than {FEWEST_PROMISED}", *gaps]
        return gaps

    def measure(self) -> _Measurement:
        """Figures beside rivals', certainty, calibration, decisions, leaks."""
        found, seed = self.found, self.request.seed
        gaps = self.gaps
        begin(CERTAINTY)
        told = [*found.reader.find_missing(found.cases.outcome), *self._tell_gaps(gaps)]
        sure = assess_uncertainty(
            self.graph, self.spec, self.output, self.splits, seed=seed, promises=not gaps
        )
        graph, before = self.graph, None
        if self.request.recalibrates:
            graph, sentence = self._recalibrate(sure)
            told.append(sentence)
            if graph is not self.graph:
                before = self._answer(self.graph, self.splits.test)
                sure = assess_uncertainty(
                    graph, self.spec, self.output, self.splits, seed=seed, promises=not gaps
                )
        begin(FIGURES)
        metrics, risks_told = self.compare(graph, before)
        limits, coverage = [m for m in sure.metrics if m.evaluated_on in _ON_LIMITS], sure.coverage
        rest = [
            metric
            for metric in sure.metrics
            if metric.evaluated_on not in _ON_LIMITS
            and not (metric.evaluated_on == recalibration.ON and not self.naming.is_halved)
        ]
        uncertainty: Uncertainty | None = sure.uncertainty
        if found.people < FEWEST_PROMISED:
            uncertainty, limits, coverage = None, [], []
        elif not self.naming.is_halved:
            limits, coverage = cross_assess(
                graph,
                self.spec,
                self.output,
                found.cases,
                train=self.one_each,
                fold=self.hand,
                seed=seed,
                promises=not gaps,
            )
            limits, coverage = [_in_turn(m) for m in limits], [_in_turn(c) for c in coverage]
        naming = self.naming
        told += find_leaks(self.spec, found.reader, found.cases.rows, found.cases.outcome, seed)
        return _Measurement(
            sure.graph if uncertainty is not None else graph,
            uncertainty and self._name_uncertainty(uncertainty),
            [*metrics, *naming.name_all([*rest, *limits])],
            naming.name_all(sure.calibration),
            naming.name_all(coverage),
            told,
            [naming.name_section(section) for section in risks_told],
            sure.selective,
        )

    def limit(self) -> _Measurement:
        """Of people whose outcome nobody knows: who is refused."""
        told = [
            "nothing of its answers was measured, because no outcome is known: there are no "
            "intervals; how far people may be from those of the set, and what answers rest on, were"
        ]
        graph, uncertainty, metrics = assess_limits(
            self.graph, self.spec, self.output, self.splits, self.request.seed
        )
        return _Measurement(
            graph,
            self.naming.name(uncertainty),
            self.naming.name_all(metrics),
            [],
            [],
            told,
            [],
        )

    def _tell_gaps(self, gaps: Sequence[str]) -> list[str]:
        if not gaps:
            return []
        told = [f"no intervals were learned, because {'; '.join(gaps)}"]
        if self.found.people < FEWEST_PROMISED:
            told.append(
                "nor how far somebody may be from the people of the set: whether the model should "
                "abstain from an answer is not known"
            )
        return told

    def _name_uncertainty(self, uncertainty: Uncertainty) -> Uncertainty:
        named = self.naming.name(uncertainty)
        if self.naming.is_halved or uncertainty.intervals is None:
            return named
        turn = f"all of the set calibrate, and coverage was measured on {IN_TURN} ({SOURCE})"
        return named.model_copy(update={"method": f"{named.method.removesuffix('.')}; {turn}."})

    def _answer(self, graph: onnx.ModelProto, cases: Cases) -> Any:  # noqa: ANN401
        outputs = Answerer(graph, self.spec, self.output, None).run(cases.rows)
        return self.found.reader.take(outputs)

    def compare(self, graph: onnx.ModelProto, before: object) -> tuple[list[Metric], list[Section]]:
        """Figures beside those of rivals, and whether it pays to act on the model."""
        found, reader, naming = self.found, self.found.reader, self.naming
        splits, seed = self.splits, self.request.seed
        cases = splits.test
        answers: dict[str, Any] = {THIS_MODEL: self._answer(graph, cases)}
        if answers[THIS_MODEL] is None:
            return [], []
        if before is not None:
            answers[BEFORE] = before
        if naming.is_halved:
            learned = splits.calibration
            taught = "learned on the calibration half"
            rivals = answer_rivals(self.spec, reader, learned, cases.rows)
            person = found.person[self.hand == 1]
        else:
            learned, taught = cases, f"learned of {IN_TURN}"
            rivals, person = self._answer_in_turn(), found.person
        answers |= {f"{name}, {taught}": given for name, given in rivals.items()}
        measured = Measured(reader, cases, person, learned.outcome, naming, seed)
        metrics = compare(measured, answers)
        risks = reader.find_risks(answers[THIS_MODEL], cases.outcome)
        whose = np.unique(person, return_inverse=True)[1]
        sample = Sample(whose, reader.find_events(cases.outcome), seed, naming.cohort)
        metrics += measure_decisions(risks, sample, naming.reported)
        return metrics, draw_decisions(risks)

    def _answer_in_turn(self) -> dict[str, Any]:
        """What rivals answer to each fifth after learning from the others."""
        cases, reader = self.found.cases, self.found.reader
        parts = [
            answer_rivals(
                self.spec, reader, take_cases(cases, self.hand != i), cases.rows[self.hand == i]
            )
            for i in range(FOLDS)
        ]
        together: dict[str, Any] = {}
        for name in parts[0]:
            if not all(name in part for part in parts):
                continue
            first = parts[0][name]
            whole = np.zeros((self.found.n, *first.shape[1:]), first.dtype)
            for i, part in enumerate(parts):
                whole[self.hand == i] = part[name]
            together[name] = whole
        return together

    def _recalibrate(self, sure: UncertaintyAssessment) -> tuple[onnx.ModelProto, str]:
        if not self.naming.is_halved:
            return self.graph, (
                "it was not recalibrated: too few people to learn it of one half and to measure it "
                "on the other"
            )
        splits = self.splits
        answerer = Answerer(self.graph, self.spec, self.output, None)
        one = answerer.answer(splits.calibration, splits.train, self.request.seed, "calibration")
        recalibrators = one.evaluated.find_recalibrators()
        if not recalibrators:
            return self.graph, "it was not recalibrated: there is no way to for such answers"
        (recalibrator,) = recalibrators
        if recalibrator.name not in sure.worth:
            return self.graph, (
                "it was not recalibrated: on the calibration half that saved less than 1 % of the "
                "log loss, or no more than chance may"
            )
        (power,) = sure.worth[recalibrator.name]
        graph = raise_to_power(
            self.graph, self.output.tensor, power, normalises=recalibrator.normalises
        )
        return graph, (
            f"its probabilities are recalibrated inside the graph, by a power of {power:.3f} "
            "learned on the calibration half; golden outputs are those after it"
        )


def require_people(found: ValidationSet) -> None:
    """Refuse a set of so few that nothing can be said.

    Raises:
        TrainingError: with what can be read, and what is needed.
    """
    if found.people < FEWEST:
        told = " ".join(f"{sentence}." for sentence in found.told)
        raise TrainingError(
            f"--data: {found.people} people can be measured on, and of fewer than {FEWEST} nothing "
            f"can be said of the model: bring more past cases. {told}".strip()
        )
    if not found.is_known and found.people < FEWEST_PROMISED:
        raise TrainingError(
            f"--data: no outcome is known, and of fewer than {FEWEST_PROMISED} people nothing else "
            f"can be measured either. {' '.join(f'{sentence}.' for sentence in found.told)}"
        )


def make_measurer(
    graph: onnx.ModelProto,
    spec: Input,
    output: Output,
    found: ValidationSet,
    request: Request,
    *,
    may_halve: bool = True,
) -> Measurer:
    """A model and a set, and who of it does what.

    Args:
        graph: of the model.
        spec: of its input.
        output: of its answer.
        found: the set.
        request: as it was asked for.
        may_halve: whether one half may calibrate, if people are enough.
    """
    n = found.n
    known = found.is_known
    kinds = found.reader.stratify(found.cases.outcome) if known else np.zeros(n, np.intp)
    halved = may_halve and are_enough(found.together, kinds)
    hand = deal(found.together, kinds, 2 if halved else FOLDS, request.seed)
    one_each = np.zeros(n, bool)
    one_each[take_one_each(found.person, request.seed)] = True
    naming = Naming(request.called, halved, "external" if request.is_elsewhere else "test")
    limited = spec
    if one_each.sum() >= _FEWEST_LIMITED:
        limited = make_input_assessor(spec).find_limits(found.cases.rows[one_each])
    return Measurer(graph, limited, output, found, request, naming, hand, one_each)


def _explain(
    measurer: Measurer,
    measurement: _Measurement,
    subject: Subject,
) -> Validation:
    found, naming, splits = measurer.found, measurer.naming, measurer.splits
    told = [*found.told, *measurement.told]
    assessor = make_input_assessor(measurer.spec)
    explanation, metrics = Explanation(method=assessor.method), measurement.metrics
    drawn: list[Section] = []
    people = (len(np.unique(found.person[measurer.hand == 0])), _count_reported(measurer))
    if len(splits.test.rows) >= _FEWEST_EXPLAINED:
        sizes = assessor.choose_sizes()
        explained = assess_explanation(
            measurement.graph,
            measurer.spec,
            measurer.output,
            subject.golden,
            measurement.uncertainty,
            splits,
            seed=measurer.request.seed,
            files=subject.files,
            sizes=sizes if sizes.explained < _MOST.explained else _MOST,
        )
        whole = take_cases(found.cases, measurer.one_each)
        trimmed = trim(explained.explanation, measurer.spec, whole)
        explained = replace(explained, explanation=trimmed)
        explanation = naming.name(trimmed)
        metrics = [*metrics, *naming.name_all(explained.metrics)]
        if explained.explanation.faithfulness:
            sections = draw_sections(
                measurement.selective, measurement.calibration, explained, measurer.output
            )
            drawn = [naming.name_section(section) for section in sections]
    return Validation(
        graph=measurement.graph,
        spec=measurer.spec,
        uncertainty=measurement.uncertainty,
        explanation=explanation,
        measured=Found(metrics, measurement.calibration, measurement.coverage),
        sections=measurement.sections,
        others=drawn,
        told=tuple(f"{sentence[:1].upper()}{sentence[1:]}." for sentence in dict.fromkeys(told)),
        validated=found,
        naming=naming,
        halves=people,
    )


def _count_reported(measurer: Measurer) -> int:
    if not measurer.naming.is_halved:
        return measurer.found.people
    return len(np.unique(measurer.found.person[measurer.hand == 1]))


def _in_turn(figure: Any) -> Any:  # noqa: ANN401 - Metric or CoverageCurve
    """The same, of each fifth by what the others taught."""
    return figure.model_copy(update={"evaluated_on": f"{figure.evaluated_on}, {IN_TURN}"})
