"""A model of radiographs with random weights: it knows nothing, and is called so."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime import InferenceSession

from medmaas.model import folder
from medmaas.model.inputs.image import Image
from medmaas.model.manifest import ImageInput, Manifest
from tests.conftest import MODELS
from tests.model.dicoms import draw, encode, make, write

Json = dict[str, Any]
SIDE = 64
LABELS = ["no finding", "finding"]
INPUT: Json = {
    "kind": "image",
    "tensor": "pixels",
    "field": "image",
    "description": "One chest radiograph: a DICOM, PNG or TIFF file in base64.",
    "height": SIDE,
    "width": SIDE,
    "mode": "L",
    "tiff": True,
    "window": {"low": 0, "high": 4095},
    "dicom": {"modalities": ["CR", "DX"]},
}
SHOWN = {"WindowCenter": 2048, "WindowWidth": 4096, "BitsStored": 12}


def radiograph(seed: int = 0, edge: int = SIDE, **changes: Any) -> bytes:
    """A file that the model takes."""
    return write(make(draw(edge, edge, seed=seed), **SHOWN | changes))


def make_graph(side: int = SIDE) -> bytes:
    """A small convolutional network, uint8 [n, side, side, 1] to two probabilities."""
    rng = np.random.default_rng(0)
    weights = {
        "kernels": rng.normal(0, 0.3, (4, 1, 5, 5)),
        "dense": rng.normal(0, 9, (4, len(LABELS))),
        "white": np.array(255.0),
        "axes": np.array([2, 3]),
    }
    held = [
        numpy_helper.from_array(value if name == "axes" else value.astype(np.float32), name)
        for name, value in weights.items()
    ]
    nodes = [
        helper.make_node("Cast", ["pixels"], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("Div", ["numbers", "white"], ["shades"]),
        helper.make_node("Transpose", ["shades"], ["planes"], perm=[0, 3, 1, 2]),
        helper.make_node("Conv", ["planes", "kernels"], ["filtered"], strides=[2, 2]),
        helper.make_node("Relu", ["filtered"], ["found"]),
        helper.make_node("ReduceMean", ["found", "axes"], ["means"], keepdims=0),
        helper.make_node("MatMul", ["means", "dense"], ["scores"]),
        helper.make_node("Softmax", ["scores"], ["probabilities"], axis=1),
    ]
    takes = helper.make_tensor_value_info("pixels", TensorProto.UINT8, ["n", side, side, 1])
    gives = helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", len(LABELS)])
    graph = helper.make_graph(nodes, "random", [takes], [gives], held)
    opsets = [helper.make_opsetid("", 20)]
    made: onnx.ModelProto = helper.make_model(graph, opset_imports=opsets, ir_version=10)
    return bytes(made.SerializeToString())


def write_model(models: Path, name: str = "radiograph_random", **changes: Any) -> Path:
    """The folder of a model whose input states `changes`."""
    stated = INPUT | changes
    side = stated["height"]
    graph, target = make_graph(side), models / name / "1.0.0"
    pixels = read(stated, radiograph(edge=side))
    session = InferenceSession(graph)
    (answered,) = session.run(None, {"pixels": pixels})
    probabilities: list[float] = answered[0].astype(float).tolist()
    contents = {"card.md": b"# Random weights\n", "model.onnx": graph}
    (shipped,) = MODELS.glob("blood_cell/1.2.0")
    manifest = json.loads((shipped / "manifest.json").read_text()) | {
        "id": name,
        "version": "1.0.0",
        "title": "Random weights: a radiograph",
        "input": stated,
        "output": {"kind": "classes", "tensor": "probabilities", "labels": LABELS},
        "artefact": {
            "sha256": hashlib.sha256(graph).hexdigest(),
            "size_bytes": len(graph),
            "opset": 20,
            "inputs": [
                {"name": "pixels", "datatype": "tensor(uint8)", "shape": [-1, side, side, 1]}
            ],
            "outputs": [{"name": "probabilities", "datatype": "tensor(float)", "shape": [-1, 2]}],
        },
        "files": [file.model_dump() for file in folder.list_files(contents)],
        "golden": {
            "tolerance": 1e-5,
            "cases": [
                {
                    "instance": {"image": encode(radiograph(edge=side))},
                    "outputs": {"probabilities": probabilities},
                    "answer": answer(stated, radiograph(edge=side), probabilities),
                }
            ],
        },
        "examples": [
            {"title": "drawn by code", "instance": {"image": encode(radiograph(1, edge=side))}}
        ],
        "uncertainty": None,
        "explanation": None,
        "translations": {},
    }
    manifest["card"] |= {"calibration": [], "coverage": []}
    contents["manifest.json"] = folder.seal(Manifest.model_validate(manifest))
    target.mkdir(parents=True)
    for file, content in contents.items():
        (target / file).write_bytes(content)
    return target


def read(stated: Json, content: bytes) -> NDArray[np.uint8]:
    """The tensor of a file."""
    reading = Image(ImageInput.model_validate(stated)).read([{"image": encode(content)}])
    assert reading.problems == []
    return reading.tensors["pixels"].astype(np.uint8)


def answer(stated: Json, content: bytes, probabilities: list[float]) -> Json:
    """The golden answer of a file."""
    reading = Image(ImageInput.model_validate(stated)).read([{"image": encode(content)}])
    named = dict(zip(LABELS, (round(one, 6) for one in probabilities), strict=True))
    return {
        "status": "ok",
        "output": {"label": max(named, key=named.__getitem__), "probabilities": named},
        "warnings": [{"field": one.field, **one.fact.as_json()} for one in reading.warnings[0]],
    }
