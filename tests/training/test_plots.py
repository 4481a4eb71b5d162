"""What the figures of a report show."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from scipy.stats import norm
from sksurv.nonparametric import kaplan_meier_estimator
from sksurv.util import Surv

from medmaas.model.manifest import Metric
from medmaas_training.observed_shares import (
    count_share,
    estimate_curve,
    estimate_risk,
    group_by_prediction,
    wilson,
)
from medmaas_training.report import letters, plots
from medmaas_training.report.page import render_svg
from medmaas_training.report.plot_style import PALETTE, label_ends, pick, spread, start

DRAW = np.random.default_rng(0)
RISK = DRAW.random(400)
DIED = DRAW.random(400) < RISK
DAYS = np.where(DIED, DRAW.uniform(1, 1000, 400), DRAW.uniform(500, 2000, 400))
OUTCOME = Surv.from_arrays(DIED, DAYS)


def words(figure: Figure) -> str:
    """All that is written on a figure, in its order."""
    return "\n".join(text.get_text() for text in figure.findobj(Text) if isinstance(text, Text))


def points(ax: Axes) -> list[tuple[float, float]]:
    """Where an axes' single points are."""
    lines = [line for line in ax.lines if line.get_marker() == "o"]
    return [(float(x), float(y)) for line in lines for x, y in np.asarray(line.get_xydata())]


def metric(group: str, value: float, model: str = "network") -> Metric:
    return Metric(
        metric="AUC", model=model, evaluated_on="here", group=group, n=1234, events=5,
        value=value, low=value - 0.1, high=value + 0.1,
    )  # fmt: skip


