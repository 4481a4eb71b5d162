"""What every part of the contract is made of."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Sentence = Annotated[str, StringConstraints(min_length=1)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_.]{0,63}$")]


class Contract(BaseModel):
    """Base of every part: unknown fields, NaN and infinities are refused, nothing changes later."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, hide_input_in_errors=True
    )


class Range(Contract):
    """A closed interval in the feature's unit."""

    low: float = Field(description="The lowest value, in the feature's unit.")
    high: float = Field(description="The highest value, in the feature's unit.")

    @model_validator(mode="after")
    def _is_ordered(self) -> Self:
        if self.low > self.high:
            raise ValueError("low must not exceed high")
        return self
