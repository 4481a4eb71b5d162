"""A graph of one input per column is served as a table, by the names of its inputs."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from onnx import TensorProto, helper, numpy_helper

from medmaas_training import add
from tests.training.drafts import FLOAT, INT64, STRING, Mine

WORDS = {"F": 1.0, "M": 2.0}


def make_graph(*extra: str) -> bytes:
    """Answers age + sex + weight, each of another type; `extra` are names of more columns."""
    nodes = [
        helper.make_node("Cast", ["age"], ["a"], to=FLOAT),
        helper.make_node(
            "LabelEncoder", ["sex"], ["s"], domain="ai.onnx.ml",
            keys_strings=[*WORDS], values_floats=[*WORDS.values()], default_float=-99.0,
        ),
        helper.make_node("Cast", ["weight"], ["w"], to=FLOAT),
        helper.make_node("Sum", ["a", "s", "w", *extra], ["y"]),
    ]  # fmt: skip
    types = {"weight": TensorProto.DOUBLE, "sex": STRING, "age": INT64} | dict.fromkeys(
        extra, FLOAT
    )
    graph = helper.make_graph(
        nodes,
        "columns",
        [helper.make_tensor_value_info(name, kind, [None, 1]) for name, kind in types.items()],
        [helper.make_tensor_value_info("y", FLOAT, [None, 1])],
        [numpy_helper.from_array(np.zeros(1, np.float32), "unused")],
    )
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid("ai.onnx.ml", 3)]
    return bytes(helper.make_model(graph, opset_imports=opsets, ir_version=10).SerializeToString())


@pytest.fixture(name="mine")
def _mine(tmp_path: Path) -> Mine:
    return Mine(tmp_path)


def people(**more: Any) -> dict[str, Any]:
    draw = np.random.default_rng(0)
    return {
        "sex": draw.choice(["M", "F"], 200),
        "age": draw.integers(20, 90, 200),
        "weight": draw.normal(70, 9, 200).round(1),
    } | more


def test_each_column_goes_in_by_its_name_and_as_its_type(mine: Mine) -> None:
    assert mine.draft(make_graph(), people(y=np.arange(200) + 0.5), "--target", "y") == 0
    features = mine.tree["input"]["features"]
    assert [one["name"] for one in features] == ["weight", "sex", "age"]
    assert (features[1]["choices"], features[2]["whole"]) == (["F", "M"], True)
    assert mine.add(("unit", '"1"')) == 0
    answers = mine.predict(
        {"age": 50, "sex": "M", "weight": 70.5}, {"sex": "F", "weight": 60, "age": 40}
    )
    assert [one["output"]["value"] for one in answers] == [122.5, 101]


@pytest.mark.parametrize(
    ("name", "change", "sentence"),
    [
        ("age", {"whole": None}, "the graph takes age as whole numbers, and it may be another one"),
        ("age", {"missing": "it is imputed"}, "has none for a missing one: state no missing"),
        ("sex", {"missing": "it is imputed"}, "the graph takes sex as text and has none"),
        ("sex", {"type": "boolean", "choices": None, "spellings": None},
         "the graph takes sex as text: state a choice, with the words it knows"),
        ("sex", {"name": "gender"}, "the graph takes 3 inputs (weight, sex, age)"),
    ],
)  # fmt: skip
def test_what_a_column_cannot_hold_is_refused(
    mine: Mine, capsys: Any, name: str, change: dict[str, Any], sentence: str
) -> None:
    assert mine.draft(make_graph(), people(y=np.arange(200) + 0.5), "--target", "y") == 0
    tree = mine.tree
    for feature in tree["input"]["features"]:
        if feature["name"] == name:
            for key, value in change.items():
                feature.pop(key, None)
                feature.update({} if value is None else {key: value})
    tree["output"]["unit"] = "1"
    tree["golden"] = {"invented": 1}
    tree.pop("examples")
    mine.yaml.write_text(yaml.safe_dump(tree, sort_keys=False))
    files = [str(mine.folder / "mine.onnx"), str(mine.yaml)]
    assert add.main([*files, "--out", str(mine.folder / "models")]) == 2
    assert sentence in capsys.readouterr().err


def test_a_table_without_a_column_that_the_graph_names_is_refused(mine: Mine, capsys: Any) -> None:
    assert mine.draft(make_graph("crp"), people()) == 2
    said = capsys.readouterr().err
    assert "there is no column crp, which the graph names; there are sex, age, weight" in said


def test_without_a_table_the_names_are_known_and_the_rest_is_asked_for(mine: Mine) -> None:
    assert mine.draft(make_graph()) == 0
    features = mine.tree["input"]["features"]
    assert [(one["name"], one["type"]) for one in features] == [
        ("weight", "number"), ("sex", "choice"), ("age", "number"),
    ]  # fmt: skip


def test_too_many_words_are_no_choice(mine: Mine, capsys: Any) -> None:
    words = [f"word {i % 30}" for i in range(200)]
    assert mine.draft(make_graph(), people(sex=words)) == 2
    said = capsys.readouterr().err
    assert "sex: more than 20 different words, as free text and identifiers have" in said
    assert "word 1" not in said
    assert not mine.yaml.exists()
