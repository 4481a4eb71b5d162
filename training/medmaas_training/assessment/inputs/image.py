"""Assesses explanations of a picture: a heat map, held against covering its cells."""

import base64
from functools import partial
from io import BytesIO
from math import ceil, floor

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from medmaas.model.explanation.budget import Budget
from medmaas.model.explanation.image import ImageExplainer
from medmaas.model.explanation.shapley import Coalitions, Floats, Game
from medmaas.model.inputs.appearance import find_doubt, measure
from medmaas.model.inputs.image import restore_pixels
from medmaas.model.kinds import expect
from medmaas.model.manifest import Appearance, Check, ImageInput, Input, Range
from medmaas.model.registry import Model
from medmaas_training.assessment.inputs import InputAssessor
from medmaas_training.assessment.reasons.faithfulness.deletion import check_paths, walk_paths
from medmaas_training.assessment.reasons.games import Case, answer
from medmaas_training.assessment.reasons.sample import Sample
from medmaas_training.assessment.splits import Array

CELLS = 4  # per side of a picture
_RARE = 0.0001  # of the training pictures, at either end: what is rarer was never seen


class ImageAssessor(InputAssessor):
    """A cell that does not play gets the mean colour of the picture."""

    method = "a heat map: what the answer loses where a patch of the picture gets its mean colour"
    of_the_named = True

    def __init__(self, spec: ImageInput) -> None:
        super().__init__(spec)
        self._image = spec

    def make_case(self, model: Model, row: Array) -> Case:
        """Pixels, as the graph takes them."""
        heat = partial(_map_heat, model, self._image, row)
        return Case(list_cells(), _cover(model, self._image, row, _find_cells(self._image)), heat)

    def find_limits(self, rows: Array) -> ImageInput:
        """How bright, varied, coloured and covered all but a few pictures are."""
        measured = [measure(pixels) for pixels in restore_pixels(self._image, rows)]

        def find_range(name: str, decimals: int = 0) -> Range:
            values = [getattr(one, name) for one in measured]
            low, high = np.quantile(values, [_RARE, 1 - _RARE]).tolist()
            return Range(
                low=floor(low * 10**decimals) / 10**decimals,
                high=ceil(high * 10**decimals) / 10**decimals,
            )

        appearance = Appearance(
            brightness=find_range("brightness"),
            contrast=find_range("contrast"),
            colour=find_range("colour") if self._image.channels > 1 else None,
            covered=find_range("covered", 2),
        )
        return self._image.model_copy(update={"appearance": appearance})

    def find_doubtful(self, rows: Array) -> NDArray[np.bool_]:
        """Pictures that show nothing, or look like none of the train split."""
        limits = self._image.appearance
        return np.array(
            [bool(find_doubt(one, limits)) for one in restore_pixels(self._image, rows)], bool
        )

    def check_order(self, sample: Sample, of: str, seed: int) -> list[Check]:
        """What a map is held against besides chance: what matters may just be in the middle."""
        middle = [rank_cells()] * len(sample.cases)
        paths = walk_paths(sample.cases, middle, sample.targets, seed=seed)
        return check_paths(paths, of=of, seed=seed, order="from the middle outwards")


def list_cells() -> tuple[str, ...]:
    """What the parts of a picture are called."""
    return tuple(
        f"row {down + 1}, column {right + 1}" for down in range(CELLS) for right in range(CELLS)
    )


def rank_cells() -> Floats:
    """How near the middle of a picture each of its parts is, the nearest highest, [cells]."""
    away = np.arange(CELLS) - (CELLS - 1) / 2
    near: Floats = -np.hypot(*np.meshgrid(away, away)).ravel()
    return near


def _map_heat(model: Model, spec: ImageInput, row: Array) -> Floats:
    """The heat map that a request for this picture gets, as its mean in every cell, [cells]."""
    instance = {spec.field: write_png(spec, row)}
    tensors = {spec.tensor: row[None]}
    explained = ImageExplainer(model, spec).explain(tensors, instance, Budget(None))
    heat = np.array(explained["heat_map"]["rows"])
    each = len(heat) // CELLS
    means: Floats = heat.reshape(CELLS, each, CELLS, each).mean(axis=(1, 3)).ravel()
    return means


def write_png(spec: ImageInput, row: Array) -> str:
    """A row as the graph takes it, [...], as an instance holds it: PNG in base64."""
    (pixels,) = restore_pixels(spec, row[None])
    shape = pixels.shape if spec.channels > 1 else pixels.shape[:2]
    file = BytesIO()
    PIL.Image.fromarray(pixels.reshape(shape)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def _cover(model: Model, spec: ImageInput, row: Array, cells: NDArray[np.bool_]) -> Game:
    """A game in which cells [cells, height, width] that do not play get the mean colour."""
    last = spec.layout == "NHWC"
    colour: Array = row.mean(axis=(0, 1) if last else (1, 2), keepdims=True).astype(row.dtype)

    def play(coalitions: Coalitions) -> Floats:
        hidden = np.tensordot(~coalitions, cells, axes=1) > 0
        return answer(model, np.where(hidden[..., None] if last else hidden[:, None], colour, row))

    return play


def _find_cells(spec: ImageInput) -> NDArray[np.bool_]:
    """The pixels of each cell, [cells, height, width]."""
    down = np.arange(spec.height) * CELLS // spec.height
    right = np.arange(spec.width) * CELLS // spec.width
    cells: NDArray[np.bool_] = np.arange(CELLS**2)[:, None, None] == down[:, None] * CELLS + right
    return cells


def make(spec: Input) -> ImageAssessor:
    """What assesses."""
    return ImageAssessor(expect(spec, ImageInput))
