"""A SMILES becomes atoms and bonds, by the grammar of OpenSMILES (http://opensmiles.org)."""

import re

from medmaas.model.inputs.reading import InvalidValueError
from medmaas.model.molecule.elements import NUMBERS

_TOKEN = re.compile(
    r"(?P<atom>\[[^\[\]]+\]|Cl|Br|[BCNOPSFIbcnops*])|(?P<ring>%\d\d|\d)|(?P<bond>[-=#$:/\\.])"
    r"|(?P<open>\()|(?P<close>\))|(?P<other>.)",
    re.DOTALL,
)
_BRACKET = re.compile(
    r"\[(?P<isotope>\d{1,3})?(?P<symbol>se|as|te|si|[bcnops]|[A-Z][a-z]?|\*)"
    r"(?P<stereo>@(?:@|TH[12]|AL[12]|SP[123]|TB\d\d?|OH\d\d?)?)?(?P<hydrogens>H\d?)?"
    r"(?P<charge>\+{1,4}|-{1,4}|[+-]\d{1,2})?(?::\d+)?\]"
)
_ORDERS = {"-": 1, "/": 1, "\\": 1, "=": 2, "#": 3, "$": 4}
_STEREO = frozenset("/\\")


class Molecule:
    """Atoms in the order of the line, and their bonds.

    Attributes:
        numbers: atomic numbers; those below go with them.
        starts: where in the line each begins, from 0.
        aromatic: whether each is written so.
        charges: of each.
        hydrogens: at each, apart from those that are atoms here; None until they are counted.
        isotopes: mass numbers, 0 where none is written.
        bonds: per atom its neighbours and the order of the bond, 0 where the line leaves it open
            between aromatic atoms.
        has_marks: whether stereo marks or isotopes are written.
    """

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.starts: list[int] = []
        self.aromatic: list[bool] = []
        self.charges: list[int] = []
        self.hydrogens: list[int | None] = []
        self.isotopes: list[int] = []
        self.bonds: list[dict[int, int]] = []
        self.has_marks = False

    def __len__(self) -> int:
        return len(self.numbers)

    def add_atom(self, text: str, start: int) -> None:
        """Add an atom as it is written."""
        bracket = _BRACKET.fullmatch(text) if text[0] == "[" else None
        symbol = bracket["symbol"] if bracket else text
        number = NUMBERS.get(symbol.capitalize())
        if number is None or (text[0] == "[" and not bracket):
            raise InvalidValueError("smiles_no_atom", position=start + 1)
        if number == 0:
            raise InvalidValueError("smiles_any_atom", position=start + 1)
        self.numbers.append(number)
        self.starts.append(start)
        self.aromatic.append(symbol.islower())
        self.charges.append(_read_charge(bracket["charge"]) if bracket else 0)
        self.hydrogens.append(_count(bracket["hydrogens"]) if bracket else None)
        self.isotopes.append(int(bracket["isotope"] or 0) if bracket else 0)
        self.bonds.append({})
        if bracket and (bracket["stereo"] or bracket["isotope"]):
            self.has_marks = True

    def join(self, one: int, other: int, sign: str, position: int) -> None:
        """Add a bond, which ends at a position from 1."""
        if one == other or other in self.bonds[one]:
            raise InvalidValueError("smiles_bound_twice", position=position)
        both = self.aromatic[one] and self.aromatic[other]
        if sign == ":" and not both:
            raise InvalidValueError("smiles_not_aromatic", position=position)
        if sign in _STEREO:
            self.has_marks = True
        order = _ORDERS.get(sign, 0 if both else 1)
        self.bonds[one][other] = self.bonds[other][one] = order


def read_molecule(text: str) -> Molecule:
    """Read the line once from left to right, without chemistry.

    Raises:
        InvalidValueError: naming the first position, from 1, that cannot be.
    """
    reader = _Reader()
    for token in read_tokens(text):
        reader.read(token)
    return reader.finish()


