"""An NPZ is read as it is, or refused in one sentence before anything is done."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from medmaas_training.errors import TrainingError
from medmaas_training.image.data import BLOOD_CELLS, read_images
from medmaas_training.options import Options
from medmaas_training.recipes.blood_cell import recipe as blood_cell

DRAW = np.random.default_rng(0)
Arrays = dict[str, Any]


def make_arrays(classes: int = 3, *, side: int = 8, channels: int | None = None) -> Arrays:
    """Noise: 20, 10 and 10 pictures of each class in train, val and test."""
    arrays: Arrays = {}
    for part, each in (("train", 20), ("val", 10), ("test", 10)):
        labels = np.repeat(np.arange(classes, dtype=np.uint8), each)
        shape = (len(labels), side, side) + ((channels,) if channels else ())
        arrays[f"{part}_images"] = DRAW.integers(0, 256, shape, dtype=np.uint8)
        arrays[f"{part}_labels"] = labels[:, None]
    return arrays


def write(folder: Path, arrays: Arrays, notes: str | None = None) -> Path:
    path = folder / "pictures.npz"
    np.savez(path, **arrays)
    if notes is not None:
        path.with_suffix(".yaml").write_text(notes, encoding="utf-8")
    return path


@pytest.mark.parametrize("side", [8, 28, 64])
@pytest.mark.parametrize(("channels", "read_as"), [(None, 1), (1, 1), (3, 3)])
def test_grey_and_colour_of_any_side_are_read(
    channels: int | None, read_as: int, side: int, tmp_path: Path
) -> None:
    arrays = make_arrays(side=side, channels=channels)
    images = read_images(write(tmp_path, arrays), own=True)
    assert images.train.images.shape == (60, side, side, read_as)
    assert (images.side, images.channels, images.n) == (side, read_as, 120)
    flat = arrays["test_images"].reshape(30, -1)
    np.testing.assert_array_equal(images.test.images.reshape(30, -1), flat)
    assert images.test.labels.tolist() == [0] * 10 + [1] * 10 + [2] * 10


def test_labels_may_lie_flat(tmp_path: Path) -> None:
    arrays = make_arrays()
    column = read_images(write(tmp_path, arrays), own=True)
    flat = {name: a.ravel() if "labels" in name else a for name, a in arrays.items()}
    assert read_images(write(tmp_path, flat), own=True).sha256 == column.sha256


def test_the_sha256_is_of_the_pictures_and_of_their_labels(tmp_path: Path) -> None:
    arrays = make_arrays()
    before = read_images(write(tmp_path, arrays), own=True).sha256
    arrays["val_images"][0, 0, 0] ^= 1
    changed = read_images(write(tmp_path, arrays), own=True).sha256
    arrays["val_images"][0, 0, 0] ^= 1
    arrays["train_labels"][[0, -1]] = arrays["train_labels"][[-1, 0]]
    relabelled = read_images(write(tmp_path, arrays), own=True).sha256
    assert len({before, changed, relabelled}) == 3


def test_without_an_id_the_pictures_are_those_of_blood_cells(tmp_path: Path) -> None:
    path = write(tmp_path, make_arrays(8, side=28, channels=3))
    images = read_images(path, own=False)
    assert images.labels == BLOOD_CELLS
    assert images.any_way_up
    assert "Acevedo" in images.origin.source
    own = read_images(path, own=True)
    assert own.labels == tuple("01234567")
    assert not own.any_way_up
    assert own.origin.licence == "not stated"
    assert own.sha256 == images.sha256


@pytest.mark.parametrize(
    "arrays", [make_arrays(8, side=28), make_arrays(7, side=28, channels=3), make_arrays(8)]
)
def test_without_an_id_other_pictures_are_refused(arrays: Arrays, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="can be BloodMNIST: name another model with --id"):
        read_images(write(tmp_path, arrays), own=False)


def test_a_yaml_beside_the_file_says_what_the_numbers_mean(tmp_path: Path) -> None:
    notes = "labels: [cat, dog, cow]\nsource: a farm\nlicence: CC0\nany_way_up: true\n"
    images = read_images(write(tmp_path, make_arrays(), notes), own=True)
    assert images.labels == ("cat", "dog", "cow")
    assert (images.origin.source, images.origin.licence) == ("a farm", "CC0")
    assert images.origin.inclusion == "not stated"
    assert images.any_way_up


@pytest.mark.parametrize(
    ("notes", "sentence"),
    [
        ("labels: [cat, dog]", "labels must name the 3 classes"),
        ("labels: [cat, dog, dog]", "labels must name the 3 classes"),
        ("labels: [cat, dog, '']", "labels must name the 3 classes"),
        ("labels: 3", "labels cannot be read"),
        ("any_way_up: maybe", "any_way_up cannot be read"),
        ("colour: red", "colour cannot be read; it takes labels, any_way_up"),
        ("- labels", "it cannot be read"),
        ("labels: [", "it cannot be read"),
    ],
)
def test_a_yaml_that_cannot_be_meant_is_refused(notes: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(TrainingError) as refused:
        read_images(write(tmp_path, make_arrays(), notes), own=True)
    assert refused.value.message.startswith("the .yaml beside --data: ")
    assert sentence in refused.value.message


def leave_out(arrays: Arrays) -> None:
    del arrays["val_labels"], arrays["test_images"]


def replace(name: str, change: Callable[[Any], Any]) -> Callable[[Arrays], None]:
    def run(arrays: Arrays) -> None:
        arrays[name] = change(arrays[name])

    return run


def relabel(change: Callable[[Any], Any]) -> Callable[[Arrays], None]:
    def run(arrays: Arrays) -> None:
        for part in ("train", "val", "test"):
            arrays[f"{part}_labels"] = change(arrays[f"{part}_labels"])

    return run


def keep(each: int) -> Callable[[Arrays], None]:
    def run(arrays: Arrays) -> None:
        for name in arrays:
            arrays[name] = arrays[name][::each]

    return run


def make_rare(arrays: Arrays) -> None:
    """Class 2 in train and in test, but nine times only."""
    for part, kept in (("train", 4), ("val", 3), ("test", 2)):
        labels = arrays[f"{part}_labels"].ravel()
        rows = np.concatenate([np.flatnonzero(labels < 2), np.flatnonzero(labels == 2)[:kept]])
        arrays[f"{part}_images"] = arrays[f"{part}_images"][rows]
        arrays[f"{part}_labels"] = labels[rows]


def move_class(arrays: Arrays) -> None:
    """Class 2 in train alone."""
    for part in ("val", "test"):
        rows = np.flatnonzero(arrays[f"{part}_labels"].ravel() < 2)
        arrays[f"{part}_images"] = arrays[f"{part}_images"][rows]
        arrays[f"{part}_labels"] = arrays[f"{part}_labels"][rows]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (leave_out, "these arrays are missing: test_images, val_labels"),
        (replace("val_images", lambda a: a / 255), "val_images must be uint8"),
        (replace("val_images", lambda a: a[..., None, None]), "val_images must be uint8"),
        (replace("val_images", lambda a: np.stack([a] * 4, 3)), "val_images must be uint8"),
        (replace("test_images", lambda a: a[:, 1:]), "test_images must be square, 8 to 256"),
        (replace("test_images", lambda a: a[:, 1:, 1:]), "test_images must be square, 8 to 256"),
        (replace("val_images", lambda a: np.stack([a] * 3, 3)), "differ in size or colour"),
        (replace("train_labels", lambda a: np.hstack([a, a])), "train_labels has several columns"),
        (replace("train_labels", lambda a: a.astype(float)), "train_labels must be integers"),
        (replace("train_labels", lambda a: a[None]), "train_labels must be integers"),
        (replace("train_labels", lambda a: a[1:]), "train has 60 images and 59 labels"),
        (keep(3), "fewer than 50 images are too few"),
        (relabel(lambda a: a + 1), "labels must be 0, 1, 2 and so on"),
        (relabel(lambda a: a * 2), "labels must be 0, 1, 2 and so on"),
        (relabel(lambda a: a.astype(int) - 1), "labels must be 0, 1, 2 and so on"),
        (make_rare, "each class needs at least 10 cases"),
        (move_class, "each class must be in train and in test: [2] is not"),
        (relabel(lambda a: a * 0), "1 classes: the network learns 2 to 20"),
        (lambda a: a.update(make_arrays(21)), "21 classes: the network learns 2 to 20"),
        (
            lambda a: a.update(val_images=a["val_images"][:0], val_labels=a["val_labels"][:0]),
            "val has 0 images and 0 labels",
        ),
        (
            lambda a: a.update(test_labels=np.array([[None]] * 30, dtype=object)),
            "the file cannot be read as an NPZ of plain arrays",
        ),
    ],
)
def test_what_cannot_be_learned_from_is_refused_and_nothing_is_written(
    change: Callable[[Arrays], None], sentence: str, tmp_path: Path
) -> None:
    arrays = make_arrays()
    change(arrays)
    out, reports = tmp_path / "models", tmp_path / "reports"
    options = Options(write(tmp_path, arrays), out, 0, id="mine", reports=reports)
    with pytest.raises(TrainingError) as refused:
        blood_cell.run(options)
    assert refused.value.message.startswith("--data: ")
    assert sentence in refused.value.message
    assert not out.exists()
    assert not reports.exists()


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"PK\x03\x04 but no more", b"\x93NUMPY"])
def test_a_file_that_is_no_npz_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "pictures.npz"
    path.write_bytes(content)
    with pytest.raises(TrainingError, match="cannot be read as an NPZ"):
        read_images(path, own=True)


def test_a_damaged_npz_and_another_archive_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path, make_arrays())
    content = bytearray(path.read_bytes())
    content[200:300] = bytes(100)
    path.write_bytes(content)
    with pytest.raises(TrainingError, match="cannot be read as an NPZ"):
        read_images(path, own=True)
    with zipfile.ZipFile(path, "w") as archive:
        for part in ("train", "val", "test"):
            archive.writestr(f"{part}_images", "pictures")
            archive.writestr(f"{part}_labels", "labels")
    with pytest.raises(TrainingError, match="cannot be read as an NPZ"):
        read_images(path, own=True)


def test_one_array_alone_and_no_file_at_all_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "one.npy", np.zeros(3))
    for path in (tmp_path / "one.npy", tmp_path / "none.npz", tmp_path):
        with pytest.raises(TrainingError, match="cannot be read as an NPZ"):
            read_images(path, own=True)


def test_without_data_the_sentence_says_where_there_are_some() -> None:
    with pytest.raises(TrainingError, match=r"--data is needed: .* 10\.5281/zenodo\.10519652"):
        read_images(None, own=False)


def test_pictures_on_both_sides_of_the_split_are_counted(tmp_path: Path) -> None:
    arrays = make_arrays()
    assert read_images(write(tmp_path, arrays), own=True).count_leaks() == 0
    arrays["test_images"][:4] = arrays["train_images"][[5, 5, 6, 7]]
    assert read_images(write(tmp_path, arrays), own=True).count_leaks() == 4
