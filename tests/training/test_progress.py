"""A training says about how long it will take, on a terminal alone."""

import io
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice, pairwise

import pytest
from rich.console import Console

from medmaas_training import progress
from medmaas_training.errors import TrainingError
from medmaas_training.progress import Progress, begin, plan, say_left, show_progress, track

PLAN = {"Training": 300.0, "Comparing": 100.0, "Explaining": 200.0}


class Clock:
    """Tells the time that it was set to, in seconds."""

    def __init__(self) -> None:
        self.now = 50.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    """What stands for a window."""

    def isatty(self) -> bool:
        return True


def run_stages(clock: Clock, seen: Progress, pace: float) -> Iterator[float]:
    """A training that takes `pace` times as long as planned; the time left at every second."""
    plan(PLAN)
    begin("Training", tracks=2)
    for _ in range(2):
        for _ in track(range(150)):
            clock.now += pace
            yield seen.left
    begin("Comparing")  # nothing counts here
    for _ in range(100):
        clock.now += pace
        yield seen.left
    begin("Explaining", tracks=1)
    for _ in track(range(200)):
        clock.now += pace
        yield seen.left


@pytest.mark.parametrize("pace", [0.5, 1.0, 4.0])
def test_the_time_left_falls_and_ends_at_nothing(pace: float) -> None:
    clock = Clock()
    with show_progress(clock) as seen:
        left = list(run_stages(clock, seen, pace))
    assert seen.left == 0
    assert seen.gone == pytest.approx(600 * pace)
    settled = left[60:]  # by then the pace is known
    assert all(later <= earlier for earlier, later in pairwise(settled))
    true = [pace * (600 - i) for i in range(1, 601)]
    assert all(abs(a - b) <= 0.15 * b + 2 * pace for a, b in zip(settled, true[60:], strict=True))


def test_a_stage_that_takes_longer_than_planned_never_has_less_than_nothing_left() -> None:
    clock = Clock()
    with show_progress(clock) as seen:
        plan(PLAN)
        begin("Explaining")
        clock.now += 10_000
        assert seen.left == 0
        begin("Comparing")
        assert seen.left > 0


def test_a_stage_that_was_not_planned_is_a_mistake_of_the_recipe() -> None:
    with show_progress():
        plan(PLAN)
        with pytest.raises(ValueError, match="Baking"):
            begin("Baking")


def test_without_a_bar_items_pass_through_and_stages_mean_nothing() -> None:
    plan(PLAN)
    begin("Baking")
    assert list(track([3, 1, 2])) == [3, 1, 2]


def test_nothing_is_printed_into_a_pipe(capfd: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    with show_progress(clock) as seen:
        assert list(run_stages(clock, seen, 1.0))
        print("a figure")
    assert capfd.readouterr() == ("a figure\n", "")


def test_a_terminal_shows_the_stage_and_a_warning_stands_above_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window, pipe, clock = Terminal(), io.StringIO(), Clock()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", window)
    monkeypatch.setattr(sys, "stdout", pipe)
    with suppress(TrainingError), show_progress(clock):
        plan(PLAN)
        begin("Training", tracks=1)
        for _ in islice(track(range(300)), 3):
            clock.now += 1
        Console(stderr=True).print("Warning: odd.")
        print("a figure")
        raise TrainingError("too few")
    shown = window.getvalue()
    assert "Training" in shown
    assert "Warning: odd." in shown
    assert "10 min left" in shown
    assert pipe.getvalue() == "a figure\n"
    assert sys.stderr is window
    assert progress._current.get() is None  # noqa: SLF001


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "about 10 s left"),
        (31, "about 40 s left"),
        (59, "about 60 s left"),
        (60, "about 1 min left"),
        (170, "about 3 min left"),
        (7199, "about 120 min left"),
        (3 * 3600, "about 3 h left"),
    ],
)
def test_time_left_is_said_as_roughly_as_it_is_known(seconds: float, words: str) -> None:
    assert say_left(seconds) == words
    assert re.fullmatch(r"about \d+ (s|min|h) left", words)
