"""A model that joins with a validation set has what ours have."""

import json
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from scipy.stats import binom

from medmaas.api.app import create_app
from medmaas.model.registry import Registry
from tests.validation.conftest import CANARY, join, read
from tests.validation.foreign import (
    ANNOTATIONS,
    CLASSES,
    KINDS,
    ROW,
    SERIES,
    Foreign,
    draw_people,
)


@pytest.fixture(scope="module")
def asked(joined: Path) -> TestClient:
    return TestClient(create_app(Registry(joined)))


def ask(client: TestClient, instance: object) -> dict[str, object]:
    response = client.post("/models/foreign/predict", json={"instances": [instance]})
    assert response.status_code == 200, response.text
    (prediction,) = response.json()["predictions"]
    answer: dict[str, object] = prediction
    return answer


def test_an_answer_has_an_interval(asked: TestClient) -> None:
    answer = ask(asked, ROW)
    assert answer["status"] == "ok"
    assert answer["interval"]["coverage"] == 0.9  # type: ignore[index]


def test_who_is_unlike_the_people_of_the_set_gets_no_answer(asked: TestClient) -> None:
    answer = ask(asked, ROW | {"marker": 19.5})
    assert answer["status"] == "abstained"
    assert answer["reason"]


def test_the_card_says_who_measured_on_whom_and_that_the_training_was_elsewhere(
    joined: Path,
) -> None:
    card = read(joined)["card"]
    told = card["method"][-1]
    assert "trained elsewhere" in told
    assert "The ward's team measured it" in told
    assert "80 rows" in told
    first = card["metrics"][0]
    assert (first["metric"], first["evaluated_on"]) == ("AUC", "validation set")
    assert first["low"] < first["value"] < first["high"]
    against = {metric["against"] for metric in card["metrics"] if metric.get("against")}
    assert any(name.startswith("logistic regression") for name in against)
    assert any(name.startswith("how frequent") for name in against)
    assert card["findings"][0].split()[0] in {"Better", "Worse", "No"}


def test_the_split_of_a_recipe_is_named_nowhere(joined: Path) -> None:
    manifest = read(joined)
    del manifest["card"]["data"], manifest["card"]["source_attributes"]
    said = json.dumps(manifest)
    assert not [one for one in ("test split", "train split", "calibration split") if one in said]


def test_sites_and_ages_are_looked_at_apart(joined: Path) -> None:
    groups = {metric["group"] for metric in read(joined)["card"]["metrics"]}
    assert {"ward N", "ward S", "sex F", "age 40 to 64"} <= groups


def test_few_people_are_measured_each_fifth_by_the_others(joined: Path) -> None:
    manifest = read(joined)
    assert "cross-conformal" in manifest["uncertainty"]["method"]
    curve = manifest["card"]["coverage"][0]
    assert curve["evaluated_on"].endswith("each fifth by the others")
    everyone = next(point for point in curve["points"] if point["group"] == "all")
    assert everyone["n"] == 80
    # of its own calibration rows the coverage would be that of the rank, whatever the model
    assert everyone["held"]["low"] < 0.9 < everyone["held"]["high"]


def test_no_value_of_a_single_person_is_in_the_folder(joined: Path) -> None:
    for path in joined.rglob("*"):
        assert path.is_dir() or str(CANARY).encode() not in path.read_bytes(), path.name
    centres = read(joined)["explanation"]["background"]["centres"]
    assert all(centre["people"] >= 20 for centre in centres)


def test_the_page_of_the_report_shows_decisions_and_the_set(joined: Path) -> None:
    page = (joined.parent / "reports/foreign/1.0.0/index.html").read_text()
    assert "Decisions by the risk of sick" in page
    assert "validation set" in page


@pytest.mark.parametrize("foreign", [SERIES, ANNOTATIONS], ids=["series", "beats"])
def test_other_kinds_join_alike(foreign: Foreign, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    models = join(foreign, tmp_path, foreign.write(tmp_path / "data", 60, 1))
    manifest = read(models)
    distance = manifest["uncertainty"].get("distance", {"kind": "none"})
    assert distance["kind"] == ("none" if foreign is ANNOTATIONS else "tensor")
    assert (manifest["uncertainty"].get("intervals") is None) == (foreign is ANNOTATIONS)
    assert Registry(models).get("foreign").example == foreign.instance


@pytest.mark.soak
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_joins_and_answers(kind: str, tmp_path: Path) -> None:
    foreign = KINDS[kind]
    (tmp_path / "data").mkdir()
    models = join(foreign, tmp_path, foreign.write(tmp_path / "data", 240, 1))
    manifest = read(models)
    uncertainty = manifest["uncertainty"]
    assert uncertainty.get("distance") or kind in {"image, mask", "series, annotations"}
    assert uncertainty.get("intervals") or kind == "series, annotations"
    alone = kind.startswith("series")  # one measurement, which is ranked among no others
    assert bool(manifest["explanation"]["importance"]) != alone
    answer = ask(TestClient(create_app(Registry(models))), foreign.instance)
    assert answer["status"] == "ok"


@pytest.mark.soak
@pytest.mark.parametrize("n", [240, 1200], ids=["in turn", "by halves"])
def test_intervals_hold_on_fresh_people_of_the_same_source(n: int, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    models = join(CLASSES, tmp_path, CLASSES.write(tmp_path / "data", n, 1))
    model = Registry(models).get("foreign")
    fresh = 4000
    cells, logit = draw_people(fresh, 99)
    names = [feature.name for feature in model.manifest.input.row_features]
    instances = [
        {name: cell for name, cell in zip(names, row, strict=True) if cell != ""} for row in cells
    ]
    sick = np.random.default_rng(100).random(fresh) < 1 / (1 + np.exp(-logit))
    client = TestClient(create_app(Registry(models)))
    held = answered = 0
    for start in range(0, fresh, 500):
        part = instances[start : start + 500]
        given = client.post(
            "/models/foreign/predict", json={"instances": part, "force": True}
        ).json()
        for prediction, truth in zip(given["predictions"], sick[start:], strict=False):
            answered += 1
            held += ("well", "sick")[int(truth)] in prediction["interval"]["labels"]
    assert answered == fresh
    # the quantile itself was learned of few, so that its coverage varies as a beta variable does
    spread = np.sqrt(0.09 / (n / 2 if n > 400 else n) + 0.09 / fresh)
    assert held / fresh > 0.9 - 3 * spread
    assert held >= binom.ppf(1e-9, fresh, 0.85)