class _Reader:
    """The molecule so far, and what the next token is read against."""

    def __init__(self) -> None:
        self._molecule = Molecule()
        self._previous: int | None = None
        self._sign, self._may_branch, self._is_opening = "", False, False
        self._branches: list[tuple[int, int]] = []  # atom that it leaves, position
        self._rings: dict[str, tuple[int, str, int]] = {}  # atom, sign, position
        self._steps = {
            "atom": self._add_atom,
            "ring": self._close_ring,
            "bond": self._note_sign,
            "open": self._open,
            "close": self._close,
        }

    def read(self, token: re.Match[str]) -> None:
        self._steps[str(token.lastgroup)](token, token.start() + 1)

    def _add_atom(self, token: re.Match[str], position: int) -> None:
        new = len(self._molecule)
        self._molecule.add_atom(token.group(), token.start())
        if self._previous is not None:
            self._molecule.join(self._previous, new, self._sign, position)
        self._previous, self._sign, self._may_branch, self._is_opening = new, "", True, False

    def _note_sign(self, token: re.Match[str], position: int) -> None:
        if self._sign or self._previous is None:
            raise _out_of_place(position)
        self._may_branch = False
        if token.group() == ".":
            self._previous = None
        else:
            self._sign = token.group()

    def _open(self, _token: re.Match[str], position: int) -> None:
        if not self._may_branch or self._previous is None:
            raise _out_of_place(position)
        self._branches.append((self._previous, position))
        self._may_branch, self._is_opening = False, True

    def _close(self, _token: re.Match[str], position: int) -> None:
        if not self._branches:
            raise InvalidValueError("smiles_closes_no_branch", position=position)
        if not self._may_branch:  # the branch is empty, or ends in a bond
            raise _out_of_place(position)
        self._previous, _ = self._branches.pop()

    def _close_ring(self, token: re.Match[str], position: int) -> None:
        if self._previous is None or self._is_opening:  # no atom yet that it could be of
            raise _out_of_place(position)
        sign, self._sign, self._may_branch = self._sign, "", True
        partner, other, _ = self._rings.pop(number := read_ring_number(token), (None, "", 0))
        if partner is None:
            self._rings[number] = (self._previous, sign, position)
            return
        if sign and other and sign != other and not {sign, other} <= _STEREO:
            raise InvalidValueError("smiles_ring_bonds_differ", position=position)
        self._molecule.join(partner, self._previous, sign or other, position)

    def finish(self) -> Molecule:
        opened = [position for _, position in self._branches]
        opened += [position for *_, position in self._rings.values()]
        if opened:
            raise InvalidValueError("smiles_never_closes", position=opened[0])
        return self._molecule


def read_tokens(text: str) -> list[re.Match[str]]:
    """The line in parts: each a match whose `lastgroup` is atom, ring, bond, open or close.

    Raises:
        InvalidValueError: a character has no place in a SMILES, at its position, from 1.
    """
    tokens = list(_TOKEN.finditer(text))
    for token in tokens:
        if token.lastgroup == "other":
            raise _out_of_place(token.start() + 1)
    if tokens[0].lastgroup != "atom":
        raise InvalidValueError("smiles_begins_without_atom", position=1)
    if tokens[-1].lastgroup == "bond":
        raise InvalidValueError("smiles_ends_in_bond", position=len(text))
    return tokens


def read_ring_number(token: re.Match[str]) -> str:
    """The number that a token of the group `ring` shares with its partner, as 1 of %01."""
    return str(int(token.group().removeprefix("%")))


def _out_of_place(position: int) -> InvalidValueError:
    return InvalidValueError("smiles_out_of_place", position=position)


def _read_charge(text: str | None) -> int:
    """2 of +2 and of ++."""
    if not text:
        return 0
    size = int(text[1:]) if text[1:].isdigit() else len(text)
    return size if text[0] == "+" else -size


def _count(text: str | None) -> int:
    """Hydrogens of H, H3 or nothing."""
    return int(text[1:] or 1) if text else 0
