"""A table of classes and the words around it: all that differs by table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sklearn.base import BaseEstimator

from medmaas.model.manifest import Card, Example, Metric, TabularInput
from medmaas_training.classes.metrics import Floats
from medmaas_training.tabular.datasets import ClassTable, Split


@dataclass(frozen=True)
class ClassStudy:
    """What the recipe needs to know.

    Attributes:
        title: of the model.
        licence: of the model.
        table: every case.
        split: of its rows.
        single: the column that the baseline, a logistic regression, has alone.
        baseline: not yet fitted, on that column [n, 1].
        spec: the input that the manifest describes.
        golden: invented instances.
        make_card: from the figures, and the name of the chosen model.
        categories: by column of a choice, how many words.
        partly: by what is left, what takes values away from X [n, features], to be measured too.
        examples: invented instances, shown where people ask.
    """

    title: str
    licence: str
    table: ClassTable
    split: Split
    single: int
    baseline: BaseEstimator
    spec: TabularInput
    golden: Sequence[dict[str, Any]]
    make_card: Callable[[Sequence[Metric], str], Card]
    categories: Mapping[int, int] = field(default_factory=dict)
    partly: Mapping[str, Callable[[Floats], Floats]] = field(default_factory=dict)
    examples: Sequence[Example] = ()

    @property
    def baseline_name(self) -> str:
        """Of the model on one column."""
        return f"logistic regression on {self.table.features[self.single]} alone"
