"""How a table was read is written beside the model, and makes the next table read alike."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from medmaas.model.inputs.cells import parse_cell
from medmaas.model.inputs.features import can_hold, make_reader
from medmaas.model.inputs.reading import InvalidValueError
from medmaas.model.manifest import Boolean, Choice, Number
from medmaas_training.tabular.data_yaml import RECORD, record_reading
from medmaas_training.tabular.own_columns import describe_columns
from medmaas_training.tabular.own_data import read_own_cases
from medmaas_training.tabular.own_notes import Notes
from medmaas_training.tabular.own_table import OwnTable, read_table
from tests.training.conftest import table, write

NOTES = """
data: {source: Our registry}
missing: [999]
columns:
  marker: {unit: ng/mL, description: A marker., bounds: missing}
  ill: {description: Who is ill.}
"""


def export(rows: int = 200) -> pd.DataFrame:
    """A table as a hospital exports it."""
    draw = np.random.default_rng(1)
    people = table(rows).astype(object)
    people["patient_id"] = [f"P{i:06}" for i in range(rows)]
    people["platelets"] = [
        f"{x:,}" if x % 2 else str(x) for x in draw.integers(20_000, 450_000, rows)
    ]
    people["crp (mg/L)"] = draw.lognormal(1, 1, rows).round(1).astype(object)
    people["alcohol"] = draw.choice(["None", "Moderate", "Heavy"], rows)
    people["sex"] = draw.choice(["F", "F", "M", "Female"], rows)
    people.loc[3, "age"], people.loc[4, "age"] = "999", "未查"
    people.loc[[5, 6], "crp (mg/L)"] = "<0.5", "1.2 mg/dL"
    people.loc[[7, 8, 9], "crp (mg/L)"] = "lost", "lost", "see Dr Miller"
    people.loc[5, "marker"] = "<0.1"
    people.loc[6, "stage"] = "?"
    return people


def read(folder: Path, notes: str) -> OwnTable:
    return read_table(write(folder, export(), notes), ("ill",))


def test_a_table_is_read_alike_by_what_was_written_of_it(tmp_path: Path) -> None:
    first = read(tmp_path, NOTES)
    (content,) = record_reading(first).values()
    again = read(tmp_path, content.decode())
    np.testing.assert_array_equal(first.X, again.X)
    specs = [describe_columns(t.columns, t.X, t.missing_words) for t in (first, again)]
    assert specs[0] == specs[1]
    trees = [yaml.safe_load(text) for text in (content, record_reading(again)[RECORD])]
    for tree in trees:
        for note in tree["columns"].values():
            note.pop("read", None)  # 未查 is stated now, and was a word of our list
    assert trees[0] == trees[1]


def test_it_states_columns_rules_and_counts_and_nothing_of_one_person(tmp_path: Path) -> None:
    text = record_reading(read(tmp_path, NOTES))[RECORD].decode()
    for person in ("Miller", "P000007"):
        assert person not in text
    notes = Notes.model_validate(yaml.safe_load(text))
    assert notes.data.source == "Our registry"
    assert notes.missing == ("999",)
    assert notes.left_out[0].startswith("patient_id is left out: by its name")
    assert notes.columns["ill"].description == "Who is ill."
    crp, marker, sex = (notes.of(name) for name in ("crp (mg/L)", "marker", "sex"))
    assert (crp.unit, crp.kind, crp.bounds) == ("mg/L", "number", "limit")
    assert crp.missing == ("lost",)
    assert crp.read is not None
    assert crp.read["below"] == 0.5
    assert crp.read["missing"] == 3
    assert {"rule": "converted", "of": "mg/dL", "rows": 1, "first": 8} in crp.read["by"]
    assert (marker.unit, marker.bounds) == ("ng/mL", "missing")
    assert notes.of("platelets").thousands
    assert (sex.kind, sex.spellings["female"]) == ("words", "F")


def test_a_manifest_says_how_cells_are_read(tmp_path: Path) -> None:
    own = read(tmp_path, NOTES)
    spec = describe_columns(own.columns, own.X, own.missing_words)
    by_header = {feature.header or feature.name: feature for feature in spec.features}
    crp, platelets, age = (by_header[name] for name in ("crp (mg/L)", "platelets", "age"))
    assert isinstance(crp, Number)
    assert crp.cells is not None
    assert (crp.unit, crp.cells.below, crp.cells.thousands) == ("mg/L", 0.5, None)
    assert isinstance(platelets, Number)
    assert platelets.cells is not None
    assert platelets.cells.thousands
    assert isinstance(age, Number)
    assert age.hard_range.high == 120
    assert isinstance(by_header["alcohol"], Choice)
    assert by_header["alcohol"].choices == ("Heavy", "Moderate", "None")
    assert isinstance(by_header["sex"], Choice)
    assert by_header["sex"].spellings is not None
    assert by_header["sex"].spellings["Female"] == "F"
    assert isinstance(by_header["smoker"], Boolean)
    assert spec.missing_words == ("999", "?", "lost", "未查")


@pytest.mark.parametrize(
    ("header", "values", "missing", "accepted"),
    [
        ("score", [i % 9 for i in range(200)], 9, (0, 8.5)),
        ("age", [18 + i % 70 for i in range(200)], 99, (0, 98)),
        ("age", [18 + i % 70 for i in range(200)], 0, (1, 120)),
        ("level", [1.5 + i % 7 for i in range(200)], 20, (0, 19.98)),
        ("level", [1 + i % 7 for i in range(200)], -9, (0, 70)),
    ],
)
def test_a_number_that_means_missing_is_never_accepted(
    header: str, values: list[float], missing: int, accepted: tuple[float, float], tmp_path: Path
) -> None:
    people = table().assign(**{header: values})
    people.loc[[4, 8], header] = missing
    path = write(tmp_path, people, f"columns: {{{header}: {{missing: {missing}}}}}")
    own = read_own_cases(path, "ill").own
    assert own is not None
    spec = describe_columns(own.columns, own.X, own.missing_words)
    (number,) = (feature for feature in spec.features if feature.name == header)
    assert isinstance(number, Number)
    assert (number.hard_range.low, number.hard_range.high) == accepted
    assert not accepted[0] <= missing <= accepted[1]
    assert [float(word) for word in spec.missing_words or ()] == [missing]


def test_the_cells_that_trained_are_answered_as_they_were_learned(tmp_path: Path) -> None:
    """A value where one was learned; else missing, or refused where it may be a value."""
    own = read(tmp_path, NOTES)
    spec = describe_columns(own.columns, own.X, own.missing_words)
    texts = pd.read_csv(tmp_path / "own.csv", dtype=str, keep_default_na=False)
    refused = []
    for column, feature in zip(own.columns, spec.features, strict=True):
        reader = make_reader(feature)
        for row, text in enumerate(texts[column.header]):
            is_word = text in (spec.missing_words or ()) and not can_hold(feature, text)
            if not text or is_word:
                assert np.isnan(column.values[row]), text
                continue
            try:
                value = reader.read(parse_cell(feature, text))
            except InvalidValueError:
                assert np.isnan(column.values[row]), text
                refused.append(text)
            else:
                assert value == column.values[row], text
    assert refused == ["<0.1", "see Dr Miller"], "a limit is missing as bounds say, and told"
