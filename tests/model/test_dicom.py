"""DICOM pictures are read as the standard says; pydicom's own functions judge."""

import logging
import subprocess
import sys
import time
import tracemalloc
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.pixels.processing import (
    apply_color_lut,
    apply_modality_lut,
    apply_voi_lut,
    convert_color_space,
)
from pydicom.sequence import Sequence
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGExtended12Bit,
    JPEGLSLossless,
    RLELossless,
)

from medmaas.model.inputs.image import Image
from medmaas.model.inputs.reading import Reading
from medmaas.model.manifest import DicomPictures, ImageInput, PixelSpacing, ValueWindow
from medmaas.words import ENGLISH, Words
from tests.model.dicoms import PATIENT, SECONDARY_CAPTURE, draw, encode, make, make_lut, write

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


def judge(made: Dataset) -> NDArray[np.float64]:
    """Shades from 0 to 255 by pydicom's functions, inversion by ourselves."""
    known = dcmread_quietly(write(made))
    values = apply_modality_lut(known.pixel_array, known)
    assert (values == values.round()).all()
    with np.errstate(over="ignore"):  # of a steep sigmoid
        shown = apply_voi_lut(values.astype(np.int64), known).astype(np.float64)
    if "VOILUTSequence" in known:
        low, high = 0.0, 2.0 ** known.VOILUTSequence[0].LUTDescriptor[2] - 1
    else:
        bits = known.BitsStored
        low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
        if not known.PixelRepresentation:
            low, high = 0, 2**bits - 1
        if "RescaleSlope" in known:
            ends = [known.RescaleSlope * one + known.RescaleIntercept for one in (low, high)]
            low, high = ends
    share = (shown - low) / (high - low)
    if known.PhotometricInterpretation == "MONOCHROME1":
        share = 1 - share
    shades: NDArray[np.float64] = 255 * share.clip(0, 1)
    return shades


@st.composite
def pictures(draws: st.DrawFn) -> Dataset:
    """Any grey picture with a window or a table."""
    bits = draws(st.integers(8, 16))
    signed = draws(st.booleans())
    rng = np.random.default_rng(draws(st.integers(0, 99)))
    low = -(2 ** (bits - 1)) if signed else 0
    pixels = rng.integers(low, low + 2**bits, (6, 7)).astype(np.int16 if signed else np.uint16)
    changes: dict[str, Any] = {
        "BitsStored": bits,
        "PhotometricInterpretation": draws(st.sampled_from(("MONOCHROME1", "MONOCHROME2"))),
    }
    least, most = low, low + 2**bits - 1
    if draws(st.booleans()):
        slope, intercept = draws(st.integers(1, 4)), draws(st.integers(-2000, 2000))
        changes |= {"RescaleSlope": slope, "RescaleIntercept": intercept}
        least, most = slope * least + intercept, slope * most + intercept
    if draws(st.booleans()):
        changes["WindowCenter"] = draws(st.integers(least, most))
        changes["WindowWidth"] = draws(st.integers(2, most - least))
        function = draws(st.sampled_from((None, "LINEAR", "LINEAR_EXACT", "SIGMOID")))
        if function:
            changes["VOILUTFunction"] = function
    else:
        depth = draws(st.integers(10, 16))
        entries = np.sort(rng.integers(0, 2**depth, draws(st.integers(2, 300))))
        first = draws(st.integers(max(least, -(2**15)), min(most, 2**15 - 1)))
        if least >= 0:
            first = abs(first)
        changes["VOILUTSequence"] = make_lut(entries, first, depth, "VOI")
    return make(pixels, **changes)


@given(pictures())
@settings(max_examples=150, deadline=None)
def test_shades_are_those_of_pydicoms_own_transforms(made: Dataset) -> None:
    apart = np.abs(read(made) - judge(made))
    assert apart.max() <= 0.51, apart.max()


@given(st.integers(0, 50), st.booleans())
@settings(deadline=None)
def test_a_modality_lut_is_applied_before_the_window(seed: int, signed: bool) -> None:  # noqa: FBT001
    rng = np.random.default_rng(seed)
    pixels = rng.integers(-100 if signed else 0, 100, (5, 6)).astype(np.int16)
    pixels = pixels if signed else pixels.astype(np.uint16)
    entries = rng.integers(0, 4096, 120)  # in 16 bits, because pydicom knows no other
    first = -60 if signed else 3
    made = make(pixels, BitsStored=12, WindowCenter=1000, WindowWidth=1500)
    made.ModalityLUTSequence = make_lut(entries, first, 16, "Modality", ModalityLUTType="US")
    values = entries[(pixels.astype(int) - first).clip(0, 119)]
    assert (apply_modality_lut(dcmread_quietly(write(made)).pixel_array, made) == values).all()
    expected = 255 * ((values - 999.5) / 1499 + 0.5).clip(0, 1)
    assert np.abs(read(made) - expected).max() <= 0.51


