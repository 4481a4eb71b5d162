"""Molecules from elsewhere, which a model is measured on and learns nothing from."""

from pathlib import Path

import numpy as np

from medmaas.model.manifest import TextInput
from medmaas_training.assessment.splits import Cases
from medmaas_training.errors import TrainingError
from medmaas_training.smiles.molecules import (
    FIELD,
    TARGET,
    MoleculeTable,
    encode,
    write_as_served,
)
from medmaas_training.tabular.own_columns import parse_numbers
from medmaas_training.tabular.own_file import read_file
from medmaas_training.tabular.own_table import print_clauses

_AQSOLDB = "Solubility"  # Sorkun et al. 2019, log10(mol/L) as in Delaney's table
_MOST = 2000
_FEWEST = 50


def read_external(
    path: Path, target: str | None, known: MoleculeTable, spec: TextInput, seed: int
) -> Cases:
    """Other molecules than the model's own, each once, of which at most 2,000 are drawn.

    Compared is how the service writes a molecule, so that no stereoisomer of a known one is among
    them. Left out is what the model would refuse to read.

    Args:
        path: a CSV with a column `smiles` and the number.
        target: the column with it; None is Delaney's, or AqSolDB's.
        known: the molecules that the model was made of.
        spec: what it reads.
        seed: of the draw.

    Raises:
        TrainingError: a column is missing, or too few molecules are left.
    """
    names, table, told = read_file(path, ())
    print_clauses("Note", told)
    table = table.set_axis(names, axis=1)
    lines = [name for name in table if str(name).strip().lower() == FIELD]
    column = target or (TARGET if TARGET in table else _AQSOLDB)
    absent = ([] if lines else [FIELD]) + ([] if column in table else [target or TARGET])
    _require(not absent, f"these columns are missing: {', '.join(absent)}")
    y = parse_numbers(table[column])
    _require(bool(np.isfinite(y).any()), f"{column} holds no numbers")
    taken = {write_as_served(line) for line in known.smiles} | {""}
    alphabet, rows, served = set(spec.alphabet), list[int](), list[str]()
    for row, line in enumerate(table[lines[0]].fillna("").str.strip()):
        one = write_as_served(line) if line else ""
        reads = len(one) <= spec.max_length and set(one) <= alphabet
        if one not in taken and reads and np.isfinite(y[row]):
            taken.add(one)
            rows.append(row)
            served.append(one)
    _require(
        len(rows) >= _FEWEST,
        f"fewer than {_FEWEST} molecules that the model can read are others than its own: too few "
        "to measure on",
    )
    drawn = np.sort(np.random.default_rng(seed).permutation(len(rows))[:_MOST])
    codes = encode([served[i] for i in drawn], spec.alphabet, spec.max_length)
    return Cases(codes, y[rows][drawn])


def _require(condition: bool, sentence: str) -> None:  # noqa: FBT001 - it reads as an assertion
    if not condition:
        raise TrainingError(f"--external: {sentence}")
