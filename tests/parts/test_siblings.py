"""Mixtures that nobody drew first: two of one kind, names that clash, kinds that tell no pieces."""

import copy
import json
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from fastapi.testclient import TestClient
from onnx import TensorProto, helper, numpy_helper
from pydantic import TypeAdapter, ValidationError

from medmaas.api.app import create_app
from medmaas.model.explanation import tabular as tabular_room
from medmaas.model.inputs import make_input
from medmaas.model.manifest import Input, PartsInput
from medmaas.model.registry import Registry
from medmaas_training.add import main
from tests.parts.models import (
    AGE,
    INPUTS,
    NOTE,
    PATIENT,
    SCAN,
    SEX,
    SIDE,
    Json,
    draw_scan,
    number,
    write_draft,
)

SPEC: TypeAdapter[Any] = TypeAdapter(Input)
FRONTAL = SCAN | {"tensor": "frontal"}
LATERAL = SCAN | {"tensor": "lateral"}
MOTHER = PATIENT | {"tensor": "mother", "features": [AGE, number("weight", 3, 120)]}
CHILD = PATIENT | {"tensor": "child", "features": [AGE, number("weight", 1, 40, missing="5 kg")]}
FAMILY: list[Json] = [
    {"name": "mother", "input": MOTHER},
    {"name": "child", "input": CHILD, "missing": "the graph takes the average child"},
]
VIEWS: list[Json] = [
    {"name": "frontal", "input": FRONTAL},
    {"name": "lateral", "input": LATERAL, "missing": "one view is enough"},
]


def parse(parts: list[Json]) -> PartsInput:
    spec = SPEC.validate_python({"kind": "parts", "parts": parts})
    assert isinstance(spec, PartsInput)
    return spec


