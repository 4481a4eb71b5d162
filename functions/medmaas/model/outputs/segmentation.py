"""Probabilities per pixel become a label per pixel, which is counted in pixels and in objects."""

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from medmaas.errors import ModelOutputError
from medmaas.model.columns import Floats
from medmaas.model.manifest import MaskOutput
from medmaas.model.outputs.components import measure_objects

UNSURE = 0.1  # this near the threshold, or one half of two labels, a pixel may be either
_ROUNDING = 1e-3

Bytes = NDArray[np.uint8]
Counts = NDArray[np.intp]


class Segmented(NamedTuple):
    """A picture, told apart.

    Attributes:
        mask: the position of each pixel's label, [height, width].
        unsure: which pixels may as well be of another, likewise.
        is_possible: whether it was told by probabilities.
    """

    mask: Bytes
    unsure: NDArray[np.bool_]
    is_possible: bool = True


def segment(spec: MaskOutput, tensor: NDArray[Any]) -> list[Segmented]:
    """The labels of all pixels, of the graph's probabilities [n, ...].

    Raises:
        ModelOutputError: other numbers than one per label and pixel, or one that is not finite.
    """
    if tensor.size != len(tensor) * spec.channels * spec.height * spec.width:
        raise ModelOutputError("other_columns")
    maps = spec.arrange(tensor.astype(np.float32, copy=False))
    tell = partial(_tell_by_threshold, spec) if spec.threshold else _tell_likeliest
    segmented = []
    for row in maps:
        low, high = row.min(), row.max()  # NaN if any is
        if not np.isfinite([low, high]).all():
            raise ModelOutputError("answer_not_finite")
        is_possible = bool(low >= -_ROUNDING and high <= 1 + _ROUNDING)
        segmented.append(tell(row)._replace(is_possible=is_possible))
    return segmented


def _tell_by_threshold(spec: MaskOutput, row: NDArray[np.float32]) -> Segmented:
    threshold = np.float32(spec.threshold.value if spec.threshold else 0)
    background = spec.labels.index(spec.background)
    mask = (row[0] >= threshold).view(np.uint8)
    unsure = np.abs(row[0] - threshold) < np.float32(UNSURE)
    return Segmented(mask if background == 0 else 1 - mask, unsure)


def _tell_likeliest(row: NDArray[np.float32]) -> Segmented:
    """The first of the likeliest; one pass over the labels, with the second likeliest beside it."""
    first, second = row[0].copy(), np.full_like(row[0], -1)
    mask = np.zeros(first.shape, np.uint8)
    for position, one in enumerate(row[1:], start=1):
        mask[one > first] = position
        np.maximum(second, np.minimum(first, one), out=second)
        np.maximum(first, one, out=first)
    return Segmented(mask, first - second < np.float32(2 * UNSURE))


def count_pixels(spec: MaskOutput, segmented: Sequence[Segmented]) -> Counts:
    """The pixels of every label but the background, [n, found]."""
    labels = len(spec.labels)
    counts = [np.bincount(one.mask.ravel(), minlength=labels) for one in segmented]
    return _leave_background(spec, np.array(counts, np.intp).reshape(len(segmented), labels))


def find_shares(spec: MaskOutput, pixels: Counts) -> Floats:
    """The same as shares of the picture."""
    shares: Floats = pixels / (spec.height * spec.width)
    return shares


def count_objects(spec: MaskOutput, masks: Sequence[Bytes]) -> Counts:
    """The objects of every label but the background in n masks, [n, found]; 0 if none count."""
    rule, background = spec.objects, spec.labels.index(spec.background)
    counts = np.zeros((len(masks), len(spec.labels)), np.intp)
    for row, mask in enumerate(masks if rule else ()):
        labels, pixels = measure_objects(mask, background, rule.connectivity if rule else 0)
        large = labels[pixels >= (rule.smallest if rule else 0)]
        counts[row] = np.bincount(large, minlength=len(spec.labels))
    return _leave_background(spec, counts)


def _leave_background(spec: MaskOutput, counts: Counts) -> Counts:
    return np.delete(counts, spec.labels.index(spec.background), axis=1)
