"""Many instances are read column by column, and a table of values likewise: as one by one."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmaas.model.inputs.reading import Reading
from medmaas.model.inputs.tabular import Tabular
from medmaas.model.manifest import Boolean, Choice, Feature, Number, Range, TabularInput

MANY = 12  # more than are read one by one
TEXTS = ["F", "M", "true", "false", "1", "", "none"]
LIMITS = [-(2.0**60), -1.0, 0.0, 0.5, 1.0, 120.0, 2.0**53, 9007199254740993.0, 1e30]
ODD: list[object] = [
    None,
    True,
    False,
    0,
    1,
    -0.0,
    2**53,
    2**53 + 1,
    -(2**53) - 1,
    10**400,
    -(10**400),
]
ODD += [float("nan"), float("inf"), np.float64(1), [], {}, [1], {"a": 1}, 1e308, 5e-324, "\ud800"]

limits = st.sampled_from(LIMITS)
ranges = st.tuples(limits, limits).map(lambda pair: Range(low=min(pair), high=max(pair)))
values = st.one_of(
    st.sampled_from(ODD), st.sampled_from(TEXTS), st.floats(), st.floats(0, 1), st.integers()
)


@st.composite
def features(draw: st.DrawFn, name: str) -> Feature:
    shared: dict[str, Any] = {"name": name, "description": "Some."}
    shared["missing"] = draw(st.sampled_from([None, "imputed with one half"]))
    match draw(st.sampled_from([Number, Choice, Boolean])):
        case kind if kind is Number:
            return Number(unit="1", hard_range=draw(ranges), training_range=draw(ranges), **shared)
        case kind if kind is Choice:
            return Choice(choices=("F", "M", "1"), **shared)
        case _:
            return Boolean(**shared)


@st.composite
def specs(draw: st.DrawFn) -> TabularInput:
    names = draw(st.lists(st.sampled_from("abcd"), min_size=1, unique=True))
    return TabularInput(tensor="x", features=tuple(draw(features(name)) for name in names))


def read_one_by_one(kind: Tabular, instances: list[Any]) -> Reading:
    readings = [kind.read([instance]) for instance in instances]
    tensor = np.concatenate([reading.tensors["x"] for reading in readings])
    problems = [p._replace(instance=i) for i, one in enumerate(readings) for p in one.problems]
    warnings = [warnings for reading in readings for warnings in reading.warnings]
    return Reading({"x": tensor}, problems, warnings)


def assert_same(ours: Reading, theirs: Reading) -> None:
    assert ours.problems == theirs.problems
    assert [*ours.warnings] == [*theirs.warnings]
    mine, other = ours.tensors["x"], theirs.tensors["x"]
    assert (mine.dtype, mine.shape) == (other.dtype, other.shape)
    assert mine.flags.c_contiguous
    assert mine.tobytes() == other.tobytes()


@given(specs(), st.data())
def test_many_instances_are_read_as_one_by_one(spec: TabularInput, data: st.DataObject) -> None:
    names = [feature.name for feature in spec.features]
    whole = st.fixed_dictionaries(dict.fromkeys(names, values))
    some = st.dictionaries(st.sampled_from([*names, "unknown"]), values)
    kinds = data.draw(st.sampled_from([whole, whole | some, whole | some | values]))
    instances = data.draw(st.lists(kinds, min_size=MANY, max_size=MANY))
    kind = Tabular(spec)
    assert_same(kind.read(instances), read_one_by_one(kind, instances))


@given(specs(), st.data())
def test_columns_are_read_as_the_rows_that_they_make(
    spec: TabularInput, data: st.DataObject
) -> None:
    count = data.draw(st.sampled_from([1, MANY]))
    names = data.draw(st.sets(st.sampled_from([feature.name for feature in spec.features])))
    column = st.lists(values, min_size=count, max_size=count)
    table = {name: data.draw(column) for name in sorted(names)}
    rows = [{name: column[row] for name, column in table.items()} for row in range(count)]
    kind = Tabular(spec)
    assert_same(kind.read_columns(table, count), read_one_by_one(kind, rows))


@pytest.mark.parametrize("value", ODD, ids=repr)
@pytest.mark.parametrize("most", [1.0, 2.0**53, 1e30])
def test_one_strange_value_leaves_its_column_read_right(value: object, most: float) -> None:
    hard, seen = Range(low=-(2.0**60), high=2.0**60), Range(low=-most, high=most)
    number = Number(name="n", description="x", unit="1", hard_range=hard, training_range=seen)
    word = Choice(name="w", description="x", choices=("1", "True"), missing="so")
    flag = Boolean(name="b", description="x")
    kind = Tabular(TabularInput(tensor="x", features=(number, word, flag)))
    plain: dict[str, object] = {"n": 1, "w": "1", "b": True}
    instances = [*[plain] * MANY, *[plain | {name: value} for name in plain], plain]
    assert_same(kind.read(instances), read_one_by_one(kind, instances))
