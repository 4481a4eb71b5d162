"""Models of pictures and texts that a record holds, with weights that mean nothing."""

import hashlib
import json
import math
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from pydantic import TypeAdapter
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from medmaas.model.inputs import make_input
from medmaas.model.manifest import Input, Manifest
from medmaas.model.publication import publish
from medmaas.model.session import Session
from tests.conftest import folder_of
from tests.masks import make_spec, serialise, write_shades
from tests.parts.models import AGE, SEX, draw_scan

Json = dict[str, Any]
LENGTH, SIDE = 64, 16
LABELS = ["routine", "urgent"]
LOINC = "http://loinc.org"
REFERRAL: Json = {"system": LOINC, "code": "57133-1", "display": "Referral note"}
REPORT: Json = {"system": LOINC, "code": "18748-4", "display": "Diagnostic imaging study"}
RADIOGRAPH: Json = {"system": LOINC, "code": "36643-5", "display": "Chest X-ray 2 views"}
TOKENIZER = "tokenizer.json"
NOTE = "72-year-old man, severe chest pain."
LETTER: Json = {
    "kind": "text",
    "tensor": "letter",
    "field": "letter",
    "description": "The letter of a referral.",
    "max_length": LENGTH,
    "tokens": {"file": TOKENIZER, "padding": 0, "longer": "first", "most_characters": 2000},
}
SCAN: Json = {
    "kind": "image",
    "tensor": "scan",
    "height": SIDE,
    "width": SIDE,
    "mode": "L",
    "tiff": True,
    "window": {"low": 0, "high": 65535},
    "dicom": {"modalities": ["DX"]},
}
PATIENT: Json = {"kind": "tabular", "tensor": "patient", "features": [AGE, SEX]}


def state_source(coding: Json, *elements: str, **more: Any) -> Json:
    """Where a record has a document of one code."""
    source: Json = {"oldest_days": 30, "codes": [coding]}
    return source | ({"elements": [*elements]} if elements else {}) | more


