"""Intervals of quantiles that split conformal prediction found."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from math import isnan
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from medmaas.facts import Fact
from medmaas.model.columns import Columns, Floats, Table, Tensors
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
        self._tensor = inputs.tensor
        columns = {feature.name: i for i, feature in enumerate(inputs.row_features)}
        self._column = columns.get(spec.strata.by if spec.strata else PREDICTION)
        self._columns_of_groups = [columns.get(group.by) for group in self._groups]

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
            of = predict() if self._column is None else inputs[self._tensor][:, self._column]
            careful = max(quantiles[: self._count])
            found = [
                careful if isnan(by) else quantiles[bisect_right(self._strata.edges, by)]
                for by in of.tolist()
            ]
        return self._take_careful(found, quantiles, inputs, predict) if self._groups else found

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
        if len(found) == 1:  # the usual request: quicker than numpy
            row = inputs[self._tensor][0]
            own = [
                quantile
                for group, column, quantile in of_groups
                if _is_member(group, predict()[0] if column is None else row[column])
            ]
            return [max(found + own)]
        careful = np.array(found)
        for group, column, quantile in of_groups:
            values = predict() if column is None else inputs[self._tensor][:, column]
            np.maximum(careful, quantile, out=careful, where=find_members(group, values))
        taken: list[float] = careful.tolist()
        return taken


def _is_member(group: Group, value: np.floating[Any]) -> bool:
    """The same as `find_members` of one value."""
    if group.is_of_missing or isnan(value):
        return group.is_of_missing and isnan(value)
    held = type(value)
    return bool(
        (group.low is None or value >= held(group.low))
        and (group.high is None or value < held(group.high))
    )


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
