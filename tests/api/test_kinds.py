"""A picture, a history and a molecule, asked of the models that ship."""

import base64
import json
from io import BytesIO
from pathlib import Path
from typing import Any

import PIL.Image
import pytest
from fastapi.testclient import TestClient

from medmaas.model.manifest import PolicyOutput
from medmaas.model.registry import Registry
from tests.conftest import ROOT

CELLS = ROOT / "tests" / "data" / "blood_cells"
NAMES = {"ig": "immature granulocyte"}
CANARY = "Xcanary4b1d"


def ask(client: TestClient, model: str, instance: object) -> Any:
    return client.post(f"/models/{model}/predict", json={"instances": [instance]})


def picture(path: Path) -> dict[str, str]:
    return {"image": base64.b64encode(path.read_bytes()).decode()}


def answer(client: TestClient, model: str, instance: object) -> Any:
    response = ask(client, model, instance)
    assert response.status_code == 200, response.text
    return response.json()["predictions"][0]


@pytest.mark.parametrize("path", sorted(CELLS.glob("*.[jp][pn]g")), ids=lambda path: path.name)
def test_a_cell_of_every_class_is_named(client: TestClient, path: Path) -> None:
    prediction = answer(client, "blood_cell", picture(path))
    assert prediction["output"]["label"] == NAMES.get(path.stem, path.stem)
    assert prediction["warnings"] == []


def test_what_is_no_picture_is_refused_in_one_sentence(client: TestClient) -> None:
    content = (CELLS / "eosinophil.jpg").read_bytes()[:9_000]
    refused = ask(client, "blood_cell", {"image": base64.b64encode(content).decode()})
    assert refused.status_code == 422
    assert refused.json()["details"] == [
        {
            "instance": 0,
            "field": "image",
            "problem": "is a damaged or truncated PNG or JPEG file: send it again, whole",
            "code": "damaged_picture",
            "limits": {},
        }
    ]


@pytest.mark.parametrize("path", sorted(CELLS.glob("*.jpg")), ids=lambda path: path.name)
def test_a_cell_cropped_tighter_has_no_answer_but_a_reason(client: TestClient, path: Path) -> None:
    file = BytesIO()
    PIL.Image.open(path).crop((40, 41, 320, 321)).save(file, "PNG")
    tighter = {"image": base64.b64encode(file.getvalue()).decode()}
    prediction = answer(client, "blood_cell", tighter)
    assert (prediction["status"], prediction["output"]) == ("abstained", None)
    assert prediction["code"] == "picture_of_other_scale"


def test_every_line_of_a_molecule_has_one_answer(client: TestClient) -> None:
    lines = ("Cc1cccc(C)n1", "CC1=CC=CC(C)=N1", "n1c(C)cccc1C", "[H]c1c([H])c(C)nc(C)c1")
    answers = [answer(client, "solubility", {"smiles": line}) for line in lines]
    assert answers == [answers[0]] * 4


def history(*counts: tuple[float, float | None, float | None]) -> dict[str, Any]:
    rows = [{"day": day, "anc": anc, "platelets": plt} for day, anc, plt in counts]
    return {"history": rows}


HEALTHY = history((-7, 5.1, 240), (0, 4.8, 230))


def test_a_dose_is_recommended_among_options_with_their_risks(
    client: TestClient, registry: Registry
) -> None:
    policy = registry.get("chemo_dose").manifest.output
    assert isinstance(policy, PolicyOutput)
    output = answer(client, "chemo_dose", HEALTHY)["output"]
    assert [option["action"] for option in output["options"]] == [a.name for a in policy.actions]
    assert output["recommended"] in {a.name for a in policy.actions}
    for option in output["options"]:
        risks = option["risks"]
        assert 0 <= risks["anc_below_0.5"] <= risks["anc_below_1.0"] <= 1
    assert "simulated" in output["notice"].lower()
    assert "CTCAE v5" in output["grading"]


def test_more_drug_never_looks_safer(client: TestClient) -> None:
    options = answer(client, "chemo_dose", HEALTHY)["output"]["options"]
    plain = [o for o in options if not o["gcsf"] and not o["delay_days"]]
    by_dose = sorted(plain, key=lambda option: float(option["dose"]))
    risks = [option["risks"]["anc_below_0.5"] for option in by_dose]
    assert risks == sorted(risks)
    protected = next(o for o in options if o["gcsf"])
    assert protected["risks"]["anc_below_0.5"] < risks[-1]


