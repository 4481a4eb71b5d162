"""No order of what is sent changes an answer, whatever door it comes by."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from medmaas.api.app import create_app
from medmaas.cds_hooks import advice
from medmaas.cli import main
from medmaas.model.registry import Registry
from tests.cds_hooks.calls import dose_call, searchset
from tests.conftest import MODELS, PATIENT
from tests.fhir.records import FHIR, NOW, Resource, bundle, course, observation, patient
from tests.inference_protocol.tensors import make_columns

REGISTRY = Registry(MODELS)
PATIENTS = [
    PATIENT | {"age": age, "kappa": kappa} for age, kappa in ((51, 0.9), (67, 1.2), (88, 3))
]
ROWS: list[dict[str, Any]] = [
    {"day": -21, "anc": 5.6, "platelets": 249},
    {"day": -21, "dose": 1.0},
    {"day": -14, "anc": 0.5},
    {"day": 0, "anc": 5.4, "wbc": 7.0},
    {"day": 0, "platelets": 225},
]
RECORD = [
    *course(),
    observation("again", "751-8", 5.4, "G/L", "2026-03-01T07:00:00Z", status="corrected"),
    observation("pending", "777-3", 90, "10*9/L", "2026-02-20T07:00:00Z", status="preliminary"),
]


@pytest.fixture(scope="module")
def client() -> TestClient:
    app = create_app(REGISTRY)
    app.state.clock = lambda: NOW
    return TestClient(app)


@settings(max_examples=20)
@given(st.permutations(range(3)), st.permutations(list(PATIENT)))
def test_instances_and_their_fields_are_answered_each_for_itself(
    client: TestClient, order: Sequence[int], fields: Sequence[str]
) -> None:
    def ask(instances: list[dict[str, Any]]) -> list[Any]:
        body = json.dumps({"instances": instances})
        headers = {"content-type": "application/json"}
        answer = client.post("/models/survival/predict", content=body, headers=headers)
        return list(answer.json()["predictions"])

    shuffled = [{name: PATIENTS[i][name] for name in fields} for i in order]
    expected = ask(PATIENTS)
    assert ask(shuffled) == [expected[i] for i in order]


@settings(max_examples=20)
@given(st.permutations(ROWS))
def test_the_rows_of_a_history_are_those_of_their_times(
    client: TestClient, rows: list[dict[str, Any]]
) -> None:
    def ask(history: list[dict[str, Any]]) -> Any:
        body = {"instances": [{"history": history}]}
        return client.post("/models/chemo_dose/predict", json=body).json()["predictions"]

    assert ask(rows) == ask(ROWS)


@settings(max_examples=20)
@given(st.randoms(use_true_random=False))
def test_inputs_of_the_inference_protocol_come_in_any_order(
    client: TestClient, random: Any
) -> None:
    def ask(inputs: list[Any]) -> Any:
        return client.post("/v2/models/survival.columns/infer", json={"inputs": inputs}).json()

    inputs = make_columns(REGISTRY.get("survival"), PATIENTS)
    shuffled = random.sample(inputs, len(inputs))
    assert ask(shuffled) == ask(inputs)


@settings(max_examples=20)
@given(st.permutations(RECORD))
def test_resources_of_a_record_come_in_any_order(client: TestClient, order: list[Resource]) -> None:
    def ask(resources: list[Resource]) -> Any:
        headers = {"content-type": FHIR}
        body = json.dumps(bundle(patient(), *resources))
        return client.post(
            "/fhir/models/chemo_dose/$evaluate", content=body, headers=headers
        ).json()

    assert ask(order) == ask(RECORD)


@pytest.fixture(autouse=True, scope="module")
def _unhurried() -> Iterator[None]:
    """A card explains as much as there is time for: here there is enough."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(advice, "OPTIONS", replace(advice.OPTIONS, explain_seconds=600))
        yield


@settings(max_examples=20)
@given(st.permutations(RECORD), st.permutations(range(4)))
def test_what_was_prefetched_comes_in_any_order(
    client: TestClient, order: list[Resource], keys: Sequence[int]
) -> None:
    def ask(resources: list[Resource]) -> Any:
        kinds = ("Observation", "MedicationAdministration")
        observations, administrations = (
            searchset(*(one for one in resources if one["resourceType"] == kind)) for kind in kinds
        )
        prefetch = {
            "patient": patient(),
            "observations": observations,
            "body": searchset(),
            "administrations": administrations,
        }
        names = [[*prefetch][key] for key in keys]
        body = dose_call(prefetch={name: prefetch[name] for name in names})
        (card,) = client.post("/cds-services/chemo_dose", json=body).json()["cards"]
        return [card["summary"], card["detail"], [one["label"] for one in card["suggestions"]]]

    assert ask(order) == ask(RECORD)


@settings(max_examples=10)
@given(st.permutations(range(3)), st.permutations(list(PATIENT)))
def test_rows_and_columns_of_a_file_come_in_any_order(
    order: Sequence[int], columns: Sequence[str]
) -> None:
    def score(rows: Sequence[int], names: Sequence[str]) -> dict[str, str]:
        lines = [",".join(["id", *names])]
        lines += [",".join([f"p{i}", *(str(PATIENTS[i][name]) for name in names)]) for i in rows]
        with TemporaryDirectory() as folder:
            file, results = Path(folder, "rows.csv"), Path(folder, "results")
            file.write_text("\n".join(lines) + "\n")
            assert main(["batch", "survival", str(file), str(results)]) == 0
            (written,) = results.glob("*.csv")
            head, *scored = written.read_text().splitlines()
        place = head.split(",").index("id")
        return {line.split(",")[place]: ",".join(line.split(",")[place + 1 :]) for line in scored}

    assert score(order, columns) == score(range(3), list(PATIENT))
