"""What a model takes: one class per kind of input, and the tensor each becomes."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from medmaas.model.manifest.contract import Contract, Range, Sentence

Shape = tuple[int, ...]
FeatureName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")]


class _Feature(Contract):
    name: FeatureName
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


class _Features(Contract):
    tensor: Sentence
    features: tuple[Feature, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        if len({feature.name for feature in self.features}) < len(self.features):
            raise ValueError("feature names must be unique")
        return self


class TabularInput(_Features):
    """Named features of one person, as one float32 row [n, features]; NaN means missing."""

    kind: Literal["tabular"] = "tabular"

    @property
    def tensor_type(self) -> tuple[str, Shape]:
        """Element type and shape that the graph must declare."""
        return "tensor(float)", (-1, len(self.features))


class SeriesInput(_Features):
    """Rows of named features over time, as float32 [n, rows, features].

    The first feature is the time, and required. NaN means missing; rows come in order of time, and
    shorter histories are filled up at the end with rows that are NaN throughout.
    """

    kind: Literal["series"] = "series"
    field: FeatureName
    max_rows: int = Field(gt=0)

    @model_validator(mode="after")
    def _first_is_time(self) -> Self:
        if not (isinstance(self.features[0], Number) and self.features[0].required):
            raise ValueError("the first feature must be the time: a required number")
        return self

    @property
    def tensor_type(self) -> tuple[str, Shape]:
        """Element type and shape that the graph must declare."""
        return "tensor(float)", (-1, -1, len(self.features))


class Crop(Contract):
    """A centred square of `side` pixels, cut from pictures whose shorter edge is about `of`."""

    side: int = Field(gt=0)
    of: int = Field(gt=0)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.side > self.of:
            raise ValueError("side must not exceed of")
        return self


class Normalisation(Contract):
    """(value / 255 - mean) / deviation, per channel."""

    mean: tuple[float, ...]
    deviation: tuple[Annotated[float, Field(gt=0)], ...]


class ImageInput(Contract):
    """One PNG or JPEG, in base64, as uint8 [n, height, width, channels].

    A picture of exactly height x width pixels enters as it is, others after `crop` and `resample`.
    With `normalisation` the tensor is float32, for graphs that do not normalise themselves.
    """

    kind: Literal["image"] = "image"
    tensor: Sentence
    field: FeatureName = "image"
    description: Sentence = "The picture: a PNG or JPEG file in base64."
    height: int = Field(gt=0)
    width: int = Field(gt=0)
    mode: Literal["RGB", "L"]
    layout: Literal["NHWC", "NCHW"] = "NHWC"
    crop: Crop | None = None
    resample: Literal["bicubic", "bilinear"] = "bicubic"
    normalisation: Normalisation | None = None

    @model_validator(mode="after")
    def _normalises_every_channel(self) -> Self:
        if self.normalisation and not (
            len(self.normalisation.mean) == len(self.normalisation.deviation) == self.channels
        ):
            raise ValueError("normalisation needs one mean and one deviation per channel")
        return self

    @property
    def channels(self) -> int:
        """3 for RGB, 1 for grey."""
        return len(self.mode)

    @property
    def tensor_type(self) -> tuple[str, Shape]:
        """Element type and shape that the graph must declare."""
        size = (self.height, self.width)
        shape = (*size, self.channels) if self.layout == "NHWC" else (self.channels, *size)
        return "tensor(float)" if self.normalisation else "tensor(uint8)", (-1, *shape)


class TextInput(Contract):
    """One line of characters, as int64 [n, max_length].

    A character's code is its position in `alphabet` plus 1; 0 fills the end.
    """

    kind: Literal["text"] = "text"
    tensor: Sentence
    field: FeatureName
    description: Sentence
    alphabet: tuple[Annotated[str, StringConstraints(min_length=1, max_length=1)], ...]
    max_length: int = Field(gt=0)
    syntax: Literal["SMILES"] | None = Field(
        default=None, description="Checked before the graph reads: branches, rings and brackets."
    )

    @model_validator(mode="after")
    def _characters_are_unique(self) -> Self:
        if not self.alphabet or len(set(self.alphabet)) < len(self.alphabet):
            raise ValueError("alphabet must hold each character once, and at least one")
        return self

    @property
    def tensor_type(self) -> tuple[str, Shape]:
        """Element type and shape that the graph must declare."""
        return "tensor(int64)", (-1, self.max_length)


Input = Annotated[TabularInput | SeriesInput | ImageInput | TextInput, Field(discriminator="kind")]
