"""How large the areas of a mask are expected to be, and how sure that is."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.errors import ModelOutputError
from medmaas.facts import Fact
from medmaas.model.columns import DECIMALS, Floats, Table, Tensors, name_columns
from medmaas.model.intervals import Interval
from medmaas.model.manifest import MaskIntervals, MaskOutput
from medmaas.model.outputs.segmentation import count_pixels, find_shares, segment
from medmaas.model.schema import (
    PROBABILITY,
    Schema,
    describe_choice,
    describe_list,
    describe_object,
)
from medmaas.model.targets import Target, Targets


class AreaBounds:
    """`{"coverage", "areas": [{"label", "low", "high"}]}`: shares of the picture."""

    def __init__(self, output: MaskOutput, spec: MaskIntervals) -> None:
        self._output = output
        self._quantiles = {level.coverage: np.array(level.quantiles) for level in spec.levels}
        ends = [f"interval_{end}_{label}" for end in ("low", "high") for label in output.found]
        self.columns = name_columns([], ends)

    def tabulate(self, outputs: Tensors, _inputs: Tensors, coverage: float) -> Table:
        """Columns `interval_low_<label>`, then `interval_high_<label>`."""
        spec = self._output
        segmented = segment(spec, outputs[spec.tensor])
        shares = find_shares(spec, count_pixels(spec, segmented))
        off = self._quantiles[coverage]
        ends = np.hstack([shares - off, shares + off])
        return Table([], ends.clip(0, 1).round(DECIMALS))

    def list_rows(self, table: Table, coverage: float) -> list[Interval]:
        """Two shares per label each."""
        labels = self._output.found
        return [
            {
                "coverage": coverage,
                "areas": [
                    {"label": label, "low": low, "high": high}
                    for label, low, high in zip(
                        labels, row[: len(labels)], row[len(labels) :], strict=True
                    )
                ],
            }
            for row in table.numbers.tolist()
        ]

    def name_interval(self, interval: Interval) -> Fact | None:
        """Of one label, between which shares its area lies."""
        if len(interval["areas"]) > 1:
            return None
        (area,) = interval["areas"]
        low, high = (round(100 * area[end], DECIMALS) for end in ("low", "high"))
        return Fact("between", coverage=interval["coverage"], low=low, high=high, unit="%")

    def json_schema(self) -> Schema:
        """JSON Schema of one interval."""
        return describe_interval(self._output)


class ShareTargets:
    """The share of the picture that each label is expected to have: its mean probability, in %.

    It moves with every pixel, where a counted area moves only where a pixel crosses the threshold.
    Shown is the largest.
    """

    decides: Callable[[Floats], NDArray[Any]] | None = None
    exclude_each_other = False

    def __init__(self, spec: MaskOutput) -> None:
        self._spec = spec
        self.targets = tuple(
            Target(f"share_{label}", Fact("expected_share", label=label), "%", is_probability=False)
            for label in spec.found
        )

    def read(self, outputs: Tensors) -> Floats:
        """Mean probabilities, [n, found]."""
        spec = self._spec
        maps = spec.arrange(outputs[spec.tensor])
        means: Floats = maps.mean(axis=(2, 3), dtype=np.float64)
        if not np.isfinite(means).all():
            raise ModelOutputError("explanation_not_finite")
        if spec.threshold:
            return means
        return np.delete(means, spec.labels.index(spec.background), axis=1)

    def settle(self, raw: Floats) -> Floats:
        """In per cent."""
        return 100 * raw

    def about(self, _recommended: str | None) -> Targets:
        """The same."""
        return self

    def show(self, prediction: Floats) -> list[int]:
        """The largest."""
        return [self.headline(prediction)]

    def headline(self, prediction: Floats) -> int:
        """Its position."""
        return int(prediction.argmax())


def describe_interval(spec: MaskOutput | None = None) -> Schema:
    """JSON Schema of an interval of such a model."""
    ends = {"label": describe_choice(spec.found if spec else None)}
    area = describe_object("AreaBound", {**ends, "low": PROBABILITY, "high": PROBABILITY})
    return describe_object("AreaBounds", {"coverage": PROBABILITY, "areas": describe_list(area)})
