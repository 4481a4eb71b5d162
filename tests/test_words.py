"""Every code has words in every language, which are filled from what its fact holds."""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmaas.errors import InvalidRequestError, Problem
from medmaas.facts import Fact
from medmaas.words import (
    ENGLISH,
    LANGUAGES,
    Words,
    choose_language,
    place_problem,
    raise_in_english,
)
from medmaas.words.sentences import _FORMATS
from tests.conftest import ROOT
from tests.spoken_codes import Spoken

WORDS = ROOT / "functions" / "medmaas" / "words"
GAP = re.compile(r"\{\{(\w+)(?:, (\w+))?\}\}")
HAN = re.compile("[\u3400-\u9fff]")
FORMS = ("", "_one", "_other")
JOINERS = re.compile(r"joined_by_\w+|unit_.+")  # said of no fact, but within the words of one
NEVER = {"middle_middle"}  # the middle of a picture is called so
OTHERS = [language for language in LANGUAGES if language != ENGLISH.language]


@cache
def read_words(language: str) -> Mapping[str, str]:
    """Sentences by key; no key is there twice."""

    def refuse_twice(pairs: list[tuple[str, str]]) -> dict[str, str]:
        found = dict(pairs)
        assert len(found) == len(pairs), "a key is there twice"
        return found

    text = (WORDS / f"{language}.json").read_text(encoding="utf-8")
    words: dict[str, str] = json.loads(text, object_pairs_hook=refuse_twice)
    return words


@pytest.fixture(scope="module")
def spoken() -> Spoken:
    return Spoken()


def find_forms(code: str, language: str) -> list[str]:
    """The sentences of a code, or of all codes that a pattern fits."""
    forms = re.compile(f"(?:{code})(?:{'|'.join(FORMS)})")
    return [text for key, text in read_words(language).items() if forms.fullmatch(key)]


