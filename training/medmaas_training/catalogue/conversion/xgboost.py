"""XGBoost, by onnxmltools."""

import json
from copy import deepcopy
from typing import Any

import numpy as np
import onnx

from medmaas_training.catalogue.conversion.asked import Array, Asked
from medmaas_training.catalogue.conversion.boosted import (
    ONNXMLTOOLS_OPSET,
    Boosted,
    require_objective,
)
from medmaas_training.catalogue.conversion.predictor import Predictor, list_names
from medmaas_training.errors import TrainingError

_EVENTS = {"binary:logistic", "multi:softprob", "multi:softmax"}
_EXACT = {
    *_EVENTS, "reg:squarederror", "reg:absoluteerror", "reg:pseudohubererror", "count:poisson",
    "reg:gamma", "reg:tweedie", "reg:squaredlogerror",
}  # fmt: skip


def open_model(model: Any, asked: Asked) -> Predictor:  # noqa: ANN401 - as the room says
    """An estimator, or a Booster."""
    is_bare = not hasattr(model, "get_booster")
    if not is_bare and not model.__sklearn_is_fitted__():
        raise TrainingError("the model is not fitted: call fit before export")
    booster = model if is_bare else model.get_booster()
    settings = json.loads(booster.save_config())["learner"]
    objective = settings["objective"]["name"]
    if objective.startswith("survival:"):
        raise TrainingError(
            f"XGBoost with {objective} has no survival curves, because it keeps no baseline: fit "
            "GradientBoostingSurvivalAnalysis of scikit-survival, whose curves are exported"
        )
    way = "fit it with binary:logistic, multi:softprob, reg:squarederror or count:poisson"
    require_objective("XGBoost", _EXACT, objective, way)
    kind = settings["gradient_booster"]["name"]
    if kind != "gbtree":
        raise TrainingError(
            f"onnxmltools cannot convert XGBoost's booster {kind} to ONNX: fit it with "
            "booster='gbtree'"
        )
    if "c" in (booster.feature_types or ()):
        raise TrainingError(
            "onnxmltools knows no categorical splits of XGBoost: fit it behind a ColumnTransformer "
            "with a OneHotEncoder(sparse_output=False), as one Pipeline, without enable_categorical"
        )
    targets = int(settings["learner_model_param"].get("num_target", "1"))
    if targets > 1:
        raise TrainingError(
            "onnxmltools cannot convert one XGBoost model of several outcomes to ONNX: fit it in a "
            "MultiOutputClassifier or MultiOutputRegressor of scikit-learn"
        )
    return _Bare(booster, asked, objective) if is_bare else _Estimator(model, asked)


class _Estimator(Boosted):
    takes_sparse = False

    def __init__(self, model: Any, asked: Asked) -> None:  # noqa: ANN401 - of XGBoost
        super().__init__(model, asked)
        self.names = list_names(model)

    def convert(self, width: int) -> onnx.ModelProto:
        from onnxmltools import convert_xgboost  # noqa: PLC0415 - loaded when it is needed
        from onnxmltools.convert.common.data_types import FloatTensorType  # noqa: PLC0415

        types = [("matrix", FloatTensorType([None, width]))]
        graph: onnx.ModelProto = convert_xgboost(
            _forget_names(self.model), initial_types=types, target_opset=ONNXMLTOOLS_OPSET
        )
        return graph


class _Bare(_Estimator):
    """A Booster, which gives the probability of the second class."""

    def __init__(self, booster: Any, asked: Asked, objective: str) -> None:  # noqa: ANN401 - of XGBoost
        super().__init__(booster, asked)
        self._is_binary = objective == "binary:logistic"
        asked.require(*_describe(objective in _EVENTS))
        self.names = booster.feature_names

    def answer(self, given: Any) -> Array:  # noqa: ANN401 - as the base says
        from xgboost import DMatrix  # noqa: PLC0415 - as above

        answers = self.model.predict(DMatrix(given, feature_names=self.names))
        return np.column_stack([1 - answers, answers]) if self._is_binary else np.asarray(answers)


def _describe(is_event: bool) -> Any:  # noqa: ANN401, FBT001 - arguments of require
    return ("probabilities", "probabilities") if is_event else ("numbers", "numbers")


def _forget_names(model: Any) -> Any:  # noqa: ANN401 - of XGBoost
    """A copy whose columns are called as onnxmltools wants them: f0, f1, ..."""
    copy = deepcopy(model)
    booster = copy.get_booster() if hasattr(copy, "get_booster") else copy
    booster.feature_names = None
    return copy


def register() -> None:
    """Have skl2onnx convert estimators of XGBoost that scikit-learn holds."""
    from onnxmltools.convert.xgboost.operator_converters.XGBoost import (  # noqa: PLC0415 - as above
        convert_xgboost,
    )
    from skl2onnx import update_registered_converter  # noqa: PLC0415
    from skl2onnx.common import shape_calculator as shapes  # noqa: PLC0415
    from xgboost import XGBClassifier, XGBRegressor  # noqa: PLC0415

    options = {"nocl": [True, False], "zipmap": [True, False, "columns"]}
    update_registered_converter(
        XGBClassifier,
        "XGBoostXGBClassifier",
        shapes.calculate_linear_classifier_output_shapes,
        convert_xgboost,
        options=options,
    )
    update_registered_converter(
        XGBRegressor,
        "XGBoostXGBRegressor",
        shapes.calculate_linear_regressor_output_shapes,
        convert_xgboost,
    )
