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
    shares = _find_mains(samples, rate)
    return [_judge(one, rate, shares[:, i]) for i, one in enumerate(samples)]


def _judge(samples: Floats, rate: float, shares: Floats) -> Flaws:
    edges = np.flatnonzero(samples[1:] != samples[:-1]) + 1
    starts = np.concatenate([[0], edges])
    runs = np.diff(np.concatenate([starts, [len(samples)]]))
    low, high = samples.min(), samples.max()
    saturation = 0.0
    if low < high:
        values = samples[starts]
        is_cut = (runs >= _CUT_OFF) & ((values == low) | (values == high))
        saturation = float(runs[is_cut].sum() / len(samples))
    worst = int(shares.argmax())
    longest = int(runs.max())
    flat = longest / rate if longest > 1 else 0.0
    return Flaws(flat, saturation, float(shares[worst]), _MAINS[worst])


def _find_mains(samples: Floats, rate: float) -> Floats:
    """The share of power at each frequency, [2, leads]; 0 of one that the rate cannot hold."""
    count = samples.shape[1]
    around = (samples - samples.mean(axis=1, keepdims=True)).astype(np.float32)  # exact enough
    spectrum = np.fft.rfft(around)
    power = spectrum.real**2 + spectrum.imag**2
    step = rate / count
    whole = power[:, int(_WANDER / step) + 1 :].sum(axis=1)
    shares = np.zeros((len(_MAINS), len(samples)))
    for place, hertz in enumerate(_MAINS):
        if hertz + _WIDTH < rate / 2:
            begin, end = int((hertz - _WIDTH) / step), int((hertz + _WIDTH) / step) + 2
            at = power[:, begin:end].sum(axis=1)
            shares[place] = np.divide(at, whole, out=np.zeros_like(at), where=whole > 0)
    return shares
