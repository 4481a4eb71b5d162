"""Cards whose figures say by name alone what they are of are read as if they had stated it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from medmaas.model.manifest import (
    Card,
    LabelTarget,
    Manifest,
    OutcomeTarget,
    RightAnswersTarget,
    RiskTarget,
    ValueTarget,
)
from medmaas.model.predict import predict
from medmaas.model.registry import Registry
from tests.conftest import Spoil, folder_of, state_contract_1

Tree = dict[str, Any]
OWN = "network (this model)"
TEST, INTERVALS = "test split", "test split, intervals"


def make_figure(metric: str, model: str = OWN, on: str = TEST, group: str = "all") -> Tree:
    """A figure as it was first written, with numbers of its own."""
    value = (hash_text(f"{metric}{model}{on}{group}") % 900) / 1000
    ends = {"value": value, "low": value - 0.01, "high": value + 0.01}
    return {"metric": metric, "model": model, "evaluated_on": on, "group": group, "n": 40} | ends


def hash_text(text: str) -> int:
    return sum(i * ord(letter) for i, letter in enumerate(text, start=1))


def read(model_id: str, *metrics: Tree, translations: Tree | None = None) -> Manifest:
    """The manifest of a model that ships with these figures in the place of its own."""
    tree = json.loads((folder_of(model_id) / "manifest.json").read_text())
    state_contract_1(tree)
    del tree["card"]["calibration"], tree["card"]["coverage"]
    tree["card"]["metrics"] = list(metrics)
    tree["translations"] = translations or {}
    return Manifest.read(json.dumps(tree).encode())


def list_numbers(part: object) -> list[tuple[float, float, float]]:
    """Every figure with its two ends, wherever it stands."""
    match part:
        case {"value": value, "low": low, "high": high, **rest}:
            return [(value, low, high), *list_numbers(list(rest.values()))]
        case dict():
            return list_numbers(list(part.values()))
        case list():
            return [number for one in part for number in list_numbers(one)]
    return []


def test_a_name_told_of_what_and_of_whom_a_figure_is() -> None:
    said = {
        ("AUC", OWN, TEST): ("model", "test", None),
        ("AUC", f"{OWN}, given the means alone", TEST): ("variant", "test", None),
        ("AUC", "the same at temperature 1", TEST): ("variant", "test", None),
        ("AUC", "forest", TEST): ("baseline", "test", None),
        ("C", f"{OWN}, without G-CSF", "virtual trial"): ("model", "test", None),
        ("C", OWN, "5 stratified folds of all people"): ("model", "cross_validation", None),
        ("log loss", "forest", "5 folds of the train split"): ("baseline", "train", None),
        ("C", OWN, "docetaxel, Quartino 2014: ANC"): ("model", "external", None),
        ("log loss saved", "this model", "calibration split, recalibration"): (
            "model",
            "calibration",
            None,
        ),
        ("share refused", "this model", "inputs the model has no business answering"): (
            "model",
            "out_of_distribution",
            "abstention",
        ),
        ("share refused for its distance", "this model", TEST): ("model", "test", None),
        ("observed/expected at 1 year", OWN, TEST): ("model", "test", "observed_expected"),
        ("expected calibration error, 15 equal groups", OWN, TEST): (
            "model",
            "test",
            "calibration_error",
        ),
    }
    card = read("survival", *(make_figure(*names) for names in said)).card
    assert [(m.of, m.cohort, m.measure) for m in card.metrics] == list(said.values())
    assert [(m.metric, m.model, m.evaluated_on) for m in card.metrics] == list(said)


CURVES = {
    "at 1 year": ("survival", RiskTarget(day=365)),
    "at 5 years": ("survival", RiskTarget(day=1826)),
    "share of malignant": ("breast_fna", LabelTarget(label="malignant")),
    "share of right answers": ("blood_cell", RightAnswersTarget()),
    "share of anc_below_1.0": ("chemo_dose", OutcomeTarget(outcome="anc_below_1.0")),
    "value": ("solubility", ValueTarget()),
}


@pytest.mark.parametrize("of", CURVES)
def test_pairs_of_figures_become_the_points_of_a_curve(of: str) -> None:
    model_id, target = CURVES[of]
    groups, on = ("group 1 of 2", "group 2 of 2"), f"{TEST}, by it"
    pairs = [
        make_figure(f"{side} {of}", on=on, group=group)
        for group in groups
        for side in ("predicted", "observed")
    ]
    card = read(model_id, make_figure("AUC"), *pairs).card
    (curve,) = card.calibration
    assert (curve.target, curve.cohort, curve.evaluated_on) == (target, "test", on)
    assert {(point.group, point.n) for point in curve.points} == {(g, 40) for g in groups}
    found = [side for point in curve.points for side in (point.predicted, point.observed)]
    assert sorted((f.value, f.low, f.high) for f in found) == sorted(list_numbers(pairs))
    told = [point.predicted.value for point in curve.points]
    assert told == sorted(told)
    assert [m.metric for m in card.metrics] == ["AUC"]


@pytest.mark.parametrize(
    "metrics",
    [
        [make_figure("predicted share of luck"), make_figure("observed share of luck")],
        [make_figure("predicted at 3 years"), make_figure("observed at 3 years")],
        [make_figure("predicted at 1 year")],
        [make_figure("predicted at 1 year"), make_figure("observed at 1 year", on="elsewhere")],
        [make_figure(f"{side} at 1 year", "Cox") for side in ("predicted", "observed")],
    ],
)
def test_what_is_no_curve_of_an_answer_stays_single_figures(metrics: list[Tree]) -> None:
    card = read("survival", make_figure("C"), *metrics).card
    assert card.calibration == ()
    assert [m.metric for m in card.metrics] == ["C", *(m["metric"] for m in metrics)]


def test_coverages_and_widths_become_the_points_of_a_curve() -> None:
    names = ("coverage of 90 % intervals", "width of the interval, 90 %")
    kept = [make_figure(name, "this model", INTERVALS) for name in names]
    kept += [make_figure(name, "this model", INTERVALS, "women") for name in names]
    kept += [make_figure("coverage of 80 % intervals", "this model", INTERVALS)]
    plain = [make_figure(name, "this model", f"{INTERVALS} without strata") for name in names]
    card = read("solubility", make_figure("RMSE"), *kept, *plain).card
    own, other = card.coverage
    assert (own.of, own.evaluated_on, own.width_of) == ("model", INTERVALS, "width of the interval")
    assert [(p.coverage, p.group) for p in own.points] == [
        (0.9, "all"),
        (0.9, "women"),
        (0.8, "all"),
    ]
    assert own.points[2].width is None
    assert (other.of, other.evaluated_on) == ("variant", f"{INTERVALS} without strata")
    told = card.model_dump(mode="json")
    assert sorted(list_numbers(told["coverage"])) == sorted(list_numbers([*kept, *plain]))
    assert [m.metric for m in card.metrics] == ["RMSE"]


def test_a_card_of_curves_alone_keeps_them_as_figures() -> None:
    pair = [make_figure("predicted value"), make_figure("observed value")]
    card = read("solubility", *pair).card
    assert [m.metric for m in card.metrics] == ["predicted value", "observed value"]
    assert card.calibration == ()


def test_words_for_names_that_are_gone_go_and_others_must_be_of_a_text() -> None:
    figures = [make_figure(name) for name in ("RMSE", "predicted value", "observed value")]
    known = {"RMSE": "均方根误差", "predicted value": "预测均值", "observed value": "实测均值"}
    manifest = read("solubility", *figures, translations={"zh": known})
    assert manifest.translations == {"zh": {"RMSE": "均方根误差"}}
    with pytest.raises(ValidationError, match="word for word: 'no such text'"):
        read("solubility", *figures, translations={"zh": {"no such text": "无"}})


def test_what_states_its_figures_is_not_read_by_name() -> None:
    stated = make_figure("predicted value", "this model") | {"of": "baseline", "cohort": "external"}
    unstated = make_figure("observed value", "this model")
    card = read("solubility", stated, unstated).card
    assert [(m.of, m.cohort) for m in card.metrics] == [("baseline", "external"), ("model", "test")]
    assert card.calibration == ()


@pytest.mark.parametrize(
    ("spoil", "place"),
    [
        (lambda figures: figures.clear(), "card.metrics"),
        (lambda figures: figures[0].pop("model"), "card.metrics.0.model"),
        (lambda figures: figures[1].pop("low"), "low"),
        (lambda figures: figures[1].update(value="high"), "value"),
        (lambda figures: figures.append("AUC"), "card.metrics.3"),
        (lambda figures: figures[0].update(group=1), "card.metrics.0.group"),
    ],
)
def test_a_card_that_is_wrong_is_refused_for_what_is_wrong(
    spoil: Callable[[list[Any]], object], place: str
) -> None:
    figures = [make_figure(name) for name in ("RMSE", "predicted value", "observed value")]
    spoil(figures)
    with pytest.raises(ValidationError) as refused:
        read("solubility", *figures)
    places = [".".join(map(str, error["loc"])) for error in refused.value.errors()]
    assert any(found.endswith(place) for found in places), places


def test_points_that_do_not_rise_are_refused(registry: Registry) -> None:
    tree = registry.get("breast_fna").manifest.model_dump(mode="json", exclude_none=True)
    tree["card"]["calibration"][0]["points"].reverse()
    with pytest.raises(ValidationError, match="in the order of rising prediction"):
        Manifest.model_validate(tree)


@pytest.mark.parametrize("model_id", ["breast_fna", "chemo_dose", "solubility", "survival"])
def test_a_target_that_no_answer_has_is_refused(registry: Registry, model_id: str) -> None:
    card: Card = registry.get(model_id).manifest.card
    tree = registry.get(model_id).manifest.model_dump(mode="json", exclude_none=True)
    foreign: Tree = {"kind": "value"} if model_id != "solubility" else {"kind": "risk", "day": 365}
    unknown: dict[str, Tree] = {
        "risk": {"kind": "risk", "day": 9},
        "label": {"kind": "label", "label": "x"},
        "outcome": {"kind": "outcome", "outcome": "x"},
        "value": {"kind": "right_answers"},
    }
    for target in (foreign, unknown[card.calibration[0].target.kind]):
        tree["card"]["calibration"][0]["target"] = target
        with pytest.raises(ValidationError, match="every target must be of a number of output"):
            Manifest.model_validate(tree)


def test_a_folder_with_such_a_card_answers_the_same(
    models: Path, change_manifest: Spoil, registry: Registry
) -> None:
    def write(manifest: Tree) -> None:
        state_contract_1(manifest)
        card = manifest["card"]
        del card["calibration"], card["coverage"]
        pair = [make_figure(f"{side} at 5 years") for side in ("predicted", "observed")]
        card["metrics"] = [make_figure("Harrell C"), make_figure("Harrell C", "Cox"), *pair]
        manifest["translations"] = {}

    change_manifest(write)
    model, now = Registry(models).get("survival"), registry.get("survival")
    assert [m.model for m in model.manifest.card.headline] == [OWN, "Cox"]
    assert model.manifest.card.calibration[0].target == RiskTarget(day=1826)
    assert predict(model, [now.example]) == predict(now, [now.example])
