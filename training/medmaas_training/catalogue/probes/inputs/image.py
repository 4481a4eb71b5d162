"""Pictures: of one shade, of extremes side by side, of noise."""

from collections.abc import Iterator

import numpy as np

from medmaas.model.inputs.image import arrange_pixels
from medmaas.model.kinds import expect
from medmaas.model.manifest import ImageInput, Input
from medmaas_training.catalogue.probes.inputs import Prober
from medmaas_training.catalogue.probes.made import Array, Made, Tensors

ONE_SHADE, EXTREMES, NOISE = "of one shade", "of black beside white", "of noise"


class ImageProber(Prober):
    """One tensor, by the layout that is stated."""

    def __init__(self, spec: ImageInput) -> None:
        self._spec = spec
        self._size = (spec.height, spec.width, spec.channels)

    def make(self, rows: Tensors, draw: np.random.Generator) -> Iterator[Made]:
        """Every sort; what those given show is of no use here."""
        del rows
        shades = np.stack([np.full(self._size, shade, np.uint8) for shade in (0, 128, 255)])
        yield self._tell(shades, ONE_SHADE)
        down, right, _ = np.indices(self._size)
        board = (((down + right) % 2) * 255).astype(np.uint8)
        half = ((right >= self._size[1] // 2) * 255).astype(np.uint8)
        yield self._tell(np.stack([board, half]), EXTREMES)
        yield self._tell(draw.integers(0, 256, (2, *self._size), np.uint8), NOISE)

    def _tell(self, pixels: Array, sort: str) -> Made:
        tensor = arrange_pixels(self._spec, pixels)
        return Made({self._spec.tensor: tensor}, sort, [()] * len(pixels))


def make(spec: Input) -> ImageProber:
    """What makes pictures."""
    return ImageProber(expect(spec, ImageInput))
