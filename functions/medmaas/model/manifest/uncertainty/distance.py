"""How far an instance may be from the training data."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from medmaas.model.manifest.contract import Contract, Sentence


class Column(Contract):
    """How one feature is standardised: (x - mean) / deviation, x its logarithm where `log` is."""

    log: bool = Field(default=False, description="Whether the logarithm is taken first.")
    offset: float = Field(default=0, description="What is added before the logarithm.")
    mean: float = Field(description="Of the training data.")
    deviation: float = Field(gt=0, description="Of the training data.")


class StandardisedDistance(Contract):
    """Mahalanobis distance of the known features, made comparable whatever number is known.

    The squared distance of k known features becomes Wilson & Hilferty's (1931) deviate
    ((d2 / k)^(1/3) - (1 - 2 / (9 k))) / sqrt(2 / (9 k)).
    """

    kind: Literal["standardised"] = "standardised"
    columns: tuple[Column, ...] = Field(description="One per feature of a tabular input.")
    correlation: tuple[tuple[float, ...], ...] = Field(
        description="Of the standardised features, positive definite, [features, features]."
    )
    threshold: float = Field(description="Beyond it there is no answer.")

    @model_validator(mode="after")
    def _is_square(self) -> Self:
        size = len(self.columns)
        if len(self.correlation) != size or any(len(row) != size for row in self.correlation):
            raise ValueError("correlation must have one row and one column per entry of columns")
        return self


class TensorDistance(Contract):
    """A distance in the space of an embedding, which the graph itself gives, float32 [n] or [n, 1].

    Lee et al. 2018: Mahalanobis distance to the nearest class, or to all together.
    """

    kind: Literal["tensor"] = "tensor"
    tensor: Sentence = Field(description="What the graph calls this output.")
    threshold: float = Field(description="Beyond it there is no answer.")


Distance = Annotated[StandardisedDistance | TensorDistance, Field(discriminator="kind")]
