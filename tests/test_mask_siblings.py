"""Masks unlike the usual: another layout, element type, crop or script, or no answer at all."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from fastapi.testclient import TestClient
from onnx import TensorProto, helper, numpy_helper

from medmaas.api.app import create_app
from medmaas.model.registry import Registry
from medmaas.table.csv_answers import write_header
from tests.masks import SIDE, add_model, read_png, write_png, write_shades

Json = dict[str, Any]
Change = Callable[[onnx.GraphProto], None]
BY_HALF: Json = {"threshold": {"value": 0.5, "chosen": "by hand"}}
FAR: Json = {
    "uncertainty": {
        "method": "The mean shade.",
        "calibrated_on": "nobody",
        "distance": {"kind": "tensor", "tensor": "far", "threshold": 0.8},
        "intervals": {"kind": "mask", "levels": [{"coverage": 0.9, "quantiles": [0.05]}]},
    }
}


def change_graph(change: Change) -> bytes:
    model = onnx.load_from_string(write_shades())
    change(model.graph)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def add_distance(graph: onnx.GraphProto) -> None:
    """The mean probability."""
    axes = numpy_helper.from_array(np.array([1, 2, 3]), "axes")
    graph.initializer.append(axes)
    node = helper.make_node("ReduceMean", ["probabilities", "axes"], ["far"], keepdims=0)
    graph.node.append(node)
    graph.output.append(helper.make_tensor_value_info("far", TensorProto.FLOAT, ["n"]))


def put_last(graph: onnx.GraphProto) -> None:
    """Two labels, the last dimension."""
    graph.node.append(helper.make_node("Concat", ["rest", "probabilities"], ["two"], axis=1))
    graph.node.append(helper.make_node("Transpose", ["two"], ["last"], perm=[0, 2, 3, 1]))
    shape: list[str | int | None] = ["n", SIDE, SIDE, 2]
    graph.output.append(helper.make_tensor_value_info("last", TensorProto.FLOAT, shape))


def halve(graph: onnx.GraphProto) -> None:
    """The same in float16."""
    graph.node.append(
        helper.make_node("Cast", ["probabilities"], ["short"], to=TensorProto.FLOAT16)
    )
    shape: list[str | int | None] = ["n", 1, SIDE, SIDE]
    graph.output.append(helper.make_tensor_value_info("short", TensorProto.FLOAT16, shape))


def take_one(graph: onnx.GraphProto) -> None:
    """Of one row."""
    for end in [*graph.input, *graph.output]:
        end.type.tensor_type.shape.dim[0].dim_value = 1


def serve(tmp_path: Path, graph: bytes, output: Json, **more: Any) -> TestClient:
    models = tmp_path / "models"
    models.mkdir()
    add_model(models, graph, "shades", output=output, **more)
    return TestClient(create_app(Registry(models)))


def ask(client: TestClient, *pictures: Any, **more: Any) -> list[Json]:
    body = {"instances": [{"image": write_png(one)} for one in pictures], **more}
    response = client.post("/models/shades/predict", json=body)
    assert response.status_code == 200, response.text
    predictions: list[Json] = response.json()["predictions"]
    return predictions


@pytest.mark.parametrize(
    ("change", "output"),
    [
        (put_last, {"tensor": "last", "layout": "NHWC"}),
        (halve, {"tensor": "short", **BY_HALF}),
        (take_one, BY_HALF),
    ],
)
def test_other_layouts_and_element_types_give_the_same_mask(
    tmp_path: Path, change: Change, output: Json
) -> None:
    client = serve(tmp_path, change_graph(change), output)
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (2, SIDE, SIDE), np.uint8)
    for picture, prediction in zip(pictures, ask(client, *pictures), strict=True):
        np.testing.assert_array_equal(read_png(prediction["output"]["mask"]), picture >= 128)


def test_a_picture_that_is_far_away_has_no_mask_unless_it_is_forced(tmp_path: Path) -> None:
    client = serve(tmp_path, change_graph(add_distance), BY_HALF, **FAR)
    near, far = np.zeros((SIDE, SIDE), np.uint8), np.full((SIDE, SIDE), 250, np.uint8)
    near[:8], far[0] = 200, 240
    known, unknown = ask(client, near, far)
    assert (known["status"], unknown["status"]) == ("ok", "abstained")
    assert unknown["output"] is None
    assert "interval" not in unknown
    (area,) = known["interval"]["areas"]
    assert (area["low"], area["high"]) == (0.2, 0.3)
    _, forced = ask(client, near, far, force=True)
    assert forced["status"] == "forced"
    assert forced["output"]["areas"][0]["share"] == 1
    inputs = [{"name": "image", "shape": [2], "datatype": "BYTES"}]
    data = [write_png(one) for one in (near, far)]
    asked = client.post(
        "/v2/models/shades.columns/infer", json={"inputs": [inputs[0] | {"data": data}]}
    )
    columns = {one["name"]: one["data"] for one in asked.json()["outputs"]}
    assert columns["mask"][1] == ""
    assert columns["pixels_nucleus"] == [256, "NaN"]


def test_a_crop_at_the_scale_of_training_has_areas_in_mm2_and_its_box(tmp_path: Path) -> None:
    spec = {
        "kind": "image", "tensor": "pixels", "height": SIDE, "width": SIDE, "mode": "L",
        "layout": "NCHW", "crop": {"side": 40, "of": 60},
    }  # fmt: skip
    output = {**BY_HALF, "pixel_spacing": [1, 1]}
    client = serve(tmp_path, write_shades(), output, input=spec)
    white, other = np.full((60, 70), 255, np.uint8), np.full((120, 140), 255, np.uint8)
    at_scale, off = ask(client, white, other, force=True)
    assert at_scale["output"]["box"] == {"left": 15, "top": 10, "right": 55, "bottom": 50}
    assert at_scale["output"]["areas"][0]["mm2"] == SIDE * SIDE
    assert off["status"] == "forced"  # of another scale: nobody knows how large it shows things
    assert off["output"]["areas"][0]["mm2"] is None


def test_words_of_any_script_are_labels(tmp_path: Path) -> None:
    labels = ["背景", "细胞核 50 %"]
    client = serve(tmp_path, write_shades(), {**BY_HALF, "labels": labels, "background": "背景"})
    (prediction,) = ask(client, np.diag(np.full(SIDE, 255, np.uint8)))
    assert prediction["output"]["areas"][0]["label"] == labels[1]
    told = client.get("/v2/models/shades.columns").json()
    names = [one["name"] for one in told["outputs"]]
    assert "pixels_细胞核_50_percent" in names
    json.dumps(told)


def test_a_table_for_people_has_no_drawings(tmp_path: Path) -> None:
    client = serve(tmp_path, write_shades(), {**BY_HALF, "pixel_spacing": [1, 1]})
    model = Registry(tmp_path / "models").get("shades")
    assert client
    columns = write_header(model).decode().strip().split(",")
    assert "mask" not in columns
    assert {"pixels_nucleus", "mm2_nucleus", "share_nucleus", "box_left"} <= {*columns}
