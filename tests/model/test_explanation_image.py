"""A map shows where a picture's answer comes from, on the picture as it was sent."""

import base64
import json
from dataclasses import replace
from io import BytesIO
from typing import Any

import numpy as np
import onnx
import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from medmaas.model.explanation import describe_explanation
from medmaas.model.explanation import explain as explain_any
from medmaas.model.explanation.budget import Budget, OutOfTimeError
from medmaas.model.explanation.image import ImageExplainer
from medmaas.model.inputs.image import Image
from medmaas.model.manifest import (
    Check,
    ClassesOutput,
    Crop,
    Explanation,
    ImageInput,
    Normalisation,
    ValueOutput,
)
from medmaas.model.registry import Model, Registry
from medmaas.words import ENGLISH, speak
from tests.conftest import ROOT
from tests.slow import Clock, Counted

CELLS = ROOT / "tests" / "data" / "blood_cells"
SIDE = 28
NO_LIMIT = Budget(None)
SPEC = ImageInput(tensor="x", height=SIDE, width=SIDE, mode="L")
CHANNELS_FIRST = SPEC.model_copy(
    update={"layout": "NCHW", "normalisation": Normalisation(mean=(0.0,), deviation=(1.0,))}
)
OUTPUT = ClassesOutput(tensor="p", labels=("bright corner", "dark corner"))
CORNER = {
    "NHWC": ("uint8[n, 28, 28, 1]", "255", "{0, 0, 0, 0}", "{100000, 7, 7, 1}"),
    "NCHW": ("float[n, 1, 28, 28]", "1", "{0, 0, 0, 0}", "{100000, 1, 7, 7}"),
}
"""What the graph takes, the brightest it takes, and where its upper left corner begins and ends."""


def make_model(registry: Registry, spec: ImageInput, clock: Clock | None = None) -> Model:
    """A model whose answer is the brightness of the 7 x 7 pixels in the upper left corner.

    A call takes a second of the clock.
    """
    takes, brightest, begin, end = CORNER[spec.layout]
    graph = f"""<ir_version: 9, opset_import: ["" : 18]>
    corner ({takes} x) => (float[n, 2] p)
    <int64[4] begin = {begin}, int64[4] end = {end}, int64[3] axes = {{1, 2, 3}},
     float[1] brightest = {{{brightest}}}, float[1] one = {{1}}> {{
        whole = Cast<to = 1>(x)
        corner = Slice(whole, begin, end)
        mean = ReduceMean<keepdims = 0>(corner, axes)
        bright = Div(mean, brightest)
        dark = Sub(one, bright)
        axis = Constant<value_ints = [1]>()
        left = Unsqueeze(bright, axis)
        right = Unsqueeze(dark, axis)
        p = Concat<axis = 1>(left, right)
    }}"""
    session = Counted(onnx.parser.parse_model(graph).SerializeToString(), clock, 1)
    shipped = registry.get("blood_cell")
    manifest = shipped.manifest.model_copy(
        update={"input": spec, "output": OUTPUT, "uncertainty": None, "explanation": None}
    )
    return replace(shipped, manifest=manifest, inputs=Image(spec), session=session)


def send(picture: PIL.Image.Image, **options: Any) -> dict[str, str]:
    file = BytesIO()
    picture.save(file, "PNG", **options)
    return {"image": base64.b64encode(file.getvalue()).decode()}


def explain(model: Model, instance: dict[str, str], budget: Budget = NO_LIMIT) -> dict[str, Any]:
    """The explanation, which fits its schema."""
    spec = model.manifest.input
    assert isinstance(spec, ImageInput)
    explainer = ImageExplainer(model, spec)
    explained = explainer.explain(model.inputs.read([instance]).tensors, instance, budget)
    explained = speak(explained, ENGLISH)
    Draft202012Validator(explainer.json_schema()).validate(explained)
    return explained


def open_map(explained: dict[str, Any]) -> PIL.Image.Image:
    drawn = PIL.Image.open(BytesIO(base64.b64decode(explained["heat_map"]["png"])))
    assert (drawn.format, drawn.info) == ("PNG", {}), "nothing else of the file is in it"
    return drawn.convert("RGB")


