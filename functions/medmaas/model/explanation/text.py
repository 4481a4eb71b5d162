"""Which characters of a line the answer comes from; of a SMILES, which atoms and bonds."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.facts import Fact
from medmaas.model.columns import Tensors
from medmaas.model.explanation.budget import Budget
from medmaas.model.explanation.calls import Calls
from medmaas.model.explanation.contributions import (
    describe_explained,
    name_method,
    round_number,
)
from medmaas.model.explanation.drivers import name_drivers
from medmaas.model.explanation.molecule import Molecule, read_molecule
from medmaas.model.explanation.shapley import (
    Attribution,
    Coalitions,
    Floats,
    Game,
    attribute,
    cut,
    reveal,
)
from medmaas.model.kinds import expect
from medmaas.model.manifest import TextInput
from medmaas.model.molecule import spell
from medmaas.model.outputs import make_targets
from medmaas.model.registry import Model
from medmaas.model.schema import INTEGER, NUMBER, TEXT, Schema, describe_list, describe_object

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
    tensor = model.manifest.input.tensor
    targets, calls = make_targets(model.manifest.output), calls or Calls(model, Budget(None))
    owner = np.full(len(codes), len(parts))  # beyond the players: always there
    for part, characters in enumerate(parts):
        owner[characters] = part

    def play(coalitions: Coalitions) -> Floats:
        played = calls.play(
            len(coalitions),
            len(codes),
            lambda part: {tensor: np.where(reveal(coalitions[part], owner), codes, 0)},
        )
        raw = np.concatenate([targets.read(outputs) for _, outputs in played])
        return targets.settle(raw)

    return play


class TextExplainer:
    """Shapley values of the parts of a line."""

    def __init__(self, model: Model, spec: TextInput) -> None:
        self._model, self._spec = model, spec
        self._targets = make_targets(model.manifest.output)

    def explain(self, tensors: Tensors, instance: object, budget: Budget) -> dict[str, Any]:
        """The explanation of one line [1, max_length], told of the line that was sent."""
        codes = tensors[self._spec.tensor][0]
        line = "".join(self._spec.alphabet[code - 1] for code in codes if code)
        molecule = read_molecule(line) if self._spec.syntax == "SMILES" else None
        with Calls(self._model, budget) as calls:
            wanted = min(len(line), _MOST_PARTS)
            most = wanted if molecule else calls.count_parts(wanted)
            parts = _list_atoms(molecule) if molecule else _list_characters(line, most)
            found = self._share_out(codes, parts, calls, budget)
        head = self._targets.headline(found.prediction)
        values: list[float] = found.values[:, head].tolist()
        sent = instance.get(self._spec.field) if isinstance(instance, dict) else None
        if molecule and isinstance(sent, str) and sent.strip() != line:
            line = sent.strip()
            molecule, values = _carry_over(molecule, values, line)
            parts = _list_atoms(molecule)
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
            "characters": _share(line, parts, values),
        }
        if found.errors is not None:
            explained["largest_standard_error"] = round_number(found.errors[:, head].max())
        return explained | (_fold(molecule, values) if molecule else {})

    def _share_out(
        self, codes: Codes, parts: list[_Part], calls: Calls, budget: Budget
    ) -> Attribution:
        game = make_line_game(self._model, codes, [part.characters for part in parts], calls)
        return attribute(
            game, len(parts), tolerance=_tolerate, budget=budget, most_pairs=_MOST_PAIRS
        )

    def json_schema(self) -> Schema:
        """JSON Schema of an explanation."""
        return describe_explanation(is_molecule=self._spec.syntax == "SMILES")


def make(model: Model) -> TextExplainer:
    """What explains."""
    return TextExplainer(model, expect(model.manifest.input, TextInput))


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


def describe_explanation(*, is_molecule: bool | None = None) -> Schema:
    """JSON Schema of an explanation of a line, which may always be a molecule, never, or either."""
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
    own = {
        "of": TEXT,
        "unit": TEXT,
        "baseline": NUMBER,
        "prediction": NUMBER,
        "characters": describe_list(describe_object("Character", character)),
    }
    sampled = {"largest_standard_error": NUMBER | {"description": "If sampled."}}
    if is_molecule:
        return describe_explained("TextExplanation", own | molecule, sampled)
    optional = molecule | sampled if is_molecule is None else sampled
    return describe_explained("TextExplanation", own, optional)
