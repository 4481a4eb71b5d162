"""ZipMap comes off: the tensor that it made dictionaries of takes its place."""

from collections.abc import Sequence

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper

from medmaas_training.catalogue.zipmap import list_zipped_labels, remove_zipmap


def make_zipped(
    labels: Sequence[str] | Sequence[int], opset: int = 13, *, standard: bool = True
) -> onnx.ModelProto:
    """A classifier of two columns as converters write it: a label, and a dictionary per row."""
    words = isinstance(labels[0], str)
    key = "strings" if words else "int64s"
    names = {f"classlabels_{key}": list(labels)}
    nodes = [
        helper.make_node(
            "LinearClassifier",
            ["x"],
            ["label", "scores"],
            domain="ai.onnx.ml",
            coefficients=[float(i) for i in range(2 * len(labels))],
            intercepts=[0.0] * len(labels),
            post_transform="SOFTMAX",
            **{f"classlabels_{'strings' if words else 'ints'}": list(labels)},
        ),
        helper.make_node("ZipMap", ["scores"], ["probability"], domain="ai.onnx.ml", **names),
    ]
    key_type = TensorProto.STRING if words else TensorProto.INT64
    value = helper.make_tensor_type_proto(TensorProto.FLOAT, [])
    maps = helper.make_sequence_type_proto(helper.make_map_type_proto(key_type, value))
    graph = helper.make_graph(
        nodes,
        "zipped",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 2])],
        [
            helper.make_tensor_value_info("label", key_type, [None]),
            helper.make_value_info("probability", maps),
        ],
    )
    opsets = [helper.make_opsetid("ai.onnx.ml", 1)]
    opsets += [helper.make_opsetid("", opset)] if standard else []
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


@pytest.mark.parametrize("labels", [("benign", "malignant"), (0, 1, 2)])
@pytest.mark.parametrize("standard", [True, False])
def test_the_tensor_holds_what_the_dictionaries_held(
    labels: Sequence[str] | Sequence[int], *, standard: bool
) -> None:
    model = make_zipped(labels, standard=standard)
    before = model.SerializeToString()
    rows = np.array([[0.5, 1.0], [2.0, -1.0]], np.float32)
    bare = remove_zipmap(model)
    onnx.checker.check_model(bare, full_check=True)
    maps = onnxruntime.InferenceSession(before).run(["probability"], {"x": rows})[0]
    session = onnxruntime.InferenceSession(bare.SerializeToString())
    (table,) = session.run(["probability"], {"x": rows})
    assert [one.shape for one in session.get_outputs()] == [[None], [None, len(labels)]]
    assert table.tolist() == [[row[label] for label in labels] for row in maps]
    assert model.SerializeToString() == before, "the model that was given stays as it was"


def test_labels_are_listed_in_the_order_of_the_columns() -> None:
    assert list_zipped_labels(make_zipped(("well", "ill"))) == {"probability": ("well", "ill")}
    assert list_zipped_labels(make_zipped((1, 0))) == {"probability": ("1", "0")}


def test_a_graph_without_it_comes_back_as_it_is() -> None:
    bare = remove_zipmap(make_zipped((0, 1)))
    assert remove_zipmap(bare) is bare
    assert list_zipped_labels(bare) == {}
