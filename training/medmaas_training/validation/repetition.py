"""A model of the catalogue is measured again, on people of another period or site.

What was measured first stays; figures of the new set stand beside it, with by how much they
changed. Its quantiles and limits stay too, unless they are to be renewed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import onnx

from medmaas.model.manifest import CalibrationCurve, Card, CoverageCurve, Manifest, Metric
from medmaas_training.assessment.answers import Answerer
from medmaas_training.assessment.assess import CERTAINTY, restate
from medmaas_training.assessment.certainty.abstention import measure_test
from medmaas_training.assessment.certainty.calibration import measure_calibration
from medmaas_training.assessment.certainty.uncertainty import Judge
from medmaas_training.assessment.splits import Splits
from medmaas_training.catalogue.folder import place_model, read_more
from medmaas_training.catalogue.graph import check_graph
from medmaas_training.catalogue.source_attributes import state_external
from medmaas_training.errors import TrainingError
from medmaas_training.figures import Measured
from medmaas_training.progress import begin, plan
from medmaas_training.report.page import read_manifest, write_report
from medmaas_training.validation.card import describe_measurement
from medmaas_training.validation.cases import ValidationSet, read_cases
from medmaas_training.validation.change import state_changes
from medmaas_training.validation.leaks import find_leaks
from medmaas_training.validation.measurement import READING, validate
from medmaas_training.validation.measurer import (
    FIGURES,
    Measurer,
    make_measurer,
    require_people,
)
from medmaas_training.validation.request import Request
from medmaas_training.validation.subject import Subject


@dataclass(frozen=True)
class Repeated:
    """What came of it.

    Attributes:
        measured: the figures of the new set, and the changes.
        folder: of the version that states them.
        told: what must be told of the set, a sentence each.
    """

    measured: Measured
    folder: Path
    told: tuple[str, ...]


def repeat(
    folder: Path, reports: Path, request: Request, version: str, *, renews: bool
) -> Repeated:
    """Measure a model on a new set, and write what was found as a new version.

    Args:
        folder: `<models>/<id>/<version>`, which stays as it is.
        reports: where a report of the new version is written.
        request: the set, and what figures call it.
        version: what is written.
        renews: whether quantiles, limits and background are learned anew of the set.

    Raises:
        TrainingError: nothing was written, and why.
    """
    manifest = read_manifest(folder)
    on = [metric.evaluated_on for metric in manifest.card.metrics]
    if any(one == request.called or one.startswith(f"{request.called},") for one in on):
        raise TrainingError(
            "--called: the card has figures of a set of this name: name the new one otherwise"
        )
    graph = onnx.load(str(folder / "model.onnx"), load_external_data=False)
    check_graph(graph)
    files = read_more(folder, manifest)
    golden = [case.instance for case in manifest.golden.cases]
    subject = Subject(graph, manifest.input, manifest.output, golden, files)
    manifest = manifest.model_copy(update={"version": version, "created": datetime.now(UTC).date()})
    if renews:
        validation = validate(subject, request)
        measured, told = validation.measured, validation.told
        sections, others = validation.sections, validation.others
        method = describe_measurement(validation, request)
        manifest = manifest.model_copy(update={"card": _set_aside(manifest.card)})
        before = _find_first(manifest)
        manifest, content = restate(manifest, validation, files)
    else:
        found, measurer = _open(subject, request)
        measured = _measure(measurer, manifest)
        told = tuple(f"{one[:1].upper()}{one[1:]}." for one in _tell(measurer, found))
        sections, others = measurer.compare(graph, None)[1] if found.is_known else [], []
        sections = [measurer.naming.name_section(section) for section in sections]
        by = request.by or "Whoever assessed the model"
        method = (
            f"{by[:1].upper()}{by[1:]} measured it again with medmaas on {request.called}, "
            f"{found.n} rows of {found.people} people: nothing of the model was changed. The rows "
            "are not kept."
        )
        before, content = _find_first(manifest), (folder / "model.onnx").read_bytes()
    changes = state_changes(before.metrics, measured.metrics, before.coverage, measured.coverage)
    measured = replace(measured, metrics=[*measured.metrics, *changes])
    card = _append(manifest.card, measured, method, told)
    manifest = manifest.model_copy(update={"card": card})
    written = place_model(folder.parents[1], manifest, content, more=files, after=folder)
    write_report(reports, written, sections, others)
    return Repeated(measured, written, told)


def _open(subject: Subject, request: Request) -> tuple[ValidationSet, Measurer]:
    plan({READING: 2, CERTAINTY: 5, FIGURES: 15})
    begin(READING)
    found = read_cases(subject, request)
    require_people(found)
    measurer = make_measurer(
        subject.graph, subject.spec, subject.output, found, request, may_halve=False
    )
    return found, replace(measurer, spec=subject.spec)  # limits are those of the model


def _measure(measurer: Measurer, manifest: Manifest) -> Measured:
    """Figures of everyone; who is refused, and how often intervals hold, as they are served."""
    found, naming = measurer.found, measurer.naming
    metrics: list[Metric] = []
    coverage: list[CoverageCurve] = []
    calibration: list[CalibrationCurve] = []
    uncertainty, cases = manifest.uncertainty, found.cases
    if not found.is_known:
        raise TrainingError(
            "--data: no outcome is known, so nothing of how good the model is can be measured "
            f"again. {' '.join(f'{sentence}.' for sentence in found.told)}"
        )
    begin(CERTAINTY)
    distance = uncertainty.distance if uncertainty else None
    answerer = Answerer(measurer.graph, manifest.input, manifest.output, distance)
    test = answerer.answer(cases, cases, measurer.request.seed, "test")
    metrics += answerer.assessor.measure_answers(test)
    if uncertainty:
        judge = Judge(answerer, uncertainty, Splits(cases, cases, cases))
        limits = judge.limit(cases.rows, test.outputs)
        metrics += measure_test(limits, cases.groups, test.sample)
        coverage = answerer.assessor.measure_coverage(uncertainty.intervals, test, manifest.input)
    for claim, sample in test.evaluated.find_claims(test.sample):
        metrics += measure_calibration([claim], sample)
    curves = (curve.measure() for curve in test.evaluated.find_curves(test.sample))
    calibration = [curve for curve in curves if curve]
    begin(FIGURES)
    compared, _ = measurer.compare(measurer.graph, None)
    return Measured(
        [*compared, *naming.name_all(metrics)],
        naming.name_all(calibration),
        naming.name_all(coverage),
    )


def _tell(measurer: Measurer, found: ValidationSet) -> Sequence[str]:
    cases, seed = found.cases, measurer.request.seed
    leaks = find_leaks(measurer.spec, found.reader, cases.rows, cases.outcome, seed)
    return [*found.told, *found.reader.find_missing(cases.outcome), *leaks]


def _find_first(manifest: Manifest) -> Measured:
    card = manifest.card
    return Measured(card.metrics, card.calibration, card.coverage)


def _set_aside(card: Card) -> Card:
    """The card, its coverage being of intervals that answers no longer have."""
    curves = tuple(curve.model_copy(update={"of": "variant"}) for curve in card.coverage)
    return card.model_copy(update={"coverage": curves})


def _append(card: Card, measured: Measured, method: str, told: Sequence[str]) -> Card:
    """The card with the new figures behind the first ones."""
    update = {
        "method": (*card.method, method),
        "metrics": (*card.metrics, *measured.metrics),
        "calibration": (*card.calibration, *measured.calibration),
        "coverage": (*card.coverage, *measured.coverage),
        "limits": tuple(dict.fromkeys((*card.limits, *told))),
    }
    return state_external(card.model_copy(update=update))
