"""How sure a model is and what it rests on, as parts of its card."""

from collections.abc import Sequence

from medmaas.model.manifest import (
    FEWEST_TRIED,
    Explanation,
    Manifest,
    StandardisedDistance,
)
from medmaas_training.kinds.outputs import describe_output
from medmaas_training.report.markdown import bullets, table

_WHY_NOT = "There is none: this version was added without data to measure it on."
_SETTLED = (
    "How much of the calibration split such limits may refuse, and how intervals are grouped, was "
    "settled once for all models, while the test figures of those that ship with medmaas were in "
    "view: for them these figures may be a little too good."
)
_MOST_PARTS = 12


def describe_uncertainty(manifest: Manifest) -> list[str]:
    """The parts of the card below Uncertainty."""
    uncertainty = manifest.uncertainty
    if uncertainty is None:
        return [_WHY_NOT]
    parts = [f"{uncertainty.method} Measured on {uncertainty.calibrated_on}."]
    if uncertainty.intervals:
        described = describe_output(manifest.output)
        parts += described.describe_levels(uncertainty.intervals, manifest.input)
    parts += ["There is no answer, unless it is forced and marked:", bullets(_when(manifest))]
    return [*parts, _SETTLED]


def _when(manifest: Manifest) -> list[str]:
    uncertainty = manifest.uncertainty
    if uncertainty is None:
        return []
    reasons = []
    if distance := uncertainty.distance:
        space = "standardised" if isinstance(distance, StandardisedDistance) else "embedding"
        where = f"distance from the training data in {space} space"
        reasons.append(f"{where} beyond {distance.threshold:.4g}")
    if uncertainty.most_missing is not None:
        reasons.append(f"more than {uncertainty.most_missing} features missing")
    if uncertainty.largest_set is not None:
        reasons.append(f"more than {uncertainty.largest_set} labels in the prediction set")
    return reasons or ["nothing: every instance that can be read is answered"]


def describe_explanation(manifest: Manifest) -> list[str]:
    """The parts of the card below Explanation."""
    explanation = manifest.explanation
    if explanation is None:
        return [
            "Single answers can be explained, against the golden cases. The model as a whole was "
            "not explained: this version was added without data to do it on."
        ]
    parts = [explanation.method]
    if background := explanation.background:
        people = [centre.people for centre in background.centres]
        parts.append(
            f"Background: {len(people)} cluster centres of {background.of}, of {min(people)} to "
            f"{max(people)} people each."
        )
    if decision := explanation.decision:
        parts.append(f"Decision: {decision.target} at {decision.threshold:g}, {decision.meaning}.")
    return [*parts, *_describe_importance(explanation), *_describe_checks(explanation)]


def _describe_importance(explanation: Explanation) -> list[str]:
    """The parts that matter most to everyone; the report draws all, and by group."""
    everyone = [part for part in explanation.importance if part.group == "all"]
    if not everyone:
        return []
    largest = sorted(everyone, key=lambda part: part.value, reverse=True)[:_MOST_PARTS]
    rows = [
        [p.part, p.of, str(p.n), f"{p.value:.4f} ({p.low:.4f} to {p.high:.4f})"] for p in largest
    ]
    header = ["part", "of", "n", "mean absolute contribution (95 % interval)"]
    return ["### Importance", table(header, rows)]


def _describe_checks(explanation: Explanation) -> list[str]:
    checks = tabulate_checks(explanation)
    if not checks:
        return []
    header = ["check", "measure", "n", "value"]
    return [
        "### Whether explanations are faithful",
        *_tell_trial(explanation),
        table(header, checks),
    ]


def _tell_trial(explanation: Explanation) -> list[str]:
    """What comes of the trial of single explanations, if there was one."""
    if not explanation.trial:
        return []
    rule = (
        "Single explanations are shown if they are ahead of their rival in both of the first two "
        f"rows, by intervals above zero, on {FEWEST_TRIED} instances or more"
    )
    won = all(check.is_won for check in explanation.trial)
    return [f"{rule}: {'they are shown' if won else 'they are not shown'}."]


def tabulate_checks(explanation: Explanation) -> Sequence[Sequence[str]]:
    """A row per check: what was compared, by which measure, n, the figure and its interval."""
    rows = []
    for check in (*(explanation.trial or ()), *explanation.faithfulness):
        value = f"{check.value:.2g}" if abs(check.value) < 1e-3 else f"{check.value:.4f}"
        if check.low is not None and check.high is not None:
            value += f" ({check.low:.4f} to {check.high:.4f})"
        rows.append([check.check, check.measure, str(check.n), value])
    return rows
