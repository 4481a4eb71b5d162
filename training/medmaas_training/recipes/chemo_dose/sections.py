"""What the report of the dose model shows."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from medmaas.model.manifest import Metric
from medmaas_training.dose.course import ACTIONS, FULL, Course
from medmaas_training.dose.decisions import ANC_SEVERE
from medmaas_training.dose.evaluation import (
    BY_SCHEDULE,
    CALIBRATION_TEST,
    LARGEST_GAP,
    MEAN_GAP,
    OUTCOMES,
)
from medmaas_training.dose.myelosuppression import Floats
from medmaas_training.dose.network import Fit
from medmaas_training.dose.simulator_check import Check
from medmaas_training.dose.study import MAP, NETWORK, RULES, SHIPPED, TRIAL, Study
from medmaas_training.dose.trial import BELOW_SEVERE, INTENSITY
from medmaas_training.report.page import Section
from medmaas_training.report.plot_style import PALETTE, start
from medmaas_training.report.plots import plot_calibration, plot_frontier, plot_learning_curves

_SIMULATED = "Simulated patients throughout."
Table = tuple[Sequence[str], Sequence[Sequence[str]]]


def draw_sections(
    checks: Sequence[Check],
    fitted: Fit,
    risks: Floats,
    outcomes: NDArray[np.bool_],
    *,
    study: Study,
    metrics: Sequence[Metric],
) -> list[Section]:
    """Simulator, learning, calibration, trial, frontier, one course, other models.

    Args:
        checks: of the simulator.
        fitted: the network that ships.
        risks: its risks at every test decision, [decisions, actions, outcomes].
        outcomes: what each action leads to, of the same shape.
        study: the trial.
        metrics: the card's.
    """
    curves = {"train": fitted.train, "held back": fitted.held_back}
    own = (TRIAL, CALIBRATION_TEST, BY_SCHEDULE)
    others = [m for m in metrics if m.evaluated_on not in own]
    return [
        Section(
            "Simulator",
            f"Figures of the simulator beside those it is held against. {_SIMULATED}",
            table=_tabulate_checks(checks),
        ),
        Section(
            "Learning curves",
            "Loss per decision and epoch; held back are 5 % of the courses.",
            plot_learning_curves(curves),
        ),
        Section(
            "Calibration of the full dose",
            "Chance of ANC below 0.5 after 100 %, predicted and come true, at every decision of "
            "unseen patients; below, the largest difference in ten equal groups of every risk.",
            plot_calibration(
                risks[:, FULL, 0], outcomes[:, FULL, 0], label="ANC below 0.5 after 100 %"
            ),
            _tabulate_calibration(metrics),
        ),
        Section(
            "Virtual trial",
            f"{TRIAL}. All arms treat the same patients. Outcomes are shares of cycles; intervals "
            "are bootstraps over patients.",
            table=_tabulate(metrics, TRIAL),
        ),
        Section(
            "Dose intensity against toxicity",
            "Lower and further right is better. Lines sweep the limit without G-CSF; points are "
            "the rules without it and the shipped limit with it.",
            _draw_frontier(study),
        ),
        Section(
            "A course",
            "The first patient of the trial under the network as shipped: true neutrophils do not "
            "show, only counts as measured; triangles are doses, with their share.",
            _draw_course(study.course),
        ),
        *(
            Section(
                on,
                f"Patients of another model, or all estimates on one. {_SIMULATED}",
                table=_tabulate(others, on),
            )
            for on in dict.fromkeys(m.evaluated_on for m in others)
        ),
    ]


def _tabulate_checks(checks: Sequence[Check]) -> Table:
    rows = [
        [c.what, f"{c.found:.3f}", "" if c.expected is None else f"{c.expected:g} ± {c.within:g}"]
        for c in checks
    ]
    return ["figure", "simulator", "reference"], rows


def _tabulate_calibration(metrics: Sequence[Metric]) -> Table:
    found = {(m.group, m.metric): m for m in metrics if m.evaluated_on == CALIBRATION_TEST}
    rows = []
    for outcome in OUTCOMES:
        for action in ACTIONS:
            group = f"{outcome}, {action.name}"
            rows.append([group, _show(found[group, LARGEST_GAP]), _show(found[group, MEAN_GAP])])
    return ["risk", "largest difference", "in the large"], rows


def _tabulate(metrics: Sequence[Metric], on: str) -> Table:
    here = {(m.model, m.metric): m for m in metrics if m.evaluated_on == on and not m.against}
    columns = list(dict.fromkeys(metric for _, metric in here))
    rows = [
        [model, *(_show(here.get((model, column))) for column in columns)]
        for model in dict.fromkeys(model for model, _ in here)
    ]
    header = [column.removeprefix("share of cycles with ") for column in columns]
    return ["arm or estimate", *header], rows


def _show(metric: Metric | None) -> str:
    return "" if metric is None else f"{metric.value:.3f} ({metric.low:.3f} to {metric.high:.3f})"


def _draw_frontier(study: Study) -> Figure:
    lines = {
        name: ([x for _, x, _ in points], [y for _, _, y in points])
        for name, points in study.frontier.items()
    }
    measure = study.trial.measure
    arms = [*RULES, NETWORK + SHIPPED, MAP + SHIPPED]
    points = {arm: (measure(arm, INTENSITY), measure(arm, BELOW_SEVERE)) for arm in arms}
    return plot_frontier(lines, points, x=INTENSITY, y=BELOW_SEVERE)


def _draw_course(course: Course) -> Figure:
    figure, ax = start(3.6)
    chart = course.chart[0, : course.written[0]]
    day, anc, dose = chart[:, 0], chart[:, 1], chart[:, 4]
    known, given = ~np.isnan(anc), ~np.isnan(dose)
    ax.plot(day[known], anc[known], "o-", color=PALETTE[0], label="ANC as measured")
    ax.axhline(ANC_SEVERE, color=PALETTE[1], linestyle="--", label="0.5")
    ax.plot(day[given], np.full(given.sum(), 30.0), "v", color=PALETTE[2], label="dose")
    for at, share, helped in chart[given][:, [0, 4, 5]]:
        text = f"{100 * share:.0f} %" + (" + G-CSF" if helped else "")
        ax.annotate(text, (at, 36.0), rotation=40, fontsize=8)
    ax.set_yscale("log")
    ax.set(xlabel="day", ylabel="ANC, 10*9/L", ylim=(0.05, 200))
    ax.legend(frameon=False, loc="lower right", ncols=3)
    return figure