def spot(size: tuple[int, int] = (SIDE, SIDE), *, bright: bool = True) -> PIL.Image.Image:
    """Grey, but for the upper left quarter of the edges, which is nearly white or nearly black."""
    picture = PIL.Image.new("L", size, 100)
    picture.paste(230 if bright else 25, (0, 0, size[0] // 4, size[1] // 4))
    return picture


def test_the_map_is_high_where_the_answer_comes_from_and_zero_far_from_it(
    registry: Registry,
) -> None:
    explained = explain(make_model(registry, SPEC), send(spot()))
    rows = np.array(explained["heat_map"]["rows"])
    assert rows.shape == (8, 8)
    down, across = np.unravel_index(rows.argmax(), rows.shape)
    assert max(down, across) < 2
    assert (rows[:2, :2] > 0).all()
    assert (rows[5:, 5:] == 0).all()
    assert explained["complete"]
    assert explained["heat_map"]["of"] == "bright corner"
    assert "the upper left of the picture speaks for it most" in explained["sentence"]


def test_the_map_is_of_the_label_that_the_answer_names(registry: Registry) -> None:
    explained = explain(make_model(registry, SPEC), send(spot(bright=False)))
    assert explained["heat_map"]["of"] == "dark corner"
    assert np.array(explained["heat_map"]["rows"])[:2, :2].min() > 0


def test_channels_first_and_normalised_give_the_same_map(registry: Registry) -> None:
    maps = [
        np.array(explain(make_model(registry, spec), send(spot()))["heat_map"]["rows"])
        for spec in (SPEC, CHANNELS_FIRST)
    ]
    assert np.abs(maps[0] - maps[1]).max() < 0.005  # a shade of uint8


def test_without_a_limit_of_time_a_picture_has_one_explanation(registry: Registry) -> None:
    model = registry.get("blood_cell")
    cell = send(PIL.Image.open(CELLS / "neutrophil.png"))
    assert explain(model, cell) == explain(model, cell)


def make_certain(registry: Registry, certain: float) -> Model:
    """The same, with the brightness times a number as the logarithm of the odds."""
    graph = f"""<ir_version: 9, opset_import: ["" : 18]>
    certain (uint8[n, 28, 28, 1] x) => (float[n, 3] p)
    <int64[4] begin = {{0, 0, 0, 0}}, int64[4] end = {{100000, 7, 7, 1}},
     int64[3] axes = {{1, 2, 3}}, float[3] weights = {{{certain / 255}, 0, 0}}> {{
        whole = Cast<to = 1>(x)
        corner = Slice(whole, begin, end)
        mean = ReduceMean<keepdims = 0>(corner, axes)
        axis = Constant<value_ints = [1]>()
        column = Unsqueeze(mean, axis)
        scores = Mul(column, weights)
        p = Softmax<axis = 1>(scores)
    }}"""
    model = make_model(registry, SPEC)
    labels = ("bright corner", "other", "another")
    manifest = model.manifest.model_copy(
        update={"output": ClassesOutput(tensor="p", labels=labels)}
    )
    session = Counted(onnx.parser.parse_model(graph).SerializeToString(), None, 1)
    return replace(model, manifest=manifest, session=session)


@pytest.mark.parametrize("certain", [5, 20, 26])
def test_a_certain_answer_is_explained_as_well_as_an_open_one(
    registry: Registry, certain: float
) -> None:
    explained = explain(make_certain(registry, certain), send(spot()))
    rows = np.array(explained["heat_map"]["rows"])
    hidden = certain * (230 - np.asarray(spot()).mean()) / 255  # log-odds, the corner all hidden
    assert rows[0, 0] == pytest.approx(rows[1, 1], rel=0.5)
    assert 0.2 * hidden < rows[:2, :2].min() <= rows.max() < 1.01 * hidden
    assert "in log-odds" in explained["sentence"]
    assert "100 %" in explained["sentence"] or certain == 5
    assert "log-odds (natural logarithm) of this label against all others" in explained["measure"]


def test_no_certainty_is_beyond_what_the_answer_states_as_the_least_probability(
    registry: Registry,
) -> None:
    explained = explain(make_certain(registry, 400), send(spot()))
    least = explained["parts"]["measure"]["limits"]["least"]
    assert np.array(explained["heat_map"]["rows"]).max() <= 2 * -np.log(least)


def state_trial(model: Model, n: int = 200, low: float = 0.1) -> Model:
    """The model, whose maps were tried and won deletion, and insertion if `low` is above zero."""
    checks = tuple(
        Check(check=name, measure="area", n=n, value=0.2, low=lowest, high=0.3)
        for name, lowest in (("deletion", 0.1), ("insertion", low))
    )
    explanation = Explanation(method="a heat map", trial=checks)
    return replace(model, manifest=model.manifest.model_copy(update={"explanation": explanation}))


def test_a_map_that_won_its_trial_is_shown_without_a_remark(registry: Registry) -> None:
    explained = explain(state_trial(make_model(registry, SPEC)), send(spot()))
    assert "not measured" not in explained["sentence"]
    assert explained["heat_map"]["of"] == "bright corner"


@pytest.mark.parametrize(
    ("n", "low", "code", "why"),
    [
        (200, 0.0, "heat_map_lost", "did not say more"),
        (4000, -0.1, "heat_map_lost", "on 4,000 pictures"),
        (199, 0.1, "heat_map_tried_on_few", "on 199 pictures, and 200 are needed"),
    ],
)
def test_a_map_that_did_not_win_is_not_shown_and_the_sentence_says_why(
    registry: Registry, n: int, low: float, code: str, why: str
) -> None:
    model = state_trial(make_model(registry, SPEC), n, low)
    tensors = model.inputs.read([send(spot())]).tensors
    (told,) = explain_any(model, tensors, [send(spot())], NO_LIMIT)
    spoken = speak(told, ENGLISH)
    assert (spoken["code"], spoken["complete"], "heat_map" in spoken) == (code, False, False)
    assert why in spoken["sentence"]
    Draft202012Validator(describe_explanation(model)).validate(spoken)


def test_a_map_that_was_never_tried_and_one_cut_short_say_so(registry: Registry) -> None:
    assert "it was not measured" in explain(make_model(registry, SPEC), send(spot()))["sentence"]
    clock = Clock()
    won = state_trial(make_model(registry, SPEC, clock))
    assert "it was not measured" in explain(won, send(spot()), Budget(5.5, clock))["sentence"]


def test_a_map_takes_a_call_per_patch(registry: Registry) -> None:
    model = make_model(registry, SPEC)
    session = model.session
    assert isinstance(session, Counted)
    explain(model, send(spot()))
    assert sum(session.fed) == (1 + 4 + 1 + 121) * SIDE**2  # picture, quarters, nothing, patches


def test_what_suffices_alone_counts_though_the_rest_can_do_without_it(
    registry: Registry,
) -> None:
    """The brightest of two opposite corners decides: to hide either changes nothing."""
    graph = """<ir_version: 9, opset_import: ["" : 18]>
    either (uint8[n, 28, 28, 1] x) => (float[n, 2] p)
    <int64[3] first = {0, 0, 0}, int64[3] seventh = {7, 7, 1}, int64[3] last = {21, 21, 0},
     int64[3] end = {28, 28, 1}, int64[3] axes = {1, 2, 3}, float[1] top = {255},
     float[1] one = {1}, int64[1] axis = {1}> {
        whole = Cast<to = 1>(x)
        upper = Slice(whole, first, seventh, axes)
        lower = Slice(whole, last, end, axes)
        above = ReduceMean<keepdims = 0>(upper, axes)
        below = ReduceMean<keepdims = 0>(lower, axes)
        most = Max(above, below)
        bright = Div(most, top)
        dark = Sub(one, bright)
        left = Unsqueeze(bright, axis)
        right = Unsqueeze(dark, axis)
        p = Concat<axis = 1>(left, right)
    }"""
    picture = spot()
    picture.paste(230, (21, 21, SIDE, SIDE))
    session = Counted(onnx.parser.parse_model(graph).SerializeToString(), None, 1)
    model = replace(make_model(registry, SPEC), session=session)
    rows = np.array(explain(model, send(picture))["heat_map"]["rows"])
    assert min(rows[:2, :2].min(), rows[6:, 6:].min()) > 0.2
    assert np.abs(rows[:4, 6:]).max() < 0.1


def test_a_value_is_explained_in_its_unit(registry: Registry) -> None:
    model = make_model(registry, SPEC)
    graph = """<ir_version: 9, opset_import: ["" : 18]>
    value (uint8[n, 28, 28, 1] x) => (float[n, 1] p)
    <int64[4] begin = {0, 0, 0, 0}, int64[4] end = {100000, 7, 7, 1}, int64[2] axes = {1, 2}> {
        whole = Cast<to = 1>(x)
        corner = Slice(whole, begin, end)
        p = ReduceMean<keepdims = 0>(corner, axes)
    }"""
    session = Counted(onnx.parser.parse_model(graph).SerializeToString(), None, 1)
    output = ValueOutput(tensor="p", unit="mm")
    manifest = model.manifest.model_copy(update={"output": output})
    explained = explain(replace(model, manifest=manifest, session=session), send(spot()))
    assert explained["measure"] == "the answer itself, in its unit mm"
    assert "of the picture speaks for it most" in explained["sentence"]
    assert "mm" in explained["sentence"].split("is worth")[1]


def hurry(registry: Registry, instance: dict[str, str], calls: int = 5) -> dict[str, Any]:
    """An explanation with time for so many calls: the picture, and its quarters."""
    clock = Clock()
    return explain(make_model(registry, SPEC, clock), instance, Budget(calls + 0.5, clock))


def test_a_spent_budget_gives_a_map_that_says_it_is_incomplete(registry: Registry) -> None:
    explained = hurry(registry, send(spot()))
    assert not explained["complete"]
    quarters = np.array(explained["heat_map"]["rows"]).reshape(2, 4, 2, 4)
    assert (quarters == quarters[:, :1, :, :1]).all()
    assert quarters[0, 0, 0, 0] > 0
    assert "the upper left of the picture speaks for it most" in explained["sentence"]


@pytest.mark.parametrize("calls", range(5))
def test_without_time_for_the_quarters_there_is_no_map(registry: Registry, calls: int) -> None:
    with pytest.raises(OutOfTimeError):
        hurry(registry, send(spot()), calls)


def test_where_no_hiding_lowers_the_answer_the_sentence_says_so(registry: Registry) -> None:
    explained = explain(make_model(registry, SPEC), send(PIL.Image.new("L", (SIDE, SIDE), 200)))
    assert "no part of the picture speaks for it" in explained["sentence"]


def test_fifty_maps_fit_an_answer_of_six_megabytes(registry: Registry) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (600, 600), np.uint8)
    explained = hurry(registry, send(PIL.Image.fromarray(noise)))
    assert 50 * len(json.dumps(explained)) < 5_500_000


def test_the_box_is_where_the_model_looked_on_the_upright_original(registry: Registry) -> None:
    spec = SPEC.model_copy(update={"crop": Crop(side=40, of=80)})
    exif = PIL.Image.Exif()
    exif[0x0112] = 6  # a quarter turn
    explained = explain(make_model(registry, spec), send(PIL.Image.new("L", (100, 80)), exif=exif))
    assert explained["heat_map"]["box"] == {"left": 20, "top": 30, "width": 40, "height": 40}
    assert open_map(explained).size == (80, 100)


@given(st.integers(SIDE, 900), st.integers(SIDE, 900))
@settings(max_examples=15)
def test_the_map_has_the_shape_of_the_original_and_at_most_256_pixels_an_edge(
    registry: Registry, width: int, height: int
) -> None:
    drawn = open_map(hurry(registry, send(spot((width, height)))))
    scale = min(1, 256 / max(width, height))
    assert drawn.size == (max(1, round(width * scale)), max(1, round(height * scale)))


def test_the_map_holds_the_picture_and_nothing_else_of_the_file(registry: Registry) -> None:
    exif = PIL.Image.Exif()
    exif[0x010E] = "Name of a patient"
    drawn = open_map(explain(make_model(registry, SPEC), send(spot(), exif=exif)))
    assert not drawn.getexif()


def test_what_the_model_did_not_see_keeps_its_colours(registry: Registry) -> None:
    spec = SPEC.model_copy(update={"crop": Crop(side=40, of=80)})
    cell = PIL.Image.new("L", (80, 80), 100)
    cell.paste(255, (20, 20, 30, 30))
    drawn = np.asarray(open_map(explain(make_model(registry, spec), send(cell))))
    outside = np.ones((80, 80), bool)
    outside[20:60, 20:60] = False
    assert (drawn[outside] == 100).all()
    red, _, blue = drawn[22, 22].astype(int)
    assert red > blue + 50, "what speaks for the answer is warm"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_picture_has_a_map(registry: Registry, mode: str) -> None:
    original = PIL.Image.open(CELLS / "eosinophil.jpg").convert("RGB")
    if mode == "I;16":
        original = PIL.Image.fromarray(np.asarray(original.convert("L")).astype(np.uint16) * 257)
    else:
        original = original.convert(mode)
    drawn = open_map(hurry(registry, send(original)))
    assert drawn.size == (254, 256)
