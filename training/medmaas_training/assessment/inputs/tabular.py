"""Assesses a table: distance of its columns, explanations against the average patient."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import onnx
from numpy.typing import NDArray

from medmaas.model.explanation.background import make_game
from medmaas.model.explanation.contributions import group_features
from medmaas.model.kinds import expect
from medmaas.model.manifest import (
    EVERYONE,
    Background,
    Check,
    Dependence,
    Importance,
    Input,
    StandardisedDistance,
    TabularInput,
)
from medmaas.model.outputs import make_targets
from medmaas.model.registry import Model
from medmaas_training.assessment.certainty.distance import fit_distance
from medmaas_training.assessment.inputs import InputAssessor, choose_by_width
from medmaas_training.assessment.outputs import make_output_assessor
from medmaas_training.assessment.reasons.background import make_background
from medmaas_training.assessment.reasons.dependence import measure_dependence
from medmaas_training.assessment.reasons.faithfulness.agreement import (
    check_background,
    check_sampled,
    check_shap,
)
from medmaas_training.assessment.reasons.games import Case, Trained, answer
from medmaas_training.assessment.reasons.sample import Sample, Sizes
from medmaas_training.assessment.resampling import Floats
from medmaas_training.assessment.splits import Array

_MOST_DRAWN = 10  # features with curves; by group only where there are no more


class TabularAssessor(InputAssessor):
    """A feature that does not play is as in the background."""

    method = (
        "Shapley values of the features against the background, exact for at most 12 features, "
        "else by paired permutations with standard errors"
    )
    has_counterfactuals = True

    def __init__(self, spec: TabularInput) -> None:
        super().__init__(spec)
        self._table = spec

    def fit_distance(
        self,
        graph: onnx.ModelProto,
        outputs: tuple[str, ...],  # noqa: ARG002
        rows: Array,
        classes: NDArray[np.int64] | None,  # noqa: ARG002
    ) -> tuple[onnx.ModelProto, StandardisedDistance]:
        """Of the columns: the graph stays as it is."""
        return graph, fit_distance(self._table.features, rows.astype(float))

    def choose_sizes(self) -> Sizes:
        """Rows go through a graph together."""
        return choose_by_width(len(self._table.features))

    def make_case(self, model: Model, row: Array) -> Case:
        """A row [features], NaN for missing."""
        groups = group_features(self._table.features)
        game = make_game(model, np.asarray(row, np.float32), list(groups.values()))
        return Case(tuple(groups), game)

    def find_background(
        self, rows: Array, answers: Callable[[], Floats], seed: int
    ) -> Background | None:
        """Centres of the train split."""
        return make_background(self._table, rows, answers(), seed=seed)

    def measure_dependence(
        self, model: Model, sample: Sample, seen: Array, importance: Sequence[Importance]
    ) -> list[Dependence]:
        """Curves of the features that matter most."""
        spec, output = self._table, model.manifest.output
        of = make_output_assessor(output).name_focus(of_the_named=False)
        many = len(spec.features) > _MOST_DRAWN
        order = [i.part for i in importance if i.group == EVERYONE]
        groups = {} if many else sample.groups
        drawn = None
        if many:
            ranked = sorted(
                spec.features,
                key=lambda f: (
                    order.index(f.group or f.name) if (f.group or f.name) in order else 999
                ),
            )
            drawn = [feature.name for feature in ranked[:_MOST_DRAWN]]
        targets = [target.name for target in make_targets(output).targets]
        several = of not in targets  # whichever an answer names
        curves = []
        for i in range(len(targets)) if several else [targets.index(of)]:
            curves += measure_dependence(
                partial(_answer_one, model, i),
                spec,
                sample.rows,
                seen=seen,
                of=targets[i],
                groups={} if several else groups,
                features=drawn,
            )
        return curves

    def check_agreement(
        self,
        model: Model,
        sample: Sample,
        seen: Array,
        sizes: Sizes,
        *,
        seed: int,
        trained: Trained | None,
    ) -> list[Check]:
        """With shap, sampled with exact values, and few centres with everybody."""
        few, checks = sample.rows[: sizes.compared], list[Check]()
        if sizes.compared:
            checks += check_shap(model, few, sample.tolerance, seed=seed, trained=trained)
        if sizes.compared and sample.are_exact:
            cases, values = sample.cases[: sizes.compared], sample.values[: sizes.compared]
            checks += check_sampled(cases, values, sample.tolerance, seed=seed)
        target = sample.targets[0]
        return checks + check_background(
            model, sample.rows[:20], seen, target, sample.tolerance, seed=seed
        )


def _answer_one(model: Model, target: int, rows: Floats) -> Floats:
    return answer(model, rows)[:, target]


def make(spec: Input) -> TabularAssessor:
    """What assesses."""
    return TabularAssessor(expect(spec, TabularInput))