def test_monochrome1_is_inverted_once_and_that_is_told() -> None:
    bright, dark = make(draw(), BitsStored=12, **SHOWN), make(draw(), BitsStored=12, **SHOWN)
    dark.PhotometricInterpretation = "MONOCHROME1"
    assert (read(dark) == 255 - read(bright)).all()
    assert "dicom_inverted" in tell(dark)
    assert "dicom_inverted" not in tell(bright)
    dark.PresentationLUTShape = "INVERSE"  # goes with MONOCHROME1, and inverts nothing twice
    assert (read(dark) == 255 - read(bright)).all()
    bright.PresentationLUTShape = "IDENTITY"
    assert (read(dark) == 255 - read(bright)).all()


@pytest.mark.parametrize(
    ("photometric", "shape"), [("MONOCHROME1", "IDENTITY"), ("MONOCHROME2", "INVERSE")]
)
def test_a_file_that_says_black_twice_and_otherwise_is_refused(
    photometric: str, shape: str
) -> None:
    changes = {"PhotometricInterpretation": photometric, "PresentationLUTShape": shape}
    assert refuse(make(draw(), BitsStored=12, **SHOWN, **changes)) == "dicom_shape_contradicts"


def test_overlays_in_the_high_bits_are_no_part_of_the_picture() -> None:
    plain = draw()
    overlaid = plain | np.uint16(0xF000) * (np.indices(plain.shape)[0] % 2).astype(np.uint16)
    changes = SHOWN | {"BitsStored": 12}
    assert (read(make(overlaid, **changes)) == read(make(plain, **changes))).all()


def test_numbers_may_stand_at_the_high_end_of_a_cell() -> None:
    changes = SHOWN | {"BitsStored": 12}
    high = make(draw() << 4, HighBit=15, **changes)
    assert (read(high) == read(make(draw(), **changes))).all()


def test_signed_numbers_of_twelve_bits_are_extended() -> None:
    plain = draw().astype(np.int32) - 2048
    cells = (plain & 0xFFF).astype(np.uint16)  # the sign in bit 11, nothing above it
    made = make(cells, BitsStored=12, PixelRepresentation=1, WindowCenter=0, WindowWidth=4096)
    assert np.abs(read(made) - read(make(draw(), BitsStored=12, **SHOWN)).astype(int)).max() <= 1


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_padding_is_black_whichever_end_is(photometric: str) -> None:
    pixels = draw()
    pixels[:5], pixels[5:10] = 4000, 4010
    changes: dict[str, Any] = {"PhotometricInterpretation": photometric}
    made = make(pixels, BitsStored=12, PixelPaddingValue=4000, **changes, **SHOWN)
    made["PixelPaddingValue"].VR = "US"
    assert (read(made)[:5] == 0).all()
    assert len({*read(made)[5:10].ravel()} - {0}) == 1
    made.PixelPaddingRangeLimit = 4010
    made["PixelPaddingRangeLimit"].VR = "US"
    assert (read(made)[:10] == 0).all()
    assert "dicom_padding_black" in tell(made)


def test_padding_of_more_bits_than_are_stored_is_found_all_the_same() -> None:
    pixels = draw().astype(np.int16)
    pixels[:5] = -2000
    made = make(pixels, BitsStored=12, PixelRepresentation=1, WindowCenter=0, WindowWidth=4096)
    made.PixelPaddingValue = -2000
    made["PixelPaddingValue"].VR = "SS"
    assert (read(made)[:5] == 0).all()


def test_a_ct_is_read_in_hounsfield_units_by_the_models_window() -> None:
    units = np.linspace(-1100, 600, 42).reshape(6, 7).round()
    changes = {"Modality": "CT", "RescaleSlope": 2, "RescaleIntercept": -1200}
    made = make(((units + 1200) / 2).astype(np.uint16), BitsStored=12, **changes)
    values = apply_modality_lut(made.pixel_array, made)
    expected = 255 * ((values + 1000) / 1400).clip(0, 1)
    assert np.abs(read(made, HOUNSFIELD) - expected).max() <= 0.51
    assert "dicom_by_model_window" in tell(made, HOUNSFIELD)
    made.WindowCenter, made.WindowWidth = 40, 400  # the file's own is not the model's
    assert np.abs(read(made, HOUNSFIELD) - expected).max() <= 0.51


def test_values_of_another_unit_or_of_none_are_refused() -> None:
    changes = {"Modality": "CT", "RescaleSlope": 1, "RescaleIntercept": -1024}
    assert refuse(make(draw(), Modality="CT"), HOUNSFIELD) == "dicom_without_values"
    assert refuse(make(draw(), RescaleType="US", **changes), HOUNSFIELD) == "dicom_of_other_unit"
    assert refuse(make(draw(), Modality="CT", RescaleSlope=1), HOUNSFIELD) == (
        "dicom_transform_unclear"
    )
    colour = make(np.zeros((8, 8, 3), np.uint8), Modality="CT")
    assert refuse(colour, HOUNSFIELD) == "dicom_without_values"


