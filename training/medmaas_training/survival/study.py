"""A table, the network's rivals on it, and the words around them: all that differs by table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from medmaas.model.manifest import Card, Example, Metric, TabularInput
from medmaas_training.survival.design import Design
from medmaas_training.survival.evaluation import Groups, Makers, Models
from medmaas_training.tabular.datasets import Split, SurvivalTable


@dataclass(frozen=True)
class Study:
    """What the recipe needs to know.

    Attributes:
        title: of the model.
        licence: of the model.
        table: everyone.
        split: of their rows.
        design: of the model.
        makers: the network and its rivals, by name.
        spec: the input that the manifest describes.
        golden: invented instances.
        groups: whom to measure apart, by name.
        by: what the groups go by, in words.
        make_card: from the figures and the fitted models.
        examples: invented instances, shown where people ask.
    """

    title: str
    licence: str
    table: SurvivalTable
    split: Split
    design: Design
    makers: Makers
    spec: TabularInput
    golden: Sequence[dict[str, Any]]
    groups: Groups
    by: str
    make_card: Callable[[Sequence[Metric], Models], Card]
    examples: Sequence[Example] = ()
