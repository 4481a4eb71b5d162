"""A history of rows in time, in words."""

from collections.abc import Sequence

from medmaas.model.kinds import expect
from medmaas.model.manifest import Input, SeriesInput
from medmaas_training.kinds.inputs import InputDescription
from medmaas_training.report.features import Table, tabulate_features
from medmaas_training.report.markdown import table


class SeriesDescription(InputDescription):
    """Fields of each row."""

    def __init__(self, spec: SeriesInput) -> None:
        super().__init__(spec)
        self._series = spec

    def describe(self) -> list[str]:
        """How many rows, and a table of what each has."""
        about = f"`{self._series.field}`: 1 to {self._series.max_rows} rows in time, each with"
        return [about, table(*tabulate_features(self._series.features))]

    def tabulate(self) -> Table:
        """A row per feature, after the field that holds them."""
        header, rows = tabulate_features(self._series.features)
        return header, [[f"{self._series.field}: {row[0]}", *row[1:]] for row in rows]

    def explain_size(self, shape: Sequence[int]) -> str:
        """The rows are of a fixed number, or features are missing or too many."""
        if shape[1] != -1:
            return "export it with a dynamic second dimension, the rows"
        there = len(self._series.features)
        return f"state {shape[2]} features in input.features, {there} are there"


def make(spec: Input) -> SeriesDescription:
    """What describes."""
    return SeriesDescription(expect(spec, SeriesInput))
