"""Cases beside those that were asked for: what devices and people write besides."""

import base64
from io import BytesIO
from typing import Any

import numpy as np
import pydicom
import pytest
from edfio import Edf, EdfSignal
from pydicom.uid import ImplicitVRLittleEndian

from tests.waveform.recordings import (
    LEADS,
    as_counts,
    as_file,
    as_numbers,
    draw,
    write_csv,
    write_dicom,
)
from tests.waveform.test_formats import SAMPLES, list_codes, list_warnings, read


def change(edit: Any, syntax: str = "1.2.840.10008.1.2.1") -> Any:
    """The DICOM file with something of it changed."""
    dicom = pydicom.dcmread(BytesIO(write_dicom(SAMPLES)))
    edit(dicom)
    dicom.file_meta.TransferSyntaxUID = pydicom.uid.UID(syntax)
    file = BytesIO()
    dicom.save_as(file, enforce_file_format=True)
    return as_file(file.getvalue())


def drop_sensitivity(dicom: Any) -> None:
    for channel in dicom.WaveformSequence[0].ChannelDefinitionSequence:
        del channel.ChannelSensitivity


def shift_baseline(dicom: Any) -> None:
    for channel in dicom.WaveformSequence[0].ChannelDefinitionSequence:
        channel.ChannelBaseline = "100"
        channel.ChannelSensitivityCorrectionFactor = "2"


def begin_later(dicom: Any) -> None:
    dicom.WaveformSequence[1].WaveformOriginality = "ORIGINAL"
    dicom.WaveformSequence[1].MultiplexGroupTimeOffset = "2500"


def repeat(dicom: Any) -> None:
    dicom.WaveformSequence[1].WaveformOriginality = "ORIGINAL"


def lose(dicom: Any) -> None:
    group = dicom.WaveformSequence[0]
    group.add_new("WaveformPaddingValue", "OW", group.WaveformData[:2])


def compress(dicom: Any) -> None:
    dicom.WaveformSequence[0].WaveformSampleInterpretation = "MB"


def test_implicit_vr_is_read_alike() -> None:
    given = read(change(lambda _: None, ImplicitVRLittleEndian))
    np.testing.assert_allclose(given, SAMPLES, atol=1e-6)


def test_baseline_and_correction_factor_count() -> None:
    np.testing.assert_allclose(read(change(shift_baseline)), 2 * SAMPLES + 0.1, atol=1e-6)


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (drop_sensitivity, "samples_without_unit"),
        (begin_later, "leads_at_other_times"),
        (repeat, "lead_twice"),
        (lose, "samples_lost"),
        (compress, "dicom_of_other_samples"),
    ],
)
def test_dicom_that_cannot_be_meant_is_refused(edit: Any, code: str) -> None:
    assert {one for _, one in list_codes(change(edit))} == {code}


def test_dicom_of_big_endian_is_refused_by_name() -> None:
    content = write_dicom(SAMPLES).replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.2\0", 1)
    assert list_codes(as_file(content)) == [("ecg", "dicom_of_other_syntax")]


def write_signals(rates: list[int]) -> Any:
    """An EDF of the leads, of these rates, and of a breath at 25 Hz."""
    signals = [
        EdfSignal(row, rate, label=name, physical_dimension="mV", physical_range=(-10, 10))
        for row, rate, name in zip(
            [draw(rate)[i] for i, rate in enumerate(rates)], rates, LEADS, strict=True
        )
    ]
    breath = EdfSignal(np.sin(np.arange(250) / 25), 25, label="Resp", physical_dimension="1")
    file = BytesIO()
    Edf([breath, *signals]).write(file)
    return as_file(file.getvalue())


def test_channels_of_other_rates_are_no_matter_unless_they_are_leads() -> None:
    assert list_warnings(write_signals([500] * 12)) == [("ecg", "channels_left_out")]
    assert list_codes(write_signals([500] * 11 + [250])) == [("ecg", "leads_differ")]


def test_times_that_were_rounded_to_milliseconds_are_even() -> None:
    lines = write_csv(draw(360), 360).decode().splitlines()
    head = lines[0].replace("time [s]", "Time (ms)")
    rows = [f"{round(i / 0.36)},{line.partition(',')[2]}" for i, line in enumerate(lines[1:])]
    instance = as_file("\n".join([head, *rows]).encode())
    assert list_warnings(instance) == [("ecg", "resampled")]
    assert read(instance).shape == (12, 5000)


def test_a_line_of_units_and_quotes_are_read_as_rdsamp_writes_them() -> None:
    lines = write_csv(SAMPLES).decode().splitlines()
    head = ",".join(f"'{name}'" for name in ("time", *LEADS))
    units = ",".join(f"'{unit}'" for unit in ("s", *["mV"] * 12))
    instance = as_file("\n".join([head, units, *lines[1:]]).encode())
    np.testing.assert_allclose(read(instance), SAMPLES, atol=1e-6)


def test_a_sample_that_is_missing_from_a_table_is_noticed() -> None:
    lines = write_csv(SAMPLES).decode().splitlines()
    for place in (1500, 2500, 4000):
        content = "\n".join([*lines[:place], *lines[place + 1 :]]).encode()
        assert {code for _, code in list_codes(as_file(content))} == {"csv_times_uneven"}


@pytest.mark.parametrize("unit", ["uV", "µV", "μV", "uv"])
def test_microvolts_are_read_as_they_are_spelled(unit: str) -> None:
    np.testing.assert_allclose(read(as_numbers(SAMPLES * 1000, unit=unit)), SAMPLES, atol=1e-6)


@pytest.mark.parametrize("unit", ["mmHg", "mm", "counts", ""])
def test_what_is_no_voltage_is_refused(unit: str) -> None:
    assert {code for _, code in list_codes(as_numbers(SAMPLES, unit=unit))} == {
        "samples_of_other_unit"
    }


@pytest.mark.parametrize("bad", [None, True, "1", [], 10**400, {}])
def test_samples_that_are_no_numbers_are_refused(bad: Any) -> None:
    instance = as_numbers(SAMPLES)
    instance["ecg"]["leads"]["V2"][17] = bad
    assert list_codes(instance) == [("ecg.V2", "not_finite")]


def test_counts_of_half_a_sample_are_refused() -> None:
    instance = as_counts(SAMPLES)
    instance["ecg"]["leads"]["I"]["int16"] = base64.b64encode(b"\0" * 9_999).decode()
    assert [code for _, code in list_codes(instance)] == ["not_a_lead"]


def test_leads_of_other_lengths_are_refused() -> None:
    instance = as_counts(SAMPLES)
    instance["ecg"]["leads"]["I"]["int16"] = base64.b64encode(b"\0" * 9_998).decode()
    assert list_codes(instance) == [("ecg", "leads_differ")]


def test_a_name_of_one_lead_and_the_code_of_another_contradict() -> None:
    def mislabel(dicom: Any) -> None:
        dicom.WaveformSequence[0].ChannelDefinitionSequence[0].ChannelLabel = "V6"

    assert ("ecg", "lead_contradicts") in list_codes(change(mislabel))
