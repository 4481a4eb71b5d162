"""Pictures in MedMNIST's layout: one NPZ that brings its own split, read and checked.

Yang et al. 2023 (doi 10.1038/s41597-022-01721-8). What the numbers of an NPZ mean is not in it: the
blood cells' classes are known here, those of one's own set come from a small YAML beside it.
"""

import hashlib
import zipfile
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import StrictBool, ValidationError

from medmaas.model import manifest
from medmaas_training.errors import TrainingError
from medmaas_training.tabular.datasets import Origin
from medmaas_training.tabular.own_notes import DataNote
from medmaas_training.tabular.own_table import require

Images = NDArray[np.uint8]
Labels = NDArray[np.int64]

PARTS = ("train", "val", "test")
BLOOD_CELLS = (
    "basophil", "eosinophil", "erythroblast", "immature granulocyte", "lymphocyte", "monocyte",
    "neutrophil", "platelet",
)  # fmt: skip
BLOOD = Origin(
    source="Acevedo et al. 2020, doi 10.17632/snkd93bnjr.1, in MedMNIST's layout: 17,092 "
    "photographs of single cells in the original, taken by a CellaVision DM96 at the Hospital "
    "Clinic of Barcelona. What was given as --data is taken for them by its size, colours and "
    "number of classes, and known by its sha256",
    licence="CC BY 4.0",
    inclusion="cells of people without infection, haematologic or oncologic disease, and free of "
    "any pharmacologic treatment, as the source states; labelled by clinical pathologists",
    population="Single cells of peripheral blood smears, stained with May-Grünwald-Giemsa.",
    limit="One hospital, one stain, one analyser, no leukaemic cell; no external validation.",
)
_OWN = Origin(
    source="pictures given by whoever trained the model, known by their sha256",
    licence="not stated",
    inclusion="not stated",
    population="Pictures like those given; whoever trained the model knows of whom they are.",
    limit="The data are not described; no external validation.",
)
_BLOOD_SIDE = 28
_SIDES = (8, 256)
_CLASSES = (2, 20)
_FEWEST = 50
_FEWEST_CASES = 10
_UNREADABLE = "the file cannot be read as an NPZ of plain arrays"
_WHERE = (
    "--data is needed: an NPZ in MedMNIST's layout, for blood cells bloodmnist.npz "
    "(doi 10.5281/zenodo.10519652)"
)


@dataclass(frozen=True)
class Part:
    """One part of a split: images [n, side, side, channels], and labels [n] as positions."""

    images: Images
    labels: Labels


@dataclass(frozen=True)
class ImageSet:
    """Labelled pictures in three parts.

    Attributes:
        train: fits.
        val: calibrates.
        test: only measures.
        labels: names of the classes.
        sha256: of the images and labels of all parts.
        origin: where they come from.
        any_way_up: whether a picture turned or mirrored is as good as another.
    """

    train: Part
    val: Part
    test: Part
    labels: tuple[str, ...]
    sha256: str
    origin: Origin
    any_way_up: bool

    @property
    def side(self) -> int:
        """Pixels an edge."""
        return int(self.train.images.shape[1])

    @property
    def channels(self) -> int:
        """3 for colour, 1 for grey."""
        return int(self.train.images.shape[3])

    @property
    def n(self) -> int:
        """Pictures in all parts."""
        return sum(len(part.labels) for part in (self.train, self.val, self.test))

    def count_leaks(self) -> int:
        """How many pictures of the test part are in the train part too, byte for byte."""
        known = {_digest(image) for image in self.train.images}
        return sum(_digest(image) in known for image in self.test.images)

    def describe_split(self, seed: int) -> manifest.Split:
        """The sizes of the NPZ's own split, as a card takes them; nothing was drawn."""
        sizes = (len(part.labels) for part in (self.train, self.val, self.test))
        train, calibration, test = sizes
        return manifest.Split(seed=seed, train=train, calibration=calibration, test=test)


class _Notes(DataNote):
    """What a YAML may say of the NPZ beside it: all optional."""

    labels: tuple[str, ...] | None = None
    any_way_up: StrictBool = False


def read_images(data: Path | None, *, own: bool) -> ImageSet:
    """An NPZ with {train,val,test}_{images,labels}, checked before anything is learned from it.

    Args:
        data: the NPZ. Images are uint8 [n, side, side] or [n, side, side, 1 or 3], labels integers
            [n] or [n, 1] from 0 up.
        own: whether the model has an --id other than blood_cell. Without one the data are taken for
            the blood cells of BloodMNIST, in its order of classes, and refused unless they look
            like it. With one nothing is assumed: classes are called by their number, unless a YAML
            of the same name beside the NPZ has `labels`; it may also have `source`, `licence`,
            `inclusion`, `population`, and `any_way_up: true`, if a picture turned or mirrored is
            as good as another.

    Raises:
        TrainingError: there is no NPZ, or it cannot be learned from.
    """
    if data is None:
        raise TrainingError(_WHERE)
    train, val, test = read_parts(data)
    classes = _check_labels(train.labels, val.labels, test.labels)
    sha256 = _hash(train, val, test)
    if own:
        notes = _read_notes(data.with_suffix(".yaml"), classes)
        labels = notes.labels or tuple(map(str, range(classes)))
        origin = replace(
            _OWN, **notes.model_dump(exclude={"labels", "any_way_up"}, exclude_none=True)
        )
        return ImageSet(train, val, test, labels, sha256, origin, notes.any_way_up)
    shape = (_BLOOD_SIDE, _BLOOD_SIDE, 3)
    require(
        train.images.shape[1:] == shape and classes == len(BLOOD_CELLS),
        "only 28 x 28 colour images of 8 classes can be BloodMNIST: name another model with --id",
    )
    return ImageSet(train, val, test, BLOOD_CELLS, sha256, BLOOD, any_way_up=True)