def test_the_first_of_several_windows_counts_and_that_is_told() -> None:
    made = make(draw(), BitsStored=12, WindowCenter=[1000, 2000], WindowWidth=[500, 4000])
    one = make(draw(), BitsStored=12, WindowCenter=1000, WindowWidth=500)
    assert (read(made) == read(one)).all()
    assert "dicom_by_first_window" in tell(made)
    assert "dicom_by_window" in tell(one)
    made.VOILUTSequence = make_lut(np.arange(4096), 0, 12, "VOI")
    assert "dicom_by_first_lut" in tell(made)


def test_without_a_window_more_than_8_bits_have_no_answer() -> None:
    assert doubt(make(draw(), BitsStored=12)) == "dicom_without_window"
    assert doubt(make(draw(), BitsStored=12, **SHOWN)) is None
    eight = make(draw(bits=8).astype(np.uint8))
    assert doubt(eight) is None
    assert (read(eight) == draw(bits=8)).all()


@pytest.mark.parametrize(
    "changes",
    [
        {"WindowCenter": 5, "WindowWidth": 0},
        {"WindowCenter": [5, 6], "WindowWidth": 10},
        {"WindowCenter": 5, "WindowWidth": 0.5},
        {"WindowCenter": 5, "WindowWidth": 10, "VOILUTFunction": "CUBIC"},
        {"RescaleSlope": 0, "RescaleIntercept": 0, "WindowCenter": 5, "WindowWidth": 10},
        {"VOILUTSequence": make_lut(np.arange(20), 0, 7, "VOI")},
    ],
)
def test_a_transform_that_cannot_be_applied_is_refused(changes: dict[str, Any]) -> None:
    assert refuse(make(draw(), BitsStored=12, **changes)) == "dicom_transform_unclear"


COLOURS = np.random.default_rng(0).integers(0, 256, (48, 64, 3)).astype(np.uint8)


def test_colours_are_read_in_every_order_and_space() -> None:
    assert (read(make(COLOURS, Modality="US"), mode="RGB") == COLOURS).all()
    planes = make(COLOURS, PlanarConfiguration=1)
    planes.PixelData = COLOURS.transpose(2, 0, 1).tobytes()
    assert (read(planes, mode="RGB") == COLOURS).all()
    ybr = make(COLOURS, PhotometricInterpretation="YBR_FULL")
    expected = convert_color_space(COLOURS, "YBR_FULL", "RGB").astype(int)
    assert np.abs(read(ybr, mode="RGB") - expected).max() <= 1


def test_colours_of_half_the_columns_are_spread() -> None:
    rng = np.random.default_rng(1)
    stored = rng.integers(0, 256, (48 * 32, 4)).astype(np.uint8)  # Y Y Cb Cr
    made = make(COLOURS, PhotometricInterpretation="YBR_FULL_422")
    made.PixelData = stored.tobytes()
    expected = dcmread_quietly(write(made)).pixel_array  # pydicom spreads them, and makes RGB
    assert np.abs(read(made, mode="RGB").astype(int) - expected).max() <= 1


@pytest.mark.parametrize("bits", [8, 16])
def test_a_palette_is_looked_up(bits: int) -> None:
    rng = np.random.default_rng(0)
    made = make(rng.integers(0, 256, (6, 8)).astype(np.uint8), Modality="US")
    made.PhotometricInterpretation = "PALETTE COLOR"
    for name in ("Red", "Green", "Blue"):
        entries = rng.integers(0, 2**bits, 200)
        descriptor = f"{name}PaletteColorLookupTableDescriptor"
        setattr(made, descriptor, [200, 10, bits])
        made[descriptor].VR = "US"
        data = entries.astype("<u2" if bits == 16 else np.uint8).tobytes()
        setattr(made, f"{name}PaletteColorLookupTableData", data)
    known = dcmread_quietly(write(made))
    expected = apply_color_lut(known.pixel_array, known)
    expected = expected >> 8 if bits == 16 else expected
    assert (read(made, mode="RGB") == expected).all()


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


@pytest.mark.parametrize("name", ENCODINGS)
@pytest.mark.parametrize("kind", ["12 bits", "16 bits", "8 bits", "signed", "colour"])
def test_every_encoding_gives_the_same_picture(name: str, kind: str) -> None:
    kinds: dict[str, Any] = {
        "12 bits": lambda: make(draw(), BitsStored=12, **SHOWN),
        "16 bits": lambda: make(draw(bits=16), WindowCenter=30000, WindowWidth=50000),
        "8 bits": lambda: make(draw(bits=8).astype(np.uint8)),
        "signed": lambda: make(
            (draw(bits=16).astype(int) - 2**15).astype(np.int16), WindowCenter=0, WindowWidth=60000
        ),
        "colour": lambda: make(COLOURS),
    }
    mode = "RGB" if kind == "colour" else "L"
    plain = read(kinds[kind](), mode=mode)
    assert len(np.unique(plain)) > 50
    assert (read(recode(kinds[kind](), name), mode=mode) == plain).all()


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


def test_a_jpeg_in_a_dicom_is_read_as_pydicom_reads_it() -> None:
    made = write_jpeg()
    expected = dcmread_quietly(write(made)).pixel_array.astype(int)
    assert np.abs(read(made, mode="RGB") - expected).max() <= 2


