"""Models whose Shapley values are known, explained by the code that explains every other model.

What a feature brings against a background follows on paper where the answer is a sum of single
features and of products of a few (Shapley 1953; Janzing et al. 2020, arXiv:1910.13413).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from math import factorial

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from medmaas.model.manifest import (
    Background,
    Centre,
    Check,
    Explanation,
    Number,
    Range,
    TabularInput,
    ValueOutput,
)
from medmaas_training.assessment.inputs import make_case
from medmaas_training.assessment.reasons.games import explain_case, open_model

Floats = NDArray[np.float64]

_PEOPLE = 20
_CENTRES = 10
_WIDE = Range(low=-100, high=100)
_OPSET = 17


@dataclass(frozen=True)
class Truth:
    """A model: the sum of slopes times features, and of products of a few features each.

    Attributes:
        name: what it is an example of.
        slopes: [features].
        products: positions of the features whose product is added.
        correlation: of the first two features, in the background and in the people.
    """

    name: str
    slopes: tuple[float, ...]
    products: tuple[tuple[int, ...], ...] = ()
    correlation: float = 0.0

    @property
    def irrelevant(self) -> list[int]:
        """Features that the answer does not depend on."""
        multiplied = {feature for product in self.products for feature in product}
        return [i for i, slope in enumerate(self.slopes) if not slope and i not in multiplied]

    def make_graph(self) -> onnx.ModelProto:
        """From features [n, features] to value [n, 1]."""
        constants = {"slopes": np.array(self.slopes, np.float32)[:, None]}
        nodes = [helper.make_node("MatMul", ["features", "slopes"], ["sum"])]
        for i, product in enumerate(self.products):
            constants[f"which_{i}"] = np.array(product, np.int64)
            chosen, term = f"chosen_{i}", f"product_{i}"
            nodes += [
                helper.make_node("Gather", ["features", f"which_{i}"], [chosen], axis=1),
                helper.make_node("ReduceProd", [chosen], [term], axes=[1], keepdims=1),
            ]
        terms = ["sum", *(f"product_{i}" for i in range(len(self.products)))]
        nodes.append(helper.make_node("Sum", terms, ["value"]))
        graph = helper.make_graph(
            nodes,
            "known",
            [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["n", len(self.slopes)])],
            [helper.make_tensor_value_info("value", TensorProto.FLOAT, ["n", 1])],
            [numpy_helper.from_array(array, name) for name, array in constants.items()],
        )
        opset = [helper.make_opsetid("", _OPSET)]
        return helper.make_model(graph, opset_imports=opset, ir_version=10)

    def attribute(self, row: Floats, centres: Floats, weights: Floats) -> Floats:
        """The Shapley values of a row [features] against centres [k, features], [features]."""
        values = np.array(self.slopes) * (row - weights @ centres)
        for product in self.products:
            for order in permutations(product):
                factors, before = centres.copy(), float(weights @ centres[:, product].prod(axis=1))
                for feature in order:
                    factors[:, feature] = row[feature]
                    after = float(weights @ factors[:, product].prod(axis=1))
                    values[feature] += (after - before) / factorial(len(product))
                    before = after
        return values

    def draw(self, n: int, rng: np.random.Generator) -> Floats:
        """People, [n, features], as float32 holds them."""
        rows = rng.normal(1, 1, (n, len(self.slopes)))
        rest = np.sqrt(1 - self.correlation**2)
        rows[:, 1] = self.correlation * rows[:, 0] + rest * rows[:, 1]
        return rows.astype(np.float32).astype(np.float64)


EXACT = (
    Truth("linear", (2.0, -1.0, 0.5, 0.0)),
    Truth("an interaction", (1.0, 0.0, 0.5, 0.0), products=((0, 1), (1, 2))),
    Truth("correlated features, of which one is used", (2.0, 0.0, -1.0, 0.0), correlation=0.95),
)
SAMPLED = (
    Truth(
        "20 features with interactions",
        (1.0, -1.0, *[0.1] * 15, 0.0, 0.0, 0.0),
        products=((0, 1), (2, 3, 4), (4, 5, 17)),
    ),
)


def check_ground_truth(seed: int) -> list[Check]:
    """The largest difference from what is known, and the largest value where it is known to be 0.

    Args:
        seed: of people, backgrounds and permutations.
    """
    checks = []
    for truth in EXACT:
        known, found, _ = explain_known(truth, seed)
        checks.append(_check(truth, "largest difference from the known values", known - found))
        irrelevant = found[:, truth.irrelevant]
        checks.append(_check(truth, "largest value of a feature without effect", irrelevant))
    for truth in SAMPLED:
        known, found, errors = explain_known(truth, seed)
        checks.append(_check(truth, "largest difference from the known values", known - found))
        within = np.abs(known - found) <= 2 * errors + 1e-5  # float32 has no more
        checks.append(
            _check(truth, "share of values within 2 standard errors", within.mean(keepdims=True))
        )
    return checks


def explain_known(truth: Truth, seed: int) -> tuple[Floats, Floats, Floats]:
    """Known values, those found, and their standard errors, [people, features] each."""
    rng = np.random.default_rng(seed)
    names = [f"x{i}" for i in range(len(truth.slopes))]
    centres, people = truth.draw(_CENTRES, rng), truth.draw(_PEOPLE, rng)
    counts = rng.integers(20, 200, _CENTRES)
    background = Background(
        of="invented people",
        centres=tuple(
            Centre(values=tuple(centre.tolist()), people=int(count))
            for centre, count in zip(centres, counts, strict=True)
        ),
    )
    model = open_model(
        truth.make_graph(),
        TabularInput(tensor="features", features=_make_numbers(names)),
        ValueOutput(tensor="value", unit="1"),
        [dict.fromkeys(names, 0)],
        explanation=Explanation(method="ground truth", background=background),
    )
    tolerance = np.array([0.01])
    found = [explain_case(make_case(model, row), tolerance, seed) for row in people]
    errors = [np.zeros_like(a.values) if a.errors is None else a.errors for a in found]
    weights = counts / counts.sum()
    return (
        np.stack([truth.attribute(row, centres, weights) for row in people]),
        np.stack([attribution.values[:, 0] for attribution in found]),
        np.stack([error[:, 0] for error in errors]),
    )


def _make_numbers(names: Sequence[str]) -> tuple[Number, ...]:
    return tuple(
        Number(name=name, description=name, unit="1", hard_range=_WIDE, training_range=_WIDE)
        for name in names
    )


def _check(truth: Truth, measure: str, values: Floats) -> Check:
    return Check(
        check=f"a model with known Shapley values: {truth.name}",
        measure=measure,
        n=_PEOPLE,
        value=float(np.abs(values).max()),
    )
