"""Several labels, each of which may be true by itself."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from medmaas.model.manifest.contract import Alias, Contract, Sentence, require_unique
from medmaas.model.manifest.outputs.spec import OutputSpec

_DECIMALS = 6  # of a probability in an answer, which is what a threshold is held against
_NOISE = 1e-12
_PARTS = ";"  # parts the labels of an answer in a file


def _require_decimals(threshold: float) -> float:
    """Without what floating point adds, as in 0.45 + 0.02."""
    rounded = round(threshold, _DECIMALS)
    if abs(rounded - threshold) > _NOISE:
        raise ValueError(f"a threshold has at most {_DECIMALS} decimals, as probabilities have")
    return rounded


Threshold = Annotated[float, Field(gt=0, le=1), AfterValidator(_require_decimals)]


class Label(Contract):
    """One thing that may be so, whatever else is."""

    name: Sentence = Field(description="What an answer calls it: words without a semicolon.")
    alias: Alias | None = Field(
        default=None, description="What it is called in ASCII, where a protocol names tensors."
    )
    threshold: Threshold = Field(
        description="An answer lists the label if its probability is at least this; at most six "
        "decimals."
    )
    chosen: Sentence | None = Field(
        default=None,
        description="How its threshold was chosen, if otherwise than output.thresholds says.",
    )

    @model_validator(mode="after")
    def _is_one_word_of_a_list(self) -> Self:
        if _PARTS in self.name:
            raise ValueError("a label must hold no semicolon, which parts the labels of an answer")
        return self


class LabelsOutput(OutputSpec):
    """A probability per label by itself, float32 [n, labels]: several may be true, or none."""

    kind: Literal["labels"] = "labels"
    labels: tuple[Label, ...] = Field(
        min_length=1, description="In the order of the tensor's columns."
    )
    thresholds: Sentence = Field(
        description="How the thresholds were chosen, and on whom, as in: 90 % sensitivity on the "
        "validation split."
    )

    @model_validator(mode="after")
    def _labels_are_unique(self) -> Self:
        require_unique(((label.name, label.alias) for label in self.labels), "label")
        return self

    @property
    def named_labels(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(label.name for label in self.labels)
