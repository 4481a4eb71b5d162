"""Names are of any script, and no two of a model look or fold alike."""

import re
import unicodedata
from typing import Any

import jsonschema_rs
import pytest
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter, ValidationError

from medmaas.model.columns import name_columns
from medmaas.model.manifest import Boolean, ClassesOutput, TabularInput
from medmaas.model.manifest.contract import FeatureName, Name
from medmaas.model.names import fold_name, is_name, keep_letters

NAMES: TypeAdapter[str] = TypeAdapter(FeatureName)
PATHS: TypeAdapter[str] = TypeAdapter(Name)
GOOD = [
    "age", "Größe", "年龄", "性别", "Возраст", "ηλικία", "عمر", "גיל", "हिमोग्लोबिन", "ヘモグロビン",
    "혈압", "อายุ", "PaO₂", "x_1", "年龄_2", "é", "𠮷", "x٣",
]  # fmt: skip
# what the pattern of the schema refuses, too
BAD_IN_ASCII = [
    "",
    "1a",
    "_a",
    "a b",
    "a-b",
    "a.b",
    "a/b",
    "a\n",
    "a\x00",
    "a\x7f",
    "a$",
    "a`",
    "a^",
]
BAD = [
    "a\u200bb", "a\u200db", "a\u202eb", "a\u2066b", "a\ufeff", "\u3164", "a\ufe0f", "a\u034fb",
    "a\u00a0b", "a\u00d7", "a😀", "a（b）", "年-龄", "\u0301a", "²a", "a\ue000", "a\ud800",
    "Gro\u0308ße", "か\u3099", "\u1112\u1167\u11af", "女\uf981",
]  # fmt: skip
LONG = "龄" * 65


@pytest.mark.parametrize("name", GOOD)
def test_letters_marks_and_digits_of_any_script_are_a_name(name: str) -> None:
    assert NAMES.validate_python(name) == name
    assert PATHS.validate_python(f"{name}.b") == f"{name}.b"
    assert NAMES.validate_python("龄" * 64)


@pytest.mark.parametrize("name", [*BAD_IN_ASCII, *BAD, LONG], ids=ascii)
def test_anything_else_is_refused_in_one_sentence(name: str) -> None:
    assert not is_name(name)
    with pytest.raises(ValidationError) as refused:
        NAMES.validate_python(name)
    (error,) = refused.value.errors()
    assert error["type"] in {
        "string_pattern_mismatch", "string_too_long", "value_error", "string_unicode",
    }  # fmt: skip
    if error["type"] == "value_error":
        assert "begins with a letter" in error["msg"]


def test_the_published_pattern_is_read_by_engines_without_properties() -> None:
    schema = NAMES.json_schema()
    assert r"\p" not in schema["pattern"]
    for validator in (
        Draft202012Validator(schema).is_valid,  # Python's re
        jsonschema_rs.validator_for(schema).is_valid,  # Rust's
        jsonschema_rs.validator_for(
            schema, pattern_options=jsonschema_rs.RegexOptions()
        ).is_valid,  # one that runs in linear time, as RE2 of Go does
    ):
        assert all(validator(name) for name in [*GOOD, "龄" * 64])
        assert not any(validator(name) for name in [*BAD_IN_ASCII, LONG] if name != "a\n")
    assert re.compile(schema["pattern"], re.ASCII)


def make_features(*names: str, **aliases: str) -> Any:
    return TabularInput(
        tensor="x",
        features=tuple(
            Boolean(name=name, description="d", alias=aliases.get(name)) for name in names
        ),
    )


@pytest.mark.parametrize(
    "names",
    [
        ("Hb", "HB"),
        ("CRP", "\uff23\uff32\uff30"),
        ("PaO2", "PaO₂"),
        ("Größe", "GRÖSSE"),
        ("ﬁ", "fi"),
    ],
)
def test_names_that_look_alike_are_refused(names: tuple[str, str]) -> None:
    assert fold_name(names[0]) == fold_name(names[1])
    with pytest.raises(ValidationError, match="must be unique, whatever their case and width"):
        make_features(*names)


def test_an_alias_is_in_ascii_and_nobody_elses_name() -> None:
    assert make_features("年龄", "性别", 年龄="feature_1", 性别="feature_2")
    for other in ("sex", "SEX", "feature_2"):
        with pytest.raises(ValidationError, match="must be unique"):
            make_features("年龄", "sex", "性别", 年龄=other, 性别="feature_2")
    with pytest.raises(ValidationError, match="should match pattern"):
        make_features("年龄", 年龄="岁")


@pytest.mark.parametrize("aliases", [("one",), ("one", "One"), ("一", "二")])
def test_aliases_of_labels_are_one_for_each(aliases: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError):
        ClassesOutput(tensor="p", labels=("恶性", "良性"), aliases=aliases)


@pytest.mark.parametrize(
    ("label", "column"),
    [
        ("恶性", "p_恶性"),
        ("हाँ", "p_हाँ"),
        ("100 % + G-CSF", "p_100_percent_G-CSF"),
        (unicodedata.normalize("NFD", "größer"), "p_größer"),
        ("良性\u200b", "p_良性"),
    ],
)
def test_a_column_of_an_answer_keeps_the_letters_and_marks_of_its_label(
    label: str, column: str
) -> None:
    assert name_columns((), [f"p_{label}"]).numbers == (column,)


def test_what_is_no_letter_becomes_one_line() -> None:
    assert keep_letters(" 肌酐 （mg/dL）") == "肌酐_mg_dL"
    assert keep_letters("می\u200cشود") == "می_شود"
