"""A new kind needs its rooms and a line in the contract: no door has a list of kinds."""

import csv
import hashlib
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, Literal, get_args

import numpy as np
import onnx
import pytest
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator
from onnx import TensorProto, helper, numpy_helper
from openapi_spec_validator import validate
from pydantic import Field, create_model

from medmaas.api.app import create_app
from medmaas.cli import main
from medmaas.facts import Fact
from medmaas.fhir.draft import Draft
from medmaas.model import explanation, folder, outputs
from medmaas.model.columns import Columns, Table
from medmaas.model.explanation.contributions import EXACT, describe_explained
from medmaas.model.explanation.drivers import name_drivers
from medmaas.model.inputs.reading import (
    InputColumn,
    InputDefaults,
    Notes,
    Reading,
    collect,
    describe_field,
    find_unknown,
    read_object,
)
from medmaas.model.intervals import Quantiles
from medmaas.model.kinds import expect
from medmaas.model.manifest import (
    Feature,
    Input,
    Intervals,
    Manifest,
    Number,
    ObservationSource,
    Output,
    QuantileIntervals,
    Uncertainty,
    schema,
)
from medmaas.model.manifest.inputs import InputSpec
from medmaas.model.manifest.outputs import OutputSpec
from medmaas.model.outcomes import OutputDefaults, Quantity
from medmaas.model.outputs import make_targets
from medmaas.model.registry import Registry
from medmaas.model.schema import INTEGER, NUMBER, describe_list, describe_object
from medmaas.model.targets import AsTheyAre, Target
from tests.cds_hooks.calls import call, searchset
from tests.conftest import MODELS
from tests.fhir.records import CREATININE, FHIR, NOW, bundle, observation, patient

Json = dict[str, Any]


# the contract


class PulseInput(InputSpec):
    """So many numbers in one list, float32 [n, samples]."""

    kind: Literal["pulse"] = "pulse"
    field: str
    samples: int
    recorded: tuple[Feature, ...] = ()

    @property
    def named_features(self) -> tuple[Feature, ...]:
        return self.recorded

    @property
    def recorded_features(self) -> tuple[Feature, ...]:
        return self.recorded

    @property
    def tensor_type(self) -> tuple[str, tuple[int, ...]]:
        return "tensor(float)", (-1, self.samples)


class CountOutput(OutputSpec):
    """A whole number, float32 [n, 1]."""

    kind: Literal["count"] = "count"


class CountIntervals(QuantileIntervals):
    """At most so many."""

    kind: Literal["count"] = "count"


# the room that reads


class Pulse(InputDefaults):
    takes = "a list of numbers in JSON"
    takes_columns = True

    def __init__(self, spec: PulseInput) -> None:
        self._spec = spec
        self.columns = (InputColumn(spec.field, "rows"),)

    def read(self, instances: Any) -> Reading:
        notes = [Notes(index) for index in range(len(instances))]
        tensor = np.zeros((len(instances), self._spec.samples), np.float32)
        for row, instance, note in zip(tensor, instances, notes, strict=True):
            pulse = read_object(instance, (self._spec.field,), note).get(self._spec.field)
            if isinstance(pulse, list) and len(pulse) == len(row):
                row[:] = pulse
            else:
                note.refuse(self._spec.field, Fact("other_shape", shape=[len(row)]))
        return collect(self._spec.tensor, tensor, notes)

    def read_columns(self, columns: Any, count: int) -> Reading:
        name = self._spec.field
        reading = self.read([{name: pulse} for pulse in columns.get(name, [None] * count)])
        problems = [*find_unknown(columns, [name]), *reading.problems]
        return Reading(reading.tensors, problems, reading.warnings)

    def read_file_columns(self, columns: Any, _count: int) -> tuple[Reading, Any]:
        name = self._spec.field
        instances = [{name: [*map(float, cell.split())]} for cell in columns[name]]
        return self.read(instances), instances

    def read_tensor(self, tensor: Any) -> Reading:
        return self.read([{self._spec.field: pulse} for pulse in tensor.tolist()])

    def json_schema(self) -> Json:
        size = self._spec.samples
        samples = describe_list(NUMBER, minItems=size, maxItems=size)
        return describe_field(self._spec.field, samples)


