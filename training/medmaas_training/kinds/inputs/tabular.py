"""A row of named values, in words."""

from collections.abc import Sequence

from medmaas.model.kinds import expect
from medmaas.model.manifest import Input, TabularInput
from medmaas_training.kinds.inputs import InputDescription
from medmaas_training.report.features import Table, tabulate_features
from medmaas_training.report.markdown import table


class TabularDescription(InputDescription):
    """Fields, one row each."""

    def __init__(self, spec: TabularInput) -> None:
        super().__init__(spec)
        self._features = spec.features

    def describe(self) -> list[str]:
        """One table."""
        return [table(*self.tabulate())]

    def tabulate(self) -> Table:
        """A row per feature."""
        return tabulate_features(self._features)

    def explain_size(self, shape: Sequence[int]) -> str:
        """Features are missing, or too many."""
        return f"state {shape[1]} features in input.features, {len(self._features)} are there"


def make(spec: Input) -> TabularDescription:
    """What describes."""
    return TabularDescription(expect(spec, TabularInput))
