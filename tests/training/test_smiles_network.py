"""The network that reads SMILES: its grammar against RDKit, its padding, its fit."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem

from medmaas.model.session import Session
from medmaas_training.catalogue.graph import convert_torch
from medmaas_training.smiles.molecules import encode, find_alphabet, find_max_length, spell
from medmaas_training.smiles.network import READERS, Fitted, Grammar, Reader, Solubility, fit
from tests.training.test_smiles import MOLECULES

SPELLINGS = [line for own in MOLECULES for line in spell(own, 40, seed=1)]
ALPHABET = find_alphabet(SPELLINGS)
LENGTH = find_max_length(SPELLINGS)
FEW = settings(max_examples=40)


@pytest.fixture(scope="module")
def module() -> Solubility:
    """As many readers as ship, with weights drawn at random, no step of theirs without effect."""
    torch.manual_seed(0)
    readers = [Reader(ALPHABET, 3) for _ in range(READERS)]
    for reader in readers:
        torch.nn.init.normal_(reader.round.change, std=0.1)
    return Solubility(Grammar(ALPHABET), readers, mean=-3.0, deviation=2.0).eval()


def read(line: str) -> tuple[Any, Any]:
    """Continuation and rings of one line, as matrices of its characters."""
    codes = torch.from_numpy(encode([line], ALPHABET, len(line)))
    continues, joined, _ = Grammar(ALPHABET)(codes)
    return continues[0].numpy(), joined[0].numpy()


def test_the_grammar_of_a_line_written_out() -> None:
    line = "CC(=O)(N)C1CC1"
    continues, joined = read(line)
    pairs = {(int(i), int(j)) for i, j in np.argwhere(continues)}
    # each character and the one it continues; 2, 5, 6 and 8 are parentheses
    assert pairs == {(1, 0), (3, 1), (4, 3), (7, 1), (9, 1), (10, 9), (11, 10), (12, 11), (13, 12)}
    assert {(int(i), int(j)) for i, j in np.argwhere(joined)} == {(10, 13), (13, 10)}


@FEW
@given(st.sampled_from(SPELLINGS))
def test_the_grammar_finds_as_many_rings_and_pieces_as_rdkit(line: str) -> None:
    """Each character continues one before it but the first; ring bonds close what RDKit counts."""
    continues, joined = read(line)
    reads = [i for i, character in enumerate(line) if character not in "()"]
    assert continues.sum(axis=1)[reads].tolist() == [0] + [1] * (len(reads) - 1)
    molecule = Chem.MolFromSmiles(line)
    assert joined.sum() / 2 == molecule.GetNumBonds() - molecule.GetNumAtoms() + 1
    assert (joined == joined.T).all()


@FEW
@given(st.sampled_from(SPELLINGS), st.integers(0, 60))
def test_padding_never_changes_the_answer(module: Solubility, line: str, more: int) -> None:
    with torch.no_grad():
        bare, padded = (
            module(torch.from_numpy(encode([line], ALPHABET, length))).item()
            for length in (len(line), len(line) + more)
        )
    assert padded == pytest.approx(bare, abs=1e-5)


@FEW
@given(st.sampled_from(SPELLINGS), st.sampled_from(SPELLINGS))
def test_the_other_lines_of_a_request_change_nothing(
    module: Solubility, line: str, other: str
) -> None:
    with torch.no_grad():
        alone = module(torch.from_numpy(encode([line], ALPHABET, LENGTH)))
        together = module(torch.from_numpy(encode([other, line], ALPHABET, LENGTH)))
    assert together[1].item() == pytest.approx(alone.item(), abs=1e-5)


@FEW
@given(st.sampled_from(SPELLINGS), st.permutations("123456789"))
def test_the_numbers_of_rings_are_paired_not_counted(line: str, numbers: list[str]) -> None:
    if "[" in line:
        return
    renamed = line.translate(str.maketrans("123456789", "".join(numbers)))
    alphabet = tuple(sorted({*ALPHABET, *"123456789"}))
    pairs = [
        Grammar(alphabet)(torch.from_numpy(encode([spelling], alphabet, len(line))))[1]
        for spelling in (line, renamed)
    ]
    assert torch.equal(*pairs)


def test_the_order_of_branches_and_atoms_is_heard(module: Solubility) -> None:
    with torch.no_grad():
        answers = module(torch.from_numpy(encode(["CC(=O)N", "CC(N)O", "CCCO"], ALPHABET, 16)))
    assert len(set(answers[:, 0].tolist())) == 3


def test_the_graph_answers_as_the_module(module: Solubility) -> None:
    codes = encode(SPELLINGS, ALPHABET, LENGTH)
    graph = convert_torch(module, torch.from_numpy(codes[:2]), "value", input_name="codes")
    content = graph.SerializeToString()
    (answers,) = Session(content).run({"codes": codes}).values()
    with torch.no_grad():
        expected = module(torch.from_numpy(codes)).numpy()
    assert answers.shape == (len(codes), 1)
    np.testing.assert_allclose(answers, expected, atol=1e-5)
    assert len(content) < 1.5e6


def learn(seed: int, epochs: int) -> Fitted:
    """To count carbons of alcohols and amines, in other spellings than those asked for below."""
    smiles = [f"{'C' * n}({end}){'C' * m}" for n in range(1, 7) for m in range(6) for end in "ON"]
    lines = [[own, *spell(own, 4, i)] for i, own in enumerate(smiles)]
    y = np.array([own.count("C") for own in smiles], dtype=float)
    return fit(
        lines,
        y,
        np.array([[own.count("O")] for own in smiles], dtype=float),
        alphabet=find_alphabet(line for spellings in lines for line in spellings),
        max_length=64,
        seed=seed,
        epochs=epochs,
    )


def test_the_network_learns_to_count_in_any_spelling() -> None:
    fitted = learn(seed=0, epochs=25)
    curve = fitted.losses["target, reader 1"]
    assert curve[-1] < 0.1 * curve[0]
    for carbons in (3, 6, 9):
        lines = spell("C" * carbons + "O", 10, seed=9)
        answers = fitted.predict([line for line in lines if fitted.takes(line)])
        np.testing.assert_allclose(answers, carbons, atol=1.0)


def test_a_seed_gives_the_same_network_again() -> None:
    first, again, other = (learn(seed, epochs=1).predict(["CCO", "CCN"]) for seed in (3, 3, 4))
    assert (first == again).all()
    assert not (first == other).all()


def test_what_was_never_trained_on_is_not_taken() -> None:
    fitted = learn(seed=0, epochs=1)
    assert fitted.takes("CCO")
    assert not fitted.takes("CCBr")
    assert not fitted.takes("C" * 65)
    assert not fitted.takes("")
