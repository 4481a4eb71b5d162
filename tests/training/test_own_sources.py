"""What the .yaml beside a table says of records: where they have its columns, or one sentence."""

from pathlib import Path

import pytest

from medmaas.model.manifest import ObservationSource, PatientSource
from medmaas_training.errors import TrainingError
from medmaas_training.tabular.own_columns import describe_columns
from medmaas_training.tabular.own_notes import ColumnNote
from medmaas_training.tabular.own_sources import read_source
from medmaas_training.tabular.own_table import read_table
from tests.training.conftest import table, write

GENDER = ColumnNote(record="gender")


@pytest.mark.parametrize(
    ("words", "choices"),
    [
        (("F", "M"), {"female": "F", "male": "M"}),
        (("Female", "male"), {"female": "Female", "male": "male"}),
        (("m", "w"), {"female": "w", "male": "m"}),
        (("männlich", "weiblich"), {"female": "weiblich", "male": "männlich"}),
        (("女", "男", "未知"), {"female": "女", "male": "男", "unknown": "未知"}),
        (("女性", "男性"), {"female": "女性", "male": "男性"}),
        (("여", "남"), {"female": "여", "male": "남"}),
        (("Ж", "М"), {"female": "Ж", "male": "М"}),  # noqa: RUF001 - Cyrillic
        (("kad\u0131n", "erkek"), {"female": "kad\u0131n", "male": "erkek"}),
    ],
)
def test_words_of_gender_are_known_by_their_spellings(
    words: tuple[str, ...], choices: dict[str, str]
) -> None:
    source = read_source("sex", "choice", words, GENDER)
    assert source == PatientSource.model_validate({"element": "gender", "choices": choices})


@pytest.mark.parametrize(
    "words", [("H", "M"), ("A", "B"), ("F", "female", "M"), ("V", "M"), ("F", "M", "K"), ()]
)
def test_words_that_may_mean_anything_are_refused(words: tuple[str, ...]) -> None:
    with pytest.raises(TrainingError, match=r"^the .yaml beside --data: sex: record: gender needs"):
        read_source("sex", "choice" if words else "number", words, GENDER)


def test_results_are_found_by_loinc_and_unit() -> None:
    note = ColumnNote(unit="mg/dL", loinc=("2160-0",))
    assert read_source("c", "number", (), note) == ObservationSource(oldest_days=365)
    note = ColumnNote(unit="mg/dL", loinc=("2160-0",), oldest_days=30, molar_mass=113.12)
    source = ObservationSource(oldest_days=30, molar_mass=113.12)
    assert read_source("c", "number", (), note) == source
    assert read_source("c", "number", (), ColumnNote(loinc=("2160-0",))) is None
    assert read_source("c", "number", (), ColumnNote(unit="mg/dL")) is None


@pytest.mark.parametrize(
    ("note", "sentence"),
    [
        (ColumnNote(unit="mo", record="birthDate"), "record: birthDate gives years"),
        (ColumnNote(unit="x10E3/uL", loinc=("777-3",)), "in a record: write 10"),
        (ColumnNote(unit="岁", loinc=("30525-0",)), "its unit cannot be read in a record"),
        (ColumnNote(oldest_days=30), "oldest_days and molar_mass are of results"),
        (ColumnNote(molar_mass=30), "oldest_days and molar_mass are of results"),
    ],
)
def test_what_no_record_could_fill_is_refused(note: ColumnNote, sentence: str) -> None:
    with pytest.raises(TrainingError, match=sentence):
        read_source("c", "number", (), note)


def test_an_age_has_years_as_its_unit(tmp_path: Path) -> None:
    path = write(tmp_path, table(60), "columns: {age: {record: birthDate}}")
    own = read_table(path, ("ill",))
    age = describe_columns(own.columns, own.X).features[0]
    assert (age.name, age.source) == ("age", PatientSource(element="birthDate"))
    assert age.model_dump()["unit"] == "a"


def test_columns_that_keep_records_from_being_asked_about_are_told(tmp_path: Path) -> None:
    people = table(60)
    path = write(tmp_path, people, "columns: {age: {record: birthDate}}")
    (told,) = read_table(path, ("ill", "time", "event")).odd
    assert "hold marker, stage, smoker, which the model requires" in told
    people.loc[0, ["marker", "stage", "smoker"]] = None
    assert read_table(write(tmp_path, people), ("ill", "time", "event")).odd == ()
    path = write(tmp_path, table(60), "columns: {age: {unit: a}}")
    assert read_table(path, ("ill", "time", "event")).odd == ()


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("年龄", "年龄"),
        ("Gro\u0308ße", "Größe"),
        ("\u1112\u1167\u11af\u110b\u1161\u11b8", "혈압"),
        ("ヘモク\u3099ロヒ\u3099ン", "ヘモグロビン"),
        ("हिमोग्लोबिन", "हिमोग्लोबिन"),
        ("عمر المريض", "عمر_المريض"),
        ("می\u200cشود", "می_شود"),
        ("Возраст, лет", "Возраст_лет"),
        ("\uff23\uff32\uff30（mg/L）", "CRP_mg_L"),
        ("PaO₂", "PaO2"),
        ("24h尿量", "x_24h尿量"),
        ("龄" * 70, "龄" * 64),
    ],
)
def test_a_name_keeps_the_letters_of_its_header(tmp_path: Path, header: str, name: str) -> None:
    path = write(tmp_path, table(60).rename(columns={"marker": header}))
    own = read_table(path, ("ill",))
    (feature,) = (f for f in describe_columns(own.columns, own.X).features if f.name == name)
    assert (feature.alias is None) == name.isascii()
    (column,) = (column for column in own.columns if column.name == name)
    assert feature.header == (None if column.header == name else column.header)


@pytest.mark.parametrize(
    ("one", "other"), [("Hb", "HB"), ("年 龄", "年_龄"), ("CRP", "\uff23\uff32\uff30")]
)
def test_headers_that_would_be_called_alike_are_refused(
    tmp_path: Path, one: str, other: str
) -> None:
    path = write(tmp_path, table(60).rename(columns={"marker": one, "age": other}))
    with pytest.raises(TrainingError, match="would both be called"):
        read_table(path, ("ill",))


def test_notes_are_found_in_another_normal_form(tmp_path: Path) -> None:
    people = table(60).rename(columns={"marker": "Größe"})
    path = write(tmp_path, people, "columns: {Gro\u0308ße: {unit: cm}}")
    (size,) = (c for c in read_table(path, ("ill",)).columns if c.name == "Größe")
    assert size.note.unit == "cm"
