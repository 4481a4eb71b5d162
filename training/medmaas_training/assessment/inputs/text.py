"""Assesses explanations of a text: atoms and written bonds of a molecule, words, or characters."""

import re
from typing import Any

from medmaas.model.explanation.molecule import read_molecule
from medmaas.model.explanation.text import make_line_game
from medmaas.model.explanation.words import find_words, make_words_game
from medmaas.model.inputs.tokens import TokenText
from medmaas.model.kinds import expect
from medmaas.model.manifest import Input, TextInput
from medmaas.model.registry import Model
from medmaas_training.assessment.inputs import InputAssessor
from medmaas_training.assessment.reasons.games import Case
from medmaas_training.rows import Fed, PartRows

BONDS = "bonds, branches and rings"
_FEW_PAIRS = 8  # half of a served explanation's, for the sake of time
_ELEMENT = re.compile(r"Cl|Br|[A-Z][a-z]?|[bcnops]")
_AROMATIC = "aromatic "


class TextAssessor(InputAssessor):
    """An atom, a bond, a word or a character that does not play is nothing."""

    method = (
        "Shapley values of atoms and written bonds, or else of words or characters, against the "
        "same text without them"
    )

    def __init__(self, spec: TextInput) -> None:
        super().__init__(spec)
        self._text = spec

    def make_case(self, model: Model, row: Any) -> Case:  # noqa: ANN401 - Fed
        """Codes [max_length], of characters or tokens, filled up after the end."""
        if self._text.tokens:
            return _make_words_case(model, row)
        line = "".join(self._text.alphabet[code - 1] for code in row if code)
        parts = name_parts(self._text, line)
        game = make_line_game(model, row, [characters for _, characters in parts])
        return Case(tuple(name for name, _ in parts), game, most_pairs=_FEW_PAIRS)


def _make_words_case(model: Model, given: Fed) -> Case:
    """Words of a text, as well as the tokenizer tells them."""
    reader, spec = expect(model.inputs, TokenText), expect(model.manifest.input, TextInput)
    row = given.tensors[spec.tensor] if isinstance(given, PartRows) else given
    tensors = reader.fill([row.tolist()])
    (instance,) = reader.restore_instances(tensors)
    text = str(expect(instance, dict)[spec.field])
    words = find_words(text, reader.locate(text, row.tolist()))
    one = {name: tensor[0] for name, tensor in tensors.items()}
    game, _ = make_words_game(model, one, [places for places, _ in words])
    names = tuple(text[start:end].lower() for _, (start, end) in words)
    return Case(names, game, most_pairs=_FEW_PAIRS)


def name_parts(spec: TextInput, line: str) -> list[tuple[str, list[int]]]:
    """The element of each atom, or BONDS, or the character itself, and which characters it has."""
    if spec.syntax != "SMILES":
        return [(character, [i]) for i, character in enumerate(line)]
    molecule = read_molecule(line)
    atoms = [(name_element(atom.symbol), atom.characters) for atom in molecule.atoms]
    bonds = [(BONDS, bond.characters) for bond in molecule.bonds if bond.characters]
    return [*atoms, *bonds]


def name_element(symbol: str) -> str:
    """Cl of Cl, N of [NH3+], aromatic N of [nH]."""
    element = _ELEMENT.search(symbol)
    name = element.group() if element else symbol
    return _AROMATIC + name.upper() if name.islower() else name


def make(spec: Input) -> TextAssessor:
    """What assesses."""
    return TextAssessor(expect(spec, TextInput))
