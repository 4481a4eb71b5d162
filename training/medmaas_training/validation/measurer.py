"""A model and a set: figures, and how sure answers are, by halves or each fifth by the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from medmaas.model.manifest import (
    CalibrationCurve,
    CoverageCurve,
    Input,
    Metric,
    Output,
    Uncertainty,
)
from medmaas_training.assessment.answers import Answerer
from medmaas_training.assessment.assess import CERTAINTY
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
from medmaas_training.assessment.resampling import THIS_MODEL, Sample
from medmaas_training.assessment.splits import Cases, Splits, take_cases
from medmaas_training.errors import TrainingError
from medmaas_training.progress import begin
from medmaas_training.report.page import Section
from medmaas_training.validation.cases import ValidationSet
from medmaas_training.validation.decision_curve import draw_decisions, measure_decisions
from medmaas_training.validation.figures import BEFORE, Measured, answer_rivals, compare
from medmaas_training.validation.halves import FOLDS, are_enough, deal, take_one_each
from medmaas_training.validation.leaks import find_leaks
from medmaas_training.validation.naming import IN_TURN, Naming
from medmaas_training.validation.privacy import soften
from medmaas_training.validation.request import Request

FIGURES = "Measuring figures"

FEWEST = 10  # people: figures of fewer say nothing, and tell of them
FEWEST_PROMISED = 50  # people: the coverage of a quantile of fewer varies by over four points
_FEWEST_LIMITED = 500  # rows: the ends of what fewer look like are often passed
_ON_LIMITS = {abstention.ON_TEST, intervals.ON}


@dataclass(frozen=True)
class Measurement:
    """Figures, and what they need of a graph; None where it is unknown."""

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

    def measure(self) -> Measurement:
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
        return Measurement(
            sure.graph if uncertainty is not None else graph,
            uncertainty and self._name_uncertainty(uncertainty),
            [*metrics, *naming.name_all([*rest, *limits])],
            naming.name_all(sure.calibration),
            naming.name_all(coverage),
            told,
            [naming.name_section(section) for section in risks_told],
            sure.selective,
        )

    def limit(self) -> Measurement:
        """Of people whose outcome nobody knows: who is refused."""
        told = [
            "nothing of its answers was measured, because no outcome is known: there are no "
            "intervals; how far people may be from those of the set, and what answers rest on, were"
        ]
        graph, uncertainty, metrics = assess_limits(
            self.graph, self.spec, self.output, self.splits, self.request.seed
        )
        return Measurement(
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


def _in_turn(figure: Any) -> Any:  # noqa: ANN401 - Metric or CoverageCurve
    """The same, of each fifth by what the others taught."""
    return figure.model_copy(update={"evaluated_on": f"{figure.evaluated_on}, {IN_TURN}"})
