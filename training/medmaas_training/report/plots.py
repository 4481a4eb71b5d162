"""Figures of a report, drawn for paper and screen alike.

What is drawn of people is counted over groups, of at least 20 where there are as many: no figure
shows a patient. Whatever is an interval says so on its axis.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score, roc_curve

from medmaas.model.manifest import Metric
from medmaas.model.years import DAYS_PER_YEAR
from medmaas_training.observed_shares import (
    Group,
    count_share,
    estimate_curve,
    estimate_risk,
    group_by_prediction,
)
from medmaas_training.report.plot_style import (
    DOT,
    FAINT,
    INK,
    MARKERS,
    PALETTE,
    WIDTH,
    label_ends,
    pick,
    reach,
    start,
    tidy,
    wrap,
)
from medmaas_training.survival.metrics import Floats, Outcome

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_] | Integers
Rows = NDArray[np.intp]

_EXCELLENT = 0.98


def plot_learning_curves(
    curves: Mapping[str, Sequence[float]], *, x: str = "epoch", y: str = "loss"
) -> Figure:
    """How the fit went: one value per epoch and curve, counted from 1."""
    figure, ax = start(3.6)
    ends = []
    for i, (name, values) in enumerate(curves.items()):
        colour, style = pick(i)
        epochs = np.arange(1, len(values) + 1)
        ax.plot(epochs, values, style, color=colour, label=name)
        ends.append((name, float(epochs[-1]), float(values[-1]), colour))
    ax.margins(x=0)
    ax.set(xlabel=x, ylabel=y)
    label_ends(figure, ax, ends)
    return figure


def plot_calibration(predicted: Floats, observed: Flags, *, label: str) -> Figure:
    """Predicted probability [n] against the observed share of `label` [n], 1 if so.

    Wilson's intervals (1927), in tenths of rising prediction, and how often each was made.
    """
    flags = np.asarray(observed, dtype=bool)
    groups = [count_share(predicted[rows], flags[rows]) for rows in group_by_prediction(predicted)]
    return _draw_calibration(
        groups,
        predicted,
        x=f"predicted probability of {label}",
        y=f"observed share of {label}\n(95 % interval)",
    )


def plot_roc(observed: Flags, scores: Floats, *, label: str) -> Figure:
    """Sensitivity against false positives over every threshold of the scores, [n]."""
    figure, ax = start(4.6, width=5.0)
    found, positive = np.asarray(observed, dtype=bool), int(np.sum(observed))
    false_positives, sensitivity, _ = roc_curve(found, scores)
    ax.plot(false_positives, sensitivity, color=PALETTE[0])
    auc = roc_auc_score(found, scores)
    text = f"{label}: AUC {auc:.4f}\nn = {len(found):,}, {positive:,} of them {label}"
    ax.text(0.97, 0.05, text, ha="right", va="bottom", color=INK)
    _frame_roc(ax)
    ax.set_aspect("equal")
    return figure


def plot_roc_by_class(y: Integers, probabilities: Floats, labels: Sequence[str]) -> Figure:
    """Each class against all others, from y [n] and probabilities [n, labels].

    Where every area is above 0.98 only the upper left corner is drawn, and said to be.
    """
    figure, ax = start(4.2)
    areas = []
    for i, label in enumerate(labels):
        colour, style = pick(i)
        false_positives, sensitivity, _ = roc_curve(y == i, probabilities[:, i])
        areas.append(float(roc_auc_score(y == i, probabilities[:, i])))
        name = f"{label}, AUC {areas[-1]:.4f}, n = {int((y == i).sum()):,}"
        ax.plot(false_positives, sensitivity, style, color=colour, label=name)
    figure.legend(loc="outside right upper", frameon=False, fontsize="small")
    _frame_roc(ax, 0.1 if min(areas) > _EXCELLENT else 1.0)
    return figure


def plot_confusion(matrix: Integers, labels: Sequence[str]) -> Figure:
    """Counts [true label, predicted label], shaded by the share of the true label."""
    share = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    side = min(2.2 + 0.5 * len(labels), WIDTH)
    figure, ax = start(side, width=min(side + 1, WIDTH))
    ax.pcolormesh(share, cmap="Blues", vmin=0, vmax=1.15, edgecolors="white", linewidth=1)
    for (row, column), count in np.ndenumerate(matrix):
        colour = "white" if share[row, column] > 0.6 else INK if count else FAINT
        ax.text(column + 0.5, row + 0.5, f"{count:,}", ha="center", va="center", color=colour)
    middle = np.arange(len(labels)) + 0.5
    slant: dict[str, Any] = {"rotation": 40, "ha": "right", "rotation_mode": "anchor"}
    ax.set_xticks(middle, labels, **(slant if len(labels) > 3 else {}))
    ax.set_yticks(middle, labels)
    ax.invert_yaxis()
    ax.set_aspect("equal")
    ax.grid(visible=False)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.set(xlabel="predicted", ylabel="true")
    return figure


def plot_survival_calibration(predicted_risk: Floats, outcome: Outcome, day: float) -> Figure:
    """Predicted risk by a day [n] against Kaplan and Meier's in tenths of rising risk.

    Intervals as in `estimate_risk`; outcome is [n] of `event` and `time` in days.
    """
    groups = [
        Group(float(predicted_risk[rows].mean()), *estimate_risk(outcome[rows], day), n=len(rows))
        for rows in group_by_prediction(predicted_risk)
    ]
    years = round(day / DAYS_PER_YEAR, 1)
    by = f"by day {day:g}" if years < 1 else f"by {years:g} year{'s' if years != 1 else ''}"
    return _draw_calibration(
        groups,
        predicted_risk,
        x=f"predicted risk {by}",
        y=f"observed risk {by}\n(Kaplan-Meier, 95 % interval)",
    )


def plot_kaplan_meier(outcome: Outcome, groups: Mapping[str, Rows]) -> Figure:
    """Share without the event over time, by group, above the numbers still at risk.

    The band is the 95 % interval on the log-log scale (Kalbfleisch & Prentice 2002).

    Args:
        outcome: [n] of `event` and `time` in days.
        groups: row positions by name.
    """
    figure = Figure(figsize=(7, 4 + 0.25 * len(groups)), layout="constrained")
    ax, table = figure.subplots(2, 1, sharex=True, height_ratios=[4, 0.3 * len(groups)])
    tidy(ax)
    longest = float(outcome["time"].max())
    unit, name = (DAYS_PER_YEAR, "years") if longest >= 2 * DAYS_PER_YEAR else (1.0, "days")
    ends = []
    for i, (group, rows) in enumerate(groups.items()):
        colour, style = pick(i)
        days, alive, low, high = estimate_curve(outcome[rows])
        ax.step(days / unit, alive, style, where="post", color=colour)
        band = {"step": "post", "color": colour, "alpha": 0.15, "linewidth": 0}
        ax.fill_between(days / unit, low, high, **band)
        ends.append((group, float(days[-1] / unit), float(alive[-1]), colour))
    ax.set(xlim=(0, longest / unit), ylim=(0, 1.02), ylabel="share without event\n(95 % interval)")
    label_ends(figure, ax, ends)
    _count_at_risk(table, outcome, groups, unit)
    table.set_xlabel(f"{name}; below the curves: number at risk")
    return figure


def plot_by_group(metrics: Sequence[Metric], metric: str) -> Figure:
    """One figure of a card by group, or by model, with its interval.

    A dashed line marks the first of them that is of everyone.
    """
    chosen = [m for m in metrics if m.metric == metric]
    everyone = [m for m in chosen if m.group == "all"]
    figure, ax = start(0.9 + 0.42 * len(chosen))
    for row, m in enumerate(chosen):
        colour = INK if m.group == "all" else PALETTE[0]
        ax.errorbar(m.value, row, xerr=reach(m.value, m.low, m.high), color=colour, **DOT)
    if everyone and len(chosen) > 1:
        ax.axvline(everyone[0].value, color=FAINT, linestyle="--", linewidth=1, zorder=0)
    names = [m.model if m.group == "all" else m.group for m in chosen]
    sizes = [f"(n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{m.n:,})" for m in chosen]
    labels = [wrap(f"{name} {n}", 36) for name, n in zip(names, sizes, strict=True)]
    ax.set_yticks(range(len(chosen)), labels)
    ax.set_ylim(len(chosen) - 0.5, -0.5)
    ax.grid(visible=False, axis="y")
    ax.set_xlabel(f"{metric} (95 % interval)")
    return figure


def plot_scatter(observed: Floats, predicted: Floats, unit: str) -> Figure:
    """Predicted against observed, [n] each, with the line of perfect prediction.

    Every case is a point: for molecules and the like, never for patients.
    """
    figure, ax = start(4.8, width=5.2)
    both = np.concatenate([observed, predicted])
    margin = 0.03 * float(np.ptp(both)) or 1.0
    ends = (float(both.min()) - margin, float(both.max()) + margin)
    ax.plot(ends, ends, color=FAINT, linestyle="--", linewidth=1)
    ax.scatter(observed, predicted, s=14, color=PALETTE[0], alpha=0.5, linewidths=0)
    rmse = float(np.sqrt(np.mean((predicted - observed) ** 2)))
    text = f"n = {len(observed):,}\nRMSE {rmse:.3f}"
    ax.text(0.03, 0.97, text, transform=ax.transAxes, va="top", color=INK)
    ax.set(xlim=ends, ylim=ends, xlabel=f"observed, {unit}", ylabel=f"predicted, {unit}")
    ax.set_aspect("equal")
    return figure


def plot_frontier(
    lines: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    points: Mapping[str, tuple[float, float]],
    *,
    x: str,
    y: str,
) -> Figure:
    """What is gained against what it costs: a line per swept threshold, a point per fixed rule."""
    figure, ax = start(5.0)
    for i, (name, (xs, ys)) in enumerate(lines.items()):
        colour, style = pick(i)
        ax.plot(xs, ys, style, color=colour, marker=".", markersize=5, label=name)
    for i, (name, (at_x, at_y)) in enumerate(points.items()):
        marker = MARKERS[i % len(MARKERS)]
        colour, _ = pick(len(lines) + i)
        ax.plot(at_x, at_y, marker, color=colour, markersize=8, label=name, markeredgecolor=INK)
    ax.set(xlabel=x, ylabel=y)
    figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize="small")
    return figure


def _draw_calibration(groups: Sequence[Group], predicted: Floats, *, x: str, y: str) -> Figure:
    """Groups against the diagonal, above a histogram of the predictions [n]."""
    figure = Figure(figsize=(5.6, 5.6), layout="constrained")
    ax, below = figure.subplots(2, 1, sharex=True, height_ratios=[4, 1])
    tidy(ax)
    tidy(below)
    bottom, top = _bound(groups, predicted)
    ax.plot([bottom, top], [bottom, top], color=FAINT, linestyle="--", linewidth=1)
    for g in groups:
        bar = reach(g.observed, g.low, g.high)
        ax.errorbar(g.predicted, g.observed, yerr=bar, color=PALETTE[0], **DOT)
    sizes = sorted({g.n for g in groups})
    each = f"{sizes[0]:,}" if len(sizes) == 1 else f"{sizes[0]:,} or {sizes[-1]:,}"
    text = f"{len(groups)} groups of {each}; dashed: observed = predicted"
    ax.set_title(text, loc="left", fontsize="medium", color=INK)
    beyond = int(((predicted < bottom) | (predicted > top)).sum())
    margin = 0.02 * (top - bottom)
    room = (bottom - margin, top + margin)
    ax.set(xlim=room, ylim=room, ylabel=y)
    below.hist(predicted, bins=np.linspace(bottom, top, 31).tolist(), color=PALETTE[0])
    below.set(xlabel=f"{x}\n({beyond:,} outside, not shown)" if beyond else x, ylabel="cases")
    return figure


def _bound(groups: Sequence[Group], predicted: Floats) -> tuple[float, float]:
    """What to draw of 0 to 1: every interval, and all but the rarest predictions [n]."""
    rare = np.quantile(predicted, [0.01, 0.99])
    low = float(min(rare[0], *(min(g.predicted, g.low) for g in groups)))
    high = float(max(rare[1], *(max(g.predicted, g.high) for g in groups)))
    margin = 0.05 * (high - low)
    return (max(0.0, low - margin) if low > 0.5 else 0.0), min(1.0, high + margin)


def _frame_roc(ax: Axes, side: float = 1.0) -> None:
    """The unit square with the diagonal of chance, or only its upper left corner."""
    what = "(upper left corner)" if side < 1 else "(1 - specificity)"
    ax.plot([0, 1], [0, 1], color=FAINT, linestyle="--", linewidth=1)
    ax.set(xlim=(-0.01 * side, side), ylim=(1 - side, 1 + 0.01 * side))
    ax.set(xlabel=f"false-positive rate {what}", ylabel="sensitivity")


def _count_at_risk(ax: Axes, outcome: Outcome, groups: Mapping[str, Rows], unit: float) -> None:
    """How many of each group are still followed, below the ticks of the curves' time axis."""
    last = ax.get_xlim()[1]
    ticks = [float(tick) for tick in ax.get_xticks() if 0 <= tick <= last]
    for row, rows in enumerate(groups.values()):
        for tick in ticks:
            at_risk = int((outcome["time"][rows] >= tick * unit).sum())
            side: Literal["left", "center"] = "center" if tick else "left"
            ax.text(tick, row, f"{at_risk:,}", ha=side, va="center", fontsize="small")
    ax.set_yticks(range(len(groups)), [wrap(group, 24) for group in groups])
    ax.set_ylim(len(groups) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0, pad=10)
    ax.spines[["top", "right", "left"]].set_visible(False)
