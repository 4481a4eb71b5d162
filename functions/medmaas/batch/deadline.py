"""How much time is left to a Lambda invocation."""

from typing import Any

_MARGIN_MS = 30_000  # to write what is held in memory, and hand the rest on
_CHUNKS = 3  # of the slowest so far


class Deadline:
    """When to stop; never without a Lambda context."""

    def __init__(self, context: Any = None) -> None:  # noqa: ANN401 - AWS ships no type
        self._read = getattr(context, "get_remaining_time_in_millis", None)
        self._before = self._read() if self._read else 0
        self._slowest = 0

    def is_near(self) -> bool:
        """Whether the next chunk may be one too many; asked after each."""
        if self._read is None:
            return False
        left = self._read()
        self._slowest = max(self._slowest, self._before - left)
        self._before = left
        return bool(left < _MARGIN_MS + _CHUNKS * self._slowest)

    def allows(self, milliseconds: float) -> bool:
        """Whether so much time is left."""
        return self._read is None or self._read() > milliseconds + _MARGIN_MS
