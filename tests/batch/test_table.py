"""Lines of predictions hold the characters of the answers over HTTPS, cell by cell."""

import csv
import io
import json
import re
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pydantic_core import to_json

from medmaas.errors import Problem
from medmaas.facts import Fact
from medmaas.model.answers import Answers, decide
from medmaas.model.columns import NO_COLUMNS, Table
from medmaas.model.manifest import (
    ClassesOutput,
    SurvivalIntervals,
    SurvivalOutput,
    ValueOutput,
)
from medmaas.model.options import Options
from medmaas.model.outputs import OutputKind
from medmaas.model.outputs.classes import Classes
from medmaas.model.outputs.survival import Survival
from medmaas.model.outputs.value import Value
from medmaas.model.predict import answer, predict
from medmaas.model.registry import Model, Registry
from medmaas.table.csv_answers import write_header, write_rows
from medmaas.words import ENGLISH
from tests.conftest import PATIENT, SHIPPED
from tests.model.judged import judged_by, levels, unsure

DAYS = tuple(range(0, 100, 10))
KINDS: list[tuple[OutputKind, int]] = [
    (Classes(ClassesOutput(tensor="s", labels=("b", 'a "quoted", label'))), 2),
    (Value(ValueOutput(tensor="s", unit='mol/L, "dry"')), 1),
    (Survival(SurvivalOutput(tensor="s", time_days=DAYS, horizon_days=(10, 90))), len(DAYS)),
]
ids = st.none() | st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(
    ["a,b", 'a"b', "a\nb", "a\rb", "a\r\nb", "a\0b", " a ", "", "'", "=1+1", "ä\u2028b", "\ufeff"]
)  # fmt: skip


def read_back(lines: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(lines.decode(), newline=""), strict=True))


class Written(float):
    """A number that remembers its characters."""

    text: str

    def __new__(cls, text: str) -> "Written":
        number = super().__new__(cls, text)
        number.text = text
        return number


def cell_of(value: Any) -> str:
    """What a value of JSON is in a cell."""
    match value:
        case None:
            return ""
        case bool():
            return json.dumps(value)
        case Written():
            return value.text
        case _:
            return str(value)


def flatten(output: dict[str, Any]) -> list[str]:
    """The cells of an answer's output, from its JSON alone."""
    written = json.loads(to_json(output), parse_float=Written, parse_int=Written)
    match written:
        case {"label": label, "probabilities": probabilities}:
            values = [label, *probabilities.values()]
        case {"value": value, "unit": unit}:
            values = [unit, value]
        case {"survival": survival, "median_days": median, "risk": risk}:
            values = [median, *risk.values(), *survival]
        case {
            "recommended": recommended,
            "least_bad": least_bad,
            "options": options,
            "notice": notice,
        }:
            values = [recommended, least_bad, notice]
            for option in options:
                values += [option["allowed"], option["within_limit"], option["why"]]
            for option in options:
                values += [*option["risks"].values(), option["expected_nadir"]["value"]]
    return [cell_of(value) for value in values]


def flatten_interval(interval: dict[str, Any]) -> list[str]:
    """The cells of an interval, from its JSON alone."""
    written = json.loads(to_json(interval), parse_float=Written, parse_int=Written)
    match written:
        case {"labels": labels}:
            return ["; ".join(labels)]
        case {"low": low, "high": high}:
            values = [low, high]
        case {"at_least_days": days}:
            values = [days]
        case {"options": options}:
            bands = [(*option["risks"].values(), option["expected_nadir"]) for option in options]
            values = [end for of in bands for band in of for end in (band["low"], band["high"])]
    return [cell_of(value) for value in values]


def write_table(
    table: Table,
    row_numbers: Sequence[int],
    names: Sequence[str | None],
    warnings: Sequence[Sequence[Problem]] | None = None,
    barred: Sequence[Fact | None] | None = None,
    *,
    sentences: Sequence[str | None] | None = None,
    force: bool = False,
) -> bytes:
    """The lines of a table that no model made."""
    count = len(table.numbers)
    noted, reasons = warnings or [[]] * count, barred or [None] * count
    nobody = SimpleNamespace(output=SimpleNamespace(columns=NO_COLUMNS))
    answers = Answers(cast("Model", nobody), {}, noted, {}, Options(force=force))
    vars(answers).update(
        table=table,
        intervals=Table([], np.empty((count, 0))),
        decisions=[decide(barred=bool(reason), doubted=False, force=force) for reason in reasons],
        reasons=reasons,
        warnings=noted,
    )
    return write_rows(answers, row_numbers, names, ENGLISH, sentences=sentences)


