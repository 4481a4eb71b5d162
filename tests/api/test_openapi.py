"""The documentation is true: fields, limits and examples are those of the models."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from medmaas.model.manifest import TabularInput
from medmaas.model.registry import Registry
from tests.conftest import SHIPPED


@pytest.fixture(scope="module")
def document(client: TestClient) -> dict[str, Any]:
    loaded: dict[str, Any] = client.get("/openapi.json").json()
    return loaded


def operations(document: dict[str, Any]) -> dict[str, Any]:
    """Every predict operation, by path."""
    return {
        path: methods["post"] for path, methods in document["paths"].items() if "post" in methods
    }


def test_the_document_is_valid_openapi(document: dict[str, Any]) -> None:
    validate(document)


def test_every_model_has_an_operation_of_its_own(document: dict[str, Any]) -> None:
    assert operations(document).keys() == {
        f"/models/{path}/predict"
        for model in SHIPPED
        for path in (model, f"{model}/versions/1.0.0")
    }


def test_every_example_works_when_pasted_and_answers_what_is_shown(
    client: TestClient, document: dict[str, Any]
) -> None:
    for path, operation in operations(document).items():
        request = operation["requestBody"]["content"]["application/json"]
        shown = operation["responses"]["200"]["content"]["application/json"]
        response = client.post(path, json=request["example"])
        assert response.status_code == 200
        assert response.json()["predictions"] == shown["example"]["predictions"]
        Draft202012Validator(request["schema"]).validate(request["example"])
        Draft202012Validator(shown["schema"]).validate(response.json())


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
            declared = {p["name"] for p in operation.get("parameters", ())}
            assert declared == set(re.findall(r"{(\w+)}", path)), path


def test_the_documentation_asks_nothing_of_other_hosts(client: TestClient) -> None:
    page = client.get("/docs").text
    links = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert links
    for link in links:
        assert link.startswith("/")
        assert client.get(link).status_code == 200
