"""One explanation over all parts: contributions add up, over every piece and by part."""

from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from medmaas.model.explanation import explain
from medmaas.model.explanation.budget import Budget
from medmaas.model.registry import Registry
from tests.parts.models import CASES, MODELS_OF_PARTS, Json


def explain_cases(registry: Registry, model: str, seconds: float | None = None) -> list[Json]:
    found, cases = registry.get(model), CASES[model]
    tensors = found.inputs.read(cases).tensors
    return explain(found, tensors, cases, Budget(seconds))


@pytest.mark.parametrize("model", MODELS_OF_PARTS)
def test_parts_add_up_to_what_the_answer_is_beyond_the_baseline(
    registry_of_parts: Registry, model: str
) -> None:
    for told in explain_cases(registry_of_parts, model):
        total = sum(part["contribution"] for part in told["by_part"])
        assert total == pytest.approx(told["prediction"] - told["baseline"], abs=1e-6)


@pytest.mark.parametrize("model", MODELS_OF_PARTS)
def test_pieces_add_up_to_their_part(registry_of_parts: Registry, model: str) -> None:
    for told in explain_cases(registry_of_parts, model):
        for part in told["by_part"]:
            assert sum(list_shares(part)) == pytest.approx(part["contribution"], abs=2e-5)


def list_shares(part: Json) -> list[float]:
    if "heat_map" in part:
        return list(np.ravel(part["heat_map"]["rows"]))
    listed: list[Json] = part.get("contributions") or part.get("characters") or []
    return [one["contribution"] for one in listed]


def test_every_part_is_told_as_its_kind_is(registry_of_parts: Registry) -> None:
    keys: dict[str, list[Any]] = {
        model: [sorted(part) for part in explain_cases(registry_of_parts, model)[0]["by_part"]]
        for model in MODELS_OF_PARTS
    }
    features = ["contribution", "contributions", "part"]
    assert keys["scan_patient"] == [["contribution", "heat_map", "part"], features]
    assert keys["history_patient"] == [features, features]
    assert keys["note_patient"] == [["characters", "contribution", "part"], features]


def test_a_missing_part_contributes_nothing_and_says_so(registry_of_parts: Registry) -> None:
    without = explain_cases(registry_of_parts, "scan_patient")[2]
    assert without["by_part"][1] == {"part": "patient", "contribution": 0.0, "missing": True}
    without = explain_cases(registry_of_parts, "maybe_scan")[1]
    assert without["by_part"][0] == {"part": "scan", "contribution": 0.0, "missing": True}


def test_exact_values_are_those_of_the_definition(registry_of_parts: Registry) -> None:
    """History and table of two features: three players, by hand."""
    from itertools import permutations  # noqa: PLC0415

    from medmaas.model.explanation.parts import PartsExplainer, make  # noqa: PLC0415

    model = registry_of_parts.get("history_patient")
    case = CASES["history_patient"][0]
    explainer = make(model)
    assert isinstance(explainer, PartsExplainer)
    names, game = explainer.make_game(model.inputs.read([case]).tensors)
    assert names == ("history", "patient", "patient")
    shares = np.zeros(3)
    for order in permutations(range(3)):
        playing = np.zeros((4, 3), bool)
        for step, player in enumerate(order):
            playing[step + 1 :, player] = True
        worth = game(playing)[:, 0]
        shares[[*order]] += np.diff(worth) / 6
    (told, _) = explain_cases(registry_of_parts, "history_patient")
    assert told["of"] == "ill"
    history, patient = told["by_part"]
    by_feature = {one["feature"]: one["contribution"] for one in patient["contributions"]}
    found = [history["contribution"], by_feature["age"], by_feature["sex"]]
    assert found == pytest.approx(shares, abs=1e-6)


def test_with_little_time_the_map_is_coarser_and_says_so(registry_of_parts: Registry) -> None:
    model = registry_of_parts.get("scan_patient")
    case = CASES["scan_patient"][:1]
    tensors = model.inputs.read(case).tensors
    now = [0.0]

    def tick() -> float:
        now[0] += 0.004  # every look at the clock
        return now[0]

    (told,) = explain(model, tensors, case, Budget(1.0, tick))
    assert told["complete"] is False
    assert len(told["by_part"][0]["heat_map"]["rows"]) < 4


def test_sentences_name_the_part_in_both_languages(asked: TestClient) -> None:
    body = {"instances": CASES["note_patient"][:1]}
    (told,) = asked.post("/models/note_patient/explain", json=body).json()["predictions"]
    assert "note: " in told["explanation"]["sentence"]
    headers = {"accept-language": "zh"}
    answer = asked.post("/models/note_patient/explain", json=body, headers=headers).json()
    assert "note：" in answer["predictions"][0]["explanation"]["sentence"]
