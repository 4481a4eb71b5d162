"""The documentation is true: fields, limits and examples are those of the models."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from starlette.routing import Route

from medmaas.api.app import create_app
from medmaas.model.manifest import TabularInput
from medmaas.model.registry import Registry
from tests.assessed import FIRST, OTHER, assess
from tests.conftest import MODELS, PATIENT, SHIPPED, folder_of, version_of, write_manifest

OF_VERSION = f"survival_v{version_of('survival').replace('.', '_')}"  # of its operations
NEWER = "99.0.0"


@pytest.fixture(scope="module")
def document(client: TestClient) -> dict[str, Any]:
    loaded: dict[str, Any] = client.get("/openapi.json").json()
    return loaded


def operations(document: dict[str, Any]) -> dict[str, Any]:
    """What can be asked of each model natively, by path."""
    return {
        path: methods["post"]
        for path, methods in document["paths"].items()
        if "post" in methods and path.startswith("/models/") and "{" not in path
    }


def of(document: dict[str, Any], action: str) -> dict[str, Any]:
    """The operations that predict, or those that explain."""
    return {p: post for p, post in operations(document).items() if p.endswith(f"/{action}")}


def every_operation(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for methods in document["paths"].values() for one in methods.values()]


def list_schemas(part: Any) -> Iterator[dict[str, Any]]:
    """Every schema in a part of the document, and those within it."""
    match part:
        case dict():
            yield part
            for name, value in part.items():
                if name != "example":
                    yield from list_schemas(value)
        case list():
            for value in part:
                yield from list_schemas(value)


def resolve(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The component that a schema refers to, or itself."""
    name = schema.get("$ref", "").removeprefix("#/components/schemas/")
    found: dict[str, Any] = document["components"]["schemas"][name] if name else schema
    return found


def judge(document: dict[str, Any], schema: dict[str, Any]) -> Draft202012Validator:
    """A validator of one schema of the document."""
    return Draft202012Validator(schema | {"components": document["components"]})


