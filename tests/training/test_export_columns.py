"""Columns by name and in words, to positions and back: nothing is cut, moved or guessed."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from medmaas.model.manifest import Feature
from medmaas_training.catalogue.conversion.columns import read_rows
from medmaas_training.catalogue.conversion.trees import round_down
from medmaas_training.catalogue.draft import INPUT_PART
from medmaas_training.errors import TrainingError
from tests.exporting import boolean, choice, number

TOLD = [
    number("age", missing="unknown"),
    choice("sex", "M", "F", missing="unknown"),
    choice("grade", "3", "1", "2"),
    boolean("smoker"),
]
NAMES = ["age", "sex", "grade", "smoker"]


def read_features(*told: Any) -> tuple[Feature, ...]:
    return INPUT_PART.validate_python(
        {"kind": "tabular", "tensor": "x", "features": [*told]}
    ).named_features


FEATURES = read_features(*TOLD)
ROW = st.tuples(
    st.floats(width=32, allow_infinity=False),
    st.sampled_from(["F", "M", None]),
    st.sampled_from([1, 2, 3]),
    st.booleans(),
)


@settings(max_examples=30)
@given(st.lists(ROW, min_size=2, max_size=20), st.permutations(NAMES), st.permutations(NAMES))
def test_what_a_model_is_given_is_what_it_was_fitted_with(
    rows: list[Any], order: list[str], fitted: list[str]
) -> None:
    frame = pd.DataFrame(rows, columns=NAMES).astype({"sex": object})
    table, numbers = read_rows(frame[order], FEATURES, fitted)
    assert numbers.shape == (len(rows), 4)
    restored = table.restore(numbers)
    assert [*restored.columns] == fitted
    pd.testing.assert_frame_equal(restored, frame[fitted], check_dtype=False)


@given(
    arrays.arrays(np.float64, 20, elements=st.floats(-(2.0**100), 2.0**100)),
    arrays.arrays(np.float32, 20, elements=st.floats(-(2.0**100), 2.0**100, width=32)),
)
def test_a_rounded_threshold_parts_float32_as_before(t: Any, x: Any) -> None:
    near = round_down(t)
    assert near.dtype == np.float32
    for some in (x, near, np.nextafter(near, np.float32(np.inf))):
        assert ((some.astype(np.float64) <= t) == (some <= near)).all()


@pytest.mark.parametrize(
    "column",
    [
        pd.Series(["F", None, "M"], dtype=object),
        pd.Series(["F", np.nan, "M"], dtype=object),
        pd.Series(["F", pd.NA, "M"], dtype="string"),
        pd.Series(["F", None, "M"], dtype="str"),
        pd.Categorical(["F", None, "M"], categories=["M", "F"]),
    ],
    ids=["none", "nan", "nullable", "str", "category"],
)
def test_a_missing_word_is_given_as_it_came(column: Any) -> None:
    frame = pd.DataFrame({"sex": column})
    table, numbers = read_rows(frame, FEATURES[1:2], ["sex"])
    np.testing.assert_array_equal(numbers[:, 0], [1, np.nan, 0])
    restored = table.restore(numbers)
    pd.testing.assert_frame_equal(restored, frame)
    assert restored.sex.dtype == frame.sex.dtype


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([True, False, True], boolean("smoker")),
        (["yes", "no", "yes"], boolean("smoker")),
        (["present", "absent", "present"], None),
        ([1, 0, 1], boolean("smoker")),
    ],
)
def test_yes_and_no_are_given_as_they_came(values: list[Any], told: Any) -> None:
    told = told or boolean("smoker", spellings={"present": True, "absent": False})
    frame = pd.DataFrame({"smoker": values})
    table, numbers = read_rows(frame, read_features(told), ["smoker"])
    assert numbers[:, 0].tolist() == [1, 0, 1]
    pd.testing.assert_frame_equal(table.restore(numbers), frame)


REFUSED = [
    ({"sex": ["F", "x", "M"]}, "words in sex that are none of its choices"),
    ({"sex": [0, 1, 2]}, "numbers in sex that are no positions of its choices"),
    ({"grade": ["1", "2", "4"]}, "words in grade that are none of its choices"),
    ({"age": ["young", "old", "old"]}, "rows must be numbers in age, which is a number"),
    ({"smoker": ["yes", "yes", "yes"]}, "rows must hold both words of smoker"),
]


@pytest.mark.parametrize(("changes", "sentence"), REFUSED)
def test_a_cell_that_is_none_of_what_is_stated_is_refused(changes: Any, sentence: str) -> None:
    frame = pd.DataFrame(
        {"age": [1.0, 2, 3], "sex": ["F", "M", "F"], "grade": [1, 2, 3], "smoker": [True] * 3}
    )
    with pytest.raises(TrainingError, match=sentence):
        read_rows(frame.assign(**changes), FEATURES, NAMES)


def test_everything_that_is_wrong_with_columns_is_said_at_once() -> None:
    frame = pd.DataFrame({"age": ["x", "y"], "sex": ["q", "r"], "grade": [1, 2], "smoker": [1, 0]})
    with pytest.raises(TrainingError) as refused:
        read_rows(frame, FEATURES, NAMES)
    assert len(refused.value.message.splitlines()) == 2
    doubled = pd.concat([frame, frame[["age"]]], axis=1)
    with pytest.raises(TrainingError, match="two columns of rows have the same name"):
        read_rows(doubled, FEATURES, NAMES)
    with pytest.raises(TrainingError, match="the columns of rows are in another order"):
        read_rows(frame[NAMES[::-1]], FEATURES, None)
