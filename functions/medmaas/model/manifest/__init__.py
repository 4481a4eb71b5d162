"""The contract between training and answering: one manifest.json beside every model.onnx.

Training writes it, the registry refuses a model whose manifest does not fit. Units are UCUM codes
(https://ucum.org), observation codes are LOINC (https://loinc.org), versions are semver.
"""

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from medmaas.model.manifest.card import Card, Data, Metric, Split
from medmaas.model.manifest.contract import Contract, Range, Sentence, Sha256
from medmaas.model.manifest.inputs import (
    Boolean,
    Choice,
    Crop,
    Feature,
    ImageInput,
    Input,
    Normalisation,
    Number,
    SeriesInput,
    TabularInput,
    TextInput,
)
from medmaas.model.manifest.outputs import (
    Action,
    ClassesOutput,
    Hold,
    Limit,
    Outcome,
    Output,
    PolicyOutput,
    Quantity,
    Shield,
    SurvivalOutput,
    ValueOutput,
)

__all__ = [
    "Action",
    "Boolean",
    "Card",
    "Choice",
    "ClassesOutput",
    "Crop",
    "Data",
    "Feature",
    "Hold",
    "ImageInput",
    "Input",
    "Limit",
    "Metric",
    "Normalisation",
    "Number",
    "Outcome",
    "Output",
    "PolicyOutput",
    "Quantity",
    "Range",
    "SeriesInput",
    "Shield",
    "Split",
    "SurvivalOutput",
    "TabularInput",
    "TextInput",
    "ValueOutput",
]

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
Version = Annotated[str, StringConstraints(pattern=r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$")]


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


class Manifest(Contract):
    """Everything that is known of one version of one model."""

    contract: Literal[1]
    id: Identifier = Field(
        description="What requests call the model: a lower-case letter, then at most 63 letters, "
        "digits, _ or -."
    )
    version: Version = Field(description="Three numbers, as in 1.0.0.")
    title: Sentence = Field(description="What the model does, in one line.")
    licence: Sentence = Field(description="The terms that the model is under.")
    created: date
    training_commit: Sentence
    seed: int
    artefact: Artefact
    input: Input = Field(description="What the model takes: tabular, series, image or text.")
    output: Output = Field(description="What it answers: classes, value, survival or policy.")
    golden: Golden = Field(description="In cases, at least one invented instance.")
    parity: Parity | None = Field(
        default=None, description="Absent if nobody has compared the graph with its source."
    )
    card: Card = Field(description="What a reader must know before believing an answer.")

    @model_validator(mode="after")
    def _tensors_are_those_of_the_artefact(self) -> Self:
        datatype, shape = self.input.tensor_type
        fits = [
            tensor.name == self.input.tensor
            and tensor.datatype == datatype
            and len(tensor.shape) == len(shape)
            and tensor.shape[0] == -1
            and all(has in {-1, needs} for has, needs in zip(tensor.shape, shape, strict=True))
            for tensor in self.artefact.inputs
        ]
        if fits != [True]:
            raise ValueError(
                f"artefact.inputs must be input.tensor alone, {datatype} {list(shape)}, -1 being "
                "any number"
            )
        if not set(self.output.tensors) <= {tensor.name for tensor in self.artefact.outputs}:
            raise ValueError("output.tensor must be one of artefact.outputs")
        return self

    @model_validator(mode="after")
    def _policy_reads_a_series(self) -> Self:
        if isinstance(self.output, PolicyOutput):
            shield = self.output.shield
            names = {hold.feature for hold in shield.holds} | {shield.count}
            series = self.input if isinstance(self.input, SeriesInput) else None
            if series is None or not names <= {feature.name for feature in series.features}:
                raise ValueError("output.shield must name features of an input of kind series")
        return self
