"""Characters become codes; what the model does not know is named by position."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmaas.model.inputs.text import Text
from medmaas.model.manifest import TextInput
from medmaas.words import ENGLISH

ALPHABET = tuple("()0123=#CNOclnoBr[]H%")
SPEC = TextInput(
    tensor="codes",
    field="smiles",
    description="A molecule as SMILES.",
    alphabet=ALPHABET,
    max_length=20,
    syntax="SMILES",
)
TEXT = Text(SPEC)


def problem_of(value: object, text: Text = TEXT) -> str:
    (problem,) = text.read([{"smiles": value}]).problems
    assert problem.field == "smiles"
    return ENGLISH.say(problem.fact)


def test_characters_become_their_positions_and_zeros_fill_the_end() -> None:
    reading = TEXT.read([{"smiles": "CCO"}, {"smiles": " CCO \n"}])
    carbon, oxygen = ALPHABET.index("C") + 1, ALPHABET.index("O") + 1
    for row in reading.tensors["codes"]:
        assert row.tolist() == [carbon, carbon, oxygen] + [0] * 17
    assert reading.problems == []


@pytest.mark.parametrize("value", [None, "", "  ", 5, ["C"]])
def test_what_is_no_text_is_refused_by_its_limit(value: object) -> None:
    assert problem_of(value) == "must be 1 to 20 characters of text"


def test_a_line_that_is_too_long_is_refused_by_position_and_limit() -> None:
    assert problem_of("C" * 21) == "is longer than 20 characters: character 21 is beyond the limit"
    assert TEXT.read([{"smiles": "C" * 20}]).problems == []


def test_an_unknown_character_is_refused_by_position_and_not_repeated() -> None:
    problem = problem_of("CCX")
    assert problem.startswith(
        "has a character at position 3 that the model does not know; it takes ("
    )
    assert "X" not in problem


@pytest.mark.parametrize(
    ("smiles", "problem"),
    [
        ("C1CC", "character 2 opens something that is never closed"),
        ("CC(", "character 3 opens something that is never closed"),
        ("C(C(C)", "character 2 opens something that is never closed"),
        ("CC)", "character 3 closes a branch that was never opened"),
        ("(C)C", "character 1 stands where an atom is expected"),
        ("=C", "character 1 stands where an atom is expected"),
        ("CC=", "character 3 is a bond to nothing"),
        ("C[NH", "character 2 does not belong there"),
        ("CN]", "character 3 does not belong there"),
        ("C%1", "character 2 does not belong there"),
        ("CrC", "character 2 does not belong there"),
    ],
)
def test_what_cannot_be_a_molecule_is_refused_by_position(smiles: str, problem: str) -> None:
    assert problem_of(smiles) == f"is not a valid SMILES: {problem}"


@pytest.mark.parametrize(
    "smiles", ["C", "Clc1ccccc1Br", "C%10CC%10", "C1CC1C1CC1", "N#CC(=O)O", "c1cc[nH]c1", "ClCCl"]
)
def test_a_molecule_is_read(smiles: str) -> None:
    assert TEXT.read([{"smiles": smiles}]).problems == []


def test_other_text_has_no_syntax() -> None:
    plain = Text(SPEC.model_copy(update={"syntax": None}))
    assert plain.read([{"smiles": "C1(("}]).problems == []


@given(st.text() | st.text(alphabet=ALPHABET))
def test_whatever_is_sent_is_read_or_refused_in_one_sentence(value: str) -> None:
    reading = TEXT.read([{"smiles": value}])
    assert len(reading.problems) <= 1
    if not reading.problems:
        codes = reading.tensors["codes"][0]
        assert "".join(ALPHABET[code - 1] for code in codes if code) == value.strip()


def test_every_problem_of_every_instance_is_listed() -> None:
    reading = TEXT.read([{"smiles": "C"}, {"smile": "C"}, 5])
    assert [(p.instance, p.field) for p in reading.problems] == [
        (1, "smile"), (1, "smiles"), (2, None),
    ]  # fmt: skip
