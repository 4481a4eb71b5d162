"""Answers as columns say what the answers one by one say."""

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from medmaas.errors import ModelOutputError
from medmaas.model.columns import name_columns
from medmaas.model.manifest import ClassesOutput, SurvivalOutput, ValueOutput
from medmaas.model.outputs.classes import Classes
from medmaas.model.outputs.policy import Policy
from medmaas.model.outputs.survival import Survival
from medmaas.model.outputs.value import Value
from medmaas.model.registry import Registry
from tests.conftest import SHIPPED
from tests.model.judged import list_answers

YEARS = SurvivalOutput(tensor="s", time_days=(0, 100, 200, 400), horizon_days=(400, 100))
Floats = np.ndarray[tuple[int, ...], np.dtype[np.float32]]


def chances(rows: int, columns: int) -> st.SearchStrategy[Floats]:
    return arrays(np.float32, (rows, columns), elements=st.floats(0, 1, width=32))


def test_the_columns_of_every_kind_are_named_before_there_is_a_row(registry: Registry) -> None:
    classes = Classes(ClassesOutput(tensor="s", labels=("benign", "not benign")))
    assert classes.columns.texts == ("label",)
    assert classes.columns.numbers == ("probability_benign", "probability_not_benign")
    value = Value(ValueOutput(tensor="s", unit="mol/L"))
    assert (value.columns.texts, value.columns.numbers) == (("unit",), ("value",))
    survival = Survival(YEARS)
    assert survival.columns.texts == ("median_days",)
    assert survival.columns.numbers == (
        "risk_400", "risk_100", "survival_0", "survival_100", "survival_200", "survival_400",
    )  # fmt: skip
    policy = registry.get("chemo_dose").output
    assert policy.columns.texts[:6] == (
        "recommended", "least_bad", "notice",
        "100_percent_allowed", "100_percent_within_limit", "100_percent_why",
    )  # fmt: skip
    assert "100_percent_G-CSF_platelets_below_50" in policy.columns.numbers
    assert "delay_7_days_expected_anc" in policy.columns.numbers


@given(st.lists(st.text()), st.lists(st.text()))
def test_names_of_columns_are_unique_and_plain_whatever_they_are_made_of(
    texts: list[str], numbers: list[str]
) -> None:
    columns = name_columns(texts, numbers)
    assert (len(columns.texts), len(columns.numbers)) == (len(texts), len(numbers))
    names = ["row", "id", *columns.texts, *columns.numbers, "warnings", "abstained"]
    assert len(set(names)) == len(names)
    assert next(csv.reader([",".join(names)])) == names


@given(chances(3, 3))
def test_a_table_of_classes_names_the_label_of_the_answers(tensor: Floats) -> None:
    kind = Classes(ClassesOutput(tensor="s", labels=("a", "b", "c")))
    table = kind.tabulate({"s": tensor}, {})
    answers = kind.list_rows(table)
    assert list(table.texts[0]) == [answer["label"] for answer in answers]
    probabilities = [list(answer["probabilities"].values()) for answer in answers]
    assert table.numbers.tolist() == probabilities


@given(chances(4, 4))
def test_a_table_of_survival_has_the_numbers_of_the_answers(tensor: Floats) -> None:
    kind = Survival(YEARS)
    table = kind.tabulate({"s": tensor}, {})
    answers = kind.list_rows(table)
    assert list(table.texts[0]) == [answer["median_days"] for answer in answers]
    assert table.numbers.tolist() == [
        [answer["risk"]["400"], answer["risk"]["100"], *answer["survival"]] for answer in answers
    ]


@given(st.integers(0, 1_000_000))
def test_a_risk_is_the_six_decimals_that_are_left_of_one(millionths: int) -> None:
    tensor = np.array([[1, millionths / 1e6, 0, 0]])
    (answer,) = list_answers(Survival(YEARS), {"s": tensor})
    assert answer["risk"]["100"] == (1_000_000 - millionths) / 1_000_000


@pytest.mark.parametrize(
    ("curve", "median"),
    [
        ([1, 0.9, 0.8, 0.51], None),
        ([0.5, 0.4, 0.3, 0.2], 0),
        ([1, 0.5, 0.3, 0.2], 100),
        ([1, 0.8, 0.0, 0.0], 102),
        ([1, 0.4, 0.9, 0.4], 76),
    ],
)
def test_the_median_is_the_same_alone_and_among_others(
    curve: list[float], median: int | None
) -> None:
    others = [[1, 0.6, 0.4, 0.1], curve, [1, 1, 1, 1], [0.1, 0, 0, 0]]
    tensor = np.array(others, dtype=np.float32)
    assert Survival(YEARS).tabulate({"s": np.tile(tensor, (3, 1))}, {}).texts[0][1] == median
    (alone,) = list_answers(Survival(YEARS), {"s": tensor[1:2]})
    assert alone["median_days"] == median


def test_a_table_of_numbers_that_are_not_finite_is_no_answer() -> None:
    with pytest.raises(ModelOutputError, match="not_finite"):
        Survival(YEARS).tabulate({"s": np.array([[1, np.nan, 0, 0]])}, {})


def test_a_table_of_other_columns_than_the_manifest_names_is_no_answer() -> None:
    with pytest.raises(ModelOutputError, match="other_columns"):
        Survival(YEARS).tabulate({"s": np.ones((2, 3))}, {})


@pytest.mark.parametrize("model_id", SHIPPED)
def test_a_table_without_rows_has_every_column(registry: Registry, model_id: str) -> None:
    model = registry.get(model_id)
    reading = model.inputs.read([model.example])
    outputs = {name: part[:0] for name, part in model.session.run(reading.tensors).items()}
    inputs = {name: part[:0] for name, part in reading.tensors.items()}
    table = model.output.tabulate(outputs, inputs)
    assert [list(column) for column in table.texts] == [[]] * len(model.output.columns.texts)
    assert table.numbers.shape == (0, len(model.output.columns.numbers))
    assert (list(table.warnings), list(table.barred)) == ([], [])
    assert model.output.list_rows(table) == []


def test_a_policy_in_a_table_is_barred_from_old_counts(registry: Registry) -> None:
    model = registry.get("chemo_dose")
    assert isinstance(model.output, Policy)
    field = next(iter(model.example))
    old = [row | {"day": row["day"] - 30} for row in model.example[field]]
    reading = model.inputs.read([model.example, {field: old}])
    outputs = model.session.run(reading.tensors)
    table = model.output.tabulate(outputs, reading.tensors)
    assert table.barred[0] is None
    assert table.barred[1] is not None
    assert table.texts[0][1] is None
