"""What a draft asks where a graph and its cases can be read in two ways, and what it needs."""

import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from medmaas_training import draft
from tests.training.drafts import (
    FLOAT,
    HALF,
    ILL,
    INT64,
    ROWS,
    STRING,
    Mine,
    draft_table,
    linear,
    make_graph,
    node,
    tabulate,
    write_table,
)


@pytest.fixture(name="mine")
def _mine(tmp_path: Path) -> Mine:
    return Mine(tmp_path)


def test_two_readings_are_asked_for_and_never_chosen(mine: Mine, capsys: Any) -> None:
    clipped = make_graph(
        [node("MatMul", "x w", "l"), node("Clip", "l zero one", "y")],
        [("x", FLOAT, ["n", 3])], [("y", FLOAT, ["n", 1])],
        w=np.full((3, 1), 0.001, np.float32), zero=np.float32(0), one=np.float32(1),
    )  # fmt: skip
    assert mine.draft(clipped, tabulate()) == 0
    assert mine.tree["output"]["kind"] is None
    assert "output.kind is missing: value or labels?" in capsys.readouterr().out
    mine.yaml.unlink()
    assert mine.draft(linear(np.ones((4, 1)), datatype=INT64)) == 0
    assert "input.kind is missing: tabular or text?" in capsys.readouterr().out


def test_a_picture_whose_channels_may_be_first_or_last_is_asked_about(mine: Mine) -> None:
    nodes = [node("Flatten", "x", "f"), node("MatMul", "f w", "l"), node("Softmax", "l", "y")]
    takes, gives = [("x", FLOAT, ["n", 3, 8, 1])], [("y", FLOAT, ["n", 2])]
    assert mine.draft(make_graph(nodes, takes, gives, w=np.zeros((24, 2), np.float32))) == 0
    assert (mine.tree["input"]["layout"], mine.tree["input"]["mode"]) == (None, None)
    assert "QUESTION: NCHW or NHWC? The shape fits both" in mine.yaml.read_text()


def test_text_in_one_tensor_is_refused_with_a_way_out(mine: Mine, capsys: Any) -> None:
    graph = make_graph(
        [node("Shape", "x", "s"), node("Cast", "s", "y", to=FLOAT)],
        [("x", STRING, ["n", 3])], [("y", FLOAT, [2])],
    )  # fmt: skip
    assert mine.draft(graph) == 2
    assert "export it with one input per column" in capsys.readouterr().err


def test_a_score_of_risk_is_no_survival_curve(mine: Mine, capsys: Any) -> None:
    table = tabulate(days=range(1, 201), died=[i % 2 for i in range(200)])
    options = ("--time", "days", "--event", "died")
    assert mine.draft(linear([[1], [0], [0]]), table, *options) == 0
    assert "which is no survival curve" in capsys.readouterr().err


def test_an_answer_that_does_not_go_with_the_outcome_is_told(mine: Mine, capsys: Any) -> None:
    graph = linear([[1], [0], [0]])
    assert mine.draft(graph, tabulate(y=ROWS[:, 0] * 2 + 0.5), "--target", "y") == 0
    assert "does not go with y" not in capsys.readouterr().err
    mine.yaml.unlink()
    assert mine.draft(graph, tabulate("b", "a", "c", y=ROWS[:, 1] + 0.5), "--target", "y") == 0
    assert "what the graph gives does not go with y in the cases" in capsys.readouterr().err


def test_of_several_outputs_the_one_of_the_outcome_is_taken(mine: Mine) -> None:
    graph = make_graph(
        [node("MatMul", "x w", "hidden"), node("Softmax", "hidden", "y", axis=1)],
        [("x", FLOAT, ["n", 3])],
        [("hidden", FLOAT, ["n", 2]), ("y", FLOAT, ["n", 2])],
        w=np.array([[-0.02, 0.02], [0, 0], [0, 0]], np.float32),
    )
    assert draft_table(mine, tabulate(y=ILL), "--target", "y", graph=graph)["output"] == {
        "kind": "classes", "tensor": "y", "labels": ["well", "ill"],
    }  # fmt: skip
    mine.yaml.unlink()
    output = draft_table(mine, tabulate(), graph=graph)["output"]
    assert (output["kind"], output["tensor"]) == (None, None), "asked for"


