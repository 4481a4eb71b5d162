"""Pictures are split so that none is on another side than the picture most like it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from medmaas_training.image.clusters import deal, find_neighbours, join, main

Pictures = NDArray[np.uint8]


def draw(cells: int, copies: int = 3) -> Pictures:
    """Cells, and near-identical copies of each behind one another."""
    random = np.random.default_rng(0)
    own = random.integers(0, 256, (cells, 1, 8, 8, 1))
    pictures = own + random.integers(-4, 5, (cells, copies, 8, 8, 1))
    return pictures.clip(0, 255).reshape(-1, 8, 8, 1).astype(np.uint8)


def write(path: Path, pictures: Pictures) -> Path:
    """An NPZ whose split puts the copies of a cell on all sides."""
    arrays: dict[str, Any] = {}
    for i, part in enumerate(("train", "val", "test")):
        arrays[f"{part}_images"] = pictures[i::3]
        arrays[f"{part}_labels"] = np.arange(len(pictures))[i::3] // 3 % 2
    np.savez(path, **arrays)
    return path


def test_the_nearest_picture_is_the_one_that_differs_least() -> None:
    pictures = draw(700, copies=2)
    found = find_neighbours(pictures)
    assert (found.nearest == np.arange(1400) ^ 1).all()
    rows = pictures.reshape(1400, -1).astype(float)
    apart = np.sqrt(((rows[::2] - rows[1::2]) ** 2).mean(axis=1))
    assert np.abs(found.apart[::2] - apart).max() < 1e-3


def test_a_picture_is_not_its_own_neighbour_even_if_another_is_the_same() -> None:
    pictures = np.zeros((3, 8, 8, 1), np.uint8)
    pictures[2] = 255
    assert find_neighbours(pictures).nearest[:2].tolist() == [1, 0]


def test_what_hangs_together_is_one_cluster() -> None:
    clusters = join(np.array([1, 2, 1, 4, 3]))
    assert [len(set(clusters[:3])), len(set(clusters[3:])), len(set(clusters))] == [1, 1, 2]


@pytest.mark.parametrize("seed", range(5))
def test_clusters_stay_whole_and_parts_are_about_as_large_as_asked(seed: int) -> None:
    clusters = np.repeat(np.arange(200), 5).astype(np.int32)
    dealt = deal(clusters, [703, 97, 200], seed)
    assert (dealt.reshape(200, 5) == dealt[::5, None]).all()
    assert np.abs(np.bincount(dealt) - [703, 97, 200]).max() < 5


def test_the_command_writes_a_split_in_which_no_copy_is_on_another_side(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pictures = draw(60)
    data, out = write(tmp_path / "cells.npz", pictures), tmp_path / "other.npz"
    assert main(["--data", str(data), "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert "180 pictures in 60 clusters, the largest of 3" in said
    assert "of 60 before, 0 of 60 now" in said
    with np.load(out) as split:
        train = {image.tobytes() for image in split["train_images"]}
        test = {image.tobytes() for image in split["test_images"]}
        assert sum(len(split[f"{part}_labels"]) for part in ("train", "val", "test")) == 180
    cells = pictures.reshape(60, 3, -1)
    sides = [{copy.tobytes() in train for copy in cell} for cell in cells]
    assert all(len(side) == 1 for side in sides)
    assert not train & test


def test_what_is_no_such_file_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cells.npz").write_bytes(b"not a zip")
    arguments = ["--data", str(tmp_path / "cells.npz"), "--out", str(tmp_path / "other.npz")]
    assert main(arguments) == 2
    assert "cannot be read as an NPZ" in capsys.readouterr().err
    assert not (tmp_path / "other.npz").exists()
