"""What a draft makes of tables as people have them, and what it never says."""

import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medmaas_training import draft
from medmaas_training.drafting.opened import open_graph
from medmaas_training.drafting.people import FEWEST, find_limits
from medmaas_training.drafting.seen import Question
from medmaas_training.drafting.table import Named, read_cases
from medmaas_training.drafting.whole import draft_model, list_missing
from medmaas_training.drafting.written import write
from medmaas_training.errors import TrainingError
from tests.training.drafts import (
    FLOAT,
    INT64,
    STRING,
    Mine,
    linear,
    make_graph,
    node,
    write_table,
)

ROWS = np.random.default_rng(0).normal(50, 10, size=(200, 3)).round(1)
ILL = np.where(ROWS[:, 0] > 50, "ill", "well")
HALF = linear([[-0.02, 0.02], [0, 0], [0, 0]], "Softmax")


@pytest.fixture(name="mine")
def _mine(tmp_path: Path) -> Mine:
    return Mine(tmp_path)


def tabulate(*names: str, rows: Any = ROWS, **more: Any) -> dict[str, Any]:
    return dict(zip(names or ("a", "b", "c"), rows.T.tolist(), strict=True)) | more


def draft_table(mine: Mine, columns: dict[str, Any], *options: str, graph: bytes = HALF) -> Any:
    assert mine.draft(graph, columns, *options) == 0
    return mine.tree


# -- columns


def test_names_of_any_spelling_are_kept_as_headers(mine: Mine) -> None:
    names = ("Größe: 'cm', \"x\"", "年龄 #1", "CRP [mg/L]")
    tree = draft_table(mine, tabulate(*names, y=ILL), "--target", "y")
    features = tree["input"]["features"]
    assert [one.get("header", one["name"]) for one in features] == [*names]
    assert features[2]["unit"] == "mg/L"
    assert features[1]["alias"] == "feature_2"
    assert mine.add() == 0


def test_columns_that_are_no_measurements_are_left_out_and_named(mine: Mine, capsys: Any) -> None:
    more = {
        "MRN": [f"{i:07}" for i in range(200)],
        "seen on": [f"2024-01-{1 + i % 28:02}" for i in range(200)],
        "remark": [f"said {i}" for i in range(200)],
        "ward": [i % 9 for i in range(200)],
    }
    tree = draft_table(mine, more | tabulate(y=ILL), "--target", "y", "--group", "ward")
    assert [one["name"] for one in tree["input"]["features"]] == ["a", "b", "c"]
    said = capsys.readouterr().err
    for name in ("MRN", "seen on", "remark"):
        assert f"left out: {name}: " in said
    assert "2024" not in mine.yaml.read_text() + said


def test_what_people_wrote_is_never_drafted_as_choices(mine: Mine, capsys: Any) -> None:
    """Though there are as many columns as the graph takes."""
    remarks = [f"seen by Dr {i}" for i in range(200)]
    assert mine.draft(HALF, tabulate() | {"c": remarks}) == 2
    said = capsys.readouterr().err
    assert "c: more than 20 different words" in said
    assert "Dr" not in said
    assert not mine.yaml.exists()


def test_two_columns_of_one_name_are_refused(mine: Mine, capsys: Any) -> None:
    model = mine.folder / "mine.onnx"
    model.write_bytes(HALF)
    table = write_table(mine.folder / "t.csv", tabulate(), header=["a", "b", "a"])
    assert draft.main([str(model), "--data", str(table)]) == 2
    assert "two columns are called a: rename one" in capsys.readouterr().err
    assert not mine.yaml.exists()


@pytest.mark.parametrize(
    ("extra", "way"),
    [
        ({"d": ROWS[:, 0], "e": ROWS[:, 1]}, "remove those that the model does not take"),
        ({}, "put that into the graph"),
    ],
)
def test_another_number_of_columns_is_refused_with_their_names(
    mine: Mine, capsys: Any, extra: dict[str, Any], way: str
) -> None:
    graph = HALF if extra else linear(np.zeros((7, 2)), "Softmax")
    assert mine.draft(graph, tabulate(y=ILL) | extra, "--target", "y") == 2
    said = capsys.readouterr().err
    listed = ", ".join(["a", "b", "c", *extra])
    assert f"the graph takes {3 if extra else 7} columns, the table has {3 + len(extra)}" in said
    assert f": {listed}: " in said
    assert way in said


def test_a_target_that_is_not_there_is_said_with_those_that_are(mine: Mine, capsys: Any) -> None:
    assert mine.draft(HALF, tabulate(y=ILL), "--target", "z") == 2
    assert "there is no column z; there are a, b, c, y" in capsys.readouterr().err


