"""A finished model is explained as a whole, and its explanations are tried.

Everything is measured on a sample of the test split, by the code that explains single answers,
without a limit of time: the same seed gives the same figures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from medmaas.model.inputs import NO_FILES, Files
from medmaas.model.manifest import (
    EVERYONE,
    Check,
    Decision,
    Explanation,
    Importance,
    Input,
    Metric,
    Output,
    Uncertainty,
)
from medmaas.model.registry import Model
from medmaas_training.assessment.inputs import make_case, make_input_assessor
from medmaas_training.assessment.outputs import make_output_assessor
from medmaas_training.assessment.reasons.faithfulness.deletion import (
    MEASURE,
    Paths,
    check_paths,
    walk_paths,
)
from medmaas_training.assessment.reasons.faithfulness.ground_truth import check_ground_truth
from medmaas_training.assessment.reasons.faithfulness.randomisation import check_sanity, has_weights
from medmaas_training.assessment.reasons.games import Trained, answer, open_model, tolerate_errors
from medmaas_training.assessment.reasons.importance import (
    estimate_mean,
    list_groups,
    measure_importance,
    sum_by_name,
)
from medmaas_training.assessment.reasons.sample import Sample, Sizes
from medmaas_training.assessment.reasons.sampling import explain_focus, explain_sample
from medmaas_training.assessment.splits import Groups, Splits

Floats = NDArray[np.float64]

TEST = "test split, explanations"


@dataclass(frozen=True)
class ExplanationAssessment:
    """What was measured.

    Attributes:
        explanation: for the manifest.
        metrics: faithfulness by subgroup, for the card.
        paths: deletion and insertion, to be drawn.
        of: the number of the answer that they are of.
    """

    explanation: Explanation
    metrics: list[Metric]
    paths: Paths
    of: str


def assess_explanation(  # noqa: PLR0917 - what an assessment is of
    graph: onnx.ModelProto,
    spec: Input,
    output: Output,
    golden: Sequence[Mapping[str, Any]],
    uncertainty: Uncertainty | None,
    splits: Splits,
    *,
    seed: int,
    trained: Trained | None = None,
    files: Files = NO_FILES,
    sizes: Sizes | None = None,
) -> ExplanationAssessment:
    """Choose a background, measure what the answers rest on, and whether explanations are true.

    Args:
        graph: from raw values to the tensors that `output` names.
        spec: of the input.
        output: of the answer.
        golden: invented instances.
        uncertainty: how sure answers are.
        splits: the splits; the background is of the train split, all else of the test split.
        seed: of every draw.
        trained: the model as it was fitted, to hold explanations against; None is the graph.
        files: that the input is read with.
        sizes: how much is measured; None is as much as there is time for in a training.
    """
    rows, assessor = splits.train.rows, make_input_assessor(spec)
    explanation = Explanation(method=assessor.method)
    opened: dict[str, Any] = {"uncertainty": uncertainty, "files": files}
    model = open_model(graph, spec, output, golden, explanation=explanation, **opened)
    background = assessor.find_background(rows, partial(answer, model, rows), seed)
    if background:
        explanation = explanation.model_copy(update={"background": background})
        model = open_model(graph, spec, output, golden, explanation=explanation, **opened)
    sizes = sizes or assessor.choose_sizes()
    sample = explain_sample(model, splits, sizes, seed)
    of = make_output_assessor(output).name_focus(of_the_named=assessor.of_the_named)
    of = assessor.name_measure(of, output)
    if not sample.cases:  # of a single part each: there is nothing to tell apart
        return ExplanationAssessment(explanation, [], Paths({}, {}), of)
    importance = _measure_importance(sample, of, seed)
    paths = walk_paths(sample.cases, sample.shown, sample.targets, seed=seed)
    checks = check_paths(paths, of=of, seed=seed)
    if has_weights(graph):
        checks.append(_check_sanity(graph, model, sample, sizes, seed=seed, files=files))
    checks += assessor.check_agreement(model, sample, rows, sizes, seed=seed, trained=trained)
    checks += check_ground_truth(seed)
    trial = assessor.hold_trial(model, splits.test.rows, of, seed)
    update = {
        "decision": choose_decision(model, rows),
        "importance": tuple(importance),
        "dependence": tuple(assessor.measure_dependence(model, sample, rows, importance)),
        "faithfulness": tuple(map(_round_check, checks)),
        "trial": trial and tuple(map(_round_check, trial)),
    }
    metrics = _measure_groups(paths, sample.groups, of, seed)
    return ExplanationAssessment(explanation.model_copy(update=update), metrics, paths, of)


def choose_decision(model: Model, rows: Floats) -> Decision | None:
    """What a counterfactual must cross: the upper third of the answers to the train split [n, ...].

    Classes have labels for that, and policies recommendations.
    """
    spec, output = model.manifest.input, model.manifest.output
    assessor = make_output_assessor(output)
    if not (assessor.needs_threshold and make_input_assessor(spec).has_counterfactuals):
        return None
    answers = answer(model, rows)
    threshold = float(np.quantile(answers[:, assessor.find_focus(answers[0])], 2 / 3))
    return Decision(
        target=assessor.name_focus(of_the_named=False),
        threshold=float(f"{threshold:.3g}"),
        meaning=f"a third of the answers to the train split, n = {len(rows):,}, lie above it; no "
        "guideline sets it",
    )


def _measure_importance(sample: Sample, of: str, seed: int) -> list[Importance]:
    parts, values = sum_by_name([case.parts for case in sample.cases], sample.shown)
    return measure_importance(values, parts, of=of, groups=sample.groups, seed=seed)


def _check_sanity(
    graph: onnx.ModelProto, model: Model, sample: Sample, sizes: Sizes, *, seed: int, files: Files
) -> Check:
    rows, targets = sample.rows[: sizes.shuffled], sample.targets[: sizes.shuffled]
    manifest = model.manifest

    def explain(shuffled: onnx.ModelProto) -> list[Floats]:
        golden = [case.instance for case in manifest.golden.cases]
        explanation = manifest.explanation or Explanation(method="none")
        other = open_model(
            shuffled, manifest.input, manifest.output, golden, explanation=explanation, files=files
        )
        tolerance = tolerate_errors(other, rows) * sizes.coarse
        found = [explain_focus(other, make_case(other, row), tolerance, seed) for row in rows]
        return [f.of(target) for f, target in zip(found, targets, strict=True)]

    learned = sample.shown[: sizes.shuffled]
    return check_sanity(graph, explain, learned, models=sizes.shuffles, seed=seed)


def _measure_groups(paths: Paths, groups: Groups, of: str, seed: int) -> list[Metric]:
    """Deletion and insertion by subgroup; of everyone they are among the checks."""
    n = len(next(iter(paths.areas.values())))
    metrics = []
    for group, members in list_groups(groups, n):
        for name, areas in paths.areas.items() if group != EVERYONE else ():
            mean = estimate_mean(areas[members], seed)
            metrics.append(
                Metric(
                    metric=f"{name}: {MEASURE}, of {of}",
                    of="model",
                    model="explanations of this model",
                    cohort="test",
                    evaluated_on=TEST,
                    group=group,
                    n=int(members.sum()),
                    value=mean.value,
                    low=mean.low,
                    high=mean.high,
                )
            )
    return metrics


def _round_check(check: Check) -> Check:
    """To three significant digits."""
    numbers = {"value": check.value, "low": check.low, "high": check.high}
    rounded = {k: None if n is None else float(f"{n:.3g}") for k, n in numbers.items()}
    return check.model_copy(update=rounded)
