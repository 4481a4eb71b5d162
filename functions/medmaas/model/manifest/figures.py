"""What was measured of a model: figures, calibration curves, and how often intervals held."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from medmaas.model.manifest.contract import Contract, Name, Sentence
from medmaas.model.manifest.outputs import (
    ClassesOutput,
    Output,
    PolicyOutput,
    SurvivalOutput,
    ValueOutput,
)

Of = Literal["model", "variant", "baseline"]
Cohort = Literal[
    "train", "calibration", "test", "cross_validation", "external", "out_of_distribution"
]
Measure = Literal[
    "observed_expected", "calibration_error", "abstention", "dice", "iou", "count_error"
]

EVERYONE = "all"  # the group that nobody was left out of
# people whom the model is meant for, and who neither fitted nor calibrated it
TESTED: frozenset[Cohort] = frozenset(("test", "cross_validation", "external"))
_COHORT = (
    "Who these people are to the model: of its train, calibration or test split; each answered by "
    "a fit that left them out (cross_validation); from elsewhere (external); or nothing that it "
    "is meant for (out_of_distribution)."
)
_EVALUATED_ON = "The same in words, as in test split."
_GROUP = "On which of those people: all, or the name of a group."
_N = "How many people it was measured on."
_EVENTS = "How many of them had the outcome."
_VALUE = "The figure."
_LOW = "The lower end of its 95 % interval."
_HIGH = "The upper end of its 95 % interval."


class Estimate(Contract):
    """A number with its 95 % interval."""

    value: float = Field(description=_VALUE)
    low: float = Field(description=_LOW)
    high: float = Field(description=_HIGH)


class Metric(Contract):
    """One measured figure with its 95 % interval, for one model, on one set of people."""

    metric: Sentence = Field(description="What is measured, as in AUC or Brier score.")
    measure: Measure | None = Field(
        default=None,
        description="Which of the measures it is that a card sets side by side: "
        "observed_expected, calibration_error (0 is best), abstention, dice, iou (of masks; 1 is "
        "best) or count_error (objects too many or too few; 0 is best); absent: any other.",
    )
    of: Of = Field(
        default="model",
        description="What it is measured of: model, this model itself; variant, this model "
        "changed or given less; baseline, what it is compared with.",
    )
    model: Sentence = Field(description="The name of what it is measured of.")
    against: Sentence | None = Field(
        default=None,
        description="The name of what it is compared with on the same people: the figure is then "
        "by how much this is better, below 0 worse; absent: it is compared with nothing.",
    )
    cohort: Cohort = Field(default="test", description=_COHORT)
    evaluated_on: Sentence = Field(description=_EVALUATED_ON)
    group: Sentence = Field(default=EVERYONE, description=_GROUP)
    n: int = Field(gt=0, description=_N)
    events: int | None = Field(default=None, description=_EVENTS)
    value: float = Field(description=_VALUE)
    low: float = Field(description=_LOW)
    high: float = Field(description=_HIGH)


class RiskTarget(Contract):
    """The risk that a survival curve gives by a day."""

    kind: Literal["risk"] = "risk"
    day: int = Field(description="One of output.horizon_days.")

    def is_of(self, output: Output) -> bool:
        """Whether an answer of this output has such a number."""
        return isinstance(output, SurvivalOutput) and self.day in output.horizon_days


class LabelTarget(Contract):
    """The probability of a label."""

    kind: Literal["label"] = "label"
    label: Sentence = Field(description="One of output.labels.")

    def is_of(self, output: Output) -> bool:
        """Whether an answer of this output has such a number."""
        return self.label in output.named_labels


class RightAnswersTarget(Contract):
    """The probability of the label that is named, whichever it is."""

    kind: Literal["right_answers"] = "right_answers"

    def is_of(self, output: Output) -> bool:
        """Whether an answer of this output has such a number."""
        return isinstance(output, ClassesOutput)


class OutcomeTarget(Contract):
    """The risk of an outcome under every action."""

    kind: Literal["outcome"] = "outcome"
    outcome: Name = Field(description="The name of one of output.outcomes.")

    def is_of(self, output: Output) -> bool:
        """Whether an answer of this output has such a number."""
        outcomes = output.outcomes if isinstance(output, PolicyOutput) else ()
        return any(outcome.name == self.outcome for outcome in outcomes)


class ValueTarget(Contract):
    """The number that is the answer."""

    kind: Literal["value"] = "value"

    def is_of(self, output: Output) -> bool:
        """Whether an answer of this output has such a number."""
        return isinstance(output, ValueOutput)


class NamedValueTarget(Contract):
    """One of the numbers that an answer is."""

    kind: Literal["named_value"] = "named_value"
    name: Name = Field(description="The name of one of output.values.")

    def is_of(self, output: Output) -> bool:
        """Whether an answer of this output has such a number."""
        return self.name in output.named_values


CurveTarget = Annotated[
    RiskTarget | LabelTarget | RightAnswersTarget | OutcomeTarget | ValueTarget | NamedValueTarget,
    Field(discriminator="kind"),
]


class CalibrationPoint(Contract):
    """People of similar predictions: the mean of these, and what came of them."""

    group: Sentence = Field(description="The name of the group.")
    n: int = Field(gt=0, description=_N)
    events: int | None = Field(default=None, description=_EVENTS)
    predicted: Estimate = Field(description="The mean prediction.")
    observed: Estimate = Field(description="The share that had the outcome, or the mean measured.")


class CalibrationCurve(Contract):
    """Predicted against observed, in groups of rising prediction of the model itself."""

    target: CurveTarget = Field(description="Which number of an answer it is of.")
    cohort: Cohort = Field(default="test", description=_COHORT)
    evaluated_on: Sentence = Field(description=_EVALUATED_ON)
    points: tuple[CalibrationPoint, ...] = Field(
        min_length=1, description="One per group, by rising prediction."
    )

    @model_validator(mode="after")
    def _predictions_rise(self) -> Self:
        told = [point.predicted.value for point in self.points]
        if told != sorted(told):
            raise ValueError("points must be in the order of rising prediction")
        return self


class CoveragePoint(Contract):
    """How often the intervals of one stated coverage held, in one group."""

    coverage: float = Field(gt=0, lt=1, description="What was stated, as in 0.9.")
    group: Sentence = Field(default=EVERYONE, description=_GROUP)
    n: int = Field(gt=0, description=_N)
    events: int | None = Field(default=None, description=_EVENTS)
    held: Estimate = Field(description="The share of intervals that held.")
    width: Estimate | None = Field(default=None, description="How wide they are.")


class CoverageCurve(Contract):
    """How often intervals held, by the coverage that was stated and by group."""

    of: Literal["model", "variant"] = Field(
        default="model", description="variant: intervals made otherwise than those of answers."
    )
    cohort: Cohort = Field(default="test", description=_COHORT)
    evaluated_on: Sentence = Field(description=_EVALUATED_ON)
    width_of: Sentence | None = Field(
        default=None, description="What the width is, as in width of the interval."
    )
    picked_from: int | None = Field(
        default=None,
        gt=0,
        description="Of how many groups these are the ones where intervals held least: of many, "
        "some are low by chance. Absent: the groups were named before anyone looked.",
    )
    points: tuple[CoveragePoint, ...] = Field(
        min_length=1, description="One per stated coverage and group."
    )
