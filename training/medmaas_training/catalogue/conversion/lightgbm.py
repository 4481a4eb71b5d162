"""LightGBM, by onnxmltools."""

import re
from typing import Any

import numpy as np
import onnx

from medmaas_training.catalogue.conversion.asked import Array, Asked
from medmaas_training.catalogue.conversion.boosted import (
    ONNXMLTOOLS_OPSET,
    Boosted,
    require_objective,
)
from medmaas_training.catalogue.conversion.predictor import Predictor
from medmaas_training.catalogue.conversion.trees import round_down
from medmaas_training.errors import TrainingError

_EVENTS = {"binary", "multiclass"}
_EXACT = {
    *_EVENTS,
    "regression",
    "regression_l1",
    "huber",
    "fair",
    "quantile",
    "poisson",
    "tweedie",
}
_UNNAMED = re.compile(r"Column_\d+")


def open_model(model: Any, asked: Asked) -> Predictor:  # noqa: ANN401 - as the room says
    """An estimator, or a Booster."""
    is_bare = hasattr(model, "dump_model")
    if not is_bare and not model.__sklearn_is_fitted__():
        raise TrainingError("the model is not fitted: call fit before export")
    booster = model if is_bare else model.booster_
    told = booster.dump_model(num_iteration=1)
    objective = str(told.get("objective", "")).split(" ")[0]
    way = "fit it with binary, multiclass, regression or poisson"
    require_objective("LightGBM", _EXACT, objective, way)
    if told.get("average_output"):
        raise TrainingError(
            "onnxmltools writes random forests of LightGBM otherwise than they answer: fit it with "
            "boosting_type='gbdt', or a forest of scikit-learn"
        )
    return _Bare(model, asked, objective) if is_bare else _Estimator(model, asked)


class _Estimator(Boosted):
    def __init__(self, model: Any, asked: Asked) -> None:  # noqa: ANN401 - of LightGBM
        super().__init__(model, asked)
        self._booster = getattr(model, "booster_", model)
        names = list(self._booster.feature_name())
        self.names = None if all(map(_UNNAMED.fullmatch, names)) else names

    def convert(self, width: int) -> onnx.ModelProto:
        from onnxmltools import convert_lightgbm  # noqa: PLC0415 - loaded when it is needed
        from onnxmltools.convert.common.data_types import FloatTensorType  # noqa: PLC0415

        types = [("matrix", FloatTensorType([None, width]))]
        graph: onnx.ModelProto = convert_lightgbm(
            _round_thresholds(self._booster),
            initial_types=types,
            target_opset=ONNXMLTOOLS_OPSET,
            zipmap=False,
        )
        return graph


class _Bare(_Estimator):
    """A Booster, which gives the probability of the second class."""

    def __init__(self, booster: Any, asked: Asked, objective: str) -> None:  # noqa: ANN401 - of LightGBM
        super().__init__(booster, asked)
        self._is_binary = objective == "binary"
        is_event = objective in _EVENTS
        asked.require(
            "probabilities" if is_event else "numbers", "probabilities" if is_event else "numbers"
        )

    def answer(self, given: Any) -> Array:  # noqa: ANN401 - as the base says
        answers = np.asarray(self.model.predict(given))
        return np.column_stack([1 - answers, answers]) if self._is_binary else answers


def _round_thresholds(booster: Any) -> Any:  # noqa: ANN401 - of LightGBM
    """A copy that answers every float32 as before, and whose thresholds are float32."""

    def round_line(line: re.Match[str]) -> str:
        numbers = round_down(np.array(line[1].split(), np.float64))
        return "threshold=" + " ".join(repr(float(number)) for number in numbers)

    text = re.sub(r"^threshold=(.+)$", round_line, booster.model_to_string(), flags=re.MULTILINE)
    text = re.sub(r"^tree_sizes=.*\n", "", text, flags=re.MULTILINE)  # of the text before
    return type(booster)(model_str=text)


def register() -> None:
    """Have skl2onnx convert estimators of LightGBM that scikit-learn holds."""
    from lightgbm import LGBMClassifier, LGBMRegressor  # noqa: PLC0415 - as above
    from onnxmltools.convert.lightgbm.operator_converters.LightGbm import (  # noqa: PLC0415
        convert_lightgbm,
    )
    from skl2onnx import update_registered_converter  # noqa: PLC0415
    from skl2onnx.common import shape_calculator as shapes  # noqa: PLC0415

    options = {"nocl": [True, False], "zipmap": [True, False, "columns"]}
    update_registered_converter(
        LGBMClassifier,
        "LightGbmLGBMClassifier",
        shapes.calculate_linear_classifier_output_shapes,
        convert_lightgbm,
        options=options,
    )
    update_registered_converter(
        LGBMRegressor,
        "LightGbmLGBMRegressor",
        shapes.calculate_linear_regressor_output_shapes,
        convert_lightgbm,
        options={"split": None},
    )
