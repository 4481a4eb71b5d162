"""Both views of every model give the numbers of the native route, bit for bit."""

import json
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from medmaas.model.columns import Columns
from medmaas.model.registry import Registry
from tests.conftest import SHIPPED
from tests.inference_protocol.tensors import (
    infer,
    list_ends,
    list_instances,
    list_values,
    make_columns,
    make_raw,
    predict,
    read_data,
    read_outputs,
)

_SAID = ("status", "reason", "warnings")
_OPTIONS: list[dict[str, Any]] = [{}, {"force": True}, {"coverage": 0.95, "force": True}]


def say_warnings(prediction: dict[str, Any]) -> str:
    return "; ".join(
        f"{w['field']}: {w['problem']}" if w["field"] else w["problem"]
        for w in prediction["warnings"]
    )


@pytest.mark.parametrize("options", _OPTIONS, ids=str)
@pytest.mark.parametrize("model_id", SHIPPED)
def test_columns_hold_what_the_native_route_says(
    client: TestClient, registry: Registry, model_id: str, options: dict[str, Any]
) -> None:
    model = registry.get(model_id)
    instances = list_instances(model)
    inputs = make_columns(model, instances)
    found = read_data(infer(client, f"{model_id}.columns", inputs, parameters=options))
    predictions = predict(client, model, instances, **options)
    assert model.uncertainty
    answer, ends = list_names(model.output.columns), list_names(model.uncertainty.columns)
    assert list(found) == [*answer, *ends, *_SAID]
    for row, prediction in enumerate(predictions):
        output, interval = prediction["output"], prediction.get("interval")
        told = [
            *(list_values(output) if output else [None] * len(answer)),
            *(list_ends(interval) if interval else [None] * len(ends)),
            *(prediction["status"], prediction.get("reason"), say_warnings(prediction)),
        ]
        assert [blank(column[row]) for column in found.values()] == [blank(one) for one in told]


def blank(value: Any) -> Any:
    """A column of texts has no null."""
    return None if value == "" else value


def list_names(columns: Columns) -> list[str]:
    return [*columns.texts, *columns.numbers]


@pytest.mark.parametrize("model_id", SHIPPED)
def test_tensors_rounded_are_what_the_native_route_says(
    client: TestClient, registry: Registry, model_id: str
) -> None:
    model = registry.get(model_id)
    instances = list_instances(model)
    response = infer(client, model_id, make_raw(model, instances), parameters={"force": True})
    found = read_outputs(response)
    for row, prediction in enumerate(predict(client, model, instances, force=True)):
        for name, numbers in list_tensors(prediction["output"]).items():
            tensor = found[name]
            rows = np.array(tensor["data"], np.float32).reshape(tensor["shape"])
            told = rows[row].astype(np.float64).round(6)
            assert told.tolist() == np.reshape(numbers, rows[row].shape).tolist()
        assert found["status"]["data"][row] == prediction["status"]


def list_tensors(output: dict[str, Any]) -> dict[str, Any]:
    if "options" in output:
        options = output["options"]
        return {
            "risks": [[*option["risks"].values()] for option in options],
            "nadir": [option["expected_nadir"]["value"] for option in options],
        }
    if "survival" in output:
        return {"survival": output["survival"]}
    if "label" in output:
        return {"probabilities": [*output["probabilities"].values()]}
    return {"log_solubility": [output["value"]]}


@pytest.mark.parametrize("view", ["", ".columns"])
@pytest.mark.parametrize("model_id", SHIPPED)
def test_where_a_model_abstains_nothing_is_told_but_why(
    client: TestClient, registry: Registry, model_id: str, view: str
) -> None:
    model = registry.get(model_id)
    instances = list_instances(model)
    make = make_columns if view else make_raw
    outputs = read_outputs(infer(client, f"{model_id}{view}", make(model, instances)))
    status, reason = outputs.pop("status")["data"], outputs.pop("reason")["data"]
    predictions = predict(client, model, instances)
    assert status == [prediction["status"] for prediction in predictions]
    outputs.pop("warnings")
    for row, prediction in enumerate(predictions):
        assert bool(reason[row]) == (prediction["status"] == "abstained")
        if prediction["output"] is None:
            for output in outputs.values():
                each = len(output["data"]) // len(instances)
                values = output["data"][row * each : (row + 1) * each]
                assert set(values) <= {"NaN", ""}


@pytest.mark.parametrize("view", ["", ".columns"])
def test_a_model_abstains_whichever_outputs_are_asked_for(
    client: TestClient, registry: Registry, view: str
) -> None:
    model = registry.get("survival")
    make, name = (make_columns, "risk_1826") if view else (make_raw, "survival")
    outputs = [{"name": name}]
    inputs = make(model, list_instances(model))
    (data,) = read_data(infer(client, f"survival{view}", inputs, outputs=outputs)).values()
    told = np.array(data, np.float64).reshape(4, -1)
    assert np.isnan(told).all(axis=1).tolist() == [False, False, True, True]
    assert not np.isnan(told[:2]).any()


TOLD = ["survival", "breast_fna", "chemo_dose", "solubility"]


@pytest.mark.parametrize("model_id", TOLD)
def test_an_explanation_is_the_native_routes(
    client: TestClient, registry: Registry, model_id: str
) -> None:
    model = registry.get(model_id)
    instances = list_instances(model)[:1]
    (native,) = predict(client, model, instances, explain=True, explain_seconds=20)
    outputs = [{"name": "explanation"}]
    parameters = {"explain_seconds": 20}
    for view, make in (("", make_raw), (".columns", make_columns)):
        asked = {"outputs": outputs, "parameters": parameters}
        found = read_data(infer(client, f"{model_id}{view}", make(model, instances), **asked))
        assert list(found) == ["explanation"]
        (told,) = found["explanation"]
        assert json.loads(told) == native["explanation"]


def test_a_picture_is_explained_where_it_is_a_file(client: TestClient, registry: Registry) -> None:
    model = registry.get("blood_cell")
    instances, asked = list_instances(model)[:1], {"outputs": [{"name": "explanation"}]}
    refused = infer(client, "blood_cell", make_raw(model, instances), **asked)
    assert refused.status_code == 422
    assert "blood_cell.columns" in refused.json()["error"]
    inputs = make_columns(model, instances)
    (told,) = read_data(infer(client, "blood_cell.columns", inputs, **asked))["explanation"]
    assert json.loads(told)["method"]
