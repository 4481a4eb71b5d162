"""Where in a picture the answer comes from: hide a part, and see what the answer loses.

Occlusion (Zeiler & Fergus 2014, doi 10.1007/978-3-319-10590-1_53), by patches of two sizes that
step over 8 x 8 cells and overlap; what is hidden gets the picture's mean colour.
"""

import base64
from collections.abc import Sequence
from io import BytesIO
from itertools import product
from typing import Any

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from medmaas.facts import Fact
from medmaas.model.columns import DECIMALS, Tensors
from medmaas.model.explanation.budget import Budget, OutOfTimeError
from medmaas.model.explanation.calls import Calls
from medmaas.model.explanation.contributions import describe_explained
from medmaas.model.explanation.log_odds import name_difference, name_measure, weigh
from medmaas.model.explanation.parts import name_level
from medmaas.model.inputs.image import Image
from medmaas.model.kinds import expect
from medmaas.model.manifest import FEWEST_TRIED, ImageInput
from medmaas.model.outputs import make_targets
from medmaas.model.registry import Model
from medmaas.model.schema import INTEGER, NUMBER, TEXT, Schema, describe_list, describe_object
from medmaas.model.targets import Targets

Floats = NDArray[np.float64]
_OCCLUSION = Fact("occlusion")
_AGAINST = Fact("picture_with_part_hidden")
CELLS = 8  # per edge
_SIZES = (4, 2)  # cells along a patch's edge
_QUARTERS = 4
_MOST_PIXELS, _COLOURS = 256, 128  # of the map over the picture, so that 50 fit an answer of 6 MB
_SPEAKS_FOR, _SPEAKS_AGAINST = (213, 94, 0), (0, 114, 178)  # Okabe & Ito's vermilion and blue
_OPACITY = 0.65
_DOWN, _ACROSS = ("upper", "middle", "lower"), ("left", "middle", "right")


class ImageExplainer:
    """A heat map of what the answer loses where the picture is hidden."""

    def __init__(self, model: Model, spec: ImageInput) -> None:
        self._model, self._spec = model, spec
        self._targets = make_targets(model.manifest.output)
        explanation = model.manifest.explanation
        self._trial = (explanation and explanation.trial) or ()

    def explain(self, tensors: Tensors, instance: object, budget: Budget) -> dict[str, Any]:
        """The explanation of one picture [1, ...], or why there is none."""
        if lost := self._find_lost():
            return {"sentence": lost, "complete": False}
        picture = tensors[self._spec.tensor][0]
        if budget.is_spent:
            raise OutOfTimeError
        upright, box = expect(self._model.inputs, Image).locate(instance)
        small, scale = _shrink(upright)  # first, since it may take longer than the map
        with Calls(self._model, budget) as calls:
            whole = self._answer(picture, calls)
            head = self._targets.headline(whole)
            heat, complete = self._occlude(picture, whole, head, calls)
        target = self._targets.targets[head]
        left, top, right, bottom = box
        level = name_level(target, float(whole[head]))
        clauses = [
            Fact("target_is", target=target.words, level=level),
            _name_most(self._targets, head, heat),
        ]
        if not complete or not self._trial:
            clauses.append(Fact("heat_map_not_tried"))
        return {
            "sentence": Fact("clauses", clauses=clauses),
            "method": _OCCLUSION,
            "against": _AGAINST,
            "measure": name_measure(self._targets, head),
            "complete": complete,
            "heat_map": {
                "of": target.name,
                "rows": heat.round(DECIMALS).tolist(),
                "box": {"left": left, "top": top, "width": right - left, "height": bottom - top},
                "png": _draw_map(small, [round(edge * scale) for edge in box], heat),
            },
        }

    def _find_lost(self) -> Fact | None:
        """Why no map is shown: it was tried, and did not win."""
        lost = [check for check in self._trial if not check.is_won]
        if not lost:
            return None
        n = min(check.n for check in lost)
        if n < FEWEST_TRIED:
            return Fact("heat_map_tried_on_few", n=n, fewest=FEWEST_TRIED)
        return Fact("heat_map_lost", n=n)

    def _answer(self, picture: NDArray[Any], calls: Calls) -> Floats:
        ((_, outputs),) = calls.play(1, picture.size, lambda _: picture[None])
        answer: Floats = self._targets.settle(self._targets.read(outputs))[0]
        return answer

    def _occlude(
        self, picture: NDArray[Any], whole: Floats, head: int, calls: Calls
    ) -> tuple[Floats, bool]:
        """What is lost per cell [8, 8], on average over the patches that cover it.

        Every map looks at its four quarters; there may be no time for all other patches.

        Raises:
            OutOfTimeError: there is none for the quarters.
        """
        channels_last = self._spec.layout == "NHWC"
        pixels = picture if channels_last else picture.transpose(1, 2, 0)
        colour = pixels.mean(axis=(0, 1)).astype(picture.dtype)
        top, left = (place_edges(size, CELLS) for size in pixels.shape[:2])
        lost, covered = np.zeros((2, CELLS, CELLS))
        (level,) = weigh(self._targets, whole[None], head)
        for number, (down, across) in enumerate(_PATCHES):
            rows = slice(top[down.start], top[down.stop])
            hidden = pixels.copy()
            hidden[rows, left[across.start] : left[across.stop]] = colour
            fed = hidden if channels_last else hidden.transpose(2, 0, 1)
            try:
                (left_over,) = weigh(self._targets, self._answer(fed, calls)[None], head)
            except OutOfTimeError:
                if number < _QUARTERS:
                    raise
                return lost / covered, False
            lost[down, across] += level - left_over
            covered[down, across] += 1
        return lost / covered, True

    def json_schema(self) -> Schema:
        """JSON Schema of an explanation."""
        return describe_explanation()


