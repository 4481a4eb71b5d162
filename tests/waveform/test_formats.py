"""Every format gives the same samples, and what is refused is called by its name."""

import base64
import json
import struct
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from edfio import read_edf
from hypothesis import given
from hypothesis import strategies as st

from medmaas.batch.wfdb_record import read_record
from medmaas.model.inputs.reading import InvalidValueError
from medmaas.model.inputs.waveform import Waveform
from medmaas.model.manifest import WaveformInput
from medmaas.words import ENGLISH
from tests.waveform.models import INPUT
from tests.waveform.recordings import (
    LEADS,
    SECRET,
    as_counts,
    as_file,
    as_json,
    as_numbers,
    draw,
    write_csv,
    write_dicom,
    write_edf,
)

Json = dict[str, Any]
SAMPLES = draw(seed=1)


def make(**changed: Any) -> Waveform:
    return Waveform(WaveformInput.model_validate(INPUT | changed))


def read(instance: object, **changed: Any) -> np.ndarray[Any, Any]:
    reading = make(**changed).read([instance])
    assert not reading.problems, [ENGLISH.say(one.fact) for one in reading.problems]
    row: np.ndarray[Any, Any] = reading.tensors["samples"][0]
    return row


def list_codes(instance: object, **changed: Any) -> list[tuple[str | None, str]]:
    """Of what is wrong, its field and its code; never with anything of the header."""
    reading = make(**changed).read([instance])
    said = [ENGLISH.say(one.fact) for one in reading.problems]
    assert SECRET not in repr([said, reading.problems, reading.warnings, reading.held])
    return [(one.field, one.fact.code) for one in reading.problems]


def list_warnings(instance: object, **changed: Any) -> list[tuple[str | None, str]]:
    reading = make(**changed).read([instance])
    assert not reading.problems, reading.problems
    return [(one.field, one.fact.code) for one in reading.warnings[0]]


