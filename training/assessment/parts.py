"""What characters of a line are parts of: the elements of a molecule."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from medmaas.model.explanation.molecule import read_molecule
from medmaas.model.manifest import TextInput
from training.assessment.studied import Array

Floats = NDArray[np.float64]

BONDS = "bonds, branches and rings"
_ELEMENT = re.compile(r"Cl|Br|[A-Z][a-z]?|[bcnops]")
_AROMATIC = "aromatic "


def gather_elements(
    spec: TextInput, rows: Array, values: Sequence[Floats]
) -> tuple[tuple[str, ...], Floats]:
    """Attributions of characters, summed by element of their atom, or by character of other texts.

    Args:
        spec: of the lines.
        rows: codes [n, length].
        values: attributions of each line, [characters].

    Returns:
        The parts, and attributions [n, parts], NaN where a line has no such part.
    """
    found = []
    for row, attributed in zip(rows, values, strict=True):
        line = "".join(spec.alphabet[code - 1] for code in row[row > 0])
        names = name_elements(line) if spec.syntax == "SMILES" else list(line)
        sums: dict[str, float] = {}
        for name, value in zip(names, attributed.tolist(), strict=True):
            sums[name] = sums.get(name, 0) + value
        found.append(sums)
    parts = tuple(sorted(set().union(*found)))
    return parts, np.array([[sums.get(part, np.nan) for part in parts] for sums in found])


def name_elements(line: str) -> list[str]:
    """Per character of a SMILES the element it belongs to, or BONDS."""
    names = [BONDS] * len(line)
    for atom in read_molecule(line).atoms:
        for character in atom.characters:
            names[character] = _name(atom.symbol)
    return names


def _name(symbol: str) -> str:
    element = _ELEMENT.search(symbol)
    name = element.group() if element else symbol
    return _AROMATIC + name.upper() if name.islower() else name
