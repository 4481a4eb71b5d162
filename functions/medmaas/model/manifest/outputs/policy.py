"""A recommended action, and what stands between the model and it."""

from collections.abc import Mapping
from math import inf
from typing import Literal, Self

from pydantic import Field, model_validator

from medmaas.model.manifest.contract import Contract, Name, Sentence, require_unique
from medmaas.model.manifest.inputs import Input, SeriesInput
from medmaas.model.manifest.outputs.spec import OutputSpec, Probability
from medmaas.model.manifest.record import Orders


class Action(Contract):
    """One thing that can be done at a decision."""

    name: Sentence = Field(description="What an answer calls the action.")
    dose: Probability = Field(description="Share of the protocol's dose, given after the delay.")
    delay_days: int = Field(default=0, ge=0)
    gcsf: bool = False


class Outcome(Contract):
    """An event whose chance the model gives for every action."""

    name: Name = Field(description="What an answer calls the event.")
    description: Sentence = Field(description="What counts as the event, and until when.")


class Quantity(Contract):
    """A number that the model expects after every action."""

    name: Name = Field(description="What an answer calls the number.")
    unit: Sentence = Field(description="Its unit as a UCUM code, 1 if it has none.")
    description: Sentence = Field(description="What it means.")


class Limit(Contract):
    """The chance of `outcome` that is still acceptable."""

    outcome: Name = Field(description="One of the names of output.outcomes.")
    at_most: Probability = Field(description="The chance of it that is still acceptable, 0 to 1.")
    reference: Sentence | None = Field(
        default=None, description="Where the limit comes from: a guideline, or a choice."
    )


class Hold(Contract):
    """No treatment while the last `feature` is below this."""

    feature: Name = Field(description="The name of a feature of the series.")
    below: float = Field(description="No treatment while its last value is below this.")
    reference: Sentence | None = Field(
        default=None, description="Where the limit comes from: a label, a protocol, or a choice."
    )


class Shield(Contract):
    """What stands between the model and a recommendation, whatever the model says."""

    holds: tuple[Hold, ...] = Field(description="When there is no treatment: a list, [] if never.")
    count: Name = Field(description="The feature that must be recent and known often enough.")
    fewest_counts: int = Field(ge=1, description="How many values of it must be known.")
    oldest_days: float = Field(ge=0, description="The last count may be this many days old.")


class PolicyOutput(OutputSpec):
    """A recommended action, float32 risks [n, actions, outcomes] and expectations [n, actions].

    `actions` are in order of preference: recommended is the first that the shield allows and whose
    risks are within `limit` and every one of `further_limits`. If there is none, the last of them
    is given up first; if none is within `limit`, recommended is the allowed one with the least risk
    of its outcome. Either is the least bad. An answer is about the first outcome: without a limit
    of its own, that of `limit` holds for whether an option is called within it.
    """

    kind: Literal["policy"] = "policy"
    nadir_tensor: Sentence = Field(description="What the graph calls its second output.")
    nadir: Quantity = Field(description="What the second output expects.")
    actions: tuple[Action, ...] = Field(
        min_length=2, description="At least two things to do, in order of preference."
    )
    outcomes: tuple[Outcome, ...] = Field(
        min_length=1, description="At least one event whose chance is given for every action."
    )
    limit: Limit = Field(description="The chance of one outcome that is still acceptable.")
    further_limits: tuple[Limit, ...] | None = Field(
        default=None,
        description="Those of other outcomes, the most important first; absent: none.",
    )
    shield: Shield = Field(description="What no recommendation may go against.")
    grading: Sentence = Field(description="The scale that the outcomes' thresholds come from.")
    notice: Sentence = Field(description="What every answer must say of itself.")
    orders: Orders | None = Field(
        default=None, description="What its actions become in a record system; absent: nothing."
    )

    @model_validator(mode="after")
    def _limit_is_of_an_outcome(self) -> Self:
        names = {outcome.name for outcome in self.outcomes}
        if self.limit.outcome not in names:
            raise ValueError("limit.outcome must be one of outcomes")
        if not {one.outcome for one in self.limits} <= names:
            raise ValueError("every outcome of further_limits must be one of outcomes")
        require_unique(((one.outcome, None) for one in self.limits), "limited outcome")
        return self

    @property
    def limits(self) -> tuple[Limit, ...]:
        """Every limit that a recommendation keeps to, if it can."""
        return (self.limit, *(self.further_limits or ()))

    def require_input(self, spec: Input) -> None:
        """Raise ValueError unless the shield's features are those of a series."""
        names = {hold.feature for hold in self.shield.holds} | {self.shield.count}
        given = {feature.name for feature in spec.named_features}
        if not isinstance(spec, SeriesInput) or not names <= given:
            raise ValueError("output.shield must name features of an input of kind series")

    @property
    def named_labels(self) -> tuple[str, ...]:
        """The labels that an answer names one of; none of other kinds."""
        return ()

    @property
    def ordered(self) -> Orders | None:
        """What its actions order."""
        return self.orders

    @property
    def counted(self) -> str | None:
        """The count that the shield rests on."""
        return self.shield.count

    @property
    def guards(self) -> Mapping[str, float]:
        """What the shield holds treatment for, and the count that it rests on."""
        return {self.shield.count: -inf} | {one.feature: one.below for one in self.shield.holds}

    @property
    def tensors(self) -> tuple[str, ...]:
        """The outputs of the graph that an answer is made of."""
        return (self.tensor, self.nadir_tensor)

    @property
    def tensor_fields(self) -> tuple[str, ...]:
        """Which of its fields states each of `tensors`."""
        return ("tensor", "nadir_tensor")
