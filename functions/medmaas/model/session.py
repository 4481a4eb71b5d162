"""The only door to ONNX Runtime."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas import settings

settings.disable_telemetry()  # before the import below, or it is too late

import onnxruntime as ort  # noqa: E402

from medmaas.errors import ModelOutputError  # noqa: E402
from medmaas.model.manifest import Tensor  # noqa: E402

_FATAL = 4
_SMALL_ROW = 100  # numbers, as a table's has
_LARGE_ROWS_TOGETHER = 64  # a thousand molecules or pictures at once would need a gigabyte


class Session:
    """A graph, loaded from bytes that were verified, ready to run on one thread.

    From bytes and never from a path: ONNX Runtime then refuses external data (CVE-2022-25882 and
    later). One thread without spinning, because a Lambda function has one or two shares of a core;
    no memory arena, because batch sizes vary (onnxruntime#11627).

    Raises:
        ValueError: if ONNX Runtime cannot load the graph.
    """

    def __init__(self, graph: bytes) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = _FATAL
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # ORT's exceptions share no base but this
            raise ValueError("ONNX Runtime cannot load the graph") from error
        self.inputs = tuple(_describe(node) for node in self._session.get_inputs())
        self.outputs = tuple(_describe(node) for node in self._session.get_outputs())
        self._names = [tensor.name for tensor in self.outputs]

    def run(self, tensors: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.float32]]:
        """Output tensors by name, for input tensors by name with n rows each.

        Raises:
            ModelOutputError: the graph fails on these tensors.
        """
        try:
            outputs = (
                self._session.run(self._names, tensors)
                if _fits(tensors)
                else self._run_parts(tensors)
            )
        except Exception as error:  # as above; its message may hold values, so it stops here
            raise ModelOutputError("the model failed on these instances") from error
        return dict(zip(self._names, outputs, strict=True))

    def _run_parts(self, tensors: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
        rows = len(next(iter(tensors.values())))
        parts = [
            self._session.run(
                self._names,
                {name: tensor[i : i + _LARGE_ROWS_TOGETHER] for name, tensor in tensors.items()},
            )
            for i in range(0, rows, _LARGE_ROWS_TOGETHER)
        ]
        return [np.concatenate(part) for part in zip(*parts, strict=True)]


def _fits(tensors: Mapping[str, NDArray[Any]]) -> bool:
    """Whether the tensors may go through the graph all at once."""
    return all(
        len(tensor) <= _LARGE_ROWS_TOGETHER or tensor.size <= _SMALL_ROW * len(tensor)
        for tensor in tensors.values()
    )


def _describe(node: Any) -> Tensor:  # noqa: ANN401 - onnxruntime ships no types
    shape = tuple(size if isinstance(size, int) else -1 for size in node.shape)
    return Tensor(name=node.name, datatype=node.type, shape=shape)