def say_syntax(syntax: str) -> bytes:
    """A file that says it is in this transfer syntax."""
    said = syntax.encode() + bytes(len(syntax) % 2)
    now = b"UI\x16\x001.2.840.10008.1.2.4.50"
    content = write(write_jpeg())
    assert now in content
    return content.replace(now, b"UI" + len(said).to_bytes(2, "little") + said)


UNREAD = {
    "1.2.840.10008.1.2.4.57": "JPEG Lossless",
    "1.2.840.10008.1.2.4.70": "JPEG Lossless",
    "1.2.840.10008.1.2.4.100": "MPEG2",
    "1.2.840.10008.1.2.4.102": "MPEG-4",
    "1.2.840.10008.1.2.4.107": "HEVC",
    "1.2.840.10008.1.2.4.94": "JPIP",
    "1.2.840.10008.1.2.4.205": "JPIP",
    "1.2.840.10008.1.2.1.99": "Deflated",
}


@pytest.mark.parametrize("syntax", UNREAD)
def test_what_no_decoder_here_reads_is_refused_by_the_name_of_its_syntax(syntax: str) -> None:
    content = say_syntax(syntax)
    (problem,) = read_all(content, state(8, 8)).problems
    assert problem.fact.code == "dicom_syntax"
    assert UNREAD[syntax] in ENGLISH.say(problem.fact)
    assert "dcmdjpeg" in ENGLISH.say(problem.fact)


@pytest.mark.parametrize("syntax", ["1.2.840.113619.5.2", "1.2.3", "MEIER^ANNA"])
def test_a_syntax_that_the_standard_does_not_define_is_not_repeated(syntax: str) -> None:
    content = say_syntax(syntax)
    assert refuse(content) == "dicom_syntax_unknown"


def test_jpeg_of_12_bits_is_refused_by_the_name_of_its_syntax() -> None:
    made = write_jpeg()
    made.file_meta.TransferSyntaxUID = JPEGExtended12Bit
    assert read(made, mode="RGB").shape == (48, 64, 3)  # of 8 bits it is read
    grey = write_jpeg()
    grey.SamplesPerPixel, grey.PhotometricInterpretation = 1, "MONOCHROME2"
    grey.BitsAllocated, grey.BitsStored, grey.HighBit = 16, 12, 11
    grey.file_meta.TransferSyntaxUID = JPEGExtended12Bit
    frame = bytearray(grey.PixelData)
    start = frame.index(b"\xff\xc0")
    frame[start : start + 10] = b"\xff\xc1\x00\x0b\x0c\x00\x30\x00\x40\x01"
    grey.PixelData = bytes(frame)
    grey["PixelData"].is_undefined_length = True
    assert refuse(grey) == "dicom_syntax"


@pytest.mark.parametrize(
    ("modality", "code"),
    [
        ("NM", "dicom_of_other_modality"),
        ("PT", "dicom_of_other_modality"),
        ("RTIMAGE", "dicom_of_other_modality"),
        ("SR", "dicom_without_picture"),
        ("PR", "dicom_without_picture"),
        ("RTPLAN", "dicom_without_picture"),
        ("SEG", "dicom_without_picture"),
        ("ECG", "dicom_without_picture"),
        ("DOC", "dicom_without_picture"),
        ("MEIER^ANNA", "dicom_of_unknown_modality"),
        ("dx", "dicom_of_unknown_modality"),
        ("SC", "dicom_of_unknown_modality"),  # no defined term, though a manifest says it
        ("", "dicom_of_unknown_modality"),
        (None, "dicom_of_unknown_modality"),
    ],
)
def test_another_modality_is_refused_by_its_name_if_dicom_defines_it(
    modality: str | None, code: str
) -> None:
    content = write(make(draw(), BitsStored=12, Modality="DX", **SHOWN))
    if modality is None:
        content = write(make(draw(), BitsStored=12, Modality=None, **SHOWN))
    else:
        made = make(draw(), BitsStored=12, **SHOWN)
        made["Modality"] = type(made["Modality"])("Modality", "SH", modality)
        content = write(made)
    assert refuse(content) == code


def test_a_secondary_capture_is_one_whatever_modality_it_states() -> None:
    made = make(draw(bits=8).astype(np.uint8), Modality="CT", SOPClassUID=SECONDARY_CAPTURE)
    assert refuse(made, DicomPictures(modalities=("CT",))) == "dicom_secondary_capture"
    assert doubt(made, DicomPictures(modalities=("SC",))) is None


def test_an_object_without_pixels_is_none() -> None:
    made = make(draw())
    del made.PixelData
    made.EncapsulatedDocument = b"%PDF-1.7"
    assert refuse(made) == "dicom_without_pixels"


def test_several_frames_are_refused() -> None:
    assert refuse(make(draw(), NumberOfFrames=2)) == "dicom_of_several_frames"
    twice = make(draw(), BitsStored=12, **SHOWN)
    twice.PixelData += twice.PixelData  # which says nothing of frames
    assert refuse(twice) == "several_pictures"
    assert doubt(make(draw(), BitsStored=12, NumberOfFrames=1, **SHOWN)) is None


