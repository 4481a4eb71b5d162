"""How bright, varied and coloured a picture is: what is unlike all training pictures has no answer.

Measured on what the model sees, so that a file, a tensor and a training picture are held against
the same limits.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from medmaas.facts import Fact
from medmaas.model.manifest import Appearance

_PLAIN = 16  # shades; a picture of 12 bits that is read as one of 16 has as few
_TAIL = 0.005  # of the pixels, at either end
_BACKGROUND, _DARKER = 0.9, 40  # the brightest tenth begins there; what is so much darker covers it
_SHADES = np.arange(256)


class Measured(NamedTuple):
    """What is measured of a picture, in shades from 0 to 255.

    Attributes:
        span: between the darkest and the brightest half percent of its pixels.
        brightness: the mean.
        contrast: the standard deviation.
        colour: how far the channels of a pixel are apart, the mean; 0 of grey.
        covered: the share of pixels that are much darker than the background.
    """

    span: int
    brightness: float
    contrast: float
    colour: float
    covered: float


def measure(pixels: NDArray[np.uint8]) -> Measured:
    """Measure a picture [height, width, channels]."""
    counts = _count_shades(pixels)
    share = counts.cumsum() / counts.sum()
    low, background, high = np.searchsorted(share, (_TAIL, _BACKGROUND, 1 - _TAIL)).tolist()
    brightness = float(counts @ _SHADES / counts.sum())
    variance = float(counts @ (_SHADES - brightness) ** 2 / counts.sum())
    darker = background - _DARKER
    return Measured(
        span=high - low,
        brightness=brightness,
        contrast=variance**0.5,
        colour=float((pixels.max(-1) - pixels.min(-1)).mean()),
        covered=float(share[darker]) if darker >= 0 else 0.0,
    )


def find_doubt(pixels: NDArray[np.uint8], limits: Appearance | None) -> Fact | None:
    """Why a picture [height, width, channels] has no answer, if it has none."""
    found = measure(pixels)
    if found.span < _PLAIN:
        return Fact("picture_is_plain")
    return find_unlike(found, limits) if limits else None


def find_unlike(found: Measured, limits: Appearance) -> Fact | None:
    """Where a picture is unlike all training pictures, if it is."""
    low, high = limits.brightness.low, limits.brightness.high
    if not low <= found.brightness <= high:
        return Fact("picture_of_other_brightness", low=low, high=high)
    low, high = limits.contrast.low, limits.contrast.high
    if not low <= found.contrast <= high:
        return Fact("picture_of_other_contrast", low=low, high=high)
    if limits.colour and not limits.colour.low <= found.colour <= limits.colour.high:
        low, high = limits.colour.low, limits.colour.high
        return Fact("picture_of_other_colour", low=low, high=high)
    if limits.covered and not limits.covered.low <= found.covered <= limits.covered.high:
        low, high = limits.covered.low, limits.covered.high
        return Fact("picture_of_other_cover", low=low, high=high)
    return None


def _count_shades(pixels: NDArray[np.uint8]) -> NDArray[np.int64]:
    """How many pixels have each shade of grey."""
    channels = pixels.shape[-1]
    if channels == 1:
        return np.bincount(pixels.ravel(), minlength=256)
    total = pixels.sum(axis=-1, dtype=np.uint16)
    return np.bincount(((total + 1) // channels).ravel(), minlength=256)
