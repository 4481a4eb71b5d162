"""How sure an answer of each kind is."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from medmaas.model.manifest.contract import Contract, Name, Range
from medmaas.model.manifest.inputs import Input
from medmaas.model.manifest.uncertainty.levels import (
    COVERAGE,
    LEVELS,
    Coverage,
    IntervalsSpec,
    QuantileIntervals,
    Strata,
    refuse_doubles,
)

_ROUNDED = 1e-9


class ClassesIntervals(QuantileIntervals):
    """Prediction sets."""

    kind: Literal["classes"] = "classes"
    by: Literal["label"] | None = Field(
        default=None,
        description="label: a set holds the labels whose probability is at least one less their "
        "quantile, so that each label has its coverage (class-conditional conformal prediction, "
        "Vovk 2012), and those at least half as likely as the likeliest. Where no label reaches "
        "its quantile at the highest coverage, it holds the likeliest until together they reach "
        "the coverage.",
    )
    cases: tuple[int, ...] | None = Field(
        default=None,
        description="By label: how many cases of each were seen. Of fewer than coverage / (1 - "
        "coverage) nothing can be promised: such a label has the quantile of all cases, and its "
        "coverage is not known.",
    )

    @model_validator(mode="after")
    def _is_by_label_or_not(self) -> Self:
        if self.by and (self.strata or self.groups or not self.cases):
            raise ValueError("quantiles by label need cases, and have no strata and no groups")
        if any(len(level.quantiles) != len(self.cases or ()) for level in self.levels if self.by):
            raise ValueError("every level must hold one quantile per label of cases")
        return self

    @property
    def are_sets(self) -> bool:
        """They are."""
        return True

    @property
    def has_strata(self) -> bool:
        """Not by label."""
        return self.by is None

    def require_labels(self, labels: tuple[str, ...]) -> None:
        """Raise ValueError unless quantiles by label are of these."""
        if self.cases and len(self.cases) != len(labels):
            raise ValueError(f"uncertainty.intervals.cases must hold one per label, {len(labels)}")

    def find_unknown(self, coverage: float) -> list[int]:
        """Positions of the labels whose coverage is not known, by label."""
        return [i for i, seen in enumerate(self.cases or ()) if is_too_few(seen, coverage)]


class ValueIntervals(QuantileIntervals):
    """A low and a high value."""

    kind: Literal["value"] = "value"
    typical_distance: float | None = Field(
        default=None,
        gt=0,
        description="Beyond this distance from the training data, as the graph gives it, an "
        "interval is wider by as many times as its distance is larger than this (normalised "
        "conformal prediction, Papadopoulos et al. 2011); absent: the distance changes nothing.",
    )


class SurvivalIntervals(QuantileIntervals):
    """A day that is outlived, under censoring (Candes, Lei & Ren 2023)."""

    kind: Literal["survival"] = "survival"


class MaskIntervals(QuantileIntervals):
    """How far the area of a label may be off: a share of the picture to either side."""

    kind: Literal["mask"] = "mask"

    @model_validator(mode="after")
    def _is_by_label(self) -> Self:
        if self.strata or self.groups:
            raise ValueError("quantiles of areas have no strata and no groups")
        return self

    @property
    def has_strata(self) -> bool:
        """They are by label."""
        return False

    def require_labels(self, labels: tuple[str, ...]) -> None:
        """Raise ValueError unless there is a quantile for each of these."""
        if any(len(level.quantiles) != len(labels) for level in self.levels):
            raise ValueError(
                "every level of uncertainty.intervals must hold one quantile per label but the "
                f"background, {len(labels)}"
            )


class PolicyLevel(Contract):
    """One coverage, and how wide the bands of a policy's numbers are."""

    coverage: Coverage = Field(description=COVERAGE)
    risks: dict[Name, Annotated[float, Field(ge=0)]] = Field(
        description="Per outcome, how many standard errors of a share among `group_size` patients "
        "the observed share may lie from the predicted risk."
    )
    nadir: Range = Field(
        description="What a patient's nadir may be, divided by the expected one: low and high."
    )
    nadirs: tuple[Range, ...] = Field(
        default=(), description="The same in each of the strata, if there are any."
    )


