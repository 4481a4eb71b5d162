"""A picture is the same in every transfer syntax that is read; others are refused by name."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.pixels.processing import (
    apply_modality_lut,
)
from pydicom.uid import (
    JPEGExtended12Bit,
)

from medmaas.words import ENGLISH
from tests.model.dicom_reading import (
    COLOURS,
    ENCODINGS,
    SHOWN,
    dcmread_quietly,
    read,
    read_all,
    recode,
    refuse,
    state,
    write_jpeg,
)
from tests.model.dicoms import draw, make, make_lut, write


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


def test_compressed_pixels_of_another_size_than_the_header_says_are_not_decoded() -> None:
    for name in ("JPEG 2000", "JPEG-LS"):
        made = make(draw(), BitsStored=12, **SHOWN)
        recode(made, name)
        made.Rows = 39
        assert refuse(made) == "damaged_dicom"


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
