"""A table whose names are of any script: learned from, and asked through every door."""

import csv
import io
import json
import logging
import unicodedata
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import tritonclient.http as triton
from fastapi.testclient import TestClient

from medmaas.api.app import create_app
from medmaas.model.manifest import (
    ClassesOutput,
    Feature,
    ObservationSource,
    PatientSource,
    TabularInput,
)
from medmaas.model.registry import Model, Registry
from medmaas_training.__main__ import main
from tests.fhir.judge import list_faults
from tests.fhir.records import CREATININE, FHIR, NOW, bundle, observation, patient
from tests.page.conftest import Open, browser, serve, visit
from tests.page.files import ask as send_file
from tests.page.files import read_counts

__all__ = ["browser", "visit"]  # fixtures
NOTES = """
columns:
  年龄: {record: birthDate}
  性别: {record: gender}
  肌酐: {unit: mg/dL, loinc: 2160-0, oldest_days: 90, molar_mass: 113.12}
"""
SOME = ("CRP（mg/L）", "Größe", "ヘモグロビン", "吸烟史（有/无）")
NAMES = ["年龄", "性别", "肌酐", "CRP_mg_L", "Größe", "ヘモグロビン", "吸烟史_有_无"]
ALIASES = [f"feature_{i}" if i != 4 else None for i in range(1, 8)]


DATATYPES = {str: "BYTES", bool: "BOOL", int: "FP64", float: "FP64"}


def make_array(value: str | float) -> np.ndarray:
    if isinstance(value, str):
        return np.array([value.encode()], object)
    return np.array([value], np.bool_ if isinstance(value, bool) else np.float64)