FORMS: dict[str, tuple[Any, float]] = {
    "numbers": (as_numbers(SAMPLES), 1e-6),
    "numbers in uV": (as_numbers(SAMPLES * 1000, unit="uV"), 1e-6),
    "counts": (as_counts(SAMPLES), 1e-6),
    "csv": (as_file(write_csv(SAMPLES)), 1e-6),
    "csv as it is": ({"ecg": write_csv(SAMPLES).decode()}, 1e-6),
    "csv with decimal commas": (
        as_file(write_csv(SAMPLES).replace(b",", b";").replace(b".", b",")),
        1e-6,
    ),
    "csv of Windows": (as_file(b"\xef\xbb\xbf" + write_csv(SAMPLES).replace(b"\n", b"\r\n")), 1e-6),
    "csv with a rate beside it": (
        {
            "ecg": {
                "file": base64.b64encode(write_csv(SAMPLES, time=False)).decode(),
                "sampling_rate": 500,
            }
        },
        1e-6,
    ),
    "edf": (as_file(write_edf(SAMPLES)), 4e-4),
    "dicom": (as_file(write_dicom(SAMPLES)), 1e-6),
    "json as a file": (as_file(as_json(as_counts(SAMPLES)).encode()), 1e-6),
    "json as a text": ({"ecg": as_json(as_counts(SAMPLES))}, 1e-6),
    "base64 in lines": (
        {"ecg": base64.encodebytes(write_csv(SAMPLES)).decode()},
        1e-6,
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_samples(form: str) -> None:
    instance, within = FORMS[form]
    np.testing.assert_allclose(read(instance), SAMPLES, atol=within)
    assert list_warnings(instance) == []


def test_the_libraries_of_others_read_the_same() -> None:
    edf = read_edf(BytesIO(write_edf(SAMPLES)))
    judged = np.array([signal.data for signal in edf.signals]) / 1000
    np.testing.assert_allclose(read(as_file(write_edf(SAMPLES))), judged, atol=1e-6)
    dicom = pydicom.dcmread(BytesIO(write_dicom(SAMPLES)))
    np.testing.assert_allclose(
        read(as_file(write_dicom(SAMPLES))),
        dicom.waveform_array(0).T / 1000,
        atol=1e-6,
    )


@given(order=st.permutations(range(12)))
def test_leads_are_found_in_any_order(order: list[int]) -> None:
    names = [LEADS[i] for i in order]
    np.testing.assert_array_equal(
        read(as_counts(SAMPLES[order], names=names)), read(as_counts(SAMPLES))
    )


@pytest.mark.parametrize(
    ("spell", "is_lead"),
    [
        (str.lower, True),
        (lambda name: f" Lead {name} ", True),
        (lambda name: f"ECG {name}", True),
        (lambda name: f"ECG-{name}", True),
        (lambda name: f"MDC_ECG_LEAD_{name}", True),
        (lambda name: f"{name}导联", True),
        (lambda name: f"-{name}", False),
        (lambda name: f"ECG -{name}", False),
        (lambda name: f"{name}x", False),
    ],
)
def test_names_of_leads_are_read_as_devices_spell_them(spell: Any, *, is_lead: bool) -> None:
    named = as_counts(SAMPLES, names=[spell(name) for name in LEADS])
    if is_lead:
        np.testing.assert_array_equal(read(named), read(as_counts(SAMPLES)))
    else:  # minus aVR is another lead than aVR
        assert list_codes(named) == [("ecg", "no_lead_is_there")]


REFUSED: dict[str, tuple[bytes, str]] = {
    "aECG": (b'<?xml version="1.0"?><AnnotatedECG xmlns="urn:hl7-org:v3">', "recording_is_aecg"),
    "XML of a device": (b"<RestingECG><Name>ZZNOBODY</Name></RestingECG>", "recording_is_xml"),
    "SCP-ECG": (b"\x12\x34" + struct.pack("<I", 300) + b"\0" * 10 + b"SCPECG" + b"\0" * 300,
                "recording_is_scp"),
    "BDF": (b"\xffBIOSEMI" + b" " * 300, "recording_is_bdf"),
    "ISHNE": (b"ISHNE1.0" + b"\0" * 300, "recording_is_ishne"),
    "PDF": (b"%PDF-1.7 ZZNOBODY", "recording_is_pdf"),
    "PNG": (b"\x89PNG\r\n\x1a\n" + b"\0" * 300, "recording_is_picture"),
    "JPEG": (b"\xff\xd8\xff\xe0" + b"\0" * 300, "recording_is_picture"),
    "TIFF": (b"II*\0" + b"\0" * 300, "recording_is_picture"),
    "MATLAB": (b"MATLAB 5.0 MAT-file, ZZNOBODY" + b"\0" * 300, "recording_is_matlab"),
    "HDF5": (b"\x89HDF\r\n\x1a\n" + b"\0" * 300, "recording_is_matlab"),
    "ZIP": (b"PK\x03\x04" + b"\0" * 300, "recording_is_packed"),
    "gzip": (b"\x1f\x8b" + b"\0" * 300, "recording_is_packed"),
    "WFDB header": (b"100 2 360 650000\n100.dat 212 200 11 1024 995 -22131 0 MLII\n",
                    "recording_is_wfdb_header"),
    "MIT .dat": (bytes(range(256)) * 40, "recording_of_unknown_format"),
    "words": (b"Dear colleague, ZZNOBODY was seen today", "csv_without_samples"),
    "nothing but blanks": (b" \n \n", "recording_of_unknown_format"),
    "CSV without a header": (b"1,2\n3,4\n", "csv_without_header"),
    "CSV of words": (b"time [s],I [mV]\n0,ZZNOBODY\n", "csv_not_numbers"),
    "CSV with a gap": (b"time [s],I [mV]\n0,1\n0.002,1\n0.004,1\n0.5,1\n", "csv_times_uneven"),
    "CSV whose times stand": (b"time [s],I [mV]\n0,1\n0,1\n", "csv_times_uneven"),
    "CSV whose time has no unit": (b"time,I [mV]\n0,1\n1,2\n", "csv_time_without_unit"),
    "CSV with a short line": (b"time [s],I [mV]\n0,1\n0.002\n", "csv_not_numbers"),
    "JSON that ends": (b'{"leads": {"I": [1, 2', "recording_not_json"),
    "deflated DICOM": (write_dicom(SAMPLES, compressed=True), "dicom_deflated"),
    "half a DICOM": (write_dicom(SAMPLES)[:60_000], "dicom_damaged"),
    "half an EDF": (write_edf(SAMPLES)[:60_000], "edf_damaged"),
    "an EDF and more": (write_edf(SAMPLES) + b"\0\0", "edf_damaged"),
    "an EDF of nothing but a head": (b"0       " + b" " * 248, "edf_damaged"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_read_is_refused_by_its_name(name: str) -> None:
    content, code = REFUSED[name]
    found = list_codes(as_file(content))
    assert {one for _, one in found} & {code}, found
    assert found[0][1] == code or code.startswith("csv")


@pytest.mark.parametrize(
    "given",
    [None, "", 7, [], {}, {"leads": {}}, {"file": ""}, {"file": "x", "leads": {}}, "!!", True],
)
def test_what_is_no_recording_is_refused(given: Any) -> None:
    assert len(list_codes({"ecg": given})) == 1


def test_a_dicom_of_another_modality_is_refused() -> None:
    dicom = pydicom.dcmread(BytesIO(write_dicom(SAMPLES)))
    del dicom.WaveformSequence
    dicom.Modality = "CT"
    file = BytesIO()
    dicom.save_as(file)
    assert list_codes(as_file(file.getvalue())) == [("ecg", "dicom_without_waveform")]


@given(cut=st.integers(0, 200_000), place=st.integers(0, 5000), byte=st.integers(0, 255))
@pytest.mark.parametrize("write", [write_edf, write_dicom, write_csv])
def test_a_spoilt_file_is_refused_or_read_and_never_fails(
    write: Any, cut: int, place: int, byte: int
) -> None:
    content = bytearray(FILES[write])
    content[min(place, len(content) - 1)] = byte
    for spoilt in (bytes(content), bytes(content)[:cut]):
        reading = make().read([as_file(spoilt)])
        assert SECRET not in repr([reading.problems, reading.warnings, reading.held])


FILES = {write: write(SAMPLES) for write in (write_edf, write_dicom, write_csv)}


def test_every_problem_is_told_at_once() -> None:
    leads = {"I": [1, "x"], "II": {"int16": "!"}, "V1": [0] * 5000}
    instance = {"ecg": {"sampling_rate": -1, "unit": 5, "leads": leads, "patient": "ZZNOBODY"}}
    assert list_codes(instance) == [
        ("ecg", "unknown_field"),
        ("ecg.sampling_rate", "not_a_rate"),
        ("ecg.unit", "samples_of_other_unit"),
        ("ecg.leads[1]", "not_base64"),
    ]


def test_leads_that_are_missing_are_all_named() -> None:
    instance = as_counts(SAMPLES[:10], names=LEADS[:10])
    assert list_codes(instance) == [("ecg.V5", "lead_required"), ("ecg.V6", "lead_required")]
    for missing, value in (("nan", np.nan), ("zeros", 0.0)):
        rows = read(instance, missing_leads=missing)
        np.testing.assert_array_equal(rows[10:], np.full((2, 5000), value, np.float32))
        warned = list_warnings(instance, missing_leads=missing)
        assert warned == [("ecg.V5", "lead_is_missing"), ("ecg.V6", "lead_is_missing")]


def test_a_lead_that_is_there_twice_is_refused() -> None:
    twice = as_counts(np.vstack([SAMPLES, SAMPLES[:1]]), names=[*LEADS, "Lead I"])
    assert list_codes(twice) == [("ecg.I", "lead_twice")]


def test_other_channels_are_told() -> None:
    more = as_counts(np.vstack([SAMPLES, SAMPLES[:2]]), names=[*LEADS, "resp", "SpO2"])
    assert list_warnings(more) == [("ecg", "channels_left_out")]


@pytest.mark.parametrize(
    ("samples", "rate", "changed", "codes"),
    [
        (draw(250), 250, {"resample": None}, ["rate_refused"]),
        (draw(50), 50, {}, ["rate_outside"]),
        (draw(250), 250, {"accepted_rates": {"low": 300, "high": 900}}, ["rate_outside"]),
        (draw(seconds=12), 500, {"longer": None}, ["recording_too_long"]),
        (draw(seconds=8), 500, {}, ["recording_too_short"]),
        (draw() * 100, 500, {}, ["outside"] * 12),
        (draw(), None, {}, ["rate_not_stated"]),
    ],
)
def test_what_the_graph_does_not_take_is_refused(
    samples: Any, rate: Any, changed: Json, codes: list[str]
) -> None:
    instance = as_numbers(samples, rate)
    if rate is None:
        del instance["ecg"]["sampling_rate"]
    assert [code for _, code in list_codes(instance, **changed)] == codes


def test_what_is_done_to_samples_is_told() -> None:
    resampled = as_numbers(draw(250), 250)
    assert list_warnings(resampled) == [("ecg", "resampled")]
    longer = as_counts(draw(seconds=12))
    assert list_warnings(longer) == [("ecg", "recording_cut")]
    np.testing.assert_allclose(read(longer), draw(seconds=12)[:, :5000], atol=1e-6)
    shorter = as_counts(draw(seconds=8))
    assert list_warnings(shorter, shorter="zeros") == [("ecg", "recording_filled_up")]
    rows = read(shorter, shorter="zeros")
    assert not rows[:, 4000:].any()
    np.testing.assert_allclose(rows[:, :4000], draw(seconds=8), atol=1e-6)


def test_samples_before_leads_where_the_manifest_says_so() -> None:
    np.testing.assert_array_equal(
        read(as_counts(SAMPLES), layout="NLC"), read(as_counts(SAMPLES)).T
    )


def test_a_file_and_what_stands_beside_it_may_not_contradict() -> None:
    file = base64.b64encode(write_csv(SAMPLES)).decode()
    assert list_codes({"ecg": {"file": file, "sampling_rate": 250}}) == [
        ("ecg", "file_of_other_rate")
    ]
    assert list_codes({"ecg": {"file": file, "unit": "uV"}}) == [("ecg", "file_of_other_unit")]
    assert list_warnings({"ecg": {"file": file, "sampling_rate": 500, "unit": "mV"}}) == []


def spoil(lead: int, change: Any) -> Json:
    samples = draw()
    change(samples[lead])
    return as_numbers(samples)


def flatten(lead: Any) -> None:
    lead[1000:2200] = 0.1


def clip(lead: Any) -> None:
    lead[:] = np.clip(lead, -0.02, 0.1)


def hum(lead: Any) -> None:
    lead += 0.3 * np.sin(2 * np.pi * 50 * np.arange(len(lead)) / 500)


@pytest.mark.parametrize(
    ("change", "told", "limit", "held"),
    [
        (flatten, "lead_flat", {"flat": 2.0}, "held_for_flat"),
        (clip, "lead_saturated", {"saturation": 0.05}, "held_for_saturation"),
        (hum, "lead_hums", {"mains": 0.2}, "held_for_mains"),
    ],
)
def test_what_spoils_a_lead_is_told_and_held_back_where_the_manifest_says_so(
    change: Any, told: str, limit: Json, held: str
) -> None:
    instance = spoil(6, change)
    assert list_warnings(instance, signal={}) == [("ecg.V1", told)]
    assert not make(signal={}).read([instance]).held
    (reason,) = make(signal=limit).read([instance]).held
    assert reason is not None
    assert (reason.code, reason.limits["lead"]) == (held, "V1")
    tensor = read(instance, signal={})[None]
    (reason,) = make(signal=limit).read_tensor(tensor).held
    assert reason is not None
    assert reason.code == held


def test_a_tensor_is_read_as_strictly() -> None:
    tensor = read(as_counts(SAMPLES))[None].copy()
    assert not make().read_tensor(tensor).problems
    tensor[0, 3, 7] = np.nan
    assert [one.fact.code for one in make().read_tensor(tensor).problems] == ["not_finite"]
    tensor[0, 3] = np.nan
    assert not make(missing_leads="nan").read_tensor(tensor).problems
    tensor[0, 3] = 99
    assert [one.fact.code for one in make().read_tensor(tensor).problems] == ["outside"]


def test_what_is_shown_is_an_instance_that_reads_the_same() -> None:
    sent = as_file(write_edf(draw(250), 250))
    reading, shown = make().read([sent]), make().draw(sent)
    assert not reading.problems
    assert (shown["format"], shown["recorded_rate"], shown["missing"]) == ("EDF", 250, [])
    again = {name: shown[name] for name in ("sampling_rate", "unit", "leads")}
    np.testing.assert_allclose(read({"ecg": again}), reading.tensors["samples"][0], atol=1e-3)
    assert SECRET not in json.dumps(shown)


def test_without_its_library_a_format_is_refused_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pydicom", None)
    reading = make().read([as_file(write_dicom(SAMPLES))])
    assert [one.fact.code for one in reading.problems] == ["dicom_not_installed"]
    assert "medmaas[kinds]" in ENGLISH.say(reading.problems[0].fact)


def test_without_wfdb_a_record_is_refused_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "wfdb", None)
    with pytest.raises(InvalidValueError) as raised:
        read_record(tmp_path / "a.hea", 1)
    assert raised.value.fact.code == "wfdb_not_installed"


def test_a_header_is_neither_logged_nor_warned_of(
    caplog: pytest.LogCaptureFixture, recwarn: pytest.WarningsRecorder
) -> None:
    dicom = pydicom.dcmread(BytesIO(write_dicom(SAMPLES)))
    for channel in dicom.WaveformSequence[0].ChannelDefinitionSequence:
        channel.ChannelLabel = SECRET
    file = BytesIO()
    dicom.save_as(file)
    spoilt = file.getvalue().replace(b"SS", b"s?").replace(b"500 ", b"5OO ")
    for content in (file.getvalue(), spoilt):
        list_codes(as_file(content))
    assert SECRET not in caplog.text
    assert not [one for one in recwarn.list if "pydicom" in one.filename]
