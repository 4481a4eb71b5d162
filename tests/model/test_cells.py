"""A table of text is read exactly as instances of JSON are."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmaas.model.inputs.cells import parse_cell
from medmaas.model.inputs.reading import Reading
from medmaas.model.inputs.tabular import Tabular
from medmaas.model.manifest import Boolean, Cells, Choice, Feature, Number, Range, TabularInput
from medmaas.model.registry import Registry
from medmaas.words import ENGLISH

EVERYTHING = Range(low=-1e30, high=1e30)
NUMBER = Number(
    name="n", description="N.", unit="1", hard_range=EVERYTHING, training_range=EVERYTHING
)
BOOLEAN = Boolean(name="b", description="B.")
CHOICE = Choice(name="c", description="C.", choices=("F", "M"))

NO_NUMBERS = [
    "NA", "nan", "NaN", "inf", "-Infinity", "1_0", "0x1", "1e", "e5", ".", "+", "-", "--1", "1 2",
    "1,5", "1.2.3", "٣", "\uff11", "1٣", "²", "½", "\u22121", "True", "null", "1\0", "\ud800",
    "#N/A", "1e5.0",
]  # fmt: skip
NUMBERS = [
    "0", "-0", "-0.0", "+0", "1", "+1", ".5", "5.", "-.5", "007", "1e2", "1E+2", "1.5e-3", "60",
    "1e-320", "9007199254740991", "9007199254740993", "-9007199254740993", "0.1000000000000000055",
    "1e400", "-1e400", "1" * 400, "1" * 401, "9" * 5000, "0" * 5000 + "7", "120.00000000000001",
]  # fmt: skip
BLANK = ["", " ", "\t", "\u00a0", "\u2003 ", "\x1c", "\r\n"]
BESIDE = [
    "12.3 mg/L", "45%", "3,500", "3,500 mg/L", "1.1 H", "1.1 mg/L H", "<0.5", "<=1", "> 100 mg/L",
    "<5 mg/L", "<0,5", "\uff1c1", "< 1 kg", "5 L", "1 000", "1.2 g/L", "1.2 mmol/L",
]  # fmt: skip
OTHERS = ["female", "FEMALE ", "\u5973", "m", "\uff2d", "ja"]
WORDS = ["F", "M", "true", "TRUE", "tRuE", "False", "1", "0", "yes", "fal\u017fe", "f", " F", "a b"]


@pytest.mark.parametrize(
    ("cell", "value"),
    [("1", 1), ("+1", 1), (".5", 0.5), ("5.", 5.0), ("-2e-3", -0.002), (" 7 ", 7), ("007", 7)],
)
def test_a_cell_of_a_number_is_the_number(cell: str, value: float) -> None:
    read = parse_cell(NUMBER, cell)
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize("cell", NO_NUMBERS)
def test_what_is_no_number_stays_text(cell: str) -> None:
    assert parse_cell(NUMBER, cell) == cell


@pytest.mark.parametrize("feature", [NUMBER, BOOLEAN, CHOICE])
@pytest.mark.parametrize("cell", BLANK)
def test_an_empty_cell_is_missing(feature: Feature, cell: str) -> None:
    assert parse_cell(feature, cell) is None


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("true", True),
        ("TRUE", True),
        ("False", False),
        ("1", True),
        (" 0 ", False),
        ("yes", True),
        ("fal\u017fe", False),
    ],
)
def test_a_boolean_is_true_or_false_or_yes_or_no_in_any_case_or_1_or_0(
    cell: str,
    value: bool,  # noqa: FBT001
) -> None:
    assert parse_cell(BOOLEAN, cell) is value


@pytest.mark.parametrize("cell", ["t", "10", "y", "ja"])
def test_another_word_for_a_boolean_stays_text(cell: str) -> None:
    assert parse_cell(BOOLEAN, cell) == cell


def test_a_choice_is_text_whatever_it_looks_like() -> None:
    assert [parse_cell(CHOICE, cell) for cell in (" F ", "1", "true")] == ["F", "1", "true"]


@given(st.integers() | st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_of_json_is_read_as_json_reads_it(number: float) -> None:
    text = json.dumps(number)
    assert repr(parse_cell(NUMBER, text)) == repr(json.loads(text))


floats = st.floats(allow_nan=False, allow_infinity=False).map(repr)
cells = st.one_of(
    st.sampled_from([*NUMBERS, *NO_NUMBERS, *BLANK, *WORDS, *BESIDE]),
    st.integers(-200, 200).map(str),
    st.floats(-10, 200).map(repr),
    st.floats(0, 3).map("{:.2f}".format),
    floats,
    st.sampled_from(OTHERS),
    st.text(max_size=5),
    st.text("0123456789+-.eE_ ", max_size=6),
)
limits = st.sampled_from([-200.0, -1.0, 0.0, 0.5, 1.0, 120.0, 2.0**53, 9.1e15, 1e30])
ranges = st.tuples(limits, limits).map(lambda pair: Range(low=min(pair), high=max(pair)))
limits_of_cells = st.builds(
    Cells,
    thousands=st.none() | st.booleans(),
    flags=st.none() | st.booleans(),
    below=st.none() | limits,
    above=st.none() | limits,
)
missing = st.none() | st.just("imputed with one half")


@st.composite
def features(draw: st.DrawFn, name: str) -> Feature:
    shared: dict[str, Any] = {"name": name, "description": "Some.", "missing": draw(missing)}
    kind = draw(st.sampled_from([Number, Choice, Boolean]))
    if kind is Number:
        hard, seen = draw(ranges), draw(ranges)
        unit, cells = draw(st.sampled_from(["mg/dL", "1", "%", "mL"])), draw(limits_of_cells)
        return Number(unit=unit, hard_range=hard, training_range=seen, cells=cells, **shared)
    if kind is Boolean:
        return Boolean(spellings={"ja": True, "nein": False, "M": True}, **shared)
    words = draw(st.lists(st.sampled_from(WORDS), min_size=2, unique=True))
    others = st.dictionaries(st.sampled_from([*OTHERS, "f"]), st.sampled_from(words))
    spellings = {one: word for one, word in draw(others).items() if one not in words}
    return Choice(choices=tuple(words), spellings=spellings, **shared)


@st.composite
def specs(draw: st.DrawFn) -> TabularInput:
    names = draw(st.lists(st.sampled_from("abcdef"), min_size=1, unique=True))
    return TabularInput(tensor="x", features=tuple(draw(features(name)) for name in names))


def assert_same(ours: Reading, theirs: Reading) -> None:
    assert ours.problems == theirs.problems
    assert [*ours.warnings] == [*theirs.warnings]
    (mine,), (other,) = ours.tensors.values(), theirs.tensors.values()
    assert (mine.dtype, mine.shape) == (other.dtype, other.shape)
    assert mine.tobytes() == other.tobytes()


def assert_read_as_instances(spec: TabularInput, table: dict[str, list[str]], count: int) -> None:
    kind = Tabular(spec)
    by_name = {feature.name: feature for feature in spec.features}
    instances = [
        {name: parse_cell(by_name[name], column[row]) for name, column in table.items()}
        for row in range(count)
    ]
    of_cells = kind.read_cells(table, count)
    assert_same(of_cells, kind.read(instances))
    columns = {name: [one.get(name) for one in instances] for name in by_name}
    assert_same(of_cells, kind.read_columns(columns, count))


def draw_table(data: st.DataObject, spec: TabularInput) -> tuple[dict[str, list[str]], int]:
    """Any cells, in columns some of which are absent."""
    count = data.draw(st.integers(0, 6))
    names = data.draw(st.sets(st.sampled_from([feature.name for feature in spec.features])))
    column = st.lists(cells, min_size=count, max_size=count)
    return {name: data.draw(column) for name in sorted(names)}, count


@given(specs(), st.data())
def test_cells_of_any_model_are_read_as_instances_are(
    spec: TabularInput, data: st.DataObject
) -> None:
    assert_read_as_instances(spec, *draw_table(data, spec))


@given(specs(), st.data())
def test_a_row_is_read_alike_whatever_rows_are_with_it(
    spec: TabularInput, data: st.DataObject
) -> None:
    table, count = draw_table(data, spec)
    kind = Tabular(spec)
    together = kind.read_cells(table, count)
    for row in range(count):
        alone = kind.read_cells({name: [cells[row]] for name, cells in table.items()}, 1)
        found = [(one.field, one.fact) for one in together.problems if one.instance == row]
        assert [(one.field, one.fact) for one in alone.problems] == found
        assert alone.warnings[0] == together.warnings[row]
        assert alone.tensors["x"][0].tobytes() == together.tensors["x"][row].tobytes()


@pytest.mark.parametrize("model_id", ["survival", "breast_fna"])
@given(data=st.data())
def test_cells_of_the_models_that_ship_are_read_as_instances_are(
    registry: Registry, model_id: str, data: st.DataObject
) -> None:
    spec = registry.get(model_id).manifest.input
    assert isinstance(spec, TabularInput)
    assert_read_as_instances(spec, *draw_table(data, spec))


@pytest.mark.parametrize("most_seen", [100, 2.0**53])
@pytest.mark.parametrize("cell", [*NUMBERS, *NO_NUMBERS, *BLANK, "12_0 "])
def test_one_strange_cell_leaves_its_column_read_right(cell: str, most_seen: float) -> None:
    hard, seen = Range(low=-(2.0**53), high=2.0**53), Range(low=0, high=most_seen)
    number = NUMBER.model_copy(update={"hard_range": hard, "training_range": seen})
    spec = TabularInput(tensor="x", features=(number,))
    assert_read_as_instances(spec, {"n": ["1", "2.5", cell, "", "101", "-0"]}, 6)


def test_a_column_that_is_absent_is_missing_in_every_row() -> None:
    spec = TabularInput(tensor="x", features=(CHOICE, NUMBER))
    reading = Tabular(spec).read_cells({"n": ["1", "2"]}, 2)
    assert [(p.instance, p.field, ENGLISH.say(p.fact)) for p in reading.problems] == [
        (0, "c", "is required"),
        (1, "c", "is required"),
    ]
