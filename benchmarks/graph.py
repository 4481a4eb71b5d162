"""A model's graph without medmaas around it."""

from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from benchmarks import MODELS
from medmaas.model.body import read_request
from medmaas.model.registry import Model, Registry

# after medmaas, which keeps it from sending telemetry
import onnxruntime as ort  # isort: skip

REGISTRY = Registry(MODELS)
SURVIVAL = REGISTRY.get("survival")


def find_graph(model: Model = SURVIVAL) -> Path:
    """The file of a model."""
    return MODELS / model.manifest.id / model.manifest.version / "model.onnx"


def load_session(model: Model = SURVIVAL) -> Any:  # noqa: ANN401 - onnxruntime ships no types
    """A session on one thread, as medmaas makes it."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    graph = find_graph(model).read_bytes()
    return ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def read_tensors(body: str, model: Model = SURVIVAL) -> dict[str, NDArray[Any]]:
    """The tensors that medmaas makes of a body."""
    return {**model.inputs.read(read_request(body.encode())[0]).tensors}
