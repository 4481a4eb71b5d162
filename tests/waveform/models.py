"""Models of waveforms with random weights, in folders as the registry takes them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from medmaas.model.manifest import Manifest
from medmaas.model.publication import publish
from medmaas.model.session import Session
from medmaas_training.catalogue.folder import describe_artefact
from tests.conftest import folder_of
from tests.waveform.recordings import LEADS, RATE, SECONDS, as_counts, draw

Json = dict[str, Any]
LABELS = ("sinus rhythm", "atrial fibrillation", "other")
INPUT: Json = {
    "kind": "waveform",
    "tensor": "samples",
    "description": "Twelve leads at rest, 10 s.",
    "leads": [{"name": name} for name in LEADS],
    "sampling_rate": RATE,
    "samples": RATE * SECONDS,
    "unit": "mV",
    "resample": "polyphase",
    "longer": "first",
    "amplitude": {"low": -10, "high": 10},
    "signal": {"flat": 2.0, "saturation": 0.2, "mains": 0.5},
    "source": {"oldest_days": 30, "codes": ["11524-6"]},
}


def make_graph(leads: int, samples: int, width: int = 16, seed: int = 0) -> bytes:
    """Two convolutions, their mean over time, a softmax: random weights, that learned nothing."""
    random = np.random.default_rng(seed)
    weights = {
        "first": random.normal(0, 0.4, (width, leads, 15)),
        "second": random.normal(0, 0.3, (width, width, 15)),
        "last": random.normal(0, 4, (width, len(LABELS))),
        "bias": np.array([0.5, 0, -0.5]),
    }
    initializers = [
        numpy_helper.from_array(value.astype(np.float32), name) for name, value in weights.items()
    ]
    nodes = [
        helper.make_node("Conv", ["samples", "first"], ["a"], strides=[2], pads=[7, 7]),
        helper.make_node("Relu", ["a"], ["b"]),
        helper.make_node("Conv", ["b", "second"], ["c"], strides=[4], pads=[7, 7]),
        helper.make_node("Relu", ["c"], ["d"]),
        helper.make_node("GlobalAveragePool", ["d"], ["e"]),
        helper.make_node("Flatten", ["e"], ["embedded"]),
        helper.make_node("ReduceL2", ["embedded", "axes"], ["distance"]),
        helper.make_node("Gemm", ["embedded", "last", "bias"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"]),
    ]
    initializers.append(numpy_helper.from_array(np.array([1]), "axes"))
    return _serialise(nodes, initializers, leads, samples)


def make_residual(leads: int, samples: int, seed: int = 0) -> bytes:
    """The size of Ribeiro et al. 2020 (Nat Commun 11:1760), random weights, no normalisation."""
    random = np.random.default_rng(seed)
    nodes, initializers = list[Any](), list[Any]()

    def convolve(taken: str, name: str, sizes: tuple[int, int, int], stride: int = 1) -> str:
        weights = random.normal(0, (sizes[1] * sizes[2]) ** -0.5, sizes).astype(np.float32)
        initializers.append(numpy_helper.from_array(weights, f"{name}.weights"))
        pads = [sizes[2] // 2] * 2
        inputs = [taken, f"{name}.weights"]
        nodes.append(helper.make_node("Conv", inputs, [name], strides=[stride], pads=pads))
        return name

    def rectify(taken: str) -> str:
        nodes.append(helper.make_node("Relu", [taken], [f"{taken}.relu"]))
        return f"{taken}.relu"

    here, filters = rectify(convolve("samples", "first", (64, leads, 17))), 64
    for block, more in enumerate((128, 196, 256, 320)):
        first = rectify(convolve(here, f"{block}.first", (more, filters, 17)))
        second = convolve(first, f"{block}.second", (more, more, 17), 4)
        beside = convolve(here, f"{block}.beside", (more, filters, 1), 4)
        nodes.append(helper.make_node("Add", [second, beside], [f"{block}.sum"]))
        here, filters = rectify(f"{block}.sum"), more
    last = random.normal(0, 1, (filters, len(LABELS))).astype(np.float32)
    initializers += [
        numpy_helper.from_array(last, "last"),
        numpy_helper.from_array(np.array([1]), "axes"),
    ]
    nodes += [
        helper.make_node("GlobalAveragePool", [here], ["mean"]),
        helper.make_node("Flatten", ["mean"], ["embedded"]),
        helper.make_node("ReduceL2", ["embedded", "axes"], ["distance"]),
        helper.make_node("MatMul", ["embedded", "last"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"]),
    ]
    return _serialise(nodes, initializers, leads, samples)


def _serialise(nodes: Any, initializers: Any, leads: int, samples: int) -> bytes:
    ends = [
        helper.make_tensor_value_info("samples", TensorProto.FLOAT, ["n", leads, samples]),
        helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", len(LABELS)]),
        helper.make_tensor_value_info("distance", TensorProto.FLOAT, ["n", 1]),
    ]
    graph = helper.make_graph(nodes, "random", ends[:1], ends[1:], initializers)
    opsets = [helper.make_opsetid("", 20)]
    made: onnx.ModelProto = helper.make_model(graph, opset_imports=opsets, ir_version=10)
    return bytes(made.SerializeToString())


def write_model(
    models: Path,
    name: str = "ecg",
    threshold: float = 50.0,
    make: Callable[[int, int], bytes] = make_graph,
    cds_service: Json | None = None,
    **changed: Any,
) -> Path:
    """A model of recordings, whose only golden case is a drawing."""
    spec = INPUT | changed
    names = [lead["name"] for lead in spec["leads"]]
    graph = make(len(names), spec["samples"])
    seconds = spec["samples"] / spec["sampling_rate"]
    case = as_counts(draw(spec["sampling_rate"], seconds, len(names)), spec["sampling_rate"], names)
    base = json.loads((folder_of("blood_cell") / "manifest.json").read_text())
    session = Session(graph)
    (rows,) = (draw(spec["sampling_rate"], seconds, len(names))[None].astype(np.float32),)
    outputs = {key: value.ravel().tolist() for key, value in session.run({"samples": rows}).items()}
    intervals = {
        "kind": "classes",
        "levels": [{"coverage": 0.9, "quantiles": [0.2]}],
    }
    manifest = base | {
        "contract": 1,
        "id": name,
        "version": "1.0.0",
        "title": "Rhythm of an ECG (random weights)",
        "artefact": describe_artefact(graph, session).model_dump(),
        "input": spec,
        "output": {"kind": "classes", "tensor": "probabilities", "labels": LABELS},
        "golden": {"tolerance": 1e-4, "cases": [{"instance": case, "outputs": outputs}]},
        "examples": [{"title": "Drawn, of nobody", "instance": case}],
        "explanation": None,
        "uncertainty": {
            "method": "Invented.",
            "calibrated_on": "nobody",
            "intervals": intervals,
            "distance": {"kind": "tensor", "tensor": "distance", "threshold": threshold},
        },
        "translations": {},
        "cds_service": cds_service,
    }
    manifest["card"] |= {"calibration": [], "coverage": []}
    for absent in ("digest", "files", "parity"):
        manifest.pop(absent, None)
    return publish(models, Manifest.model_validate(manifest), graph, "# Random weights\n")
