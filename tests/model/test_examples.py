"""Instances that ship for people to try a model with, and the figure that a model is shown by."""

from typing import Any

import pytest
from pydantic import ValidationError

from medmaas.model.manifest import Card, Cohort, Manifest, Metric, Of
from medmaas.model.predict import predict
from medmaas.model.registry import Registry
from tests.conftest import SHIPPED

ANSWERED = {
    "blood_cell": ["ok", "ok", "ok", "ok", "ok", "abstained"],
    "breast_fna": ["ok", "ok", "ok"],
    "chemo_dose": ["ok", "ok", "ok", "ok", "ok"],
    "solubility": ["ok", "ok", "ok", "abstained"],
    "survival": ["ok", "ok", "abstained"],
}


def ask_examples(registry: Registry, model_id: str) -> dict[str, dict[str, Any]]:
    model = registry.get(model_id)
    return {
        example.title: predict(model, [example.instance])[0] for example in model.manifest.examples
    }


@pytest.mark.parametrize("model_id", SHIPPED)
def test_every_example_is_answered_as_its_part_is(registry: Registry, model_id: str) -> None:
    answers = ask_examples(registry, model_id).values()
    assert [answer["status"] for answer in answers] == ANSWERED[model_id]


def test_a_picture_that_is_drawn_as_a_cell_is_taken_for_it(registry: Registry) -> None:
    for title, answer in ask_examples(registry, "blood_cell").items():
        if answer["status"] == "ok":
            assert answer["output"]["label"] == title.partition(",")[0]


def test_nuclei_are_what_their_title_says(registry: Registry) -> None:
    answers = ask_examples(registry, "breast_fna")
    assert answers["nuclei that look malignant"]["output"]["label"] == "malignant"
    assert answers["nuclei that look benign"]["output"]["label"] == "benign"
    assert len(answers["the ten means alone"]["warnings"]) == 20


def test_the_histories_show_different_recommendations(registry: Registry) -> None:
    answers = ask_examples(registry, "chemo_dose").values()
    recommended = [answer["output"]["recommended"] for answer in answers]
    helped = "100 % + G-CSF"
    assert recommended == [helped, helped, "100 %", helped, "delay 7 days"]


def test_the_patient_of_high_risk_has_ten_times_that_of_the_typical_one(
    registry: Registry,
) -> None:
    typical, high, _ = ask_examples(registry, "survival").values()
    assert high["output"]["risk"]["1826"] > 10 * typical["output"]["risk"]["1826"]


def test_only_the_patients_of_the_dose_model_are_simulated(registry: Registry) -> None:
    simulated = {m for m in SHIPPED if registry.get(m).manifest.card.data.simulated}
    assert simulated == {"chemo_dose"}


def test_more_than_six_examples_are_refused(registry: Registry) -> None:
    tree = registry.get("survival").manifest.model_dump(mode="json", exclude_none=True)
    tree |= {"translations": {}}  # of the titles that go
    Manifest.model_validate(tree | {"examples": tree["examples"][:1] * 6})
    with pytest.raises(ValidationError, match="examples"):
        Manifest.model_validate(tree | {"examples": tree["examples"][:1] * 7})


def make_card(registry: Registry, *metrics: tuple[str, Of, str, Cohort, str]) -> Card:
    """The card of survival with these metrics: metric, of, model, cohort, group."""
    made = tuple(
        Metric(
            metric=metric,
            of=of,
            model=model,
            cohort=cohort,
            evaluated_on=f"{cohort} split",
            group=group,
            n=9,
            value=i,
            low=i,
            high=i,
        )
        for i, (metric, of, model, cohort, group) in enumerate(metrics)
    )
    return registry.get("survival").manifest.card.model_copy(update={"metrics": made})


def test_the_headline_is_the_models_own_figure_and_the_two_that_come_closest(
    registry: Registry,
) -> None:
    card = make_card(
        registry,
        ("AUC", "model", "net", "train", "all"),
        ("AUC", "model", "net", "calibration", "all"),
        ("AUC", "model", "net", "out_of_distribution", "all"),
        ("AUC", "model", "net", "test", "women"),
        ("AUC", "baseline", "forest", "test", "all"),
        ("AUC", "model", "net", "test", "all"),
        ("AUC", "variant", "net, half of it", "test", "all"),
        ("accuracy", "baseline", "forest", "test", "all"),
        ("AUC", "baseline", "forest", "test", "women"),
        ("AUC", "variant", "net, calibrated", "test", "all"),
        ("AUC", "baseline", "Cox", "test", "all"),
        ("AUC", "baseline", "chance, unlike this model", "test", "all"),
        ("AUC", "baseline", "Cox", "external", "all"),
    )
    assert [metric.value for metric in card.headline] == [5, 4, 10]


def test_without_a_figure_of_its_own_the_first_of_all_people_is_shown(registry: Registry) -> None:
    card = make_card(
        registry,
        ("AUC", "baseline", "net", "test", "women"),
        ("AUC", "baseline", "net", "test", "all"),
        ("AUC", "baseline", "chance", "test", "all"),
    )
    assert [metric.value for metric in card.headline] == [1, 2]
    card = make_card(registry, ("AUC", "baseline", "net", "test", "women"))
    assert [metric.value for metric in card.headline] == [0]


@pytest.mark.parametrize("model_id", SHIPPED)
def test_every_model_that_ships_is_shown_beside_another(registry: Registry, model_id: str) -> None:
    own, *others = registry.get(model_id).manifest.card.headline
    assert own.of == "model"
    assert others
    for other in others:
        assert other.of == "baseline"
        assert (other.metric, other.evaluated_on) == (own.metric, own.evaluated_on)
