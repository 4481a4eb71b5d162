"""The only door to ONNX Runtime."""

from collections.abc import Mapping
from functools import lru_cache
from math import prod
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas import settings

settings.disable_telemetry()  # before the import below, or it is too late

import onnxruntime as ort  # noqa: E402

from medmaas.errors import InvalidModelError, ModelOutputError  # noqa: E402
from medmaas.model.manifest import Tensor  # noqa: E402

_FATAL = 4
_NOWHERE = "/dev/null/nowhere"  # below a file, so that no folder is ever there
_OTHER_FILES = _NOWHERE, "xternal data", "external TensorProto"  # in what ONNX Runtime says
_SERIES = 3  # dimensions: n, rows, features
_MOST_NUMBERS = 2**12  # of a row: recordings have more, and are not faster together
_TOGETHER = 8  # 4 is enough where it was tried; processors with wider vectors are to come
_AT_ONCE = 512 * _TOGETHER  # beyond it, nothing gets faster and memory grows


class Stop:
    """Ends the calls that it is given to, between two operations of the graph, once it is set.

    Nothing else ends a call: while it computes, Python's signals wait.
    """

    def __init__(self) -> None:
        self.options = ort.RunOptions()

    @property
    def is_set(self) -> bool:
        """Whether calls end."""
        return bool(self.options.terminate)

    def set(self) -> None:
        """End them, from any thread."""
        self.options.terminate = True


class Session:
    """A graph, loaded from bytes that were verified, ready to run on one thread.

    From bytes and never from a path, and weights in other files are looked for where there are
    none: ONNX Runtime would read them from the working directory (CVE-2022-25882 and later), and no
    sha256 covers them. One thread without spinning, because a Lambda function has one or two shares
    of a core; no memory arena, because batch sizes vary (onnxruntime#11627).

    Attributes:
        at_least: how many rows a call computes, however few it is given.
        seconds_each: what one of its rows took in the last call, None before the first.

    Raises:
        InvalidModelError: ONNX Runtime cannot load the graph, or it keeps weights in another file.
    """

    def __init__(self, graph: bytes) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = _FATAL
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.add_session_config_entry(
            "session.model_external_initializers_file_folder_path", _NOWHERE
        )
        try:
            self._session = ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # ORT's exceptions share no base but this
            elsewhere = any(words in str(error) for words in _OTHER_FILES)
            code = "graph_reads_other_files" if elsewhere else "graph_not_loadable"
            raise InvalidModelError(code) from error
        self.inputs = tuple(_describe(node) for node in self._session.get_inputs())
        self.outputs = tuple(_describe(node) for node in self._session.get_outputs())
        self._names = [tensor.name for tensor in self.outputs]
        self._together = all(
            tensor.datatype == "tensor(float)"
            and len(tensor.shape) <= _SERIES
            and prod(size for size in tensor.shape if size > 0) <= _MOST_NUMBERS
            for tensor in self.inputs
        )
        self.at_least = _TOGETHER if self._together else 1
        self.seconds_each: float | None = None

    def run(
        self, tensors: Mapping[str, NDArray[Any]], stop: Stop | None = None
    ) -> dict[str, NDArray[np.float32]]:
        """Output tensors by name, for input tensors by name with n rows each.

        A row's answer has the same bits whatever rows are with it. ONNX Runtime alone does not give
        that: a matrix of one row takes another path than one of two, and what is left over at the
        end of a vector is rounded differently. So rows of tables and series go through the graph by
        a multiple of 8, filled up with the last one, and pictures, recordings and texts, which are
        not faster together, one by one.

        Args:
            tensors: by name, [n, ...].
            stop: what ends the call, if it may be ended.

        Raises:
            ModelOutputError: the graph fails on these tensors, or was stopped.
        """
        rows = len(next(iter(tensors.values())))
        if self._together and rows % _TOGETHER:
            filled = _fill(rows)
            tensors = {name: tensor.take(filled, 0) for name, tensor in tensors.items()}
        size, options = _AT_ONCE if self._together else 1, stop and stop.options
        began = perf_counter()
        try:
            outputs = self._run_parts(tensors, rows, size, options)
        except Exception as error:  # as above; its message may hold values, so it stops here
            raise ModelOutputError("model_failed") from error
        self.seconds_each = (perf_counter() - began) / max(len(next(iter(tensors.values()))), 1)
        return {name: part[:rows] for name, part in zip(self._names, outputs, strict=True)}

    def _run_parts(
        self, tensors: Mapping[str, NDArray[Any]], rows: int, size: int, options: object
    ) -> list[NDArray[Any]]:
        if rows <= size:
            whole: list[NDArray[Any]] = self._session.run(self._names, tensors, options)
            return whole
        parts = [
            self._session.run(
                self._names, {name: t[i : i + size] for name, t in tensors.items()}, options
            )
            for i in range(0, rows, size)
        ]
        return [np.concatenate(part) for part in zip(*parts, strict=True)]


@lru_cache(_TOGETHER)  # most requests have the same few rows
def _fill(rows: int) -> NDArray[np.intp]:
    """Positions of the rows, the last of them repeated until they are a multiple."""
    return np.minimum(np.arange(rows + -rows % _TOGETHER), rows - 1)


def _describe(node: Any) -> Tensor:  # noqa: ANN401 - onnxruntime ships no types
    shape = tuple(size if isinstance(size, int) else -1 for size in node.shape)
    return Tensor(name=node.name, datatype=node.type, shape=shape)
