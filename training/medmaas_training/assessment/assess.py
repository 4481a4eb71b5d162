"""A finished model is assessed: how sure it is, what it rests on, when it abstains."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

import onnx

from medmaas.model.inputs import NO_FILES, Files, make_input
from medmaas.model.manifest import (
    CalibrationCurve,
    Card,
    Explanation,
    Input,
    Manifest,
    Metric,
    Output,
    Uncertainty,
)
from medmaas.model.session import Session
from medmaas_training.assessment.certainty.uncertainty import assess_uncertainty
from medmaas_training.assessment.inputs import make_input_assessor
from medmaas_training.assessment.reasons.explanation import assess_explanation
from medmaas_training.assessment.sections import draw_sections
from medmaas_training.assessment.splits import Array, Splits
from medmaas_training.catalogue.folder import describe_artefact, place_model, read_more
from medmaas_training.catalogue.golden import record
from medmaas_training.catalogue.operators import check_graph
from medmaas_training.catalogue.source_attributes import state_external
from medmaas_training.catalogue.translations import translate
from medmaas_training.figures import Measured
from medmaas_training.progress import begin, plan
from medmaas_training.report.page import Section, read_manifest, read_training, rewrite_report

CERTAINTY, REASONS = "Measuring how sure it is", "Trying its explanations"

_Figure = TypeVar("_Figure", bound=Metric | CalibrationCurve)


@dataclass(frozen=True)
class Assessment:
    """What was measured.

    Attributes:
        graph: with an output for the distance, where it has an embedding to measure it in.
        spec: of the input, with the limits that were found.
        uncertainty: how sure answers are, and when there is none.
        explanation: what answers are explained against, and what the model rests on.
        measured: refusals, calibration, coverage, for the card.
        sections: the same to look at.
    """

    graph: onnx.ModelProto
    spec: Input
    uncertainty: Uncertainty
    explanation: Explanation
    measured: Measured
    sections: list[Section]

    def complete(self, card: Card, calibration: Sequence[CalibrationCurve] = ()) -> Card:
        """A card of a training with the figures of the assessment.

        Args:
            card: with the metrics of the training.
            calibration: curves that the training measured itself.
        """
        update = {
            "metrics": (*card.metrics, *self.measured.metrics),
            "calibration": (*calibration, *self.measured.calibration),
            "coverage": tuple(self.measured.coverage),
        }
        return state_external(card.model_copy(update=update))


class Stated(Protocol):
    """What of an assessment a manifest states."""

    @property
    def graph(self) -> onnx.ModelProto:
        """As of an Assessment."""

    @property
    def spec(self) -> Input:
        """Likewise."""

    @property
    def uncertainty(self) -> Uncertainty | None:
        """Likewise; None if it is unknown."""

    @property
    def explanation(self) -> Explanation:
        """Likewise."""


def assess(
    graph: onnx.ModelProto,
    spec: Input,
    output: Output,
    golden: Sequence[dict[str, Any]],
    splits: Splits,
    *,
    seed: int,
    trained: Callable[[Array], Array | Mapping[str, Array]] | None = None,
) -> Assessment:
    """Calibrate on the calibration split, measure on the test split.

    Args:
        graph: from raw values to the tensors that `output` names.
        spec: of the input.
        output: of the answer.
        golden: invented instances.
        splits: the model's splits, and inputs that it should not answer.
        seed: of every draw.
        trained: the model as it was fitted, which explanations are held against; else the graph.
    """
    begin(CERTAINTY)
    spec = make_input_assessor(spec).find_limits(splits.train.rows)
    sure = assess_uncertainty(graph, spec, output, splits, seed=seed)
    begin(REASONS)
    explained = assess_explanation(
        sure.graph, spec, output, golden, sure.uncertainty, splits, seed=seed, trained=trained
    )
    return Assessment(
        sure.graph,
        spec,
        sure.uncertainty,
        explained.explanation,
        Measured([*sure.metrics, *explained.metrics], sure.calibration, sure.coverage),
        draw_sections(sure.selective, sure.calibration, explained, output),
    )


def reassess(folder: Path, reports: Path, splits: Splits, version: str) -> tuple[Measured, Path]:
    """Assess a model of the catalogue again; what was trained stays as it is.

    Args:
        folder: `<models>/<id>/<version>`, which stays as it is.
        reports: the reports directory, with a report of the model.
        splits: what the model was trained, calibrated and tested on.
        version: what is written if anything changed.

    Returns:
        The figures of the assessment, and the folder that states them: `folder` if nothing changed.

    Raises:
        TrainingError: nothing was written, and why.
    """
    manifest, training = read_manifest(folder), read_training(reports, folder)
    plan({CERTAINTY: 5, REASONS: 60})  # roughly
    graph = onnx.load(str(folder / "model.onnx"), load_external_data=False)
    check_graph(graph, manifest.operators or ())
    golden = [case.instance for case in manifest.golden.cases]
    found = assess(graph, manifest.input, manifest.output, golden, splits, seed=manifest.seed)
    more = read_more(folder, manifest)
    update = {
        "version": version,
        "created": datetime.now(UTC).date(),
        "card": _replace_figures(manifest.card, found.measured),
    }
    manifest, content = restate(manifest.model_copy(update=update), found, more)
    manifest = translate(manifest)
    written = place_model(folder.parents[1], manifest, content, more=more, after=folder)
    if written != folder:
        rewrite_report(reports, written, training, found.sections)
    return found.measured, written


def restate(manifest: Manifest, found: Stated, files: Files = NO_FILES) -> tuple[Manifest, bytes]:
    """A manifest with what was found, and its graph; the card is up to whoever asks.

    Args:
        manifest: of the model.
        found: of it.
        files: that its input is read with.
    """
    content = found.graph.SerializeToString(deterministic=True)
    session = Session(content)
    golden = [case.instance for case in manifest.golden.cases]
    also = found.uncertainty.tensors if found.uncertainty else ()
    rows = dict(make_input(found.spec, files).read(golden).tensors)
    cases = record(session, rows, golden, (*manifest.output.tensors, *also), manifest.output)
    update = {
        "input": found.spec,
        "artefact": describe_artefact(content, session),
        "golden": manifest.golden.model_copy(update={"cases": tuple(cases)}),
        "explanation": found.explanation,
        "uncertainty": found.uncertainty,
    }
    return manifest.model_copy(update=update), content


def _replace_figures(card: Card, found: Measured) -> Card:
    """The card with what was measured in the place of what was measured so before."""
    update = {
        "metrics": _renew(card.metrics, found.metrics),
        "calibration": _renew(card.calibration, found.calibration),
        # an assessment alone measures coverage: what it no longer looks at is out of date
        "coverage": tuple(found.coverage) or card.coverage,
    }
    return state_external(card.model_copy(update=update))


def _renew(before: Sequence[_Figure], now: Sequence[_Figure]) -> tuple[_Figure, ...]:
    again = {figure.evaluated_on for figure in now}
    return (*(figure for figure in before if figure.evaluated_on not in again), *now)
