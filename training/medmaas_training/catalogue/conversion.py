"""A model fitted with scikit-learn or PyTorch: the graph of it, and what it answers itself."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import onnx
import pandas as pd
import torch
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, is_classifier, is_regressor
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from medmaas.model.manifest import Input, Output
from medmaas_training.catalogue.graph import convert_sklearn, convert_torch
from medmaas_training.errors import TrainingError
from medmaas_training.kinds.outputs import describe_output
from medmaas_training.rows import Fed, PartRows, feed

Array = NDArray[Any]
_TYPES = {"tensor(float)": np.float32, "tensor(uint8)": np.uint8, "tensor(int64)": np.int64}


class SklearnModel:
    """A classifier, which gives the probability of each class, or a regressor."""

    def __init__(self, model: BaseEstimator, rows: Any, spec: Input, output: Output) -> None:  # noqa: ANN401 - an array of any library
        if not spec.row_features:
            raise TrainingError(f"scikit-learn takes an input of kind tabular, not {spec.kind}")
        try:
            check_is_fitted(model)
        except NotFittedError as error:
            raise TrainingError("the model is not fitted: call fit before export") from error
        self._classifies = is_classifier(model)
        self._model = model
        self._names = getattr(model, "feature_names_in_", None)
        if len(spec.tensors) > 1:
            raise TrainingError("scikit-learn takes one table: export parts from a torch.nn.Module")
        ((self._tensor, (_, shape)),) = spec.tensors.items()
        self.rows = _shape_rows(rows, shape, np.float64)
        if self._names is not None:
            names = [feature.name for feature in spec.row_features]
            _require_order("input.features", names, self._names)
        labels = describe_output(output).labels
        if self._classifies and labels:
            _require_order("output.labels", labels, model.classes_)

    def convert(self) -> onnx.ModelProto:
        """The graph.

        Raises:
            TrainingError: skl2onnx has no converter for it.
        """
        try:
            return convert_sklearn(self._model, self.rows.shape[1], input_name=self._tensor)
        except Exception as error:  # its converters raise anything
            raise TrainingError("skl2onnx cannot convert this model to ONNX") from error

    def answer(self, rows: Array) -> Array:
        """What the model itself gives for rows [n, features]."""
        given = rows if self._names is None else pd.DataFrame(rows, columns=self._names)
        if self._classifies:
            return np.asarray(self._model.predict_proba(given))
        return np.asarray(self._model.predict(given))


class TorchModel:
    """A module that takes the tensors of an input, in order, and gives those of the output."""

    def __init__(self, module: torch.nn.Module, rows: Any, spec: Input, output: Output) -> None:  # noqa: ANN401 - as above
        self._module = module.eval()
        self._spec = spec
        self._outputs = output.tensors
        self.rows = _shape_tensors(rows, spec)

    def convert(self) -> onnx.ModelProto:
        """The graph.

        Raises:
            TrainingError: PyTorch cannot export it with a dynamic first dimension.
        """
        example = {name: torch.from_numpy(array) for name, array in self._feed(self.rows[:2])}
        dynamic = {
            name: ("n", f"rows of {name}")[: shape.count(-1)]
            for name, (_, shape) in self._spec.tensors.items()
        }
        dynamic = {name: tuple(map(_name_dimension, sizes)) for name, sizes in dynamic.items()}
        try:
            return convert_torch(self._module, example, *self._outputs, dynamic=dynamic)
        except Exception as error:  # its exporter raises anything
            raise TrainingError(
                "PyTorch cannot export this module to ONNX for any number of rows"
            ) from error

    def _feed(self, rows: Fed) -> Iterable[tuple[str, Array]]:
        return feed(rows, self._spec.tensors).items()

    def answer(self, rows: Fed) -> dict[str, Array]:
        """What the module itself gives for rows [n, ...], by name of output."""
        with torch.no_grad():
            given = self._module(*(torch.from_numpy(array) for _, array in self._feed(rows)))
        tensors = given if isinstance(given, tuple) else (given,)
        return {
            name: tensor.double().numpy()
            for name, tensor in zip(self._outputs, tensors, strict=True)
        }


def open_trained(
    model: object, rows: object, spec: Input, output: Output
) -> SklearnModel | TorchModel:
    """The model with rows [n, ...] of the type and shape that its graph takes.

    Raises:
        TrainingError: it is of neither library, not fitted, or the rows are others than stated.
    """
    if isinstance(model, torch.nn.Module):
        return TorchModel(model, rows, spec, output)
    if isinstance(model, BaseEstimator) and (is_classifier(model) or is_regressor(model)):
        return SklearnModel(model, rows, spec, output)
    raise TrainingError(
        "export takes a classifier or regressor of scikit-learn, or a torch.nn.Module"
    )


def _name_dimension(name: str) -> str:
    return re.sub(r"\W", "_", name)


def _shape_tensors(rows: object, spec: Input) -> Fed:
    """Rows of the one tensor, or by name of several."""
    kinds = spec.tensors
    if len(kinds) == 1:
        ((datatype, shape),) = kinds.values()
        return _shape_rows(rows, shape, _TYPES[datatype])
    if not isinstance(rows, Mapping) or {*rows} != {*kinds}:
        raise TrainingError(f"rows must be arrays by name: {', '.join(kinds)}")
    arrays = {
        name: _shape_rows(rows[name], shape, _TYPES[datatype], name)
        for name, (datatype, shape) in kinds.items()
    }
    if len({len(array) for array in arrays.values()}) > 1:
        raise TrainingError("rows must hold as many rows of each tensor")
    return PartRows(arrays)


def _shape_rows(rows: object, shape: Sequence[int], dtype: type, name: str = "") -> Array:
    try:
        array: Array = np.ascontiguousarray(rows, dtype=dtype)
    except (TypeError, ValueError) as error:
        raise TrainingError("rows must be numbers, as the graph takes them") from error
    fits = array.ndim == len(shape) and all(
        needs in {-1, has} for has, needs in zip(array.shape, shape, strict=True)
    )
    if not fits or len(array) < 2:
        wanted = ", ".join("any" if size == -1 else str(size) for size in shape[1:])
        raise TrainingError(
            f"{name or 'rows'} is {list(array.shape)}, the input as stated is [n, {wanted}], "
            "n at least 2"
        )
    return array


def _require_order(field: str, stated: Sequence[str], fitted: Sequence[object]) -> None:
    """Refuse words that are the fitted model's, but in another order."""
    order = [str(word) for word in fitted]
    if set(order) == set(stated) and order != list(stated):
        raise TrainingError(f"{field} must be in the order of the model: {', '.join(order)}")
