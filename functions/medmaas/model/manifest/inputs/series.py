"""Rows of named values over time."""

from typing import Literal, Self

from pydantic import Field, model_validator

from medmaas.model.manifest.contract import FeatureName
from medmaas.model.manifest.inputs.features import Feature, Number
from medmaas.model.manifest.inputs.named import FeaturesSpec
from medmaas.model.manifest.inputs.spec import Shape


class SeriesInput(FeaturesSpec):
    """Rows of named features over time, as float32 [n, rows, features].

    The first feature is the time, and required. NaN means missing; rows come in order of time, and
    shorter histories are filled up at the end with rows that are NaN throughout.
    """

    kind: Literal["series"] = "series"
    field: FeatureName = Field(description="What a request calls the list of rows.")
    max_rows: int = Field(gt=0, description="How many rows a request may have.")

    @model_validator(mode="after")
    def _first_is_time(self) -> Self:
        if not (isinstance(self.features[0], Number) and self.features[0].required):
            raise ValueError("the first feature must be the time: a required number")
        return self

    @property
    def recorded_features(self) -> tuple[Feature, ...]:
        """All but the time."""
        return self.features[1:]

    @property
    def tensor_type(self) -> tuple[str, Shape]:
        """Element type and shape that the graph must declare."""
        return "tensor(float)", (-1, -1, len(self.features))
