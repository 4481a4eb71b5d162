"""Few cases: all of them calibrate, and each fifth is measured by what the others taught.

A model that was fitted elsewhere has seen none of them, so the quantile of all holds for the next
case (split conformal prediction). How often it does is measured as cross-conformal predictors do:
quantiles, distances and limits of four fifths are tried on the fifth left out (Vovk 2015, doi
10.1007/s10472-013-9368-4).
"""

from collections.abc import Sequence

import numpy as np
import onnx
from numpy.typing import NDArray

from medmaas.model.manifest import (
    CoverageCurve,
    CoveragePoint,
    Estimate,
    Input,
    Metric,
    Output,
)
from medmaas_training.assessment.certainty.abstention import Limits, measure_test
from medmaas_training.assessment.certainty.uncertainty import Learned, learn
from medmaas_training.assessment.splits import Cases, Splits, take_cases
from medmaas_training.observed_shares import estimate_share
from medmaas_training.progress import track

SOURCE = "5-fold cross-conformal, Vovk 2015"
_Z = 1.959964


def cross_assess(
    graph: onnx.ModelProto,
    spec: Input,
    output: Output,
    cases: Cases,
    *,
    train: NDArray[np.bool_],
    fold: NDArray[np.intp],
    seed: int,
    promises: bool,
) -> tuple[list[Metric], list[CoverageCurve]]:
    """Who is refused, and how often intervals held, each fifth by the others.

    Args:
        graph: from raw values to the tensors that `output` names.
        spec: of the input.
        output: of the answer.
        cases: all of them.
        train: which of them stand for people, [n].
        fold: of each, [n].
        seed: of every draw.
        promises: whether there are enough cases for intervals.
    """
    learned = [
        learn(graph, spec, output, _split_off(cases, train, fold, i), seed=seed, promises=promises)
        for i in track(range(int(fold.max()) + 1))
    ]
    flags = {name: np.zeros(len(fold), bool) for name in ("far", "unsure", "doubted")}
    for i, one in enumerate(learned):
        limits = one.limits
        for name, found in flags.items():
            found[fold == i] = getattr(limits, name)
    sample = learned[0].answerer.answer(cases, cases, seed, "test").sample
    return measure_test(Limits(**flags), cases.groups, sample), _pool(learned)


def _split_off(cases: Cases, train: NDArray[np.bool_], fold: NDArray[np.intp], i: int) -> Splits:
    """The splits that leave one fold out: of the others, those of `train` [n] stand for people."""
    return Splits(
        take_cases(cases, train & (fold != i)),
        take_cases(cases, fold != i),
        take_cases(cases, fold == i),
        refitted=True,
    )


def _pool(learned: Sequence[Learned]) -> list[CoverageCurve]:
    """The curves of all folds, each by its people; those picked for being worst are left out."""
    curves: dict[str, list[CoverageCurve]] = {}
    for one in learned:
        for curve in one.coverage:
            if curve.picked_from is None and curve.of == "model":
                curves.setdefault(curve.evaluated_on, []).append(curve)
    pooled = []
    for some in curves.values():
        points: dict[tuple[float, str], list[CoveragePoint]] = {}
        for curve in some:
            for point in curve.points:
                points.setdefault((point.coverage, point.group), []).append(point)
        everywhere = {one.coverage for one in some[0].points}
        for curve in some:
            everywhere &= {one.coverage for one in curve.points}
        kept = tuple(_add(ones) for (level, _), ones in points.items() if level in everywhere)
        if len(some) == len(learned) and kept:
            pooled.append(some[0].model_copy(update={"points": kept}))
    return pooled


def _add(points: Sequence[CoveragePoint]) -> CoveragePoint:
    """Points of the same group in different folds, as one."""
    n = np.array([point.n for point in points], float)
    widths = [point.width for point in points if point.width is not None]
    events = [point.events for point in points]
    return points[0].model_copy(
        update={
            "n": int(n.sum()),
            "events": None if None in events else sum(one or 0 for one in events),
            "held": _average([point.held for point in points], n, is_share=True),
            "width": _average(widths, n) if len(widths) == len(points) else None,
        }
    )


def _average(
    estimates: Sequence[Estimate], n: NDArray[np.float64], *, is_share: bool = False
) -> Estimate:
    """Their mean, weighted; its variance is that of independent folds."""
    weights = n / n.sum()
    value = float(weights @ [one.value for one in estimates])
    spread = np.array([(one.high - one.low) / (2 * _Z) for one in estimates])
    margin = _Z * float(np.sqrt((weights**2) @ spread**2))
    if is_share and value >= 1:  # all agree, which is no interval
        return estimate_share(int(n.sum()), int(n.sum()))
    high = min(1.0, value + margin) if is_share else value + margin
    return Estimate(value=value, low=value - margin, high=high)
