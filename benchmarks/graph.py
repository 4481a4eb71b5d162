"""The survival graph without medmaas around it."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import MODELS
from medmaas.model.body import read_instances
from medmaas.model.registry import Registry

# after medmaas, which keeps it from sending telemetry
import onnxruntime as ort  # isort: skip

_MODEL = Registry(MODELS).get("survival")


def find_graph() -> Path:
    """The file of the newest version."""
    return MODELS / _MODEL.manifest.id / _MODEL.manifest.version / "model.onnx"


def load_session() -> Any:  # noqa: ANN401 - onnxruntime ships no types
    """A session on one thread, as medmaas makes it."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    graph = find_graph().read_bytes()
    return ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def read_tensors(body: str) -> dict[str, NDArray[np.float32]]:
    """The tensors that medmaas makes of a body."""
    return _MODEL.inputs.read(read_instances(body.encode())).tensors
