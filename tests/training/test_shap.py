"""Our Shapley values are those of the library that people know."""

from typing import Any

import numpy as np
import shap

from medmaas.model.explanation.background import make_background, make_game
from medmaas.model.explanation.budget import Budget
from medmaas.model.explanation.shapley import attribute
from medmaas.model.outputs import make_targets
from medmaas.model.registry import Registry
from tests.model.test_explanations import OLD


def test_the_values_are_those_of_shap(registry: Registry) -> None:
    model = registry.get("survival")
    tensor = model.manifest.input.tensor
    targets = make_targets(model.manifest.output)
    rows, weights = make_background(model.manifest)
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
