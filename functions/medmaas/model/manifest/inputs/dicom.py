"""Which DICOM pictures a model takes, and how their pixels become shades."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from medmaas.model.manifest.contract import Contract

Modality = Literal["CR", "DX", "US", "MG", "SC", "CT", "MR"]
RescaleType = Literal["HU", "OD", "US", "MGML"]


class ValueWindow(Contract):
    """Which values are black and white to the model, in the units that the modality gives."""

    low: float = Field(description="This value and what is below it become 0.")
    high: float = Field(description="This value and what is above it become 255.")
    unit: RescaleType | None = Field(
        default=None,
        description="Rescale Type (0028,1054) of the values, as HU of CT. A file that states "
        "another is refused; one of CT that states none is in HU.",
    )

    @model_validator(mode="after")
    def _is_ordered(self) -> Self:
        if not self.low < self.high:
            raise ValueError("low must be below high")
        return self


class PixelSpacing(Contract):
    """How large a pixel of the pictures is that enter `crop` and `resample`."""

    millimetres: float = Field(gt=0, description="From one pixel's middle to the next.")
    tolerance: float = Field(
        default=0.05, ge=0, lt=1, description="The share by which a file may differ from it."
    )
    beyond: Literal["hold", "resample"] = Field(
        default="hold",
        description="What becomes of a file that differs more. hold: it has no answer. resample: "
        "it is brought to this spacing; without `crop` the model then sees the middle of it, on "
        "black where it is too small.",
    )


class DicomPictures(Contract):
    """DICOM files of one frame, grey of 8 to 16 bits or colour of 8, beside PNG and JPEG.

    MONOCHROME1 is inverted; Pixel Padding is black. The result has 256 shades.
    """

    modalities: Annotated[tuple[Modality, ...], Field(min_length=1)] = Field(
        description="Modality (0008,0060) of files that are taken. SC stands for Secondary "
        "Capture by its SOP Class, whatever Modality it states."
    )
    values: Literal["display", "modality"] = Field(
        default="display",
        description="display: shades after the file's own VOI LUT or window, the first if it has "
        "several. modality: values after Rescale or Modality LUT, by `window`.",
    )
    window: ValueWindow | None = Field(default=None, description="Of values of the modality.")
    pixel_spacing: PixelSpacing | None = Field(
        default=None, description="Absent, a file's pixels may be of any size."
    )

    @model_validator(mode="after")
    def _has_its_window(self) -> Self:
        if (self.values == "modality") != (self.window is not None):
            raise ValueError('window belongs to values "modality", and is needed there')
        return self