def test_operators_of_onnx_runtime_are_named_and_asked_about(mine: Mine) -> None:
    graph = make_graph(
        [node("FusedMatMul", "x w", "l", domain="com.microsoft"), node("Softmax", "l", "y")],
        [("x", FLOAT, ["n", 3])],
        [("y", FLOAT, ["n", 2])],
        w=np.zeros((3, 2), np.float32),
    )
    model = onnx.load_from_string(graph)
    model.opset_import.append(onnx.helper.make_opsetid("com.microsoft", 1))
    tree = draft_table(mine, tabulate(), graph=model.SerializeToString())
    assert tree["operators"] == ["com.microsoft::FusedMatMul"]
    assert "QUESTION: these are of ONNX Runtime alone" in mine.yaml.read_text()
    assert mine.add(("labels", "[a, b]"), title="Two") == 0


def test_rare_words_of_a_choice_are_asked_about(mine: Mine) -> None:
    columns = tabulate() | {"b": ["common"] * 150 + ["other"] * 48 + ["odd"] * 2}
    draft_table(mine, columns)
    assert "some choices of b are of fewer than 5 rows" in mine.yaml.read_text()


def test_an_outcome_that_is_not_known_of_all_is_told(mine: Mine, capsys: Any) -> None:
    draft_table(mine, tabulate(y=["", "?", *ILL[2:]]), "--target", "y")
    assert "y is not known of 2 rows" in capsys.readouterr().err
    assert mine.tree["output"]["labels"] == ["well", "ill"]


def test_nothing_is_written_over(mine: Mine, capsys: Any) -> None:
    assert mine.draft(HALF, tabulate()) == 0
    before = mine.yaml.read_text()
    assert mine.draft(HALF, tabulate()) == 2
    assert "mine.yaml is there already: name another file by --out" in capsys.readouterr().err
    assert mine.yaml.read_text() == before


def test_a_draft_is_never_taken_for_the_notes_of_its_table(mine: Mine) -> None:
    model = mine.folder / "mine.onnx"
    model.write_bytes(HALF)
    table = write_table(mine.folder / "mine.csv", tabulate(y=ILL))
    command = [str(model), "--data", str(table), "--target", "y"]
    assert draft.main(command) == 0
    assert not mine.yaml.exists()
    (path,) = mine.folder.glob("*.yaml")
    assert path.name == "mine-draft.yaml"
    path.unlink()
    assert draft.main(command) == 0, "the table is read as before"


def test_what_is_missing_is_asked_on_the_terminal(mine: Mine, monkeypatch: Any) -> None:
    asked: list[str] = []
    figure = "[{metric: AUC, model: m, evaluated_on: t, n: 9, value: 0.9, low: 0.8, high: 0.95}]"

    def reply(words: str) -> str:
        asked.append(words)
        path = words.split(" ", maxsplit=1)[0]
        if path.endswith(("train", "test", ".n")):
            return "300" if len([one for one in asked if one == words]) > 1 else "many"
        return figure if path.endswith("metrics") else "Something."

    monkeypatch.setattr("builtins.input", reply)
    draft_table(mine, tabulate(y=ILL), "--target", "y", "--interactive")
    assert "card.intended_use is missing: what the model is for: " in asked
    assert len([one for one in asked if one.startswith("card.data.n ")]) == 2, "asked again"
    assert mine.tree["card"]["out_of_scope"] == ["Something."]
    from medmaas_training import add  # noqa: PLC0415 - as the command does

    files = [str(mine.folder / "mine.onnx"), str(mine.yaml)]
    assert add.main([*files, "--out", str(mine.folder / "models")]) == 0


