"""A line's answer is shared out among its characters; of a SMILES, among atoms and bonds."""

from dataclasses import replace
from itertools import chain
from typing import Any

import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from rdkit import Chem

from medmaas.model.explanation.budget import Budget, OutOfTimeError
from medmaas.model.explanation.molecule import read_molecule
from medmaas.model.explanation.text import TextExplainer
from medmaas.model.inputs.text import Text
from medmaas.model.kinds import expect
from medmaas.model.manifest import TextInput, ValueOutput
from medmaas.model.molecule.line import read_tokens
from medmaas.model.registry import Model, Registry
from medmaas.model.session import Session
from medmaas.words import ENGLISH, speak
from tests.conftest import MODELS
from tests.slow import Clock, Counted

NO_LIMIT = Budget(None)
MOLECULES = (
    "CC(=O)Oc1ccccc1C(=O)O", "Cn1cnc2n(C)c(=O)n(C)c(=O)c12", "OCC1OC(O)C(O)C(O)C1O",
    "O=[N+]([O-])c1ccccc1", "CC(C)Cc1ccc(cc1)C(C)C(=O)O", "C1CC2CCC1C2", "N#Cc1ccccc1",
    "CC12CCC3C(CCC4=CC(=O)CCC34C)C1CCC2O", "ClC(Cl)(Cl)C(c1ccc(Cl)cc1)c1ccc(Cl)cc1",
    "C/C=C/C", "c1cc[nH]c1", "[Na+].[Cl-]", "C%10CC%10", "BrC(Br)Br", "c1ccc2cc3ccccc3cc2c1",
)  # fmt: skip
PLAIN = TextInput(
    tensor="codes", field="note", description="A line.", alphabet=tuple("CO()=1"), max_length=250
)
COUNT = """<ir_version: 9, opset_import: ["" : 18]>
count (int64[n, 250] codes) => (float[n] value)
<int64[1] oxygen = {2}, int64[1] axes = {1}> {
    found = Equal(codes, oxygen)
    ones = Cast<to = 1>(found)
    value = ReduceSum<keepdims = 0>(ones, axes)
}"""


def make_counter(registry: Registry, spec: TextInput) -> Model:
    """A model that counts the letters O."""
    shipped = registry.get("solubility")
    output = ValueOutput(tensor="value", unit="1")
    manifest = shipped.manifest.model_copy(
        update={"input": spec, "output": output, "uncertainty": None}
    )
    session = Session(onnx.parser.parse_model(COUNT).SerializeToString())
    return replace(shipped, manifest=manifest, inputs=Text(spec), session=session)


def explain(model: Model, line: str, budget: Budget = NO_LIMIT) -> dict[str, Any]:
    """The explanation, which fits its schema."""
    spec = model.manifest.input
    assert isinstance(spec, TextInput)
    explainer, instance = TextExplainer(model, spec), {spec.field: line}
    explained = explainer.explain(model.inputs.read([instance]).tensors, instance, budget)
    explained = speak(explained, ENGLISH)
    Draft202012Validator(explainer.json_schema()).validate(explained)
    return explained


def add_up(entries: list[dict[str, Any]]) -> float:
    return float(sum(entry["contribution"] for entry in entries))


@given(st.sampled_from(MOLECULES), st.integers(0, 1000))
def test_atoms_and_bonds_are_those_that_rdkit_reads(smiles: str, seed: int) -> None:
    (line,) = Chem.MolToRandomSmilesVect(Chem.MolFromSmiles(smiles), 1, seed)
    molecule = Chem.MolFromSmiles(line, sanitize=False)
    read = read_molecule(line)
    expected = [atom.GetSymbol() for atom in molecule.GetAtoms()]
    assert [atom.symbol.strip("[]H+-@").capitalize() for atom in read.atoms] == expected
    bonds = [(b.GetBeginAtomIdx(), b.GetEndAtomIdx()) for b in molecule.GetBonds()]
    assert sorted(tuple(sorted(b.between)) for b in read.bonds) == sorted(
        tuple(sorted(bond)) for bond in bonds
    )


TOKENS = ("C", "N", "Cl", "[nH]", "(", ")", "=", ".", "1", "2", "%12")


def mend(tokens: list[str]) -> str:
    """A line of these tokens whose branches and ring numbers come in pairs."""
    line, depth = ["C"], 0
    for token in tokens:
        depth += {"(": 1, ")": -1}.get(token, 0)
        if depth < 0:
            depth, token = 0, "C"  # noqa: PLW2901 - nothing is open
        line.append(token)
    unpaired = [ring for ring in ("1", "2", "%12") if line.count(ring) % 2]
    return "".join([*line, ")" * depth, "C", *unpaired])


@given(st.lists(st.sampled_from(TOKENS), max_size=14).map(mend))
@settings(max_examples=300)
def test_every_character_belongs_to_one_atom_or_bond_of_whatever_is_taken(line: str) -> None:
    assert read_tokens(line)
    molecule = read_molecule(line)
    owned = [part.characters for part in molecule.atoms]
    owned += [part.characters for part in molecule.bonds]
    assert sorted(chain.from_iterable(owned)) == list(range(len(line)))


def test_a_bond_has_its_sign_its_ring_numbers_and_the_branch_that_it_opens() -> None:
    branch = {bond.between: bond.characters for bond in read_molecule("CC(=O)O").bonds}
    assert branch == {(0, 1): [], (1, 2): [2, 3, 5], (1, 3): []}
    ring = {bond.between: bond.characters for bond in read_molecule("C1CC=1").bonds}
    assert ring == {(0, 1): [], (1, 2): [], (0, 2): [1, 4, 5]}


