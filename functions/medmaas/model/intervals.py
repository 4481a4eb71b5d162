"""Intervals of quantiles that split conformal prediction found."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from math import isnan
from typing import Any, Protocol

from numpy.typing import NDArray

from medmaas.facts import Fact
from medmaas.model.columns import Columns, Floats, Table, Tensors
from medmaas.model.manifest import PREDICTION, Input, QuantileIntervals
from medmaas.model.schema import Schema

Interval = dict[str, Any]


class IntervalKind(Protocol):
    """Tensors of one kind, to intervals in columns.

    Attributes:
        columns: their names.
    """

    columns: Columns

    def tabulate(self, outputs: Tensors, inputs: Tensors, coverage: float) -> Table:
        """The intervals of all rows of the graph's outputs, at one of the coverages stored."""

    def list_rows(self, table: Table, coverage: float) -> list[Interval]:
        """The same as objects, as JSON holds them."""

    def name_interval(self, interval: Interval) -> Fact | None:
        """An interval in words; None where it is of no single number."""

    def json_schema(self) -> Schema:
        """JSON Schema of one interval."""


class Quantiles:
    """The quantile of each row, which may depend on the stratum that it is in.

    Args:
        spec: of the manifest.
        inputs: of the manifest, whose features the strata may be made of.
        careful: which of the quantiles is taken where the feature is missing, min or max.
        convert: what of a quantile is wanted, if not itself.
    """

    def __init__(
        self,
        spec: QuantileIntervals,
        inputs: Input,
        careful: Callable[[Sequence[float]], float],
        convert: Callable[[float], float] = float,
    ) -> None:
        self._by_coverage = {
            level.coverage: [convert(quantile) for quantile in level.quantiles]
            for level in spec.levels
        }
        self._of_unknown = {
            level.coverage: convert(careful(level.quantiles)) for level in spec.levels
        }
        self._strata = spec.strata
        self._tensor = inputs.tensor
        names = [feature.name for feature in inputs.row_features]
        by = spec.strata.by if spec.strata else PREDICTION
        self._column = names.index(by) if by in names else None

    def find(
        self, coverage: float, rows: NDArray[Any], inputs: Tensors, predict: Callable[[], Floats]
    ) -> list[float]:
        """One per row.

        Args:
            coverage: one of those stored.
            rows: of the graph's output, [n, ...].
            inputs: what went in.
            predict: gives what the model predicts of each, [n], if that is what strata are of.
        """
        quantiles = self._by_coverage[coverage]
        if self._strata is None:
            return [quantiles[0]] * len(rows)
        of = predict() if self._column is None else inputs[self._tensor][:, self._column]
        return [
            self._of_unknown[coverage]
            if isnan(by)
            else quantiles[bisect_right(self._strata.edges, by)]
            for by in of.tolist()
        ]
