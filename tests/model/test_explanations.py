"""What answers rest on, and what would change them."""

import base64
from io import BytesIO
from typing import Any

import jsonschema
import numpy as np
import PIL.Image
import pytest

from medmaas.model.explanation import describe_explanation
from medmaas.model.explanation import explain as explain_rows
from medmaas.model.explanation.background import make_game
from medmaas.model.explanation.budget import Budget
from medmaas.model.explanation.shapley import attribute
from medmaas.model.options import Options
from medmaas.model.predict import predict
from medmaas.model.registry import Model, Registry
from medmaas.words import ENGLISH, speak
from tests.conftest import PATIENT, ROOT, SHIPPED

OLD = {"age": 81, "sex": "M", "creatinine": 1.6, "kappa": 3.1, "lambda": 2.4, "mgus": False}
EXPLAINED = Options(explain=True, explain_seconds=20)


def explain(model: Model, instance: dict[str, Any]) -> dict[str, Any]:
    tensors = model.inputs.read([instance]).tensors
    (found,) = explain_rows(model, tensors, [instance], Budget(None))
    return speak(found, ENGLISH)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_model_explains_an_answer_as_the_documents_say(registry: Registry, name: str) -> None:
    model = registry.get(name)
    (prediction,) = predict(model, [model.example], EXPLAINED)
    explanation = speak(prediction["explanation"], ENGLISH)
    jsonschema.validate(explanation, describe_explanation(model))
    assert explanation["complete"]
    assert explanation["sentence"]


@pytest.mark.parametrize("name", ["survival", "breast_fna", "chemo_dose"])
def test_contributions_add_up_to_prediction_minus_baseline(registry: Registry, name: str) -> None:
    explanation = explain(registry.get(name), registry.get(name).example)
    parts = [
        explanation[key] for key in ("targets", "by_measurement", "by_time") if key in explanation
    ]
    assert parts
    for target in (target for part in parts for target in part):
        together = sum(one["contribution"] for one in target["contributions"])
        assert together == pytest.approx(target["prediction"] - target["baseline"], abs=1e-6)


def test_atoms_and_bonds_add_up_as_the_characters_do(registry: Registry) -> None:
    explanation = explain(registry.get("solubility"), {"smiles": "CC(=O)Oc1ccccc1C(=O)O"})
    difference = explanation["prediction"] - explanation["baseline"]
    for parts in (["characters"], ["atoms", "bonds"]):
        together = sum(one["contribution"] for part in parts for one in explanation[part])
        assert together == pytest.approx(difference, abs=1e-6)
    assert [atom["symbol"] for atom in explanation["atoms"]][:4] == ["C", "C", "O", "O"]
    assert explanation["largest_standard_error"] > 0


def test_the_sentence_names_what_drove_the_answer_in_the_units_of_the_field(
    registry: Registry,
) -> None:
    sentence = explain(registry.get("survival"), OLD)["sentence"]
    assert sentence.startswith("age 81 a raises 5-year risk by ")
    assert "points against the average patient" in sentence


def test_a_change_of_actionable_values_alone_crosses_the_decision(registry: Registry) -> None:
    model = registry.get("survival")
    sick = PATIENT | {"age": 64, "creatinine": 1.5, "kappa": 3.0, "lambda": 3.0}
    explanation = explain(model, sick)
    other = explanation["counterfactual"]
    assert other["found"], other["sentence"]
    assert {change["feature"] for change in other["changes"]} <= {"creatinine", "kappa", "lambda"}
    changed = sick | {change["feature"]: change["to"] for change in other["changes"]}
    decision = model.manifest.explanation.decision  # type: ignore[union-attr]
    assert decision is not None
    before, after = (
        prediction["output"]["risk"]["1826"] for prediction in predict(model, [sick, changed])
    )
    assert (before > decision.threshold) != (after > decision.threshold)
    assert after == pytest.approx(other["answer"]["value"], abs=1e-5)


