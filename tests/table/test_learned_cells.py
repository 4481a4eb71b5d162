"""A model that learned from a table as a hospital exports it answers that very table."""

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from medmaas.errors import RefusedFileError
from medmaas.facts import Fact
from medmaas.model.inputs import make_input
from medmaas.model.manifest import Cells, SeriesInput
from medmaas.model.registry import Model, Registry
from medmaas.table.answering import AnsweredFile, answer_file
from medmaas.table.missing import find_missing_words
from medmaas.table.rows import ID
from medmaas.table.spelling import Spelling

HEADER = "patient,sex,Age,creatinine,kappa (mg/dL),lambda,mgus,time,death"
PLAIN = "67,1.1,1.2,1.5,false"
CELLS = Cells(thousands=True, flags=True, below=0.5, above=20)


def teach(model: Model, missing: Sequence[str] | None = None, **changes: dict[str, Any]) -> Model:
    """The same model, as if its training data had been written otherwise."""
    spec = model.manifest.input
    features = [one.model_copy(update=changes.get(one.name, {})) for one in spec.named_features]
    taught = type(spec).model_validate(
        spec.model_dump() | {"features": features, "missing_words": missing}
    )
    manifest = model.manifest.model_copy(update={"input": taught})
    return replace(model, manifest=manifest, inputs=make_input(taught))


@pytest.fixture
def model(registry: Registry) -> Model:
    """Its columns hold what an export does: None is a word of one, and a marker in others."""
    return teach(
        registry.get("survival"),
        missing=["None", "?", "-"],
        sex={"source": None, "choices": ("F", "None"), "spellings": {"female": "F", "女": "F"}},
        creatinine={"cells": CELLS},
        kappa={"cells": CELLS},
        mgus={"spellings": {"present": True, "absent": False}},
    )


def ask(model: Model, *rows: str, **how: Any) -> AnsweredFile:
    content = "\n".join((HEADER, *(f"P{i},{row},400,1" for i, row in enumerate(rows)), ""))
    return answer_file(content.encode(), model, **how)


def list_codes(answered: AnsweredFile) -> list[list[tuple[str | None, str]]]:
    """Per row the columns and codes of what is wrong with it."""
    return [
        [(one["field"], one["code"]) for one in row.get("problems", ())]
        for row in answered.list_rows()
    ]


def list_answers(answered: AnsweredFile) -> list[dict[str, Any]]:
    """Per row the answer without what is told of it."""
    rows = [row["prediction"] for row in answered.list_rows()]
    return [{name: one for name, one in row.items() if name != "warnings"} for row in rows]


@pytest.mark.parametrize(
    ("cells", "plain"),
    [
        ("FEMALE ,67,1.1 H,1.2,1.5 mg/dL,Absent", "F,67,1.1,1.2,1.5,false"),
        ("女,67 years,?,12 mg/L,1.5,no", "F,67,,1.2,1.5,0"),
        ("none,67,-,1.2,15 mg/L,PRESENT", "None,67,,1.2,1.5,1"),
        ("None,67,None,1.2,1.5 mg/dL,是", "None,67,,1.2,1.5,1"),
        ('f,67,<0.5,">20 mg/dL H",1.5,FALSE', "F,67,0.5,20,1.5,0"),
        ('f,67,1.1,">1,000 mg/L",1.5,FALSE', "F,67,1.1,100,1.5,0"),
    ],
)
def test_cells_as_the_training_data_had_them_are_answered_as_what_they_say(
    model: Model, cells: str, plain: str
) -> None:
    answered = ask(model, cells)
    assert list_codes(answered) == [[]]
    assert list_answers(answered) == list_answers(ask(model, plain))


def test_what_is_converted_or_only_a_limit_is_told_beside_the_answer(model: Model) -> None:
    row, other = ask(model, "f,67,<0.5,12 mg/L,1.5,no", "f,67,1.1,1.2,1.5,no").list_rows()
    said = [(one["field"], one["code"]) for one in row["prediction"]["warnings"]]
    assert said == [("creatinine", "bound_read_as_limit"), ("kappa", "unit_converted")]
    assert other["prediction"]["warnings"] == []
    text = ask(model, "f,67,<0.5,12 mg/L,1.5,no", as_csv=True).write_csv().decode()
    (line,) = csv.DictReader(io.StringIO(text))
    assert line["warnings"].count("that limit was used") == 1
    assert "written in another unit, and converted to mg/dL" in line["warnings"]
    assert "0.5" not in line["warnings"]
    assert "12" not in line["warnings"]


