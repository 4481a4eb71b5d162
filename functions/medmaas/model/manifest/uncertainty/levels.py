"""Coverages, and the quantiles that give them, in strata and in groups."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from medmaas.model.manifest.contract import Contract, Sentence
from medmaas.model.manifest.inputs import Input, Number

Coverage = Annotated[float, Field(ge=0.5, lt=1)]

Quantiles = Annotated[tuple[float, ...], Field(min_length=1)]

COVERAGE = "The share of answers whose interval holds what happens, as in 0.9."

LEVELS = "One entry per coverage; the first is what an answer has if none is asked for."

PREDICTION = "prediction"


class Strata(Contract):
    """Groups with quantiles of their own (Mondrian conformal prediction)."""

    by: Sentence = Field(
        description="A number among the features of a tabular input, or prediction: the answer's "
        "value, its largest probability, or its risk at the last horizon. policy: a feature of the "
        "series; counted are the rows where it is above 0."
    )
    edges: tuple[float, ...] = Field(
        min_length=1, description="Where one group ends and the next begins, increasing; an edge "
        "belongs to the group above it.",
    )  # fmt: skip

    @model_validator(mode="after")
    def _edges_increase(self) -> Self:
        if list(self.edges) != sorted(set(self.edges)):
            raise ValueError("edges must increase")
        return self


class Group(Contract):
    """Whose quantile is their own, if it is the more careful one; groups may overlap."""

    by: Sentence = Field(
        description="A feature of a row, its choices by position and yes as 1, or prediction, as "
        "of strata."
    )
    low: float | None = Field(default=None, description="From this value on.")
    high: float | None = Field(
        default=None, description="Below this value. With neither, whose value is missing."
    )

    @model_validator(mode="after")
    def _is_somebody(self) -> Self:
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError("low must be below high")
        return self

    @property
    def is_of_missing(self) -> bool:
        """Whether it is of those whose value is missing."""
        return self.low is None and self.high is None


class Level(Contract):
    """One coverage, and the quantile that gives it in every stratum."""

    coverage: Coverage = Field(description=COVERAGE)
    quantiles: Quantiles = Field(
        description="One number per stratum, or one alone; then one per group. classes: the "
        "labels are taken, the likeliest first, as long as their probabilities together stay "
        "within it (adaptive prediction sets, Romano et al. 2020), and the likeliest is always "
        "taken; or, by label, "
        "one number per label. value: half the width, in the unit of the answer. values: the "
        "same of each. labels: one per label where it is present, then one per label where it is "
        "absent. "
        "survival: the "
        "bound is the day when the curve has fallen by it. mask: one number per label but the "
        "background, how far its share of the picture may be off."
    )


class IntervalsSpec(Contract):
    """What intervals of every kind answer of themselves."""

    def require_strata(self, spec: Input) -> None:
        """Raise ValueError if its strata are of nothing that the input has."""

    def require_labels(self, labels: tuple[str, ...]) -> None:
        """Raise ValueError unless quantiles by label are of these."""

    def require_values(self, values: tuple[str, ...]) -> None:
        """Raise ValueError unless quantiles by value are of these."""

    @property
    def are_sets(self) -> bool:
        """Whether they are sets of labels."""
        return False


class QuantileIntervals(IntervalsSpec):
    """Intervals that are made of one quantile per coverage and stratum."""

    levels: tuple[Level, ...] = Field(min_length=1, description=LEVELS)
    strata: Strata | None = None
    groups: tuple[Group, ...] | None = Field(
        default=None,
        description="Who has a quantile of their own: of theirs, and that of their stratum, the "
        "most careful one is taken, so that the coverage holds in each group (Foygel Barber et "
        "al. 2021, doi 10.1093/imaiai/iaaa017).",
    )

    @model_validator(mode="after")
    def _levels_fit(self) -> Self:
        wanted = self.count_strata() + len(self.groups or ())
        if self.has_strata and any(len(level.quantiles) != wanted for level in self.levels):
            per = "stratum and group" if self.groups else "stratum"
            raise ValueError(f"every level must hold one quantile per {per}, {wanted}")
        refuse_doubles([level.coverage for level in self.levels])
        return self

    def count_strata(self) -> int:
        """How many quantiles of a level are of strata; the rest are of groups."""
        return len(self.strata.edges) + 1 if self.strata else 1

    @property
    def has_strata(self) -> bool:
        """Whether quantiles are of strata, be it of one that is everyone."""
        return True

    def require_strata(self, spec: Input) -> None:
        """Raise ValueError unless strata are of the prediction, or of a number of a row.

        Groups may be of any feature of a row.
        """
        numbers = {one.name for one in spec.row_features if isinstance(one, Number)}
        if self.strata and self.strata.by not in {*numbers, PREDICTION}:
            raise ValueError("uncertainty.intervals.strata.by must be a number among the features")
        known = {*(one.name for one in spec.row_features), PREDICTION}
        if any(group.by not in known for group in self.groups or ()):
            raise ValueError("uncertainty.intervals.groups.by must be a feature of a row")


def refuse_doubles(coverages: list[float]) -> None:
    """Raise ValueError if a coverage is there twice."""
    if len(set(coverages)) < len(coverages):
        raise ValueError("every level must have a coverage of its own")