def test_zeros_and_ones_are_yes_and_no_and_a_constant_stays(mine: Mine) -> None:
    columns = tabulate(y=ILL) | {"b": [float(i % 2) for i in range(200)], "c": [7] * 200}
    features = draft_table(mine, columns, "--target", "y")["input"]["features"]
    assert [one["type"] for one in features] == ["number", "boolean", "number"]
    assert features[2]["training_range"] == {"low": 7, "high": 7}
    assert mine.add() == 0


def test_one_word_throughout_is_no_choice_yet(mine: Mine) -> None:
    tree = draft_table(mine, tabulate(y=ILL) | {"b": ["ward A"] * 200, "c": [""] * 200},
                       "--target", "y")  # fmt: skip
    first = tree["input"]["features"]
    assert (first[1]["type"], first[1]["choices"]) == ("choice", None)
    assert first[2]["hard_range"] is None
    assert "b is one word throughout" in mine.yaml.read_text()


def test_how_yes_and_no_enter_is_asked_for(mine: Mine) -> None:
    draft_table(mine, tabulate() | {"b": ["yes", "no"] * 100})
    assert "QUESTION: yes of b enters as 1 and no as 0" in mine.yaml.read_text()


def test_words_are_choices_whose_order_is_asked_for(mine: Mine) -> None:
    columns = tabulate(y=ILL) | {"b": ["I", "II", "III", "IV"] * 50}
    tree = draft_table(mine, columns, "--target", "y")
    assert tree["input"]["features"][1]["choices"] == ["I", "II", "III", "IV"]
    assert "QUESTION: choices of b must be in the order of the graph's codes" in (
        mine.yaml.read_text()
    )


def test_a_column_that_may_be_missing_is_so_only_if_the_graph_answers(mine: Mine) -> None:
    gaps = tabulate(y=ILL) | {"c": ["" if i % 5 == 0 else 1 + i for i in range(200)]}
    tree = draft_table(mine, gaps, "--target", "y")
    assert "missing" not in tree["input"]["features"][2], "the graph gives no number then"
    assert "c is required, though some cases lack it" in mine.yaml.read_text()
    fills = make_graph(
        [node("IsNaN", "x", "gap"), node("Where", "gap zero x", "full"),
         node("MatMul", "full w", "l"), node("Softmax", "l", "y", axis=1)],
        [("x", FLOAT, ["n", 3])], [("y", FLOAT, ["n", 2])],
        zero=np.float32(0), w=np.array([[-1, 1], [0, 0], [0, 0]], np.float32),
    )  # fmt: skip
    mine.yaml.unlink()
    tree = draft_table(mine, gaps, "--target", "y", graph=fills)
    assert tree["input"]["features"][2]["missing"].startswith("the graph answers without it")
    assert mine.add() == 0


def test_european_decimals_and_units_in_cells_are_read(mine: Mine) -> None:
    model = mine.folder / "mine.onnx"
    model.write_bytes(HALF)
    rows = [
        f"{a:.1f};{b:.1f} mg/dL;{c:.1f};{y}".replace(".", ",")
        for (a, b, c), y in zip(ROWS, ILL, strict=True)
    ]
    table = mine.folder / "t.csv"
    table.write_text("\n".join(["a;b;c;y", *rows]))
    assert draft.main([str(model), "--data", str(table), "--target", "y"]) == 0
    assert mine.tree["input"]["features"][1]["unit"] == "mg/dL"


# -- labels


@pytest.mark.parametrize(
    ("target", "labels"),
    [
        (ILL, ["well", "ill"]),
        (np.where(ILL == "ill", 1, 2), ["2", "1"]),
        (np.where(ILL == "ill", 2, 1), ["1", "2"]),
        (np.where(ILL == "ill", "yes", "no"), ["no", "yes"]),
        (np.where(ILL == "ill", 1.0, 0.0), ["0", "1"]),
    ],
)
def test_labels_are_in_the_order_of_the_columns_whatever_they_are_called(
    mine: Mine, target: Any, labels: list[str]
) -> None:
    tree = draft_table(mine, tabulate(y=target), "--target", "y")
    assert tree["output"]["labels"] == labels
    asked = f"what do {', '.join(labels)} mean?" in mine.yaml.read_text()
    assert asked == labels[0].isdecimal()


def test_an_order_that_the_cases_do_not_confirm_is_asked_for(mine: Mine) -> None:
    chance = np.random.default_rng(1).choice(["ill", "well"], 200)
    draft_table(mine, tabulate(y=chance), "--target", "y")
    assert "QUESTION: are the columns in this order? The cases do not say so" in (
        mine.yaml.read_text()
    )


@pytest.mark.parametrize(
    ("target", "told"),
    [
        (["ill"] * 200, "y has one value alone: the order of labels cannot be told"),
        (ROWS[:, 0], "y has other values than classes, but the graph gives 2 probabilities"),
        (["a", "b", "c", "d"] * 50, "y has 4 different values, but the graph gives 2"),
    ],
)
def test_a_target_that_cannot_be_of_the_labels_is_told_and_they_are_asked_for(
    mine: Mine, capsys: Any, target: Any, told: str
) -> None:
    tree = draft_table(mine, tabulate(y=target), "--target", "y")
    assert told in capsys.readouterr().err
    assert tree["output"]["labels"] is None


