"""What there is to say of an answer besides it: how sure it is, or why there is none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Doubt(NamedTuple):  # quicker to make than a frozen dataclass
    """Of one instance.

    Attributes:
        interval: as the manifest's kind of output prescribes, if the manifest has intervals.
        reason: why there is no answer, if there is none.
    """

    interval: dict[str, Any] | None = None
    reason: str | None = None


NO_DOUBT = Doubt()


@dataclass(frozen=True, slots=True)
class Doubts:
    """Of n instances, as columns of a table.

    Attributes:
        texts: per column of text n values.
        numbers: float64 [n, columns of numbers], of at most six decimals.
        reasons: per instance, why there is no answer.
    """

    texts: Sequence[Sequence[str | int | None]]
    numbers: NDArray[np.float64]
    reasons: Sequence[str | None]
