"""Which rings are aromatic, by the rules of RDKit, whose spellings the networks learned from.

Hueckel's 4 n + 2 electrons in a ring, or around the outside of up to six fused ones; what an atom
gives is counted as RDKit does (https://www.rdkit.org/docs/RDKit_Book.html#aromaticity).
"""

from collections.abc import Iterator, Sequence
from itertools import combinations

from medmaas.model.molecule.elements import (
    CARBON,
    OUTER,
    SELENIUM,
    TELLURIUM,
    list_valences,
)
from medmaas.model.molecule.line import Molecule
from medmaas.model.molecule.rings import Bond, Ring, find_rings, list_bonds

_MOST_FUSED, _LARGEST_FUSED, _MOST_TRIED = 6, 24, 5_000
_LIGHT = 18  # argon: beyond it only selenium and tellurium
_MOST_AROUND = 3
_SEXTET, _PAIR = 6, 2


def find_aromatic(molecule: Molecule, around: Sequence[Sequence[int]]) -> set[Bond]:
    """The aromatic bonds, both ways round; marks the atoms of aromatic rings in the molecule.

    Args:
        molecule: whose bonds have their orders.
        around: per atom its neighbours by bonds in rings.
    """
    electrons = {
        atom: given
        for atom, others in enumerate(around)
        if others and (given := _count_electrons(molecule, atom, others)) is not None
    }
    molecule.aromatic = [False] * len(molecule)
    found: set[Bond] = set()
    if len(electrons) < 3:  # noqa: PLR2004 - no ring is smaller
        return found
    rings = [ring for ring in find_rings(around) if all(atom in electrons for atom in ring)]
    for system in _join_fused(rings):
        _mark_system(molecule, system, electrons, found)
    return found


def _mark_system(
    molecule: Molecule,
    system: list[Ring],
    electrons: dict[int, int],
    found: set[Bond],
) -> None:
    bonds = [frozenset(list_bonds(ring)) for ring in system]
    every = frozenset().union(*bonds)
    fused = [
        sum(1 << i for i, other in enumerate(bonds) if other is not own and other & own)
        for own in bonds
    ]
    done: set[Bond] = set()
    tried = 0
    for size in range(1, min(len(system), _MOST_FUSED) + 1):
        for chosen in combinations(range(len(system)), size):
            tried += 1
            if done >= every or tried > _MOST_TRIED:
                return
            if size > 1 and not _are_fused(chosen, fused):
                continue
            counts: dict[int, int] = {}
            for ring in chosen:
                for atom in system[ring]:
                    counts[atom] = counts.get(atom, 0) + 1
            outside = [electrons[atom] for atom, times in counts.items() if times <= 2]  # noqa: PLR2004
            if not _is_aromatic(outside):
                continue
            for atom in counts:
                molecule.aromatic[atom] = True
            for one, other in _list_once(chosen, bonds):
                done.add((one, other))
                found |= {(one, other), (other, one)}


def _is_aromatic(electrons: Sequence[int]) -> bool:
    total = sum(electrons)
    return total == _PAIR or (total >= _SEXTET and (total - 2) % 4 == 0)


def _list_once(chosen: Sequence[int], bonds: list[frozenset[Bond]]) -> Iterator[Bond]:
    """The bonds that only one of the chosen rings has."""
    for ring in chosen:
        others = [bonds[other] for other in chosen if other != ring]
        yield from bonds[ring].difference(*others)


def _are_fused(chosen: Sequence[int], fused: Sequence[int]) -> bool:
    """Whether rings hang together, each fused to those of its bits."""
    wanted = sum(1 << ring for ring in chosen)
    reached, before = 1 << chosen[0], 0
    while reached != before:
        before = reached
        for ring in chosen:
            if before >> ring & 1:
                reached |= fused[ring] & wanted
    return reached == wanted


def _join_fused(rings: list[Ring]) -> Iterator[list[Ring]]:
    """Rings in systems: those that share a bond, unless one of the two is very large."""
    bonds = [frozenset(list_bonds(ring)) for ring in rings]
    left = list(range(len(rings)))
    while left:
        system: list[int] = []
        waiting = [left.pop(0)]
        while waiting:
            ring = waiting.pop(0)
            system.append(ring)
            for other in list(left):
                if max(len(rings[ring]), len(rings[other])) <= _LARGEST_FUSED and not bonds[
                    ring
                ].isdisjoint(bonds[other]):
                    left.remove(other)
                    waiting.append(other)
        yield [rings[ring] for ring in sorted(system)]


def _count_electrons(molecule: Molecule, atom: int, around: Sequence[int]) -> int | None:
    """What an atom of a ring gives; None if it cannot be part of an aromatic one."""
    number, charge, bonds = molecule.numbers[atom], molecule.charges[atom], molecule.bonds[atom]
    hydrogens = molecule.hydrogens[atom] or 0
    if number not in OUTER or (number > _LIGHT and number not in {SELENIUM, TELLURIUM}):
        return None
    valence, degree = list_valences(number, 0)[0], len(bonds) + hydrogens
    orders = sum(bonds.values())
    allowed = list_valences(number, charge)
    if degree > _MOST_AROUND or not allowed or orders + hydrogens > allowed[0]:
        return None
    radical = allowed[0] - orders - hydrogens
    if radical and (number != CARBON or charge):
        return None
    multiple = [other for other, order in bonds.items() if order > 1]
    if len(multiple) > 1:
        return None
    pairs = max(OUTER[number] - valence - charge, 0)
    free = valence - degree + pairs - radical
    if free > 1 and orders - len(bonds) > 1:
        free = 1  # a triple bond in the ring
    outside = next((other for other in multiple if other not in around), None)
    takes = outside is not None and _takes_electrons(molecule.numbers[outside], number)
    return _give(free, charge, is_double=bool(multiple), outside=outside is not None, takes=takes)


def _give(free: int, charge: int, *, is_double: bool, outside: bool, takes: bool) -> int | None:
    """By RDKit's table of what an atom donates.

    Args:
        free: its electrons that are in no bond of the plane.
        charge: of it.
        is_double: whether it has a double bond.
        outside: whether that leads out of the ring.
        takes: whether what is there takes the electrons.
    """
    if free < 0:
        return None
    if free == 0:
        return (0 if outside else 1) if is_double else None
    if free == 1:
        if outside:
            return 0 if takes else 1
        if is_double:
            return 1
        return 0 if charge == 1 else None
    if takes:
        free -= 1
    return 1 if free % 2 else 2


def _takes_electrons(outside: int, inside: int) -> bool:
    """Whether an atom is the more electronegative one."""
    one, other = OUTER.get(outside, 0), OUTER[inside]
    return one > other or (one == other and outside < inside)
