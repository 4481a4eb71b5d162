"""How sure an answer is, and when there is none: what split conformal prediction learned.

Everything here was measured on a calibration split, which fitted nothing (Vovk, Gammerman & Shafer
2005; Angelopoulos & Bates 2023, doi 10.1561/2200000101).
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from medmaas.model.manifest.contract import Contract, Name, Range, Sentence
from medmaas.model.manifest.inputs import Input, Number

_Coverage = Annotated[float, Field(ge=0.5, lt=1)]
_Quantiles = Annotated[tuple[float, ...], Field(min_length=1)]
_COVERAGE = "The share of answers whose interval holds what happens, as in 0.9."
_LEVELS = "One entry per coverage; the first is what an answer has if none is asked for."
PREDICTION = "prediction"
_ROUNDED = 1e-9


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

    coverage: _Coverage = Field(description=_COVERAGE)
    quantiles: _Quantiles = Field(
        description="One number per stratum, or one alone; then one per group. classes: the "
        "labels are taken, the likeliest first, as long as their probabilities together stay "
        "within it (adaptive prediction sets, Romano et al. 2020), and the likeliest is always "
        "taken; or, by label, "
        "one number per label. value: half the width, in the unit of the answer. survival: the "
        "bound is the day when the curve has fallen by it."
    )


class _Intervals(Contract):
    def require_strata(self, spec: Input) -> None:
        """Raise ValueError if its strata are of nothing that the input has."""

    def require_labels(self, labels: tuple[str, ...]) -> None:
        """Raise ValueError unless quantiles by label are of these."""

    @property
    def are_sets(self) -> bool:
        """Whether they are sets of labels."""
        return False


class QuantileIntervals(_Intervals):
    """Intervals that are made of one quantile per coverage and stratum."""

    levels: tuple[Level, ...] = Field(min_length=1, description=_LEVELS)
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
        _refuse_doubles([level.coverage for level in self.levels])
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
        cases = enumerate(self.cases or ())
        return [i for i, seen in cases if seen < coverage * (seen + 1) - _ROUNDED]


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


class PolicyLevel(Contract):
    """One coverage, and how wide the bands of a policy's numbers are."""

    coverage: _Coverage = Field(description=_COVERAGE)
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


class PolicyIntervals(_Intervals):
    """Bands on risks: the share that has the outcome among so many patients like this one."""

    kind: Literal["policy"] = "policy"
    levels: tuple[PolicyLevel, ...] = Field(min_length=1, description=_LEVELS)
    group_size: int = Field(gt=0, description="Among how many patients a share is looked at.")
    strata: Strata | None = Field(default=None, description="Of histories, for their nadirs.")

    @model_validator(mode="after")
    def _levels_fit(self) -> Self:
        strata = len(self.strata.edges) + 1 if self.strata else 0
        if any(len(level.nadirs) != strata for level in self.levels):
            raise ValueError(f"every level must hold one of nadirs per stratum, {strata}")
        _refuse_doubles([level.coverage for level in self.levels])
        return self

    def require_strata(self, spec: Input) -> None:
        """Raise ValueError unless strata are of a feature of the series."""
        names = {feature.name for feature in spec.named_features}
        if self.strata and self.strata.by not in names:
            raise ValueError("uncertainty.intervals.strata.by must be a feature of the series")


Intervals = Annotated[
    ClassesIntervals | ValueIntervals | SurvivalIntervals | PolicyIntervals,
    Field(discriminator="kind"),
]


class Column(Contract):
    """How one feature is standardised: (x - mean) / deviation, x its logarithm where `log` is."""

    log: bool = Field(default=False, description="Whether the logarithm is taken first.")
    offset: float = Field(default=0, description="What is added before the logarithm.")
    mean: float = Field(description="Of the training data.")
    deviation: float = Field(gt=0, description="Of the training data.")


class StandardisedDistance(Contract):
    """Mahalanobis distance of the known features, made comparable whatever number is known.

    The squared distance of k known features becomes Wilson & Hilferty's (1931) deviate
    ((d2 / k)^(1/3) - (1 - 2 / (9 k))) / sqrt(2 / (9 k)).
    """

    kind: Literal["standardised"] = "standardised"
    columns: tuple[Column, ...] = Field(description="One per feature of a tabular input.")
    correlation: tuple[tuple[float, ...], ...] = Field(
        description="Of the standardised features, positive definite, [features, features]."
    )
    threshold: float = Field(description="Beyond it there is no answer.")

    @model_validator(mode="after")
    def _is_square(self) -> Self:
        size = len(self.columns)
        if len(self.correlation) != size or any(len(row) != size for row in self.correlation):
            raise ValueError("correlation must have one row and one column per entry of columns")
        return self


class TensorDistance(Contract):
    """A distance in the space of an embedding, which the graph itself gives, float32 [n] or [n, 1].

    Lee et al. 2018: Mahalanobis distance to the nearest class, or to all together.
    """

    kind: Literal["tensor"] = "tensor"
    tensor: Sentence = Field(description="What the graph calls this output.")
    threshold: float = Field(description="Beyond it there is no answer.")


Distance = Annotated[StandardisedDistance | TensorDistance, Field(discriminator="kind")]


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


def _refuse_doubles(coverages: list[float]) -> None:
    if len(set(coverages)) < len(coverages):
        raise ValueError("every level must have a coverage of its own")
