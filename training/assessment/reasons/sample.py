"""A sample of the test split, explained as a request would be."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medmaas.model.manifest import (
    ClassesOutput,
    ImageInput,
    Input,
    Output,
    SeriesInput,
    TabularInput,
)
from medmaas.model.outputs import make_targets
from medmaas.model.registry import Model
from training.assessment.reasons.games import Case, explain_case, make_case, tolerate_errors
from training.assessment.splits import Array, Groups, Splits, take_groups

Floats = NDArray[np.float64]

NAMED = "the named label"


@dataclass(frozen=True)
class Sizes:
    """How much is measured, so that a model takes less than three minutes of one core.

    Attributes:
        explained: how many of the test split.
        compared: how many of them with shap, and sampled with exact.
        shuffled: how many of them with shuffled weights.
        shuffles: how often weights are shuffled.
        coarse: how many times the standard error of a served explanation is good enough.
    """

    explained: int
    compared: int
    shuffled: int
    shuffles: int
    coarse: float = 1


FAST, WIDE, SLOW = Sizes(300, 50, 20, 40), Sizes(100, 20, 10, 20), Sizes(24, 0, 4, 6, coarse=10)
MANY = 12  # features, beyond which values are sampled


@dataclass(frozen=True)
class Sample:
    """Explained rows of the test split, n of them.

    Attributes:
        rows: as the graph takes them, [n, ...].
        groups: who of them belongs to each.
        cases: their games.
        values: their attributions, [parts, targets] each.
        targets: for each, the position of the number that is looked at.
        tolerance: of sampled values, per target.
        are_exact: whether none was sampled.
    """

    rows: Array
    groups: Groups
    cases: list[Case]
    values: list[Floats]
    targets: list[int]
    tolerance: Floats
    are_exact: bool

    @property
    def shown(self) -> list[Floats]:
        """Attributions of the one number that is looked at, [parts] each."""
        return [v[:, target] for v, target in zip(self.values, self.targets, strict=True)]


@dataclass(frozen=True)
class Found:
    """Attributions of one instance.

    Attributes:
        values: [parts, targets]; NaN for targets that were not explained.
        focus: the position of the target that is looked at, which was.
        is_exact: whether they are Shapley values that were not sampled.
    """

    values: Floats
    focus: int
    is_exact: bool

    def of(self, target: int) -> Floats:
        """Attributions [parts] of a target, of the focus if there are none."""
        values: Floats = self.values[:, target]
        return self.values[:, self.focus] if np.isnan(values).any() else values


def explain_focus(model: Model, case: Case, tolerance: Floats, seed: int) -> Found:
    """Explain a case as a request would be, sampling down to a standard error per target."""
    output = model.manifest.output
    if case.map_heat is None:
        found = explain_case(case, tolerance, seed)
        focus = find_focus(output, found.prediction)
        return Found(found.values, focus, is_exact=found.errors is None)
    whole = case.game(np.ones((1, len(case.parts)), bool))[0]
    focus = make_targets(output).headline(whole)
    values = np.full((len(case.parts), len(whole)), np.nan)
    values[:, focus] = case.map_heat()
    return Found(values, focus, is_exact=False)


def find_focus(output: Output, answers: Floats) -> int:
    """The position of the number that is looked at, given all of an answer, [targets].

    Of two classes the second, so that every sign means the same; else what a sentence is about.
    """
    if isinstance(output, ClassesOutput) and len(output.labels) == 2:
        return 1
    return make_targets(output).headline(answers)


def name_focus(spec: Input, output: Output) -> str:
    """What that number is called."""
    varies = isinstance(spec, ImageInput) or (
        isinstance(output, ClassesOutput) and len(output.labels) > 2
    )
    if varies and isinstance(output, ClassesOutput):
        return NAMED
    names = [target.name for target in make_targets(output).targets]
    return names[find_focus(output, np.zeros(len(names)))]


def choose_sizes(spec: Input) -> Sizes:
    """As much as there is time for: pictures and texts go through a graph one by one."""
    match spec:
        case TabularInput() | SeriesInput():
            return WIDE if len(spec.features) > MANY else FAST
        case _:
            return SLOW


def explain_sample(model: Model, splits: Splits, sizes: Sizes, seed: int) -> Sample:
    """Explain a random sample of the test split; instances of a single part are passed by."""
    test = splits.test
    chosen = np.sort(np.random.default_rng(seed).permutation(len(test.rows))[: sizes.explained])
    rows = test.rows[chosen]
    tolerance = tolerate_errors(model, rows) * sizes.coarse
    cases = [make_case(model, row) for row in rows]
    played = [len(case.parts) > 1 for case in cases]
    rows = rows[played]
    cases = [case for case, plays in zip(cases, played, strict=True) if plays]
    found = [explain_focus(model, case, tolerance, seed) for case in cases]
    return Sample(
        rows,
        take_groups(test.groups, chosen[played]),
        cases,
        [attribution.values for attribution in found],
        [attribution.focus for attribution in found],
        tolerance,
        are_exact=all(attribution.is_exact for attribution in found),
    )
