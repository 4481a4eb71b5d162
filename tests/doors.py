"""What every shipped example answers through every door.

`python -m tests.doors FOLDER` writes a file per door with a line per call: `tests/recorded` holds
what was answered when a model was last published, and test_recorded.py compares.
"""

import json
import re
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fastapi.testclient import TestClient

from medmaas.api.app import create_app
from medmaas.cli import main
from medmaas.model.registry import Model, Registry
from tests.cds_hooks.calls import call, dose_call, order, sign
from tests.conftest import MODELS, PATIENT, ROOT, SHIPPED
from tests.fhir.records import FHIR, bundle, course, light_chains, parameters, patient
from tests.inference_protocol.tensors import list_instances, make_columns, make_raw

Json = dict[str, Any]
Call = tuple[str, str]  # its name, and the answer as text
_NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
_BY_CHANCE = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"  # request_id, uuid
)
_SECONDS = 20  # for an explanation, so that none ends early on a slow machine
_REFUSED: dict[str, list[object]] = {
    "survival": [{"age": 167, "sex": "X", "weight": 1}, "nothing", {"age": None}, PATIENT],
    "breast_fna": [{"mean_radius": -1}, {"mean_radius": "wide"}],
    "chemo_dose": [{"history": []}, {"history": [{"anc": 4.2}, {"day": 3, "anc": -1}]}],
    "blood_cell": [{"image": "%"}, {"image": "aGVsbG8="}, {}],
    "solubility": [{"smiles": "C1CC("}, {"smiles": ""}, {"smiles": "CCü"}, {"smiles": "C" * 999}],
}


def open_doors() -> Iterator[tuple[str, Iterator[Call]]]:
    """Every door by its name, with its calls."""
    registry = Registry(MODELS)
    app = create_app(registry)
    app.state.clock = lambda: _NOW
    client = TestClient(app)
    models = [registry.get(model_id) for model_id in SHIPPED]
    yield "native", _ask_natively(client, models)
    yield "file", _score_files(models)
    yield "inference_protocol", _infer(client, models)
    yield "fhir", _evaluate(client)
    yield "cds_hooks", _open_charts(client)


def write_lines(calls: Iterator[Call]) -> str:
    """A line of JSON per call, what differs from call to call blotted out."""
    return "".join(
        json.dumps([name, _BY_CHANCE.sub("", answer)], ensure_ascii=False) + "\n"
        for name, answer in calls
    )


def _ask_natively(client: TestClient, models: list[Model]) -> Iterator[Call]:
    for model in models:
        of, instances = model.manifest.id, _list_shown(model)
        for route, asked in _list_asked(model):
            body = {"instances": instances} | asked
            answer = client.post(f"/models/{of}/{route}", json=body)
            yield f"{of} {route} {asked}", answer.text
        for instance in instances:
            answer = client.post(f"/models/{of}/explain", json=_explain(instance))
            yield f"{of} explain alone", answer.text
        answer = client.post(f"/models/{of}/predict", json={"instances": _REFUSED[of]})
        yield f"{of} refused", answer.text
        wrong: list[Json] = [{"coverage": 0.5}, {"coverage": 2}, {"force": 1}, {"other": 1}]
        for asked in wrong:
            body = {"instances": instances[:1]} | asked
            yield f"{of} {asked}", client.post(f"/models/{of}/predict", json=body).text
    for text in ("{", "[]", '{"instances": []}', '{"instances": [{"a": 1, "a": 2}]}'):
        headers = {"content-type": "application/json"}
        answer = client.post("/models/survival/predict", content=text, headers=headers)
        yield text, answer.text
    yield "no such model", client.post("/models/none/predict", json={}).text
    yield "no such version", client.get("/models/survival/versions/9.9.9").text


def _list_asked(model: Model) -> list[tuple[str, Json]]:
    intervals = model.manifest.uncertainty and model.manifest.uncertainty.intervals
    levels = intervals.levels if intervals else ()
    return [
        ("predict", {}),
        ("predict", {"force": True}),
        *(("predict", {"coverage": level.coverage}) for level in levels),
    ]


def _explain(instance: object) -> Json:
    return {"instances": [instance], "explain_seconds": _SECONDS}