def make_pulse(spec: object) -> Pulse:
    return Pulse(expect(spec, PulseInput))


# the room that explains


class PulseExplainer:
    def __init__(self, model: Any) -> None:
        self._model, self._spec = model, expect(model.manifest.input, PulseInput)

    def explain(self, tensors: Any, _instance: object, _budget: object) -> Json:
        pulse = tensors[self._spec.tensor][0]
        targets = make_targets(self._model.manifest.output)
        without = np.where(np.eye(len(pulse), dtype=bool), np.float32(0), pulse)
        both = {self._spec.tensor: np.vstack([pulse, without])}
        whole, *rest = targets.read(self._model.session.run(both))[:, 0].tolist()
        shares = [whole - one for one in rest]
        named = [(f"beat {i}", share) for i, share in enumerate(shares)]
        against = Fact("text", text="silence")
        return {
            "sentence": name_drivers(targets.targets[0], named, against),
            "method": EXACT,
            "against": against,
            "complete": True,
            "samples": shares,
        }

    def json_schema(self) -> Json:
        return describe_explanation()


def describe_explanation() -> Json:
    return describe_explained("PulseExplanation", {"samples": describe_list(NUMBER)})


# the room that reads records


def fill_pulse(draft: Draft, manifest: Manifest) -> Json:
    spec, samples = expect(manifest.input, PulseInput), []
    for feature in spec.recorded:
        assert isinstance(feature, Number)
        assert isinstance(feature.source, ObservationSource)
        for taken in draft.measure(feature, feature.source).values:
            samples.append(taken.value)
            draft.rest_on_results(feature, taken)
    return {spec.field: samples}


# the room that answers


class Count(OutputDefaults):
    columns = Columns(("count",), (), frozenset({"count"}))

    def __init__(self, spec: CountOutput) -> None:
        self._spec = spec

    def tabulate(self, tensors: Any, _inputs: Any) -> Table:
        counts = np.rint(tensors[self._spec.tensor]).astype(int).ravel().tolist()
        return Table([counts], np.empty((len(counts), 0)))

    def list_rows(self, table: Table) -> list[Json]:
        return [{"count": count} for count in table.texts[0]]

    def list_quantities(self, output: Json) -> list[Quantity]:
        return [Quantity(None, output["count"], "1")]

    def summarise(self, output: Json, _decision: object) -> Fact:
        return Fact("card_value", title="Beats", value=output["count"], unit="1")

    def json_schema(self) -> Json:
        return describe_count()


class AtMost:
    columns = Columns(("at_most",), (), frozenset({"at_most"}))

    def __init__(self, output: CountOutput, quantiles: Quantiles) -> None:
        self._output, self._quantiles = output, quantiles

    def tabulate(self, tensors: Any, inputs: Any, coverage: float) -> Table:
        counts = tensors[self._output.tensor].astype(float).ravel()
        more = self._quantiles.find(coverage, counts, inputs, lambda: counts)
        return Table([np.rint(counts + more).astype(int).tolist()], np.empty((len(counts), 0)))

    def list_rows(self, table: Table, coverage: float) -> list[Json]:
        return [{"coverage": coverage, "at_most": most} for most in table.texts[0]]

    def name_interval(self, _interval: Json) -> None:
        return None

    def json_schema(self) -> Json:
        return describe_at_most()


def make_count(manifest: Manifest) -> Count:
    return Count(expect(manifest.output, CountOutput))


def make_at_most(spec: object, manifest: Manifest) -> AtMost:
    quantiles = Quantiles(expect(spec, CountIntervals), manifest.input)
    return AtMost(expect(manifest.output, CountOutput), quantiles)


def make_count_targets(output: Output) -> AsTheyAre:
    target = Target("count", Fact("the_answer"), "1", is_probability=False)
    return AsTheyAre(output.tensor, [target])


def describe_count() -> Json:
    return describe_object("Count", {"count": INTEGER})


def describe_at_most() -> Json:
    return describe_object("AtMost", {"coverage": NUMBER, "at_most": INTEGER})


