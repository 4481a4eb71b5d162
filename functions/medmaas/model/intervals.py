"""Intervals of quantiles that split conformal prediction found."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from math import inf, isnan
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from medmaas.facts import Fact
from medmaas.model.columns import Columns, Floats, Table, Tensors, join_rows
from medmaas.model.manifest import PREDICTION, Group, Input, QuantileIntervals
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
    """The quantile of each row, which may depend on its stratum and on the groups it belongs to.

    Where the feature of the strata is missing, the most careful of their quantiles is taken.

    Args:
        spec: of the manifest.
        inputs: of the manifest, whose features strata and groups may be made of.
        convert: what of a quantile is wanted, if not itself: the larger, the more careful.
    """

    def __init__(
        self,
        spec: QuantileIntervals,
        inputs: Input,
        convert: Callable[[float], float] = float,
    ) -> None:
        self._by_coverage = {
            level.coverage: [convert(quantile) for quantile in level.quantiles]
            for level in spec.levels
        }
        self._count = spec.count_strata()
        self._strata, self._groups = spec.strata, spec.groups or ()
        self._tensors = inputs.row_tensors
        columns = {feature.name: i for i, feature in enumerate(inputs.row_features)}
        self._column = columns.get(spec.strata.by if spec.strata else PREDICTION)
        self._columns_of_groups = [columns.get(group.by) for group in self._groups]
        self._ends = [
            _hold_ends(group, column)
            for group, column in zip(self._groups, self._columns_of_groups, strict=True)
        ]

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
            found = [quantiles[0]] * len(rows)
        else:
            of = (
                predict()
                if self._column is None
                else join_rows(inputs, self._tensors)[:, self._column]
            )
            careful = max(quantiles[: self._count])
            found = [
                careful if isnan(by) else quantiles[bisect_right(self._strata.edges, by)]
                for by in of.tolist()
            ]
        if not self._groups:
            return found
        if len(found) == 1:  # the usual request: quicker than numpy
            return [max(found + self._list_own(quantiles, inputs, predict))]
        return self._take_careful(found, quantiles, inputs, predict)

    def _list_own(
        self, quantiles: Sequence[float], inputs: Tensors, predict: Callable[[], Floats]
    ) -> list[float]:
        """The quantiles of the groups that the only row belongs to."""
        row: list[float] = join_rows(inputs, self._tensors)[0].tolist() if self._tensors else []
        own = []
        for (column, low, high), quantile in zip(self._ends, quantiles[self._count :], strict=True):
            value = float(predict()[0]) if column is None else row[column]
            if isnan(value) if low is None else low <= value < high:
                own.append(quantile)
        return own

    def _take_careful(
        self,
        found: list[float],
        quantiles: Sequence[float],
        inputs: Tensors,
        predict: Callable[[], Floats],
    ) -> list[float]:
        """Where a group's quantile is more careful than what was found, that one."""
        of_groups = zip(
            self._groups, self._columns_of_groups, quantiles[self._count :], strict=True
        )
        careful = np.array(found)
        for group, column, quantile in of_groups:
            values = predict() if column is None else join_rows(inputs, self._tensors)[:, column]
            np.maximum(careful, quantile, out=careful, where=find_members(group, values))
        taken: list[float] = careful.tolist()
        return taken


def _hold_ends(group: Group, column: int | None) -> tuple[int | None, float | None, float]:
    """Its column, and its ends as `find_members` takes them; no lower one for who lacks a value."""
    if group.is_of_missing:
        return column, None, inf
    hold = float if column is None else np.float32  # features are held in 32 bits
    low = -inf if group.low is None else float(hold(group.low))
    high = inf if group.high is None else float(hold(group.high))
    return column, low, high


def find_members(group: Group, values: NDArray[Any]) -> NDArray[np.bool_]:
    """Who belongs to a group, by their value, [n], NaN for missing.

    Its ends are taken to the precision of the values: what was written 1.3 and is held in 32 bits
    is not below 1.3.
    """
    unknown: NDArray[np.bool_] = np.isnan(values)
    if group.is_of_missing:
        return unknown
    members = ~unknown
    if group.low is not None:
        members &= values >= values.dtype.type(group.low)
    if group.high is not None:
        members &= values < values.dtype.type(group.high)
    return members
