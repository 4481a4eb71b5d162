"""A survival model as an ONNX graph alone, for whoever serves it elsewhere."""

from collections.abc import Sequence
from typing import Any

import onnx
import pandas as pd

from medmaas.model.manifest import SurvivalOutput
from medmaas_training.catalogue.conversion import open_trained
from medmaas_training.catalogue.draft import INPUT_PART

FEATURES, CURVE = "features", "survival"
_ANY = {"low": -1e30, "high": 1e30}


def convert_survival(
    model: object, rows: pd.DataFrame, days: Sequence[int], *, time_unit: str
) -> onnx.ModelProto:
    """The graph of a survival model of scikit-survival or lifelines, or of a Pipeline with one.

    It takes `features`, float32 [n, columns] in the order of the rows' columns, NaN for missing,
    and gives `survival`, float32 [n, days], the probability of being alive after each day. Words
    are their position in the column's categories, else in the sorted words of the rows.

        graph = convert_survival(forest, X, days=[0, 30, 365], time_unit="days")
        Path("forest.onnx").write_bytes(graph.SerializeToString())

    Args:
        model: fitted.
        rows: some that it takes, at least two, one of them complete.
        days: increasing whole numbers from 0, at most as long as people were followed.
        time_unit: in what its times were counted when it was fitted: days, weeks, months or years.

    Raises:
        TrainingError: it cannot be converted; with the cause and the way out.
        ValueError: the days do not start at 0, or do not increase.
    """
    features = [_describe(f"c{i}", rows[name]) for i, name in enumerate(rows.columns)]
    told = {"kind": "tabular", "tensor": FEATURES, "features": features}
    output = SurvivalOutput(tensor=CURVE, time_days=tuple(days), horizon_days=(days[-1],))
    spec = INPUT_PART.validate_python(told)
    return open_trained(model, rows, spec, output, time_unit).convert()


def _describe(name: str, column: pd.Series) -> dict[str, Any]:
    """A column as a draft states a feature."""
    known = column.dropna()
    told = {"name": name, "header": str(column.name), "description": "a column"}
    if column.isna().any():
        told["missing"] = "as the model does"
    if not any(isinstance(value, str) for value in known):
        ranges = {"unit": "1", "hard_range": _ANY, "training_range": _ANY}
        return {**told, "type": "number", **ranges}
    listed = getattr(column.dtype, "categories", None)
    words = sorted(set(known)) if listed is None else list(listed)
    return {**told, "type": "choice", "choices": [str(word) for word in words]}
