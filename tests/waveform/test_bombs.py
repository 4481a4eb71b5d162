"""What is too large is refused with its cause, before it costs anything."""

import base64
import struct
import tracemalloc
import zlib
from collections.abc import Callable
from io import BytesIO
from time import process_time
from typing import Any

import numpy as np
import pydicom
import pytest

from medmaas.model.inputs.waveform import Waveform
from medmaas.model.manifest import WaveformInput
from tests.waveform.models import INPUT
from tests.waveform.recordings import LEADS, as_file, draw, write_dicom, write_edf

MOST_SECONDS, MOST_BYTES = 1.0, 100_000_000
DAY = 24 * 3600


def claim(records: bytes) -> bytes:
    """An EDF whose header says that it has so many records."""
    content = bytearray(write_edf(draw()))
    content[236:244] = records.ljust(8)
    return bytes(content)


def record_a_day() -> bytes:
    """An EDF of 24 hours, whole."""
    return write_edf(np.zeros((1, DAY * 100)), 100, ["I"])


def add_elements(item: bytes, count: int) -> bytes:
    """A DICOM whose waveform sequence is so many parts."""
    content = write_dicom(draw()[:, :10])
    place = content.find(b"\x00\x54\x00\x01SQ")
    body = item * count
    return content[:place] + b"\x00\x54\x00\x01SQ\0\0" + struct.pack("<I", len(body)) + body


def hide_elements(count: int) -> bytes:
    """A DICOM with so many elements before its waveform."""
    content = write_dicom(draw()[:, :10])
    place = content.find(b"\x08\x00\x16\x00UI")
    return content[:place] + b"\x08\x00\x05\x00CS\0\0" * count + content[place:]


def fill_item(count: int) -> bytes:
    """A DICOM whose one channel definition is an item of so many elements."""
    elements = b"\x3a\x00\x03\x02SH\0\0" * count
    inside = b"\xfe\xff\x00\xe0" + struct.pack("<I", len(elements)) + elements
    sequence = b"\x3a\x00\x00\x02SQ\0\0" + struct.pack("<I", len(inside)) + inside
    numbers = b"".join(
        b"\x3a\x00" + tag + kind + struct.pack("<H", len(value)) + value
        for tag, kind, value in (
            (b"\x05\x00", b"US", b"\x01\0"),
            (b"\x10\x00", b"UL", b"\x02\0\0\0"),
            (b"\x1a\x00", b"DS", b"500 "),
        )
    )
    last = b"".join(
        (
            b"\x00\x54\x04\x10US\x02\0\x10\0",
            b"\x00\x54\x06\x10CS\x02\0SS",
            b"\x00\x54\x10\x10OW\0\0\x04\0\0\0\0\0\0\0",
        )
    )
    body = numbers + sequence + last
    return add_elements(b"\xfe\xff\x00\xe0" + struct.pack("<I", len(body)) + body, 1)


def nest(depth: int) -> bytes:
    """A DICOM whose sequences lie in each other without end."""
    content = write_dicom(draw()[:, :10])
    place = content.find(b"\x00\x54\x00\x01SQ")
    begin = b"\x00\x54\x00\x01SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
    return content[:place] + begin * depth


def deflate() -> bytes:
    """A deflated DICOM, whose set is 20 MB of one byte."""
    content = write_dicom(draw(), compressed=True)
    packer = zlib.compressobj(wbits=-15)
    end = content.find(b"1.2.840.10008.1.2.1.99") + 40
    return content[:end] + packer.compress(b"\0" * 20_000_000) + packer.flush()


def leads(value: Any) -> dict[str, Any]:
    return {"ecg": {"sampling_rate": 500, "unit": "mV", "leads": dict.fromkeys(LEADS, value)}}


BOMBS: dict[str, tuple[Callable[[], Any], set[str]]] = {
    "an EDF that claims gigabytes": (lambda: as_file(claim(b"99999999")), {"edf_damaged"}),
    "an EDF of 24 hours": (
        lambda: as_file(record_a_day()),
        {"lead_required", "rate_outside", "recording_far_too_long"},
    ),
    "base64 of 100 MB": (lambda: {"ecg": "A" * 134_000_000}, {"recording_too_large"}),
    "base64 of 25 MB": (lambda: as_file(b"\0" * 25_000_000), {"recording_too_large"}),
    "a CSV of ten million lines": (
        lambda: {"ecg": "I [mV],II [mV]\n" + "0\n" * 9_000_000},
        {"lead_required", "rate_not_stated"},
    ),
    "a CSV of a day": (
        lambda: as_file(
            ("time [s]," + ",".join(f"{lead} [mV]" for lead in LEADS) + "\n").encode()
            + b"".join(b"%.2f" % (i / 50) + b",0" * 12 + b"\n" for i in range(500_000))
        ),
        {"rate_outside"},
    ),
    "a CSV of a line": (lambda: as_file(b"I [mV]," * 2_000_000), {"csv_without_header"}),
    "a CSV of blanks": (
        lambda: as_file(b"I" + b" " * 60_000 + b"x\n1\n"),
        {"csv_without_header"},
    ),
    "a WFDB header without end": (
        lambda: as_file(b"1 1 " + b"1" * 2_000 + b"\n" + b"a." * 1_000),
        {"recording_of_unknown_format", "csv_without_header", "lead_required", "no_lead_is_there"},
    ),
    "counts of a day": (
        lambda: leads({"int16": base64.b64encode(b"\0" * 2 * DAY * 10).decode(), "gain": 1}),
        {"recording_far_too_long"},
    ),
    "numbers of a day": (lambda: leads([0] * DAY * 50), {"recording_far_too_long"}),
    "thousands of leads": (
        lambda: {"ecg": {"leads": {str(i): [0] for i in range(100_000)}}},
        {"not_leads"},
    ),
    "brackets in brackets": (
        lambda: {"ecg": '{"leads":' + "[" * 1_000_000},
        {"recording_not_json"},
    ),
    "a DICOM of empty items": (
        lambda: as_file(add_elements(b"\xfe\xff\x00\xe0\0\0\0\0", 2_000_000)),
        {"dicom_too_many_elements"},
    ),
    "a DICOM of many elements": (
        lambda: as_file(hide_elements(2_000_000)),
        {"dicom_too_many_elements"},
    ),
    "a DICOM of one item of many elements": (
        lambda: as_file(fill_item(2_000_000)),
        {"dicom_too_many_elements"},
    ),
    "a DICOM of sequences in each other": (
        lambda: as_file(nest(15_000)),
        {"dicom_damaged", "dicom_too_many_elements"},
    ),
    "a DICOM that unfolds": (lambda: as_file(deflate()), {"dicom_deflated"}),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_with_its_cause_and_costs_little(name: str) -> None:
    make, codes = BOMBS[name]
    instance = make()
    waveform = Waveform(WaveformInput.model_validate(INPUT))
    waveform.read([as_file(write_dicom(draw()))])  # what is imported once is not counted
    began = process_time()
    problems = waveform.read([instance]).problems
    took = process_time() - began
    assert {one.fact.code for one in problems} <= codes
    assert problems
    assert took < MOST_SECONDS
    tracemalloc.start()
    try:
        waveform.read([instance])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MOST_BYTES


def test_the_bombs_of_dicom_are_files_that_pydicom_would_read() -> None:
    for content in (add_elements(b"\xfe\xff\x00\xe0\0\0\0\0", 5), hide_elements(5), fill_item(5)):
        assert len(pydicom.dcmread(BytesIO(content)).WaveformSequence)
