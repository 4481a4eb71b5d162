"""A network for pictures learns, is calibrated, and answers the same as ONNX."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_digits
from sklearn.metrics import precision_score, recall_score, roc_auc_score
from torch.nn.functional import cross_entropy

from medmaas.model.inputs import make_input
from medmaas.model.manifest import ClassesOutput, Crop, ImageInput, Manifest
from medmaas.model.registry import Registry
from medmaas.model.session import Session
from medmaas_training.catalogue.graph import convert_torch
from medmaas_training.classes.metrics import (
    ACCURACY,
    MACRO_AUC,
    PRECISION,
    SENSITIVITY,
    auc_by_class,
    measure_classes,
    measure_each_class,
)
from medmaas_training.image.data import Part
from medmaas_training.image.network import ImageNetwork, Learners, augment, calibrate, fit, predict
from medmaas_training.options import Options
from medmaas_training.recipes.blood_cell import recipe as blood_cell
from medmaas_training.recipes.blood_cell.card import NETWORK, draw_golden, name_confusions

DRAW = np.random.default_rng(0)


def make_network(side: int, channels: int, classes: int = 4, *, turned: bool) -> ImageNetwork:
    torch.manual_seed(0)
    images = torch.from_numpy(make_noise(20, side, channels))
    return ImageNetwork(images, classes, any_way_up=turned).eval()


def make_noise(n: int, side: int, channels: int) -> np.ndarray:
    return DRAW.integers(0, 256, (n, side, side, channels), dtype=np.uint8)


def read_digits() -> dict[str, Part]:
    """1,797 handwritten digits, 8 x 8, grey: Alpaydin & Kaynak 1998, in scikit-learn."""
    pixels, labels = load_digits(return_X_y=True)
    images = (pixels * 15.9).astype(np.uint8).reshape(-1, 8, 8, 1)
    order = np.random.default_rng(0).permutation(len(labels))
    parts = np.split(order, [1200, 1500])
    names = ("train", "val", "test")
    return {
        name: Part(images[rows], labels[rows].astype(np.int64))
        for name, rows in zip(names, parts, strict=True)
    }


DIGITS = read_digits()
FIELDS = ("images", "labels")


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(("side", "channels", "classes"), [(8, 1, 2), (28, 3, 8), (64, 1, 20)])
def test_the_graph_is_small_and_answers_as_the_network_for_any_number_of_pictures(
    side: int, channels: int, classes: int, *, turned: bool
) -> None:
    network = make_network(side, channels, classes, turned=turned)
    images = make_noise(5, side, channels)
    graph = convert_torch(
        network, torch.from_numpy(images[:2]), "probabilities", input_name="pixels"
    ).SerializeToString()
    assert sum(p.numel() for p in network.parameters()) <= 500_000
    assert len(graph) <= 2_000_000
    session = Session(graph)
    for n in (1, 2, 5):
        (found,) = session.run({"pixels": images[:n]}).values()
        assert found.shape == (n, classes)
        np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-6)
        np.testing.assert_allclose(found, predict(network, images[:n]), atol=1e-5)


@pytest.mark.parametrize("axis", [1, 2, (1, 2)])
def test_a_mirrored_picture_is_the_same_where_there_is_no_right_way_up(
    axis: int | tuple[int, int],
) -> None:
    images = make_noise(6, 28, 3)
    mirrored = np.flip(images, axis).copy()
    free, upright = (make_network(28, 3, turned=turned) for turned in (True, False))
    np.testing.assert_allclose(predict(free, images), predict(free, mirrored), atol=1e-6)
    assert np.abs(predict(upright, images) - predict(upright, mirrored)).max() > 1e-4


def test_a_picture_with_a_right_way_up_keeps_it() -> None:
    torch.manual_seed(0)
    x = torch.full((400, 1, 28, 28), -1.0)
    x[:, :, :14] = 1
    for turned in (False, True):
        moved = augment(x, any_way_up=turned, sharp=0.5)
        assert moved.shape == x.shape
        upright = moved[:, :, :14].mean((1, 2, 3)) > moved[:, :, 14:].mean((1, 2, 3))
        assert bool(upright.all()) != turned
        assert upright.any()


def test_digits_are_learned_in_a_few_epochs_and_a_seed_learns_them_again() -> None:
    def learn(seed: int, epochs: int) -> tuple[ImageNetwork, list[float]]:
        network, curves = fit(
            DIGITS["train"], DIGITS["val"], classes=10, any_way_up=False, epochs=epochs, seed=seed
        )
        return network, curves.val_loss

    network, losses = learn(0, 4)
    assert (predict(network, DIGITS["test"].images).argmax(1) == DIGITS["test"].labels).mean() > 0.9
    assert len(losses) == 4
    assert losses[-1] < losses[0]
    first, again, other = (learn(seed, 1)[1] for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_one_processor_and_two_learn_the_same_weights() -> None:
    whole = [np.concatenate([getattr(DIGITS[p], a) for p in ("train", "val")]) for a in FIELDS]
    train = Part(*whole)
    assert len(train.labels) >= 1280  # so that a batch has two parts

    def learn(threads: int) -> dict[str, torch.Tensor]:
        torch.set_num_threads(threads)
        learned = fit(train, DIGITS["test"], classes=10, any_way_up=False, epochs=1, seed=3)[0]
        return learned.state_dict()

    one, two, again = (learn(threads) for threads in (1, 2, 2))
    for name, weight in one.items():
        assert torch.equal(weight, two[name]), name
        assert torch.equal(weight, again[name]), name


def take_gradient(network: ImageNetwork) -> torch.Tensor:
    gradient = network.head.weight.grad
    assert gradient is not None
    return gradient


def test_both_parts_of_a_batch_are_learned_from() -> None:
    x, labels = torch.randn(128, 1, 8, 8), torch.arange(128) % 4
    gradients = []
    for parts in (1, 2):
        network = make_network(8, 1, turned=False)
        with Learners(network, parts) as learners:
            assert learners.differentiate(x, labels) > 0
        gradients.append(take_gradient(network))
    halves = []
    for rows in (slice(64), slice(64, 128)):
        network = make_network(8, 1, turned=False).train()
        cross_entropy(network.logits(x[rows]), labels[rows], label_smoothing=0.1).backward()
        halves.append(take_gradient(network))
    whole, together = gradients
    assert torch.allclose(together, (halves[0] + halves[1]) / 2, atol=1e-6)
    assert not torch.allclose(together, halves[0], atol=1e-4)
    assert not torch.allclose(whole, together, atol=1e-6)  # each part has a mean of its own


def test_a_temperature_calibrates_and_changes_no_answer() -> None:
    network, _ = fit(DIGITS["train"], DIGITS["val"], classes=10, any_way_up=False, epochs=2, seed=0)
    images, labels = DIGITS["val"].images, torch.from_numpy(DIGITS["val"].labels)
    before = torch.from_numpy(predict(network, images))
    temperature = calibrate(network, DIGITS["val"])
    after = torch.from_numpy(predict(network, images))
    assert temperature != 1
    assert torch.equal(before.argmax(1), after.argmax(1))
    assert cross_entropy(after.log(), labels) < cross_entropy(before.log(), labels)


def test_a_part_without_a_mistake_does_not_make_the_network_certain() -> None:
    network = make_network(8, 1, turned=False)
    images = make_noise(60, 8, 1)
    calibrate(network, Part(images, predict(network, images).argmax(1).astype(np.int64)))
    assert predict(network, images).max() < 1


@given(
    st.lists(
        st.tuples(st.integers(0, 2), *[st.integers(0, 4)] * 3), min_size=3, max_size=40
    ).filter(lambda cases: len({y for y, *_ in cases}) == 3)
)
def test_the_area_by_class_is_scikit_learns(cases: list[tuple[int, int, int, int]]) -> None:
    y = np.array([y for y, *_ in cases], dtype=np.int64)
    scores = np.array([scores for _, *scores in cases], dtype=float)
    expected = [roc_auc_score(y == i, scores[:, i]) for i in range(3)]
    np.testing.assert_allclose(auc_by_class(y, scores), expected, atol=1e-12)


def make_answers(n: int = 300) -> tuple[np.ndarray, np.ndarray]:
    """Three classes, of which the last is never named."""
    y = DRAW.integers(0, 3, n)
    p = DRAW.dirichlet([1, 1, 1], n) * [1, 1, 0.01] + 0.3 * np.eye(3)[y] * [1, 1, 0]
    return y, p / p.sum(1, keepdims=True)


def test_shares_are_scikit_learns_and_lie_in_their_intervals() -> None:
    y, p = make_answers()
    metrics = measure_each_class(y, p, "abc", model="it", evaluated_on="here", seed=0)
    found = {(m.metric, m.group): m for m in metrics}
    recalls = recall_score(y, p.argmax(1), average=None)
    precisions = precision_score(y, p.argmax(1), average=None, zero_division=0)
    for i, label in enumerate("abc"):
        assert found[SENSITIVITY, label].value == pytest.approx(recalls[i])
        assert found[SENSITIVITY, label].n == (y == i).sum()
    assert found[PRECISION, "a"].value == pytest.approx(precisions[0])
    assert found[PRECISION, "a"].n == (p.argmax(1) == 0).sum()
    assert (PRECISION, "c") not in found
    metrics += measure_classes(y, {"it": p}, own={}, evaluated_on="here", seed=0)
    assert all(m.low <= m.value <= m.high for m in metrics)


def test_a_perfect_classifier_is_not_said_to_be_certainly_perfect() -> None:
    y = np.arange(40) % 4
    metrics = measure_classes(y, {"it": np.eye(4)[y]}, own={}, evaluated_on="here", seed=0)
    found = {m.metric: m for m in metrics}
    assert (found[ACCURACY].value, found[ACCURACY].high) == (1, 1)
    assert found[ACCURACY].low == pytest.approx(1 / (1 + 1.96**2 / 40), abs=1e-3)  # Wilson's at n/n
    assert found[MACRO_AUC].value == 1


def test_a_class_of_one_case_has_an_area_all_the_same() -> None:
    y = np.array([0, 1, 1, 1, 1])
    metrics = measure_classes(y, {"it": np.eye(2)[y]}, own={}, evaluated_on="here", seed=0)
    assert {m.metric: m for m in metrics}[MACRO_AUC].value == 1


def test_golden_pictures_are_taken_as_they_are_or_cut_as_the_analysers() -> None:
    spec = ImageInput(tensor="pixels", height=28, width=28, mode="RGB", crop=Crop(side=200, of=360))
    for chosen in (spec, spec.model_copy(update={"crop": None, "mode": "L"})):
        reading = make_input(chosen).read(draw_golden(chosen))
        assert not reading.problems
        assert not any(reading.warnings)
        pixels = reading.tensors["pixels"]
        assert pixels.shape == (3, 28, 28, chosen.channels)
        corners, middle = pixels[:, 0, 0].astype(int), pixels[:, 14, 14].astype(int)
        assert (np.abs(corners - middle).max(axis=1) > 50).all()


def test_the_commonest_mistakes_are_said_in_words() -> None:
    confusion = np.array([[8, 2, 0], [0, 9, 0], [5, 1, 4]])
    said = name_confusions(confusion, ("cat", "dog", "cow"), most=2)
    assert said == "cow named cat: 5 of 10; cat named dog: 2 of 10"
    assert not name_confusions(np.diag([3, 4]), ("cat", "dog"))


def test_more_pictures_take_fewer_epochs() -> None:
    epochs = [blood_cell.choose_epochs(n) for n in (30, 1000, 12_000, 100_000, 10**6)]
    assert all(more >= fewer > 0 for more, fewer in pairwise(epochs))
    assert epochs[0] > epochs[-1]


def test_a_set_of_ones_own_becomes_a_model_with_a_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(blood_cell, "_EPOCHS", (5, 5))
    arrays: dict[str, Any] = {
        f"{name}_images": part.images[..., 0] for name, part in DIGITS.items()
    }
    arrays |= {f"{name}_labels": part.labels[:, None] for name, part in DIGITS.items()}
    arrays["test_images"] = arrays["test_images"].copy()
    arrays["test_images"][0] = arrays["train_images"][0]
    np.savez(tmp_path / "digits.npz", **arrays)
    names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    (tmp_path / "digits.yaml").write_text(
        f"labels: [{', '.join(names)}]\nlicence: CC BY 4.0\n", encoding="utf-8"
    )
    options = Options(
        tmp_path / "digits.npz", tmp_path / "models", 0, id="digits", reports=tmp_path / "reports"
    )
    blood_cell.run(options)

    _, errors = capfd.readouterr()
    assert "Warning: 1 of 297 test pictures are in the train part" in errors
    content = (tmp_path / "models/digits/1.0.0/manifest.json").read_bytes()
    manifest = Manifest.model_validate_json(content)
    assert isinstance(manifest.input, ImageInput)
    assert (manifest.input.mode, manifest.input.height, manifest.input.crop) == ("L", 8, None)
    assert isinstance(manifest.output, ClassesOutput)
    assert manifest.output.labels == tuple(names)
    assert len(Registry(tmp_path / "models").get("digits").manifest.golden.cases) == 3
    card = manifest.card
    assert "blood" not in content.decode()
    assert card.data.licence == "CC BY 4.0"
    assert (card.data.split.train, card.data.split.test) == (1200, 297)
    assert "1 of 297 test pictures" in " ".join(card.data.cleaning)
    found = {(m.metric, m.model, m.group): m for m in card.metrics}
    assert found[ACCURACY, NETWORK, "all"].value > 0.9
    assert {group for metric, _, group in found if metric == SENSITIVITY} == set(names)
    assert (tmp_path / "reports/digits/1.0.0/index.html").exists()

    arrays["train_images"] = arrays["train_images"][::-1]
    np.savez(tmp_path / "digits.npz", **arrays)
    with pytest.raises(Exception, match="was learned from other data"):
        blood_cell.run(options)
