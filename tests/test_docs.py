"""What the documents say is so."""

import json
import re
from typing import NamedTuple

import pytest
import yaml
from fastapi.testclient import TestClient

from medmaas.model.registry import Registry
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text()
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()
DOCUMENTS = [
    ROOT / name
    for name in (
        "README.md",
        "CONTRIBUTING.md",
        "docs/architecture.md",
        "docs/own-model.md",
        "docs/protocols.md",
        "docs/scale.md",
    )
]


class Row(NamedTuple):
    """What the README's table says of a model, and where its card says so."""

    model_id: str
    said: str
    metric: str
    baselines: dict[str, str]
    evaluated_on: str = "test split"


FIGURES = (
    Row(
        "survival",
        "C",
        "Harrell C",
        {"Cox": "Cox, logged laboratory values", "age alone": "Cox, age alone"},
    ),
    Row(
        "breast_fna",
        "AUC",
        "AUC",
        {"mean radius alone": "logistic regression on mean_radius alone"},
    ),
    Row("blood_cell", "accuracy", "accuracy", {"random forest": "random forest on pixels"}),
    Row(
        "chemo_dose",
        "cycles with neutrophils below 0.5 without G-CSF",
        "share of cycles with ANC below 0.5",
        {"the rule of one level down, same dose": "one level down after a count below 0.5"},
        "virtual trial, 1000 unseen simulated patients, 6 cycles",
    ),
    Row(
        "solubility",
        "RMSE",
        "RMSE",
        {"forest on RDKit's descriptors": "random forest on RDKit descriptors"},
    ),
)


def test_the_readmes_request_gets_the_readmes_answer(client: TestClient) -> None:
    body, _ = re.findall(r"-d '(\{\"instances\".+?\})'$", README, re.MULTILINE)
    response = client.post("/models/survival/predict", json=json.loads(body))
    (prediction,) = response.json()["predictions"]
    shown = json.loads(re.findall(r"```json\n(\{\"request_id\".+?)```", README, re.DOTALL)[0])
    assert shown.keys() == response.json().keys()
    (shown_prediction,) = shown["predictions"]
    assert shown_prediction.keys() == prediction.keys()
    assert shown_prediction["interval"] == prediction["interval"]
    for field in ("risk", "median_days"):
        assert shown_prediction["output"][field] == prediction["output"][field]


def test_the_readmes_explanation_is_the_one_it_gets(client: TestClient) -> None:
    _, body = re.findall(r"-d '(\{\"instances\".+?\})'$", README, re.MULTILINE)
    (prediction,) = client.post("/models/survival/explain", json=json.loads(body)).json()[
        "predictions"
    ]
    (text,) = re.findall(r"```json\n(\{\"sentence\".+?)```", README, re.DOTALL)
    shown, explanation = json.loads(text), prediction["explanation"]
    assert shown.keys() == explanation.keys()
    (of_risk,) = shown.pop("targets")
    found = {target["of"]: target for target in explanation.pop("targets")}["risk_1826"]
    assert shown == explanation
    assert [c["feature"] for c in of_risk["contributions"]] == [
        c["feature"] for c in found["contributions"]
    ]
    for one, other in zip(of_risk["contributions"], found["contributions"], strict=True):
        assert one["contribution"] == pytest.approx(other["contribution"], abs=1e-5)


def test_the_readmes_error_is_what_such_an_error_looks_like(client: TestClient) -> None:
    (shown,) = re.findall(r"```json\n(\{\"error\".+?)```", README, re.DOTALL)
    body, _ = re.findall(r"-d '(\{\"instances\".+?\})'$", README, re.MULTILINE)
    wrong = json.loads(body.replace('"creatinine": 1.1', '"creatinine": 97'))
    assert client.post("/models/survival/predict", json=wrong).json() == json.loads(shown)


@pytest.mark.parametrize("row", FIGURES, ids=lambda row: row.model_id)
def test_the_readmes_figures_are_the_cards(registry: Registry, row: Row) -> None:
    figures = {
        m.model: m
        for m in registry.get(row.model_id).manifest.card.metrics
        if (m.metric, m.evaluated_on, m.group) == (row.metric, row.evaluated_on, "all")
    }
    ours = next((m for name, m in figures.items() if "(this model)" in name), None)
    ours = ours or next(iter(figures.values()))
    text = f"{row.said} {ours.value:.3f} ({ours.low:.3f} to {ours.high:.3f}), n = {ours.n:,}; "
    text += ", ".join(f"{said} {figures[m].value:.3f}" for said, m in row.baselines.items())
    assert f"| {text} |" in README


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_to_files(document: object) -> None:
    path = next(p for p in DOCUMENTS if p == document)
    links = re.findall(r"\]\(([^)#]+)\)", path.read_text())
    for link in links:
        assert link.startswith("https://") or (path.parent / link).exists(), link


def test_make_targets_and_commands_that_are_named_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    text = "".join(path.read_text() for path in DOCUMENTS)
    targets = set(re.findall(r"\bmake ([a-z]+)\b(?=[`\n ])", text)) - {"sure"}
    assert {"serve", "test", "check", "bench"} <= targets
    for target in set(re.findall(r"[`\n]make ([a-z]+)", text)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_contributing_names_only_files_that_exist() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    roots = [ROOT, *(ROOT / name for name in ("functions/medmaas", "page/src", "training"))]
    roots.append(ROOT / "training" / "assessment")
    named = set(re.findall(r"`([\w./]+\.(?:json|md|py|tsx?|toml|yaml))`", text))
    assert len(named) > 50
    for name in named:
        assert any((root / name).exists() for root in roots), name


def test_a_public_forge_runs_what_runs_here() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())
    (job,) = workflow["jobs"].values()
    assert [step["run"] for step in job["steps"] if "run" in step] == [".ci/run"]
    commands = (ROOT / ".ci" / "run").read_text().splitlines()
    assert [line for line in commands if line.startswith("make")] == ["make check", "make test"]


def test_the_architecture_names_only_files_that_exist_and_all_that_answer() -> None:
    named = set(re.findall(r"\b(?:[a-z]+/)?[a-z_]+\.py\b", ARCHITECTURE))
    answers = ROOT / "functions" / "medmaas"
    roots = [ROOT, answers, *answers.glob("**/"), ROOT / "training", *ROOT.glob("training/*")]
    for name in named - {"app.py"}:
        assert any((root / name).exists() for root in roots), name
    for path in answers.glob("*/**/*.py"):
        if path.name != "__init__.py":
            assert path.name in ARCHITECTURE, path


def test_the_committed_openapi_document_is_the_services(client: TestClient) -> None:
    committed = json.loads((ROOT / "docs" / "openapi.json").read_text())
    assert client.get("/openapi.json").json() == committed, "run: make openapi"
