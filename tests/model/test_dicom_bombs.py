"""What is damaged, or made to cost much, is refused soon; nothing of a header is said."""

import logging
import subprocess
import sys
import time
import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    RLELossless,
)

from medmaas.model.inputs.image import Image
from medmaas.words import ENGLISH
from tests.model.dicom_reading import (
    CHINESE,
    ENCODINGS,
    SHOWN,
    read_all,
    recode,
    refuse,
    state,
    write_j2k,
    write_jpeg,
)
from tests.model.dicoms import draw, encode, make, write


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
