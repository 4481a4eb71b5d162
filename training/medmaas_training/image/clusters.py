"""`python -m medmaas_training.image.clusters --data NPZ --out NPZ [--seed N]`: another split.

Near-identical pictures, of one cell or of neighbours on one smear, may stand on both sides of a
split, and the figures are then too high. Here every picture is joined to the one most like it among
all, by the root mean square difference of their pixels; what hangs together is a cluster, and
clusters are whole in train, val or test. So no test picture has its nearest neighbour in train, and
no threshold had to be chosen. The parts are about as large as they were. What is written is in
MedMNIST's layout again: a recipe that is given it trains and measures on that split.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from medmaas_training.errors import TrainingError, refuse
from medmaas_training.image.data import PARTS, Images, read_parts

Floats = NDArray[np.float32]

_AT_ONCE = 1024


@dataclass(frozen=True)
class Neighbours:
    """The picture most like each of n.

    Attributes:
        nearest: its position, [n].
        apart: root mean square difference of the pixels, of 255, [n].
    """

    nearest: NDArray[np.intp]
    apart: Floats


def find_neighbours(images: Images) -> Neighbours:
    """Among pictures [n, side, side, channels], two or more."""
    rows = images.reshape(len(images), -1).astype(np.float32)
    rows -= rows.mean(axis=0)  # so that differences of large numbers keep their digits
    lengths = (rows**2).sum(axis=1)
    nearest = np.empty(len(rows), np.intp)
    for begin in range(0, len(rows), _AT_ONCE):
        some = slice(begin, begin + _AT_ONCE)
        away = lengths - 2 * rows[some] @ rows.T  # but for what is the same in a row
        away[np.arange(len(away)), np.arange(begin, begin + len(away))] = np.inf
        nearest[some] = away.argmin(axis=1)
    apart: Floats = np.sqrt(((rows - rows[nearest]) ** 2).mean(axis=1))
    return Neighbours(nearest, apart)


def join(nearest: NDArray[np.intp]) -> NDArray[np.int32]:
    """Which cluster each of n is in, if everyone is joined to its nearest, [n], from 0 up."""
    n = len(nearest)
    links = coo_array((np.ones(n, bool), (np.arange(n), nearest)), shape=(n, n))
    clusters: NDArray[np.int32] = connected_components(links, directed=False)[1]
    return clusters


def deal(clusters: NDArray[np.int32], sizes: Sequence[int], seed: int) -> NDArray[np.intp]:
    """Which part each of n belongs to, [n]: clusters in an order by chance fill one after another.

    Args:
        clusters: of each, [n].
        sizes: of the parts, which they reach or pass by less than a cluster; the last gets the
            rest.
        seed: of the order.
    """
    members = np.bincount(clusters)
    order = np.random.default_rng(seed).permutation(len(members))
    before = np.cumsum(members[order]) - members[order]
    part = np.empty(len(members), np.intp)
    part[order] = np.searchsorted(np.cumsum(sizes)[:-1], before, side="right")
    dealt: NDArray[np.intp] = part[clusters]
    return dealt


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the NPZ and say what was joined; 2 where it cannot be, with the reason."""
    parser = argparse.ArgumentParser(description="Split pictures by nearest-neighbour clusters.")
    parser.add_argument("--data", type=Path, required=True, help="an NPZ in MedMNIST's layout")
    parser.add_argument("--out", type=Path, required=True, help="the NPZ that is written")
    parser.add_argument("--seed", type=int, default=0, help="default: %(default)s")
    asked = parser.parse_args(arguments)
    try:
        parts = read_parts(asked.data)
    except TrainingError as error:
        return refuse("clusters", error)
    images = np.concatenate([part.images for part in parts])
    labels = np.concatenate([part.labels for part in parts])
    sizes = [len(part.labels) for part in parts]
    found = find_neighbours(images)
    clusters = join(found.nearest)
    dealt = deal(clusters, sizes, asked.seed)
    arrays = {}
    for i, name in enumerate(PARTS):
        arrays[f"{name}_images"], arrays[f"{name}_labels"] = images[dealt == i], labels[dealt == i]
    np.savez_compressed(asked.out, **arrays)
    _tell(found, clusters, sizes, dealt)
    return 0


def _tell(
    found: Neighbours, clusters: NDArray[np.int32], sizes: Sequence[int], dealt: NDArray[np.intp]
) -> None:
    members = np.bincount(clusters)
    before = np.repeat(np.arange(len(sizes)), sizes)
    low, middle, high = np.quantile(found.apart, [0.01, 0.5, 0.99])
    now = np.bincount(dealt, minlength=len(PARTS))[-1]
    lines = (
        f"{len(clusters):,} pictures in {len(members):,} clusters, the largest of "
        f"{members.max():,}",
        f"apart from the nearest, of 255: {low:.1f} (1st percentile), {middle:.1f} (median), "
        f"{high:.1f} (99th percentile)",
        "test pictures whose nearest neighbour is in train: "
        f"{_count_leaks(found.nearest, before):,} of {sizes[-1]:,} before, "
        f"{_count_leaks(found.nearest, dealt):,} of {now:,} now",
    )
    sys.stdout.write("\n".join(lines) + "\n")


def _count_leaks(nearest: NDArray[np.intp], parts: NDArray[np.intp]) -> int:
    train, test = 0, len(PARTS) - 1
    return int(((parts == test) & (parts[nearest] == train)).sum())


if __name__ == "__main__":
    sys.exit(main())
