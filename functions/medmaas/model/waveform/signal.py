"""What spoils the samples of a lead: it does not move, it is cut off, or the mains hum in it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_CUT_OFF = 3  # neighbours at one extreme value
_MAINS = (50, 60)  # Hz
_WIDTH = 0.75  # Hz that a line of the mains may be off
_WANDER = 1.0  # Hz, below which a baseline moves


@dataclass(frozen=True, slots=True)
class Flaws:
    """Of one lead.

    Attributes:
        flat: the longest time over which it stays at one value, in seconds.
        saturation: the share of its samples that are cut off at its highest or lowest value: at
            least three in a row.
        mains: the share of its power above 1 Hz at 50 Hz or at 60 Hz, whichever is larger.
        hertz: which of the two.
    """

    flat: float
    saturation: float
    mains: float
    hertz: int


def judge(samples: Floats, rate: float) -> Sequence[Flaws]:
    """The flaws of every lead of samples [leads, n], as they were recorded."""
    longest, cut_off = _find_runs(samples)
    shares = _find_mains(samples, rate)
    worst = shares.argmax(axis=0)
    columns = (
        np.where(longest > 1, longest / rate, 0.0).tolist(),
        cut_off.tolist(),
        shares.max(axis=0).tolist(),
        [_MAINS[place] for place in worst.tolist()],
    )
    return [Flaws(*flaws) for flaws in zip(*columns, strict=True)]


def _find_runs(samples: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Per lead, the samples of its longest run of one value, and the share that is cut off."""
    leads, count = samples.shape
    is_same = np.zeros(samples.shape, bool)  # as the next; the last of a lead has none
    np.equal(samples[:, 1:], samples[:, :-1], out=is_same[:, :-1])
    places = np.flatnonzero(is_same)
    firsts = np.flatnonzero(np.diff(places, prepend=-2) > 1)
    begins, runs = places[firsts], np.diff(firsts, append=len(places)) + 1
    lead = begins // count
    longest = np.ones(leads, np.intp)
    np.maximum.at(longest, lead, runs)
    is_long = runs >= _CUT_OFF
    lead, runs, values = lead[is_long], runs[is_long], samples.ravel()[begins[is_long]]
    low, high = samples.min(axis=1), samples.max(axis=1)
    is_cut = ((values == low[lead]) | (values == high[lead])) & (low < high)[lead]
    return longest, np.bincount(lead[is_cut], runs[is_cut], leads) / count


def _find_mains(samples: Floats, rate: float) -> Floats:
    """The share of power at each frequency, [2, leads]; 0 of one that the rate cannot hold."""
    count = samples.shape[1]
    around = (samples - samples.mean(axis=1, keepdims=True)).astype(np.float32)  # exact enough
    spectrum = np.ascontiguousarray(np.fft.rfft(around))
    parts = spectrum.view(spectrum.real.dtype).reshape(len(samples), -1, 2)
    step = rate / count

    def sum_power(begin: int, end: int | None = None) -> Floats:
        some = parts[:, begin:end]
        power: Floats = np.einsum("ijk,ijk->i", some, some)
        return power

    whole = sum_power(int(_WANDER / step) + 1)
    shares = np.zeros((len(_MAINS), len(samples)))
    for place, hertz in enumerate(_MAINS):
        if hertz + _WIDTH < rate / 2:
            begin, end = int((hertz - _WIDTH) / step), int((hertz + _WIDTH) / step) + 2
            at = sum_power(begin, end)
            shares[place] = np.divide(at, whole, out=np.zeros_like(at), where=whole > 0)
    return shares
