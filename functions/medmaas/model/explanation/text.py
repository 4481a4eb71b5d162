"""Which characters of a line the answer comes from; of a SMILES, which atoms and bonds.

Which words of a free text, words.py tells.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from medmaas.facts import Fact
from medmaas.model.columns import Tensors
from medmaas.model.explanation import words
from medmaas.model.explanation.budget import Budget
from medmaas.model.explanation.calls import Calls
from medmaas.model.explanation.contributions import (
    describe_explained,
    name_method,
    round_number,
)
from medmaas.model.explanation.drivers import name_drivers
from medmaas.model.explanation.molecule import Molecule, read_molecule
from medmaas.model.explanation.players import Case, Players, Whole
from medmaas.model.explanation.shapley import (
    Attribution,
    Coalitions,
    Floats,
    Game,
    attribute,
    cut,
    reveal,
)
from medmaas.model.explanation.words import WordsExplainer
from medmaas.model.kinds import expect
from medmaas.model.manifest import TextInput
from medmaas.model.molecule import spell
from medmaas.model.outputs import make_targets
from medmaas.model.registry import Model
from medmaas.model.schema import (
    INTEGER,
    NUMBER,
    TEXT,
    Schema,
    describe_any,
    describe_list,
    describe_object,
)

Codes = NDArray[np.int64]
_AGAINST = Fact("line_without_it")
_MOST_PAIRS = 16  # of permutations: each takes two answers per part
_OF_THE_SPREAD = 0.05
_MOST_PARTS = 100  # beyond it, or without time for so many, neighbours are one part


@dataclass(frozen=True, slots=True)
class _Part:
    """Characters that are left out together, from 0, and what they are called."""

    characters: list[int]
    name: Fact


class _Line(NamedTuple):
    """A line, and the molecule that it is, if its model reads molecules."""

    line: str
    molecule: Molecule | None

    @classmethod
    def of(cls, spec: TextInput, codes: Codes) -> "_Line":
        """The line that the graph reads, of its codes [max_length]."""
        line = "".join(spec.alphabet[code - 1] for code in codes if code)
        return cls(line, read_molecule(line) if spec.syntax == "SMILES" else None)

    def list_parts(self, most: int) -> list[_Part]:
        """Atoms and written bonds of a molecule; else characters, in at most so many runs."""
        return _list_atoms(self.molecule) if self.molecule else _list_characters(self.line, most)

    def carry_over(
        self, parts: list[_Part], values: list[float], spec: TextInput, instance: object
    ) -> tuple["_Line", list[_Part], list[float]]:
        """What the parts of a molecule contributed, told of the line that was sent."""
        sent = instance.get(spec.field) if isinstance(instance, dict) else None
        if self.molecule is None or not isinstance(sent, str) or sent.strip() == self.line:
            return self, parts, values
        molecule, values = _carry_over(self.molecule, values, sent.strip())
        return _Line(sent.strip(), molecule), _list_atoms(molecule), values


def make_line_game(
    model: Model, codes: Codes, parts: list[list[int]], calls: Calls | None = None
) -> Game:
    """The game whose players are characters: those left out are not read, the others stay.

    Args:
        model: what answers.
        codes: of the line, [max_length].
        parts: positions of each player's characters, none of them twice.
        calls: of the graph; by themselves without a limit of time.
    """
    tensor = expect(model.manifest.input, TextInput).tensor
    targets, calls = make_targets(model.manifest.output), calls or Calls(model, Budget(None))
    show = make_revealer(codes, parts)

    def play(coalitions: Coalitions) -> Floats:
        played = calls.play(
            len(coalitions), len(codes), lambda part: {tensor: show(coalitions[part])}
        )
        raw = np.concatenate([targets.read(outputs) for _, outputs in played])
        return targets.settle(raw)

    return play


def make_revealer(codes: Codes, parts: list[list[int]]) -> Callable[[Coalitions], Codes]:
    """What a line [max_length] is when only some of its parts play: the others are not read.

    Returns:
        Makes [m, max_length] of coalitions [m, parts].
    """
    owner = np.full(len(codes), len(parts))  # beyond the players: always there
    for part, characters in enumerate(parts):
        owner[characters] = part

    def show(coalitions: Coalitions) -> Codes:
        return np.where(reveal(coalitions, owner), codes, 0)

    return show


class TextExplainer:
    """Shapley values of the parts of a line."""

    def __init__(self, model: Model, spec: TextInput) -> None:
        self._model, self._spec = model, spec
        self._targets = make_targets(model.manifest.output)

    def explain(self, tensors: Tensors, instance: object, budget: Budget) -> dict[str, Any]:
        """The explanation of one line [1, max_length], told of the line that was sent."""
        codes = tensors[self._spec.tensor][0]
        taken = _Line.of(self._spec, codes)
        with Calls(self._model, budget) as calls:
            wanted = min(len(taken.line), _MOST_PARTS)
            most = wanted if taken.molecule else calls.count_parts(wanted)
            parts = taken.list_parts(most)
            found = self._share_out(codes, parts, calls, budget)
        head = self._targets.headline(found.prediction)
        values: list[float] = found.values[:, head].tolist()
        taken, parts, values = taken.carry_over(parts, values, self._spec, instance)
        target = self._targets.targets[head]
        named = [(part.name, value) for part, value in zip(parts, values, strict=True)]
        explained: dict[str, Any] = {
            "sentence": name_drivers(target, named, _AGAINST),
            "method": name_method(found),
            "against": _AGAINST,
            "complete": found.complete and most == wanted,
            "of": target.name,
            "unit": target.unit,
            "baseline": round_number(found.baseline[head]),
            "prediction": round_number(found.prediction[head]),
            "characters": _share(taken.line, parts, values),
        }
        if found.errors is not None:
            explained["largest_standard_error"] = round_number(found.errors[:, head].max())
        return explained | (_fold(taken.molecule, values) if taken.molecule else {})

    def _share_out(
        self, codes: Codes, parts: list[_Part], calls: Calls, budget: Budget
    ) -> Attribution:
        game = make_line_game(self._model, codes, [part.characters for part in parts], calls)
        return attribute(
            game, len(parts), tolerance=_tolerate, budget=budget, most_pairs=_MOST_PAIRS
        )

    def json_schema(self) -> Schema:
        """JSON Schema of an explanation."""
        return _describe_line(is_molecule=self._spec.syntax == "SMILES")


def make(model: Model) -> TextExplainer | WordsExplainer:
    """What explains."""
    spec = expect(model.manifest.input, TextInput)
    return WordsExplainer(model, spec) if spec.tokens else TextExplainer(model, spec)


class LinePlayers:
    """The parts of a line."""

    def __init__(self, case: Case, spec: TextInput) -> None:
        codes = case.tensors[spec.tensor][0]
        self._spec, self._instance, self._line = spec, case.instance, _Line.of(spec, codes)
        self._parts = self._line.list_parts(case.most)
        self._show = make_revealer(codes, [part.characters for part in self._parts])
        self.names = [part.name for part in self._parts]

    def reveal(self, coalitions: Coalitions, _centre: NDArray[np.intp]) -> Tensors:
        """The codes of a line without those that do not play."""
        return {self._spec.tensor: self._show(coalitions)}

    def describe(self, values: Floats, _errors: Floats | None) -> dict[str, Any]:
        """What every character contributed; of a molecule atoms and bonds, too."""
        taken, parts, shares = self._line.carry_over(
            self._parts, values.tolist(), self._spec, self._instance
        )
        told: dict[str, Any] = {"characters": _share(taken.line, parts, shares)}
        return told | (_fold(taken.molecule, shares) if taken.molecule else {})


def make_players(case: Case) -> Players:
    """The atoms and bonds, or the characters, of a line; free text is one piece."""
    spec = expect(case.spec, TextInput)
    return Whole(case) if spec.tokens else LinePlayers(case, spec)


def count_players(case: Case) -> int:
    """A player per atom and bond, or per character."""
    spec = expect(case.spec, TextInput)
    if spec.tokens:
        return 1
    taken = _Line.of(spec, case.tensors[spec.tensor][0])
    return len(taken.list_parts(min(len(taken.line), _MOST_PARTS)))


def _tolerate(ends: Floats) -> Floats:
    tolerance: Floats = np.maximum(np.ptp(ends, axis=0) * _OF_THE_SPREAD, 1e-9)
    return tolerance


def _list_atoms(molecule: Molecule) -> list[_Part]:
    """The atoms, then the bonds that are written."""
    atoms = [
        _Part(atom.characters, Fact("at_position", symbol=atom.symbol, position=atom.start + 1))
        for atom in molecule.atoms
    ]
    bonds = [
        _Part(bond.characters, Fact("bond_at_position", position=min(bond.characters) + 1))
        for bond in molecule.bonds
        if bond.characters
    ]
    return [*atoms, *bonds]


def _carry_over(molecule: Molecule, values: list[float], sent: str) -> tuple[Molecule, list[float]]:
    """What atoms and written bonds contributed, told of another line of the same molecule.

    Hydrogens that are atoms there contribute nothing; a bond that is not written there shares what
    it contributed among its atoms.
    """
    other, order = read_molecule(sent), spell(sent).atoms
    atoms = [0.0] * len(other.atoms)
    for atom, value in zip(order, values, strict=False):
        atoms[atom] = value
    bonds = {frozenset(bond.between): 0.0 for bond in other.bonds if bond.characters}
    written = [bond for bond in molecule.bonds if bond.characters]
    for bond, value in zip(written, values[len(order) :], strict=True):
        pair = frozenset(order[atom] for atom in bond.between)
        if pair in bonds:
            bonds[pair] += value
        else:
            for atom in pair:
                atoms[atom] += value / 2
    return other, [*atoms, *bonds.values()]


def _list_characters(line: str, most: int) -> list[_Part]:
    return [
        _Part([*run], Fact("at_position", symbol=line[run.start : run.stop], position=run[0] + 1))
        for run in cut(len(line), most)
    ]


def _share(line: str, parts: list[_Part], values: list[float]) -> list[dict[str, Any]]:
    """Per character an equal share of what its part contributed."""
    shares = [0.0] * len(line)
    for part, value in zip(parts, values, strict=True):
        for character in part.characters:
            shares[character] = value / len(part.characters)
    return [
        {"position": i + 1, "character": character, "contribution": round_number(share)}
        for i, (character, share) in enumerate(zip(line, shares, strict=True))
    ]


def _fold(molecule: Molecule, values: list[float]) -> dict[str, Any]:
    """What atoms contributed, and written bonds: the others contribute nothing of their own."""
    count = len(molecule.atoms)
    atoms = [
        {"position": atom.start + 1, "symbol": atom.symbol, "contribution": round_number(value)}
        for atom, value in zip(molecule.atoms, values[:count], strict=True)
    ]
    written = [bond for bond in molecule.bonds if bond.characters]
    bonds = [
        {"between": [*bond.between], "contribution": round_number(value)}
        for bond, value in zip(written, values[count:], strict=True)
    ]
    return {"atoms": atoms, "bonds": bonds}


def describe_players() -> dict[str, Schema]:
    """JSON Schema of what characters contributed, and atoms and bonds of a molecule."""
    position = INTEGER | {"minimum": 1, "description": "In the line, from 1."}
    character = {"position": position, "character": TEXT, "contribution": NUMBER}
    atom = {"position": position, "symbol": TEXT, "contribution": NUMBER}
    between = describe_list(
        INTEGER, minItems=2, maxItems=2, description="Places in the list of atoms, from 0."
    )
    bond = {"between": between, "contribution": NUMBER}
    molecule = {
        "atoms": describe_list(describe_object("Atom", atom)),
        "bonds": describe_list(describe_object("Bond", bond)),
    }
    return {"characters": describe_list(describe_object("Character", character)), **molecule}


def describe_explanation() -> Schema:
    """JSON Schema of an explanation of either form of a text."""
    return describe_any(_describe_line(), words.describe_explanation())


def _describe_line(*, is_molecule: bool | None = None) -> Schema:
    """JSON Schema of an explanation of a line, which may always be a molecule, never, or either."""
    molecule = describe_players()
    own = {
        "of": TEXT,
        "unit": TEXT,
        "baseline": NUMBER,
        "prediction": NUMBER,
        "characters": molecule.pop("characters"),
    }
    sampled = {"largest_standard_error": NUMBER | {"description": "If sampled."}}
    if is_molecule:
        return describe_explained("TextExplanation", own | molecule, sampled)
    optional = molecule | sampled if is_molecule is None else sampled
    return describe_explained("TextExplanation", own, optional)