class PolicyIntervals(IntervalsSpec):
    """Bands on risks: the share that has the outcome among so many patients like this one."""

    kind: Literal["policy"] = "policy"
    levels: tuple[PolicyLevel, ...] = Field(min_length=1, description=LEVELS)
    group_size: int = Field(gt=0, description="Among how many patients a share is looked at.")
    strata: Strata | None = Field(default=None, description="Of histories, for their nadirs.")

    @model_validator(mode="after")
    def _levels_fit(self) -> Self:
        strata = len(self.strata.edges) + 1 if self.strata else 0
        if any(len(level.nadirs) != strata for level in self.levels):
            raise ValueError(f"every level must hold one of nadirs per stratum, {strata}")
        refuse_doubles([level.coverage for level in self.levels])
        return self

    def require_strata(self, spec: Input) -> None:
        """Raise ValueError unless strata are of a feature of the series."""
        names = {feature.name for feature in spec.named_features}
        if self.strata and self.strata.by not in names:
            raise ValueError("uncertainty.intervals.strata.by must be a feature of the series")


class Cases(Contract):
    """How many cases of a label were seen."""

    present: int = Field(ge=0, description="Where it was so.")
    absent: int = Field(ge=0, description="Where it was not.")


class LabelsIntervals(QuantileIntervals):
    """Per label what cannot be excluded: that it is present, that it is absent, or both.

    Class-conditional conformal prediction (Vovk 2012), each label by itself. Presence is excluded
    if one less the probability is above its quantile, absence if the probability is above its own.
    Where both were, the smallest higher coverage decides that excludes one of them alone; if there
    is none, both cannot be excluded.
    """

    kind: Literal["labels"] = "labels"
    cases: tuple[Cases, ...] = Field(
        min_length=1,
        description="Per label. Of fewer than coverage / (1 - coverage) of either nothing can be "
        "promised, and its coverage is not known.",
    )

    @model_validator(mode="after")
    def _are_of_labels(self) -> Self:
        if self.strata or self.groups:
            raise ValueError("intervals of labels have no strata and no groups")
        if any(len(level.quantiles) != 2 * len(self.cases) for level in self.levels):
            raise ValueError("every level must hold two quantiles per label of cases")
        return self

    @property
    def has_strata(self) -> bool:
        """Each label has quantiles of its own."""
        return False

    def require_labels(self, labels: tuple[str, ...]) -> None:
        """Raise ValueError unless they are of these."""
        if len(self.cases) != len(labels):
            raise ValueError(f"uncertainty.intervals.cases must hold one per label, {len(labels)}")

    def find_unknown(self, coverage: float) -> list[int]:
        """Positions of the labels whose coverage is not known."""
        return [
            i
            for i, seen in enumerate(self.cases)
            if is_too_few(min(seen.present, seen.absent), coverage)
        ]


class ValuesIntervals(QuantileIntervals):
    """A low and a high end of each value."""

    kind: Literal["values"] = "values"

    @model_validator(mode="after")
    def _are_of_values(self) -> Self:
        if self.strata or self.groups:
            raise ValueError("intervals of values have no strata and no groups")
        return self

    @property
    def has_strata(self) -> bool:
        """Each value has a quantile of its own."""
        return False

    def require_values(self, values: tuple[str, ...]) -> None:
        """Raise ValueError unless every level has one per value, none of which is below 0."""
        if any(len(level.quantiles) != len(values) for level in self.levels):
            raise ValueError(
                "every level of uncertainty.intervals must hold one quantile per value, "
                f"{len(values)}"
            )
        if any(quantile < 0 for level in self.levels for quantile in level.quantiles):
            raise ValueError("uncertainty.intervals: no quantile of a value may be below 0")


def is_too_few(seen: int, coverage: float) -> bool:
    """Whether so many cases can promise no such coverage."""
    return seen < coverage * (seen + 1) - _ROUNDED


Intervals = Annotated[
    ClassesIntervals
    | ValueIntervals
    | SurvivalIntervals
    | PolicyIntervals
    | LabelsIntervals
    | ValuesIntervals
    | MaskIntervals,
    Field(discriminator="kind"),
]
