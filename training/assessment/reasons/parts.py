"""What a line is made of: a molecule of atoms and written bonds, any other text of characters."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from medmaas.model.explanation.molecule import read_molecule
from medmaas.model.manifest import TextInput

Floats = NDArray[np.float64]

BONDS = "bonds, branches and rings"
_ELEMENT = re.compile(r"Cl|Br|[A-Z][a-z]?|[bcnops]")
_AROMATIC = "aromatic "


def name_parts(spec: TextInput, line: str) -> list[tuple[str, list[int]]]:
    """The element of each atom, or BONDS, or the character itself, and which characters it has."""
    if spec.syntax != "SMILES":
        return [(character, [i]) for i, character in enumerate(line)]
    molecule = read_molecule(line)
    atoms = [(name_element(atom.symbol), atom.characters) for atom in molecule.atoms]
    bonds = [(BONDS, bond.characters) for bond in molecule.bonds if bond.characters]
    return [*atoms, *bonds]


def sum_by_name(
    names: Sequence[Sequence[str]], values: Sequence[Floats]
) -> tuple[tuple[str, ...], Floats]:
    """Attributions of n instances, summed over parts of the same name.

    Args:
        names: of each instance's parts.
        values: attributions of each instance, [parts].

    Returns:
        The different names, and attributions [n, names], NaN where an instance has no such part.
    """
    different = tuple(sorted(set().union(*names)))
    table = np.full((len(names), len(different)), np.nan)
    for row, named, attributed in zip(table, names, values, strict=True):
        for name, value in zip(named, attributed.tolist(), strict=True):
            column = different.index(name)
            row[column] = np.nan_to_num(row[column]) + value
    return different, table


def name_element(symbol: str) -> str:
    """Cl of Cl, N of [NH3+], aromatic N of [nH]."""
    element = _ELEMENT.search(symbol)
    name = element.group() if element else symbol
    return _AROMATIC + name.upper() if name.islower() else name
