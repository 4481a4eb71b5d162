"""Steps that skl2onnx does not write, or writes without a part of them (skl2onnx 1.20)."""

from collections.abc import Callable
from typing import Any

import numpy as np
from onnx import TensorProto
from skl2onnx.operator_converters.imputer_op import convert_sklearn_imputer
from skl2onnx.shape_calculators.imputer import calculate_sklearn_imputer_output_shapes
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import FunctionTransformer

FUNCTIONS = {  # what numpy calls them, as operators one after the other
    np.log: ("Log",), np.log1p: ("+1", "Log"), np.exp: ("Exp",), np.expm1: ("Exp", "-1"),
    np.sqrt: ("Sqrt",), np.square: ("square",), np.abs: ("Abs",), np.reciprocal: ("Reciprocal",),
}  # fmt: skip


class _Nodes:
    """Nodes of an operator, in the container that skl2onnx gives."""

    def __init__(self, scope: Any, operator: Any, container: Any) -> None:  # noqa: ANN401 - of skl2onnx
        self._scope, self._container = scope, container
        self.tensor = operator.inputs[0].full_name
        self._output = operator.outputs[0].full_name

    def constant(self, values: Any) -> str:  # noqa: ANN401 - numbers
        array = np.asarray(values)
        whole = array.dtype.kind == "i"
        name: str = self._scope.get_unique_variable_name("constant")
        kind = TensorProto.INT64 if whole else TensorProto.FLOAT
        self._container.add_initializer(name, kind, list(array.shape), array.ravel().tolist())
        return name

    def add(self, operator: str, *inputs: str, last: bool = False, **attributes: Any) -> str:  # noqa: ANN401 - of each operator its own
        name: str = self._output if last else self._scope.get_unique_variable_name(operator)
        self._container.add_node(operator, [*inputs], name, op_version=13, **attributes)
        return name


def apply(step: str, tensor: str, add: Callable[..., str], constant: Callable[..., str]) -> str:
    """One of the operators of `FUNCTIONS` in a graph."""
    if step in {"+1", "-1"}:
        return add("Add", tensor, constant([float(step)]))
    return add("Mul", tensor, tensor) if step == "square" else add(step, tensor)


def _shape_function(operator: Any) -> None:  # noqa: ANN401 - of skl2onnx
    operator.outputs[0].type = operator.inputs[0].type.__class__(operator.inputs[0].type.shape)


def _convert_function(scope: Any, operator: Any, container: Any) -> None:  # noqa: ANN401 - as above
    function = operator.raw_operator.func
    steps = () if function is None else FUNCTIONS.get(function)
    if steps is None or operator.raw_operator.kw_args:
        raise TypeError("FunctionTransformer runs a function of Python that is no operator")
    nodes = _Nodes(scope, operator, container)
    tensor = nodes.tensor
    for step in steps:
        tensor = apply(step, tensor, nodes.add, nodes.constant)
    nodes.add("Identity", tensor, last=True)


def _list_told(imputer: SimpleImputer) -> list[int]:
    """The columns of which the imputer tells where they are missing."""
    return [] if imputer.indicator_ is None else [int(one) for one in imputer.indicator_.features_]


def _shape_imputer(operator: Any) -> None:  # noqa: ANN401 - as above
    calculate_sklearn_imputer_output_shapes(operator)
    operator.outputs[0].type.shape[1] += len(_list_told(operator.raw_operator))


def _convert_imputer(scope: Any, operator: Any, container: Any) -> None:  # noqa: ANN401 - as above
    imputer = operator.raw_operator
    if not _list_told(imputer):
        convert_sklearn_imputer(scope, operator, container)
        return
    values = np.asarray(imputer.statistics_, np.float64)
    if len(operator.inputs) > 1 or np.isnan(values).any() or not np.isnan(imputer.missing_values):
        raise TypeError(
            "SimpleImputer with add_indicator takes columns of numbers that are not all missing"
        )
    nodes = _Nodes(scope, operator, container)
    absent = nodes.add("IsNaN", nodes.tensor)
    filled = nodes.add("Where", absent, nodes.constant([values.tolist()]), nodes.tensor)
    told = nodes.constant(_list_told(imputer))
    noted = nodes.add("Gather", nodes.add("Cast", absent, to=TensorProto.FLOAT), told, axis=1)
    nodes.add("Concat", filled, noted, last=True, axis=1)


CONVERTERS = {FunctionTransformer: _convert_function, SimpleImputer: _convert_imputer}
SHAPES = {FunctionTransformer: _shape_function, SimpleImputer: _shape_imputer}