def test_where_nothing_can_be_changed_it_says_so(registry: Registry) -> None:
    model = registry.get("breast_fna")
    other = explain(model, model.example)["counterfactual"]
    assert other == {
        "found": False,
        "sentence": "none of the values of this model can be acted on",
        "code": "nothing_actionable",
        "limits": {},
    }


def test_a_flip_changes_the_recommendation(registry: Registry) -> None:
    model = registry.get("chemo_dose")
    history = model.example["history"]
    flips = explain(model, model.example)["flips"]
    assert flips
    for flip in flips:
        last = max(
            (row for row in history if row.get(flip["feature"]) is not None),
            key=lambda row: row["day"],
        )
        changed = [row | {flip["feature"]: flip["to"]} if row is last else row for row in history]
        before, after = (
            predict(model, [{"history": rows}], Options(force=True))[0]["output"]["recommended"]
            for rows in (history, changed)
        )
        assert (before, after) == (flip["recommended"]["from"], flip["recommended"]["to"])
        assert before != after


def test_a_heat_map_lies_over_the_picture_as_it_was_sent(registry: Registry) -> None:
    model = registry.get("blood_cell")
    (path, *_) = sorted((ROOT / "tests" / "data" / "blood_cells").glob("*.jp*g"))
    picture = {"image": base64.b64encode(path.read_bytes()).decode()}
    heat = explain(model, picture)["heat_map"]
    assert np.array(heat["rows"]).shape == (8, 8)
    with (
        PIL.Image.open(path) as sent,
        PIL.Image.open(BytesIO(base64.b64decode(heat["png"]))) as over,
    ):
        assert over.format == "PNG"
        assert over.size == tuple(round(edge * 256 / max(sent.size)) for edge in sent.size)
        assert not over.info
        box = heat["box"]
        assert (box["width"], box["height"]) == (200, 200)
        assert (box["left"], box["top"]) == ((sent.width - 200) // 2, (sent.height - 200) // 2)


@pytest.mark.parametrize("name", SHIPPED)
def test_without_time_there_is_no_explanation_and_it_says_so(registry: Registry, name: str) -> None:
    model = registry.get(name)
    tensors = model.inputs.read([model.example]).tensors
    (explanation,) = explain_rows(model, tensors, [model.example], Budget(0))
    explanation = speak(explanation, ENGLISH)
    jsonschema.validate(explanation, describe_explanation(model))
    assert explanation["complete"] is False
    assert "no time" in explanation["sentence"]


def test_the_reasons_of_a_dose_are_about_the_option_that_is_recommended(
    registry: Registry,
) -> None:
    model = registry.get("chemo_dose")
    limited = model.manifest.output.limit.outcome  # type: ignore[union-attr]
    seen = set()
    for example in model.manifest.examples:
        (prediction,) = predict(model, [example.instance])
        recommended = (prediction["output"] or {}).get("recommended")
        if recommended is None:
            continue
        seen.add(recommended)
        explanation = explain(model, example.instance)
        assert f"the risk of {limited} after {recommended} " in explanation["sentence"]
        (option,) = (o for o in prediction["output"]["options"] if o["action"] == recommended)
        for part in ("by_measurement", "by_time"):
            first, *others = (t for t in explanation[part] if t["of"].endswith(limited))
            assert first["of"] == f"{recommended}_{limited}"
            assert first["prediction"] == pytest.approx(option["risks"][limited], abs=1e-5)
            assert len(others) == len(prediction["output"]["options"]) - 1
    assert len(seen) > 2


def test_what_differs_in_nothing_from_the_background_contributes_nothing(
    registry: Registry,
) -> None:
    model = registry.get("survival")
    ((row,),) = model.inputs.read([OLD]).tensors.values()
    centres = np.repeat(row[None], 3, axis=0)
    centres[:, 0] = (60, 65, 70)
    game = make_game(model, row, [[i] for i in range(6)], (centres, np.full(3, 1 / 3)))
    values = attribute(game, 6, tolerance=0, budget=Budget(None)).values
    assert (values[1:] == 0).all()
    assert (values[0] != 0).all()
