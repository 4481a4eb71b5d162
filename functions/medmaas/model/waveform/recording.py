"""What every file of leads becomes, before any of its samples is read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Channel:
    """One lead as a file has it.

    Attributes:
        names: what the file calls it, labels and codes alike.
        count: how many samples there are.
        rate: of its samples in Hz; None if the file does not say.
        unit: of its samples, as the file spells it; None if the file does not say.
        read: its first samples, at most so many, in its unit. Raises InvalidValueError.
    """

    names: tuple[str, ...]
    count: int
    rate: float | None
    unit: str | None
    read: Callable[[int], Samples]


@dataclass(frozen=True, slots=True)
class Recording:
    """Channels that were recorded together.

    Attributes:
        format: what it was read from, as people call it.
    """

    format: str
    channels: Sequence[Channel]