def test_cells_that_the_training_data_had_not_are_refused_with_the_row(model: Model) -> None:
    rows = [
        "f,67,1.1,1.2,1.5 H,no",
        "f,67,1.1,1.2,<0.5,no",
        'f,67,1.1,1.2,"1,500",no',
        "male,67,1.1,1.2,1.5,no",
        "f,?,1.1,1.2,1.5,ja",
        "f,67,45%,1.2,1.5,no",
        "f,67,1.1,<0.6,1.5,no",
    ]
    assert list_codes(ask(model, *rows)) == [
        [("lambda", "not_a_number")],
        [("lambda", "value_is_bound")],
        [("lambda", "number_with_comma")],
        [("sex", "not_a_choice")],
        [("age", "required"), ("mgus", "not_a_boolean")],
        [("creatinine", "number_in_other_unit")],
        [("kappa", "value_is_bound")],
    ]


def test_a_word_of_the_model_is_missing_where_it_is_no_value(model: Model) -> None:
    words = find_missing_words(model, ["未查"])
    assert words.words == {"None", "?", "-", "未查"}
    assert words.of("sex") == {"?", "-", "未查"}
    assert words.of("creatinine") == words.of("mgus") == words.of(ID) == words.words


@pytest.mark.parametrize(
    ("word", "column"),
    [
        ("None", "sex"),
        ("Female", "sex"),
        ("absent", "mgus"),
        ("5 mg/L", "creatinine"),
        ("<0.5", "creatinine"),
    ],
)
def test_a_word_of_a_request_is_refused_where_it_is_a_value(
    model: Model, word: str, column: str
) -> None:
    with pytest.raises(RefusedFileError) as refusal:
        ask(model, "f,67,1.1,1.2,1.5,no", spelling=Spelling(missing=(word,)))
    assert refusal.value.fact == Fact("missing_word_is_value", column=column)


def test_rows_of_a_history_are_read_as_rows_of_people_are(registry: Registry) -> None:
    plain = registry.get("chemo_dose")
    spec = plain.manifest.input
    assert isinstance(spec, SeriesInput)
    names = [one.name for one in spec.features]
    model = teach(plain, wbc={"cells": CELLS}, platelets={"cells": CELLS})
    first = plain.example[spec.field][0]

    def read(**cells: str) -> Any:
        row = {name: str(first.get(name, "")) for name in names} | cells
        line = ",".join(f'"{row[name]}"' for name in names)
        (answered,) = answer_file(f"id,{','.join(names)}\nA,{line}\n".encode(), model).list_rows()
        return answered.get("prediction") or [one["code"] for one in answered["problems"]]

    def list_said(prediction: Any) -> list[tuple[str | None, str]]:
        return [(one["field"], one["code"]) for one in prediction["warnings"]]

    asked = read()
    assert read(anc="4.8 K/uL", platelets="230 L", wbc="7.1 x10⁹/L", gcsf="") == asked
    converted = read(anc="4800/uL", platelets="230,000 /uL H")
    new = {*list_said(converted)} - {*list_said(asked)}
    assert new == {(f"history[0].{name}", "unit_converted") for name in ("anc", "platelets")}
    assert {**converted, "warnings": ()} == {**asked, "warnings": ()}
    limits = read(wbc="<0.5 10*9/L", gcsf="No")
    assert ("history[0].wbc", "bound_read_as_limit") in list_said(limits)
    assert {**limits, "warnings": ()} == {**read(wbc="0.5", gcsf="0"), "warnings": ()}
    assert read(anc="4.8 mg/L") == ["number_in_other_unit"]
    assert read(anc="4.8 H") == ["not_a_number"]
    assert read(anc="<0.5") == ["value_is_bound"]
