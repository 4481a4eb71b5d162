"""Masks: every pixel has its label, areas and objects are what they are, nothing is said calmly."""

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from jsonschema import Draft202012Validator
from pydantic import ValidationError
from scipy import ndimage

from medmaas.errors import ModelOutputError
from medmaas.facts import Fact
from medmaas.model.columns import File
from medmaas.model.inputs.reading import Seen
from medmaas.model.manifest import MaskIntervals
from medmaas.model.outcomes import Quantity
from medmaas.model.outputs.areas import AreaBounds, ShareTargets
from medmaas.model.outputs.components import measure_objects
from medmaas.model.outputs.drawing import draw_mask
from medmaas.model.outputs.mask import Mask
from tests.masks import make_spec, read_png

Json = dict[str, Any]
SMALL = {"height": 2, "width": 3}
THRESHOLD = {"threshold": {"value": 0.5, "chosen": "by hand"}}
WHOLE = Seen((0, 0, 3, 2))
MASKS = arrays(
    np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=12), elements=st.integers(0, 3)
)


def answer(spec: Any, *rows: Any, seen: Sequence[Seen | None] = ()) -> list[Json]:
    kind = Mask(spec)
    table = kind.tabulate({spec.tensor: np.array(rows, np.float32)}, {})
    rows_ = kind.list_rows(kind.place(table, seen) if seen else table)
    for row in rows_:
        Draft202012Validator(kind.json_schema()).validate(row)
    return rows_


def warn(spec: Any, row: Any) -> list[Any]:
    table = Mask(spec).tabulate({spec.tensor: np.array([row], np.float32)}, {})
    return [*table.warnings[0]]


def judge_objects(mask: Any, background: int, connectivity: int) -> list[tuple[int, int]]:
    """What scipy finds."""
    found = []
    for label in set(np.unique(mask).tolist()) - {background}:
        structure = np.ones((3, 3)) if connectivity == 8 else None
        parts, _ = ndimage.label(mask == label, structure=structure)
        found += [(label, pixels) for pixels in np.bincount(parts.ravel())[1:].tolist()]
    return sorted(found)


@given(MASKS, st.integers(0, 3), st.sampled_from([4, 8]))
def test_objects_are_those_that_scipy_finds(mask: Any, background: int, connectivity: int) -> None:
    labels, pixels = measure_objects(mask, background, connectivity)
    found = sorted(zip(labels.tolist(), pixels.tolist(), strict=True))
    assert found == judge_objects(mask, background, connectivity)


@pytest.mark.parametrize("connectivity", [4, 8])
@pytest.mark.parametrize("shape", ["spiral", "comb", "checks", "noise", "rim"])
def test_large_shapes_that_wind_are_counted_as_scipy_counts_them(
    shape: str, connectivity: int
) -> None:
    down, across = np.mgrid[:257, :300]
    turns = np.hypot(down - 128, across - 150) + np.arctan2(down - 128, across - 150) * 4 / np.pi
    shapes: dict[str, Any] = {
        "spiral": turns % 8 < 4,
        "comb": (across % 2 == 0) | (down == 256),
        "checks": (down + across) % 2,
        "noise": np.random.default_rng(0).random(down.shape) < 0.5,
        "rim": (across == 0) | (across == 299),  # what ends a row does not touch what begins one
    }
    mask = shapes[shape].astype(np.uint8)
    labels, pixels = measure_objects(mask, 0, connectivity)
    found = sorted(zip(labels.tolist(), pixels.tolist(), strict=True))
    assert found == judge_objects(mask, 0, connectivity)


