"""Models that draw masks: one by hand, whose answers are known, and a U-Net on invented cells."""

import base64
import io
import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import PIL.Image
import yaml
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from medmaas.model.manifest import MaskOutput
from tests.conftest import ROOT

Json = dict[str, Any]
Bytes = NDArray[np.uint8]
SIDE = 32


def make_spec(**changes: Any) -> MaskOutput:
    stated = {
        "tensor": "probabilities",
        "labels": ["ground", "nucleus"],
        "background": "ground",
        "height": SIDE,
        "width": SIDE,
    }
    return MaskOutput.model_validate(stated | changes)


def write_shades(side: int = SIDE) -> bytes:
    """Shades over 255 as probabilities of what is bright, and 4 p (1 - p) beside them."""
    shape: list[str | int | None] = ["n", 1, side, side]
    takes = helper.make_tensor_value_info("pixels", TensorProto.UINT8, shape)
    gives = [
        helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, shape),
        helper.make_tensor_value_info("doubt", TensorProto.FLOAT, ["n", side, side]),
    ]
    numbers = {"most": 255.0, "one": 1.0, "four": 4.0}
    axis = numpy_helper.from_array(np.array([1]), "axis")
    known = [
        axis,
        *(
            numpy_helper.from_array(np.array(one, np.float32), name)
            for name, one in numbers.items()
        ),
    ]
    nodes = [
        helper.make_node("Cast", ["pixels"], ["shades"], to=TensorProto.FLOAT),
        helper.make_node("Div", ["shades", "most"], ["probabilities"]),
        helper.make_node("Sub", ["one", "probabilities"], ["rest"]),
        helper.make_node("Mul", ["probabilities", "rest"], ["both"]),
        helper.make_node("Mul", ["both", "four"], ["map"]),
        helper.make_node("Squeeze", ["map", "axis"], ["doubt"]),
    ]
    return serialise(helper.make_graph(nodes, "shades", [takes], gives, known))


def serialise(graph: onnx.GraphProto) -> bytes:
    opsets = [helper.make_opsetid("", 20)]
    made: onnx.ModelProto = helper.make_model(graph, opset_imports=opsets, ir_version=10)
    return bytes(made.SerializeToString())


def invent_cells(rng: np.random.Generator, side: int = SIDE, count: int = 4) -> tuple[Bytes, Bytes]:
    """A grey picture of bright discs on a dark ground with noise, and which pixels are theirs."""
    down, across = np.mgrid[:side, :side]
    mask = np.zeros((side, side), np.uint8)
    for _ in range(count):
        y, x, radius = rng.uniform((0, 0, side / 10), (side, side, side / 6))
        mask |= (np.hypot(down - y, across - x) < radius).astype(np.uint8)
    shades = 40 + 110 * mask + rng.normal(0, 12, mask.shape)
    return shades.clip(0, 255).astype(np.uint8), mask


def fit_unet(pictures: Bytes, masks: Bytes, *, steps: int = 60, width: int = 8) -> Any:
    """A small U-Net of two levels that gives the probability of ground and cell per pixel.

    Args:
        pictures: grey, [n, side, side].
        masks: 0 or 1, likewise.
        steps: of the fit; 0 leaves random weights.
        width: channels of the first level.
    """
    import torch  # noqa: PLC0415 - takes seconds
    from torch import nn  # noqa: PLC0415

    torch.manual_seed(0)

    def double(takes: int, gives: int) -> Any:
        return nn.Sequential(
            nn.Conv2d(takes, gives, 3, padding=1), nn.BatchNorm2d(gives), nn.ReLU(),
            nn.Conv2d(gives, gives, 3, padding=1), nn.BatchNorm2d(gives), nn.ReLU(),
        )  # fmt: skip

    class UNet(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = double(1, width), double(width, 2 * width)
            self.last, self.head = double(3 * width, width), nn.Conv2d(width, 2, 1)
            self.pool, self.up = nn.MaxPool2d(2), nn.Upsample(scale_factor=2, mode="nearest")

        def forward(self, pixels: Any) -> Any:
            near = self.first(pixels.float() / 255)
            far = self.up(self.second(self.pool(near)))
            return torch.softmax(self.head(self.last(torch.cat([near, far], 1))), 1)

    network = UNet()
    optimiser = torch.optim.Adam(network.parameters(), 1e-2)
    x, y = torch.tensor(pictures)[:, None], torch.tensor(masks).long()
    for step in range(steps):
        some = torch.arange(step * 16, step * 16 + 16) % len(x)
        loss = nn.functional.nll_loss(network(x[some]).clamp_min(1e-7).log(), y[some])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return network.eval()


def export_unet(network: Any, side: int = SIDE) -> bytes:
    import torch  # noqa: PLC0415

    from medmaas_training.catalogue.graph import convert_torch  # noqa: PLC0415

    example = torch.zeros(2, 1, side, side, dtype=torch.uint8)
    graph = convert_torch(network, example, "probabilities", input_name="pixels")
    return bytes(graph.SerializeToString())


def write_png(pixels: Bytes) -> str:
    file = io.BytesIO()
    PIL.Image.fromarray(pixels).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def read_png(content: str) -> Bytes:
    """The values of the pixels of a file in base64."""
    return np.asarray(PIL.Image.open(io.BytesIO(base64.b64decode(content))))


def add_model(
    models: Path,
    graph: bytes,
    name: str = "cells",
    *,
    side: int = SIDE,
    output: Json | None = None,
    examples: int = 2,
    **more: Any,
) -> Path:
    """Put a graph into a models folder by the command that anybody uses.

    Args:
        models: the folder.
        graph: of grey pixels.
        name: what it is called.
        side: pixels of an edge.
        output: what else the output states.
        examples: how many invented pictures are golden cases, and shown.
        more: what else the draft states.
    """
    from medmaas_training.catalogue.addition import add  # noqa: PLC0415 - takes seconds

    rng = np.random.default_rng(1)
    instances = [{"image": write_png(invent_cells(rng, side)[0])} for _ in range(examples)]
    draft = deepcopy(yaml.safe_load((ROOT / "docs" / "own-model.yaml").read_text()))
    draft |= {
        "id": name,
        "title": "Cells in a picture",
        "input": {
            "kind": "image", "tensor": "pixels", "height": side, "width": side, "mode": "L",
            "layout": "NCHW",
        },
        "output": json.loads(make_spec(height=side, width=side).model_dump_json(exclude_none=True))
        | (output or {}),
        "golden": {"tolerance": 1e-4, "cases": [{"instance": one} for one in instances]},
        "examples": [
            {"title": f"Invented {i}", "instance": one} for i, one in enumerate(instances, 1)
        ],
    } | more  # fmt: skip
    paths = models.parent / f"{name}.onnx", models.parent / f"{name}.yaml"
    paths[0].write_bytes(graph)
    paths[1].write_text(yaml.safe_dump(draft))
    add(*paths, None, models)
    (folder,) = (models / name).iterdir()
    return folder
