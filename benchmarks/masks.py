"""A mask of 1,024 x 1,024 pixels, beside the bare session and the PNG that Pillow makes of it.

The graph is a U-Net of two levels with random weights: it segments nothing, but computes what one
that was fitted computes. What is timed is a request as it came, in base64, to the answer as it is
sent: reading the picture, the mask, areas, objects and warnings included. The floor is the session
on the same pixels, the likeliest label, and its PNG. The least of 5 turns; objects are counted
apart, of a mask of noise, which has the most to be joined by chance, and of a chessboard, which has
the most runs.
"""

import base64
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from io import BytesIO

import numpy as np
import onnx
import PIL.Image
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from pydantic_core import to_json

from benchmarks.graph import REGISTRY
from benchmarks.measurement import Measurement
from benchmarks.timing import time_in_turns
from medmaas.model.body import read_request
from medmaas.model.inputs import make_input
from medmaas.model.manifest import ImageInput, MaskOutput, Objects
from medmaas.model.outputs import make_output
from medmaas.model.outputs.components import measure_objects
from medmaas.model.predict import predict
from medmaas.model.registry import Model
from medmaas.model.session import Session
from medmaas.words import ENGLISH

TITLE = "Masks of 1,024 x 1,024: answered, beside session and PNG"
LIMIT = 2.0
LIMIT_OBJECTS_MS = 100.0
SIDE = 1_024
_CHANNELS = 8
_TURNS = 5

Bytes = NDArray[np.uint8]
Calls = dict[str, Callable[[], object]]


def measure(*, smallest: bool = False) -> list[Measurement]:
    """Time them in turns."""
    side, turns = (64, 1) if smallest else (SIDE, _TURNS)
    model, picture = make_model(side), invent_cells(side)
    body = to_json({"instances": [{"image": base64.b64encode(write_png(picture)).decode()}]})
    noise = np.random.default_rng(0).integers(0, 2, (side, side), np.uint8)
    chessboard = (np.indices((side, side)).sum(axis=0) % 2).astype(np.uint8)
    calls: Calls = {
        "answer": partial(answer, model, body),
        "floor": partial(draw_bare, model.session, picture),
        "noise": partial(measure_objects, noise, 0, 8),
        "a chessboard": partial(measure_objects, chessboard, 0, 8),
    }
    seconds = time_in_turns(calls, turns, 1, min)
    ratio = seconds["answer"] / seconds["floor"]
    return [
        Measurement("session, likeliest label and PNG", 1_000 * seconds["floor"], "ms"),
        Measurement("a request to its answer", 1_000 * seconds["answer"], "ms"),
        Measurement("the same against session and PNG", ratio, "x", LIMIT),
        *(
            Measurement(f"objects of {name}", 1_000 * seconds[name], "ms", LIMIT_OBJECTS_MS)
            for name in ("noise", "a chessboard")
        ),
    ]


def answer(model: Model, body: bytes) -> bytes:
    """What a request is answered with."""
    instances, options = read_request(body)
    return to_json(ENGLISH.write_predictions(predict(model, instances, options)))


def draw_bare(session: Session, picture: Bytes) -> bytes:
    """What one would write with ONNX Runtime and Pillow."""
    maps = session.run({"pixels": picture[None, None]})["probabilities"]
    return write_png(maps[0].argmax(0).astype(np.uint8))


def write_png(pixels: Bytes) -> bytes:
    """A file as Pillow writes it by itself."""
    file = BytesIO()
    PIL.Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def invent_cells(side: int) -> Bytes:
    """Bright discs on a dark ground with noise."""
    rng = np.random.default_rng(0)
    down, across = np.mgrid[:side, :side]
    shades = rng.normal(40, 12, (side, side))
    for y, x in rng.uniform(0, side, (60, 2)):
        shades[np.hypot(down - y, across - x) < side / 40] += 110
    return shades.clip(0, 255).astype(np.uint8)


def make_model(side: int) -> Model:
    """A model that takes grey pictures of this size; its manifest is otherwise a shipped one's."""
    spec = ImageInput(tensor="pixels", height=side, width=side, mode="L", layout="NCHW")
    output = MaskOutput(
        tensor="probabilities",
        labels=("ground", "cell"),
        background="ground",
        height=side,
        width=side,
        objects=Objects(),
    )
    shipped = REGISTRY.get("blood_cell")
    changes = {"input": spec, "output": output, "uncertainty": None}
    manifest = shipped.manifest.model_copy(update=changes)
    return replace(
        shipped,
        manifest=manifest,
        inputs=make_input(spec),
        output=make_output(manifest),
        session=Session(write_unet(side)),
        uncertainty=None,
    )


def write_unet(side: int) -> bytes:
    """A U-Net of two levels, its weights random."""
    rng, weights, nodes = np.random.default_rng(0), list[onnx.TensorProto](), list[onnx.NodeProto]()

    def convolve(takes: str, gives: str, channels: tuple[int, int], size: int = 3) -> None:
        scale = np.sqrt(2 / (channels[0] * size**2))
        shape = (channels[1], channels[0], size, size)
        weight = rng.normal(0, scale, shape).astype(np.float32)
        weights.append(numpy_helper.from_array(weight, f"w_{gives}"))
        pads = [size // 2] * 4
        made = gives if size == 1 else f"raw_{gives}"
        nodes.append(helper.make_node("Conv", [takes, f"w_{gives}"], [made], pads=pads))
        if size > 1:
            nodes.append(helper.make_node("Relu", [made], [gives]))

    few, many = _CHANNELS, 2 * _CHANNELS
    weights.append(numpy_helper.from_array(np.array(255, np.float32), "most"))
    weights.append(numpy_helper.from_array(np.array([1, 1, 2, 2], np.float32), "twice"))
    nodes.append(helper.make_node("Cast", ["pixels"], ["shades"], to=TensorProto.FLOAT))
    nodes.append(helper.make_node("Div", ["shades", "most"], ["x"]))
    convolve("x", "a", (1, few))
    convolve("a", "near", (few, few))
    two = [2, 2]
    nodes.append(helper.make_node("MaxPool", ["near"], ["half"], kernel_shape=two, strides=two))
    convolve("half", "b", (few, many))
    convolve("b", "far", (many, many))
    nodes.append(helper.make_node("Resize", ["far", "", "twice"], ["up"], mode="nearest"))
    nodes.append(helper.make_node("Concat", ["near", "up"], ["both"], axis=1))
    convolve("both", "c", (few + many, few))
    convolve("c", "logits", (few, 2), 1)
    nodes.append(helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1))
    takes = helper.make_tensor_value_info("pixels", TensorProto.UINT8, ["n", 1, side, side])
    gives = helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", 2, side, side])
    graph = helper.make_graph(nodes, "unet", [takes], [gives], weights)
    opsets = [helper.make_opsetid("", 20)]
    made: onnx.ModelProto = helper.make_model(graph, opset_imports=opsets, ir_version=10)
    return bytes(made.SerializeToString())