# all that the kinds are: a module each by their names, and a line in each union of the contract

ROOMS: dict[str, Json] = {
    "medmaas.model.inputs.pulse": {"make": make_pulse},
    "medmaas.model.explanation.pulse": {
        "make": PulseExplainer,
        "describe_explanation": describe_explanation,
    },
    "medmaas.fhir.pulse": {"fill": fill_pulse},
    "medmaas.model.outputs.count": {
        "make": make_count,
        "make_intervals": make_at_most,
        "make_targets": make_count_targets,
        "describe_answer": describe_count,
        "describe_interval": describe_at_most,
    },
}


def extend(union: Any, spec: type) -> Any:
    return Annotated[get_args(union)[0] | spec, Field(discriminator="kind")]


INPUT, OUTPUT = extend(Input, PulseInput), extend(Output, CountOutput)
INTERVALS = extend(Intervals, CountIntervals)
DOUBTS: Json = {"intervals": (INTERVALS | None, None)}
UNCERTAINTY: Any = create_model("Uncertainty", __base__=Uncertainty, **DOUBTS)
FIELDS: Json = {
    "input": (INPUT, ...),
    "output": (OUTPUT, ...),
    "uncertainty": (UNCERTAINTY | None, None),
}
CONTRACT = create_model("Manifest", __base__=Manifest, **FIELDS)


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The toy kinds, as if their files and their lines in the contract were there."""
    for name, functions in ROOMS.items():
        room = ModuleType(name)
        vars(room).update(functions)
        monkeypatch.setitem(sys.modules, name, room)
    monkeypatch.setattr(folder, "Manifest", CONTRACT)
    monkeypatch.setattr(schema, "Manifest", CONTRACT)
    monkeypatch.setattr(explanation, "Input", INPUT)
    monkeypatch.setattr(outputs, "Output", OUTPUT)


def make_graph(takes: str, width: int) -> bytes:
    """The sum of a row."""
    ends = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", size])
        for name, size in ((takes, width), ("beats", 1))
    ]
    axes = numpy_helper.from_array(np.array([1]), "axes")
    node = helper.make_node("ReduceSum", [takes, "axes"], ["beats"])
    graph = helper.make_graph([node], "sum", ends[:1], ends[1:], [axes])
    opsets = [helper.make_opsetid("", 20)]
    made: onnx.ModelProto = helper.make_model(graph, opset_imports=opsets, ir_version=10)
    return bytes(made.SerializeToString())


def write_folder(
    models: Path, name: str, spec: Json, instance: Json, width: int, **more: Any
) -> None:
    """A model that counts what its input adds up to; the one case must answer 6."""
    (shipped,) = MODELS.glob("solubility/*")
    graph, target = make_graph(spec["tensor"], width), models / name / "1.0.0"
    contents = {"card.md": b"# A toy\n", "model.onnx": graph}
    intervals = [{"coverage": 0.9, "at_most": 8}, {"coverage": 0.8, "at_most": 7}]
    answer = {"status": "ok", "output": {"count": 6}, "intervals": intervals}
    manifest = json.loads((shipped / "manifest.json").read_text()) | {
        "id": name,
        "version": "1.0.0",
        "title": "Beats",
        "input": spec,
        "output": {"kind": "count", "tensor": "beats"},
        "artefact": {
            "sha256": hashlib.sha256(graph).hexdigest(),
            "size_bytes": len(graph),
            "opset": 20,
            "inputs": [{"name": spec["tensor"], "datatype": "tensor(float)", "shape": [-1, width]}],
            "outputs": [{"name": "beats", "datatype": "tensor(float)", "shape": [-1, 1]}],
        },
        "files": [file.model_dump() for file in folder.list_files(contents)],
        "golden": {
            "tolerance": 1e-5,
            "cases": [{"instance": instance, "outputs": {"beats": [6]}, "answer": answer}],
        },
        "examples": [],
        "uncertainty": {
            "method": "None at all.",
            "calibrated_on": "nobody",
            "intervals": {
                "kind": "count",
                "levels": [
                    {"coverage": 0.9, "quantiles": [2]},
                    {"coverage": 0.8, "quantiles": [1]},
                ],
            },
        },
        "translations": {},
        **more,
    }
    manifest["card"] |= {"calibration": [], "coverage": []}
    contents["manifest.json"] = folder.seal(CONTRACT.model_validate(manifest))
    target.mkdir(parents=True)
    for file, content in contents.items():
        (target / file).write_bytes(content)


WIDE = {"low": 0, "high": 100}
CREATININES: Json = {
    "type": "number",
    "name": "creatinine",
    "description": "x",
    "unit": "mg/dL",
    "loinc": [CREATININE],
    "hard_range": WIDE,
    "training_range": WIDE,
    "source": {"kind": "observation", "oldest_days": 30},
}
PULSE: Json = {"kind": "pulse", "tensor": "samples", "field": "pulse", "samples": 3}
TABLE: Json = {"kind": "tabular", "tensor": "features", "features": [CREATININES]}
BEATS: Json = {"pulse": [1, 2, 3]}


@pytest.fixture(name="toys")
def _toys(tmp_path: Path) -> Path:
    """Models that count: two of the new kind of input, the second and the third read records."""
    models, hooks = tmp_path / "toys", {"cds_service": {"hooks": ["patient-view"]}}
    write_folder(models, "beats", PULSE, BEATS, 3)
    write_folder(models, "rates", PULSE | {"recorded": [CREATININES]}, BEATS, 3, **hooks)
    write_folder(models, "stays", TABLE, {"creatinine": 6}, 1, **hooks)
    return models


@pytest.fixture(name="client")
def _client(toys: Path) -> TestClient:
    app = create_app(Registry(toys))
    app.state.clock = lambda: NOW
    return TestClient(app)


def post(client: TestClient, url: str, body: Json) -> Any:
    response = client.post(url, json=body)
    assert response.status_code == 200, response.text
    return response.json()


def test_new_kinds_answer_and_explain_over_https(client: TestClient) -> None:
    body = {"instances": [BEATS, {"pulse": [0, 0, 1]}], "coverage": 0.8}
    first, second = post(client, "/models/beats/explain", body)["predictions"]
    assert first["output"] == {"count": 6}
    assert first["interval"] == {"coverage": 0.8, "at_most": 7}
    assert first["explanation"]["samples"] == [1, 2, 3]
    assert "beat 2" in first["explanation"]["sentence"]
    assert second["output"] == {"count": 1}


def test_new_kinds_answer_columns(client: TestClient) -> None:
    body = {"columns": {"pulse": [[1, 2, 3], [4, 5, 6]]}}
    columns = post(client, "/models/beats/predict", body)["columns"]
    assert columns["count"] == [6, 15]
    assert columns["at_most"] == [8, 17]


def test_a_new_kind_of_input_refuses_in_its_own_words(client: TestClient) -> None:
    refused = client.post("/models/beats/predict", json={"instances": [{"pulse": [1]}]})
    assert refused.status_code == 422
    (detail,) = refused.json()["details"]
    assert (detail["field"], detail["limits"]) == ("pulse", {"shape": [3]})


@pytest.mark.parametrize(
    ("view", "inputs"),
    [
        ("beats", {"name": "samples", "shape": [1, 3], "datatype": "FP32", "data": [1, 2, 3]}),
        (
            "beats.columns",
            {"name": "pulse", "shape": [1], "datatype": "BYTES", "data": ["[1,2,3]"]},
        ),
    ],
)
def test_new_kinds_answer_the_inference_protocol(
    client: TestClient, view: str, inputs: Json
) -> None:
    metadata = client.get(f"/v2/models/{view}").json()
    assert [one["name"] for one in metadata["inputs"]] == [inputs["name"]]
    assert (metadata["properties"]["input"], metadata["properties"]["output"]) == ("pulse", "count")
    body = {"inputs": [inputs], "parameters": {"explain": True}}
    given = post(client, f"/v2/models/{view}/infer", body)["outputs"]
    data = {one["name"]: one["data"] for one in given}
    assert data["beats" if view == "beats" else "count"] == [6]
    assert data["at_most"] == [8]
    assert json.loads(data["explanation"][0])["samples"] == [1, 2, 3]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("rows.csv", "id,pulse\na,1 2 3\nb,1 2\n"),
        ("rows.jsonl", '{"id": "a", "pulse": [1, 2, 3]}\n{"id": "b", "pulse": [1, 2]}\n'),
    ],
)
def test_new_kinds_answer_files(toys: Path, tmp_path: Path, name: str, content: str) -> None:
    file, results = tmp_path / name, tmp_path / "results"
    file.write_text(content)
    asked = ["batch", "beats", str(file), str(results), "--models", str(toys), "--explain"]
    assert main(asked) == 0
    (reject,) = (results / "rejects.jsonl").read_text().splitlines()
    assert (json.loads(reject)["id"], json.loads(reject)["field"]) == ("b", "pulse")
    (written,) = results.glob("predictions.*")
    text = written.read_text()
    if name.endswith(".csv"):
        (row,) = csv.DictReader(text.splitlines())
        assert (row["id"], row["count"], row["at_most"]) == ("a", "6", "8")
        assert "beat 2" in row["explanation"]
    else:
        row = json.loads(text)
        assert (row["id"], row["output"]) == ("a", {"count": 6})
        assert row["explanation"]["samples"] == [1, 2, 3]


def test_a_new_kind_of_input_without_records_is_refused_by_fhir(client: TestClient) -> None:
    asked: Json = {"content": json.dumps(bundle(patient())), "headers": {"content-type": FHIR}}
    refused = client.post("/fhir/models/beats/$evaluate", **asked)
    assert refused.status_code == 404
    (issue,) = refused.json()["issue"]
    assert issue["diagnostics"].startswith("this model does not read FHIR records; ")
    assert client.post("/cds-services/beats", json=call()).status_code == 404


@pytest.mark.parametrize(
    ("model", "count", "sentence"),
    [
        ("rates", 6, "beat 2 raises the answer by 3 against silence"),
        ("stays", 1, "creatinine 1 mg/dL lowers the answer by 5"),
    ],
)
def test_new_kinds_answer_records(
    client: TestClient, model: str, count: int, sentence: str
) -> None:
    results = [
        observation(f"c{day}", CREATININE, 4 - day, "mg/dL", f"2026-02-0{day}") for day in (1, 2, 3)
    ]
    record = json.dumps(bundle(patient(), *results))
    url, headers = f"/fhir/models/{model}/$evaluate", {"content-type": FHIR}
    answer = client.post(url, content=record, headers=headers).json()
    assert (answer["resourceType"], answer["status"]) == ("Observation", "final"), answer
    assert answer["valueQuantity"]["value"] == count
    assert sentence in answer["note"][-1]["text"]
    prefetch = {"patient": patient(), "observations": searchset(*results)}
    (card,) = post(client, f"/cds-services/{model}", call(prefetch=prefetch))["cards"]
    assert card["summary"] == f"Beats: {count}"


def test_new_kinds_are_described(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    validate(document)
    answer = post(client, "/models/beats/explain", {"instances": [BEATS]})
    for path in ("/models/beats/explain", "/models/{model_id}/explain"):
        asked = document["paths"][path]["post"]
        taken = asked["requestBody"]["content"]["application/json"]["schema"]
        given = asked["responses"]["200"]["content"]["application/json"]["schema"]
        parts = {"components": document["components"]}
        Draft202012Validator(taken | parts).validate({"instances": [BEATS]})
        Draft202012Validator(given | parts).validate(answer)
    for title in ("Count", "AtMost", "PulseExplanation", "PulseInput", "CountOutput"):
        assert title in json.dumps(document), title


def test_new_kinds_are_told_in_the_catalogue(client: TestClient) -> None:
    listed = client.get("/models").json()["models"]
    assert {(one["input"], one["output"]) for one in listed} == {
        ("pulse", "count"),
        ("tabular", "count"),
    }
    told = client.get("/models/beats").json()
    assert told["input"]["kind"] == "pulse"
    assert told["input"]["samples"] == 3
