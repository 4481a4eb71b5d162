"""What a benchmark gives: numbers with units, some with a limit, remarks; or why there are none."""

from dataclasses import dataclass


class NotMeasuredError(Exception):
    """Something that the benchmark needs is not on this machine; the message says what."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """One line of the table.

    Attributes:
        what: what was measured.
        value: how much it is, in `unit`.
        unit: "x" for a ratio.
        limit: the largest value that is allowed, if there is one.
    """

    what: str
    value: float
    unit: str
    limit: float | None = None

    @property
    def exceeded(self) -> bool:
        """Whether there is a limit and the value is above it."""
        return self.limit is not None and self.value > self.limit

    def __str__(self) -> str:
        line = f"  {self.what:<58} {self.value:>11,.2f} {self.unit:<6}"
        if self.limit is not None:
            line += f"  limit {self.limit:g}, {'EXCEEDED' if self.exceeded else 'kept'}"
        return line.rstrip()


@dataclass(frozen=True, slots=True)
class Remark:
    """A line that is no number: what is missing, or a row of a table."""

    what: str
    exceeded: bool = False

    def __str__(self) -> str:
        return f"  {self.what}".rstrip()


Line = Measurement | Remark
