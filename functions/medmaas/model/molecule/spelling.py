"""One line for one molecule, however it was written.

Atoms are ranked by what they are and what is around them, again and again until nothing changes
(Morgan 1965, doi 10.1021/c160017a018; Weininger 1989, doi 10.1021/ci00062a008). The line begins
at the lowest rank, the shortest branch comes first. What a network of flat molecules learned
nothing of is left out: stereo marks, isotopes, the numbers of a reaction's atoms.
"""

from collections.abc import Sequence
from itertools import pairwise
from operator import gt
from typing import NamedTuple

from medmaas.model.molecule.aromaticity import find_aromatic
from medmaas.model.molecule.elements import CARBON, SYMBOLS, list_valences
from medmaas.model.molecule.line import Molecule, read_molecule, read_tokens
from medmaas.model.molecule.valence import settle

_ORGANIC = frozenset((5, 6, 7, 8, 9, 15, 16, 17, 35, 53))
_AROMATIC, _SINGLE = 0, 1
_SIGNS = {_AROMATIC: "", _SINGLE: "", 2: "=", 3: "#", 4: "$"}
_SIGMA = 3
_MOST_TRIED = 300  # atoms: how often a part is written to find its least line, by its size
_ONE_DIGIT = 10


class Spelling(NamedTuple):
    """The one line of a molecule.

    Attributes:
        line: as a network is to read it.
        atoms: per atom of the line which atom it is of the line that was sent, from 0.
        starts: where these begin in the line that was sent, from 0.
        loses_marks: whether that line had stereo marks or isotopes.
    """

    line: str
    atoms: tuple[int, ...]
    starts: tuple[int, ...]
    loses_marks: bool


def spell(text: str) -> Spelling:
    """Read a line, and write it as every line of this molecule is written.

    Raises:
        InvalidValueError: naming the first position, from 1, that no chemist would write.
    """
    molecule = read_molecule(text)
    written = molecule.aromatic
    around = settle(molecule)
    aromatic = find_aromatic(molecule, around)
    if any(map(gt, written, molecule.aromatic)):  # its double bonds could be elsewhere as well
        molecule = read_molecule(text)
        around = settle(molecule, _rank)
        aromatic = find_aromatic(molecule, around)
    for one, other in aromatic:
        molecule.bonds[one][other] = _AROMATIC
    ranks = _rank(molecule, around)
    parts = sorted(_write_part(molecule, ranks, part) for part in _list_parts(molecule))
    order = [atom for _, atoms in parts for atom in atoms]
    return Spelling(
        ".".join(line for line, _ in parts),
        tuple(order),
        tuple(molecule.starts[atom] for atom in order),
        molecule.has_marks,
    )


def find_atom(spelling: Spelling, place: int) -> int:
    """Where in the line that was sent the atom begins to which a place of the one line belongs."""
    atoms = [token for token in read_tokens(spelling.line) if token.lastgroup == "atom"]
    return spelling.starts[sum(token.start() <= place for token in atoms) - 1]


def _list_parts(molecule: Molecule) -> list[list[int]]:
    """Atoms by the parts that no bond joins."""
    seen: set[int] = set()
    parts = []
    for root in range(len(molecule)):
        if molecule.numbers[root] and root not in seen:
            part, waiting = [], [root]
            while waiting:
                atom = waiting.pop()
                if atom not in seen:
                    seen.add(atom)
                    part.append(atom)
                    waiting += molecule.bonds[atom]
            parts.append(part)
    return parts


def _rank(molecule: Molecule, around: Sequence[Sequence[int]]) -> list[int]:
    """Equal numbers for atoms that nothing tells apart."""
    keys = [
        (
            len(bonds), len(around[atom]), molecule.numbers[atom], abs(molecule.charges[atom]),
            molecule.charges[atom], molecule.hydrogens[atom] or 0, not molecule.aromatic[atom],
            sorted(bonds.values()),
        )
        for atom, bonds in enumerate(molecule.bonds)
    ]  # fmt: skip
    return _refine(molecule, _number(keys))


def _number(keys: Sequence[object]) -> list[int]:
    """Each key's place among the sorted ones; equal keys share the lowest."""
    order = sorted(range(len(keys)), key=keys.__getitem__)  # type: ignore[arg-type]
    ranks = [0] * len(keys)
    for place, (before, atom) in enumerate(pairwise(order), start=1):
        ranks[atom] = ranks[before] if keys[atom] == keys[before] else place
    return ranks


def _refine(molecule: Molecule, ranks: list[int]) -> list[int]:
    """Tell atoms apart by their neighbours, until that changes nothing."""
    count = len(set(ranks))
    while count < len(ranks):
        keys = [
            (ranks[atom], sorted((ranks[other], order) for other, order in bonds.items()))
            for atom, bonds in enumerate(molecule.bonds)
        ]
        ranks = _number(keys)
        count, before = len(set(ranks)), count
        if count == before:
            break
    return ranks


