"""How long explanations may take: those that run out of time hold fewer samples and say so."""

from time import monotonic


class Budget:
    """Seconds from now on; None means no limit, and so the same answer on every machine."""

    def __init__(self, seconds: float | None) -> None:
        self._end = None if seconds is None else monotonic() + seconds

    @property
    def seconds(self) -> float | None:
        """What is left, 0 if nothing is."""
        return None if self._end is None else max(0.0, self._end - monotonic())

    @property
    def is_spent(self) -> bool:
        """Whether there is no time left."""
        return self._end is not None and monotonic() >= self._end

    def share(self, among: int) -> "Budget":
        """An equal part of what is left, for the next of so many."""
        left = self.seconds
        return Budget(None if left is None else left / among)