def test_twenty_rows_are_told_to_be_few(mine: Mine, capsys: Any) -> None:
    few = tabulate(rows=ROWS[:20], y=ILL[:20])
    draft_table(mine, few, "--target", "y")
    assert "20 rows are few" in capsys.readouterr().err


def test_ranges_of_hardly_anybody_are_asked_for(mine: Mine, capsys: Any) -> None:
    tree = draft_table(mine, tabulate(rows=ROWS[:8], y=ILL[:8]), "--target", "y")
    assert {str(one["training_range"]) for one in tree["input"]["features"]} == {"None"}
    assert "fewer than 11 people have a value" in capsys.readouterr().out
    assert tree["golden"] == {"tolerance": 1e-5, "invented": 3}


# -- readings


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


# -- nobody's values


@given(
    st.lists(
        st.one_of(st.integers(-5, 120).map(float), st.floats(-1e6, 1e6), st.just(float("nan"))),
        max_size=60,
    )
)
def test_at_least_five_people_are_at_or_beyond_either_limit(values: list[float]) -> None:
    array = np.array(values, dtype=float)
    limits = find_limits(array)
    if limits is None:
        return
    assert (array <= limits.low).sum() >= FEWEST
    assert (array >= limits.high).sum() >= FEWEST


def test_five_rows_of_one_person_are_not_five_people(mine: Mine) -> None:
    """The lowest rows are of one who came often, and of one other column's unusual people."""
    rows = ROWS.copy()
    rows[:9, 0] = 1.0
    who = ["often"] * 9 + [f"p{i}" for i in range(9, 200)]
    tree = draft_table(mine, {"who": who} | tabulate(rows=rows), "--group", "who")
    assert tree["input"]["features"][0]["training_range"]["low"] > 20
    mine.yaml.unlink()
    tree = draft_table(mine, {"patient_id": who} | tabulate(rows=rows))
    assert tree["input"]["features"][0]["training_range"]["low"] > 20, "known by its name, too"


def test_a_rare_value_beside_zeros_and_ones_stays_possible(mine: Mine) -> None:
    count = [float(i % 2) for i in range(199)] + [4.0]
    features = draft_table(mine, tabulate() | {"b": count})["input"]["features"]
    assert features[1]["type"] == "number"
    assert features[1]["hard_range"] == {"low": 0, "high": 10}


@given(seed=st.integers(0, 10**6), rows=st.integers(30, 120), whole=st.booleans())
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_example_is_the_row_of_few_people(
    tmp_path_factory: Any, seed: int, rows: int, *, whole: bool
) -> None:
    draw = np.random.default_rng(seed)
    table = draw.integers(0, 4, (rows, 3)) if whole else draw.normal(5, 2, (rows, 3)).round(1)
    folder = tmp_path_factory.mktemp("rows")
    path = write_table(folder / "t.csv", dict(zip("abc", table.T.tolist(), strict=True)))
    drafted = draft_model(open_graph(HALF), "mine", read_cases(path, Named()), folder)
    cases = [one["instance"] for one in drafted.tree["golden"].get("cases") or []]
    cases += [one["instance"] for one in drafted.tree.get("examples") or []]
    for case in cases:
        same = (np.abs(table - [float(value) for value in case.values()]) < 1e-9).all(axis=1).sum()
        assert same == 0 or same >= FEWEST


@given(
    st.dictionaries(
        st.text(min_size=1, max_size=30), st.none() | st.text() | st.integers() | st.floats(0, 1)
    ),
    st.text(),
)
def test_a_draft_is_yaml_whatever_names_and_questions_hold(
    fields: dict[str, Any], words: str
) -> None:
    tree = {
        "features": [{"name": key, "value": value} for key, value in fields.items()],
        "of": fields,
    }
    questions = [Question(("features",), words), *(Question(("of", key), words) for key in fields)]
    assert yaml.safe_load(write(tree, questions, [words])) == tree


@given(st.lists(st.text(min_size=1, max_size=20), min_size=3, max_size=3, unique=True))
@settings(max_examples=30, deadline=None)
def test_any_names_of_columns_give_a_draft_or_a_sentence(
    tmp_path_factory: Any, names: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("names")
    try:
        path = write_table(
            folder / "t.csv", dict(zip("abc", ROWS.T.tolist(), strict=True)), header=names
        )
        drafted = draft_model(open_graph(HALF), "mine", read_cases(path, Named()), folder)
    except (TrainingError, UnicodeEncodeError):
        return  # a name that no table has, as one of blanks
    tree = yaml.safe_load(write(drafted.tree, drafted.questions))
    assert tree == drafted.tree
    assert not [one for one in list_missing(tree) if one.startswith("input")]


# -- what it needs

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
