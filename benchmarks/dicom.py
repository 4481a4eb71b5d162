"""A DICOM of 2,500 x 2,000 pixels: medmaas' reader and the graph, against pydicom and the graph.

The file has 16 bits, is not compressed, and comes by its key, since no request holds it. pydicom
reads it and gives its array; the graph is that of the smallest picture that ships, fed a tensor
that is there already. medmaas does besides what the standard asks for, and brings the picture to
the model's size. Medians of 10 turns of 5 calls.
"""

from io import BytesIO

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

from benchmarks.graph import REGISTRY, load_session
from benchmarks.measurement import Measurement
from benchmarks.timing import time_in_turns
from medmaas.model.inputs.image import Image
from medmaas.model.manifest import DicomPictures, ImageInput

TITLE = "DICOM: 2,500 x 2,000 pixels of 16 bits, against pydicom and the graph alone"
LIMIT = 2.0
TURNS, CALLS = 10, 5
_ROWS, _COLUMNS = 2_500, 2_000


def measure(*, smallest: bool = False) -> list[Measurement]:
    """Time both ways from a file to the tensors of an answer."""
    model = REGISTRY.get("blood_cell")
    spec = model.manifest.input
    if not isinstance(spec, ImageInput):
        raise TypeError("blood_cell takes no picture")
    dicom = DicomPictures(modalities=("DX",))
    reader = Image(spec.model_copy(update={"dicom": dicom, "crop": None, "mode": "RGB"}))
    session = load_session(model)
    content = write_dicom()
    ready = np.zeros((1, spec.height, spec.width, spec.channels), np.uint8)

    def use_medmaas() -> object:
        reading = reader.read([{spec.field: content}])
        return session.run(None, {spec.tensor: reading.tensors[spec.tensor]})

    def use_pydicom() -> object:
        pixels = pydicom.dcmread(BytesIO(content)).pixel_array
        return pixels, session.run(None, {spec.tensor: ready})

    calls = {"medmaas": use_medmaas, "alone": use_pydicom}
    seconds = time_in_turns(calls, *((1, 1) if smallest else (TURNS, CALLS)))
    ratio = seconds["medmaas"] / seconds["alone"]
    return [
        Measurement("medmaas: file to tensors of the answer", 1e3 * seconds["medmaas"], "ms"),
        Measurement("pydicom's array and session.run", 1e3 * seconds["alone"], "ms"),
        Measurement("medmaas / alone", ratio, "x", LIMIT),
    ]


def write_dicom() -> bytes:
    """A radiograph of noise, nobody's."""
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID = UID("1.2.840.10008.5.1.4.1.1.1.1")
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID = UID("1.2.3")
    made.Modality, made.PhotometricInterpretation = "DX", "MONOCHROME2"
    made.Rows, made.Columns, made.SamplesPerPixel = _ROWS, _COLUMNS, 1
    made.BitsAllocated, made.BitsStored, made.HighBit, made.PixelRepresentation = 16, 16, 15, 0
    made.WindowCenter, made.WindowWidth = 32768, 65536
    shades = np.random.default_rng(0).integers(0, 2**16, (_ROWS, _COLUMNS), np.uint16)
    made.PixelData = shades.tobytes()
    made["PixelData"].VR = "OW"
    file = BytesIO()
    made.save_as(file, enforce_file_format=True)
    return file.getvalue()
