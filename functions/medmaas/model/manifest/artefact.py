"""The files that a manifest speaks of, its graph, and the proofs that it is the right one."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from medmaas.model.manifest.contract import Contract, Sentence, Sha256

FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$")]


OperatorName = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.]{0,127}::[A-Za-z0-9_]{1,128}$")
]


class File(Contract):
    """A file of the folder, beside manifest.json."""

    name: FileName = Field(description="A plain name: no folder, no link.")
    size: int = Field(ge=0, description="In bytes.")
    sha256: Sha256


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


class StatedFact(Contract):
    """Something that an answer says, by its code: docs/answers.md."""

    code: Sentence
    limits: dict[str, Any]


class StatedWarning(StatedFact):
    """The same of a field of the instance, or of the answer as a whole."""

    field: str | None = None


class GoldenAnswer(Contract):
    """What the output tensors of a golden case become, beyond doubt: numbers have six decimals."""

    status: Literal["ok", "abstained"]
    reason: StatedFact | None = Field(default=None, description="Why the model abstains.")
    output: dict[str, Any] = Field(description="What is answered, or would be if forced.")
    intervals: tuple[dict[str, Any], ...] = Field(
        default=(), description="One per coverage that is stored, in the order of the manifest."
    )
    warnings: tuple[StatedWarning, ...] = ()


class GoldenCase(Contract):
    """An invented instance, the output tensors it must give, and the answer made of them."""

    instance: dict[str, Any] = Field(description="What a request would hold, nobody's record.")
    outputs: dict[str, tuple[float, ...]] = Field(
        min_length=1, description="Numbers by name of output tensor, row-major."
    )
    answer: GoldenAnswer | None = Field(
        default=None, description="Made of these tensors; absent in contract 1."
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
    made: int | None = Field(
        default=None,
        ge=0,
        description="How many rows were made besides and compared, where graphs break: at "
        "thresholds, with values missing, at the ends of ranges; absent: none.",
    )
    rounded: int | None = Field(
        default=None,
        ge=0,
        description="At how many of those the trained model itself answers otherwise to values as "
        "they are written than to the float32 that they become.",
    )
