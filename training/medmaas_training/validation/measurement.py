"""All that a validation set tells of a model: calibrated on one half, reported on the other."""

from dataclasses import dataclass, replace

import numpy as np
import onnx

from medmaas.model.manifest import (
    Explanation,
    Input,
    Uncertainty,
)
from medmaas_training.assessment.assess import CERTAINTY, REASONS
from medmaas_training.assessment.inputs import make_input_assessor
from medmaas_training.assessment.reasons.explanation import assess_explanation
from medmaas_training.assessment.reasons.sample import Sizes
from medmaas_training.assessment.sections import draw_sections
from medmaas_training.assessment.splits import take_cases
from medmaas_training.figures import Measured as Found
from medmaas_training.progress import begin, plan
from medmaas_training.report.page import Section
from medmaas_training.validation.cases import ValidationSet, read_cases
from medmaas_training.validation.measurer import (
    FIGURES,
    Measurement,
    Measurer,
    make_measurer,
    require_people,
)
from medmaas_training.validation.naming import Naming
from medmaas_training.validation.privacy import trim
from medmaas_training.validation.request import Request
from medmaas_training.validation.subject import Subject

READING = "Reading the validation set"

_FEWEST_EXPLAINED = 5
# shap is not asked again: what is explained is the very graph, by code that it is held against
_MOST = Sizes(explained=60, compared=0, shuffled=6, shuffles=10, coarse=2)


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


def _explain(
    measurer: Measurer,
    measurement: Measurement,
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
