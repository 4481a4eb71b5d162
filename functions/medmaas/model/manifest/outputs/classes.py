"""One of a few labels."""

from typing import Literal, Self

from pydantic import Field, model_validator

from medmaas.model.manifest.contract import Alias, Sentence, require_unique
from medmaas.model.manifest.outputs.spec import OutputSpec


class ClassesOutput(OutputSpec):
    """One probability per label, float32 [n, labels]."""

    kind: Literal["classes"] = "classes"
    labels: tuple[Sentence, ...] = Field(
        min_length=2, description="At least two words, in the order of the tensor's columns."
    )
    aliases: tuple[Alias, ...] | None = Field(
        default=None,
        description="What the labels are called in ASCII, in their order, where a protocol names "
        "tensors after them.",
    )

    @model_validator(mode="after")
    def _aliases_are_of_the_labels(self) -> Self:
        if self.aliases is not None:
            if len(self.aliases) != len(self.labels):
                raise ValueError("aliases must hold one for each of labels")
            require_unique(((alias, None) for alias in self.aliases), "alias")
        return self

    @property
    def named_labels(self) -> tuple[str, ...]:
        """All of them."""
        return self.labels