WITHOUT = """
import importlib.abc, sys

class Gone(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"torch", "sklearn", "pandas", "skl2onnx", "sksurv", "shap",
                                      "matplotlib", "scipy", "jinja2", "rdkit"}:
            raise ImportError(name)

sys.meta_path.insert(0, Gone())
from medmaas_training import draft, add
folder = sys.argv[1]
if sys.argv[2] == "draft":
    sys.exit(draft.main([f"{folder}/mine.onnx", "--data", f"{folder}/t.csv", "--target", "y"]))
sys.exit(add.main([f"{folder}/mine.onnx", f"{folder}/mine.yaml", "--out", f"{folder}/models"]))
"""


def count_seconds() -> float:
    """Of a processor, used by processes that have ended: whatever else the machine does."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_nothing_that_trains_is_needed_and_both_take_seconds(mine: Mine) -> None:
    draw = np.random.default_rng(0)
    rows = draw.normal(50, 10, size=(2000, 30)).round(2)
    columns = {f"c{i}": rows[:, i] for i in range(30)} | {"y": np.where(rows[:, 0] > 50, "a", "b")}
    weights = np.zeros((30, 2))
    weights[0] = -0.1, 0.1
    (mine.folder / "mine.onnx").write_bytes(linear(weights, "Softmax"))
    write_table(mine.folder / "t.csv", columns)
    seconds = {}
    for command in ("draft", "add"):
        if command == "add":
            text = mine.yaml.read_text()
            assert text.count("null") <= 14
            from tests.training.drafts import CARD, LICENCE, answer  # noqa: PLC0415

            mine.yaml.write_text(answer(text, [LICENCE, *CARD])[0])
        began = count_seconds()
        done = subprocess.run(
            [sys.executable, "-c", WITHOUT, str(mine.folder), command],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        seconds[command] = count_seconds() - began
        assert done.returncode == 0, done.stderr
    assert mine.predict()[0]["status"] == "ok"
    assert seconds["draft"] < 3, seconds
    assert seconds["add"] < 5, seconds


def test_a_tree_that_never_saw_a_gap_is_not_said_to_take_one(mine: Mine) -> None:
    """It answers all the same, because NaN is below nothing: a wrong answer given calmly."""
    from skl2onnx import to_onnx  # noqa: PLC0415 - of this test alone
    from skl2onnx.common.data_types import FloatTensorType  # noqa: PLC0415
    from sklearn.tree import DecisionTreeClassifier  # noqa: PLC0415

    types = [("x", FloatTensorType([None, 3]))]
    gaps = ["" if i % 5 == 0 else value for i, value in enumerate(ROWS[:, 0].tolist())]
    table = tabulate(y=ILL) | {"a": gaps}
    tree = DecisionTreeClassifier(max_depth=3, random_state=0).fit(ROWS, ILL)
    graph = to_onnx(tree, initial_types=types).SerializeToString()
    drafted = draft_table(mine, table, "--target", "y", graph=graph)
    assert "missing" not in drafted["input"]["features"][0]
    assert "a is required, though some cases lack it" in mine.yaml.read_text()


def test_cases_that_whole_numbers_cannot_hold_say_nothing_of_labels(mine: Mine) -> None:
    whole = np.random.default_rng(0).integers(0, 100, size=(200, 3))
    gaps = ["" if i < 20 else value for i, value in enumerate(whole[:, 1].tolist())]
    y = np.where(whole[:, 0] > 50, "ill", "well")
    graph = linear([[-0.02, 0.02], [0, 0], [0, 0]], "Softmax", datatype=INT64)
    tree = draft_table(mine, tabulate(rows=whole, y=y) | {"b": gaps}, "--target", "y", graph=graph)
    assert tree["output"]["labels"] == ["well", "ill"]
    assert tree["input"]["features"][1]["whole"]
    assert "missing" not in tree["input"]["features"][1]
    assert mine.add() == 0
