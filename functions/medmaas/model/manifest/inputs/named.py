"""What the kinds state whose instances name their values."""

from typing import Self

from pydantic import Field, model_validator

from medmaas.model.manifest.contract import require_unique
from medmaas.model.manifest.inputs.features import Feature, find_misfit
from medmaas.model.manifest.inputs.spec import InputSpec


class FeaturesSpec(InputSpec):
    """Features, in the order of a tensor's columns."""

    features: tuple[Feature, ...] = Field(
        min_length=1, description="At least one feature, in the order of the tensor's columns."
    )

    @property
    def named_features(self) -> tuple[Feature, ...]:
        """All of them."""
        return self.features

    @model_validator(mode="after")
    def _sources_fit(self) -> Self:
        for feature in self.features:
            if problem := find_misfit(feature):
                raise ValueError(f"the source of {feature.name} {problem}")
        return self

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        require_unique([(feature.name, feature.alias) for feature in self.features], "feature")
        return self
