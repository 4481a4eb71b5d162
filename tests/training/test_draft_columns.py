"""What a draft makes of the columns and labels of tables as people have them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from medmaas_training import draft
from tests.training.drafts import (
    FLOAT,
    HALF,
    ILL,
    ROWS,
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
