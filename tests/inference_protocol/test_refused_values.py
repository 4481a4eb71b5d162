"""Columns, texts, codes, histories and pixels are held against the manifest."""

import json
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from medmaas.model.registry import Model, Registry
from tests.inference_protocol.refused import (
    CANARY,
    NUMBER,
    assert_refused,
    column,
)
from tests.inference_protocol.tensors import (
    PATIENT_COLUMNS,
    infer,
    join_binary,
    make_raw,
    write_texts,
)

COLUMNS: dict[str, Any] = {
    "an unknown feature": column("age", name=CANARY),
    "a feature that is left out, but required": column("age")[1:],
    "texts for a number": column("age", datatype="BYTES", data=[CANARY]),
    "booleans for a number": column("age", datatype="BOOL", data=[True]),
    "numbers for a boolean": column("mgus", datatype="UINT8", data=[1]),
    "numbers for a choice": column("sex", datatype="INT8", data=[1]),
    "no choice": column("sex", data=[CANARY]),
    "an empty choice": column("sex", data=[""]),
    "a number outside its limits": column("kappa", data=[NUMBER]),
    "null where nothing may be missing": column("kappa", data=[None]),
    "another length": column("kappa", shape=[2], data=[1.2, 1.2]),
    "a column of two": column("kappa", shape=[1, 2], data=[1.2, 1.2]),
    "no instances": [t | {"shape": [0], "data": []} for t in PATIENT_COLUMNS],
}


@pytest.mark.parametrize("inputs", COLUMNS.values(), ids=COLUMNS)
def test_columns_that_the_model_does_not_take_are_refused(client: TestClient, inputs: Any) -> None:
    assert_refused(infer(client, "survival.columns", inputs), 422)


@pytest.mark.parametrize(
    ("view", "name", "content"),
    [
        ("blood_cell.columns", "image", CANARY),
        ("solubility.columns", "smiles", CANARY),
        ("solubility.columns", "smiles", ""),
        ("solubility.columns", "smiles", "C" * 129),
        ("chemo_dose.columns", "history", CANARY),
        ("chemo_dose.columns", "history", "NaN"),
        ("chemo_dose.columns", "history", "[" * 100_000),
        ("chemo_dose.columns", "history", json.dumps([{"day": 0, f"name {CANARY}": 1}])),
        ("chemo_dose.columns", "history", json.dumps([{"day": 0, "anc": CANARY}])),
        ("chemo_dose.columns", "history", json.dumps([{"day": 0, "anc": NUMBER}])),
    ],
)
def test_texts_that_the_model_does_not_take_are_refused(
    client: TestClient, view: str, name: str, content: str
) -> None:
    inputs = [{"name": name, "shape": [1], "datatype": "BYTES", "data": [content]}]
    said = assert_refused(infer(client, view, inputs), 422)
    assert name in said


@pytest.mark.parametrize(
    ("view", "name"), [("solubility.columns", "smiles"), ("chemo_dose.columns", "history")]
)
def test_bytes_that_are_no_text_are_refused(client: TestClient, view: str, name: str) -> None:
    content = write_texts([b"C\xff"])
    size = {"binary_data_size": len(content)}
    inputs = [{"name": name, "shape": [1], "datatype": "BYTES", "parameters": size}]
    body, headers = join_binary({"inputs": inputs}, [content])
    said = assert_refused(client.post(f"/v2/models/{view}/infer", content=body, headers=headers), 422)  # fmt: skip  # noqa: E501
    assert name in said


def edit(model: Model, instances: list[Any], *changes: tuple[tuple[int, ...], Any]) -> Any:
    (raw,) = make_raw(model, instances)
    rows = np.array([np.nan if value is None else value for value in raw["data"]])
    rows = rows.reshape(raw["shape"])
    for where, value in changes:
        rows[where] = value
    if raw["datatype"] == "INT64":
        rows = rows.astype(int)
    data = json.loads(json.dumps(rows.tolist()).replace("NaN", "null"))
    return [raw | {"data": data}]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ([((0, 3), 99)], "smiles"),
        ([((0, 3), -1)], "smiles"),
        ([((0, 1), 0)], "smiles"),
        ([((0, slice(None)), 0)], "smiles"),
        ([((0, 127), 1)], "smiles"),
    ],
    ids=["no code", "a negative code", "an end in the middle", "no text", "text after the end"],
)
def test_codes_that_are_no_text_are_refused(
    client: TestClient, registry: Registry, changes: Any, problem: str
) -> None:
    inputs = edit(registry.get("solubility"), [{"smiles": "CCO"}], *changes)
    assert problem in assert_refused(infer(client, "solubility", inputs), 422)


HISTORY = [{"day": -7, "anc": 4.8, "platelets": 230}, {"day": 0, "anc": 5.2, "platelets": 245}]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ([((0, 1, 1), -3)], "history[1].anc"),
        ([((0, 1, 1), NUMBER)], "history[1].anc"),
        ([((0, 0, 0), np.nan)], "history[0].day"),
        ([((0, 0, 5), 0.5)], "history[0].gcsf"),
        ([((0, 0, 0), 0), ((0, 1, 0), -7)], "in order of time"),
        ([((0, slice(None)), np.nan)], "history"),
        ([((0, 0), np.nan)], "history[0].day"),
    ],
    ids=["below", "above", "no day", "half a boolean", "backwards", "nothing", "a gap"],
)
def test_histories_that_the_model_does_not_take_are_refused(
    client: TestClient, registry: Registry, changes: Any, problem: str
) -> None:
    inputs = edit(registry.get("chemo_dose"), [{"history": HISTORY}], *changes)
    assert problem in assert_refused(infer(client, "chemo_dose", inputs), 422)


@pytest.mark.parametrize("shape", [[1, 0, 6], [1, 2_000, 6], [0, 2, 6], [1, 2, 5]])
def test_histories_of_no_rows_or_too_many_are_refused(client: TestClient, shape: list[int]) -> None:
    data = [1.0] * int(np.prod(shape))
    inputs = [{"name": "history", "shape": shape, "datatype": "FP32", "data": data}]
    assert_refused(infer(client, "chemo_dose", inputs), 422)


@pytest.mark.parametrize("value", [256, -1])
def test_a_pixel_is_a_byte(client: TestClient, value: int) -> None:
    data = [value] * (28 * 28 * 3)
    inputs = [{"name": "pixels", "shape": [1, 28, 28, 3], "datatype": "UINT8", "data": data}]
    assert_refused(infer(client, "blood_cell", inputs), 400)
