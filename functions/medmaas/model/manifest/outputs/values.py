"""Several numbers."""

from math import inf
from typing import Literal, Self

from pydantic import Field, model_validator

from medmaas.model.columns import OF_EVERY_ROW
from medmaas.model.manifest.contract import Alias, Contract, Name, Sentence, require_unique
from medmaas.model.manifest.outputs.spec import OutputSpec

_ENDS = "", "_low", "_high", "_unit"  # what columns of a value are called after its name


class NamedValue(Contract):
    """One number with a name and a unit."""

    name: Name = Field(description="What an answer calls it.")
    alias: Alias | None = Field(
        default=None, description="What it is called in ASCII, where a protocol names tensors."
    )
    unit: Sentence = Field(description="Its unit as a UCUM code, 1 if it has none.")
    description: Sentence = Field(description="What it means.")
    measures: Literal["count", "angle", "dose"] | None = Field(
        default=None,
        description="count: a whole number, not below 0, to which an answer is rounded. angle: the "
        "same again after each `period`. dose: not below 0, and at most `high`, which must be "
        "there. Absent: any number.",
    )
    period: float | None = Field(
        default=None,
        gt=0,
        description="Of an angle, and of it alone, after how much it is the same again, as 360 deg "
        "or 180 deg of an axis. Answers are from `low` on, 0 if it is absent, to below low + "
        "period, and an interval may pass through that end. An angle that does not come round, as "
        "of a joint, is any number.",
    )
    low: float | None = Field(
        default=None, description="No answer is below it; a model that gives less is not answered."
    )
    high: float | None = Field(
        default=None, description="No answer is above it; a model that gives more is not answered."
    )

    @model_validator(mode="after")
    def _is_what_it_measures(self) -> Self:
        if (self.measures == "angle") != (self.period is not None):
            raise ValueError("an angle must state its period, and nothing else may")
        if self.measures == "angle" and self.high is not None:
            raise ValueError("an angle has no high: it ends where its period does")
        if self.measures == "angle" and self.unit not in {"deg", "rad"}:
            raise ValueError("the unit of an angle must be deg or rad")
        if self.measures == "dose" and self.high is None:
            raise ValueError("a dose must state high, beyond which there is no answer")
        if self.measures in {"count", "dose"} and self.least < 0:
            raise ValueError("low of a count or a dose must not be below 0")
        if self.measures == "count" and not all(
            end in {inf, -inf} or end.is_integer() for end in (self.least, self.most)
        ):
            raise ValueError("low and high of a count must be whole numbers")
        if self.least >= self.most:
            raise ValueError("low must be below high")
        return self

    @property
    def least(self) -> float:
        """The lowest value that is possible, -inf if there is none."""
        if self.low is not None:
            return self.low
        return -inf if self.measures is None else 0.0

    @property
    def most(self) -> float:
        """The highest value that is possible, inf if there is none."""
        if self.period is not None:
            return self.least + self.period
        return inf if self.high is None else self.high


class ValuesOutput(OutputSpec):
    """A number per name, float32 [n, values]."""

    kind: Literal["values"] = "values"
    values: tuple[NamedValue, ...] = Field(
        min_length=1, description="In the order of the tensor's columns."
    )

    @model_validator(mode="after")
    def _columns_are_unique(self) -> Self:
        require_unique(((value.name, value.alias) for value in self.values), "value")
        columns = [
            (f"{value.name}{end}", value.alias and f"{value.alias}{end}")
            for value in self.values
            for end in _ENDS
        ]
        taken = ((name, None) for name in OF_EVERY_ROW)
        require_unique((*columns, *taken), "column (name, name_low, name_high, name_unit)")
        return self

    @property
    def named_values(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(value.name for value in self.values)