def _list_shown(model: Model) -> list[Json]:
    """The golden cases, and the examples that are none of them."""
    shown = [*list_instances(model), *(one.instance for one in model.manifest.examples)]
    return [one for i, one in enumerate(shown) if one not in shown[:i]]


def _score_files(models: list[Model]) -> Iterator[Call]:
    for model in models:
        instances = [*_list_shown(model), *_REFUSED[model.manifest.id]]
        lines = "".join(f"{json.dumps(instance)}\n" for instance in instances)
        yield from _score(model.manifest.id, "rows.jsonl", lines)
    patients = (ROOT / "examples" / "patients.csv").read_text()
    yield from _score("survival", "patients.csv", patients)
    yield from _score("solubility", "molecules.csv", "id,smiles\na,CCO\nb,C1CC(\nc,\nd,c1ccccc1\n")


def _score(of: str, name: str, content: str) -> Iterator[Call]:
    for asked in ([], ["--force"], ["--explain"], ["--coverage", "0.8"]):
        with TemporaryDirectory() as folder:
            file, results = Path(folder, name), Path(folder, "results")
            file.write_text(content)
            with redirect_stdout(StringIO()):
                done = main(["batch", of, str(file), str(results), *asked])
            yield f"{of} {name} {asked}", str(done)
            for written in sorted(results.iterdir()):
                if written.name != "manifest.json":  # holds the times of files
                    yield f"{of} {name} {asked} {written.name}", written.read_text()


def _infer(client: TestClient, models: list[Model]) -> Iterator[Call]:
    asked_for: list[Json] = [{}, {"force": True}, {"coverage": 0.8}]
    for model in models:
        of, instances = model.manifest.id, _list_shown(model)
        histories = [one for one in instances if "history" in one]
        for asked in asked_for:
            for name, inputs in (
                (of, make_raw(model, histories or instances)),
                (f"{of}.columns", make_columns(model, instances)),
            ):
                body: Json = {"inputs": inputs, "parameters": asked}
                yield f"{name} {asked}", client.post(f"/v2/models/{name}/infer", json=body).text
        columns = make_columns(model, instances[:1])
        body = {"inputs": columns, "parameters": {"explain": True, "explain_seconds": _SECONDS}}
        yield f"{of} explained", client.post(f"/v2/models/{of}.columns/infer", json=body).text
        for name in (of, f"{of}.columns"):
            yield f"{name} metadata", client.get(f"/v2/models/{name}").text


def _evaluate(client: TestClient) -> Iterator[Call]:
    record = json.loads((ROOT / "examples" / "record.json").read_text())
    young = bundle(patient(birthDate="2020-01-01"), *light_chains())
    records: dict[str, tuple[str, Json]] = {
        "example": ("survival", record),
        "light chains": ("survival", bundle(patient(), *light_chains())),
        "a child": ("survival", young),
        "nothing measured": ("survival", bundle(patient())),
        "course": ("chemo_dose", bundle(patient(), *course())),
        "no course": ("chemo_dose", bundle(patient())),
    }
    for name, (of, resource) in records.items():
        for asked in ({}, {"explain": True}, {"force": True}):
            yield f"{name} {asked}", _post_fhir(client, of, parameters(resource, **asked))
        yield f"{name}, as it is", _post_fhir(client, of, resource)


def _post_fhir(client: TestClient, of: str, body: object) -> str:
    url, headers = f"/fhir/models/{of}/$evaluate", {"content-type": FHIR}
    return client.post(url, content=json.dumps(body), headers=headers).text


def _open_charts(client: TestClient) -> Iterator[Call]:
    yield "services", client.get("/cds-services").text
    calls: dict[str, tuple[str, Json]] = {
        "chart": ("survival", call()),
        "empty chart": ("survival", call(prefetch={"patient": patient()})),
        "course": ("chemo_dose", dose_call()),
        "signing": ("chemo_dose", sign(order("72962"))),
        "signing another": ("chemo_dose", sign(order("1191"))),
        "no patient": ("survival", call(prefetch={})),
    }
    for name, (of, body) in calls.items():
        yield name, client.post(f"/cds-services/{of}", json=body).text


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    for door, made in open_doors():
        with redirect_stderr(StringIO()):  # the log
            lines = write_lines(made)
        (target / f"{door}.jsonl").write_text(lines)
