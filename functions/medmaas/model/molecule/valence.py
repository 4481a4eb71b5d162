"""How many bonds and hydrogens each atom has, and where the double bonds of aromatic rings are."""

from collections import deque
from collections.abc import Callable, Sequence

from medmaas.model.inputs.reading import InvalidValueError
from medmaas.model.molecule.elements import (
    BROMINE,
    CARBON,
    CHLORINE,
    HYDROGEN,
    IODINE,
    NITROGEN,
    OXYGEN,
    PHOSPHORUS,
    SULPHUR,
    list_valences,
)
from medmaas.model.molecule.line import Molecule
from medmaas.model.molecule.rings import find_ring_neighbours

_HALOGENS = frozenset((CHLORINE, BROMINE, IODINE))
_HYPERVALENT = frozenset((PHOSPHORUS, SULPHUR))
_DOUBLE, _PENTAVALENT = 2, 5
_SIGMA = 3  # bonds of an aromatic atom in the plane of its ring


Rank = Callable[[Molecule, Sequence[Sequence[int]]], Sequence[int]]


def settle(molecule: Molecule, rank: Rank | None = None) -> list[list[int]]:
    """Give every bond its order and every atom its hydrogens, as a chemist reads the line.

    Charges that are written in different ways get one: nitro groups and azides get theirs, the S+
    and O- of a sulphoxide lose them. Hydrogens that are atoms of their own are counted at their
    neighbours, and left without bonds.

    Args:
        molecule: as it was read.
        rank: orders its atoms by what they are, where double bonds may be placed in several ways;
            else the order of the line does.

    Returns:
        Per atom its neighbours by bonds in rings.

    Raises:
        InvalidValueError: an atom has more bonds than it can have, or an aromatic ring cannot be.
    """
    around = find_ring_neighbours(molecule.bonds)
    _open_ring_bonds(molecule, around)
    for atom in range(len(molecule)):
        _settle_charges(molecule, atom)
    for atom in range(len(molecule)):
        if molecule.hydrogens[atom] is None:
            molecule.hydrogens[atom] = _count_hydrogens(molecule, atom)
    _place_double_bonds(molecule, rank(molecule, around) if rank else range(len(molecule)))
    for atom in range(len(molecule)):
        _check(molecule, atom)
    _fold_hydrogens(molecule)
    return around


def _open_ring_bonds(molecule: Molecule, around: list[list[int]]) -> None:
    """Leave open only bonds in rings; those between two rings are single."""
    for atom, others in enumerate(molecule.bonds):
        for other, order in others.items():
            if order == 0 and other not in around[atom]:
                others[other] = 1
        around_it = len(others) + (molecule.hydrogens[atom] or 0)
        is_flat = around_it <= _SIGMA or molecule.numbers[atom] in _HYPERVALENT
        if molecule.aromatic[atom] and not (is_flat and 0 in others.values()):
            raise InvalidValueError(
                "smiles_not_in_aromatic_ring", position=molecule.starts[atom] + 1
            )


def _count_orders(molecule: Molecule, atom: int) -> int:
    """The orders of an atom's bonds, those that are open counted once."""
    return sum(order or 1 for order in molecule.bonds[atom].values())


def _settle_charges(molecule: Molecule, atom: int) -> None:
    number, charge = molecule.numbers[atom], molecule.charges[atom]
    if number == NITROGEN and charge == 0:
        _part_charges(molecule, atom)
    elif number in _HALOGENS and charge == 0:
        bonds = molecule.bonds[atom]
        if all(molecule.numbers[other] == OXYGEN for other in bonds):
            for other in [other for other, order in bonds.items() if order == _DOUBLE]:
                _shift(molecule, atom, other, by=1)
    elif number in _HYPERVALENT and charge > 0 and not molecule.aromatic[atom]:
        _join_charges(molecule, atom)


def _part_charges(molecule: Molecule, nitrogen: int) -> None:
    """Of nitro groups, N-oxides and azides that are written with five bonds at a nitrogen."""
    orders = count_bonds(molecule, nitrogen) + molecule.aromatic[nitrogen]
    if orders != _PENTAVALENT:
        return
    for other, order in molecule.bonds[nitrogen].items():
        kind = molecule.numbers[other], order, molecule.charges[other]
        if kind in {(OXYGEN, 2, 0), (NITROGEN, 3, 0)}:
            _shift(molecule, nitrogen, other, by=1)
            return


def _join_charges(molecule: Molecule, atom: int) -> None:
    """Of sulphoxides and the like, written as S+ and O-."""
    for other, order in molecule.bonds[atom].items():
        kind = molecule.numbers[other], order, molecule.charges[other]
        if molecule.charges[atom] > 0 and kind in {(OXYGEN, 1, -1), (SULPHUR, 1, -1)}:
            _shift(molecule, atom, other, by=-1)


def _shift(molecule: Molecule, atom: int, other: int, *, by: int) -> None:
    """Lower the order of a bond by one, and part charges; with -1 the other way round."""
    order = molecule.bonds[atom][other] - by
    molecule.bonds[atom][other] = molecule.bonds[other][atom] = order
    molecule.charges[atom] += by
    molecule.charges[other] -= by


