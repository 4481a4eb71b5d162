"""The graph and its features, for every peer alike."""

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import onnxruntime as ort

FEATURES = os.environ["FEATURES"].split(",")
PORT = int(os.environ["PORT"])


class Bare:
    """A session on one thread, from named rows or a tensor to probabilities."""

    def __init__(self) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = ort.InferenceSession(
            os.environ["GRAPH"], options, providers=["CPUExecutionProvider"]
        )
        (self._tensor,) = (tensor.name for tensor in self._session.get_inputs())

    def run(self, rows: Any) -> Any:  # noqa: ANN401 - any array
        """Probabilities [n, classes] of features [n, 30]."""
        return self._session.run(None, {self._tensor: np.asarray(rows, np.float32)})[0]

    def predict(self, instances: Sequence[dict[str, float]]) -> list[list[float]]:
        """The same of named rows, as lists."""
        rows = [[one[name] for name in FEATURES] for one in instances]
        answered: list[list[float]] = self.run(rows).tolist()
        return answered
