"""How sure an answer is, and when there is none: what split conformal prediction learned.

Everything here was measured on a calibration split, which fitted nothing (Vovk, Gammerman & Shafer
2005; Angelopoulos & Bates 2023, doi 10.1561/2200000101).

levels.py holds quantiles, intervals.py what they are to each kind of output, distance.py how far an
instance may be from the training data.
"""

from typing import Self

from pydantic import Field, model_validator

from medmaas.model.manifest.contract import Contract, Sentence
from medmaas.model.manifest.uncertainty.distance import (
    Column,
    Distance,
    StandardisedDistance,
    TensorDistance,
)
from medmaas.model.manifest.uncertainty.intervals import (
    ClassesIntervals,
    Intervals,
    LabelsIntervals,
    MaskIntervals,
    PolicyIntervals,
    PolicyLevel,
    SurvivalIntervals,
    ValueIntervals,
    ValuesIntervals,
)
from medmaas.model.manifest.uncertainty.levels import (
    PREDICTION,
    Group,
    Level,
    QuantileIntervals,
    Strata,
)

__all__ = [
    "PREDICTION",
    "ClassesIntervals",
    "Column",
    "Distance",
    "Group",
    "Intervals",
    "LabelsIntervals",
    "Level",
    "MaskIntervals",
    "PolicyIntervals",
    "PolicyLevel",
    "QuantileIntervals",
    "StandardisedDistance",
    "Strata",
    "SurvivalIntervals",
    "TensorDistance",
    "Uncertainty",
    "ValueIntervals",
    "ValuesIntervals",
]


class Uncertainty(Contract):
    """How sure an answer is, and when the model has no business answering."""

    method: Sentence = Field(description="How the intervals were made, in a sentence.")
    calibrated_on: Sentence = Field(description="On whom, as in the calibration split, n = 1,575.")
    intervals: Intervals | None = Field(default=None, description="Absent if there are none.")
    distance: Distance | None = Field(
        default=None, description="How far an instance may be from the training data."
    )
    most_missing: int | None = Field(
        default=None, ge=0, description="With more features missing there is no answer."
    )
    largest_set: int | None = Field(
        default=None,
        ge=1,
        description="With more labels in the prediction set at the first coverage, no answer.",
    )

    @model_validator(mode="after")
    def _widens_with_a_distance(self) -> Self:
        widens = isinstance(self.intervals, ValueIntervals) and self.intervals.typical_distance
        if widens and not isinstance(self.distance, TensorDistance):
            raise ValueError("intervals.typical_distance needs a distance that the graph gives")
        return self

    @property
    def tensors(self) -> tuple[str, ...]:
        """The outputs of the graph that it needs."""
        return (self.distance.tensor,) if isinstance(self.distance, TensorDistance) else ()