def make(model: Model) -> ImageExplainer:
    """What explains."""
    return ImageExplainer(model, expect(model.manifest.input, ImageInput))


def place_edges(size: int, parts: int) -> NDArray[np.int64]:
    """Where so many parts of an edge begin and end, in pixels, [parts + 1]."""
    return np.linspace(0, size, parts + 1).astype(np.int64)


def _place_patches() -> list[tuple[slice, slice]]:
    """The quarters, then per size the patches that step over all cells, in an order without plan.

    Patches that reach beyond an edge are cut off there, so that a corner is looked at as often as
    the middle; in such an order few patches soon cover all of the picture.
    """
    half = CELLS // 2
    halves = slice(0, half), slice(half, CELLS)
    patches = [*product(halves, halves)]
    random = np.random.default_rng(0)
    for size in _SIZES:
        starts = range(1 - size, CELLS)
        steps = [slice(max(0, start), min(start + size, CELLS)) for start in starts]
        placed = [*product(steps, steps)]
        patches += [placed[i] for i in random.permutation(len(placed))]
    return patches


_PATCHES = _place_patches()


def _name_most(targets: Targets, head: int, heat: Floats) -> Fact:
    """Which part matters most, if hiding any part lowers the answer."""
    most = float(heat.max())
    amount = name_difference(targets, head, most)
    if most <= 0 or amount is None:
        return Fact("hiding_nothing_lowers")
    down, across = np.unravel_index(heat.argmax(), heat.shape)
    where = _name_place(int(down), int(across), heat.shape)
    return Fact("hiding_lowers_most", place=where, amount=amount)


def _shrink(picture: PIL.Image.Image) -> tuple[PIL.Image.Image, float]:
    """A picture in colours, small enough for an answer, and by how much it was scaled."""
    scale = min(1.0, _MOST_PIXELS / max(picture.size))
    width, height = (max(1, round(edge * scale)) for edge in picture.size)
    if picture.mode in {"1", "P"}:  # which would be made smaller without mixing colours
        picture = picture.convert("RGB")
    return picture.resize((width, height)).convert("RGB"), scale


def _draw_map(drawn: PIL.Image.Image, box: Sequence[int], heat: Floats) -> str:
    """The picture with the map over what the model sees, as PNG in base64, without metadata.

    Args:
        drawn: upright and small; it is drawn upon.
        box: what the model sees of it.
        heat: [rows, columns].
    """
    left, top, right, bottom = box
    inside = (max(1, right - left), max(1, bottom - top))
    strength = (heat / (np.abs(heat).max() or 1)).astype(np.float32)
    smooth = PIL.Image.fromarray(strength).resize(inside, PIL.Image.Resampling.BILINEAR)
    over = np.asarray(smooth)
    mask = PIL.Image.fromarray((np.abs(over).clip(0, 1) * _OPACITY * 255).astype(np.uint8))
    colours = np.where(over[..., None] > 0, _SPEAKS_FOR, _SPEAKS_AGAINST).astype(np.uint8)
    drawn.paste(PIL.Image.fromarray(colours), (left, top), mask)
    file = BytesIO()
    drawn.quantize(_COLOURS).save(file, "PNG", optimize=True)
    return base64.b64encode(file.getvalue()).decode()


def _name_place(down: int, across: int, shape: tuple[int, ...]) -> Fact:
    """Which ninth of a picture a pixel is in."""
    row, column = _DOWN[3 * down // shape[0]], _ACROSS[3 * across // shape[1]]
    return Fact("middle" if row == column else f"{row}_{column}")


def describe_explanation() -> Schema:
    """JSON Schema of an explanation of a picture."""
    rows = describe_list(
        describe_list(NUMBER),
        description="What the answer loses where the picture is hidden, per cell of "
        f"{CELLS} x {CELLS} over the box.",
    )
    box = describe_object("Box", dict.fromkeys(("left", "top", "width", "height"), INTEGER))
    box["description"] = "What the model sees, in pixels of the upright picture."
    png = TEXT | {
        "contentEncoding": "base64",
        "contentMediaType": "image/png",
        "description": "The picture with the map over it: orange speaks for the answer, blue "
        "against it.",
    }
    heat = describe_object("HeatMap", {"of": TEXT, "rows": rows, "box": box, "png": png})
    measure = TEXT | {"description": "What the numbers of the map are."}
    own = {"measure": measure, "heat_map": heat}
    return describe_explained("ImageExplanation", own, said=("measure",))
