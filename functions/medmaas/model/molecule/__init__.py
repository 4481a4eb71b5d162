"""The chemistry of a SMILES: what it means, and one line for every way to write it.

- line.py reads atoms and bonds; elements.py knows how many bonds each element takes.
- valence.py counts hydrogens and places double bonds; rings.py and aromaticity.py find rings.
- spelling.py writes the molecule anew; notation.py names what is no SMILES of one molecule.

In plain Python, so that whoever answers needs no RDKit.
"""

from medmaas.model.molecule.notation import judge_notation, judge_parts
from medmaas.model.molecule.spelling import Spelling, find_atom, spell

__all__ = ["Spelling", "find_atom", "judge_notation", "judge_parts", "spell"]
