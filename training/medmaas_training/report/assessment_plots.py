"""Figures of an assessment: curves over any scale, and contributions with their intervals."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from medmaas.model.manifest import CalibrationCurve, Dependence, Importance
from medmaas_training.report.plot_style import (
    DOT,
    FAINT,
    INK,
    PALETTE,
    WIDTH,
    label_ends,
    pick,
    reach,
    start,
    tidy,
    wrap,
)
from medmaas_training.report.tables import name_target

_MOST_PARTS = 15
_ROW = 0.34  # inches


def plot_curves(curves: Mapping[str, tuple[ArrayLike, ArrayLike]], *, x: str, y: str) -> Figure:
    """Lines by name, each of x and y."""
    figure, ax = start(3.8)
    ends = []
    for i, (name, (xs, ys)) in enumerate(curves.items()):
        colour, style = pick(i)
        at, heights = np.asarray(xs, float), np.asarray(ys, float)
        ax.plot(at, heights, style, color=colour)
        ends.append((name, float(at[-1]), float(heights[-1]), colour))
    ax.margins(x=0)
    ax.set(xlabel=x, ylabel=y)
    label_ends(figure, ax, ends)
    return figure


def plot_calibration_curves(curves: Sequence[CalibrationCurve], *, unit: str = "") -> Figure:
    """Observed against predicted, side by side by what is predicted; unit is that of values."""
    side = min(4.2, WIDTH / len(curves) + 0.4)
    figure = Figure(figsize=(min(WIDTH, side * len(curves)), side), layout="constrained")
    axes = figure.subplots(1, len(curves), squeeze=False)[0]
    of_unit = f", {unit}" if unit else ""
    for ax, curve in zip(axes, curves, strict=True):
        tidy(ax)
        sides = [side for point in curve.points for side in (point.predicted, point.observed)]
        ends = [end for side in sides for end in (side.low, side.high)]
        low, high = min(ends) if unit else 0.0, max(ends)
        ax.plot([low, high], [low, high], color=FAINT, linestyle="--", linewidth=1)
        for point in curve.points:
            observed = point.observed
            bar = reach(observed.value, observed.low, observed.high)
            ax.errorbar(point.predicted.value, observed.value, yerr=bar, color=PALETTE[0], **DOT)
        ax.set_aspect("equal")
        ax.set_xlabel(f"predicted{of_unit}")
        ax.set_title(wrap(name_target(curve.target), 20), loc="left", fontsize="medium", color=INK)
    axes[0].set_ylabel(f"observed{of_unit} (95 % interval)")
    return figure


def plot_importance(importance: Sequence[Importance]) -> Figure:
    """The parts that move an answer most, with their intervals, the largest above."""
    largest = sorted(importance, key=lambda part: -part.value)[:_MOST_PARTS]
    figure, ax = start(0.9 + _ROW * len(largest))
    for row, part in enumerate(largest):
        reach = [[part.value - part.low], [part.high - part.value]]
        ax.errorbar(part.value, row, xerr=np.maximum(reach, 0), color=PALETTE[0], **DOT)
    ax.set_yticks(range(len(largest)), [part.part for part in largest], color=INK)
    ax.invert_yaxis()
    ax.set_xlim(left=0)
    ax.set_xlabel(f"mean absolute contribution to {largest[0].of} (95 % interval)")
    return figure


def plot_dependence(curves: Sequence[Dependence]) -> Figure:
    """Partial dependence on one feature, of everyone and by group."""
    if any(isinstance(value, str | bool) for value in curves[0].values):
        words = [str(value) for value in curves[0].values]
        figure, ax = start(3.2)
        for i, curve in enumerate(curves):
            ax.plot(range(len(words)), curve.answers, "o", color=pick(i)[0], label=curve.group)
        ax.set_xticks(range(len(words)), words)
        ax.set(xlabel=curves[0].feature, ylabel=f"mean {curves[0].of}")
        ax.legend(frameon=False)
        return figure
    lines = {curve.group: (curve.values, curve.answers) for curve in curves}
    return plot_curves(lines, x=curves[0].feature, y=f"mean {curves[0].of}")
