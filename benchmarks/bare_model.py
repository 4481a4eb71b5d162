"""The survival model without medmaas: from columns of a table to columns of an answer."""

import json
import os
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import MODELS

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # read when onnxruntime is imported

import onnxruntime as ort

FEATURES = ("age", "sex", "creatinine", "kappa", "lambda", "mgus")
_HALF = 0.5
_DECIMALS = 6

Columns = Mapping[str, NDArray[Any]]
Score = Callable[[Columns], dict[str, NDArray[np.float64]]]


def make_score(*, small: bool) -> Score:
    """A function from features by name to numbers by name: the columns that medmaas writes, too.

    Median, risks and the curve, rounded to six decimals; only the risks if `small`.
    """
    (manifest,) = MODELS.glob("survival/*/manifest.json")
    output = json.loads(manifest.read_text())["output"]
    times, horizons = output["time_days"], output["horizon_days"]
    session = load(manifest.with_name("model.onnx").read_bytes())
    (tensor,) = session.get_inputs()

    def score(columns: Columns) -> dict[str, NDArray[np.float64]]:
        features = np.column_stack([columns[name] for name in FEATURES]).astype(np.float32)
        (curves,) = session.run(None, {tensor.name: features})
        curves = curves.astype(np.float64).round(_DECIMALS)
        risks = {
            f"risk_{day}": (1 - curves[:, times.index(day)]).round(_DECIMALS) for day in horizons
        }
        if small:
            return risks
        points = {f"survival_{day}": curves[:, i] for i, day in enumerate(times)}
        return {"median_days": _find_medians(curves, np.array(times)), **risks, **points}

    return score


def load(graph: bytes) -> Any:  # noqa: ANN401 - onnxruntime ships no types
    """A session of one thread, as medmaas has."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def _find_medians(curves: NDArray[np.float64], times: NDArray[np.int64]) -> NDArray[np.float64]:
    """Days until a curve is one half, the hazard constant between two times; NaN if it is not."""
    below = curves <= _HALF
    after = below.argmax(axis=1).clip(1)
    rows = np.arange(len(curves))
    before_log, after_log = (np.log(curves[rows, i].clip(1e-9)) for i in (after - 1, after))
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (before_log - np.log(_HALF)) / (before_log - after_log)
        days = times[after - 1] + share * (times[after] - times[after - 1])
    return np.where(below.any(axis=1), days.round(), np.nan)
