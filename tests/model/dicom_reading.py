"""DICOM files are read as a model takes them, for tests to look at."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import (
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

from medmaas.model.inputs.image import Image
from medmaas.model.inputs.reading import Reading
from medmaas.model.manifest import DicomPictures, ImageInput, ValueWindow
from medmaas.words import ENGLISH, Words
from tests.model.dicoms import PATIENT, draw, encode, make, write

CHINESE = Words("zh")


EVERY = DicomPictures(modalities=("CR", "DX", "US", "MG", "SC", "CT", "MR"))


HOUNSFIELD = DicomPictures(
    modalities=("CT",), values="modality", window=ValueWindow(low=-1000, high=400, unit="HU")
)


SHOWN = {"WindowCenter": 2048, "WindowWidth": 4096}


def state(rows: int, columns: int, dicom: DicomPictures = EVERY, mode: str = "L") -> ImageInput:
    spec: dict[str, Any] = {"tensor": "image", "height": rows, "width": columns, "mode": mode}
    return ImageInput(dicom=dicom, **spec)


def read_all(content: bytes, spec: ImageInput) -> Reading:
    return Image(spec).read([{"image": encode(content)}])


def read(made: Dataset | bytes, dicom: DicomPictures = EVERY, mode: str = "L") -> NDArray[np.uint8]:
    """The shades of a picture that enters as it is: [rows, columns], or with channels."""
    content = made if isinstance(made, bytes) else write(made)
    known = dcmread_quietly(content)
    reading = read_all(content, state(known.Rows, known.Columns, dicom, mode))
    assert reading.problems == []
    pixels: NDArray[np.uint8] = reading.tensors["image"][0]
    return pixels[..., 0] if mode == "L" else pixels


def dcmread_quietly(content: bytes) -> Dataset:
    from io import BytesIO  # noqa: PLC0415

    return dcmread(BytesIO(content))


def refuse(made: Dataset | bytes, dicom: DicomPictures = EVERY) -> str:
    """The code of why it is refused."""
    content = made if isinstance(made, bytes) else write(made)
    (problem,) = read_all(content, state(8, 8, dicom)).problems
    assert problem.field == "image"
    for words in (ENGLISH, CHINESE):
        assert "{{" not in words.say(problem.fact)
        assert PATIENT not in words.say(problem.fact)
    return problem.fact.code


def tell(made: Dataset, dicom: DicomPictures = EVERY, spec: ImageInput | None = None) -> list[str]:
    """Codes of all that is told of a picture that is read."""
    reading = read_all(write(made), spec or state(made.Rows, made.Columns, dicom))
    assert reading.problems == []
    facts = [warning.fact for warning in reading.warnings[0]]
    for fact in facts:
        assert "{{" not in CHINESE.say(fact) + ENGLISH.say(fact)
    nested = [one for fact in facts for one in fact.limits.get("how", [])]
    return [fact.code for fact in (*facts, *nested)]


def doubt(made: Dataset, dicom: DicomPictures = EVERY) -> str | None:
    reading = read_all(write(made), state(made.Rows, made.Columns, dicom))
    assert reading.problems == []
    held = [one.code for one in reading.held if one]
    return held[0] if held else None


COLOURS = np.random.default_rng(0).integers(0, 256, (48, 64, 3)).astype(np.uint8)


ENCODINGS = {
    "implicit": ImplicitVRLittleEndian,
    "big end": ExplicitVRBigEndian,
    "RLE": RLELossless,
    "JPEG 2000": JPEG2000Lossless,
    "JPEG-LS": JPEGLSLossless,
}


def recode(made: Dataset, name: str) -> bytes:
    syntax = ENCODINGS[name]
    if name == "JPEG 2000":
        return write_j2k(made)
    if syntax.is_encapsulated:
        return write(made, syntax)
    if name == "big end":
        width = made.BitsAllocated // 8
        made.PixelData = np.frombuffer(made.PixelData, f"u{width}").byteswap().tobytes()
        if width == 1:
            made["PixelData"].VR = "OB"
    made.file_meta.TransferSyntaxUID = syntax
    return write(made)


def write_j2k(made: Dataset) -> bytes:
    """JPEG 2000 by openjpeg."""
    from openjpeg.utils import encode_array  # noqa: PLC0415
    from pydicom.encaps import encapsulate  # noqa: PLC0415

    pixels = made.pixel_array
    kind = "RGB" if pixels.ndim == 3 else "MONOCHROME2"
    frame = encode_array(
        pixels, bits_stored=made.BitsStored, photometric_interpretation=1 if kind == "RGB" else 2
    )
    made.file_meta.TransferSyntaxUID = JPEG2000Lossless
    if kind == "RGB":
        made.PhotometricInterpretation = "YBR_RCT"
    made.PixelData = encapsulate([bytes(frame)])
    made["PixelData"].is_undefined_length = True
    made["PixelData"].VR = "OB"
    return write(made)


def write_jpeg(quality: int = 95) -> Dataset:
    """A picture of 8 bits, compressed as most ultrasound is."""
    import io  # noqa: PLC0415

    import PIL.Image  # noqa: PLC0415
    from pydicom.encaps import encapsulate  # noqa: PLC0415
    from pydicom.uid import JPEGBaseline8Bit  # noqa: PLC0415

    shades = draw(48, 64, bits=8).astype(np.uint8)
    file = io.BytesIO()
    PIL.Image.fromarray(np.stack([shades, shades // 2, 255 - shades], -1)).save(
        file, "JPEG", quality=quality
    )
    made = make(np.zeros((48, 64, 3), np.uint8), PhotometricInterpretation="YBR_FULL_422")
    made.Modality = "US"
    made.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    made.PixelData = encapsulate([file.getvalue()])
    made["PixelData"].is_undefined_length = True
    return made