def test_an_enhanced_object_is_refused_even_of_one_frame() -> None:
    made = make(draw(), NumberOfFrames=1)
    made.SharedFunctionalGroupsSequence = Sequence([Dataset()])
    assert refuse(made) == "enhanced_dicom"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"PhotometricInterpretation": "HSV"}, "dicom_of_other_colours"),
        ({"PhotometricInterpretation": "YBR_PARTIAL_420"}, "dicom_of_other_colours"),
        ({"SamplesPerPixel": 3}, "dicom_of_other_colours"),
        ({"BitsAllocated": 32}, "dicom_of_other_bits"),
        ({"BitsAllocated": 1}, "dicom_of_other_bits"),
        ({"BitsStored": 17}, "damaged_dicom"),
        ({"BitsStored": 12, "HighBit": 3}, "damaged_dicom"),
        ({"PixelRepresentation": 2}, "damaged_dicom"),
        ({"Rows": 0}, "damaged_dicom"),
        ({"Rows": None}, "damaged_dicom"),
        ({"Rows": 41}, "damaged_dicom"),
        ({"Rows": 65535, "Columns": 65535}, "too_many_megapixels"),
    ],
)
def test_pixels_of_another_form_are_refused(changes: dict[str, Any], code: str) -> None:
    made = make(draw(), **SHOWN)
    for name, value in changes.items():
        if value is None:
            delattr(made, name)
        else:
            setattr(made, name, value)
    assert refuse(made) == code


def test_compressed_pixels_of_another_size_than_the_header_says_are_not_decoded() -> None:
    for name in ("JPEG 2000", "JPEG-LS"):
        made = make(draw(), BitsStored=12, **SHOWN)
        recode(made, name)
        made.Rows = 39
        assert refuse(made) == "damaged_dicom"


@pytest.mark.parametrize("name", ["plain", *ENCODINGS])
def test_a_truncated_file_is_refused_wherever_it_ends(name: str) -> None:
    made = make(draw(), BitsStored=12, **SHOWN)
    whole = write(made) if name == "plain" else recode(made, name)
    for end in range(140, len(whole) - 8, max(1, len(whole) // 150)):
        code = refuse(whole[:end])
        assert code in {
            "damaged_dicom", "dicom_without_pixels", "dicom_of_unknown_modality",
            "dicom_syntax_unknown", "dicom_of_other_colours", "dicom_of_other_bits",
        }, (end, code)  # fmt: skip


@given(st.integers(132, 4000), st.integers(0, 255), st.sampled_from(["plain", *ENCODINGS]))
@settings(max_examples=150, deadline=None)
def test_a_changed_byte_never_fails_and_never_speaks(place: int, byte: int, name: str) -> None:
    made = make(draw(), BitsStored=12, **SHOWN)
    content = bytearray(write(made) if name == "plain" else recode(made, name))
    content[place % len(content)] = byte
    for problem in read_all(bytes(content), state(8, 8)).problems:
        assert "MEIER" not in ENGLISH.say(problem.fact)


SPACED = {"PixelSpacing": [0.2, 0.2]}
IMAGER = {"ImagerPixelSpacing": [0.2, 0.2]}


def of_spacing(millimetres: float, **more: Any) -> DicomPictures:
    spacing = PixelSpacing(millimetres=millimetres, **more)
    return EVERY.model_copy(update={"pixel_spacing": spacing})


@pytest.mark.parametrize(
    ("changes", "millimetres", "code", "told"),
    [
        (SPACED, 0.2, None, "dicom_spacing_stated"),
        (SPACED, 0.19, None, "dicom_spacing_stated"),
        (SPACED, 0.3, "dicom_of_other_spacing", "dicom_spacing_stated"),
        ({}, 0.2, "dicom_without_spacing", "dicom_spacing_unknown"),
        (IMAGER, 0.2, None, "dicom_spacing_of_detector"),
        (SPACED | IMAGER, 0.2, None, "dicom_spacing_of_detector"),
        ({"PixelSpacing": [0.3, 0.3], **IMAGER}, 0.3, None, "dicom_spacing_stated"),
        (
            IMAGER | {"EstimatedRadiographicMagnificationFactor": 2},
            0.1,
            None,
            "dicom_spacing_corrected",
        ),
        ({"PixelSpacing": [0.2, 0.3]}, 0.2, "dicom_of_other_spacing", "dicom_spacing_stated"),
    ],
)
def test_a_pixel_of_another_size_than_the_model_learned_has_no_answer(
    changes: dict[str, Any], millimetres: float, code: str | None, told: str
) -> None:
    made = make(draw(), BitsStored=12, **SHOWN, **changes)
    dicom = of_spacing(millimetres, tolerance=0.1)
    assert doubt(made, dicom) == code
    assert told in tell(made, dicom)


def test_a_picture_is_brought_to_the_models_spacing() -> None:
    made = make(draw(80, 100), BitsStored=12, PixelSpacing=[0.2, 0.4], **SHOWN)
    dicom = of_spacing(0.4, beyond="resample")
    spec = state(60, 60, dicom)
    reading = read_all(write(made), spec)
    assert reading.problems == []
    assert not any(reading.held)
    (pixels,) = reading.tensors["image"][..., 0]
    assert (pixels[:10] == 0).all()  # 40 rows, of 60
    assert (pixels[50:] == 0).all()
    assert pixels[30].min() > 0
    import PIL.Image  # noqa: PLC0415

    shades = PIL.Image.fromarray(read(made))
    halved = np.asarray(shades.resize((100, 40), PIL.Image.Resampling.BICUBIC))
    assert (pixels[10:50] == halved[:, 20:80]).all()
    assert "dicom_resampled" in tell(made, dicom, spec)


@pytest.mark.parametrize("changes", [{"PixelAspectRatio": [2, 1]}, {"PixelSpacing": [0.1, 0.2]}])
def test_pixels_that_are_not_square_have_no_answer(changes: dict[str, Any]) -> None:
    assert doubt(make(draw(), BitsStored=12, **SHOWN, **changes)) == "dicom_pixels_not_square"


@pytest.mark.parametrize(
    ("spacing", "code"),
    [(1e-9, "damaged_dicom"), (1e6, "too_many_megapixels"), (0, "damaged_dicom")],
)
def test_a_spacing_that_cannot_be_is_refused(spacing: float, code: str) -> None:
    made = make(draw(), BitsStored=12, PixelSpacing=[spacing, spacing], **SHOWN)
    assert refuse(made, of_spacing(0.4, beyond="resample")) == code


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, "dicom_burnt_in_not_stated"),
        ("NO", "dicom_burnt_in_no"),
        ("YES", "dicom_burnt_in"),
        ("MAYBE", "dicom_burnt_in_not_stated"),
    ],
)
def test_burnt_in_text_is_told(value: str | None, told: str) -> None:
    made = make(draw(), BitsStored=12, **SHOWN)
    if value:
        made.BurnedInAnnotation = value
    assert {code for code in tell(made) if "burnt" in code} == {told}


