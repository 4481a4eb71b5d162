"""What the kinds state whose instances name their values."""

from typing import Self

from pydantic import Field, model_validator

from medmaas.model.manifest.contract import require_unique
from medmaas.model.manifest.inputs.features import Feature, Number, find_misfit
from medmaas.model.manifest.inputs.spec import InputSpec

_WHOLE, _HALF = ("tensor(int32)", "tensor(int64)"), "tensor(float16)"
_LARGEST = 65_504  # that 16 bits hold
_EXACT = 2**24  # up to here 32 bits, in which features are read, hold every whole number


class FeaturesSpec(InputSpec):
    """Features, in the order of a tensor's columns."""

    features: tuple[Feature, ...] = Field(
        min_length=1, description="At least one feature, in the order of the tensor's columns."
    )

    @property
    def named_features(self) -> tuple[Feature, ...]:
        """All of them."""
        return self.features

    def find_misfit(self, tensor: str, datatype: str) -> str | None:
        """Why a tensor of the graph cannot hold every value of every feature; None if it can."""
        if datatype in _WHOLE:
            wrong = next((one.name for one in self.features if not _is_whole(one)), None)
            return wrong and (
                f"it takes whole numbers, and {wrong} may be another one, or be missing: state "
                "whole where a number is one, and no missing"
            )
        if datatype == _HALF:
            wrong = next((one.name for one in self.features if not _fits(one, _LARGEST)), None)
            return wrong and (
                f"it holds numbers up to {_LARGEST:,}, and the hard_range of {wrong} goes beyond"
            )
        return super().find_misfit(tensor, datatype)

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


def _is_whole(feature: Feature) -> bool:
    """Whether every value is a whole number, and there always is one."""
    if not feature.required:
        return False
    return not isinstance(feature, Number) or (bool(feature.whole) and _fits(feature, _EXACT))


def _fits(feature: Feature, largest: int) -> bool:
    if not isinstance(feature, Number):
        return True
    return -largest <= feature.hard_range.low and feature.hard_range.high <= largest
