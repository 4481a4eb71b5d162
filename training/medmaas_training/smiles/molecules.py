"""Molecules as lines of characters: read from a CSV, spelt in many ways, and encoded.

One molecule has many SMILES (Weininger 1988, doi 10.1021/ci00057a005), and the network must answer
alike to all of them: it is trained on others than those of the file (Bjerrum 2017,
arXiv:1703.07076). RDKit is needed for that alone: whoever answers needs no chemistry.
"""

import hashlib
import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rdkit import Chem, rdBase
from rdkit.Chem.EnumerateStereoisomers import EnumerateStereoisomers, StereoEnumerationOptions

from medmaas.model.inputs.reading import InvalidValueError
from medmaas.model.molecule import spell as write_one
from medmaas_training.errors import TrainingError
from medmaas_training.tabular.datasets import Floats, Origin, Split
from medmaas_training.tabular.own_data import make_origin
from medmaas_training.tabular.own_file import read_file
from medmaas_training.tabular.own_notes import Notes, read_notes
from medmaas_training.tabular.own_table import print_clauses, require, to_numbers

Codes = NDArray[np.int64]

FIELD = "smiles"
TARGET = "measured log solubility in mols per litre"
DELANEY = "ESOL predicted log solubility in mols per litre"
ESOL = Origin(
    source="ESOL: measured solubilities in water that Delaney 2004 (doi 10.1021/ci034243x) "
    "collected from the literature; supporting information of the paper",
    licence="terms not stated by the source",
    inclusion="every molecule of the file; how the paper chose them is not part of it",
    population="Small organic molecules: solvents, pesticides, drugs, hydrocarbons.",
    limit="Solubilities of many laboratories, methods and solid forms in one list, of uneven "
    "reliability; no external validation.",
)
_FEWEST = 50
_LONGEST = 200  # the graph's cost rises with the square
_ROOM = 1.2  # max_length over the longest line of training
_STEP = 16
_NITRO = Chem.MolFromSmarts("[N+](=O)[O-]")
_BRACKET = re.compile(r"(\[[^\]]*\])")


@dataclass(frozen=True)
class MoleculeTable:
    """n molecules, as the file spells them.

    Attributes:
        smiles: n lines.
        y: measured, [n].
        canonical: n canonical SMILES; equal ones are one molecule.
        delaney: Delaney's own prediction [n], if the file has it.
        unit: of y, UCUM.
        sha256: of smiles and y.
        origin: where they come from.
    """

    smiles: tuple[str, ...]
    y: Floats
    canonical: tuple[str, ...]
    delaney: Floats | None
    unit: str
    sha256: str
    origin: Origin

    @property
    def duplicates(self) -> int:
        """How many rows are of a molecule that an earlier row has."""
        return len(self.canonical) - len(set(self.canonical))


def read_molecules(data: Path | None, target: str | None = None) -> MoleculeTable:
    """Delaney's table, or any CSV with a column `smiles` and a numeric one.

    Args:
        data: the CSV.
        target: the column to learn; None is the measured log solubility of Delaney's table.

    Raises:
        TrainingError: there is no such file, column or molecule, or too little to learn from.
    """
    if data is None:
        raise TrainingError(
            f"--data is needed: a CSV with the columns smiles and {TARGET}, as in the supporting "
            "information of Delaney 2004, doi 10.1021/ci034243x, or with --target any other"
        )
    column, notes = target or TARGET, read_notes(data) if target else Notes()
    table = _read_csv(data)
    lines = [name for name in table if str(name).strip().lower() == FIELD]
    absent = ([] if lines else [FIELD]) + ([] if column in table else [column])
    require(not absent, f"these columns are missing: {', '.join(absent)}")
    require(len(table) >= _FEWEST, f"fewer than {_FEWEST} rows are too few to learn from")
    smiles = tuple(table[lines[0]].fillna("").str.strip())
    canonical = _canonicalise(smiles)
    require(len(set(canonical)) >= _FEWEST, f"fewer than {_FEWEST} molecules are too few")
    y = to_numbers(table[column])
    missing = np.isnan(y)
    require(not missing.any(), f"row {np.argmax(missing) + 2}: {column} is missing")
    require(bool(np.ptp(y) > 0), f"{column} is the same in every row")
    return MoleculeTable(
        smiles=smiles,
        y=y,
        canonical=canonical,
        delaney=None if target or DELANEY not in table else to_numbers(table[DELANEY]),
        unit=notes.of(column).unit or "1" if target else "log10(mol/L)",
        sha256=hashlib.sha256("\n".join(smiles).encode() + y.astype("<f8").tobytes()).hexdigest(),
        origin=make_origin(notes) if target else ESOL,
    )


def _read_csv(path: Path) -> pd.DataFrame:
    names, table, told = read_file(path, ())
    print_clauses("Note", told)
    return table.set_axis(names, axis=1)