def test_a_picture_for_processing_has_no_answer() -> None:
    made = make(draw(), BitsStored=12, PresentationIntentType="FOR PROCESSING", **SHOWN)
    assert doubt(made) == "dicom_for_processing"
    made.PresentationIntentType = "FOR PRESENTATION"
    assert doubt(made) is None


def test_nothing_of_a_header_is_logged_or_warned_of(
    caplog: pytest.LogCaptureFixture, recwarn: pytest.WarningsRecorder
) -> None:
    made = make(draw(), BitsStored=12, **SHOWN)
    content = write(made).replace(b"MONOCHROME2 ", b"MEIER^ANNA  ")
    with caplog.at_level(logging.DEBUG):
        assert refuse(content) == "dicom_of_other_colours"
        wrong = write(make(draw(), WindowCenter="2048", WindowWidth=9)).replace(b"2048", b"MEIE")
        assert refuse(wrong) == "damaged_dicom"
    assert not caplog.records
    assert not recwarn.list


def test_without_pydicom_a_file_is_refused_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = write(make(draw(), BitsStored=12, **SHOWN))
    monkeypatch.setitem(sys.modules, "pydicom.filereader", None)
    (problem,) = read_all(content, state(8, 8)).problems
    assert problem.fact.code == "dicom_not_installed"
    for way_out in ("medmaas[kinds]", "KindsLayer"):
        assert way_out in ENGLISH.say(problem.fact)
        assert way_out in CHINESE.say(problem.fact)


