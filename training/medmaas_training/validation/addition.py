"""A model that is added with a validation set, measured before it is written."""

from dataclasses import dataclass
from pathlib import Path

import onnx

from medmaas.model.inputs import Files
from medmaas.model.manifest import Example, Manifest
from medmaas_training.assessment.assess import restate
from medmaas_training.catalogue.graph import check_graph
from medmaas_training.catalogue.refusals import RefusedError
from medmaas_training.kinds.inputs import describe_input
from medmaas_training.report.page import Section, write_report
from medmaas_training.validation.card import complete_card
from medmaas_training.validation.measurement import Validation, validate
from medmaas_training.validation.request import Request
from medmaas_training.validation.subject import Subject

_TYPICAL, _MOST_EXAMPLES = 2, 6


@dataclass(frozen=True)
class Joined:
    """A model that was measured.

    Attributes:
        manifest: with what was measured.
        content: the graph, with what was added to it.
        validation: all that was measured.
    """

    manifest: Manifest
    content: bytes
    validation: Validation

    def write_report(self, reports: Path, folder: Path) -> Path:
        """A page to look at."""
        sections: list[Section] = self.validation.sections
        return write_report(reports, folder, sections, self.validation.others)

    def tell(self) -> list[str]:
        """What a user must know, a sentence each."""
        return [*self.validation.told]


def join(manifest: Manifest, content: bytes, files: Files, request: Request) -> Joined:
    """Measure a model that is complete but for its figures.

    Raises:
        TrainingError: nothing can be measured on the set.
    """
    graph = onnx.load_from_string(content)
    golden = [case.instance for case in manifest.golden.cases]
    subject = Subject(graph, manifest.input, manifest.output, golden, files)
    validation = validate(subject, request)
    check_graph(validation.graph)
    measured, written = restate(manifest, validation, files)
    card = complete_card(manifest.card, validation, request)
    if not card.metrics:
        raise RefusedError(["--data: nothing at all could be measured: give more cases"])
    update = {
        "card": card,
        "seed": request.seed if not manifest.seed else manifest.seed,
        "examples": (*_list_typical(measured), *manifest.examples)[:_MOST_EXAMPLES],
    }
    return Joined(measured.model_copy(update=update), written, validation)


def _list_typical(manifest: Manifest) -> list[Example]:
    """The middle of many people, for people to try: what is drawn value by value is far from all.

    From that a model abstains, and whoever tries it first would see nothing else.
    """
    background = manifest.explanation.background if manifest.explanation else None
    description = describe_input(manifest.input)
    return [
        Example(title=f"Typical, {i}: the mean of {centre.people} people", instance=instance)
        for i, centre in enumerate((background.centres if background else ())[:_TYPICAL], start=1)
        if (instance := description.restore(centre.values)) is not None
    ]
