"""Recordings of nobody: drawn by code, and written in every format by the libraries of others."""

import base64
import json
from io import BytesIO
from pathlib import Path
from typing import Any
from warnings import catch_warnings

import numpy as np
from edfio import Edf, EdfSignal, Patient
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian, generate_uid

with catch_warnings(action="ignore"):  # it warns of what pandas will take no longer
    import wfdb

Floats = NDArray[np.float64]
Json = dict[str, Any]
LEADS = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
RATE, SECONDS = 500, 10
SECRET = "ZZNOBODY"  # noqa: S105 - what headers hold of a person, and nothing may repeat
_WAVES = ((0.10, -0.16, 0.02), (-0.12, -0.025, 0.01), (1.0, 0, 0.011), (-0.2, 0.03, 0.012),
          (0.3, 0.28, 0.05))  # fmt: skip


def draw(rate: float = RATE, seconds: float = SECONDS, leads: int = 12, seed: int = 0) -> Floats:
    """Beats of P, Q, R, S and T in mV, [leads, samples], each lead of another height."""
    random = np.random.default_rng(seed)
    times = np.arange(round(rate * seconds)) / rate
    beats = np.arange(0.4, seconds, 0.8) + random.normal(0, 0.01, len(np.arange(0.4, seconds, 0.8)))
    one = np.zeros(len(times))
    for height, at, width in _WAVES:
        for beat in beats:
            one += height * np.exp(-0.5 * ((times - beat - at) / width) ** 2)
    scale = np.linspace(0.4, 1.4, leads)[:, None] * np.where(np.arange(leads) == 3, -1, 1)[:, None]
    drift = 0.05 * np.sin(2 * np.pi * 0.3 * times)
    noise = random.normal(0, 0.01, (leads, len(times)))
    made: Floats = np.round((scale * one + drift + noise) / 0.005) * 0.005
    return made


def as_numbers(samples: Floats, rate: float = RATE, unit: str = "mV", names: Any = LEADS) -> Json:
    """An instance of numbers."""
    leads = {name: row.tolist() for name, row in zip(names, samples, strict=True)}
    return {"ecg": {"sampling_rate": rate, "unit": unit, "leads": leads}}


def as_counts(samples: Floats, rate: float = RATE, names: Any = LEADS) -> Json:
    """An instance of counts of 16 bits."""
    leads = {
        name: {
            "int16": base64.b64encode(np.rint(row / 0.005).astype("<i2").tobytes()).decode(),
            "gain": 0.005,
            "offset": 0,
        }
        for name, row in zip(names, samples, strict=True)
    }
    return {"ecg": {"sampling_rate": rate, "unit": "mV", "leads": leads}}


def as_file(content: bytes) -> Json:
    """An instance of a file."""
    return {"ecg": base64.b64encode(content).decode()}


def write_csv(
    samples: Floats, rate: float = RATE, names: Any = LEADS, *, time: bool = True
) -> bytes:
    """A table with a column of times."""
    head = [*(["time [s]"] if time else []), *(f"{name} [mV]" for name in names)]
    lines = [
        ",".join([*([f"{i / rate:.6f}"] if time else []), *(f"{one:.3f}" for one in row)])
        for i, row in enumerate(samples.T)
    ]
    return "\n".join([",".join(head), *lines, ""]).encode()


def write_edf(samples: Floats, rate: float = RATE, names: Any = LEADS) -> bytes:
    """EDF+C, by edfio, with a patient's name."""
    signals = [
        EdfSignal(
            row * 1000,
            rate,
            label=f"ECG {name}",
            physical_dimension="uV",
            physical_range=(-10_000, 10_000),
        )
        for name, row in zip(names, samples, strict=True)
    ]
    file = BytesIO()
    Edf(signals, patient=Patient(name=SECRET)).write(file)
    return file.getvalue()


def write_dicom(
    samples: Floats, rate: float = RATE, names: Any = LEADS, *, compressed: bool = False
) -> bytes:
    """A 12-lead ECG, by pydicom, with a patient's name, and a second group of median beats."""
    codes = dict(zip(("I", "II", "V1", "V2", "V3", "V4", "V5", "V6"), range(1, 9), strict=True))
    codes |= {"III": 61, "aVR": 62, "aVL": 63, "aVF": 64}

    def coded(value: str, scheme: str, meaning: str) -> Dataset:
        code = Dataset()
        code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, scheme, meaning
        return code

    def group(part: Floats, originality: str) -> Dataset:
        made = Dataset()
        made.WaveformOriginality = originality
        made.NumberOfWaveformChannels, made.NumberOfWaveformSamples = part.shape
        made.SamplingFrequency = rate
        made.WaveformBitsAllocated, made.WaveformSampleInterpretation = 16, "SS"
        channels = []
        for name in names:
            channel = Dataset()
            named = coded(f"5.6.3-9-{codes[name]}", "SCPECG", f"Lead {name}")
            channel.ChannelSourceSequence = [named]
            channel.ChannelSensitivity, channel.ChannelSensitivityCorrectionFactor = "5", "1"
            channel.ChannelSensitivityUnitsSequence = [coded("uV", "UCUM", "microvolt")]
            channel.ChannelBaseline, channel.WaveformBitsStored = "0", 16
            channels.append(channel)
        made.ChannelDefinitionSequence = channels
        made.WaveformData = np.rint(part / 0.005).astype("<i2").T.tobytes()
        return made

    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID("1.2.840.10008.5.1.4.1.1.9.1.1")
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=["ecg"])
    meta.TransferSyntaxUID = (
        DeflatedExplicitVRLittleEndian if compressed else ExplicitVRLittleEndian
    )
    dataset = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID = meta.MediaStorageSOPClassUID
    dataset.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    dataset.Modality, dataset.PatientName, dataset.PatientID = "ECG", SECRET, SECRET
    dataset.WaveformSequence = [group(samples, "ORIGINAL"), group(samples[:, :600], "DERIVED")]
    file = BytesIO()
    dataset.save_as(file, enforce_file_format=True)
    return file.getvalue()


def write_wfdb(folder: Path, samples: Floats, rate: float = RATE, names: Any = LEADS) -> Path:
    """A record, by wfdb; the path of its header."""
    with catch_warnings(action="ignore"):
        wfdb.wrsamp(
            "record",
            fs=rate,
            units=["mV"] * len(samples),
            sig_name=list(names),
            fmt=["16"] * len(samples),
            p_signal=samples.T,
            adc_gain=[200] * len(samples),
            baseline=[0] * len(samples),
            comments=[SECRET],
            write_dir=str(folder),
        )
    return folder / "record.hea"


def as_json(instance: Json) -> str:
    """The recording of an instance, as a text."""
    return json.dumps(instance["ecg"])
