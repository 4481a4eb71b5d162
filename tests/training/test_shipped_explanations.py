"""Explanations of the models that ship, held against shap and against chance."""

from typing import Any

import numpy as np
import PIL.Image
import shap
from numpy.typing import NDArray

from medmaas.model.explanation.background import make_background, make_game
from medmaas.model.explanation.budget import Budget
from medmaas.model.explanation.molecule import read_molecule
from medmaas.model.explanation.shapley import attribute
from medmaas.model.outputs import make_targets
from medmaas.model.registry import Model, Registry
from tests.model.test_explanation_image import CELLS, send
from tests.model.test_explanation_image import explain as explain_picture
from tests.model.test_explanation_text import explain as explain_line
from tests.model.test_explanations import OLD


def test_the_values_are_those_of_shap(registry: Registry) -> None:
    model = registry.get("survival")
    (tensor,) = model.manifest.input.tensors
    targets = make_targets(model.manifest.output)
    rows, weights = make_background(model)
    people = np.rint(weights * 200).astype(int).clip(1)
    heads = np.repeat(rows, people, axis=0).astype(np.float64)

    def answer(asked: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        outputs = model.session.run({tensor: asked.astype(np.float32)})
        return targets.settle(targets.read(outputs))[:, 1]

    row = model.inputs.read([OLD]).tensors[tensor][0]
    masker = shap.maskers.Independent(heads, max_samples=len(heads))
    theirs = shap.explainers.Exact(answer, masker)(row[None].astype(np.float64)).values[0]
    game = make_game(model, row, [[i] for i in range(len(row))], (rows, people / people.sum()))
    ours = attribute(game, len(row), tolerance=0, budget=Budget(None)).values[:, 1]
    assert np.abs(ours - theirs).max() < 1e-6


def test_hiding_by_the_map_lowers_the_answer_faster_than_hiding_at_random(
    registry: Registry,
) -> None:
    model, random = registry.get("blood_cell"), np.random.default_rng(0)
    by_map, at_random = [], []
    for file in sorted(CELLS.glob("*.png")):
        instance = send(PIL.Image.open(file))
        pixels = model.inputs.read([instance]).tensors["pixels"][0]
        heat_map = explain_picture(model, instance)["heat_map"]
        label = model.manifest.output.labels.index(heat_map["of"])  # type: ignore[union-attr]
        heat = np.kron(heat_map["rows"], np.ones((7, 7))).reshape(7, 8, 7, 8).mean((1, 3)).ravel()
        by_map.append(hide(model, pixels, np.argsort(-heat, kind="stable"), label))
        orders = [random.permutation(49) for _ in range(3)]
        at_random.append(np.mean([hide(model, pixels, order, label) for order in orders]))
    assert np.mean(by_map) < np.mean(at_random) - 0.1


def hide(model: Model, pixels: NDArray[Any], order: NDArray[np.intp], label: int) -> float:
    """The mean probability while one block of 4 x 4 pixels after the other gets the mean colour."""
    hidden, steps = pixels.copy(), [pixels]
    for block in order:
        down, across = 4 * (block // 7), 4 * (block % 7)
        hidden[down : down + 4, across : across + 4] = pixels.mean((0, 1)).astype(np.uint8)
        steps.append(hidden.copy())
    answers = model.session.run({"pixels": np.stack(steps)})["probabilities"]
    return float(answers[:, label].mean())


def test_leaving_out_atoms_by_the_explanation_moves_the_answer_faster_than_at_random(
    registry: Registry,
) -> None:
    model, random = registry.get("solubility"), np.random.default_rng(0)
    gains = []
    for smiles in ("CC(=O)O", "OCC(O)CO", "Clc1ccccc1", "CCCCCCCC", "NC(=O)CCl"):
        values = np.array([atom["contribution"] for atom in explain_line(model, smiles)["atoms"]])
        orders = [random.permutation(len(values)) for _ in range(8)]
        at_random = np.mean([leave_out(model, smiles, order) for order in orders])
        gains.append(at_random - leave_out(model, smiles, np.argsort(-values, kind="stable")))
    assert np.mean(gains) > 0.1


def leave_out(model: Model, smiles: str, order: NDArray[np.intp]) -> float:
    """The mean answer while one atom after the other is no longer read."""
    codes = model.inputs.read([{"smiles": smiles}]).tensors["codes"][0].copy()
    atoms, steps = read_molecule(smiles).atoms, [codes.copy()]
    for atom in order:
        codes[atoms[atom].characters] = 0
        steps.append(codes.copy())
    return float(model.session.run({"codes": np.stack(steps)})["log_solubility"].mean())