def list_gaps(code: str, language: str) -> set[str]:
    return {name for text in find_forms(code, language) for name, _ in GAP.findall(text)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_words_in_every_language(spoken: Spoken, language: str) -> None:
    assert len(spoken.codes) > 200
    silent = {code for code in spoken.codes - NEVER if not find_forms(code, language)}
    assert silent == set()


def test_no_words_are_without_a_code(spoken: Spoken) -> None:
    codes = "|".join({*spoken.codes, *spoken.of_rules} - {""})
    forms = re.compile(f"(?:{codes})(?:{'|'.join(FORMS)})")
    keys = [key for key in read_words("en") if not JOINERS.fullmatch(key)]
    assert [key for key in keys if not forms.fullmatch(key)] == []


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_the_words_of_the_others(language: str) -> None:
    plain, own = read_words("en"), read_words(language)
    lacking = {key for key in plain if not key.endswith("_one")} - own.keys()
    assert lacking == set()
    assert {key for key in own.keys() - plain.keys() if not key.startswith("unit_")} == set()


def test_every_gap_is_filled_by_what_the_fact_holds(spoken: Spoken) -> None:
    written_out = [*spoken.list_limits()]
    assert len(written_out) > 150
    for code, limits in written_out:
        for language in LANGUAGES:
            assert list_gaps(code, language) <= limits, code


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_fills_the_same_gaps(language: str) -> None:
    plain, own = read_words("en"), read_words(language)
    for key in plain.keys() & own.keys():
        gaps = [sorted({name for name, _ in GAP.findall(words[key])}) for words in (plain, own)]
        assert gaps[0] == gaps[1], key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_well_formed(language: str) -> None:
    for key, text in read_words(language).items():
        assert {kind for _, kind in GAP.findall(text)} <= _FORMATS.keys() | {""}, key
        assert not re.search(r"\{\{|\}\}(?!$)", GAP.sub("", text).replace("}}}", "")), key
        if key.endswith("_one"):
            assert key.removesuffix("_one") + "_other" in read_words(language)


def test_a_count_chooses_the_form() -> None:
    say = ENGLISH.say
    assert say(Fact("points", count=1)) == "1 point"
    assert say(Fact("points", count=1.5)) == "1.5 points"
    assert say(Fact("nothing_predicted", count=1)).startswith("nothing was predicted: 1 problem in")
    assert "1,234 problems" in say(Fact("nothing_predicted", count=1234))


@pytest.mark.parametrize(
    ("code", "limits", "sentence"),
    [
        ("not_a_number", {"low": 0.1, "high": 20, "unit": "mg/dL"}, "0.1 to 20 mg/dL"),
        ("not_a_number", {"low": 0, "high": 1, "unit": "1"}, "a number, 0 to 1"),
        ("risk_within_limit", {"outcome": "o", "risk": 0.054, "at_most": 0.1}, "0.05, within"),
        ("too_many_instances", {"most": 1000}, "more than 1,000 instances"),
        ("value", {"value": 12345.6, "unit": "a"}, "12,346 a"),
        ("value", {"value": 0.0204, "unit": "1"}, "0.0204"),
        ("years", {"years": 2.345}, "2.3 years"),
        ("unknown_field", {"fields": ["a", "b"]}, "which takes a, b"),
        ("no_such_model", {"models": [Fact("none")]}, "are: none"),
        (
            "undecided",
            {"coverage": 0.9, "labels": ["a", "b"], "count": 1},
            "right in 90% of cases it would have to name a, b, more than one label",
        ),
        ("options_wrong", {"problems": [Fact("none"), Fact("none")]}, "none, and none"),
    ],
)
def test_a_limit_is_written_by_its_format(code: str, limits: dict[str, Any], sentence: str) -> None:
    assert sentence in ENGLISH.say(Fact(code, **limits))


def test_chinese_is_set_apart_from_what_is_not() -> None:
    say = Words("zh").say
    assert say(Fact("not_a_shape", most=8)) == "必须是含 1 到 8 个数的列表"
    assert say(Fact("header_wrong", problem=Fact("line_too_long", most=131_072))) == (
        "表头超过 131,072 字节"
    )


@pytest.mark.parametrize(
    ("problem", "sentence"),
    [
        (Problem(2, "age", Fact("required")), "instance 2: age is required"),
        (Problem(0, None, Fact("required")), "instance 0: is required"),
        (Problem(None, "age", Fact("required")), "age is required"),
        (Problem(None, None, Fact("required")), "is required"),
    ],
)
def test_a_problem_is_said_with_its_place(problem: Problem, sentence: str) -> None:
    assert ENGLISH.say(place_problem(problem)) == sentence


def test_an_error_that_leaves_the_service_has_its_sentence_for_text() -> None:
    with pytest.raises(InvalidRequestError) as inside:
        raise InvalidRequestError("not_an_id", most=3)
    assert str(inside.value) == "not_an_id"
    with pytest.raises(InvalidRequestError, match="at most 3 characters"), raise_in_english():
        raise inside.value


@given(st.none() | st.text() | st.text("enzh-;,=q.019 *", max_size=40))
def test_whatever_is_accepted_a_language_is_spoken(accepted: str | None) -> None:
    assert choose_language(accepted) in LANGUAGES


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("zh", "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("ZH-Hant-TW", "zh"),
        ("en,zh;q=0.9", "en"),
        ("en;q=0.1,zh;q=0.9", "zh"),
        ("fr,de;q=0.5,zh;q=0.1", "zh"),
        ("fr", "en"),
        ("*", "en"),
        ("zh;q=0", "en"),
        ("zh;q=none", "en"),
        ("zhx", "en"),
    ],
)
def test_the_language_most_wanted_is_spoken(accepted: str | None, language: str) -> None:
    assert choose_language(accepted) == language


def test_only_chinese_is_written_in_its_characters() -> None:
    assert not any(HAN.search(text) for text in read_words("en").values())
