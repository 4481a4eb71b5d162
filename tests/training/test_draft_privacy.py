"""What a draft never says: what is of one person, or of a few."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medmaas_training.drafting.opened import open_graph
from medmaas_training.drafting.people import FEWEST, find_limits
from medmaas_training.drafting.seen import Question
from medmaas_training.drafting.table import Named, read_cases
from medmaas_training.drafting.whole import draft_model, list_missing
from medmaas_training.drafting.written import write
from medmaas_training.errors import TrainingError
from tests.training.drafts import (
    HALF,
    ROWS,
    Mine,
    draft_table,
    tabulate,
    write_table,
)


@pytest.fixture(name="mine")
def _mine(tmp_path: Path) -> Mine:
    return Mine(tmp_path)


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
