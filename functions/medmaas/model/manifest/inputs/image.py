"""A picture, and how it becomes the tensor of a graph."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from medmaas.model.manifest.contract import Contract, FeatureName, Range, Sentence
from medmaas.model.manifest.inputs.dicom import DicomPictures
from medmaas.model.manifest.inputs.spec import InputSpec, Shape
from medmaas.model.manifest.record import DocumentSource


class Crop(Contract):
    """A centred square of `side` pixels, cut from pictures whose shorter edge is about `of`."""

    side: int = Field(gt=0, description="Pixels of the square that is kept.")
    of: int = Field(gt=0, description="Pixels of the shorter edge of the pictures it is cut from.")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.side > self.of:
            raise ValueError("side must not exceed of")
        return self


class Normalisation(Contract):
    """(value / 255 - mean) / deviation, per channel."""

    mean: tuple[float, ...] = Field(description="One number per channel, of values from 0 to 1.")
    deviation: tuple[Annotated[float, Field(gt=0)], ...] = Field(
        description="One number per channel, of values from 0 to 1."
    )


class Window(Contract):
    """Which of the 65,536 shades of a file of 16 bits are black and white to the model."""

    low: int = Field(ge=0, le=65535, description="This value and what is below it become 0.")
    high: int = Field(gt=0, le=65535, description="This value and what is above it become 255.")
    largest: int | None = Field(
        default=None,
        le=65535,
        description="The largest value that such files hold, as 4095 of 12 bits; absent, `high`. A "
        "file with a larger one has other shades and is refused.",
    )

    @model_validator(mode="after")
    def _is_ordered(self) -> Self:
        if not self.low < self.high <= self.most:
            raise ValueError("low must be below high, and largest not below high")
        return self

    @property
    def most(self) -> int:
        """The largest value that a file may hold."""
        return self.high if self.largest is None else self.largest


class Appearance(Contract):
    """What training pictures looked like, as the model sees them; beyond there is no answer."""

    brightness: Range = Field(description="Mean of a picture's shades, from 0 to 255.")
    contrast: Range = Field(description="Standard deviation of a picture's shades of grey.")
    colour: Range | None = Field(
        default=None,
        description="How far the largest and the smallest channel of a pixel are apart, the mean "
        "over a picture: 0 of grey.",
    )
    covered: Range | None = Field(
        default=None,
        description="The share of a picture that is darker than its brightest tenth by more than "
        "40 shades: what is shown, not the ground.",
    )


class ImageInput(InputSpec):
    """One PNG or JPEG, or what else is stated, in base64, as uint8 [n, height, width, channels].

    A picture of exactly height x width pixels enters as it is, others after `crop` and `resample`.
    With `normalisation` the tensor is float32, for graphs that do not normalise themselves.
    """

    kind: Literal["image"] = "image"
    field: FeatureName = Field(default="image", description="What a request calls the picture.")
    description: Sentence = "The picture: a PNG or JPEG file in base64."
    height: int = Field(gt=0, description="Pixels that the graph takes from top to bottom.")
    width: int = Field(gt=0, description="Pixels that the graph takes from left to right.")
    mode: Literal["RGB", "L"] = Field(description="RGB for colour, L for grey.")
    layout: Literal["NHWC", "NCHW"] = "NHWC"
    crop: Crop | None = None
    resample: Literal["bicubic", "bilinear"] = "bicubic"
    normalisation: Normalisation | None = None
    window: Window | None = Field(
        default=None,
        description="How grey files of 16 bits are read. Absent, they are taken if they use all 16 "
        "bits, and refused otherwise.",
    )
    appearance: Appearance | None = None
    dicom: DicomPictures | None = Field(
        default=None, description="Which DICOM files are taken. Absent, none is."
    )
    tiff: bool | None = Field(
        default=None,
        description="Whether TIFF files of one page are taken, those of 16 bits by `window`. "
        "Absent, none is.",
    )
    source: DocumentSource | None = Field(
        default=None, description="Where a record in FHIR has it; absent: nowhere."
    )

    @model_validator(mode="after")
    def _normalises_every_channel(self) -> Self:
        if self.normalisation and not (
            len(self.normalisation.mean) == len(self.normalisation.deviation) == self.channels
        ):
            raise ValueError("normalisation needs one mean and one deviation per channel")
        return self

    @property
    def forms(self) -> tuple[str, ...]:
        """The kinds of file that are taken."""
        more = (("DICOM", self.dicom), ("TIFF", self.tiff))
        return ("PNG", "JPEG", *(name for name, taken in more if taken))

    @property
    def reads_records(self) -> bool:
        """Whether a record in FHIR can hold it."""
        return self.source is not None

    @property
    def recorded_documents(self) -> Mapping[str, DocumentSource]:
        """Where a record has it."""
        return {self.field: self.source} if self.source else {}

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

    @property
    def picture_size(self) -> tuple[int, int]:
        """Height and width of the picture."""
        return self.height, self.width
