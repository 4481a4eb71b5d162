"""The contract between training and answering: one manifest.json beside every model.onnx.

Training writes it, the registry refuses a model whose manifest does not fit. Units are UCUM codes
(https://ucum.org), observation codes are LOINC (https://loinc.org), versions are semver.
"""

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
Version = Annotated[str, StringConstraints(pattern=r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Sentence = Annotated[str, StringConstraints(min_length=1)]


class Contract(BaseModel):
    """Base of every part: unknown fields, NaN and infinities are refused, nothing changes later."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, hide_input_in_errors=True
    )


class Range(Contract):
    """A closed interval in the feature's unit."""

    low: float
    high: float

    @model_validator(mode="after")
    def _is_ordered(self) -> Self:
        if self.low > self.high:
            raise ValueError("low must not exceed high")
        return self


class _Feature(Contract):
    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")]
    description: Sentence
    loinc: tuple[str, ...] = ()
    missing: Sentence | None = Field(
        default=None,
        description="What the graph does when the value is missing; absent: it is required.",
    )

    @property
    def required(self) -> bool:
        return self.missing is None


class Number(_Feature):
    """A measured quantity."""

    type: Literal["number"] = "number"
    unit: Sentence
    hard_range: Range = Field(description="Refused outside: no patient has this value.")
    training_range: Range = Field(description="Warned outside: the model has not seen this value.")


class Choice(_Feature):
    """One of a few words; enters the tensor as its position in `choices`."""

    type: Literal["choice"] = "choice"
    choices: tuple[Sentence, ...] = Field(min_length=2)


class Boolean(_Feature):
    """Yes or no; enters the tensor as 1 or 0."""

    type: Literal["boolean"] = "boolean"


Feature = Annotated[Number | Choice | Boolean, Field(discriminator="type")]


class TabularInput(Contract):
    """Named features of one person, as one float32 row [n, features]; NaN means missing."""

    kind: Literal["tabular"] = "tabular"
    tensor: Sentence
    features: tuple[Feature, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        if len({feature.name for feature in self.features}) < len(self.features):
            raise ValueError("feature names must be unique")
        return self


class ClassesOutput(Contract):
    """One probability per label, float32 [n, labels]."""

    kind: Literal["classes"] = "classes"
    tensor: Sentence
    labels: tuple[Sentence, ...] = Field(min_length=2)


class ValueOutput(Contract):
    """One number with a unit, float32 [n] or [n, 1]."""

    kind: Literal["value"] = "value"
    tensor: Sentence
    unit: Sentence


class SurvivalOutput(Contract):
    """Probability to be alive after each of `time_days`, float32 [n, times]."""

    kind: Literal["survival"] = "survival"
    tensor: Sentence
    time_days: tuple[int, ...] = Field(min_length=2)
    horizon_days: tuple[int, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _times_fit(self) -> Self:
        if self.time_days[0] != 0 or list(self.time_days) != sorted(set(self.time_days)):
            raise ValueError("time_days must start at 0 and increase")
        if not set(self.horizon_days) <= set(self.time_days):
            raise ValueError("every one of horizon_days must be one of time_days")
        return self


Output = Annotated[ClassesOutput | ValueOutput | SurvivalOutput, Field(discriminator="kind")]


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

    instance: dict[str, Any]
    outputs: dict[str, tuple[float, ...]] = Field(min_length=1)


class Golden(Contract):
    """Cases that must reproduce on the machine that answers, within an absolute tolerance."""

    tolerance: float = Field(gt=0)
    cases: tuple[GoldenCase, ...] = Field(min_length=1)


class Parity(Contract):
    """How far the trained model and its ONNX graph are apart, over every test row."""

    rows: int = Field(gt=0)
    largest_difference: float = Field(ge=0)
    tolerance: float = Field(gt=0)


class Split(Contract):
    """How many people fitted, calibrated and tested the model, and the seed that drew them."""

    seed: int
    train: int = Field(gt=0)
    calibration: int = Field(gt=0)
    test: int = Field(gt=0)


class Data(Contract):
    """Where the numbers come from."""

    source: Sentence
    licence: Sentence
    sha256: Sha256 = Field(description="Of the cleaned table, so that a retraining can compare.")
    n: int = Field(gt=0)
    events: int | None = None
    inclusion: Sentence
    cleaning: tuple[Sentence, ...]
    demographics: dict[str, str]
    split: Split


class Metric(Contract):
    """One measured figure with its 95 % interval, for one model, on one set of people."""

    metric: Sentence
    model: Sentence
    evaluated_on: Sentence
    group: Sentence = "all"
    n: int = Field(gt=0)
    events: int | None = None
    value: float
    low: float
    high: float


class Card(Contract):
    """What a reader must know before believing an answer."""

    developer: Sentence
    stage: Sentence
    intended_use: Sentence
    intended_users: Sentence
    population: Sentence
    decision_role: Sentence
    out_of_scope: tuple[Sentence, ...] = Field(min_length=1)
    method: tuple[Sentence, ...] = Field(min_length=1)
    data: Data
    findings: tuple[Sentence, ...] = Field(min_length=1)
    metrics: tuple[Metric, ...] = Field(min_length=1)
    limits: tuple[Sentence, ...] = Field(min_length=1)
    references: tuple[Sentence, ...] = Field(min_length=1)
    source_attributes: dict[str, str] = Field(
        description="The source attributes of 45 CFR 170.315(b)(11), or why there is none."
    )


class Manifest(Contract):
    """Everything that is known of one version of one model."""

    contract: Literal[1]
    id: Identifier
    version: Version
    title: Sentence
    licence: Sentence
    created: date
    training_commit: Sentence
    seed: int
    artefact: Artefact
    input: TabularInput
    output: Output
    golden: Golden
    parity: Parity
    card: Card

    @model_validator(mode="after")
    def _tensors_are_those_of_the_artefact(self) -> Self:
        taken = {tensor.name: tensor.shape for tensor in self.artefact.inputs}
        if taken != {self.input.tensor: (-1, len(self.input.features))}:
            raise ValueError("artefact.inputs must be input.tensor, [-1, number of features]")
        if self.output.tensor not in {tensor.name for tensor in self.artefact.outputs}:
            raise ValueError("output.tensor must be one of artefact.outputs")
        return self
