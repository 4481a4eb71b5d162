"""ZipMap, the operator that makes a dictionary per row of a tensor of probabilities, is taken off.

Converters put it at the end of classifiers (CatBoost, skl2onnx, onnxmltools). Nobody who serves
rows in columns can read it, and the tensor before it holds the same numbers.
"""

import onnx
from onnx import TensorProto, helper

_DOMAIN, _OPERATOR = "ai.onnx.ml", "ZipMap"


def list_zipped_labels(model: onnx.ModelProto) -> dict[str, tuple[str, ...]]:
    """The labels of each ZipMap, in the order of the columns, by the name of its output."""
    return {node.output[0]: _read_labels(node) for node in _find_zipmaps(model)}


def remove_zipmap(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with a tensor in the place of every sequence of dictionaries that it gives.

    The output keeps its name: it is the tensor [n, labels] of which the dictionaries were made. A
    model without ZipMap comes back as it is; the one that was given is never changed.
    """
    if not _find_zipmaps(model):
        return model
    changed = onnx.ModelProto()
    changed.CopyFrom(model)
    types = {node.output[0]: len(_read_labels(node)) for node in _find_zipmaps(changed)}
    for node in _find_zipmaps(changed):
        node.CopyFrom(helper.make_node("Identity", [*node.input], [*node.output], name=node.name))
    for output in changed.graph.output:
        if output.name in types:
            shape = [None, types[output.name] or None]
            output.CopyFrom(helper.make_tensor_value_info(output.name, TensorProto.FLOAT, shape))
    stale = [value for value in changed.graph.value_info if value.name in types]
    for value in stale:
        changed.graph.value_info.remove(value)
    if not {"", "ai.onnx"} & {opset.domain for opset in changed.opset_import}:
        changed.opset_import.append(helper.make_opsetid("", 9))  # Identity is of these operators
    return changed


def _find_zipmaps(model: onnx.ModelProto) -> list[onnx.NodeProto]:
    return [n for n in model.graph.node if (n.domain, n.op_type) == (_DOMAIN, _OPERATOR)]


def _read_labels(node: onnx.NodeProto) -> tuple[str, ...]:
    """Labels as text, whether they are stored as text or as whole numbers."""
    stated = {attribute.name: attribute for attribute in node.attribute}
    if "classlabels_strings" in stated:
        return tuple(label.decode() for label in stated["classlabels_strings"].strings)
    if "classlabels_int64s" in stated:
        return tuple(str(label) for label in stated["classlabels_int64s"].ints)
    return ()