def score(
    model: Model, instances: list[Any], *, force: bool = False
) -> tuple[list[list[str]], list[list[str]]]:
    """The lines of instances, read back, and what their predictions say that they should be."""
    answers = answer(model, model.inputs.read(instances), Options(force=force))
    numbers = range(1, len(instances) + 1)
    names = [f"P{number}" for number in numbers]
    written = write_rows(answers, numbers, names, ENGLISH)
    predictions = map(ENGLISH.write_prediction, predict(model, instances, Options(force=force)))
    expected = [
        [str(number), name, *expect_cells(model, prediction, force=force)]
        for number, name, prediction in zip(numbers, names, predictions, strict=True)
    ]
    return read_back(written), expected


def expect_cells(model: Model, prediction: dict[str, Any], *, force: bool = False) -> list[str]:
    """What a prediction says, cell by cell; nothing in the place of what it does not hold."""
    columns = model.output.columns
    answer = [""] * (len(columns.texts) + len(columns.numbers))
    if prediction["output"]:
        answer = flatten(prediction["output"])
    interval: list[str] = []
    if model.uncertainty:
        columns = model.uncertainty.columns
        interval = [""] * (len(columns.texts) + len(columns.numbers))
    if "interval" in prediction:
        interval = flatten_interval(prediction["interval"])
    forced = ["true" if prediction["status"] == "forced" else ""] * force
    said = [f"{w['field']}: {w['problem']}" if w["field"] else w["problem"]
            for w in prediction["warnings"]]  # fmt: skip
    return [*answer, *interval, *forced, "; ".join(said), prediction.get("reason", "")]


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("measured", [False, True])
@pytest.mark.parametrize("model_id", SHIPPED)
def test_golden_cases_have_the_characters_of_their_json(
    registry: Registry, model_id: str, *, measured: bool, force: bool
) -> None:
    model = registry.get(model_id)
    assert model.uncertainty
    model = model if measured else judged_by(model, None)
    instances = [case.instance for case in model.manifest.golden.cases]
    written, expected = score(model, instances, force=force)
    assert written == expected
    (header,) = read_back(write_header(model, Options(force=force)))
    assert {len(row) for row in written} == {len(header)}
    assert (header[:2], header[-2:]) == (["row", "id"], ["warnings", "abstained"])
    assert ("forced" in header) == force
    assert len(set(header)) == len(header)
    assert all(re.fullmatch(r"[\w.-]+", name) for name in header)


@pytest.mark.parametrize("force", [False, True])
def test_a_row_that_the_model_abstains_from_is_empty_unless_it_is_forced(
    registry: Registry, *, force: bool
) -> None:
    bounds = SurvivalIntervals(levels=levels({0.9: 0.1}))
    model = judged_by(registry.get("survival"), unsure(intervals=bounds, most_missing=0))
    rows, expected = score(model, [PATIENT, PATIENT | {"creatinine": None}], force=force)
    assert rows == expected
    sure, doubted = rows
    numbers = slice(3, -2 - force)  # after row, id and the median, which there is not
    assert "" not in sure[numbers]
    assert sure[-1] == ""
    assert doubted[-1] == "too many values are missing: 1, at most 0 may be"
    assert ("" not in doubted[numbers]) == force
    assert (set(doubted[numbers]) == {""}) == (not force)
    assert [row[-3] for row in rows] == (["", "true"] if force else [sure[-3], ""])


def test_a_shield_is_shown_and_never_forced(registry: Registry) -> None:
    model = registry.get("chemo_dose")
    assert model.uncertainty
    (field,) = model.example
    old = [row | {"day": row["day"] - 30} for row in model.example[field]]
    ((*cells, abstained),), expected = score(model, [{field: old}], force=True)
    assert [[*cells, abstained]] == expected
    assert "days old" in abstained
    width = len(model.uncertainty.columns.numbers)
    assert set(cells[-2 - width : -2]) == {""}
    assert cells[-2] == ""


def test_what_drove_an_answer_stands_before_the_warnings() -> None:
    table = Table([["x"]], np.array([[0.5]]))
    lines = write_table(table, [1], ["a"], sentences=["age, mostly"], force=True)
    assert lines == b'1,a,x,0.5,,"age, mostly",,\n'


def test_a_header_has_what_was_asked_for_before_the_warnings(registry: Registry) -> None:
    value = judged_by(registry.get("solubility"), None)
    header = write_header(value, Options(force=True, explain=True))
    assert header == b"row,id,unit,value,forced,explanation,warnings,abstained\n"


def test_warnings_of_a_row_name_their_fields(registry: Registry) -> None:
    person = PATIENT | {"age": 20, "creatinine": None}
    (row, quiet), expected = score(registry.get("survival"), [person, PATIENT])
    assert row[-2] == (
        "age: is outside the training data, 50 to 101 a; "
        "creatinine: is missing: imputed with the training median, 1 mg/dL"
    )
    assert quiet[-2:] == ["", ""]
    assert [row, quiet] == expected


