"""Molecules read from a CSV, spelt and encoded."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem

from medmaas.model.inputs import make_input
from medmaas.model.manifest import TextInput
from medmaas_training.errors import TrainingError
from medmaas_training.options import Options
from medmaas_training.recipes.solubility import recipe as solubility
from medmaas_training.smiles.descriptors import (
    compute_descriptors,
    compute_fingerprints,
    standardise,
)
from medmaas_training.smiles.molecules import (
    DELANEY,
    TARGET,
    encode,
    find_alphabet,
    find_max_length,
    read_molecules,
    spell,
    split_molecules,
    write_as_served,
)

ALCOHOLS = ["C" * n + "O" for n in range(1, 61)]
MOLECULES = (
    "CC(=O)Oc1ccccc1C(=O)O",  # aspirin
    "Cn1cnc2n(C)c(=O)n(C)c(=O)c12",  # caffeine
    "CC(C)(c1ccc(O)cc1)c2ccc(O)cc2",
    "Cc1c(N(=O)=O)cc(N(=O)=O)cc1N(=O)=O",  # trinitrotoluene
    "OCC1OC(O)C(O)C(O)C1O",  # glucose
    "C/C=C/C#N",
    "FC(F)(Cl)C(Br)I",
    "c1ccc2[nH]ccc2c1",  # indole
)
MANY = settings(max_examples=60)


def write_csv(folder: Path, lines: list[str], header: str = f"smiles,{TARGET}") -> Path:
    path = folder / "molecules.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def number(smiles: list[str]) -> list[str]:
    """Rows of a SMILES and a number, different in each."""
    return [f"{line},{i / 10}" for i, line in enumerate(smiles)]


def identify(smiles: str) -> str:
    """The molecule, whatever its stereoisomer."""
    molecule = Chem.MolFromSmiles(smiles)
    Chem.RemoveStereochemistry(molecule)
    return str(Chem.MolToSmiles(molecule))


@MANY
@given(st.sampled_from(MOLECULES), st.integers(0, 2**31))
def test_every_spelling_is_of_the_same_molecule(smiles: str, seed: int) -> None:
    assert {identify(line) for line in spell(smiles, 8, seed)} == {identify(smiles)}


@given(st.sampled_from(MOLECULES), st.integers(0, 2**31))
@settings(max_examples=10)
def test_a_seed_gives_the_same_spellings_and_they_differ(smiles: str, seed: int) -> None:
    lines = spell(smiles, 8, seed)
    assert lines == spell(smiles, 8, seed)
    assert len(set(lines)) > 2


@pytest.mark.parametrize(
    ("smiles", "written"),
    [
        ("c1ccccc1", "C="),  # Kekule's bonds
        ("CC(O)N", "@"),  # a stereoisomer
        ("CCO", "[CH3]"),  # hydrogens
        ("C[N+](=O)[O-]", "N(=O)"),  # a pentavalent nitrogen
        ("CN(=O)=O", "[N+]"),
        ("C1CCCCC1", "7"),  # another number of a ring
    ],
)
def test_unusual_spellings_are_among_them(smiles: str, written: str) -> None:
    assert any(written in line for line in spell(smiles, 200, seed=0))


@MANY
@given(st.lists(st.sampled_from(MOLECULES), min_size=1, max_size=5), st.integers(0, 2**31))
def test_lines_are_encoded_as_the_product_encodes_them(smiles: list[str], seed: int) -> None:
    lines = [line for own in smiles for line in spell(own, 2, seed)]
    alphabet = find_alphabet([*lines, *map(write_as_served, lines)])
    length = find_max_length([*lines, *map(write_as_served, lines)])
    spec = TextInput(
        tensor="codes",
        field="smiles",
        description="SMILES.",
        alphabet=alphabet,
        max_length=length,
        syntax="SMILES",
    )
    reading = make_input(spec).read([{"smiles": line} for line in lines])
    assert not reading.problems
    served = [write_as_served(line) for line in lines]
    np.testing.assert_array_equal(reading.tensors["codes"], encode(served, alphabet, length))


@given(st.lists(st.text("CNO", min_size=1, max_size=90), min_size=1))
def test_the_longest_line_leaves_a_fifth_and_at_most_sixteen_more(lines: list[str]) -> None:
    longest = max(map(len, lines))
    assert 1.2 * longest <= find_max_length(lines) < 1.2 * longest + 16


@MANY
@given(
    st.lists(st.sampled_from(ALCOHOLS), min_size=50, max_size=120).filter(
        lambda lines: len(set(lines)) >= 20
    ),
    st.integers(0, 2**31),
)
def test_a_molecule_is_on_one_side_of_every_split(molecules: list[str], seed: int) -> None:
    split = split_molecules(molecules, seed)
    sides = [
        {molecules[row] for row in rows} for rows in (split.train, split.calibration, split.test)
    ]
    assert sorted([*split.train, *split.calibration, *split.test]) == list(range(len(molecules)))
    assert sum(map(len, sides)) == len(set(molecules))
    assert len(sides[1]) == len(sides[2]) == len(set(molecules)) // 10


def test_a_table_of_delaney_is_read(tmp_path: Path) -> None:
    header = f"Compound ID,smiles,{TARGET},{DELANEY}"
    rows = [f"alcohol {i},{line} ,{-i / 10},-1.5" for i, line in enumerate(ALCOHOLS)]
    rows.append("ethanol again,C(O)C,0,-1.5")
    table = read_molecules(write_csv(tmp_path, rows, header))
    assert table.smiles[:2] == ("CO", "CCO")
    assert table.y[2] == -0.2
    assert table.duplicates == 1
    assert table.unit == "log10(mol/L)"
    assert table.delaney is not None
    assert (table.delaney == -1.5).all()


def test_any_other_number_of_a_molecule_is_read(tmp_path: Path) -> None:
    path = write_csv(tmp_path, number(ALCOHOLS), "SMILES,melting")
    path.with_suffix(".yaml").write_text(
        "data: {source: a laboratory}\ncolumns: {melting: {unit: K}}"
    )
    table = read_molecules(path, "melting")
    assert (table.unit, table.delaney, table.origin.source) == ("K", None, "a laboratory")


BAD = {
    "fewer than 50 rows": (number(ALCOHOLS[:49]), f"smiles,{TARGET}"),
    "fewer than 50 molecules": (number([*ALCOHOLS[:49], "OC", "OCC"]), f"smiles,{TARGET}"),
    "missing: smiles": (number(ALCOHOLS), f"molecule,{TARGET}"),
    f"missing: {TARGET}": (number(ALCOHOLS), "smiles,other"),
    "2 rows hold no SMILES that RDKit can read, the first is row 62": (
        [*number(ALCOHOLS), "C1CC,1", "secret,2"],
        f"smiles,{TARGET}",
    ),
    "1 rows hold SMILES of more than 200 characters, the first is row 62": (
        [*number(ALCOHOLS), f"{'C' * 201},1"],
        f"smiles,{TARGET}",
    ),
    "is not a number": ([*number(ALCOHOLS), "C,high"], f"smiles,{TARGET}"),
    f"row 62: {TARGET} is missing": ([*number(ALCOHOLS), "C,"], f"smiles,{TARGET}"),
    "row 62": ([*number(ALCOHOLS), "C,inf"], f"smiles,{TARGET}"),
    "is the same in every row": ([f"{line},1" for line in ALCOHOLS], f"smiles,{TARGET}"),
}


@pytest.mark.parametrize("problem", BAD)
def test_what_cannot_be_learned_from_is_refused_and_nothing_written(
    problem: str, tmp_path: Path
) -> None:
    rows, header = BAD[problem]
    out = tmp_path / "models"
    options = Options(data=write_csv(tmp_path, rows, header), out=out, seed=0)
    with pytest.raises(TrainingError) as refused:
        solubility.run(options)
    assert problem in refused.value.message
    assert "secret" not in refused.value.message
    assert not out.exists()


def test_without_a_file_it_says_which_one_is_needed(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"--data is needed: .*10\.1021/ci034243x"):
        solubility.run(Options(data=None, out=tmp_path, seed=0))


def test_what_is_no_text_is_no_csv(tmp_path: Path) -> None:
    path = tmp_path / "image.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\xff\xfe")
    with pytest.raises(TrainingError, match="the file is a picture"):
        read_molecules(path)


def test_descriptors_are_those_of_the_molecule_however_it_is_spelt() -> None:
    lines = ["CC(=O)Oc1ccccc1C(=O)O", "O=C(O)c1c(OC(C)=O)cccc1"]
    for compute in (compute_descriptors, compute_fingerprints):
        first, second = compute(lines)
        np.testing.assert_allclose(first, second, atol=1e-9)
        assert first.any()
    # aspirin's weight, as any handbook has it
    assert np.isclose(compute_descriptors(lines[:1]), 180.16, atol=0.01).any()


def test_standardised_descriptors_are_bounded_and_centred() -> None:
    table = np.random.default_rng(0).normal([5, 0, 1], [3, 1e-3, 0], size=(200, 3))
    scaled = standardise(table)
    assert scaled.shape == (200, 2)  # the third is the same in every molecule
    assert np.abs(scaled).max() <= 4
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=0.05)
