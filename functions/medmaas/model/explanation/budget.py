"""How long explanations may take: those that run out of time hold fewer samples and say so."""

from collections.abc import Callable
from time import monotonic


class OutOfTimeError(Exception):
    """What comes next would end after the limit; it never leaves this package."""


class Budget:
    """Seconds from now on; None means no limit, and so the same answer on every machine.

    Attributes:
        limit: the seconds that it began with.
        clock: what time it is, in seconds.
    """

    def __init__(self, seconds: float | None, clock: Callable[[], float] = monotonic) -> None:
        self.limit, self.clock = seconds, clock
        self._end = None if seconds is None else clock() + seconds

    @property
    def seconds(self) -> float | None:
        """What is left, 0 if nothing is."""
        return None if self._end is None else max(0.0, self._end - self.clock())

    @property
    def is_spent(self) -> bool:
        """Whether there is no time left."""
        return self._end is not None and self.clock() >= self._end

    def share(self, among: float) -> "Budget":
        """An equal part of what is left, for the next of so many."""
        left = self.seconds
        return Budget(None if left is None else left / among, self.clock)