def sum_up(inputs: Mapping[str, tuple[int, list[Any]]], *, n: str | int = "n") -> bytes:
    """A graph that weighs the mean of each input, NaN being 0, and answers with a softmax."""
    nodes = [
        node
        for name in inputs
        for node in (
            helper.make_node("Cast", [name], [f"{name}_float"], to=TensorProto.FLOAT),
            helper.make_node("IsNaN", [f"{name}_float"], [f"{name}_lacks"]),
            helper.make_node(
                "Where", [f"{name}_lacks", "zero", f"{name}_float"], [f"{name}_known"]
            ),
            helper.make_node(
                "ReduceMean", [f"{name}_known", f"{name}_axes"], [f"{name}_sum"], keepdims=0
            ),
        )
    ]
    nodes += [
        helper.make_node("Sum", [f"{name}_sum" for name in inputs], ["total"]),
        helper.make_node("Unsqueeze", ["total", "last"], ["column"]),
        helper.make_node("MatMul", ["column", "pair"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
    ]
    constants = {
        "zero": np.array(0, np.float32),
        "pair": np.array([[0.03, -0.02]], np.float32),
        "last": np.array([1]),
    }
    constants |= {
        f"{name}_axes": np.arange(1, len(shape) + 1) for name, (_, shape) in inputs.items()
    }
    graph = helper.make_graph(
        nodes,
        "sums",
        [helper.make_tensor_value_info(k, t, [n, *s]) for k, (t, s) in inputs.items()],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [n, 2])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    opsets = [helper.make_opsetid("", 20)]
    made: onnx.ModelProto = helper.make_model(graph, opset_imports=opsets, ir_version=10)
    return bytes(made.SerializeToString())


def add(folder: Path, name: str, graph: bytes, parts: list[Json], *cases: Json, **more: Any) -> int:
    """`medmaas add`, as somebody with a graph and a draft does."""
    draft = write_draft("scan_patient") | {"id": name, "examples": []} | more
    draft["input"] = {"kind": "parts", "parts": parts}
    draft["golden"]["cases"] = [{"instance": case} for case in cases]
    (folder / "model.onnx").write_bytes(graph)
    (folder / "draft.json").write_text(json.dumps(draft))
    files = [str(folder / "model.onnx"), str(folder / "draft.json")]
    return main([*files, "--out", str(folder / "models")])


FLOAT, BYTES = TensorProto.FLOAT, TensorProto.UINT8
TWO_TABLES: dict[str, tuple[int, list[Any]]] = {"mother": (FLOAT, [2]), "child": (FLOAT, [2])}
TWO_VIEWS: dict[str, tuple[int, list[Any]]] = {
    "frontal": (BYTES, [SIDE, SIDE, 1]),
    "lateral": (BYTES, [SIDE, SIDE, 1]),
}


def open_client(folder: Path) -> TestClient:
    return TestClient(create_app(Registry(folder / "models")))


def ask(asked: TestClient, name: str, *instances: Json, action: str = "predict") -> Any:
    return asked.post(f"/models/{name}/{action}", json={"instances": instances}).json()


def test_names_that_clash_between_parts_are_told_apart(tmp_path: Path) -> None:
    both = {"mother": {"age": 31, "weight": 60}, "child": {"age": 20, "weight": 9}}
    alone = {"mother": {"age": 40, "weight": 70}}
    assert add(tmp_path, "family", sum_up(TWO_TABLES), FAMILY, both, alone) == 0
    asked = open_client(tmp_path)
    wrong = {"mother": {"age": 300, "weight": 60}, "child": {"age": -1}}
    details = ask(asked, "family", wrong)["details"]
    assert [one["field"] for one in details] == ["mother.age", "child.age"]
    (told,) = ask(asked, "family", both, action="explain")["predictions"]
    assert [part["part"] for part in told["explanation"]["by_part"]] == ["mother", "child"]
    assert "mother: " in told["explanation"]["sentence"]
    columns = asked.get("/v2/models/family.columns").json()["inputs"]
    assert [one["name"] for one in columns] == [
        "mother.age", "mother.weight", "child.age", "child.weight",
    ]  # fmt: skip


def test_distance_and_groups_go_by_the_rows_of_all_parts(tmp_path: Path) -> None:
    column = {"mean": 30.0, "deviation": 10.0}
    uncertainty = {
        "method": "None at all.",
        "calibrated_on": "nobody",
        "intervals": {
            "kind": "classes",
            "levels": [{"coverage": 0.9, "quantiles": [0.5, 1.1]}],
            "groups": [{"by": "child.age", "high": 25}],
        },
        "distance": {
            "kind": "standardised",
            "columns": [column] * 4,
            "correlation": np.eye(4).tolist(),
            "threshold": 6.0,
        },
        "most_missing": 2,
    }
    near = {"mother": {"age": 31, "weight": 32}, "child": {"age": 30, "weight": 31}}
    far = copy.deepcopy(near) | {"child": {"age": 119, "weight": 399}}
    graph = sum_up(TWO_TABLES)
    assert add(tmp_path, "family", graph, FAMILY, near, uncertainty=uncertainty) == 0
    asked = open_client(tmp_path)
    of_group = copy.deepcopy(near) | {"child": {"age": 20, "weight": 31}}
    alone = {"mother": near["mother"]}
    found = ask(asked, "family", near, far, of_group, alone)["predictions"]
    assert [one["status"] for one in found] == ["ok", "abstained", "ok", "ok"]
    assert found[1]["code"] == "too_far"
    assert [len(one["interval"]["labels"]) for one in (found[0], found[2])] == [1, 2]
    for case, answer in zip([near, far, of_group, alone], found, strict=True):
        assert ask(asked, "family", case)["predictions"] == [answer]


def test_a_whole_part_that_is_missing_counts_feature_by_feature(tmp_path: Path) -> None:
    uncertainty = {"method": "None.", "calibrated_on": "nobody", "most_missing": 1}
    both = {"mother": {"age": 31, "weight": 60}, "child": {"age": 20}}
    graph = sum_up(TWO_TABLES)
    assert add(tmp_path, "family", graph, FAMILY, both, uncertainty=uncertainty) == 0
    alone = {"mother": {"age": 40, "weight": 70}}
    one, other = ask(open_client(tmp_path), "family", both, alone)["predictions"]
    assert (one["status"], other["status"]) == ("ok", "abstained")
    assert other["code"] == "too_many_missing"
    assert other["limits"]["missing"] == 2


def test_two_pictures_are_two_parts(tmp_path: Path) -> None:
    both = {"frontal": {"image": draw_scan(1)}, "lateral": {"image": draw_scan(2)}}
    one = {"frontal": {"image": draw_scan(1)}}
    assert add(tmp_path, "views", sum_up(TWO_VIEWS), VIEWS, both, one) == 0
    asked = open_client(tmp_path)
    first, second = ask(asked, "views", both, one, action="explain")["predictions"]
    maps = [np.array(part["heat_map"]["rows"]) for part in first["explanation"]["by_part"]]
    assert [one.shape for one in maps] == [(4, 4), (4, 4)]
    assert second["explanation"]["by_part"][1] == {
        "part": "lateral", "contribution": 0, "missing": True,
    }  # fmt: skip
    details = ask(asked, "views", {"lateral": {"image": "x"}})["details"]
    assert [problem["field"] for problem in details] == ["frontal", "lateral.image"]


def test_a_graph_of_one_row_takes_parts(tmp_path: Path) -> None:
    both = {"mother": {"age": 31, "weight": 60}, "child": {"age": 20, "weight": 9}}
    alone = {"mother": {"age": 40, "weight": 70}}
    graph = sum_up(TWO_TABLES, n=1)
    assert add(tmp_path, "family", graph, FAMILY, both, alone) == 0
    asked = open_client(tmp_path)
    together = ask(asked, "family", both, alone, action="explain")["predictions"]
    assert [one["status"] for one in together] == ["ok", "ok"]


def test_a_kind_that_tells_no_pieces_plays_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("make_players", "count_players", "describe_players"):
        monkeypatch.delattr(tabular_room, name)
    both = {"mother": {"age": 31, "weight": 60}, "child": {"age": 20, "weight": 9}}
    assert add(tmp_path, "family", sum_up(TWO_TABLES), FAMILY, both) == 0
    (told,) = ask(open_client(tmp_path), "family", both, action="explain")["predictions"]
    explanation = told["explanation"]
    assert "mother: all of it" in explanation["sentence"]
    total = sum(part["contribution"] for part in explanation["by_part"])
    assert total == pytest.approx(explanation["prediction"] - explanation["baseline"], abs=1e-6)


def test_a_molecule_is_told_by_its_atoms(tmp_path: Path) -> None:
    smiles = NOTE | {"alphabet": list("CON()=1c"), "syntax": "SMILES", "field": "smiles"}
    parts = [{"name": "drug", "input": smiles}, {"name": "patient", "input": PATIENT}]
    inputs: dict[str, tuple[int, list[Any]]] = {
        "note": (TensorProto.INT64, [12]),
        "patient": (FLOAT, [2]),
    }
    case = {"drug": {"smiles": "OCC"}, "patient": {"age": 50, "sex": "F"}}
    assert add(tmp_path, "drug", sum_up(inputs), parts, case) == 0
    (told,) = ask(open_client(tmp_path), "drug", case, action="explain")["predictions"]
    drug, _ = told["explanation"]["by_part"]
    assert [atom["symbol"] for atom in drug["atoms"]] == ["O", "C", "C"]
    assert sum(atom["contribution"] for atom in drug["atoms"]) == pytest.approx(
        drug["contribution"], abs=1e-6
    )


def test_names_in_another_form_of_unicode_are_the_same() -> None:
    parts = [{"name": "Äußeres", "input": SCAN}, {"name": "patient", "input": PATIENT}]
    inputs = make_input(parse(parts))
    apart = unicodedata.normalize("NFD", "Äußeres")
    assert apart != "Äußeres"
    case = {apart: {"image": draw_scan(1)}, "patient": {"age": 50, "sex": "F"}}
    assert inputs.read([case]).problems == []
    columns: dict[str, list[object]] = {
        f"{apart}.image": [draw_scan(1)],
        "patient.age": [50],
        "patient.sex": ["F"],
    }
    assert inputs.read_columns(columns, 1).problems == []


def test_an_alias_is_told_in_ascii() -> None:
    table = PATIENT | {"features": [AGE | {"name": "年龄", "alias": "age"}, SEX]}
    parts = [
        {"name": "影像", "alias": "scan", "input": SCAN},
        {"name": "患者", "alias": "patient", "input": table},
    ]
    columns = make_input(parse(parts)).columns
    assert [(column.name, column.alias) for column in columns] == [
        ("影像.image", "scan.image"),
        ("患者.年龄", "patient.age"),
        ("患者.sex", "patient.sex"),
    ]


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        (FAMILY[:1], "at least 2"),
        ([FAMILY[0], FAMILY[0]], "part names must be unique"),
        ([FAMILY[0], {"name": "MOTHER", "input": SCAN}], "part names must be unique"),
        ([FAMILY[0], {"name": "child", "input": MOTHER}], "every tensor must be of one part"),
        ([FAMILY[1], FAMILY[1] | {"name": "twin", "input": SCAN}], "one part at least"),
        (
            [FAMILY[0], {"name": "child", "input": {"kind": "parts", "parts": FAMILY}}],
            "does not match any of the expected tags",
        ),
        ([FAMILY[0] | {"present_tensor": "there"}, FAMILY[1]], "state missing"),
        ([FAMILY[0], FAMILY[1] | {"present_tensor": "mother"}], "every tensor must be of one part"),
    ],
)
def test_what_makes_no_sense_as_parts_is_refused(parts: list[Json], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        SPEC.validate_python({"kind": "parts", "parts": parts})


def test_a_graph_with_too_few_inputs_is_refused_with_the_way_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one: dict[str, tuple[int, list[Any]]] = {"mother": (FLOAT, [2])}
    case = {"mother": {"age": 31, "weight": 60}}
    assert add(tmp_path, "family", sum_up(one), FAMILY, case) != 0
    told = capsys.readouterr().err
    assert "the graph takes 1 inputs (mother), the input as stated is mother, child" in told
    assert "state one part for each" in told


def test_policies_take_a_history_and_no_parts(tmp_path: Path) -> None:
    shipped = next(Path("models/chemo_dose").glob("*/manifest.json"))
    output = json.loads(shipped.read_text())["output"]
    from medmaas.model.manifest import Output  # noqa: PLC0415

    policy: Any = TypeAdapter(Output).validate_python(output)
    with pytest.raises(ValueError, match="series"):
        policy.require_input(parse(INPUTS["history_patient"]))
    assert tmp_path.exists()
