"""Predictions of every kind, as resources."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmaas.facts import Fact
from medmaas.fhir.answer import write_answer, write_percentage
from medmaas.fhir.case import Basis, Case, Evaluation
from medmaas.model.explanation.budget import Budget
from medmaas.model.manifest import ConditionSource, ObservationSource, PolicyOutput
from medmaas.model.options import PLAIN, Options
from medmaas.model.predict import predict
from medmaas.model.registry import Registry
from medmaas.words import ENGLISH
from tests.fhir.judge import list_faults

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
EXPLAINED = Options(explain=True)
BASIS = tuple(
    Basis(name, f"Observation/{name}", "Observation", 1.0, "mg/dL", NOW)
    for name in ("kappa", "lambda")
)
CHILD = {"age": 9, "sex": "F", "kappa": 1.2, "lambda": 1.5, "mgus": False}


def evaluate(
    registry: Registry,
    model_id: str,
    instance: Any = None,
    options: Options = EXPLAINED,
    budget: Budget | None = None,
) -> Evaluation:
    model = registry.get(model_id)
    instance = instance or model.example
    (prediction,) = predict(model, [instance], options, budget)
    case = Case(
        "Patient/p1", NOW, instance, BASIS, (Fact("taken_as_no", feature="mgus", condition="MGUS"),)
    )
    return Evaluation(model, case, prediction)


def answer(evaluation: Evaluation) -> Any:
    resource = write_answer(evaluation)
    assert list_faults(resource) == []
    return resource


def list_texts(resource: Any) -> list[str]:
    return [note["text"] for note in resource["note"]]


@given(st.integers(0, 10**6))
def test_a_percentage_is_the_probability_a_hundred_times_and_nothing_else(millionths: int) -> None:
    told = write_percentage(millionths / 10**6)
    assert Decimal(repr(told)) == Decimal(millionths) / 10**4


def test_a_survival_answer_has_a_prediction_per_horizon(registry: Registry) -> None:
    evaluation = evaluate(registry, "survival")
    told = answer(evaluation)
    assert [one["outcome"]["text"] for one in told["prediction"]] == [
        "Death from any cause within 1 year",
        "Death from any cause within 5 years",
        "Death from any cause within 10 years",
    ]
    assert [one["whenRange"]["high"]["value"] for one in told["prediction"]] == [1, 5, 10]
    assert evaluation.prediction
    sentence = ENGLISH.say(evaluation.prediction["explanation"]["sentence"])
    assert {one["rationale"] for one in told["prediction"]} == {sentence}
    assert [one["reference"] for one in told["basis"]] == [
        "Observation/kappa",
        "Observation/lambda",
    ]
    assert "mgus was taken as no: the record has no mgus." in list_texts(told)


def test_without_an_explanation_there_is_no_rationale(registry: Registry) -> None:
    told = answer(evaluate(registry, "survival", options=PLAIN))
    assert not any("rationale" in one for one in told["prediction"])


def test_an_explanation_that_was_cut_short_says_so(registry: Registry) -> None:
    evaluation = evaluate(registry, "survival")
    assert evaluation.prediction
    assert not any("time ran out" in text for text in list_texts(answer(evaluation)))
    evaluation.prediction["explanation"]["complete"] = False
    assert any("time ran out" in text for text in list_texts(answer(evaluation)))


@pytest.mark.parametrize("name", ["survival", "solubility"])
def test_where_there_was_no_time_to_explain_a_note_says_so(registry: Registry, name: str) -> None:
    told = answer(evaluate(registry, name, budget=Budget(0)))
    notes = [text for text in list_texts(told) if "no time" in text or "time ran out" in text]
    assert len(notes) == 1
    assert notes[0].startswith("there was no time to explain this answer")
    assert not any("no time" in one.get("rationale", "") for one in told.get("prediction", ()))


def test_classes_have_a_prediction_per_label(registry: Registry) -> None:
    evaluation = evaluate(registry, "breast_fna")
    told = answer(evaluation)
    assert [one["outcome"]["text"] for one in told["prediction"]] == ["benign", "malignant"]
    assert evaluation.prediction
    shares = evaluation.prediction["output"]["probabilities"].values()
    assert [one["probabilityDecimal"] for one in told["prediction"]] == [
        round(share * 100, 4) for share in shares
    ]
    assert any("it is one of: " in text for text in list_texts(told))


def test_a_value_is_an_observation_with_its_interval_and_what_it_rests_on(
    registry: Registry,
) -> None:
    evaluation = evaluate(registry, "solubility")
    told = answer(evaluation)
    assert told["resourceType"] == "Observation"
    assert evaluation.prediction
    assert told["valueQuantity"]["value"] == evaluation.prediction["output"]["value"]
    assert any("With 90% coverage, it lies between" in text for text in list_texts(told))
    sentence = ENGLISH.say(evaluation.prediction["explanation"]["sentence"])
    assert f"{sentence}." in list_texts(told)


@pytest.mark.parametrize(("unit", "code"), [("mg/dL", "mg/dL"), ("log10(mol/L)", None)])
def test_only_a_unit_of_ucum_is_given_as_a_code(
    registry: Registry, unit: str, code: str | None
) -> None:
    evaluation = evaluate(registry, "solubility")
    assert evaluation.prediction
    output = evaluation.prediction["output"] | {"unit": unit}
    told = answer(replace(evaluation, prediction=evaluation.prediction | {"output": output}))
    assert told["valueQuantity"].get("code") == code


def test_a_value_is_derived_from_observations_alone(registry: Registry) -> None:
    """Which are all that R4 lets an Observation be derived from; the rest is told in a note."""
    value, tabular = evaluate(registry, "solubility"), registry.get("survival").manifest
    manifest = value.model.manifest.model_copy(update={"input": tabular.input})
    sources = {f.name: f.source for f in tabular.input.features}  # type: ignore[union-attr]
    assert isinstance(sources["mgus"], ConditionSource)
    assert isinstance(sources["kappa"], ObservationSource)
    basis = (*BASIS, Basis("mgus", "Condition/c1", "Condition", 1.0, "1", NOW))
    told = answer(
        Evaluation(
            replace(value.model, manifest=manifest),
            replace(value.case, basis=basis),
            value.prediction,
        )
    )
    assert [one["reference"] for one in told["derivedFrom"]] == [
        "Observation/kappa",
        "Observation/lambda",
    ]
    assert "The answer also rests on Condition/c1." in list_texts(told)


def test_every_option_and_outcome_of_a_policy_has_a_prediction(registry: Registry) -> None:
    evaluation = evaluate(registry, "chemo_dose")
    told = answer(evaluation)["entry"][0]["resource"]
    output = evaluation.model.manifest.output
    assert isinstance(output, PolicyOutput)
    assert evaluation.prediction
    options = evaluation.prediction["output"]["options"]
    assert [one["outcome"]["text"] for one in told["prediction"]] == [
        f"{option['action']}: {outcome.description}"
        for option in options
        for outcome in output.outcomes
    ]
    assert told["prediction"][0]["rationale"].startswith(ENGLISH.say(options[0]["why"]))
    assert "of 100 such patients" in told["prediction"][0]["rationale"]
    sentence = ENGLISH.say(evaluation.prediction["explanation"]["sentence"])
    assert f"{sentence}." in list_texts(told)
    assert output.notice in list_texts(told)


@pytest.mark.parametrize("model_id", ["survival", "chemo_dose"])
def test_an_abstention_has_a_reason_and_no_number(registry: Registry, model_id: str) -> None:
    instances = {"survival": CHILD, "chemo_dose": {"history": [{"day": 0, "anc": 4.8}]}}
    told = answer(evaluate(registry, model_id, instances[model_id], PLAIN))
    if model_id == "chemo_dose":
        (entry,) = told["entry"]  # no drafts either
        told = entry["resource"]
    assert told["status"] == "cancelled"
    assert "prediction" not in told
    assert list_texts(told)[0].startswith("There is no answer: ")


def test_a_forced_answer_says_why_it_was_forced(registry: Registry) -> None:
    told = answer(evaluate(registry, "survival", CHILD, Options(force=True)))
    assert told["status"] == "final"
    assert list_texts(told)[0].startswith("The answer was forced, though the model abstains: ")


def test_while_data_are_missing_there_is_no_answer(registry: Registry) -> None:
    with pytest.raises(ValueError, match="missing"):
        write_answer(replace(evaluate(registry, "survival"), prediction=None))


def test_the_same_prediction_has_the_same_id_and_another_has_another(registry: Registry) -> None:
    first = answer(evaluate(registry, "survival", options=PLAIN))
    other = answer(
        evaluate(registry, "survival", registry.get("survival").example | {"age": 80}, PLAIN)
    )
    assert first == answer(evaluate(registry, "survival", options=PLAIN))
    assert first["id"] != other["id"]