def _canonicalise(smiles: Sequence[str]) -> tuple[str, ...]:
    with rdBase.BlockLogs():
        molecules = [Chem.MolFromSmiles(line) if line else None for line in smiles]
    wrong = [row for row, molecule in enumerate(molecules, start=2) if molecule is None]
    require(
        not wrong,
        f"{len(wrong)} rows hold no SMILES that RDKit can read, the first is row "
        f"{min(wrong, default=0)}: correct or remove them",
    )
    long = [row for row, line in enumerate(smiles, start=2) if len(line) > _LONGEST]
    require(
        not long,
        f"{len(long)} rows hold SMILES of more than {_LONGEST} characters, the first is row "
        f"{min(long, default=0)}: remove them",
    )
    return tuple(Chem.MolToSmiles(molecule) for molecule in molecules)


def split_molecules(canonical: Sequence[str], seed: int) -> Split:
    """80 % train, 10 % calibration, 10 % test, no molecule on two sides.

    Args:
        canonical: SMILES, equal for equal molecules.
        seed: of the draw.
    """
    molecules = np.array(canonical)
    different = np.random.default_rng(seed).permutation(np.unique(molecules))
    tenth = len(different) // 10
    held = {"test": different[:tenth], "calibration": different[tenth : 2 * tenth]}
    sides = {side: np.isin(molecules, which) for side, which in held.items()}
    return Split(
        np.flatnonzero(~(sides["test"] | sides["calibration"])),
        np.flatnonzero(sides["calibration"]),
        np.flatnonzero(sides["test"]),
        seed,
    )


def spell(smiles: str, count: int, seed: int) -> list[str]:
    """Other lines for the same molecule.

    Another first atom and order of branches every time; sometimes other numbers for its ring
    bonds, Kekule's bonds instead of aromatic atoms, nitro groups with a pentavalent nitrogen, the
    marks of one of its stereoisomers, or every hydrogen written out.

    Args:
        smiles: what RDKit can read.
        count: how many lines.
        seed: the same gives the same lines.
    """
    draw = random.Random(seed)  # noqa: S311 - no secret
    molecule = Chem.MolFromSmiles(smiles)
    forms = [molecule, Chem.Mol(molecule)]
    Chem.RemoveStereochemistry(forms[1])
    if molecule.HasSubstructMatch(_NITRO):
        forms += [_write_pentavalent(form) for form in forms]
    lines = []
    for _ in range(count):
        form = draw.choice(forms)
        if draw.random() < 0.15 and form in forms[:2]:
            options = StereoEnumerationOptions(maxIsomers=1, rand=draw.randrange(2**31))
            form = next(iter(EnumerateStereoisomers(form, options)))
        (line,) = Chem.MolToRandomSmilesVect(
            form,
            1,
            randomSeed=draw.randrange(1, 2**31),
            kekuleSmiles=draw.random() < 0.15,
            allHsExplicit=draw.random() < 0.03,
        )
        lines.append(_renumber_rings(line, draw) if draw.random() < 0.5 else line)
    return lines


def _write_pentavalent(molecule: Chem.Mol) -> Chem.Mol:
    """Nitro groups as N(=O)=O, as much of the literature writes them."""
    other = Chem.RWMol(molecule)
    for nitrogen, _, oxygen in molecule.GetSubstructMatches(_NITRO):
        for atom in (nitrogen, oxygen):
            other.GetAtomWithIdx(atom).SetFormalCharge(0)
        other.GetBondBetweenAtoms(nitrogen, oxygen).SetBondType(Chem.BondType.DOUBLE)
    other.UpdatePropertyCache(strict=False)
    return other.GetMol()


def _renumber_rings(line: str, draw: random.Random) -> str:
    if "%" in line:
        return line
    digits = list("123456789")
    draw.shuffle(digits)
    numbers = str.maketrans("123456789", "".join(digits))
    parts = _BRACKET.split(line)  # digits inside brackets count hydrogens or charges
    return "".join(part if part.startswith("[") else part.translate(numbers) for part in parts)


def write_as_served(line: str) -> str:
    """The one line for a molecule that the service lets a network read; empty if it refuses."""
    try:
        return write_one(line).line
    except InvalidValueError:
        return ""


def find_alphabet(lines: Iterable[str]) -> tuple[str, ...]:
    """The characters of the lines, in order."""
    return tuple(sorted(set().union(*lines)))


def find_max_length(smiles: Sequence[str]) -> int:
    """A fifth more than the longest line of the file, rounded up to 16."""
    return int(-(-_ROOM * max(map(len, smiles)) // _STEP) * _STEP)


def encode(lines: Sequence[str], alphabet: Sequence[str], length: int) -> Codes:
    """Position in the alphabet plus 1, 0 after the end, [n, length], as the product encodes."""
    codes = {character: i for i, character in enumerate(alphabet, start=1)}
    tensor = np.zeros((len(lines), length), dtype=np.int64)
    for row, line in zip(tensor, lines, strict=True):
        row[: len(line)] = [codes[character] for character in line]
    return tensor
