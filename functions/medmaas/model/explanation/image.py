"""Where in a picture the answer comes from: what is lost without a part, and gained by it alone.

Occlusion (Zeiler & Fergus 2014, doi 10.1007/978-3-319-10590-1_53), by patches that step over 8 x 8
cells and overlap; what is hidden gets the picture's mean colour. Every other patch is shown alone
instead: what the whole picture can do without may still be all that an answer needs.
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
from medmaas.model.explanation.drivers import name_level
from medmaas.model.explanation.log_odds import name_difference, name_measure, weigh
from medmaas.model.explanation.players import Case
from medmaas.model.explanation.shapley import Coalitions
from medmaas.model.inputs.image import Box, Image
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
_EDGES = (1, 2, 4)  # of regions that play with those of other parts
_SIZE = 4  # cells along a patch's edge
_QUARTERS = 4
_MOST_PIXELS, _COLOURS = 256, 128  # of the map over the picture, so that 50 fit an answer of 6 MB
_SPEAKS_FOR, _SPEAKS_AGAINST = (213, 94, 0), (0, 114, 178)  # Okabe & Ito's vermilion and blue
_OPACITY = 0.65
_DOWN, _ACROSS = ("upper", "middle", "lower"), ("left", "middle", "right")


class ImageExplainer:
    """A heat map of what each place of the picture is worth to the answer."""

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
        drawn = _shrink(upright)  # first, since it may take longer than the map
        with Calls(self._model, budget) as calls:
            whole = self._answer(picture, calls)
            head = self._targets.headline(whole)
            heat, complete = self._occlude(picture, whole, head, calls)
        target = self._targets.targets[head]
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
            "heat_map": _write_heat(drawn, box, heat, target.name),
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
        ((_, outputs),) = calls.play(1, picture.size, lambda _: {self._spec.tensor: picture[None]})
        answer: Floats = self._targets.settle(self._targets.read(outputs))[0]
        return answer

    def _occlude(
        self, picture: NDArray[Any], whole: Floats, head: int, calls: Calls
    ) -> tuple[Floats, bool]:
        """What every cell is worth [8, 8], on average over the patches that cover it.

        That is the mean of what is lost where patches are hidden, and of what is gained where they
        are shown alone. Every map looks at its four quarters; there may be no time for all other
        patches.

        Raises:
            OutOfTimeError: there is none for the quarters.
        """
        (level,) = weigh(self._targets, whole[None], head)
        base = None  # of the picture without anything
        worth, covered = np.zeros((2, 2, CELLS, CELLS))  # of what is hidden, and shown alone
        for number, (down, across, alone) in enumerate(_PATCHES):
            patch = down, across
            try:
                if not alone:
                    gained = level - self._look(picture, patch, head, calls)
                else:
                    if base is None:
                        base = self._look(picture, _NOTHING, head, calls, alone=True)
                    gained = self._look(picture, patch, head, calls, alone=True) - base
            except OutOfTimeError:
                if number < _QUARTERS:
                    raise
                return _average(worth, covered), False
            worth[int(alone), down, across] += gained
            covered[int(alone), down, across] += 1
        return _average(worth, covered), True

    def _look(
        self,
        picture: NDArray[Any],
        patch: tuple[slice, slice],
        head: int,
        calls: Calls,
        *,
        alone: bool = False,
    ) -> float:
        """What is measured of the answer to a picture without a patch, or to the patch alone."""
        edges = [place_edges(size, CELLS) for size in (self._spec.height, self._spec.width)]
        down, across = (
            slice(e[cells.start], e[cells.stop]) for e, cells in zip(edges, patch, strict=True)
        )
        shown = np.full((1, self._spec.height, self._spec.width), not alone)
        shown[0, down, across] = alone
        (fed,) = hide(self._spec, picture, shown)
        return float(weigh(self._targets, self._answer(fed, calls)[None], head)[0])

    def json_schema(self) -> Schema:
        """JSON Schema of an explanation."""
        return describe_explanation()


def make(model: Model) -> ImageExplainer:
    """What explains."""
    return ImageExplainer(model, expect(model.manifest.input, ImageInput))


def hide(spec: ImageInput, picture: NDArray[Any], shown: NDArray[np.bool_]) -> NDArray[Any]:
    """A picture [...] as the graph takes it, in its mean colour where it is not shown, [m, ...].

    Args:
        spec: of the picture.
        picture: one.
        shown: which pixels are, [m, height, width].
    """
    channels_last = spec.layout == "NHWC"
    pixels = picture if channels_last else picture.transpose(1, 2, 0)
    colour = pixels.mean(axis=(0, 1)).astype(picture.dtype)
    seen = np.where(shown[..., None], pixels, colour)
    return seen if channels_last else seen.transpose(0, 3, 1, 2)


class RegionPlayers:
    """The regions of a picture, as many from top to bottom as from left to right."""

    def __init__(self, case: Case, spec: ImageInput) -> None:
        self._case, self._spec = case, spec
        self._edge = max(edge for edge in _EDGES if edge**2 <= max(case.most, 1))
        down, across = (
            np.searchsorted(place_edges(size, self._edge), np.arange(size), side="right") - 1
            for size in (spec.height, spec.width)
        )
        self._owner = down[:, None] * self._edge + across  # of each pixel
        self.names = [
            Fact(
                "region", row=cell // self._edge + 1, column=cell % self._edge + 1, edge=self._edge
            )
            for cell in range(self._edge**2)
        ]

    def reveal(self, coalitions: Coalitions, _centre: NDArray[np.intp]) -> Tensors:
        """The picture, in its mean colour where a region does not play."""
        picture = self._case.tensors[self._spec.tensor][0]
        return {self._spec.tensor: hide(self._spec, picture, coalitions[:, self._owner])}

    def describe(self, values: Floats, _errors: Floats | None) -> dict[str, Any]:
        """The map over the picture."""
        heat = values.reshape(self._edge, self._edge)
        upright, box = expect(self._case.inputs, Image).locate(self._case.instance)
        return {"heat_map": _write_heat(_shrink(upright), box, heat, self._case.of)}


def make_players(case: Case) -> RegionPlayers:
    """The regions of a picture."""
    return RegionPlayers(case, expect(case.spec, ImageInput))


def count_players(_case: Case) -> int:
    """As many as a coarse map has."""
    return max(_EDGES) ** 2


def place_edges(size: int, parts: int) -> NDArray[np.int64]:
    """Where so many parts of an edge begin and end, in pixels, [parts + 1]."""
    return np.linspace(0, size, parts + 1).astype(np.int64)


def _place_patches() -> list[tuple[slice, slice, bool]]:
    """The quarters, then patches that step over all cells, in an order without plan.

    With each whether it is shown alone, as those of one colour of a chessboard are, or hidden.
    Patches that reach beyond an edge are cut off there, so that a corner is looked at as often as
    the middle; in such an order few patches soon cover all of the picture.
    """
    half = CELLS // 2
    halves = slice(0, half), slice(half, CELLS)
    starts = range(1 - _SIZE, CELLS)
    steps = [slice(max(0, start), min(start + _SIZE, CELLS)) for start in starts]
    placed = [
        (down, across, (i + j) % 2 > 0)
        for (i, down), (j, across) in product(enumerate(steps), repeat=2)
    ]
    order = np.random.default_rng(0).permutation(len(placed))
    quarters = [(down, across, False) for down, across in product(halves, halves)]
    return [*quarters, *(placed[i] for i in order)]


def _average(worth: Floats, covered: Floats) -> Floats:
    """Means of what was hidden and shown alone, [2, 8, 8] to [8, 8].

    What was not yet shown alone is as where it was hidden.
    """
    hidden = worth[0] / covered[0]
    alone = np.where(covered[1] > 0, worth[1] / np.maximum(covered[1], 1), hidden)
    mean: Floats = (hidden + alone) / 2
    return mean


_PATCHES = _place_patches()
_NOTHING = slice(0, 0), slice(0, 0)


def _name_most(targets: Targets, head: int, heat: Floats) -> Fact:
    """Which part matters most, if any part speaks for the answer."""
    most = float(heat.max())
    amount = name_difference(targets, head, most)
    if most <= 0 or amount is None:
        return Fact("no_place_matters")
    down, across = np.unravel_index(heat.argmax(), heat.shape)
    where = _name_place(int(down), int(across), heat.shape)
    return Fact("place_matters_most", place=where, amount=amount)


def _shrink(picture: PIL.Image.Image) -> tuple[PIL.Image.Image, float]:
    """A picture in colours, small enough for an answer, and by how much it was scaled."""
    scale = min(1.0, _MOST_PIXELS / max(picture.size))
    width, height = (max(1, round(edge * scale)) for edge in picture.size)
    if picture.mode in {"1", "P"}:  # which would be made smaller without mixing colours
        picture = picture.convert("RGB")
    return picture.resize((width, height)).convert("RGB"), scale


def _write_heat(
    drawn: tuple[PIL.Image.Image, float], box: Box, heat: Floats, of: str
) -> dict[str, Any]:
    """A map of the box of a picture that was shrunk."""
    (small, scale), (left, top, right, bottom) = drawn, box
    return {
        "of": of,
        "rows": heat.round(DECIMALS).tolist(),
        "box": {"left": left, "top": top, "width": right - left, "height": bottom - top},
        "png": _draw_map(small, [round(edge * scale) for edge in box], heat),
    }


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


def describe_players() -> dict[str, Schema]:
    """JSON Schema of what the regions of a picture contributed."""
    return {"heat_map": _describe_heat("What each region contributed.", "RegionMap")}


def describe_explanation() -> Schema:
    """JSON Schema of an explanation of a picture."""
    heat = _describe_heat(
        "What the answer loses where the picture is hidden and gains where it is shown "
        f"alone, on average, per cell of {CELLS} x {CELLS} over the box.",
        "HeatMap",
    )
    measure = TEXT | {"description": "What the numbers of the map are."}
    own = {"measure": measure, "heat_map": heat}
    return describe_explained("ImageExplanation", own, said=("measure",))


def _describe_heat(cells: str, title: str) -> Schema:
    rows = describe_list(describe_list(NUMBER), description=cells)
    box = describe_object("Box", dict.fromkeys(("left", "top", "width", "height"), INTEGER))
    box["description"] = "What the model sees, in pixels of the upright picture."
    png = TEXT | {
        "contentEncoding": "base64",
        "contentMediaType": "image/png",
        "description": "The picture with the map over it: orange speaks for the answer, blue "
        "against it.",
    }
    return describe_object(title, {"of": TEXT, "rows": rows, "box": box, "png": png})