def test_pydicom_is_loaded_only_when_a_dicom_comes() -> None:
    script = """
import sys
from medmaas.model.inputs.image import Image
from medmaas.model.manifest import DicomPictures, ImageInput
spec = ImageInput(tensor="image", height=8, width=8, mode="L",
                  dicom=DicomPictures(modalities=("DX",)))
Image(spec).read([{"image": "AAAA"}])
print(sorted({"pydicom", "medmaas.model.inputs.dicom"} & set(sys.modules)))
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def make_rle_bomb() -> bytes:
    made = make(np.zeros((8, 8), np.uint8))
    from pydicom.encaps import encapsulate  # noqa: PLC0415

    head = np.array([1, 64, *[0] * 14], "<u4").tobytes()
    made.PixelData = encapsulate([head + b"\x81\x00" * 1_800_000])
    made["PixelData"].is_undefined_length = True
    made.file_meta.TransferSyntaxUID = RLELossless
    made.Rows = made.Columns = 65535
    return write(made)


def make_many(elements: int) -> bytes:
    """A header of so many elements, all private."""
    made = write(make(draw(), BitsStored=12, **SHOWN))
    start = made.index(b"\x10\x00\x10\x00PN")
    many = b"".join(
        b"\x09\x00" + (0x1000 + i % 0xE000).to_bytes(2, "little") + b"LO\x02\x00ab"
        for i in range(elements)
    )
    return made[:start] + many + made[start:]


def make_nested(depth: int) -> bytes:
    made = write(make(draw(), BitsStored=12, **SHOWN))
    start = made.index(b"\x10\x00\x10\x00PN")
    begin = b"\x08\x00\x40\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
    return made[:start] + begin * depth + made[start:]


def make_fragments() -> bytes:
    made = write_jpeg()
    made.PixelData = b"\xfe\xff\x00\xe0\0\0\0\0" * 400_000
    made["PixelData"].is_undefined_length = True
    return write(made)


def make_huge_fragment() -> bytes:
    made = write_jpeg()
    made.PixelData = b"\xfe\xff\x00\xe0\0\0\0\0\xfe\xff\x00\xe0\xf0\xff\xff\xff" + bytes(1000)
    made["PixelData"].is_undefined_length = True
    return write(made)


def make_huge_codestream() -> bytes:
    made = make(draw(), BitsStored=12, **SHOWN)
    content = bytearray(write_j2k(made))
    place = content.index(b"\xff\x4f\xff\x51") + 8
    content[place : place + 8] = (65535).to_bytes(4) * 2
    return bytes(content)


def make_deflated() -> bytes:
    import zlib  # noqa: PLC0415

    made = make(draw(), BitsStored=12, **SHOWN)
    made.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    content = write(made)
    head = content[: content.index(b"1.2.840.10008.1.2.1.99") + 22]
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = b"".join(packer.compress(bytes(10_000_000)) for _ in range(100))
    return head + packed + packer.flush()


BOMBS: dict[str, tuple[Any, str]] = {
    "rows and columns": (
        lambda: write(make(draw(), **SHOWN | {"Rows": 65535, "Columns": 65535})),
        "too_many_megapixels",
    ),
    "run lengths": (make_rle_bomb, "too_many_megapixels"),
    "elements": (lambda: make_many(300_000), "dicom_header_too_long"),
    "nested sequences": (lambda: make_nested(150_000), "dicom_header_too_long"),
    "fragments": (make_fragments, "dicom_of_too_many_fragments"),
    "a huge fragment": (make_huge_fragment, "damaged_dicom"),
    "a codestream that says more than the header": (make_huge_codestream, "damaged_dicom"),
    "deflated": (make_deflated, "dicom_syntax"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_costs_less_than_a_second_and_100_megabytes(name: str) -> None:
    make_bomb, code = BOMBS[name]
    content = make_bomb()
    sent = [{"image": encode(content)}]
    reader = Image(state(8, 8))
    reader.read([{"image": encode(write(make(draw(), BitsStored=12, **SHOWN)))}])  # loads pydicom
    tracemalloc.start()
    try:
        reader.read(sent)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    began = time.process_time()
    (problem,) = reader.read(sent).problems
    spent = time.process_time() - began
    assert problem.fact.code == code
    assert spent < 1
    assert most < 100_000_000


@pytest.mark.parametrize("name", ["implicit", "big end", "RLE"])
def test_tables_are_read_in_every_encoding(name: str) -> None:
    entries = np.sort(np.random.default_rng(0).integers(0, 4096, 300))

    def make_tables() -> Dataset:
        made = make(draw(), BitsStored=12, RescaleSlope=1, RescaleIntercept=-2048)
        made.VOILUTSequence = make_lut(entries, -150, 12, "VOI")
        made["VOILUTSequence"].is_undefined_length = True
        made.VOILUTSequence[0].is_undefined_length_sequence_item = True
        return made

    plain = read(make_tables())
    assert len(np.unique(plain)) > 50
    made = make_tables()
    if name == "big end":
        made.VOILUTSequence[0].LUTData = entries.astype(">u2").tobytes()
    assert (read(recode(made, name)) == plain).all()


def test_an_icon_in_the_header_is_not_the_picture() -> None:
    made = make(draw(), BitsStored=12, **SHOWN)
    plain = read(made)
    icon = make(np.full((4, 4), 200, np.uint8))
    del icon.file_meta
    made.IconImageSequence = Sequence([icon])
    made["IconImageSequence"].is_undefined_length = True
    assert (read(made) == plain).all()


def test_a_frame_in_several_fragments_is_joined() -> None:
    from pydicom.encaps import encapsulate, generate_frames  # noqa: PLC0415

    made = write_jpeg()
    whole = read(made, mode="RGB")
    (frame,) = generate_frames(made.PixelData, number_of_frames=1)
    made.PixelData = encapsulate([frame], fragments_per_frame=5, has_bot=False)
    made["PixelData"].is_undefined_length = True
    assert (read(made, mode="RGB") == whole).all()


def test_two_frames_that_are_not_announced_are_refused() -> None:
    from pydicom.encaps import encapsulate, generate_frames  # noqa: PLC0415

    made = write_jpeg()
    (frame,) = generate_frames(made.PixelData, number_of_frames=1)
    made.PixelData = encapsulate([frame, frame])
    made["PixelData"].is_undefined_length = True
    assert refuse(made) == "several_pictures"


def test_training_reads_a_file_as_the_service_does() -> None:
    content = write(make(draw(), BitsStored=12, **SHOWN))
    reader = Image(state(40, 50))
    served = reader.read([{"image": encode(content)}]).tensors["image"]
    assert (reader.read([{"image": content}]).tensors["image"] == served).all()


def test_one_problem_hides_no_other_instance() -> None:
    good = encode(write(make(draw(), BitsStored=12, **SHOWN)))
    ct = encode(write(make(draw(), Modality="NM")))
    reading = Image(state(40, 50)).read([{"image": ct}, {"image": good}, {"image": "AAAA"}, 5])
    assert [(one.instance, one.fact.code) for one in reading.problems] == [
        (0, "dicom_of_other_modality"),
        (2, "not_a_file_taken"),
        (3, "not_an_object"),
    ]


@pytest.mark.parametrize("slope", [-1, -0.5, 0.25])
def test_a_falling_or_fractional_rescale_is_followed(slope: float) -> None:
    changes = {"RescaleSlope": slope, "RescaleIntercept": 100}
    made = make(draw(), BitsStored=12, WindowCenter=0, WindowWidth=900, **changes)
    values = apply_modality_lut(made.pixel_array, made)
    expected = 255 * ((values + 0.5) / 899 + 0.5).clip(0, 1)
    assert np.abs(read(made) - expected).max() <= 0.51


@pytest.mark.parametrize("width", [1, 1.5, 2])
def test_a_narrow_window_is_a_step(width: float) -> None:
    made = make(draw(), BitsStored=12, WindowCenter=2000, WindowWidth=width)
    shades = read(made)
    assert (shades[draw() >= 2001] == 255).all()
    assert (shades[draw() <= 1998] == 0).all()


def test_many_files_together_have_a_limit_by_what_they_cost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from medmaas.model.inputs import picture  # noqa: PLC0415

    monkeypatch.setattr(picture, "MAX_PIXELS_TOGETHER", 20_000)
    plain = encode(write(make(draw(), BitsStored=12, **SHOWN)))  # 2,000 pixels
    slow = encode(recode(make(draw(), BitsStored=12, **SHOWN), "JPEG 2000"))
    reader = Image(state(40, 50))
    assert reader.read([{"image": plain}] * 10).problems == []
    problems = reader.read([{"image": slow}] * 3).problems
    assert [one.fact.code for one in problems] == ["too_many_megapixels_together"]


PUBLIC = [
    "693_J2KI.dcm", "J2K_pixelrep_mismatch.dcm", "MR_small.dcm", "MR_small_RLE.dcm",
    "MR_small_bigendian.dcm", "MR_small_expb.dcm", "MR_small_implicit.dcm",
    "MR_small_jp2klossless.dcm", "MR_small_jpeg_ls_lossless.dcm", "MR_small_padded.dcm",
    "ExplVR_BigEnd.dcm", "SC_rgb_dcmtk_+eb+cr.dcm", "SC_rgb_dcmtk_+eb+cy+n1.dcm",
    "SC_rgb_dcmtk_+eb+cy+np.dcm", "SC_rgb_dcmtk_+eb+cy+s4.dcm", "SC_rgb_gdcm_KY.dcm",
    "SC_rgb_jpeg_dcmtk.dcm", "SC_rgb_rle.dcm",
]  # fmt: skip
PUBLIC_REFUSED = {
    "JPEG-lossy.dcm": "dicom_syntax",
    "SC_rgb_jpeg_gdcm.dcm": "dicom_syntax",
    "image_dfl.dcm": "dicom_syntax",
    "SC_rgb_rle_2frame.dcm": "dicom_of_several_frames",
    "SC_rgb_rle_16bit.dcm": "dicom_of_other_bits",
    "MR_truncated.dcm": "damaged_dicom",
    "liver_1frame.dcm": "dicom_without_picture",  # a segmentation
    "reportsi.dcm": "dicom_without_picture",
    "rtplan.dcm": "dicom_without_picture",
    "rtdose_1frame.dcm": "dicom_without_picture",
    "waveform_ecg.dcm": "dicom_without_picture",
}


def find_public(name: str) -> bytes:
    """A file that pydicom brings with it."""
    import pydicom  # noqa: PLC0415

    (path,) = (Path(pydicom.__file__).parent / "data").rglob(name)
    return path.read_bytes()


@pytest.mark.parametrize("name", PUBLIC)
def test_public_files_are_read_as_pydicom_reads_them(name: str) -> None:
    content = find_public(name)
    known = dcmread_quietly(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pixels = known.pixel_array
    if pixels.ndim == 3:
        expected = pixels.astype(float)
    else:
        values = apply_modality_lut(pixels, known).astype(float)
        stated = known.WindowCenter, known.WindowWidth
        center, width = (float(np.atleast_1d(one)[0]) for one in stated)
        expected = 255 * ((values - (center - 0.5)) / (width - 1) + 0.5).clip(0, 1)
        if known.PhotometricInterpretation == "MONOCHROME1":
            expected = 255 - expected
    given = read(content, mode="RGB" if pixels.ndim == 3 else "L")
    assert np.abs(given - expected).max() <= 0.51


@pytest.mark.parametrize("name", PUBLIC_REFUSED)
def test_public_files_that_are_no_such_picture_are_refused_by_their_cause(name: str) -> None:
    assert refuse(find_public(name)) == PUBLIC_REFUSED[name]
