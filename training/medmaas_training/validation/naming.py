"""On whom figures are, in the words of a validation set: an assessment speaks of splits."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pydantic import BaseModel

from medmaas.model.manifest import Cohort
from medmaas_training.report.page import Section
from medmaas_training.validation.request import UNNAMED

_Model = TypeVar("_Model", bound=BaseModel)

IN_TURN = "each fifth by the others"


@dataclass(frozen=True)
class Naming:
    """What the halves of a set are called.

    Attributes:
        called: the set.
        is_halved: whether one half calibrates, and the other is reported on.
        cohort: who its people are to the model.
    """

    called: str
    is_halved: bool
    cohort: Cohort = "test"

    @property
    def reported(self) -> str:
        """On whom figures are."""
        return f"{self.called}, reporting half" if self.is_halved else self.called

    def say(self, text: str) -> str:
        """A sentence of an assessment."""
        whole = f"the {self.called}" if self.called == UNNAMED else self.called
        if not self.is_halved:
            for split in ("test", "calibration", "train"):
                text = text.replace(f"the {split} split", whole)
                text = text.replace(f"{split} split", self.called)
            return text
        text = text.replace("the test split", f"the reporting half of {whole}")
        text = text.replace("test split", self.reported)
        for split in ("calibration", "train"):
            text = text.replace(f"the {split} split", f"the calibration half of {whole}")
            text = text.replace(f"{split} split", f"{self.called}, calibration half")
        return text

    def name(self, model: _Model) -> _Model:
        """What an assessment found, with its sentences said so."""
        return type(model).model_validate(self._walk(model.model_dump()))

    def name_all(self, models: Sequence[_Model]) -> list[_Model]:
        """Several of them."""
        return [self.name(model) for model in models]

    def name_section(self, section: Section) -> Section:
        """A part of a report."""
        table = section.table
        if table is not None:
            head, rows = table
            table = (
                [self.say(cell) for cell in head],
                [[self.say(cell) for cell in row] for row in rows],
            )
        return replace(
            section, title=self.say(section.title), text=self.say(section.text), table=table
        )

    def _walk(self, tree: Any) -> Any:  # noqa: ANN401 - whatever a contract holds
        if isinstance(tree, str):
            return self.say(tree)
        if isinstance(tree, dict):
            return {
                name: self.cohort if name == "cohort" and one == "test" else self._walk(one)
                for name, one in tree.items()
            }
        if isinstance(tree, list | tuple):
            return tuple(self._walk(one) for one in tree)
        return tree
