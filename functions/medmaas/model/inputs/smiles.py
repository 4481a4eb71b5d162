"""Whether a line can be a SMILES at all: branches, brackets and ring bonds come in pairs.

What the OpenSMILES specification (http://opensmiles.org) asks of the characters alone, without
chemistry: a network would answer "C1CC(" as calmly as a molecule.
"""

import re

from medmaas.model.inputs.reading import InvalidValueError

_TOKEN = re.compile(
    r"(?P<atom>\[[^\[\]]+\]|Cl|Br|[BCNOPSFIbcnops*])|(?P<ring>%\d\d|\d)|(?P<bond>[-=#$:/\\.])"
    r"|(?P<open>\()|(?P<close>\))|(?P<other>.)",
    re.DOTALL,
)


def check_smiles(text: str) -> None:
    """Read the line once from left to right.

    Raises:
        InvalidValueError: naming the first position, from 1, that cannot be.
    """
    branches: list[int] = []
    rings: dict[str, int] = {}
    for token in read_tokens(text):
        position = token.start() + 1
        if token.lastgroup == "open":
            branches.append(position)
        elif token.lastgroup == "close":
            if not branches:
                raise InvalidValueError("smiles_closes_no_branch", position=position)
            branches.pop()
        elif token.lastgroup == "ring":
            number = read_ring_number(token)
            if rings.pop(number, None) is None:
                rings[number] = position
    for opened in (branches, list(rings.values())):
        if opened:
            raise InvalidValueError("smiles_never_closes", position=opened[0])


def read_tokens(text: str) -> list[re.Match[str]]:
    """The line in parts: each a match whose `lastgroup` is atom, ring, bond, open or close.

    Raises:
        InvalidValueError: a character has no place in a SMILES, at its position, from 1.
    """
    tokens = list(_TOKEN.finditer(text))
    for token in tokens:
        if token.lastgroup == "other":
            raise InvalidValueError("smiles_out_of_place", position=token.start() + 1)
    if tokens[0].lastgroup != "atom":
        raise InvalidValueError("smiles_begins_without_atom", position=1)
    if tokens[-1].lastgroup == "bond":
        raise InvalidValueError("smiles_ends_in_bond", position=len(text))
    return tokens


def read_ring_number(token: re.Match[str]) -> str:
    """The number that a token of the group `ring` shares with its partner, as 1 of %01."""
    return token.group().removeprefix("%").lstrip("0")
