"""A graph whose probabilities are raised to a power, as recalibration.py learned it."""

import numpy as np
import onnx
from onnx import helper, numpy_helper

_PREFIX = "recalibration."
_AXES_AS_INPUT = 13  # the opset since which ReduceSum takes its axes so
_OPSET = 20  # for a graph that names none of the standard operators


def raise_to_power(
    graph: onnx.ModelProto, tensor: str, power: float, *, normalises: bool
) -> onnx.ModelProto:
    """A copy that gives its probabilities so.

    Args:
        graph: of the model.
        tensor: the output that holds them, the last dimension being theirs.
        power: one over the temperature, of classes; by which the hazard is multiplied, of survival.
        normalises: whether they are made to sum to 1 again.
    """
    copy = onnx.ModelProto()
    copy.CopyFrom(graph)
    before = _PREFIX + tensor
    for node in copy.graph.node:
        for names in (node.input, node.output):
            for i, name in enumerate(names):
                if name == tensor:
                    names[i] = before
    (output,) = [one for one in copy.graph.output if one.name == tensor]
    dtype = helper.tensor_dtype_to_np_dtype(output.type.tensor_type.elem_type)
    constants = {"power": np.array(power, dtype)}
    raised = _PREFIX + "raised" if normalises else tensor
    nodes = [helper.make_node("Pow", [before, _PREFIX + "power"], [raised])]
    if normalises:
        if _find_opset(copy) >= _AXES_AS_INPUT:
            constants["axes"] = np.array([-1], np.int64)
            sums = helper.make_node("ReduceSum", [raised, _PREFIX + "axes"], [_PREFIX + "sum"])
        else:
            sums = helper.make_node("ReduceSum", [raised], [_PREFIX + "sum"], axes=[-1])
        nodes += [sums, helper.make_node("Div", [raised, _PREFIX + "sum"], [tensor])]
    copy.graph.node.extend(nodes)
    copy.graph.initializer.extend(
        numpy_helper.from_array(value, _PREFIX + name) for name, value in constants.items()
    )
    return copy


def _find_opset(graph: onnx.ModelProto) -> int:
    """Of the standard operators, which are added where there are none."""
    for opset in graph.opset_import:
        if opset.domain in {"", "ai.onnx"}:
            return int(opset.version)
    graph.opset_import.append(helper.make_opsetid("", _OPSET))
    return _OPSET