def _count_hydrogens(molecule: Molecule, atom: int) -> int:
    """Those that an atom without brackets has."""
    number, orders = molecule.numbers[atom], _count_orders(molecule, atom)
    if molecule.aromatic[atom]:
        return max(_SIGMA - orders, 0) if number == CARBON else 0
    valences = list_valences(number, molecule.charges[atom])
    return next((valence - orders for valence in valences if valence >= orders), 0)


def count_bonds(molecule: Molecule, atom: int) -> int:
    """Those of an atom, with its hydrogens; the open ones count once."""
    return _count_orders(molecule, atom) + (molecule.hydrogens[atom] or 0)


def _check(molecule: Molecule, atom: int) -> None:
    valences = list_valences(molecule.numbers[atom], molecule.charges[atom])
    if valences and count_bonds(molecule, atom) > valences[-1]:
        raise InvalidValueError("smiles_too_many_bonds", position=molecule.starts[atom] + 1)


def _place_double_bonds(molecule: Molecule, ranks: Sequence[int]) -> None:
    """Make the open bonds single or double, so that every atom of a ring has what it needs."""
    partners: dict[int, list[int]] = {}
    for atom, others in enumerate(molecule.bonds):
        if molecule.aromatic[atom]:
            valences = list_valences(molecule.numbers[atom], molecule.charges[atom])
            bonds = count_bonds(molecule, atom)
            if next((valence > bonds for valence in valences if valence >= bonds), False):
                partners[atom] = [other for other, order in others.items() if order == 0]
    partners = {
        atom: sorted((o for o in partners[atom] if o in partners), key=ranks.__getitem__)
        for atom in sorted(partners, key=ranks.__getitem__)
    }
    matched = _match(partners)
    for atom in partners:
        if atom not in matched:
            raise InvalidValueError(
                "smiles_not_in_aromatic_ring", position=molecule.starts[atom] + 1
            )
    for atom, others in enumerate(molecule.bonds):
        for other, order in others.items():
            if order == 0:
                others[other] = 2 if matched.get(atom) == other else 1


def _match(partners: dict[int, list[int]]) -> dict[int, int]:
    """As many pairs of neighbours as there can be (Edmonds 1965, doi 10.4153/CJM-1965-045-4)."""
    matched: dict[int, int] = {}
    for atom in sorted(partners, key=lambda atom: len(partners[atom])):
        if atom not in matched:
            free = [other for other in partners[atom] if other not in matched]
            if free:
                other = min(free, key=lambda o: sum(p not in matched for p in partners[o]))
                matched[atom], matched[other] = other, atom
    for atom in partners:
        if atom not in matched:
            _Blossom(partners, matched).augment(atom)
    return matched


class _Blossom:
    """The search for a way along which one pair more can be made."""

    def __init__(self, partners: dict[int, list[int]], matched: dict[int, int]) -> None:
        self._partners, self._matched = partners, matched
        self._base = {atom: atom for atom in partners}
        self._parent: dict[int, int] = {}

    def augment(self, root: int) -> None:
        end = self._find_end(root)
        while end is not None:
            previous = self._parent[end]
            after = self._matched.get(previous)
            self._matched[end], self._matched[previous] = previous, end
            end = after

    def _find_end(self, root: int) -> int | None:
        used, queue = {root}, deque([root])
        while queue:
            atom = queue.popleft()
            for other in self._partners[atom]:
                if self._base[atom] == self._base[other] or self._matched.get(atom) == other:
                    continue
                partner = self._matched.get(other)
                if other == root or (partner is not None and partner in self._parent):
                    self._contract(atom, other, used, queue)
                elif other not in self._parent:
                    self._parent[other] = atom
                    if partner is None:
                        return other
                    used.add(partner)
                    queue.append(partner)
        return None

    def _contract(self, one: int, other: int, used: set[int], queue: deque[int]) -> None:
        base, blossom = self._find_base(one, other), set[int]()
        self._mark(one, base, other, blossom)
        self._mark(other, base, one, blossom)
        for atom in self._partners:
            if self._base[atom] in blossom:
                self._base[atom] = base
                if atom not in used:
                    used.add(atom)
                    queue.append(atom)

    def _find_base(self, one: int, other: int) -> int:
        above = set()
        while True:
            one = self._base[one]
            above.add(one)
            if one not in self._matched:
                break
            one = self._parent.get(self._matched[one], -1)
            if one < 0:
                break
        while self._base[other] not in above:
            other = self._parent[self._matched[self._base[other]]]
        return self._base[other]

    def _mark(self, atom: int, base: int, child: int, blossom: set[int]) -> None:
        while self._base[atom] != base:
            partner = self._matched[atom]
            blossom |= {self._base[atom], self._base[partner]}
            self._parent[atom] = child
            child = partner
            atom = self._parent[partner]


def _fold_hydrogens(molecule: Molecule) -> None:
    """Count plain hydrogens at their neighbours, unless those are hydrogens too."""
    for atom, others in enumerate(molecule.bonds):
        plain = molecule.numbers[atom] == HYDROGEN and molecule.charges[atom] == 0
        if plain and len(others) == 1:
            (other,) = others
            if molecule.numbers[other] != HYDROGEN:
                molecule.hydrogens[other] = (molecule.hydrogens[other] or 0) + 1
                del molecule.bonds[other][atom]
                others.clear()
                molecule.numbers[atom] = 0  # no atom any more