@pytest.mark.parametrize("smiles", ["CCO", "c1ccccc1", "CC(=O)O", "CC(=O)Oc1ccccc1C(=O)O"])
def test_atoms_and_bonds_add_up_to_prediction_less_baseline(
    registry: Registry, smiles: str
) -> None:
    explained = explain(registry.get("solubility"), smiles)
    difference = explained["prediction"] - explained["baseline"]
    assert add_up(explained["atoms"]) + add_up(explained["bonds"]) == pytest.approx(
        difference, abs=1e-6
    )
    assert add_up(explained["characters"]) == pytest.approx(difference, abs=1e-6)
    assert "".join(entry["character"] for entry in explained["characters"]) == smiles


@given(st.text("CO", min_size=1, max_size=8))
@settings(max_examples=25)
def test_of_a_sum_every_character_brings_what_it_adds(registry: Registry, line: str) -> None:
    explained = explain(make_counter(registry, PLAIN), line)
    assert [entry["contribution"] for entry in explained["characters"]] == [
        float(character == "O") for character in line
    ]
    assert (explained["baseline"], explained["prediction"]) == (0, line.count("O"))
    assert explained["method"] == "exact Shapley values"
    assert "atoms" not in explained


def test_the_sentence_names_the_atom_and_its_position(registry: Registry) -> None:
    counter = make_counter(registry, PLAIN.model_copy(update={"syntax": "SMILES"}))
    explained = explain(counter, "CC(=O)CC")
    assert "O at position 5 raises" in explained["sentence"]
    assert [(a["position"], a["symbol"], a["contribution"]) for a in explained["atoms"]] == [
        (1, "C", 0), (2, "C", 0), (5, "O", 1), (7, "C", 0), (8, "C", 0),
    ]  # fmt: skip
    assert explained["bonds"] == [{"between": [1, 2], "contribution": 0}]


def test_of_a_long_line_neighbours_share_what_they_bring(registry: Registry) -> None:
    line = "OC" * 120
    explained = explain(make_counter(registry, PLAIN), line, NO_LIMIT)
    assert len(explained["characters"]) == len(line)
    assert add_up(explained["characters"]) == pytest.approx(120, abs=1e-6)


SPELLINGS = ["C1=CC=CC=C1OC(C)=O", "[H]c1ccccc1OC(=O)C", "CC(=O)Oc1ccccc1"]


@pytest.mark.parametrize("sent", SPELLINGS)
def test_a_molecule_is_explained_by_the_atoms_of_the_line_that_was_sent(
    registry: Registry, sent: str
) -> None:
    model = registry.get("solubility")
    tensors = model.inputs.read([{"smiles": sent}]).tensors
    explainer = TextExplainer(model, expect(model.manifest.input, TextInput))
    explained = speak(explainer.explain(tensors, {"smiles": sent}, NO_LIMIT), ENGLISH)
    assert "".join(entry["character"] for entry in explained["characters"]) == sent
    for atom in explained["atoms"]:
        assert sent[atom["position"] - 1 :].startswith(atom["symbol"])
    difference = explained["prediction"] - explained["baseline"]
    told = add_up(explained["atoms"]) + add_up(explained["bonds"])
    assert told == pytest.approx(difference, abs=2e-6)
    assert add_up(explained["characters"]) == pytest.approx(difference, abs=3e-6)


def test_an_atom_contributes_the_same_in_every_line_of_its_molecule(registry: Registry) -> None:
    model = registry.get("solubility")
    explainer = TextExplainer(model, expect(model.manifest.input, TextInput))
    of_bromine = []
    for sent in ("BrCCO", "OCCBr", "C(CO)Br", "[H]OC([H])([H])C([H])([H])Br"):
        tensors = model.inputs.read([{"smiles": sent}]).tensors
        atoms = explainer.explain(tensors, {"smiles": sent}, NO_LIMIT)["atoms"]
        of_bromine += [atom["contribution"] for atom in atoms if atom["symbol"] == "Br"]
        assert all(atom["contribution"] == 0 for atom in atoms if atom["symbol"] == "[H]")
    assert of_bromine == pytest.approx([of_bromine[0]] * 4, abs=1e-6)


def hurry(registry: Registry, seconds: float) -> dict[str, Any]:
    """The explanation of a steroid by a model that takes a second for an answer."""
    (path,), clock = MODELS.glob("solubility/*/model.onnx"), Clock()
    model = replace(registry.get("solubility"), session=Counted(path.read_bytes(), clock, 1))
    return explain(model, "CC12CCC3C(CCC4=CC(=O)CCC34C)C1CCC2O", Budget(seconds, clock))


def test_without_time_for_two_pairs_a_molecule_is_not_explained(registry: Registry) -> None:
    with pytest.raises(OutOfTimeError):
        hurry(registry, 100)


def test_a_spent_budget_gives_fewer_samples_and_says_so(registry: Registry) -> None:
    explained = hurry(registry, 500)
    assert not explained["complete"]
    assert explained["method"] == "sampled Shapley values"
    assert explained["largest_standard_error"] > 0
    difference = explained["prediction"] - explained["baseline"]
    assert add_up(explained["characters"]) == pytest.approx(difference, abs=1e-6)
