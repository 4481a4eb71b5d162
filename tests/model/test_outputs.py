"""Tensors become answers."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from medmaas.errors import ModelOutputError
from medmaas.model.manifest import ClassesOutput, SurvivalOutput, ValueOutput
from medmaas.model.outputs import OutputKind
from medmaas.model.outputs.classes import Classes
from medmaas.model.outputs.survival import Survival
from medmaas.model.outputs.value import Value

YEARS = SurvivalOutput(tensor="s", time_days=(0, 100, 200, 400), horizon_days=(100, 400))
falls = st.lists(st.floats(0, 1, width=32), min_size=3, max_size=3).map(
    lambda xs: np.array([[1.0, *sorted(xs, reverse=True)]], dtype=np.float32)
)


def tensor(*rows: list[float]) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
    return {"s": np.array(rows, dtype=np.float32)}


def outputs_of(kind: OutputKind, tensors: Any) -> list[dict[str, Any]]:
    return kind.list_rows(kind.tabulate(tensors, {}))


def test_classes_name_the_likeliest_label_and_every_probability() -> None:
    output = Classes(ClassesOutput(tensor="s", labels=("benign", "malignant")))
    assert outputs_of(output, tensor([0.25, 0.75], [0.9, 0.1])) == [
        {"label": "malignant", "probabilities": {"benign": 0.25, "malignant": 0.75}},
        {"label": "benign", "probabilities": {"benign": 0.9, "malignant": 0.1}},
    ]


@pytest.mark.parametrize("values", [[[1.5], [-2.0]], [1.5, -2.0]])
def test_a_value_comes_with_its_unit(values: list[float]) -> None:
    output = Value(ValueOutput(tensor="s", unit="mol/L"))
    answers = outputs_of(output, {"s": np.array(values, dtype=np.float32)})
    assert answers == [{"value": 1.5, "unit": "mol/L"}, {"value": -2.0, "unit": "mol/L"}]


def test_survival_gives_the_curve_the_median_and_the_risk_at_each_horizon() -> None:
    (answer,) = outputs_of(Survival(YEARS), tensor([1, 0.8, 0.64, 0.16]))
    assert answer["time_days"] == [0, 100, 200, 400]
    assert answer["survival"] == [1, 0.8, 0.64, 0.16]
    assert answer["risk"] == {"100": 0.2, "400": 0.84}
    # between 200 and 400 the hazard is ln 4 per 200 days: half are left after ln(1.28)/ln(4) of it
    assert answer["median_days"] == round(200 + 200 * np.log(1.28) / np.log(4))


def test_survival_has_no_median_if_more_than_half_outlive_the_last_time() -> None:
    (answer,) = outputs_of(Survival(YEARS), tensor([1, 0.9, 0.8, 0.51]))
    assert answer["median_days"] is None


@given(falls)
def test_the_median_lies_where_the_curve_crosses_one_half(
    curve: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
) -> None:
    (answer,) = outputs_of(Survival(YEARS), {"s": curve})
    median, alive = (
        answer["median_days"],
        dict(zip(YEARS.time_days, answer["survival"], strict=True)),
    )
    if median is None:
        assert alive[400] > 0.5
    else:
        assert all(s >= 0.5 for day, s in alive.items() if day < median - 1)
        assert all(s <= 0.5 for day, s in alive.items() if day > median + 1)


@given(falls)
def test_risk_rises_with_the_horizon_and_stays_a_probability(
    curve: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
) -> None:
    (answer,) = outputs_of(Survival(YEARS), {"s": curve})
    assert 0 <= answer["risk"]["100"] <= answer["risk"]["400"] <= 1


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_not_finite_is_no_answer(number: float) -> None:
    with pytest.raises(ModelOutputError, match="not_finite"):
        outputs_of(Survival(YEARS), tensor([1, number, 0, 0]))


@given(arrays(np.float32, (3, 2), elements=st.floats(0, 1, width=32)))
def test_answers_are_strict_json_of_at_most_six_decimals(
    values: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
) -> None:
    output = Classes(ClassesOutput(tensor="s", labels=("a", "b")))
    answers = outputs_of(output, {"s": values})
    assert json.loads(json.dumps(answers, allow_nan=False)) == answers
    for answer in answers:
        assert all(p == round(p, 6) for p in answer["probabilities"].values())
