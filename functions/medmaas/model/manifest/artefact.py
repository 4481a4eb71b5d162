"""The graph that a manifest speaks of, and the proofs that it is the right one."""

from typing import Any

from pydantic import Field

from medmaas.model.manifest.contract import Contract, Sentence, Sha256


class Tensor(Contract):
    """Name, ONNX element type and shape of a graph's input or output; -1 is any length."""

    name: Sentence
    datatype: Sentence
    shape: tuple[int, ...]


class Artefact(Contract):
    """The file the manifest speaks of."""

    sha256: Sha256
    size_bytes: int = Field(gt=0)
    opset: int = Field(gt=0)
    inputs: tuple[Tensor, ...] = Field(min_length=1)
    outputs: tuple[Tensor, ...] = Field(min_length=1)


class GoldenCase(Contract):
    """An invented instance, and the output tensors it must give, row-major."""

    instance: dict[str, Any] = Field(description="What a request would hold, nobody's record.")
    outputs: dict[str, tuple[float, ...]] = Field(
        min_length=1, description="Numbers by name of output tensor, row-major."
    )


class Example(Contract):
    """An invented instance for people to try the model with."""

    title: Sentence = Field(description="Who or what it is, as in: a woman of 67.")
    instance: dict[str, Any] = Field(description="What a request would hold, nobody's record.")


class Golden(Contract):
    """Cases that must reproduce on the machine that answers, within an absolute tolerance."""

    tolerance: float = Field(gt=0, description="The largest difference that is none.")
    cases: tuple[GoldenCase, ...] = Field(
        min_length=1, description="At least one invented instance."
    )


class Parity(Contract):
    """How far the trained model and its ONNX graph are apart, over every row compared."""

    rows: int = Field(gt=0)
    rows_of: Sentence = "the test set"
    largest_difference: float = Field(ge=0)
    tolerance: float = Field(gt=0)
