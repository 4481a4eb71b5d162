"""A survival curve."""

from typing import Literal, Self

from pydantic import Field, model_validator

from medmaas.model.manifest.outputs.spec import OutputSpec


class SurvivalOutput(OutputSpec):
    """Probability to be alive after each of `time_days`, float32 [n, times]."""

    kind: Literal["survival"] = "survival"
    time_days: tuple[int, ...] = Field(
        min_length=2, description="The day of each of the tensor's columns, the first being 0."
    )
    horizon_days: tuple[int, ...] = Field(
        min_length=1, description="Those of time_days that an answer gives the risk at."
    )

    @model_validator(mode="after")
    def _times_fit(self) -> Self:
        if self.time_days[0] != 0 or list(self.time_days) != sorted(set(self.time_days)):
            raise ValueError("time_days must start at 0 and increase")
        if not set(self.horizon_days) <= set(self.time_days):
            raise ValueError("every one of horizon_days must be one of time_days")
        return self
