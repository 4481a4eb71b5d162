"""Parts of a picture that hang together, by runs of pixels and union-find, in numpy alone.

A run is what a row of pixels has of one label without a gap. Runs of two rows that touch are of one
object. They are found by where they begin and end, all at once, and joined by hooking roots to
lower roots and halving paths: as many rounds as the logarithm of the objects that touch. He et al.
2017 (doi 10.1016/j.patcog.2017.04.018) review such labelling.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

_CORNERS = 8
Positions = NDArray[np.intp]


def measure_objects(
    mask: NDArray[np.uint8], background: int, connectivity: int
) -> tuple[NDArray[np.uint8], Positions]:
    """The label and the pixels of every object, [objects] each, in no order.

    Args:
        mask: a label per pixel, [height, width].
        background: the label that has no objects.
        connectivity: 4, or 8 where pixels that touch at a corner hang together.
    """
    starts, ends, labels = _find_runs(mask, background)
    above, below = _find_neighbours(starts, ends, mask.shape[1] + 2, connectivity)
    same = labels[above] == labels[below]
    if not same.all():
        above, below = above[same], below[same]
    roots = _join(len(starts), above, below)
    pixels = np.bincount(roots, ends - starts, len(starts)).astype(np.intp)
    is_root = pixels > 0
    return labels[is_root], pixels[is_root]


def _find_runs(
    mask: NDArray[np.uint8], background: int
) -> tuple[Positions, Positions, NDArray[np.uint8]]:
    """Where runs begin and end in a picture with a column of background at either side."""
    height, width = mask.shape
    framed = np.full((height, width + 2), background, np.uint8)
    framed[:, 1:-1] = mask
    flat = framed.ravel()
    changes = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    labels = flat[changes]
    shown = labels != background
    ends = np.append(changes[1:], flat.size)
    return changes[shown], ends[shown], labels[shown]


def _find_neighbours(
    starts: Positions, ends: Positions, row: int, connectivity: int
) -> tuple[Positions, Positions]:
    """Pairs of runs of which the second is in the next row and touches the first."""
    corner = int(connectivity == _CORNERS)
    # as if the next row were on the same one; both are sorted, so that neighbours are a range
    first = np.searchsorted(ends - row + corner, starts, side="right")
    last = np.searchsorted(starts - row - corner, ends, side="left")
    counts = np.maximum(last - first, 0)
    above = np.repeat(np.arange(len(starts)), counts)
    # of each run's neighbours the first, less how many pairs came before
    return above, np.arange(len(above)) + np.repeat(first - (counts.cumsum() - counts), counts)


def _join(count: int, one: Positions, other: Positions) -> Positions:
    """The root of each of so many, where these pairs are joined, of which the first is lower."""
    roots: NDArray[Any] = np.arange(count)
    low, high = one, other
    while len(low):
        np.minimum.at(roots, high, low)
        while ((nearer := roots[roots]) != roots).any():
            roots = nearer
        one, other = roots[one], roots[other]
        apart = one != other
        one, other = one[apart], other[apart]
        low, high = np.minimum(one, other), np.maximum(one, other)
    return roots
