"""Maps become PNG files. Pillow is loaded where the first one is drawn."""

from io import BytesIO

import numpy as np
from numpy.typing import NDArray

# what colour-blind people can tell (Okabe & Ito, Tol) and no heat map has; the page has the same
COLOURS = ((0, 158, 115), (230, 159, 0), (204, 121, 167), (136, 34, 85), (136, 204, 238))
_GROUND = (0, 0, 0)
_LEVEL = 4  # of zlib: beyond it files hardly shrink and take longer; below they do not get quicker


def draw_mask(mask: NDArray[np.uint8], labels: int, background: int) -> bytes:
    """A PNG with a palette, whose pixels are positions of labels.

    Args:
        mask: a position per pixel, [height, width].
        labels: how many there are.
        background: which of them is black.
    """
    import PIL.Image  # noqa: PLC0415 - see above

    colours = iter(COLOURS * (labels // len(COLOURS) + 1))
    palette = [_GROUND if i == background else next(colours) for i in range(labels)]
    image = PIL.Image.fromarray(mask)
    image.putpalette([shade for colour in palette for shade in colour])
    return _write(image)


def draw_shades(shades: NDArray[np.uint8]) -> bytes:
    """A grey PNG of [height, width]."""
    import PIL.Image  # noqa: PLC0415

    return _write(PIL.Image.fromarray(shades))


def _write(image: "PIL.Image.Image") -> bytes:  # type: ignore[name-defined]  # noqa: F821
    file = BytesIO()
    image.save(file, "PNG", compress_level=_LEVEL)
    return file.getvalue()