@given(
    arrays(np.float32, (3, 4, 5), elements=st.floats(0, 1, width=32)),
    st.sampled_from(["NCHW", "NHWC"]),
)
def test_a_pixel_is_of_the_first_of_its_likeliest_labels(maps: Any, layout: str) -> None:
    size = {"height": 4, "width": 5}
    spec = make_spec(labels=["a", "b", "c"], background="b", layout=layout, **size)
    (row,) = answer(spec, maps if layout == "NCHW" else maps.transpose(1, 2, 0))
    mask = read_png(row["mask"])
    np.testing.assert_array_equal(mask, maps.argmax(0))
    counts = np.bincount(mask.ravel(), minlength=3)
    assert [one["pixels"] for one in row["areas"]] == [counts[0], counts[2]]
    assert [one["label"] for one in row["areas"]] == ["a", "c"]


@pytest.mark.parametrize("background", [0, 1])
def test_a_pixel_at_the_threshold_is_of_the_label(background: int) -> None:
    labels = ["ground", "cell"] if background == 0 else ["cell", "ground"]
    spec = make_spec(labels=labels, **SMALL, **THRESHOLD)
    (row,) = answer(spec, [[[0.5, 0.49, 1], [0, 0, 0.51]]])
    found = np.array([[1, 0, 1], [0, 0, 1]])
    np.testing.assert_array_equal(read_png(row["mask"]), found if background == 0 else 1 - found)
    assert row["areas"] == [{"label": "cell", "pixels": 3, "share": 0.5, "mm2": None}]


def test_every_label_of_256_can_be_read_from_the_file() -> None:
    mask = np.arange(256, dtype=np.uint8).reshape(16, 16)
    image = PIL.Image.open(io.BytesIO(draw_mask(mask, 256, 0)))
    assert image.mode == "P"
    np.testing.assert_array_equal(np.asarray(image), mask)


def test_objects_below_the_smallest_are_not_counted_but_have_an_area() -> None:
    spec = make_spec(height=3, width=5, **THRESHOLD, objects={"connectivity": 4, "smallest": 2})
    maps = [[1, 1, 0, 0, 1], [0, 0, 1, 0, 0], [0, 0, 1, 0, 1]]
    (row,) = answer(spec, [maps])
    assert row["objects"] == {"nucleus": 2}
    assert row["areas"][0]["pixels"] == 6


@pytest.mark.parametrize(
    ("stated", "seen", "mm2"),
    [
        ([0.5, 0.25], WHOLE, 0.75),
        ([0.5, 0.25], None, None),  # a tensor: nobody says at which scale it is
        ([0.5, 0.25], Seen((0, 0, 30, 20), is_at_scale=False), None),
        (None, WHOLE, None),
        # of a file: its pixels are 10 times as many along either edge of the box
        (None, Seen((5, 5, 35, 25), is_at_scale=False, spacing=(0.1, 0.2)), 6 * 1.0 * 2.0),
        ([0.5, 0.25], Seen((5, 5, 35, 25), spacing=(0.1, 0.2)), 6 * 1.0 * 2.0),
        # cut in other proportions than the tensor's
        (None, Seen((0, 0, 3, 4), spacing=(1.0, 1.0)), 6 * 2.0 * 1.0),
    ],
)
def test_areas_in_mm2_are_there_where_the_spacing_is_known_after_resampling(
    stated: Any, seen: Seen | None, mm2: float | None
) -> None:
    spec = make_spec(**SMALL, **THRESHOLD, pixel_spacing=stated)
    (row,) = answer(spec, np.ones((1, 2, 3)), seen=[seen] if seen else [])
    assert row["areas"][0]["mm2"] == mm2
    if seen:
        assert tuple(row["box"].values()) == seen.box
    else:
        assert row["box"] is None


def test_of_several_rows_each_has_its_own_scale_and_box() -> None:
    spec = make_spec(**SMALL, **THRESHOLD, pixel_spacing=[1, 1])
    ones, other = np.ones((1, 2, 3)), Seen((1, 1, 4, 3), is_at_scale=False)
    first, second, third = answer(spec, ones, ones, ones, seen=[WHOLE, None, other])
    assert [one["areas"][0]["mm2"] for one in (first, second, third)] == [6, None, None]
    assert (second["box"], third["box"]["left"]) == (None, 1)


