"""CatBoost, by its own exporter."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import onnx

from medmaas_training.catalogue.conversion.asked import Array, Asked
from medmaas_training.catalogue.conversion.boosted import Boosted, require_objective
from medmaas_training.catalogue.conversion.columns import Table
from medmaas_training.catalogue.conversion.glue import Glue
from medmaas_training.catalogue.conversion.predictor import Predictor
from medmaas_training.errors import TrainingError

_LOGARITHMS = {"Poisson", "Tweedie"}  # CatBoost answers with their exponential
_EXACT = {
    *_LOGARITHMS, "Logloss", "CrossEntropy", "MultiClass", "RMSE", "MAE", "Quantile", "MAPE",
    "Huber", "Expectile", "LogCosh",
}  # fmt: skip


def open_model(model: Any, asked: Asked) -> Predictor:  # noqa: ANN401 - as the room says
    """A classifier or regressor."""
    if not model.is_fitted():
        raise TrainingError("the model is not fitted: call fit before export")
    objective = str(model.get_all_params()["loss_function"]).partition(":")[0]
    way = "fit it with Logloss, MultiClass, RMSE or Poisson"
    require_objective("CatBoost", _EXACT, objective, way)
    if model.get_cat_feature_indices() or model.get_text_feature_indices():
        raise TrainingError(
            "CatBoost's own exporter to ONNX takes no categorical features: fit it behind a "
            "ColumnTransformer with a OneHotEncoder, as one Pipeline, without cat_features"
        )
    return _Model(model, asked, objective)


class _Model(Boosted):
    converter = "CatBoost's own exporter"

    def __init__(self, model: Any, asked: Asked, objective: str) -> None:  # noqa: ANN401 - of CatBoost
        super().__init__(model, asked)
        names = [str(name) for name in model.feature_names_]
        self.names = None if names == [str(i) for i in range(len(names))] else names
        self._is_logarithm = objective in _LOGARITHMS
        if not self.classifies:
            self.classes = None

    def convert(self, width: int) -> onnx.ModelProto:
        del width
        with TemporaryDirectory() as folder:
            path = Path(folder) / "model.onnx"
            self.model.save_model(str(path), format="onnx")
            return onnx.load(str(path))

    def build(self, glue: Glue, table: Table, tensor: str, rows: Array) -> tuple[str, int]:
        answer, columns = super().build(glue, table, tensor, rows)
        return (glue.add("Exp", answer) if self._is_logarithm else answer), columns