def test_low_counts_forbid_treatment(client: TestClient) -> None:
    output = answer(client, "chemo_dose", history((-7, 2.0, 200), (0, 0.8, 180)))["output"]
    assert output["recommended"] == "delay 7 days"
    for option in output["options"]:
        assert option["allowed"] == bool(option["delay_days"])


@pytest.mark.parametrize(
    "counts", [[(0, 4.8, 230)], [(-9, 5, 240), (-4, 4.8, 230)], [(-7, None, 240), (0, 4.8, 230)]]
)
def test_there_is_no_recommendation_from_counts_too_few_or_too_old(
    client: TestClient, counts: Any
) -> None:
    prediction = answer(client, "chemo_dose", history(*counts))
    assert prediction["status"] == "abstained"
    assert prediction["reason"]
    assert prediction["output"]["recommended"] is None


def test_a_history_gets_the_same_answer_among_longer_ones(
    client: TestClient, registry: Registry
) -> None:
    cases = registry.get("chemo_dose").manifest.golden.cases
    instances = [HEALTHY, *(case.instance for case in cases)]
    url = "/models/chemo_dose/predict"
    together = client.post(url, json={"instances": instances, "force": True}).json()
    for instance, prediction in zip(instances, together["predictions"], strict=True):
        body = {"instances": [instance], "force": True}
        (alone,) = client.post(url, json=body).json()["predictions"]
        for one, other in zip(
            alone["output"]["options"], prediction["output"]["options"], strict=True
        ):
            assert one["risks"] == pytest.approx(other["risks"], abs=2e-6)


def test_solubility_orders_molecules_that_everyone_knows(client: TestClient) -> None:
    names = {
        "ethanol": "CCO",
        "phenol": "Oc1ccccc1",
        "hexane": "CCCCCC",
        "pyrene": "c1cc2ccc3cccc4ccc(c1)c2c34",
    }
    values = [
        answer(client, "solubility", {"smiles": s})["output"]["value"] for s in names.values()
    ]
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize(
    ("smiles", "problem"),
    [
        ("CCO?", "is not a valid SMILES: character 4 does not belong there"),
        ("C" * 1000, "is longer than 128 characters"),
        ("C1CC", "is not a valid SMILES: character 2 opens something that is never"),
    ],
)
def test_what_is_no_molecule_is_refused_by_position_and_limit(
    client: TestClient, smiles: str, problem: str
) -> None:
    refused = ask(client, "solubility", {"smiles": smiles})
    assert refused.status_code == 422
    (detail,) = refused.json()["details"]
    assert detail["field"] == "smiles"
    assert problem in detail["problem"]


@pytest.mark.parametrize(
    ("model", "instance"),
    [
        ("blood_cell", {"image": CANARY}),
        ("blood_cell", {"image": base64.b64encode(CANARY.encode()).decode()}),
        ("blood_cell", {f"name {CANARY}": ""}),
        ("chemo_dose", {"history": CANARY}),
        ("chemo_dose", {"history": [CANARY]}),
        ("chemo_dose", {"history": [{"day": CANARY, f"name {CANARY}": 1}]}),
        ("solubility", {"smiles": CANARY}),
    ],
)
def test_nothing_that_was_sent_comes_back_or_is_logged(
    client: TestClient, capfd: pytest.CaptureFixture[str], model: str, instance: Any
) -> None:
    refused = ask(client, model, instance)
    assert refused.status_code == 422
    output, log = capfd.readouterr()
    for text in (refused.text, output, log):
        assert CANARY not in text
        assert base64.b64encode(CANARY.encode()).decode() not in text
    assert json.loads(log)["status"] == 422


def test_patients_of_every_kind_are_nowhere_in_the_log(
    client: TestClient, capfd: pytest.CaptureFixture[str], registry: Registry
) -> None:
    for model in registry.newest():
        answer(client, model.manifest.id, model.example)
        line = json.loads(capfd.readouterr().err)
        assert line.keys() >= {"status", "duration_ms", "model"}
        assert len(json.dumps(line)) < 600
