"""Groups with quantiles of their own, and intervals that widen with the distance."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmaas.model.intervals import Quantiles, find_members
from medmaas.model.manifest import (
    PREDICTION,
    ClassesIntervals,
    Group,
    Level,
    Manifest,
    Range,
    Strata,
    SurvivalIntervals,
    TabularInput,
    TensorDistance,
    Uncertainty,
    ValueIntervals,
    ValueOutput,
)
from medmaas.model.manifest.inputs import Number
from medmaas.model.outputs import make_intervals
from medmaas.model.predict import predict
from medmaas.model.registry import Model, Registry
from tests.conftest import PATIENT
from tests.model.judged import independent, judged_by, levels, unsure

WITHOUT_CREATININE = PATIENT | {"creatinine": None}
CREATININE = Group(by="creatinine", low=1.3)
OLD = Group(by="age", low=80)
UNKNOWN = Group(by="creatinine")


@pytest.fixture
def survival(registry: Registry) -> Model:
    return registry.get("survival")


def bound(survival: Model, *people: dict[str, Any], groups: tuple[Group, ...] = ()) -> list[int]:
    """The days that people outlive: 0.3 for everyone, then 0.1, 0.01 and so on for the groups."""
    quantiles = (0.3, *(0.1 / 10**i for i in range(len(groups))))
    spec = SurvivalIntervals(
        levels=(Level(coverage=0.9, quantiles=quantiles),), groups=groups or None
    )
    found = predict(judged_by(survival, unsure(intervals=spec)), list(people))
    return [prediction["interval"]["at_least_days"] for prediction in found]


def alone(survival: Model, quantile: float, person: dict[str, Any]) -> int:
    spec = SurvivalIntervals(levels=levels({0.9: quantile}))
    (found,) = predict(judged_by(survival, unsure(intervals=spec)), [person])
    days: int = found["interval"]["at_least_days"]
    return days


def test_who_belongs_to_a_group_has_its_quantile_and_nobody_else(survival: Model) -> None:
    people = [PATIENT | {"creatinine": value} for value in (1.2, 1.3, 8.0)]
    days = bound(survival, *people, groups=(CREATININE,))
    expected = [alone(survival, q, p) for q, p in zip((0.3, 0.1, 0.1), people, strict=True)]
    assert days == expected
    assert days[1] < days[0]


def test_of_several_groups_the_most_careful_quantile_is_taken(survival: Model) -> None:
    both, one = PATIENT | {"creatinine": 2.0, "age": 85}, PATIENT | {"creatinine": 2.0, "age": 60}
    assert bound(survival, both, one, groups=(CREATININE, OLD)) == [
        alone(survival, 0.01, both),
        alone(survival, 0.1, one),
    ]


def test_a_group_that_is_less_careful_than_everyone_changes_nothing(survival: Model) -> None:
    spec = SurvivalIntervals(
        levels=(Level(coverage=0.9, quantiles=(0.05, 0.4)),), groups=(CREATININE,)
    )
    person = PATIENT | {"creatinine": 2.0}
    (found,) = predict(judged_by(survival, unsure(intervals=spec)), [person])
    assert found["interval"]["at_least_days"] == alone(survival, 0.05, person)


def test_those_of_whom_a_value_is_missing_are_a_group_and_belong_to_no_other(
    survival: Model,
) -> None:
    known = PATIENT | {"creatinine": 1.0}
    assert bound(survival, WITHOUT_CREATININE, known, groups=(UNKNOWN,)) == [
        alone(survival, 0.1, WITHOUT_CREATININE),
        alone(survival, 0.3, known),
    ]
    low_or_high = (CREATININE, Group(by="creatinine", high=1.3))
    assert bound(survival, WITHOUT_CREATININE, groups=low_or_high) == [
        alone(survival, 0.3, WITHOUT_CREATININE)
    ]


def test_a_choice_is_a_group_by_its_position(survival: Model) -> None:
    men = Group(by="sex", low=1, high=2)
    people = [PATIENT | {"sex": sex} for sex in ("F", "M")]
    assert bound(survival, *people, groups=(men,)) == [
        alone(survival, 0.3, people[0]),
        alone(survival, 0.1, people[1]),
    ]


def test_a_row_has_the_interval_that_it_has_among_many(survival: Model) -> None:
    people = [
        PATIENT | {"creatinine": creatinine, "age": age}
        for creatinine in (None, 0.8, 1.3, 1.9)
        for age in (60, 80, 90)
    ]
    groups = (CREATININE, OLD, UNKNOWN, Group(by=PREDICTION, low=0.5))
    together = bound(survival, *people, groups=groups)
    assert together == [bound(survival, person, groups=groups)[0] for person in people]


@given(st.floats(0.1, 20).map(lambda x: round(x, 1)))
def test_an_edge_as_it_is_written_belongs_to_the_group_above_it(edge: float) -> None:
    held = np.array([edge], np.float32)  # which need not be the same number
    assert find_members(Group(by="x", low=edge), held)[0]
    assert not find_members(Group(by="x", high=edge), held)[0]


def test_without_groups_and_strata_nothing_is_looked_at() -> None:
    def refuse() -> Any:
        raise AssertionError

    table = TabularInput(tensor="x", features=(NUMBER,))
    spec = ValueIntervals(levels=levels({0.9: 2.0}))
    assert Quantiles(spec, table).find(0.9, np.zeros(3), {}, refuse) == [2.0] * 3


NUMBER = Number(
    name="n",
    description="A number.",
    unit="1",
    hard_range=Range(low=0, high=10),
    training_range=Range(low=0, high=10),
)
DISTANCE = TensorDistance(tensor="distance", threshold=9)


def test_intervals_widen_in_proportion_beyond_the_typical_distance() -> None:
    spec = ValueIntervals(levels=levels({0.9: 1.0}), typical_distance=2.0)
    manifest = Manifest.model_construct(
        input=TabularInput(tensor="x", features=(NUMBER,)),
        output=ValueOutput(tensor="s", unit="1"),
        uncertainty=Uncertainty(
            method="By hand.", calibrated_on="nobody", intervals=spec, distance=DISTANCE
        ),
    )
    kind = make_intervals(spec, manifest)
    outputs = {
        "s": np.zeros((4, 1), np.float32),
        "distance": np.array([[0.0], [2.0], [3.0], [8.0]], np.float32),
    }
    table = kind.tabulate(outputs, {"x": np.zeros((4, 1), np.float32)}, 0.9)
    assert table.numbers.tolist() == [[-1, 1], [-1, 1], [-1.5, 1.5], [-4, 4]]


@pytest.mark.parametrize(
    "wrong",
    [
        {"intervals": SurvivalIntervals.model_construct(
            levels=(Level(coverage=0.9, quantiles=(0.1,)),), groups=(OLD,))},
        {"intervals": SurvivalIntervals(
            levels=(Level(coverage=0.9, quantiles=(0.1, 0.1)),), groups=(Group(by="height"),))},
    ],
)  # fmt: skip
def test_a_group_of_nothing_or_without_a_quantile_is_refused(
    survival: Model, wrong: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=r"quantile per stratum and group|groups\.by must be"):
        judged_by(survival, unsure(**wrong))


def test_strata_and_groups_are_counted_together() -> None:
    strata = Strata(by="age", edges=(70,))
    with pytest.raises(ValueError, match="one quantile per stratum and group, 3"):
        SurvivalIntervals(
            levels=(Level(coverage=0.9, quantiles=(0.1, 0.1)),), strata=strata, groups=(OLD,)
        )


def test_sets_by_label_have_no_groups() -> None:
    with pytest.raises(ValueError, match="have no strata and no groups"):
        ClassesIntervals(
            levels=(Level(coverage=0.9, quantiles=(0.1, 0.1)),),
            by="label",
            cases=(90, 90),
            groups=(OLD,),
        )


def test_a_group_whose_ends_are_turned_round_is_refused() -> None:
    with pytest.raises(ValueError, match="low must be below high"):
        Group(by="age", low=2, high=2)


def test_intervals_widen_only_with_a_distance_that_the_graph_gives() -> None:
    spec = ValueIntervals(levels=levels({0.9: 1.0}), typical_distance=1.0)
    for distance in (None, independent(1)):
        with pytest.raises(ValueError, match="needs a distance that the graph gives"):
            unsure(intervals=spec, distance=distance)
