"""The documentation is true: fields, limits and examples are those of the models."""

import re
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from medmaas.api.app import create_app
from medmaas.model.manifest import TabularInput
from medmaas.model.registry import Registry
from tests.assessed import FIRST, OTHER, assess
from tests.conftest import PATIENT, SHIPPED


@pytest.fixture(scope="module")
def document(client: TestClient) -> dict[str, Any]:
    loaded: dict[str, Any] = client.get("/openapi.json").json()
    return loaded


def operations(document: dict[str, Any]) -> dict[str, Any]:
    """What can be asked of the models natively, by path."""
    return {
        path: methods["post"]
        for path, methods in document["paths"].items()
        if "post" in methods and path.startswith("/models/")
    }


def of(document: dict[str, Any], action: str) -> dict[str, Any]:
    """The operations that predict, or those that explain."""
    return {p: post for p, post in operations(document).items() if p.endswith(f"/{action}")}


def test_the_document_is_valid_openapi(document: dict[str, Any]) -> None:
    validate(document)


def test_every_model_has_operations_of_its_own(document: dict[str, Any]) -> None:
    assert operations(document).keys() == {
        f"/models/{path}/{action}"
        for model in SHIPPED
        for path in (model, f"{model}/versions/1.0.0")
        for action in ("predict", "explain")
    }


def test_every_example_works_when_pasted_and_answers_what_is_shown(
    client: TestClient, document: dict[str, Any]
) -> None:
    for path, operation in of(document, "predict").items():
        request = operation["requestBody"]["content"]["application/json"]
        shown = operation["responses"]["200"]["content"]["application/json"]
        response = client.post(path, json=request["example"])
        assert response.status_code == 200
        assert response.json()["predictions"] == shown["example"]["predictions"]
        Draft202012Validator(request["schema"]).validate(request["example"])
        Draft202012Validator(shown["schema"]).validate(response.json())


def test_every_explanation_is_as_its_schema_says(
    client: TestClient, document: dict[str, Any]
) -> None:
    for path, operation in of(document, "explain").items():
        request = operation["requestBody"]["content"]["application/json"]
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        Draft202012Validator(request["schema"]).validate(request["example"])
        response = client.post(path, json=request["example"])
        assert response.status_code == 200
        Draft202012Validator(schema).validate(response.json())
        assert response.json()["predictions"][0]["explanation"]


def test_the_documented_options_are_those_that_are_taken(
    client: TestClient, document: dict[str, Any]
) -> None:
    for path, operation in operations(document).items():
        content = operation["requestBody"]["content"]["application/json"]
        properties = content["schema"]["properties"]
        options = {name: properties[name].get("default") for name in properties}
        given = {name: default for name, default in options.items() if default is not None}
        assert client.post(path, json=content["example"] | given).status_code == 200
        body = content["example"] | given | {"explain_seconds": 20.1}
        assert not Draft202012Validator(content["schema"]).is_valid(body)
        assert client.post(path, json=body).status_code == 422


def test_the_schema_of_an_assessed_model_has_its_intervals_and_the_coverages_that_it_stores(
    models: Path,
) -> None:
    client = TestClient(create_app(Registry(assess(models))))
    operation = client.get("/openapi.json").json()["paths"]["/models/survival/predict"]["post"]
    request = operation["requestBody"]["content"]["application/json"]["schema"]
    assert request["properties"]["coverage"]["enum"] == [FIRST, OTHER]
    shown = operation["responses"]["200"]["content"]["application/json"]
    for patient in (PATIENT, PATIENT | {"creatinine": None}):
        answer = client.post("/models/survival/predict", json={"instances": [patient]}).json()
        Draft202012Validator(shown["schema"]).validate(answer)
    (prediction,) = shown["example"]["predictions"]
    assert prediction["interval"]["coverage"] == FIRST


def test_the_schema_of_a_model_has_its_real_fields(
    document: dict[str, Any], registry: Registry
) -> None:
    schema = operations(document)["/models/survival/predict"]["requestBody"]["content"]
    instance = schema["application/json"]["schema"]["properties"]["instances"]["items"]
    spec = registry.get("survival").manifest.input
    assert isinstance(spec, TabularInput)
    assert list(instance["properties"]) == [feature.name for feature in spec.features]
    creatinine = instance["properties"]["creatinine"]
    assert creatinine["x-unit"] == "mg/dL"
    assert (creatinine["minimum"], creatinine["maximum"]) == (0.1, 20)
    assert instance["properties"]["sex"]["enum"] == ["F", "M"]


def test_every_refusal_is_documented(document: dict[str, Any]) -> None:
    for operation in operations(document).values():
        assert operation["responses"].keys() == {
            "200", "400", "404", "413", "415", "422", "500", "503",
        }  # fmt: skip


def test_a_card_is_documented_as_what_it_is(document: dict[str, Any]) -> None:
    card = document["paths"]["/models/{model_id}/card"]["get"]
    assert card["responses"]["200"]["content"].keys() == {"text/markdown"}


def test_every_name_in_a_path_is_a_declared_parameter(document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        for operation in methods.values():
            parameters = operation.get("parameters", ())
            declared = {p["name"] for p in parameters if p["in"] == "path"}
            assert declared == set(re.findall(r"{(\w+)}", path)), path


def test_the_documentation_asks_nothing_of_other_hosts(client: TestClient) -> None:
    page = client.get("/docs").text
    links = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert links
    for link in links:
        assert link.startswith("/")
        assert client.get(link).status_code == 200