def decompose(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def make_table() -> pd.DataFrame:
    """People whose marker tells who is ill, some values missing of all but three columns."""
    draw, rows = np.random.default_rng(0), 120
    marker = draw.lognormal(0, 1, rows).round(2)
    ill = draw.random(rows) < marker / (1 + marker)
    people = pd.DataFrame(
        {
            "年龄": draw.integers(30, 90, rows),
            "性别": draw.choice(["男", "女"], rows),
            "肌酐": draw.lognormal(0, 0.4, rows).round(2),
            "CRP（mg/L）": marker,
            "Größe": draw.normal(170, 9, rows).round(),
            "ヘモグロビン": draw.normal(13, 1, rows).round(1),
            "吸烟史（有/无）": draw.choice(["有", "无"], rows),
            "结局": np.where(ill, "恶性", "良性"),
        }
    )
    for position, header in enumerate(SOME):
        people.loc[position * 3 : position * 3 + 1, header] = None
    return people


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where own.csv and what was learned from it is; intervals are of few resamples."""
    folder = tmp_path_factory.mktemp("any_script")
    people = make_table()
    people.rename(columns=decompose).to_csv(folder / "own.csv", index=False)
    (folder / "own.yaml").write_text(NOTES, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)  # as of letters that a font lacks
        for module in ("survival.evaluation", "classes.metrics"):
            patch.setattr(f"medmaas_training.{module}._RESAMPLES", 25)
        rounds = "medmaas_training.assessment.reasons.faithfulness.agreement._ROUNDS"
        patch.setattr(rounds, 5)
        code = main(
            ["breast_fna", "--data", str(folder / "own.csv"), "--target", decompose("结局"),
             "--id", "own", "--out", str(folder / "models"), "--reports", str(folder / "reports")]
        )  # fmt: skip
    assert code == 0
    return folder


@pytest.fixture(scope="module")
def model(folder: Path) -> Model:
    return Registry(folder / "models").get("own")


@pytest.fixture(scope="module")
def client(folder: Path) -> TestClient:
    app = create_app(Registry(folder / "models"))
    app.state.clock = lambda: NOW
    return TestClient(app)


@pytest.fixture(scope="module")
def instance(model: Model) -> dict[str, Any]:
    return model.manifest.golden.cases[0].instance


def read_features(model: Model) -> tuple[Feature, ...]:
    assert isinstance(model.manifest.input, TabularInput)
    return model.manifest.input.features


def predict(client: TestClient, instance: dict[str, Any]) -> Any:
    answer = client.post("/models/own/predict", json={"instances": [instance]})
    assert answer.status_code == 200, answer.text
    return answer.json()["predictions"][0]


def test_names_keep_their_letters_and_have_aliases_in_ascii(model: Model) -> None:
    features = read_features(model)
    assert [feature.name for feature in features] == NAMES
    assert [feature.alias for feature in features] == ALIASES
    assert [feature.header for feature in features if feature.header] == [
        "CRP（mg/L）", "吸烟史（有/无）",
    ]  # fmt: skip
    output = model.manifest.output
    assert isinstance(output, ClassesOutput)
    assert output.labels == ("恶性", "良性")
    assert output.aliases == ("label_1", "label_2")


def test_notes_say_where_records_hold_columns(model: Model) -> None:
    sources = {feature.name: feature.source for feature in read_features(model) if feature.source}
    assert sources == {
        "年龄": PatientSource(element="birthDate"),
        "性别": PatientSource(element="gender", choices={"female": "女", "male": "男"}),
        "肌酐": ObservationSource(oldest_days=90, molar_mass=113.12),
    }


def test_what_was_written_of_the_training_holds_the_names(folder: Path) -> None:
    report = (folder / "reports/own/1.0.0/index.html").read_text(encoding="utf-8")
    card = (folder / "models/own/1.0.0/card.md").read_text(encoding="utf-8")
    assert 'style="font-size: 10px; text-anchor: middle"' in report
    for name in ("年龄", "Größe", "恶性"):
        assert name in card
        assert f">{name}</text>" in report or name in report


def test_answers_in_json_have_the_names_as_keys(
    client: TestClient, instance: dict[str, Any]
) -> None:
    told = client.post("/models/own/explain", json={"instances": [instance]}).json()
    (prediction,) = told["predictions"]
    assert prediction["output"]["probabilities"].keys() == {"恶性", "良性"}
    parts = prediction["explanation"]["targets"][0]["contributions"]
    assert {part["feature"] for part in parts} == {*NAMES}
    refused = client.post("/models/own/predict", json={"instances": [instance | {"肌酐": -1}]})
    assert refused.json()["details"][0]["field"] == "肌酐"


def test_fields_are_known_in_another_normal_form(
    client: TestClient, instance: dict[str, Any]
) -> None:
    expected = predict(client, instance)
    decomposed = {decompose(name): value for name, value in instance.items()}
    assert decomposed.keys() != instance.keys()
    assert predict(client, decomposed) == expected
    many = client.post("/models/own/predict", json={"instances": [decomposed] * 20}).json()
    assert many["predictions"] == [expected] * 20
    columns = {name: [value] for name, value in decomposed.items()}
    told = client.post("/models/own/predict", json={"columns": columns}).json()
    assert told["columns"]["label"] == [expected["output"]["label"]]
    tensors = [
        {
            "name": name,
            "shape": [1],
            "datatype": DATATYPES[type(value)],
            "data": [value],
        }
        for name, value in decomposed.items()
    ]
    asked = client.post("/v2/models/own.columns/infer", json={"inputs": tensors}).json()
    assert asked["outputs"][0]["data"] == [expected["output"]["label"]]


def test_a_field_in_two_normal_forms_is_refused(
    client: TestClient, instance: dict[str, Any]
) -> None:
    twice = instance | {decompose("Größe"): 150}
    answer = client.post("/models/own/predict", json={"instances": [twice]})
    assert answer.status_code == 422
    assert [problem["code"] for problem in answer.json()["details"]] == ["unknown_field"]


def test_a_word_is_taken_in_the_form_in_which_it_was_sent(
    client: TestClient, instance: dict[str, Any]
) -> None:
    # U+F981 is 女 once more, for files of Korean encodings
    assert predict(client, instance | {"性别": "\uf981"}) == predict(
        client, instance | {"性别": "女"}
    )


@pytest.mark.parametrize("spell", [str, decompose], ids=["as_trained", "decomposed"])
def test_the_file_that_trained_is_scored(client: TestClient, spell: Any) -> None:
    people = make_table().rename(columns=spell)
    answer = client.post(
        "/models/own/file",
        content=people.to_csv(index=False).encode(),
        headers={"content-type": "text/csv", "accept": "text/csv"},
    )
    assert answer.status_code == 200, answer.text
    rows = [*csv.DictReader(io.StringIO(answer.text))]
    assert len(rows) == len(people)
    assert rows[0].keys() >= {"label", "probability_恶性", "probability_良性"}
    assert {row["label"] for row in rows} <= {"恶性", "良性", ""}
    told = [row["label"] == actual for row, actual in zip(rows, people[spell("结局")], strict=True)]
    assert np.mean(told) > 0.6


@pytest.mark.parametrize(
    ("header", "as_written"),
    [
        ("年龄", "年龄（岁）"),
        ("肌酐", "肌酐 (mg/dL)"),
        ("肌酐", "肌酐\uff3bmg/dL\uff3d"),
        ("CRP（mg/L）", "CRP (mg/L)"),
        ("CRP（mg/L）", "crp（mg/L）"),
        ("Größe", "GRÖSSE"),
        ("吸烟史（有/无）", "吸烟史_有_无"),
    ],
)
def test_headers_are_found_in_other_spellings(
    client: TestClient, header: str, as_written: str
) -> None:
    people = make_table().head(3)

    def score(table: pd.DataFrame) -> Any:
        content = table.to_csv(index=False).encode()
        answer = client.post(
            "/models/own/file", content=content, headers={"content-type": "text/csv"}
        )
        assert answer.status_code == 200, answer.text
        return [row["prediction"] for row in answer.json()["rows"]]

    assert score(people.rename(columns={header: as_written})) == score(people)


def test_a_unit_in_the_header_that_is_another_is_refused(client: TestClient) -> None:
    people = make_table().head(3).rename(columns={"肌酐": "肌酐（μmol/L）"})
    answer = client.post(
        "/models/own/file",
        content=people.to_csv(index=False).encode(),
        headers={"content-type": "text/csv"},
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "column_in_other_unit")


def test_a_record_is_answered_in_the_names_of_the_table(client: TestClient) -> None:
    record = bundle(patient(), observation("creatinine", CREATININE, 97, "umol/L"))
    answer = client.post(
        "/fhir/models/own/$evaluate", content=json.dumps(record), headers={"content-type": FHIR}
    )
    assert answer.status_code == 200, answer.text
    assessment = answer.json()
    assert list_faults(assessment) == []
    chances = {
        one["outcome"]["text"]: one["probabilityDecimal"] for one in assessment["prediction"]
    }
    alone = predict(client, {"年龄": 73, "性别": "女", "肌酐": 97 * 113.12 / 10_000})
    expected = alone["output"]["probabilities"]
    assert chances == {label: pytest.approx(100 * p) for label, p in expected.items()}
    assert "性别 女" in assessment["prediction"][0]["rationale"]
    notes = " ".join(note["text"] for note in assessment["note"])
    assert "ヘモグロビン" in notes


def test_a_record_that_lacks_a_result_is_told_so_by_its_name(client: TestClient) -> None:
    answer = client.post(
        "/fhir/models/own/$evaluate",
        content=json.dumps(bundle(patient())),
        headers={"content-type": FHIR},
    )
    assert list_faults(answer.json()) == []
    assert "肌酐" in answer.text


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    yield from serve(create_app(Registry(folder / "models")))


@pytest.mark.parametrize("binary", [True, False], ids=["binary", "json"])
@pytest.mark.parametrize("by", ["name", "alias"])
def test_a_client_of_tensors_calls_columns_by_name_or_by_alias(
    address: str, client: TestClient, model: Model, by: str, *, binary: bool
) -> None:
    asking: Any = triton.InferenceServerClient(address.removeprefix("http://"))
    told = asking.get_model_metadata("own.columns")
    called = {f.name: (f.alias if by == "alias" else None) or f.name for f in read_features(model)}
    known = [tensor["name"] for tensor in told["inputs"]]
    assert known == [feature.alias or feature.name for feature in read_features(model)]
    inputs, instance = [], model.manifest.golden.cases[0].instance
    for name, value in instance.items():
        tensor = triton.InferInput(called[name], [1], DATATYPES[type(value)])
        tensor.set_data_from_numpy(make_array(value), binary_data=binary)
        inputs.append(tensor)
    probabilities = predict(client, instance)["output"]["probabilities"]
    for output in ("probability_恶性", "probability_label_1"):
        wanted = [triton.InferRequestedOutput(output, binary_data=binary)]
        answer = asking.infer("own.columns", inputs, outputs=wanted)
        assert answer.as_numpy(output).tolist() == [probabilities["恶性"]]
    asking.close()


def test_a_column_is_not_taken_by_name_and_alias_at_once(client: TestClient) -> None:
    tensor = {"shape": [1], "datatype": "FP64", "data": [50.0]}
    inputs = [tensor | {"name": name} for name in ("年龄", "feature_1")]
    answer = client.post("/v2/models/own.columns/infer", json={"inputs": inputs})
    assert (answer.status_code, answer.json()["error"]) == (422, "年龄 is said twice: say it once")


@pytest.mark.parametrize(("language", "ask"), [("en-GB", "Ask"), ("zh-CN", "询问")])
def test_the_page_asks_in_the_names_of_the_table(
    address: str, visit: Open, language: str, ask: str
) -> None:
    opened = visit(language, at=address)
    page = opened.go("#/own", ".examples button")
    page.locator(".examples button").first.click()
    page.wait_for_selector(".reasons")
    shown = page.locator("main").inner_text()
    for name in ("年龄", "Größe", "恶性", "良性"):
        assert name in shown
    page.locator("#value-肌酐").fill("-1")
    page.get_by_role("button", name=ask, exact=True).click()
    page.wait_for_selector(".failure")
    field = page.locator(".field", has=page.locator("#value-肌酐"))
    assert field.locator(".problem").inner_text()
    assert opened.list_faults() == []


def test_the_page_scores_the_file(folder: Path, address: str, visit: Open) -> None:
    opened = visit(at=address)
    page = opened.go("#/own/file", "#file")
    page.locator("#file").set_input_files(folder / "own.csv")
    send_file(page)
    answered, abstained, rejected = read_counts(page)
    assert (answered + abstained, rejected) == (120, 0)
    assert opened.list_faults() == []


def test_nothing_of_a_name_is_logged(
    client: TestClient, instance: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client.post("/models/own/predict", json={"instances": [instance | {"患者": 1}]})
    assert "年龄" not in caplog.text
    assert "患者" not in caplog.text
