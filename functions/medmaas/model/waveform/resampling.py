"""Another sampling rate, by the polyphase filter of scipy.signal.resample_poly, with numpy alone.

A low pass of 20 x max(up, down) + 1 taps: a sinc in a Kaiser window of beta 5. Beyond its ends a
lead goes on along the line through its first and its last sample (padtype="line"), so that an
offset does not ring there.
"""

from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_MOST = 1_000  # of up and down, which bounds the filter
_HALF = 10  # of the filter, in samples of the lower rate
_BETA = 5.0


def find_ratio(rate: float, target: float) -> Fraction:
    """By how much samples become more, up / down; exact where both rates are whole numbers."""
    return Fraction(target).limit_denominator(10**6) / Fraction(rate).limit_denominator(10**6)


def simplify(ratio: Fraction) -> Fraction:
    """The nearest ratio whose filter is short: of neither more than 1,000."""
    if ratio > 1:
        return 1 / (1 / ratio).limit_denominator(_MOST)
    return ratio.limit_denominator(_MOST)


def resample(samples: Floats, ratio: Fraction) -> Floats:
    """Samples [leads, n] at another rate, [leads, ceil(n x ratio)].

    Args:
        samples: at least two of each lead.
        ratio: up / down, simplified here.
    """
    ratio = simplify(ratio)
    up, down = ratio.numerator, ratio.denominator
    if up == down:
        return samples
    taps = _design(up, down)
    half = len(taps) // 2
    made = -(-samples.shape[1] * up // down)
    width = -(-len(taps) // up)  # taps that meet a sample, at most
    phases = np.zeros(width * up)
    phases[: len(taps)] = taps
    # tap j of phase p is taps[p + j x up]; turned round, so that samples are in order
    turned = phases.reshape(width, up).T[:, ::-1]
    longer = _draw_on(samples, width, max((made * down + half) // up + 1, samples.shape[1]))
    windows = sliding_window_view(longer, width, axis=1)
    result = np.empty((len(samples), made))
    for place in range(min(up, made)):
        newest, phase = divmod(place * down + half, up)
        steps = len(range(place, made, up))
        begin = newest + 1  # of the window that ends with sample `newest`
        seen = windows[:, begin : begin + (steps - 1) * down + 1 : down]
        result[:, place::up] = seen @ turned[phase]
    return result


def _draw_on(samples: Floats, before: int, end: int) -> Floats:
    """Samples [leads, n] from -before to end, beyond them on the line through first and last."""
    count = samples.shape[1]
    first, last = samples[:, :1], samples[:, -1:]
    longer: Floats = first + (last - first) / (count - 1) * np.arange(-before, end)
    longer[:, before : before + count] = samples
    return longer


@lru_cache(16)
def _design(up: int, down: int) -> Floats:
    """The taps of firwin(2 x half + 1, 1 / max(up, down), window=("kaiser", 5.0)), times up."""
    most = max(up, down)
    half = _HALF * most
    away = np.arange(-half, half + 1)
    taps = np.sinc(away / most) / most * np.kaiser(2 * half + 1, _BETA)
    taps *= up / taps.sum()
    taps.setflags(write=False)
    return taps