@cache
def make_tokenizer() -> bytes:
    """A tokenizer of single bytes."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    codes = {"<pad>": 0} | {byte: code for code, byte in enumerate(alphabet, start=1)}
    tokenizer = Tokenizer(models.BPE(codes, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(["<pad>"])
    return tokenizer.to_str().encode()


def write_graph(**tensors: tuple[int, *tuple[int, ...]]) -> bytes:
    """A softmax over weighted sums of all tensors; each has an element type, and sizes."""
    rng = np.random.default_rng(0)
    takes, nodes, held, sums = [], [], [], []
    for name, (kind, *sizes) in tensors.items():
        size = math.prod(sizes)
        shape: list[str | int | None] = ["n", *sizes]
        takes.append(helper.make_tensor_value_info(name, kind, shape))
        flat = np.array([0, size])
        weights = rng.normal(0, 2e-4, (size, 2)).astype(np.float32)
        held += [
            numpy_helper.from_array(flat, f"{name}_flat"),
            numpy_helper.from_array(weights, f"{name}_weights"),
        ]
        nodes += [
            helper.make_node("Cast", [name], [f"{name}_float"], to=TensorProto.FLOAT),
            helper.make_node("Reshape", [f"{name}_float", f"{name}_flat"], [f"{name}_row"]),
            helper.make_node("MatMul", [f"{name}_row", f"{name}_weights"], [f"{name}_sum"]),
        ]
        sums.append(f"{name}_sum")
    nodes += [
        helper.make_node("Sum", sums, ["scores"]),
        helper.make_node("Softmax", ["scores"], ["probabilities"], axis=1),
    ]
    gives = [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", 2])]
    return serialise(helper.make_graph(nodes, "sums", takes, gives, held))


def write_reader(folder: Path, name: str = "letters", **source: Any) -> Path:
    """A model of free text, in documents of a referral unless said otherwise."""
    spec = LETTER | {"source": state_source(REFERRAL) | source}
    graph = write_graph(letter=(TensorProto.INT64, LENGTH))
    return put(folder, name, graph, spec, {"letter": NOTE})


def write_viewer(folder: Path, name: str = "scans", *, dicom: bool = True, **more: Any) -> Path:
    """A model of pictures, in documents of a radiograph, or as a Media."""
    elements = "DocumentReference.type", "DiagnosticReport.code", "Media.modality"
    spec = SCAN | {"source": state_source(RADIOGRAPH, *elements)}
    if not dicom:
        spec = {key: one for key, one in spec.items() if key not in {"dicom", "tiff"}}
    graph = write_graph(scan=(TensorProto.UINT8, SIDE, SIDE, 1))
    return put(folder, name, graph, spec, {"image": draw_scan(0)}, **more)


def write_segmenter(folder: Path, name: str = "areas") -> Path:
    """A model that gives the areas of what is bright in a picture."""
    spec = SCAN | {"tensor": "pixels", "layout": "NCHW"}
    spec["source"] = state_source(RADIOGRAPH, "DocumentReference.type", "Media.modality")
    threshold = {"value": 0.5, "chosen": "By hand: nobody was asked."}
    spec_of_mask = make_spec(height=SIDE, width=SIDE, threshold=threshold)
    output = spec_of_mask.model_dump(mode="json", exclude_none=True)
    graph = write_shades(SIDE)
    return put(folder, name, graph, spec, {"image": draw_scan(0)}, output=output)


def write_parts(folder: Path, name: str = "all_parts", **more: Any) -> Path:
    """A model of a picture that may be missing, a letter and a patient."""
    scan = SCAN | {"source": state_source(RADIOGRAPH)}
    parts = [
        {
            "name": "scan",
            "input": scan,
            "missing": "the graph leaves the picture out",
            "present_tensor": "scan_present",
        },
        {"name": "note", "input": LETTER | {"source": state_source(REFERRAL)}},
        {"name": "patient", "input": PATIENT},
    ]
    graph = write_graph(
        scan=(TensorProto.UINT8, SIDE, SIDE, 1),
        scan_present=(TensorProto.FLOAT, 1),
        letter=(TensorProto.INT64, LENGTH),
        patient=(TensorProto.FLOAT, 2),
    )
    shown = {"note": {"letter": NOTE}, "patient": {"age": 70, "sex": "F"}}
    return put(folder, name, graph, {"kind": "parts", "parts": parts}, shown, **more)


def write_recorder(folder: Path, name: str = "recording_and_patient") -> Path:
    """A model of a recording and a patient."""
    recording = {
        "kind": "waveform",
        "tensor": "samples",
        "description": "Two leads.",
        "leads": [{"name": "I"}, {"name": "II"}],
        "sampling_rate": 100,
        "samples": 100,
        "unit": "mV",
        "amplitude": {"low": -10, "high": 10},
        "source": {"oldest_days": 30, "codes": ["11524-6"]},
    }
    parts = [
        {"name": "heart", "input": recording},
        {"name": "patient", "input": PATIENT},
    ]
    graph = write_graph(samples=(TensorProto.FLOAT, 2, 100), patient=(TensorProto.FLOAT, 2))
    lead = np.sin(np.arange(100) / 9).round(3).tolist()
    ecg = {"sampling_rate": 100, "unit": "mV", "leads": {"I": lead, "II": lead}}
    shown = {"heart": {"ecg": ecg}, "patient": {"age": 70, "sex": "F"}}
    return put(folder, name, graph, {"kind": "parts", "parts": parts}, shown)


def put(folder: Path, name: str, graph: bytes, spec: Json, shown: Json, **more: Any) -> Path:
    """A model's folder, as the registry takes it."""
    manifest = state(name, graph, spec, shown, more)
    held = {TOKENIZER: make_tokenizer()} if manifest.input.tensors.keys() & {"letter"} else {}
    return publish(folder, manifest, graph, "# Weights that mean nothing\n", more=held)


def state(name: str, graph: bytes, spec: Json, shown: Json, more: Json) -> Manifest:
    session = Session(graph)
    read: Input = TypeAdapter(Input).validate_python(spec)
    outputs = session.run(make_input(read, {TOKENIZER: make_tokenizer()}).read([shown]).tensors)
    golden = {given: flatten(outputs[given]) for given in outputs}
    base = json.loads((folder_of("blood_cell") / "manifest.json").read_text())
    for absent in ("digest", "files", "parity", "explanation", "uncertainty"):
        base.pop(absent, None)
    base["card"] |= {"calibration": [], "coverage": []}
    return Manifest.model_validate(
        base
        | {
            "contract": 1,
            "id": name,
            "version": "1.0.0",
            "title": "Weights that mean nothing",
            "artefact": {
                "sha256": hashlib.sha256(graph).hexdigest(),
                "size_bytes": len(graph),
                "opset": 20,
                "inputs": [one.model_dump() for one in session.inputs],
                "outputs": [one.model_dump() for one in session.outputs],
            },
            "input": spec,
            "output": {"kind": "classes", "tensor": "probabilities", "labels": LABELS},
            "golden": {"tolerance": 1e-4, "cases": [{"instance": shown, "outputs": golden}]},
            "examples": [{"title": "Invented, of nobody", "instance": shown}],
            "translations": {},
        }
        | more
    )


def flatten(tensor: NDArray[Any]) -> list[float]:
    return [float(one) for one in tensor.ravel()]