def _write_part(
    molecule: Molecule, ranks: Sequence[int], part: Sequence[int]
) -> tuple[str, tuple[int, ...]]:
    """The line of a part, and its atoms in order.

    Where atoms share a rank, each of the first such may come first: the least line counts. Most
    are mirror images, and their lines are the same.
    """
    tied = _find_tie(ranks, part)
    if not tied:
        return _Writer(molecule, ranks).write(min(part, key=ranks.__getitem__))
    lines = []
    for chosen in tied[: max(_MOST_TRIED // len(part), 1)]:
        found = _set_apart(molecule, ranks, chosen)
        while others := _find_tie(found, part):
            found = _set_apart(molecule, found, others[0])
        lines.append(_Writer(molecule, found).write(min(part, key=found.__getitem__)))
    return min(lines)


def _find_tie(ranks: Sequence[int], part: Sequence[int]) -> list[int]:
    """The atoms of the lowest rank that several share."""
    by_rank: dict[int, list[int]] = {}
    for atom in part:
        by_rank.setdefault(ranks[atom], []).append(atom)
    return next((by_rank[rank] for rank in sorted(by_rank) if len(by_rank[rank]) > 1), [])


def _set_apart(molecule: Molecule, ranks: Sequence[int], chosen: int) -> list[int]:
    keys = [(rank, atom != chosen) for atom, rank in enumerate(ranks)]
    return _refine(molecule, _number(keys))


class _Writer:
    """Writes a part whose atoms all have ranks of their own."""

    def __init__(self, molecule: Molecule, ranks: Sequence[int]) -> None:
        self._molecule, self._ranks = molecule, ranks
        self._children: dict[int, list[int]] = {}
        self._ends: dict[int, list[int]] = {}  # per atom those to which a ring closes

    def write(self, root: int) -> tuple[str, tuple[int, ...]]:
        order = self._walk(root)
        sizes = dict.fromkeys(order, 1)
        for atom in reversed(order):
            for child in self._children[atom]:
                sizes[atom] += sizes[child]
        for children in self._children.values():
            children.sort(key=lambda child: (sizes[child], self._ranks[child]))
        return self._spell(root)

    def _walk(self, root: int) -> list[int]:
        """Depth first: who comes after whom, and which bonds close rings, double ones last.

        The lower rank comes first, which is the last that is put on the stack.
        """
        order: list[int] = []
        ranks, seen = self._ranks, set[int]()
        stack: list[tuple[int, int]] = [(root, -1)]
        while stack:
            atom, parent = stack.pop()
            if atom in seen:
                continue
            seen.add(atom)
            order.append(atom)
            self._children[atom] = []
            self._ends[atom] = []
            if parent >= 0:
                self._children[parent].append(atom)
            bonds = self._molecule.bonds[atom]
            for _, _, other in sorted((order > 1, -ranks[to], to) for to, order in bonds.items()):
                if other not in seen:
                    stack.append((other, atom))
                elif other != parent:
                    self._ends[atom].append(other)
                    self._ends[other].append(atom)
        return order

    def _spell(self, root: int) -> tuple[str, tuple[int, ...]]:
        line: list[str] = []
        order: list[int] = []
        digits: dict[tuple[int, int], int] = {}
        stack: list[int | str] = [root]
        previous: dict[int, int] = {}
        while stack:
            atom = stack.pop()
            if isinstance(atom, str):
                line.append(atom)
                continue
            if atom in previous:
                line.append(self._sign(previous[atom], atom))
            order.append(atom)
            line.append(self._write_atom(atom))
            line += self._write_ends(atom, order, digits)
            children = self._children[atom]
            previous |= dict.fromkeys(children, atom)
            for i, child in enumerate(reversed(children)):
                stack += [child] if i == 0 else [")", child, "("]
        return "".join(line), tuple(order)

    def _write_ends(
        self, atom: int, order: Sequence[int], digits: dict[tuple[int, int], int]
    ) -> list[str]:
        """Ring numbers: those that close here, then those that open."""
        written = set(order)
        closing = sorted((digits[end, atom], end) for end in self._ends[atom] if end in written)
        opening = [end for end in self._ends[atom] if end not in written]
        marks = [self._sign(atom, end) + _write_number(number) for number, end in closing]
        taken = set(digits.values())
        for end in sorted(opening, key=self._ranks.__getitem__):
            number = next(n for n in range(1, len(taken) + 2) if n not in taken)
            taken.add(number)
            digits[atom, end] = number
            marks.append(_write_number(number))
        for _, end in closing:
            del digits[end, atom]
        return marks

    def _sign(self, one: int, other: int) -> str:
        molecule, order = self._molecule, self._molecule.bonds[one][other]
        if order == _SINGLE and molecule.aromatic[one] and molecule.aromatic[other]:
            return "-"
        return _SIGNS[order]

    def _write_atom(self, atom: int) -> str:
        molecule = self._molecule
        number, charge = molecule.numbers[atom], molecule.charges[atom]
        hydrogens, symbol = molecule.hydrogens[atom] or 0, SYMBOLS[number]
        if molecule.aromatic[atom]:
            symbol = symbol.lower()
        if number in _ORGANIC and charge == 0 and hydrogens == self._expect_hydrogens(atom):
            return symbol
        counted = "" if hydrogens == 0 else "H" if hydrogens == 1 else f"H{hydrogens}"
        sign = "+" if charge > 0 else "-"
        charged = "" if charge == 0 else sign if abs(charge) == 1 else f"{sign}{abs(charge)}"
        return f"[{symbol}{counted}{charged}]"

    def _expect_hydrogens(self, atom: int) -> int:
        """Those of an atom without brackets."""
        molecule, number = self._molecule, self._molecule.numbers[atom]
        orders = sum(order or 1 for order in molecule.bonds[atom].values())
        if molecule.aromatic[atom]:
            return max(_SIGMA - orders, 0) if number == CARBON else 0
        valences = list_valences(number, 0)
        return next((valence - orders for valence in valences if valence >= orders), 0)


def _write_number(number: int) -> str:
    return str(number) if number < _ONE_DIGIT else f"%{number:02}"
