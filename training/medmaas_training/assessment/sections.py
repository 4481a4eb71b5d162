"""What the report of a model shows of its assessment."""

from collections.abc import Sequence

from medmaas.model.manifest import (
    EVERYONE,
    CalibrationCurve,
    Dependence,
    Output,
)
from medmaas_training.assessment.certainty.selective import Selective
from medmaas_training.assessment.outputs import make_output_assessor
from medmaas_training.assessment.reasons.explanation import ExplanationAssessment
from medmaas_training.assessment.reasons.faithfulness.deletion import DELETION, INSERTION, SHARES
from medmaas_training.report.assessment import tabulate_checks
from medmaas_training.report.assessment_plots import (
    plot_calibration_curves,
    plot_curves,
    plot_dependence,
    plot_importance,
)
from medmaas_training.report.page import Section

_MOST_DRAWN = 6  # features with curves


def draw_sections(
    selective: Selective | None,
    calibration: Sequence[CalibrationCurve],
    explained: ExplanationAssessment,
    output: Output,
) -> list[Section]:
    """Abstention, importance, dependence, faithfulness, calibration."""
    sections = [_draw_selective(selective)] if selective else []
    explanation = explained.explanation
    everyone = [part for part in explanation.importance if part.group == EVERYONE]
    if everyone:
        sections.append(
            Section(
                "What the answers rest on",
                f"Mean absolute contribution of each part, n = {everyone[0].n} of the test split.",
                plot_importance(everyone),
            )
        )
    order = [p.part for p in sorted(everyone, key=lambda part: -part.value)]
    sections += _draw_dependence(explanation.dependence, order)
    sections += [_draw_paths(explained, name) for name in (DELETION, INSERTION)]
    checks = tabulate_checks(explanation)
    return [
        *sections,
        Section(
            "Whether explanations are faithful",
            "Each figure with its 95 % interval where it has one.",
            table=(("check", "measure", "n", "value"), checks),
        ),
        *_draw_calibration(calibration, output),
    ]


def _draw_calibration(curves: Sequence[CalibrationCurve], output: Output) -> list[Section]:
    """Of all but classes, whose training draws it already."""
    assessor = make_output_assessor(output)
    if not curves or not assessor.draws_calibration:
        return []
    text = (
        "Mean observed against mean predicted, in groups of equal size of rising prediction, test "
        "split; the dashed line is where both agree."
    )
    return [
        Section(
            "Calibration of the test split",
            text,
            plot_calibration_curves(curves, unit=assessor.unit),
        )
    ]


def _draw_selective(curve: Selective) -> Section:
    return Section(
        "Answering less, erring less",
        f"{curve.error} of the answers that are left, if those with the largest doubt "
        f"({curve.ranked_by}) are given up; test split.",
        plot_curves(
            {curve.error: (curve.answered, curve.errors)}, x="share answered", y=curve.error
        ),
    )


def _draw_dependence(curves: tuple[Dependence, ...], order: list[str]) -> list[Section]:
    features = list(dict.fromkeys(curve.feature for curve in curves))
    features.sort(key=lambda name: order.index(name) if name in order else len(order))
    sections = []
    for feature in features[:_MOST_DRAWN]:
        chosen = [curve for curve in curves if curve.feature == feature]
        several = len({curve.of for curve in chosen}) > 1
        chosen = [curve for curve in chosen if not several or curve.group == EVERYONE]
        of = chosen[0].of
        chosen = [curve for curve in chosen if curve.of == of]
        text = f"Partial dependence: mean {of} of the test split if all had this {feature}."
        sections.append(Section(f"If {feature} were another", text, plot_dependence(chosen)))
    return sections


def _draw_paths(explained: ExplanationAssessment, name: str) -> Section:
    curves = {
        which: (SHARES, curve.mean(axis=0))
        for which, curve in explained.paths.curves.items()
        if which.startswith(name)
    }
    n = len(explained.paths.areas[name])
    gone = "taken away" if name == DELETION else "put back"
    return Section(
        f"{name.capitalize()} curve",
        f"Mean {explained.of} while parts are {gone}, those with the largest contribution first, "
        f"and in random order; n = {n} of the test split.",
        plot_curves(curves, x=f"share of the parts {gone}", y=explained.of),
    )