def brightness(colour: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2.2)."""
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_learning_curves_name_every_line_at_its_end() -> None:
    figure = plots.plot_learning_curves(
        {"train": [3.0, 2.0, 1.0], "kept aside": [3.0, 2.5]}, x="round", y="error"
    )
    (ax,) = figure.axes
    assert [np.asarray(line.get_xdata()).tolist() for line in ax.lines] == [[1, 2, 3], [1, 2]]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("round", "error")
    assert {"train", "kept aside"} <= set(words(figure).split("\n"))


def test_calibration_of_a_model_that_is_right_lies_on_the_diagonal() -> None:
    figure = plots.plot_calibration(RISK, DIED, label="malignant")
    ax, below = figure.axes
    assert ax.get_ylabel() == "observed share of malignant\n(95 % interval)"
    assert below.get_xlabel() == "predicted probability of malignant"
    assert "10 groups of 40" in words(figure)
    assert len(points(ax)) == 10
    for predicted, observed in points(ax):
        assert observed == pytest.approx(predicted, abs=0.2)
    bars = [height.get_height() for height in below.patches]  # type: ignore[attr-defined]
    assert sum(bars) == 400


def test_calibration_counts_the_predictions_that_lie_outside() -> None:
    predicted = np.append(np.full(399, 0.01), 0.9)
    figure = plots.plot_calibration(predicted, np.zeros(400, dtype=bool), label="it")
    assert "(1 outside, not shown)" in words(figure)


@settings(max_examples=20)  # each draws a figure
@given(st.floats(0, 1), st.floats(0, 1), st.integers(1, 200))
def test_calibration_shows_every_interval_wherever_the_predictions_lie(
    low: float, high: float, n: int
) -> None:
    ax = plots.plot_calibration(np.linspace(low, high, n), DIED[:n], label="it").axes[0]
    bottom, top = ax.get_ylim()
    shown = [bar.get_datalim(ax.transData) for bar in ax.collections]
    assert len(shown) == len(points(ax))
    for x, _ in points(ax):
        assert bottom <= x <= top
    for bar in shown:
        assert bottom <= bar.y0 <= bar.y1 <= top


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=500))
def test_groups_hold_everyone_once_in_order_and_at_least_20(
    cases: Sequence[tuple[float, bool]],
) -> None:
    predicted = np.array([p for p, _ in cases])
    groups = group_by_prediction(predicted)
    assert sorted(np.concatenate(groups)) == list(range(len(cases)))
    assert 1 <= len(groups) <= 10
    assert all(len(rows) >= min(20, len(cases)) for rows in groups)
    for below, above in pairwise(groups):
        assert predicted[below].max() <= predicted[above].min()


@given(st.lists(st.booleans(), min_size=1, max_size=200))
def test_an_interval_holds_the_observed_share_and_stays_within_0_and_1(
    observed: Sequence[bool],
) -> None:
    group = count_share(np.full(len(observed), 0.5), np.array(observed))
    slack = 1e-12
    assert -slack <= group.low <= group.observed + slack
    assert group.observed - slack <= group.high <= 1 + slack
    assert group.low < group.high
    assert group.observed == pytest.approx(sum(observed) / len(observed))


@given(st.integers(0, 300), st.integers(1, 300))
def test_wilsons_interval_is_that_of_his_formula(cases: int, more: int) -> None:
    n, z = cases + more, float(norm.ppf(0.975))
    share = cases / n
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    margin = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    assert wilson(cases, n) == pytest.approx((centre - margin, centre + margin), abs=1e-9)


def test_observed_risk_is_one_minus_kaplan_and_meiers_estimate() -> None:
    days, alive, (low, high) = kaplan_meier_estimator(DIED, DAYS, conf_type="log-log")
    last = np.flatnonzero(days <= 700)[-1]
    expected = (1 - alive[last], 1 - high[last], 1 - low[last])
    assert estimate_risk(OUTCOME, 700) == pytest.approx(expected)


def test_a_group_without_an_event_is_not_taken_for_free_of_risk() -> None:
    alive = Surv.from_arrays(np.zeros(40, dtype=bool), np.repeat([100.0, 900.0], 20))
    assert estimate_risk(alive, 500) == (0, 0, wilson(0, 20)[1])
    assert estimate_risk(alive, 1000) == (0, 0, 1), "nobody was followed so long"
    dead = Surv.from_arrays(np.ones(20, dtype=bool), np.arange(1.0, 21))
    assert estimate_risk(dead, 30) == (1, wilson(20, 20)[0], 1)


@given(
    st.lists(st.tuples(st.booleans(), st.integers(1, 50)), min_size=1, max_size=60).filter(
        lambda people: any(died for died, _ in people)
    ),
    st.integers(0, 60),
)
def test_an_interval_of_risk_holds_the_risk(people: list[tuple[bool, int]], day: int) -> None:
    outcome = Surv.from_arrays([d for d, _ in people], [float(t) for _, t in people])
    risk, low, high = estimate_risk(outcome, day)
    assert -1e-12 <= low <= risk + 1e-12
    assert risk - 1e-12 <= high <= 1 + 1e-12


def test_survival_calibration_names_its_day() -> None:
    figure = plots.plot_survival_calibration(RISK, OUTCOME, 365)
    ax, below = figure.axes
    assert ax.get_ylabel() == "observed risk by 1 year\n(Kaplan-Meier, 95 % interval)"
    assert below.get_xlabel().startswith("predicted risk by 1 year")
    lowest = group_by_prediction(RISK)[0]
    observed = estimate_risk(OUTCOME[lowest], 365)[0]
    assert points(ax)[0] == pytest.approx((RISK[lowest].mean(), observed))
    by_day = plots.plot_survival_calibration(RISK, OUTCOME, 90).axes[0].get_ylabel()
    assert by_day.startswith("observed risk by day 90")


def test_kaplan_meier_curves_are_scikit_survivals_with_numbers_at_risk() -> None:
    groups = {"low risk": np.flatnonzero(RISK < 0.5), "high risk": np.flatnonzero(RISK >= 0.5)}
    figure = plots.plot_kaplan_meier(OUTCOME, groups)
    curves, table = figure.axes
    for line, rows in zip(curves.lines, groups.values(), strict=True):
        days, alive = kaplan_meier_estimator(DIED[rows], DAYS[rows])
        assert np.asarray(line.get_xdata())[1:] == pytest.approx(days / 365.25)
        assert np.asarray(line.get_ydata())[1:] == pytest.approx(alive)
    assert len(curves.collections) == 2, "a band each"
    assert "95 % interval" in curves.get_ylabel()
    assert table.get_xlabel() == "years; below the curves: number at risk"
    counts = {text.get_position(): text.get_text() for text in table.texts}
    assert counts[2, 1] == str((DAYS[groups["high risk"]] >= 2 * 365.25).sum())
    assert counts[0, 0] == str(len(groups["low risk"]))
    short = Surv.from_arrays(DIED, DAYS / 10)
    assert plots.plot_kaplan_meier(short, groups).axes[1].get_xlabel().startswith("days")


def test_a_curve_starts_with_everyone() -> None:
    assert [float(curve[0]) for curve in estimate_curve(OUTCOME)] == [0, 1, 1, 1]


def test_roc_states_the_area_and_of_how_many() -> None:
    figure = plots.plot_roc(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.35, 0.8]), label="ill")
    assert "ill: AUC 0.7500\nn = 4, 2 of them ill" in words(figure)
    assert figure.axes[0].get_ylabel() == "sensitivity"


def test_roc_by_class_shows_the_corner_only_where_all_lies_there() -> None:
    y = np.arange(60) % 3
    sure = np.eye(3)[y] * 0.8 + 0.1
    near, whole = (
        plots.plot_roc_by_class(y, p, ["a", "b", "c"]) for p in (sure, DRAW.random((60, 3)))
    )
    assert near.axes[0].get_xlabel() == "false-positive rate (upper left corner)"
    assert near.axes[0].get_xlim()[1] == 0.1
    assert whole.axes[0].get_xlim()[1] == 1
    assert "b, AUC 1.0000, n = 20" in words(near)


def test_confusion_writes_every_count_where_it_belongs() -> None:
    figure = plots.plot_confusion(np.array([[1200, 3], [0, 7]]), ["benign", "malignant"])
    (ax,) = figure.axes
    counts = {text.get_position(): text.get_text() for text in ax.texts}
    assert counts == {(0.5, 0.5): "1,200", (1.5, 0.5): "3", (0.5, 1.5): "0", (1.5, 1.5): "7"}
    assert [label.get_text() for label in ax.get_yticklabels()] == ["benign", "malignant"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("predicted", "true")
    low, high = ax.get_ylim()
    assert low > high, "the first label is on top, as in the matrix"


def test_by_group_takes_the_named_metric_and_marks_everyone() -> None:
    metrics = [metric("all", 0.9), metric("sex F", 0.8), metric("sex M", 0.7)]
    other = metrics[0].model_copy(update={"metric": "Brier score"})
    figure = plots.plot_by_group([other, *metrics], "AUC")
    (ax,) = figure.axes
    assert points(ax) == [(0.9, 0), (0.8, 1), (0.7, 2)]
    names = [label.get_text().replace("\N{NO-BREAK SPACE}", " ") for label in ax.get_yticklabels()]
    assert names == ["network (n = 1,234)", "sex F (n = 1,234)", "sex M (n = 1,234)"]
    assert ax.get_xlabel() == "AUC (95 % interval)"
    assert np.asarray(ax.lines[-1].get_xdata()).tolist() == [0.9, 0.9]


def test_a_value_outside_its_interval_can_be_drawn() -> None:
    odd = metric("all", 0.5).model_copy(update={"low": 0.6, "high": 0.7})
    assert points(plots.plot_by_group([odd], "AUC").axes[0]) == [(0.5, 0)]


def test_scatter_states_the_error_and_the_unit() -> None:
    figure = plots.plot_scatter(np.array([0.0, 1.0]), np.array([0.3, 1.4]), "log mol/L")
    (ax,) = figure.axes
    assert "n = 2\nRMSE 0.354" in words(figure)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("observed, log mol/L", "predicted, log mol/L")
    assert ax.get_xlim() == ax.get_ylim()


def test_frontier_names_lines_and_points() -> None:
    figure = plots.plot_frontier(
        {"network": ([0.8, 0.9], [0.1, 0.2])},
        {"fixed dose": (1.0, 0.3)},
        x="dose intensity",
        y="share below 0.5",
    )
    (ax,) = figure.axes
    assert {"network", "fixed dose"} <= set(words(figure).split("\n"))
    assert points(ax) == [(1.0, 0.3)]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("dose intensity", "share below 0.5")


def test_up_to_21_lines_differ_and_are_seen_on_white() -> None:
    assert len({pick(i) for i in range(21)}) == 21
    assert all(1.05 / (brightness(colour) + 0.05) > 2 for colour in PALETTE)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=10))
def test_labels_keep_their_order_and_distance(values: list[float]) -> None:
    moved = spread(values, 0.1, 1.0)
    ordered = [moved[i] for i in np.argsort(values, kind="stable")]
    assert np.all(np.diff(ordered) >= 0.1 - 1e-9)
    assert max(moved) <= 1


def test_labels_with_room_stay_where_their_lines_end() -> None:
    assert spread([0.9, 0.1, 0.5], 0.1, 1.0) == [0.9, 0.1, 0.5]
    figure, ax = start(4)
    label_ends(figure, ax, [("a name too long to stand on one line", 1.0, 0.5, "#000000")])
    assert "a name too long to stand\non one line" in words(figure)


def test_letters_of_any_script_are_drawn_without_a_warning(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    figure = plots.plot_confusion(np.array([[5, 1], [2, 9]]), ["恶性", "हिमोग्लोबिन"])
    drawing = render_svg(figure, "labels", "f")
    assert ">恶性</text>" in drawing
    assert "font-family" not in drawing
    monkeypatch.setattr(letters, "find_font", lambda _letter: None)  # as where no font has any
    figure = plots.plot_confusion(np.array([[5, 1], [2, 9]]), ["恶性", "良性"])
    assert ">良性</text>" in render_svg(figure, "labels", "f")
    assert capfd.readouterr() == ("", "")


def test_a_font_that_has_the_letters_tells_how_wide_they_are() -> None:
    family = letters.find_font("恶")
    if family is None:
        pytest.skip("no font of this machine has Chinese letters")
    figure, ax = start(2.0)
    ax.set_xlabel("恶性")
    render_svg(figure, "labels", "f")
    assert ax.xaxis.label.get_fontfamily()[-1] == family
