"""Pictures that a model of cells, or of anything else, should not answer.

The radiographs are SYNTHETIC: ribs, lungs, heart and spine drawn in grey, with noise. They stand in
for chest X-rays, which no package carries under terms that let them be used here.
"""

import base64
from io import BytesIO

import numpy as np
import PIL.Image
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from sklearn.datasets import load_sample_images

from medmaas.model.manifest import ImageInput

Floats = NDArray[np.float64]
Pictures = dict[str, list[dict[str, str]]]

RADIOGRAPHS = "synthetic chest radiographs"
_EACH = 200
_SIDE = 256
_TILE = 120


def make_pictures(spec: ImageInput, seed: int, each: int = _EACH) -> Pictures:
    """Synthetic radiographs, two kinds of noise, plain colours, and tiles of two photographs."""
    rng = np.random.default_rng(seed)
    shape = (spec.height, spec.width, 3)
    crowd = {
        RADIOGRAPHS: [draw_radiograph(rng) for _ in range(each)],
        "uniform noise": [rng.integers(0, 256, shape).astype(float) for _ in range(each)],
        "Gaussian noise": [rng.normal(128, 50, shape) for _ in range(each)],
        "plain colours": [np.full(shape, rng.integers(0, 256, 3), float) for _ in range(each)],
        "photographs": [_cut_tile(rng) for _ in range(each)],
    }
    return {
        name: [{spec.field: write_png(picture)} for picture in pictures]
        for name, pictures in crowd.items()
    }


def draw_radiograph(rng: np.random.Generator, side: int = _SIDE) -> Floats:
    """A frontal chest film as grey levels [side, side, 3], from ellipses, arcs and noise.

    Soft tissue is grey, lungs are dark, the mediastinum, the diaphragm and twice eight ribs bright;
    position, size, exposure and noise are drawn.
    """
    y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
    x, y = x + rng.normal(0, 0.05), y + rng.normal(0, 0.05)
    wide, tall = rng.uniform(0.28, 0.36), rng.uniform(0.5, 0.65)
    body = 0.55 * _fill(x / 0.95, (y - 0.2) / 1.1)
    lungs = np.maximum(*(_fill((x - left) / wide, (y + 0.05) / tall) for left in (-0.42, 0.42)))
    film = body - rng.uniform(0.3, 0.45) * lungs
    ribs = np.zeros_like(x)
    for height in np.linspace(-0.6, 0.5, 8):
        arc = height + rng.uniform(0.25, 0.4) * (np.abs(x) - 0.35) ** 2 * 3
        ribs = np.maximum(ribs, np.exp(-(((y - arc) / 0.028) ** 2)))
    film += rng.uniform(0.08, 0.16) * ribs * (np.abs(x) > 0.12) * (np.abs(x) < 0.8)
    film += 0.3 * np.exp(-((x / 0.13) ** 2))  # spine and mediastinum
    film += 0.25 * _fill((x - 0.14) / 0.3, (y - 0.2) / 0.28)  # heart
    film += 0.35 / (1 + np.exp(-(y - 0.55 - 0.1 * np.abs(x)) / 0.03)) * (np.abs(x) < 0.9)
    film = gaussian_filter(film, 1.5) + rng.normal(0, 0.02, film.shape)
    film = np.clip(film, 0, 1.1) ** rng.uniform(0.7, 1.3)
    grey = 255 * np.clip(film * rng.uniform(0.8, 1.1), 0, 1)
    return np.repeat(grey[:, :, None], 3, axis=2)


def _fill(x: Floats, y: Floats) -> Floats:
    """1 inside the unit circle, 0 outside, soft at the edge."""
    inside: Floats = 1 / (1 + np.exp((np.hypot(x, y) - 1) / 0.05))
    return inside


def _cut_tile(rng: np.random.Generator) -> Floats:
    photographs = load_sample_images().images
    photograph = photographs[int(rng.integers(len(photographs)))]
    height, width = (int(rng.integers(0, size - _TILE)) for size in photograph.shape[:2])
    tile: Floats = photograph[height : height + _TILE, width : width + _TILE].astype(float)
    return tile


def write_png(picture: Floats) -> str:
    """Pixels [height, width, 3] from 0 to 255, as a PNG in base64."""
    file = BytesIO()
    PIL.Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()
