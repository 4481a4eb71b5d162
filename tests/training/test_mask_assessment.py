"""Masks are assessed by what other tools compute of them."""

from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import f1_score, jaccard_score

from medmaas.model.manifest import ImageInput, MaskIntervals
from medmaas_training.assessment.assess import assess
from medmaas_training.assessment.certainty.uncertainty import assess_uncertainty
from medmaas_training.assessment.outputs.mask import OTSU, score, take_otsu
from medmaas_training.assessment.splits import Cases, Splits
from medmaas_training.kinds.outputs import describe_output
from tests.masks import SIDE, invent_cells, make_spec, write_png, write_shades

PAIRS = arrays(np.uint8, (2, 3, 4, 4), elements=st.integers(0, 2))


@given(PAIRS, st.integers(0, 2))
def test_dice_and_iou_are_those_of_sklearn(pair: Any, position: int) -> None:
    dice, iou = score(pair[0], pair[1], position)
    for i, masks in enumerate(zip(*pair, strict=True)):
        found, true = ((mask == position).ravel() for mask in masks)
        if not (found | true).any():
            assert np.isnan([dice[i], iou[i]]).all()
        else:
            assert dice[i] == pytest.approx(f1_score(true, found))
            assert iou[i] == pytest.approx(jaccard_score(true, found))


@given(arrays(np.uint8, (6, 6), elements=st.integers(0, 255)))
def test_otsu_parts_shades_with_the_least_variance_within(picture: Any) -> None:
    def spread(threshold: int) -> float:
        parts = [picture[picture > threshold], picture[picture <= threshold]]
        return float(sum(part.size * part.var() for part in parts if part.size))

    (bright,) = take_otsu(picture[None, :, :, None])
    if bright.any():
        chosen = int(picture[~bright].max())
        assert spread(chosen) <= min(map(spread, range(256))) * (1 + 1e-9) + 1e-6
    else:
        assert len(np.unique(picture)) == 1


def make_splits(count: int = 40) -> Splits:
    rng, made = np.random.default_rng(0), []
    for _ in range(3):
        pictures, masks = zip(*(invent_cells(rng) for _ in range(count)), strict=True)
        made.append(Cases(np.stack(pictures)[:, None], np.stack(masks)))
    train, calibration, test = made
    return Splits(train, calibration, test)


def test_a_model_of_masks_is_assessed_with_its_baseline_and_intervals() -> None:
    spec = ImageInput(
        tensor="pixels", height=SIDE, width=SIDE, mode="L", layout="NCHW", kind="image"
    )
    threshold = {"value": 0.55, "chosen": "by hand"}
    output = make_spec(threshold=threshold, objects={"connectivity": 8, "smallest": 3})
    graph = onnx.load_from_string(write_shades())
    found = assess_uncertainty(graph, spec, output, make_splits(), seed=0)
    by_name = {(one.metric, one.of, one.against): one for one in found.metrics}
    dice = by_name["Dice, nucleus", "model", None]
    assert (dice.measure, dice.n) == ("dice", 40)
    assert 0.7 < dice.low < dice.value < dice.high < 1
    rival = by_name["Dice, nucleus", "baseline", None]
    assert (rival.model, rival.measure) == (OTSU, "dice")
    gain = by_name["Dice, nucleus", "model", OTSU]
    assert gain.value == pytest.approx(dice.value - rival.value)
    assert by_name["mean absolute error of the number of nucleus", "model", None].measure == (
        "count_error"
    )
    assert by_name["intersection over union, nucleus", "model", None].value < dice.value
    intervals = found.uncertainty.intervals
    assert isinstance(intervals, MaskIntervals)
    points = {point.coverage: point for curve in found.coverage for point in curve.points}
    assert points[0.9].held.value > 0.75
    (_, levels) = describe_output(output).describe_levels(intervals, spec)
    assert "nucleus" in levels


def test_what_a_card_says_of_a_mask_names_all_that_is_stated() -> None:
    output = make_spec(
        threshold={"value": 0.4, "chosen": "best Dice"},
        pixel_spacing=[0.5, 0.25],
        objects={"smallest": 9},
        uncertainty={"tensor": "doubt", "measure": "entropy in nats", "high": 1},
    )
    said = describe_output(output).describe()
    for part in ("nucleus or ground", "0.4", "best Dice", "0.5 mm", "9 pixels", "entropy in nats"):
        assert part in said


@pytest.mark.parametrize(
    ("numbers", "said"),
    [([0.2, 0.8, 0.8, 0.2], None), ([0.2, 0.8, 0.2, 0.8], "sum to 1"), ([4, -3, 0, 1], "softmax")],
)
def test_a_graph_without_a_softmax_is_told_so(numbers: Any, said: str | None) -> None:
    found = describe_output(make_spec(height=1, width=2)).check_answer(np.array(numbers))
    assert [said in one for one in found if said] == ([True] if said else [])
    assert bool(found) == bool(said)


def test_explanations_of_masks_are_tried_like_those_of_pictures() -> None:
    spec = ImageInput(tensor="pixels", height=SIDE, width=SIDE, mode="L", layout="NCHW")
    threshold = {"value": 0.55, "chosen": "by hand"}
    golden = [{"image": write_png(invent_cells(np.random.default_rng(i))[0])} for i in range(2)]
    graph = onnx.load_from_string(write_shades())
    found = assess(graph, spec, make_spec(threshold=threshold), golden, make_splits(20), seed=0)
    assert {part.of for part in found.explanation.importance} == {"share_nucleus"}
    assert found.explanation.trial is not None
    assert all((check.low or 0) > 0 for check in found.explanation.trial)
