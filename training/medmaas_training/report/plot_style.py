"""How the figures of a report look, and how their lines are named."""

import textwrap
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# Okabe & Ito 2008, which the colour-blind tell apart; without yellow, too faint on white.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = ("o", "s", "D", "^", "v", "P", "X")
INK, FAINT = "#222222", "#6B6B6B"
DOT: dict[str, Any] = {"fmt": "o", "capsize": 3, "markersize": 6, "linewidth": 1.4}
WIDTH = 7.0  # inches, as wide as the page's column
_STYLES = ("-", "--", ":")


def start(height: float, *, width: float = WIDTH) -> tuple[Figure, Axes]:
    """An empty figure of so many inches, with one pair of axes."""
    figure = Figure(figsize=(width, height), layout="constrained")
    ax = figure.subplots()
    tidy(ax)
    return figure, ax


def tidy(ax: Axes) -> None:
    """Leave of a frame what helps to read."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(color="#E3E3E3", linewidth=0.7)
    ax.set_axisbelow(True)


def pick(i: int) -> tuple[str, str]:
    """Colour and line style of the i-th line: 21 that differ."""
    return PALETTE[i % len(PALETTE)], _STYLES[i // len(PALETTE) % len(_STYLES)]


def label_ends(figure: Figure, ax: Axes, ends: Sequence[tuple[str, float, float, str]]) -> None:
    """Name lines (name, x, y of the end, colour) right of the axes, with a leader to each."""
    low, high = ax.get_ylim()
    names = [wrap(name, 24) for name, *_ in ends]
    lines = max((name.count("\n") + 1 for name in names), default=1)
    gap = (high - low) * (0.06 + 0.18 * lines) / float(figure.get_figheight())
    heights = spread([y for _, _, y, _ in ends], gap, high)
    for name, (_, x, y, colour), height in zip(names, ends, heights, strict=True):
        ax.annotate(
            name,
            (x, y),
            (1.03, height),
            textcoords=ax.get_yaxis_transform(),
            va="center",
            color=INK,
            arrowprops={"arrowstyle": "-", "color": colour, "shrinkA": 0, "shrinkB": 0},
        )


def spread(values: Sequence[float], gap: float, high: float) -> list[float]:
    """The values, in their order, moved as far as labels a gap apart and below `high` need."""
    moved = np.asarray(values, dtype=float)
    order = np.argsort(moved, kind="stable")
    for before, i in pairwise(order):
        moved[i] = max(moved[i], moved[before] + gap)
    ceiling = high
    for i in order[::-1]:
        moved[i] = min(moved[i], ceiling)
        ceiling = moved[i] - gap
    return [float(value) for value in moved]


def wrap(text: str, width: int) -> str:
    """A label on as many lines as it needs."""
    return "\n".join(textwrap.wrap(text, width))


def reach(value: float, low: float, high: float) -> list[list[float]]:
    """Lengths of an error bar down and up; a bootstrap interval may leave its value outside."""
    return [[max(0.0, value - low)], [max(0.0, high - value)]]
