"""DICOM files, made by code: nobody's."""

import base64
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRLittleEndian

DX = "1.2.840.10008.5.1.4.1.1.1.1"
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
PATIENT = "MEIER^ANNA"  # in every header, and nowhere else


def make(pixels: NDArray[Any], **changes: Any) -> Dataset:
    """A picture [rows, columns] or [rows, columns, 3], with these elements besides or otherwise."""
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = changes.pop("syntax", ExplicitVRLittleEndian)
    made.file_meta.MediaStorageSOPClassUID = UID(DX)
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID = UID("1.2.3")
    made.SOPClassUID = DX
    made.Modality = "DX"
    made.PatientName = made.PatientID = PATIENT
    made.Rows, made.Columns = pixels.shape[:2]
    made.SamplesPerPixel = 3 if pixels.ndim == 3 else 1
    made.PhotometricInterpretation = "RGB" if pixels.ndim == 3 else "MONOCHROME2"
    if pixels.ndim == 3:
        made.PlanarConfiguration = 0
    bits = pixels.dtype.itemsize * 8
    made.BitsAllocated, made.BitsStored, made.HighBit = bits, bits, bits - 1
    made.PixelRepresentation = int(pixels.dtype.kind == "i")
    made.PixelData = pixels.tobytes() + bytes(pixels.nbytes % 2)
    for name, value in changes.items():
        if value is None:
            delattr(made, name)
        else:
            setattr(made, name, value)
    if "BitsStored" in changes and "HighBit" not in changes:
        made.HighBit = made.BitsStored - 1
    made["PixelData"].VR = "OW" if bits > 8 else "OB"
    return made


def make_lut(entries: NDArray[Any], first: int, bits: int, name: str, **more: Any) -> Sequence:
    """A Modality or VOI LUT Sequence of one item, which says `more`."""
    item = Dataset()
    item.LUTDescriptor = [len(entries) % 2**16, first, bits]
    item["LUTDescriptor"].VR = "SS" if first < 0 else "US"
    item.LUTData = entries.astype("<u2").tobytes()
    item["LUTData"].VR = "OW"
    for other, value in more.items():
        setattr(item, other, value)
    del name
    return Sequence([item])


def write(made: Dataset, syntax: str | None = None, **options: Any) -> bytes:
    """The file; compressed or otherwise encoded, if a transfer syntax is named."""
    if syntax:
        made.compress(syntax, **options)
    file = BytesIO()
    made.save_as(file, enforce_file_format=True)
    return file.getvalue()


def encode(content: bytes) -> str:
    return base64.b64encode(content).decode()


def draw(rows: int = 40, columns: int = 50, bits: int = 12, seed: int = 0) -> NDArray[np.uint16]:
    """Grey that rises from the upper left, with noise."""
    down, across = np.mgrid[:rows, :columns]
    slope = (down / rows + across / columns) / 2
    noise = np.random.default_rng(seed).uniform(-0.05, 0.05, (rows, columns))
    shades = (slope + noise).clip(0, 1) * (2**bits - 1)
    drawn: NDArray[np.uint16] = shades.round().astype(np.uint16)
    return drawn
