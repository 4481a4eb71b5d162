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
    problem = problem_of("CCF")
    assert problem.startswith("has at character 3 what the model never learned")
    assert "F" not in problem


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


def read_line(value: str, text: Text = TEXT) -> str:
    (codes,) = text.read([{"smiles": value}]).tensors["codes"]
    return "".join(ALPHABET[code - 1] for code in codes if code)


def test_the_graph_reads_one_line_for_a_molecule_unless_the_manifest_says_as_sent() -> None:
    lines = ("Oc1ccccc1", "OC1=CC=CC=C1", "c1ccccc1O", "[H]Oc1ccccc1")
    assert [read_line(line) for line in lines] == ["Oc1ccccc1"] * 4
    as_sent = Text(SPEC.model_copy(update={"spelling": "as_sent"}))
    assert [read_line(line, as_sent) for line in lines] == [*lines]
    (refused,) = as_sent.read([{"smiles": "c1cccc1"}]).problems
    assert refused.fact.code == "smiles_not_in_aromatic_ring"


@pytest.mark.parametrize(
    ("smiles", "position"),
    [("OC[S]C", 4), ("ClC[N+](C)(C)C", 6), ("C/C=C/F", 7), ("CCN(=O)=O", 3)],
)
def test_what_the_model_does_not_know_is_named_where_it_was_sent(
    smiles: str, position: int
) -> None:
    (problem,) = TEXT.read([{"smiles": smiles}]).problems
    assert (problem.fact.code, problem.fact.limits["position"]) == ("unknown_character", position)


NOTATIONS = {
    "smiles_is_name": [
        "aspirin", "ethanol", "Ibuprofen", "acetic acid", "caffeine", "DMSO", "THF", "阿司匹林",
        "4-aminophenol", "2,4-dinitrophenol", "N-methylaniline", "cocaine",
    ],
    "smiles_is_formula": ["C9H8O4", "CO2", "NaCl", "CH4", "C2H5OH", "Ca(OH)2", "CCl4", "H2O"],
    "smiles_is_inchi": ["InChI=1S/C2H6O/c1-2-3/h3H,2H2,1H3", "InChI=1S/" + "C2" * 99],
    "smiles_is_inchi_key": ["LFQSCWFLJHTTHZ-UHFFFAOYSA-N"],
    "smiles_is_cas_number": ["50-78-2", "CAS 50-78-2"],
    "smiles_is_reaction": ["CCO>>CC=O", "CCO>O>CC=O"],
    "smiles_is_salt": ["CC.Cl", "CC[NH3+].[Cl-]", "[Na+].CC(=O)[O-]"],
    "smiles_is_mixture": ["CCO.O", "C.C"],
    "smiles_and_more": ["CCO ethanol", "CCO CCN", "CCO\tx", "CC(=O)O 5"],
    "smiles_any_atom": ["C*", "*"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("code", "line"), [(code, line) for code, lines in NOTATIONS.items() for line in lines]
)
def test_what_is_no_smiles_of_one_molecule_is_called_what_it_is(code: str, line: str) -> None:
    (problem,) = TEXT.read([{"smiles": line}]).problems
    assert problem.fact.code == code
    assert line not in ENGLISH.say(problem.fact)


@pytest.mark.parametrize("line", ["C1CC", "C2CC", "CCNa", "c1ccccc", "C1CCCCC", "CC(", "CX"])
def test_a_slip_in_a_smiles_is_named_by_its_place(line: str) -> None:
    (problem,) = TEXT.read([{"smiles": line}]).problems
    assert problem.fact.code.startswith("smiles_")
    assert "position" in problem.fact.limits


def test_a_model_that_learned_of_salts_reads_them() -> None:
    text = Text(SPEC.model_copy(update={"alphabet": (*ALPHABET, ".")}))
    assert text.read([{"smiles": "CC.Cl"}]).problems == []


def test_marks_that_are_left_out_need_no_place_in_the_alphabet() -> None:
    reading = TEXT.read([{"smiles": "C/C=C/[C@H](O)N"}])
    assert reading.problems == []
    assert [warning.fact.code for warning in reading.warnings[0]] == ["smiles_marks_left_out"]


def test_a_molecule_whose_one_line_is_too_long_is_refused() -> None:
    text = Text(SPEC.model_copy(update={"alphabet": (*ALPHABET, "+", "-")}))
    assert problem_of("CC(Cl)OCCCCCN(=O)=O", text) == (
        "takes more than 20 characters in the spelling that the model reads"
    )


def test_other_text_has_no_syntax() -> None:
    plain = Text(SPEC.model_copy(update={"syntax": None}))
    assert plain.read([{"smiles": "C1(("}]).problems == []


@given(st.text() | st.text(alphabet=ALPHABET))
def test_whatever_is_sent_is_read_or_refused_in_one_sentence(value: str) -> None:
    assert len(TEXT.read([{"smiles": value}]).problems) <= 1
    as_sent = Text(SPEC.model_copy(update={"spelling": "as_sent"}))
    reading = as_sent.read([{"smiles": value}])
    assert len(reading.problems) <= 1
    if not reading.problems:
        codes = reading.tensors["codes"][0]
        assert "".join(ALPHABET[code - 1] for code in codes if code) == value.strip()


def test_every_problem_of_every_instance_is_listed() -> None:
    reading = TEXT.read([{"smiles": "C"}, {"smile": "C"}, 5])
    assert [(p.instance, p.field) for p in reading.problems] == [
        (1, "smile"), (1, "smiles"), (2, None),
    ]  # fmt: skip
