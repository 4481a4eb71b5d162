"""Assesses explanations of a picture: a heat map, held against covering its cells."""

import base64
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from io import BytesIO
from math import ceil, floor

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from medmaas.model.explanation.budget import Budget
from medmaas.model.explanation.image import CELLS, ImageExplainer, place_edges
from medmaas.model.explanation.log_odds import weigh
from medmaas.model.explanation.shapley import Coalitions, Floats, Game
from medmaas.model.inputs.appearance import find_doubt, measure
from medmaas.model.inputs.image import restore_pixels
from medmaas.model.kinds import expect
from medmaas.model.manifest import (
    FEWEST_TRIED,
    Appearance,
    Check,
    ImageInput,
    Input,
    Output,
    Range,
)
from medmaas.model.outputs import make_targets
from medmaas.model.registry import Model
from medmaas_training.assessment.inputs import InputAssessor
from medmaas_training.assessment.reasons.faithfulness.deletion import check_race, race
from medmaas_training.assessment.reasons.games import Case, answer
from medmaas_training.assessment.splits import Array

PARTS = 4  # per side of a picture, whose importance is measured
_RARE = 0.0001  # of the training pictures, at either end: what is rarer was never seen


class ImageAssessor(InputAssessor):
    """A cell that does not play gets the mean colour of the picture."""

    method = (
        "a heat map: what the log-odds of the label that is named against all others, or a value, "
        "lose where a patch of the picture gets its mean colour, and gain where it is shown alone"
    )
    of_the_named = True

    def __init__(self, spec: ImageInput) -> None:
        super().__init__(spec)
        self._image = spec

    def make_case(self, model: Model, row: Array) -> Case:
        """Pixels, as the graph takes them."""
        return self._make_case(model, row, PARTS, partial(self._map_heat, model, row, PARTS))

    def _make_case(
        self, model: Model, row: Array, parts: int, map_heat: Callable[[], Floats] | None = None
    ) -> Case:
        """A picture cut into so many parts per side."""
        return Case(
            list_parts(parts),
            _cover(model, self._image, row, _find_parts(self._image, parts)),
            map_heat,
            weigh=partial(weigh, make_targets(model.manifest.output)),
        )

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

    def name_measure(self, of: str, output: Output) -> str:
        """Log-odds, of a probability."""
        targets = make_targets(output)
        head = targets.headline(np.zeros(len(targets.targets)))
        return f"log-odds of {of}" if targets.targets[head].is_probability else of

    def hold_trial(self, model: Model, rows: Array, of: str, seed: int) -> tuple[Check, ...]:
        """What the map gains over the middle of the picture, where what matters may just be."""
        chosen = np.sort(np.random.default_rng(seed).permutation(len(rows))[:FEWEST_TRIED])
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            gains = np.array([*pool.map(partial(self._race, model), rows[chosen])])
        return check_race(gains, "of the heat map", "from the middle outwards", of=of, seed=seed)

    def _race(self, model: Model, row: Array) -> tuple[float, float]:
        heat = self._map_heat(model, row, CELLS)
        targets, case = make_targets(model.manifest.output), self._make_case(model, row, CELLS)
        return race(case, heat, rank_parts(CELLS), targets.headline(answer(model, row[None])[0]))

    def _map_heat(self, model: Model, row: Array, parts: int) -> Floats:
        """The heat map that a request for this picture gets, as its mean in every part, [parts]."""
        instance = {self._image.field: write_png(self._image, row)}
        tensors = {self._image.tensor: row[None]}
        explained = ImageExplainer(model, self._image).explain(tensors, instance, Budget(None))
        heat, each = np.array(explained["heat_map"]["rows"]), CELLS // parts
        means: Floats = heat.reshape(parts, each, parts, each).mean(axis=(1, 3)).ravel()
        return means


def list_parts(parts: int) -> tuple[str, ...]:
    """What the parts of a picture are called, so many per side."""
    return tuple(
        f"row {down + 1}, column {right + 1}" for down in range(parts) for right in range(parts)
    )


def rank_parts(parts: int) -> Floats:
    """How near the middle of a picture each of its parts is, the nearest highest, [parts]."""
    away = np.arange(parts) - (parts - 1) / 2
    near: Floats = -np.hypot(*np.meshgrid(away, away)).ravel()
    return near


def write_png(spec: ImageInput, row: Array) -> str:
    """A row as the graph takes it, [...], as an instance holds it: PNG in base64."""
    (pixels,) = restore_pixels(spec, row[None])
    shape = pixels.shape if spec.channels > 1 else pixels.shape[:2]
    file = BytesIO()
    PIL.Image.fromarray(pixels.reshape(shape)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def _cover(model: Model, spec: ImageInput, row: Array, parts: NDArray[np.bool_]) -> Game:
    """A game in which parts [parts, height, width] that do not play get the mean colour."""
    last = spec.layout == "NHWC"
    colour: Array = row.mean(axis=(0, 1) if last else (1, 2), keepdims=True).astype(row.dtype)

    def play(coalitions: Coalitions) -> Floats:
        hidden = np.tensordot(~coalitions, parts, axes=1) > 0
        return answer(model, np.where(hidden[..., None] if last else hidden[:, None], colour, row))

    return play


def _find_parts(spec: ImageInput, parts: int) -> NDArray[np.bool_]:
    """The pixels of each part, [parts, height, width]."""
    down, right = (
        np.searchsorted(place_edges(size, parts), np.arange(size), side="right") - 1
        for size in (spec.height, spec.width)
    )
    found: NDArray[np.bool_] = np.arange(parts**2)[:, None, None] == down[:, None] * parts + right
    return found


def make(spec: Input) -> ImageAssessor:
    """What assesses."""
    return ImageAssessor(expect(spec, ImageInput))
