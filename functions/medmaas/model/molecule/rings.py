"""Rings: which bonds are in one, and the smallest of them."""

from collections.abc import Iterator, Sequence
from itertools import groupby

Graph = Sequence[dict[int, int]]
Ring = tuple[int, ...]  # atoms one after the other
Bond = tuple[int, int]  # the lower atom first
_FURTHEST = 14  # atoms from one end of a ring to the other: larger rings are not looked for


def find_ring_neighbours(bonds: Graph) -> list[list[int]]:
    """Per atom those of its neighbours to which it is bound in a ring.

    Tarjan's bridges (1974, doi 10.1016/0020-0190(74)90003-9), without recursion.
    """
    low, seen = [0] * len(bonds), [0] * len(bonds)
    in_ring: list[list[int]] = [[] for _ in bonds]
    clock = 0
    for root in range(len(bonds)):
        if seen[root]:
            continue
        clock += 1
        seen[root] = low[root] = clock
        stack = [(root, -1, iter(bonds[root]))]
        while stack:
            atom, parent, neighbours = stack[-1]
            for other in neighbours:
                if not seen[other]:
                    clock += 1
                    seen[other] = low[other] = clock
                    stack.append((other, atom, iter(bonds[other])))
                    break
                if other != parent and seen[other] < seen[atom]:
                    low[atom] = min(low[atom], seen[other])
                    in_ring[atom].append(other)
                    in_ring[other].append(atom)
            else:
                stack.pop()
                if parent >= 0:
                    low[parent] = min(low[parent], low[atom])
                    if low[atom] <= seen[parent]:
                        in_ring[atom].append(parent)
                        in_ring[parent].append(atom)
    return in_ring


def find_rings(around: Sequence[Sequence[int]]) -> list[Ring]:
    """The smallest rings, with others of the same sizes where there is a choice; no huge ones.

    From every atom the shortest ways to both ends of every bond make a ring, if they do not meet
    before (Horton 1987, doi 10.1137/0216026); kept are those that no smaller ones add up to.

    Args:
        around: per atom its neighbours by bonds in rings.
    """
    known = [
        (atom, other) for atom, others in enumerate(around) for other in others if atom < other
    ]
    bits = {bond: 1 << i for i, bond in enumerate(known)}
    candidates = {
        sum(bits[bond] for bond in list_bonds(ring)): ring
        for root in range(len(around))
        for ring in _find_rings_from(root, around)
    }
    kept: list[Ring] = []
    basis: dict[int, int] = {}  # by the highest bit
    for _, group in groupby(sorted(candidates.items(), key=_measure), key=_measure):
        smaller = dict(basis)
        for bonds, ring in group:
            if _reduce(bonds, smaller):
                kept.append(ring)
                if rest := _reduce(bonds, basis):
                    basis[rest.bit_length()] = rest
    return kept


def list_bonds(ring: Ring) -> Iterator[Bond]:
    """The bonds of a ring, the lower atom first."""
    last = ring[-1]
    for atom in ring:
        yield (atom, last) if atom < last else (last, atom)
        last = atom


def _measure(candidate: tuple[int, Ring]) -> int:
    return len(candidate[1])


def _find_rings_from(root: int, around: Sequence[Sequence[int]]) -> Iterator[Ring]:
    """Rings of the shortest ways from an atom to both ends of a bond."""
    ways: dict[int, Ring] = {root: (root,)} if around[root] else {}
    order = list(ways)
    for atom in order:
        if len(ways[atom]) > _FURTHEST:
            break
        for other in around[atom]:
            if other not in ways:
                ways[other] = (*ways[atom], other)
                order.append(other)
    for one in order:
        left = ways[one]
        for other in around[one]:
            right = ways.get(other, ())
            if right and one < other and root not in {one, other} and left[1] != right[1]:
                ring = (*left, *reversed(right[1:]))
                if len(set(ring)) == len(ring):
                    yield ring


def _reduce(bits: int, basis: dict[int, int]) -> int:
    """What is left of a ring when those of a basis are taken off."""
    while bits and (known := basis.get(bits.bit_length())):
        bits ^= known
    return bits
