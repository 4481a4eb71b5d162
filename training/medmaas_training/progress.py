"""How far a training is: one bar on a terminal, with the stage and about how much time is left.

A recipe plans its stages, then begins one after the other; what takes long in one tracks its items.
Without `show_progress` around it nothing is measured or shown.
"""

import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from math import ceil
from time import monotonic
from typing import TypeVar

from rich.console import Console, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table

_Item = TypeVar("_Item")

_FAITH = 5.0  # seconds after which the measured pace counts as much as the planned one
_WIDTH = 30
_MINUTE, _HOUR = 60, 3600


class Progress:
    """A run of known stages: what is planned, how far it is, how long the rest will take."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._seconds: Mapping[str, float] = {}
        self._stage, self._each = "", 0.0
        self._done = self._end = 0.0  # in planned seconds
        self._begun = self._seen = clock()

    def plan(self, seconds: Mapping[str, float]) -> None:
        """Take the stages in their order, and about how long each takes on two processors."""
        self._seconds = seconds
        self._begun = self._seen = self._clock()

    def begin(self, stage: str, tracks: int) -> None:
        """All stages before this one are done."""
        names = list(self._seconds)
        before = names[: names.index(stage)]
        self._stage, self._done = stage, sum(self._seconds[name] for name in before)
        self._end = self._done + self._seconds[stage]
        self._each = self._seconds[stage] / tracks if tracks else 0
        self._seen = self._clock()

    def advance(self, share: float) -> None:
        """So much of one of the stage's tracks is done."""
        if self._each:
            self._done = min(self._end, self._done + self._each * share)
            self._seen = self._clock()

    def finish(self) -> None:
        """Nothing is left."""
        self._done = self._end = sum(self._seconds.values())

    @property
    def gone(self) -> float:
        """Seconds since it was planned."""
        return self._clock() - self._begun

    @property
    def left(self) -> float:
        """Seconds to go, at the pace so far; while nothing is tracked, the stage goes by the clock.

        A stage that takes longer than that is about to end until it does.
        """
        pace = (self._seen - self._begun + _FAITH) / (self._done + _FAITH)
        here = pace * (self._end - self._done) - (self._clock() - self._seen)
        return pace * (sum(self._seconds.values()) - self._end) + max(0.0, here)

    def render(self) -> RenderableType:
        """The stage, the bar, the time gone and the time left."""
        line = Table.grid(padding=(0, 1))
        if self._stage:
            gone, left = self.gone, self.left
            minutes, seconds = divmod(int(gone), _MINUTE)
            bar = ProgressBar(total=gone + left, completed=gone, width=_WIDTH)
            line.add_row(self._stage, bar, f"{minutes}:{seconds:02}", say_left(left))
        return line


_current: ContextVar[Progress | None] = ContextVar("progress", default=None)


@contextmanager
def show_progress(clock: Callable[[], float] = monotonic) -> Iterator[Progress]:
    """Measure what is run inside, and show it on stderr if that is a terminal.

    What is printed meanwhile stands above the bar; the bar goes when all is done or fails.
    """
    progress = Progress(clock)
    bar: AbstractContextManager[object] = nullcontext()
    if sys.stderr.isatty():
        bar = Live(
            console=Console(stderr=True),
            get_renderable=progress.render,
            refresh_per_second=2,
            transient=True,
            redirect_stdout=sys.stdout.isatty(),  # else it would leave the pipe
        )
    before = _current.set(progress)
    try:
        with bar:
            yield progress
            progress.finish()
    finally:
        _current.reset(before)


def plan(seconds: Mapping[str, float]) -> None:
    """Name the stages to come, and about how many seconds each takes on two processors.

    Only their shares matter once the first are done.
    """
    if progress := _current.get():
        progress.plan(seconds)


def begin(stage: str, tracks: int = 0) -> None:
    """Begin a planned stage.

    Args:
        stage: of the plan; those before it are done.
        tracks: how many `track`s it consists of, as long as one another; 0 for what nothing
            counts, which moves by the clock.
    """
    if progress := _current.get():
        progress.begin(stage, tracks)


def track(items: Collection[_Item]) -> Iterator[_Item]:
    """The items, each of which brings the stage forward."""
    progress = _current.get()
    for item in items:
        yield item
        if progress:
            progress.advance(1 / len(items))


def say_left(seconds: float) -> str:
    """About how long that is, in words."""
    if seconds < _MINUTE:
        return f"about {10 * max(1, ceil(seconds / 10))} s left"
    if seconds < 2 * _HOUR:
        return f"about {round(seconds / _MINUTE)} min left"
    return f"about {round(seconds / _HOUR)} h left"