def test_a_policy_that_abstains_or_warns_says_so_in_its_row(registry: Registry) -> None:
    model = registry.get("chemo_dose")
    (field,) = model.example
    old = [row | {"day": row["day"] - 30} for row in model.example[field]]
    (row, _), expected = score(model, [{field: old}, model.example])
    assert "days old" in row[-1]
    assert row[2] == ""
    assert row == expected[0]


@pytest.mark.parametrize(("kind", "columns"), KINDS)
@given(data=st.data())
def test_every_cell_has_the_characters_of_the_json_whatever_the_numbers(
    kind: OutputKind, columns: int, data: st.DataObject
) -> None:
    count = data.draw(st.integers(0, 4))
    least = -1000 if isinstance(kind, Value) else 0
    small = st.sampled_from([0.0, 1.0, 1e-6, 9e-6, 1e-5, 0.5, 0.999999, 1e-9])
    elements = small.map(np.float32).map(float) | st.floats(least, 1, width=32)
    tensor = data.draw(arrays(np.float32, (count, columns), elements=elements))
    names = data.draw(st.lists(ids, min_size=count, max_size=count))
    table = kind.tabulate({"s": tensor}, {})
    rows = read_back(write_table(table, range(7, 7 + count), names))
    assert rows == [
        [str(7 + i), names[i] or "", *flatten(output), "", ""]
        for i, output in enumerate(kind.list_rows(table))
    ]


def test_every_probability_of_six_decimals_has_the_characters_of_json() -> None:
    numbers = (np.arange(1_000_008) / 1_000_000).clip(0, 1).reshape(-1, 24)
    count = len(numbers)
    table = Table([], numbers)
    lines = write_table(table, range(count), [None] * count).splitlines()
    texts = to_json(numbers.tolist())[2:-2].split(b"],[")
    assert lines == [b"%d,,%b,," % pair for pair in enumerate(texts)]


@pytest.mark.parametrize("odd", [-0.0, -1e-6, 1.000001, 4000.0, -12.5])
def test_a_number_that_is_no_probability_is_written_right_in_a_large_table(odd: float) -> None:
    numbers = np.full((5_000, 24), 0.25)
    numbers[4_321, 7] = odd
    count = len(numbers)
    table = Table([], numbers)
    rows = write_table(table, range(count), [None] * count).splitlines()
    texts = to_json(numbers.tolist())[2:-2].split(b"],[")
    assert rows == [b"%d,,%b,," % pair for pair in enumerate(texts)]


def test_lines_are_quoted_only_where_they_must_be() -> None:
    table = Table([["x", "y z"]], np.array([[1.0], [0.5]]))
    several = [Problem(1, None, Fact("required")), Problem(1, None, Fact("required_list"))]
    warnings = [[Problem(0, "age", Fact("required"))], several]
    barred = [None, Fact("delays_treatment")]
    assert write_table(table, [1, 2], ["a b", "c,d"], warnings, barred) == (
        b"1,a b,x,1.0,age: is required,\n"
        b'2,"c,d",y z,0.5,"is required; is required, a list","delays treatment, which is '
        b'allowed at any count"\n'
    )


def quote(cell: str) -> str:
    line = io.StringIO(newline="")
    csv.writer(line).writerow((cell, ""))
    return line.getvalue().removesuffix(",\r\n")


@given(st.lists(st.text('a,"\r\n; é', max_size=4), min_size=1, max_size=5))
def test_cells_are_quoted_as_the_csv_module_quotes(cells: list[str]) -> None:
    table = Table([cells], np.empty((len(cells), 0)))
    expected = "".join(f"{row},,{quote(cell)},,\n" for row, cell in enumerate(cells))
    assert write_table(table, range(len(cells)), [None] * len(cells)) == expected.encode()


@pytest.mark.parametrize(
    ("noted", "barred", "end"),
    [
        ([Problem(0, "age", Fact("required"))], None, b"age: is required,"),
        ([Problem(0, None, Fact("required"))], None, b"is required,"),
        ([], Fact("model_failed"), b",the model failed on these instances"),
        ([], None, b","),
    ],
)
def test_whatever_alone_is_to_be_said_of_a_row_is_said(
    noted: list[Problem], barred: Fact | None, end: bytes
) -> None:
    table = Table([], np.array([[0.5]]))
    assert write_table(table, [1], ["a"], [noted], [barred]) == b"1,a,0.5," + end + b"\n"


def test_no_rows_are_no_lines() -> None:
    assert write_table(Table([[]], np.empty((0, 3))), [], []) == b""


def test_rows_and_ids_of_another_number_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="zip"):
        write_table(Table([], np.ones((2, 1))), [1, 2, 3], [None] * 3)
