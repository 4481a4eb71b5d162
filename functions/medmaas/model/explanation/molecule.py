"""What the characters of a SMILES stand for: atoms, and the bonds that are written between them.

The grammar of OpenSMILES (http://opensmiles.org): an atom is bound to the one before it, which a
branch remembers, and to the one that bears the same ring number.
"""

from dataclasses import dataclass, field

from medmaas.model.molecule.line import read_ring_number, read_tokens


@dataclass(slots=True)
class Atom:
    """An atom.

    Attributes:
        start: where it begins, from 0.
        symbol: as it is written, as in O or [nH].
        characters: where its characters are, and those that belong to no bond.
    """

    start: int
    symbol: str
    characters: list[int]


@dataclass(slots=True)
class Bond:
    """A bond between two atoms.

    Attributes:
        between: positions of the two in the molecule's atoms.
        characters: where it is written: its sign, its ring numbers, and the parentheses of the
            branch that it opens; empty where atoms just follow each other.
    """

    between: tuple[int, int]
    characters: list[int]


@dataclass(slots=True)
class Molecule:
    """Atoms in the order of the line, and their bonds; every character belongs to one of them."""

    atoms: list[Atom] = field(default_factory=list)
    bonds: list[Bond] = field(default_factory=list)


def read_molecule(line: str) -> Molecule:
    """Read a line that is valid, without chemistry."""
    reader = _Reader()
    for token in read_tokens(line):
        where = list(range(*token.span()))
        match token.lastgroup:
            case "atom":
                reader.add_atom(token.group(), where)
            case "open":
                reader.open_branch(where)
            case "close":
                reader.close_branch(where)
            case "ring":
                reader.close_ring(read_ring_number(token), where)
            case _:
                reader.mark(where, parts=token.group() == ".")
    return reader.finish()


class _Reader:
    """The molecule so far, and what the next token is read against.

    What is written before a bond's second atom gathers in `_marks`, a list that the bond keeps, so
    that a branch's end still finds it.
    """

    def __init__(self) -> None:
        self._molecule = Molecule()
        self._previous: int | None = None
        self._marks: list[int] = []
        self._branches: list[tuple[int | None, list[int]]] = []
        self._rings: dict[str, tuple[int, list[int]]] = {}
        self._late: list[tuple[list[int], list[int]]] = []

    def add_atom(self, symbol: str, where: list[int]) -> None:
        atoms = self._molecule.atoms
        new = len(atoms)
        atoms.append(Atom(where[0], symbol, where))
        if self._previous is None:
            self._late.append((where, self._marks))
        else:
            self._molecule.bonds.append(Bond((self._previous, new), self._marks))
        self._previous, self._marks = new, []

    def mark(self, where: list[int], *, parts: bool) -> None:
        self._marks += where
        if parts:
            self._previous = None

    def open_branch(self, where: list[int]) -> None:
        self._marks += where
        self._branches.append((self._previous, self._marks))

    def close_branch(self, where: list[int]) -> None:
        self._drop_marks()
        self._previous, marks = self._branches.pop()
        marks += where

    def close_ring(self, number: str, where: list[int]) -> None:
        here, self._marks = self._marks, []
        here += where
        last = self._last if self._previous is None else self._previous
        partner, there = self._rings.pop(number, (None, []))
        if partner is None:
            self._rings[number] = last, here
            return
        self._late.append((there, here))
        if partner == last:
            self._late.append((self._molecule.atoms[last].characters, there))
        else:
            self._molecule.bonds.append(Bond((partner, last), there))

    def finish(self) -> Molecule:
        self._drop_marks()
        for owner, marks in self._late:
            owner.extend(marks)
        return self._molecule

    @property
    def _last(self) -> int:
        return len(self._molecule.atoms) - 1

    def _drop_marks(self) -> None:
        """Leave what came to no bond to the last atom."""
        if self._marks:
            self._late.append((self._molecule.atoms[self._last].characters, self._marks))
            self._marks = []