def test_quantities_are_areas_in_mm2_else_in_pixels() -> None:
    labels = {"labels": ["ground", "a", "b"], "pixel_spacing": [1, 2]}
    spec = make_spec(**SMALL, **labels)
    maps = np.eye(3)[[[1, 1, 2], [0, 0, 0]]].transpose(2, 0, 1)
    (known,), (unknown,) = answer(spec, maps, seen=[WHOLE]), answer(spec, maps)
    kind = Mask(spec)
    a, b = (Fact("text", text=label) for label in ("a", "b"))
    assert kind.list_quantities(known) == [Quantity(a, 4, "mm2"), Quantity(b, 2, "mm2")]
    assert kind.list_quantities(unknown) == [Quantity(a, 2, "{pixel}"), Quantity(b, 1, "{pixel}")]


def test_an_empty_mask_never_says_that_nothing_is_there() -> None:
    by_threshold = make_spec(**SMALL, **THRESHOLD)
    likeliest = make_spec(**SMALL)
    (fact,) = warn(by_threshold, np.zeros((1, 2, 3)))
    assert (fact.code, fact.limits["threshold"]) == ("mask_nothing_reaches", 0.5)
    (fact,) = warn(likeliest, np.stack([np.ones((2, 3)), np.zeros((2, 3))]))
    assert fact.code == "mask_nothing_likelier"
    (row,) = answer(by_threshold, np.zeros((1, 2, 3)))
    assert Mask(by_threshold).summarise(row, None).code == "mask_nothing_reaches"


@pytest.mark.parametrize(
    ("maps", "code"),
    [
        ([[0.55, 0.45, 0.5], [0.5, 0.5, 0]], "mask_mostly_unsure"),
        ([[0.55, 0, 0], [0, 0, 0]], "mask_found_unsure"),  # little was found, and that is unsure
        ([[0.9, 0.9, 0.45], [0, 0, 0]], None),
    ],
)
def test_a_mask_that_may_as_well_be_another_is_told(maps: Any, code: str | None) -> None:
    binary, maps = make_spec(**SMALL, **THRESHOLD), np.array([maps])
    assert [fact.code for fact in warn(binary, maps)] == ([code] if code else [])
    both = np.concatenate([1 - maps, maps])  # the same by two labels
    assert [fact.code for fact in warn(make_spec(**SMALL), both)] == ([code] if code else [])


@pytest.mark.parametrize(
    ("maps", "code"),
    [
        (np.full((1, 2, 3), np.nan), "answer_not_finite"),
        (np.full((1, 2, 3), np.inf), "answer_not_finite"),
        (np.zeros((1, 2, 2)), "other_columns"),
    ],
)
def test_what_is_no_number_has_no_answer(maps: Any, code: str) -> None:
    with pytest.raises(ModelOutputError) as raised:
        answer(make_spec(**SMALL, **THRESHOLD), maps)
    assert raised.value.fact.code == code


@pytest.mark.parametrize("number", [3.5, -2])
def test_what_is_no_probability_is_impossible_and_others_beside_it_are_not(number: float) -> None:
    maps = np.array([np.full((1, 2, 3), number), np.full((1, 2, 3), 0.9)])
    kind = Mask(make_spec(**SMALL, **THRESHOLD))
    table = kind.tabulate({"probabilities": maps.astype(np.float32)}, {})
    first, second = table.impossible
    assert first is not None
    assert (first.code, second) == ("mask_not_probabilities", None)
    assert kind.judges_itself