def read_parts(data: Path) -> tuple[Part, Part, Part]:
    """Train, val and test of an NPZ, as `read_images` reads them, whatever their labels are.

    Raises:
        TrainingError: it cannot be read so.
    """
    arrays = _load(data)
    train, val, test = (_make_part(arrays, part) for part in PARTS)
    require(
        train.images.shape[1:] == val.images.shape[1:] == test.images.shape[1:],
        "the images of train, val and test differ in size or colour",
    )
    return train, val, test


def _load(path: Path) -> dict[str, NDArray[Any]]:
    names = [f"{part}_{what}" for part in PARTS for what in ("images", "labels")]
    require(zipfile.is_zipfile(path), _UNREADABLE)
    try:
        with np.load(path, allow_pickle=False) as file:
            missing = sorted(set(names) - set(file.files))
            arrays = {name: file[name] for name in names if name not in missing}
    except (OSError, ValueError, EOFError, MemoryError, zipfile.BadZipFile, zlib.error) as error:
        raise TrainingError(f"--data: {_UNREADABLE}") from error
    require(not missing, f"these arrays are missing: {', '.join(missing)}")
    require(all(isinstance(array, np.ndarray) for array in arrays.values()), _UNREADABLE)
    return arrays


def _make_part(arrays: dict[str, NDArray[Any]], part: str) -> Part:
    images, labels = arrays[f"{part}_images"], arrays[f"{part}_labels"]
    if images.ndim == 3:
        images = images[..., None]
    require(
        images.dtype == np.uint8 and images.ndim == 4 and images.shape[3] in {1, 3},
        f"{part}_images must be uint8, (n, side, side), (n, side, side, 1) or (n, side, side, 3)",
    )
    low, high = _SIDES
    require(
        images.shape[1] == images.shape[2] and low <= images.shape[1] <= high,
        f"{part}_images must be square, {low} to {high} pixels an edge",
    )
    require(
        not (labels.ndim == 2 and labels.shape[1] > 1),
        f"{part}_labels has several columns, and only one label per image can be learned",
    )
    require(
        labels.dtype.kind in "iu" and labels.shape in {(labels.size,), (labels.size, 1)},
        f"{part}_labels must be integers, (n, 1) or (n,)",
    )
    require(
        0 < len(images) == labels.size,
        f"{part} has {len(images)} images and {labels.size} labels: as many of both are needed",
    )
    return Part(images, labels.reshape(-1).astype(np.int64))


def _check_labels(*parts: Labels) -> int:
    """The number of classes, each with enough cases in the right places."""
    train, _, test = parts
    together = np.concatenate(parts)
    found, cases = np.unique(together, return_counts=True)
    low, high = _CLASSES
    require(len(together) >= _FEWEST, f"fewer than {_FEWEST} images are too few to learn from")
    require(low <= len(found) <= high, f"{len(found)} classes: the network learns {low} to {high}")
    require(
        found.tolist() == list(range(len(found))), "labels must be 0, 1, 2 and so on, none left out"
    )
    require(cases.min() >= _FEWEST_CASES, f"each class needs at least {_FEWEST_CASES} cases")
    absent = sorted({*found.tolist()} - ({*train.tolist()} & {*test.tolist()}))
    require(not absent, f"each class must be in train and in test: {absent} is not")
    return len(found)


def _read_notes(path: Path, classes: int) -> _Notes:
    if not path.exists():
        return _Notes()
    try:
        notes = _Notes.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except (OSError, ValueError, yaml.YAMLError) as error:
        what = error.errors()[0]["loc"] if isinstance(error, ValidationError) else ()
        raise TrainingError(
            f"the .yaml beside --data: {'.'.join(map(str, what)) or 'it'} cannot be read; it takes "
            "labels, any_way_up (true or false), source, licence, inclusion and population"
        ) from error
    names = notes.labels
    if names is not None and not (len(set(names)) == len(names) == classes and all(names)):
        raise TrainingError(
            f"the .yaml beside --data: labels must name the {classes} classes, each differently"
        )
    return notes


def _digest(image: Images) -> bytes:
    return hashlib.sha256(image.tobytes()).digest()


def _hash(*parts: Part) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(repr(part.images.shape).encode())
        digest.update(np.ascontiguousarray(part.images).tobytes())
        digest.update(part.labels.astype("<i8").tobytes())
    return digest.hexdigest()
