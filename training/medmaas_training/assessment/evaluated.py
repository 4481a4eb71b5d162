"""What a model gave for the cases of a split, and what came of it: a class per kind of output."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from medmaas.model.manifest import (
    ClassesIntervals,
    Group,
    LabelsIntervals,
    Level,
    MaskIntervals,
    QuantileIntervals,
    Strata,
    SurvivalIntervals,
    ValueIntervals,
    ValuesIntervals,
)
from medmaas_training.assessment.certainty.calibration import Claim
from medmaas_training.assessment.certainty.calibration_curve import Curve
from medmaas_training.assessment.certainty.recalibration import Recalibrator
from medmaas_training.assessment.resampling import Flags, Floats, Sample, middle
from medmaas_training.assessment.splits import Cases

Tensors = Mapping[str, NDArray[Any]]
Intervals = (
    ClassesIntervals
    | ValueIntervals
    | SurvivalIntervals
    | LabelsIntervals
    | ValuesIntervals
    | MaskIntervals
)


class Evaluated(ABC):
    """n cases."""

    @abstractmethod
    def find_losses(self) -> tuple[str, Floats]:
        """What the mean of the losses is called, and what is wrong with each answer, [n]."""

    def find_judgement(self) -> tuple[str, Floats] | None:
        """What the least sure answers are found by, and its values, the least sure largest, [n].

        None if the model itself cannot judge its answers.
        """
        return None

    def find_claims(self, sample: Sample) -> list[tuple[Claim, Sample]]:
        """Every kind of probability that the service gives, and whose it is."""
        del sample
        return []

    def find_curves(self, sample: Sample) -> list[Curve]:
        """What calibration curves are drawn of."""
        del sample
        return []

    def find_recalibrators(self) -> list[Recalibrator]:
        """What could make its probabilities truer."""
        return []

    def require_quantiles(self) -> "QuantileEvaluated":
        """The same, known to have intervals that quantiles make.

        Raises:
            TypeError: it has none.
        """
        raise TypeError("no quantile makes such intervals")


class QuantileEvaluated(Evaluated):
    """n cases, whose intervals a quantile of a score makes.

    Attributes:
        has_strata: whether groups may have quantiles of their own.
        careful: which of two quantiles is the more careful.
    """

    has_strata: ClassVar[bool] = True
    careful: ClassVar[np.ufunc] = np.maximum

    @property
    @abstractmethod
    def width_of(self) -> str:
        """What a width is, in words."""

    @property
    @abstractmethod
    def prediction(self) -> Floats:
        """What strata by prediction go by, [n]."""

    @abstractmethod
    def find_quantile(self, rows: Flags, coverage: float) -> float:
        """The quantile that these rows give."""

    def normalise(self, seed: int) -> "QuantileEvaluated":
        """The same, with what its scores are divided by, if that is found to be worth it.

        Args:
            seed: of the draw of the folds that it is tried on.
        """
        del seed
        return self

    def widen(self, quantiles: Floats) -> Floats:
        """Quantiles of scores as what an interval is made of, [n]."""
        return quantiles

    def find_quantiles(
        self, place: NDArray[np.intp], strata: int, coverage: float
    ) -> tuple[float, ...]:
        """The quantiles of a level: one per stratum, of the cases [n] in each place."""
        return tuple(self.find_quantile(place == i, coverage) for i in range(strata))

    def spread(
        self,
        intervals: QuantileIntervals,
        level: Level,
        place: NDArray[np.intp],
        members: Sequence[Flags] = (),
    ) -> Floats:
        """What a level is to each case: its quantile, [n].

        Args:
            intervals: of a manifest.
            level: one of theirs.
            place: the stratum of each case, [n].
            members: who belongs to each of their groups, [n] each.
        """
        quantiles = np.array(level.quantiles)[place]
        of_groups = level.quantiles[intervals.count_strata() :]
        for quantile, some in zip(of_groups, members, strict=True):
            quantiles[some] = self.careful(quantiles[some], quantile)
        return quantiles

    @abstractmethod
    def hold(self, quantiles: Floats) -> Floats:
        """Whose mean is the coverage, given what a level is to each case, [n]."""

    @abstractmethod
    def measure_width(self, quantiles: Floats) -> Floats:
        """How wide each interval is, likewise, [n]."""

    @abstractmethod
    def make_intervals(
        self, levels: Sequence[Level], strata: Strata | None, groups: Sequence[Group] = ()
    ) -> Intervals:
        """The intervals of a manifest."""

    def require_quantiles(self) -> "QuantileEvaluated":
        """This."""
        return self

    def summarise_width(self, width: Floats, weights: Floats) -> float:
        """One number for widths [n], each as often as it was drawn: the median."""
        return middle(width, weights)

    def find_groups(self) -> dict[str, Flags]:
        """Whom to look at apart because of the answers, [n] each."""
        return {}

    def find_shares(self, quantiles: Floats) -> dict[str, Floats]:
        """What else to count of intervals, by name, [n] each."""
        del quantiles
        return {}


@dataclass(frozen=True)
class Answered:
    """A split with what the model gave for it.

    Attributes:
        cases: the split.
        outputs: of the graph.
        evaluated: what they say, and what came of it.
        distances: of each row, [n], or None.
        sample: to draw from.
    """

    cases: Cases
    outputs: Tensors
    evaluated: Evaluated
    distances: Floats | None
    sample: Sample


def round_output(tensor: NDArray[Any]) -> Floats:
    """To the six digits of an answer."""
    rounded: Floats = np.round(tensor.astype(float), 6)
    return rounded