def test_an_uncertainty_is_shades_of_its_stated_range() -> None:
    doubt = {"tensor": "doubt", "measure": "entropy in bits", "low": 0, "high": 2}
    spec = make_spec(**SMALL, **THRESHOLD, uncertainty=doubt)
    maps, kind = np.array([[[0, 1, 2], [0, 0, 0.5]]], np.float32), Mask(spec)
    table = kind.tabulate({"probabilities": np.ones((1, 1, 2, 3)), "doubt": maps}, {})
    (row,) = kind.list_rows(table)
    np.testing.assert_array_equal(read_png(row["uncertainty"]), [[0, 128, 255], [0, 0, 64]])
    assert table.impossible == [None]
    both = {"probabilities": np.ones((2, 1, 2, 3)), "doubt": np.concatenate([maps, maps + 1])}
    first, second = kind.tabulate(both, {}).impossible
    assert first is None
    assert second is not None
    assert second.code == "uncertainty_beyond_stated"
    with pytest.raises(ModelOutputError, match="answer_not_finite"):
        kind.tabulate({"probabilities": np.ones((1, 1, 2, 3)), "doubt": maps * np.nan}, {})


def test_a_file_is_drawn_only_when_it_is_written() -> None:
    drawn = []
    cell = File(lambda: drawn.append(1) or b"x")  # type: ignore[func-returns-value]
    assert drawn == []
    assert cell.write() == "eA=="
    assert drawn == [1]


def test_intervals_of_areas_stay_within_the_picture() -> None:
    spec = make_spec(**SMALL, labels=["ground", "a", "b"])
    levels = [{"coverage": 0.9, "quantiles": [0.1, 0.7]}]
    bounds = AreaBounds(spec, MaskIntervals.model_validate({"levels": levels}))
    maps = np.eye(3)[[[1, 1, 1], [0, 0, 2]]].transpose(2, 0, 1)[None]
    (row,) = bounds.list_rows(bounds.tabulate({"probabilities": maps}, {}, 0.9), 0.9)
    Draft202012Validator(bounds.json_schema()).validate(row)
    a, b = row["areas"]
    assert (a["label"], a["low"], a["high"]) == ("a", 0.4, 0.6)
    assert (b["low"], b["high"]) == (0, 0.866667)


def test_the_largest_expected_share_is_explained_in_per_cent() -> None:
    spec = make_spec(**SMALL, labels=["a", "ground", "b"])
    maps = np.stack([np.full((2, 3), p) for p in (0.2, 0.5, 0.3)])[None]
    targets = ShareTargets(spec)
    (shares,) = targets.settle(targets.read({"probabilities": maps}))
    assert shares == pytest.approx([20, 30])
    assert targets.targets[targets.headline(shares)].name == "share_b"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"background": "sky"}, "background must be one of labels"),
        ({"labels": ["a", "ground", "b"], **THRESHOLD}, "threshold needs two labels"),
        ({"labels": ["ground", "ground"]}, "label"),
        ({"labels": [f"l{i}" for i in range(257)] + ["ground"]}, "256"),
        ({"pixel_spacing": [0.5, 0]}, "greater than 0"),
        ({"objects": {"connectivity": 6}}, "multiple of 4"),
        (
            {"uncertainty": {"tensor": "u", "measure": "x", "low": 1, "high": 1}},
            "low must be below",
        ),
    ],
)
def test_a_contract_that_cannot_be_kept_is_refused(changes: Json, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        make_spec(**changes)


@given(st.integers(1, 90), st.integers(1, 90), st.sampled_from(["NCHW", "NHWC"]))
def test_what_golden_cases_record_restores_the_shape(height: int, width: int, layout: str) -> None:
    spec = make_spec(height=height, width=width, layout=layout)
    shape = (2, height, width) if layout == "NCHW" else (height, width, 2)
    row = np.random.default_rng(0).random(shape).astype(np.float32)
    taken = spec.sample("probabilities", row)
    assert taken.size <= 2 * 4_096
    assert [*spec.take("probabilities", row.ravel().tolist())] == taken.tolist()
    back = spec.restore("probabilities", taken, shape)
    assert back.shape == shape
    np.testing.assert_array_equal(spec.sample("probabilities", back), taken)
    if height * width <= 4_096:
        np.testing.assert_array_equal(back, row)