def find_request(document: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    content = operation["requestBody"]["content"]["application/json"]
    return resolve(document, content["schema"])


def test_the_document_is_valid_openapi(document: dict[str, Any]) -> None:
    validate(document)


def test_every_model_has_operations_of_its_own(document: dict[str, Any]) -> None:
    assert operations(document).keys() == {
        f"/models/{path}/{action}"
        for model in SHIPPED
        for path in (model, f"{model}/versions/{version_of(model)}")
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
        judge(document, request["schema"]).validate(request["example"])
        judge(document, shown["schema"]).validate(response.json())


def test_every_explanation_is_as_its_schema_says(
    client: TestClient, document: dict[str, Any]
) -> None:
    for path, operation in of(document, "explain").items():
        request = operation["requestBody"]["content"]["application/json"]
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        judge(document, request["schema"]).validate(request["example"])
        response = client.post(path, json=request["example"])
        assert response.status_code == 200
        judge(document, schema).validate(response.json())
        assert response.json()["predictions"][0]["explanation"]


def test_the_documented_options_are_those_that_are_taken(
    client: TestClient, document: dict[str, Any]
) -> None:
    for path, operation in operations(document).items():
        content = operation["requestBody"]["content"]["application/json"]
        properties = find_request(document, operation)["properties"]
        options = {name: properties[name].get("default") for name in properties}
        given = {name: default for name, default in options.items() if default is not None}
        assert client.post(path, json=content["example"] | given).status_code == 200
        body = content["example"] | given | {"explain_seconds": 20.1}
        assert not judge(document, content["schema"]).is_valid(body)
        assert client.post(path, json=body).status_code == 422


def test_the_schema_of_an_assessed_model_has_its_intervals_and_the_coverages_that_it_stores(
    models: Path,
) -> None:
    client = TestClient(create_app(Registry(assess(models))))
    document = client.get("/openapi.json").json()
    operation = document["paths"]["/models/survival/predict"]["post"]
    coverage = find_request(document, operation)["properties"]["coverage"]
    assert (coverage["examples"], coverage["default"]) == ([FIRST, OTHER], FIRST)
    assert f"{FIRST:g}, {OTHER:g}" in coverage["description"]
    shown = operation["responses"]["200"]["content"]["application/json"]
    for patient in (PATIENT, PATIENT | {"creatinine": None}):
        answer = client.post("/models/survival/predict", json={"instances": [patient]}).json()
        judge(document, shown["schema"]).validate(answer)
    (prediction,) = shown["example"]["predictions"]
    assert prediction["interval"]["coverage"] == FIRST


def test_the_schema_of_a_model_has_its_real_fields(
    document: dict[str, Any], registry: Registry
) -> None:
    request = find_request(document, operations(document)["/models/survival/predict"])
    instance = resolve(document, request["properties"]["instances"]["items"])
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


def test_every_operation_has_a_name_of_its_own_that_a_program_can_take(
    document: dict[str, Any],
) -> None:
    names = [operation["operationId"] for operation in every_operation(document)]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch("[a-z][a-z0-9_]*", name) for name in names)
    assert {"predict_survival", f"explain_{OF_VERSION}", "predict", "read_model"} <= set(names)


def add(models: Path, model_id: str, version: str, **changes: Any) -> None:
    """The survival model once more, under another name."""
    folder = shutil.copytree(folder_of("survival"), models / model_id / version)
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    write_manifest(path, manifest | {"id": model_id, "version": version} | changes)


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The document with models whose names come close to others', and with a newer version."""
    models = Path(shutil.copytree(MODELS, tmp_path_factory.mktemp("grown") / "models"))
    for model_id in ("version", OF_VERSION, "a-b", "a_b", "manifest", "value"):
        add(models, model_id, "1.0.0")
    spec = json.loads((folder_of("survival") / "manifest.json").read_text())["input"]
    spec["features"][0]["description"] += " Counted in whole years."
    add(models, "survival", NEWER, input=spec, translations={})
    return create_app(Registry(models)).openapi()


def name_operations(document: dict[str, Any]) -> dict[str, str]:
    return {
        f"{method} {path}": operation["operationId"]
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def test_names_of_operations_stay_when_models_are_added(
    document: dict[str, Any], grown: dict[str, Any]
) -> None:
    before, after = name_operations(document), name_operations(grown)
    assert {path: after[path] for path in before} == before
    assert len(set(after.values())) == len(after) > len(before)


def test_a_model_never_takes_the_schema_of_another_thing(
    document: dict[str, Any], grown: dict[str, Any]
) -> None:
    validate(grown)
    before, after = document["components"]["schemas"], grown["components"]["schemas"]
    changed = {name for name in before if after[name] != before[name]}
    assert changed == {"SurvivalInstance", "SurvivalColumns"}  # those of the newest version
    for model in ("manifest", "value", "a-b", "a_b", OF_VERSION):
        operation = grown["paths"][f"/models/{model}/predict"]["post"]
        content = operation["responses"]["200"]["content"]["application/json"]
        judge(grown, content["schema"]).validate(content["example"])


def test_a_version_shares_the_schemas_that_are_the_same_and_no_others(
    grown: dict[str, Any],
) -> None:
    old, new = (
        grown["paths"][f"/models/survival/versions/{version}/predict"]["post"]
        for version in (version_of("survival"), NEWER)
    )
    asked = [one["requestBody"]["content"]["application/json"]["schema"] for one in (old, new)]
    names = [schema["$ref"].rpartition("/")[2] for schema in asked]
    # a model has the name of the old version here, too
    of_version = OF_VERSION.replace("survival_v", "SurvivalV")
    assert names == [f"{of_version}PredictRequest", "SurvivalPredictRequest"]
    for one in (old, new):
        answer = one["responses"]["200"]["content"]["application/json"]["schema"]
        assert answer == {"$ref": "#/components/schemas/SurvivalAnswer"}


def test_every_object_is_a_named_component(document: dict[str, Any]) -> None:
    components = document["components"]["schemas"]
    within = [one for schema in components.values() for one in [*list_schemas(schema)][1:]]
    inline = [one for one in (*list_schemas(document["paths"]), *within) if "properties" in one]
    # a part of the document may itself have a property of that name
    assert [one for one in inline if isinstance(one.get("type"), str)] == []
    assert all(schema.get("title", name) == name for name, schema in components.items())
    assert [
        name for name in components if re.search(r"_\d+$", name)
    ] == []  # two things in one name


def test_no_schema_is_one_that_generators_cannot_take(document: dict[str, Any]) -> None:
    for schema in list_schemas([document["paths"], document["components"]["schemas"]]):
        if schema.get("type") == "array":
            assert "items" in schema
        if isinstance(schema.get("enum"), list):
            assert all(isinstance(value, str | None) for value in schema["enum"])
        if "const" in schema and not isinstance(schema["const"], dict):
            assert type(schema["const"]) in {str, int}
            assert "type" in schema


def test_all_but_the_page_and_cds_hooks_asks_for_the_token_of_the_api(
    document: dict[str, Any],
) -> None:
    assert document["security"] == [{"bearer": []}]
    assert document["components"]["securitySchemes"].keys() == {"bearer", "cds_client"}
    own = {
        path: operation["security"]
        for path, methods in document["paths"].items()
        for operation in methods.values()
        if "security" in operation
    }
    assert own == {
        "/": [],
        "/cds-services": [{"cds_client": []}],
        "/cds-services/{id}": [{"cds_client": []}],
        "/cds-services/{id}/feedback": [{"cds_client": []}],
    }


def test_every_route_is_documented(client: TestClient, document: dict[str, Any]) -> None:
    app = client.app
    assert isinstance(app, FastAPI)
    routes = {
        (route.path.replace("{path:path}", ""), method.lower())
        for route in app.routes
        if isinstance(route, Route) and not route.path.startswith(("/docs", "/openapi"))
        for method in (route.methods or set()) - {"HEAD"}
    }
    documented = {(p, method) for p, methods in document["paths"].items() for method in methods}
    assert routes - documented == {("/v2/", "get")}  # the same as /v2
    assert all(path.startswith("/models/") for path, _ in documented - routes)


def test_what_the_catalogue_tells_is_as_its_schema_says(
    client: TestClient, document: dict[str, Any]
) -> None:
    fixed = ["/", "/models", "/health/live", "/health/ready"]
    of_models = [
        f"/models/{{model_id}}{version}{end}"
        for version in ("", "/versions/{version}")
        for end in ("", "/explanation", "/units")
    ]
    for path in (*fixed, *of_models):
        content = document["paths"][path]["get"]["responses"]["200"]["content"]
        validator = judge(document, content["application/json"]["schema"])
        for model in SHIPPED:
            address = path.format(model_id=model, version=version_of(model))
            validator.validate(client.get(address).json())
            if "{" not in path:
                break


def test_the_answers_of_every_model_are_those_of_any_model(
    client: TestClient, document: dict[str, Any]
) -> None:
    for action in ("predict", "explain"):
        anything = document["paths"][f"/models/{{model_id}}/{action}"]["post"]
        request = anything["requestBody"]["content"]["application/json"]["schema"]
        answer = anything["responses"]["200"]["content"]["application/json"]["schema"]
        for path, operation in of(document, action).items():
            body = operation["requestBody"]["content"]["application/json"]["example"]
            judge(document, request).validate(body)
            judge(document, answer).validate(client.post(path, json=body).json())


def test_a_schema_of_an_answer_refuses_what_is_none(document: dict[str, Any]) -> None:
    for path, operation in of(document, "predict").items():
        shown = operation["responses"]["200"]["content"]["application/json"]
        (prediction,) = shown["example"]["predictions"]
        for spoilt in ({"status": "good"}, {"output": {"answer": 1}}, {"warnings": None}):
            answer = shown["example"] | {"predictions": [prediction | spoilt]}
            assert not judge(document, shown["schema"]).is_valid(answer), (path, spoilt)


def test_the_documentation_asks_nothing_of_other_hosts(client: TestClient) -> None:
    page = client.get("/docs").text
    links = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert links
    for link in links:
        assert link.startswith("/")
        assert client.get(link).status_code == 200
