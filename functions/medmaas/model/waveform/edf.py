"""European Data Format, EDF and EDF+C: https://www.edfplus.info/specs/edf.html.

Of the header nothing is read but how many samples there are, of what, at which rate and scale.
"""

from collections.abc import Sequence
from functools import partial
from math import isfinite
from typing import NamedTuple

import numpy as np

from medmaas.model.inputs.reading import InvalidValueError
from medmaas.model.waveform.recording import Channel, Recording, Samples

_HEAD, _PER_SIGNAL = 256, 256  # bytes
_RESERVED, _COUNTS = slice(192, 197), (slice(236, 244), slice(244, 252), slice(252, 256))
# bytes of each signal's fields, in their order
_LABEL, _UNIT, _PHYSICAL, _DIGITAL, _SAMPLES = (0, 16), (96, 8), (104, 8), (120, 8), (216, 8)
_MOST_SIGNALS = 512
_ANNOTATIONS = "edf annotations"
_BYTES = 2  # of a sample
_RANGE = range(-(2**15), 2**15)


class _Signal(NamedTuple):
    """Where its samples are in a record, and how they are scaled."""

    begin: int
    samples: int
    factor: float
    offset: float


def read_edf(content: bytes) -> Recording:
    """The signals of a file.

    Raises:
        InvalidValueError: it is damaged, unfinished, or has gaps in time.
    """
    if content[_RESERVED] == b"EDF+D":
        raise InvalidValueError("edf_with_gaps")
    try:
        records, signals = (int(content[place]) for place in (_COUNTS[0], _COUNTS[2]))
        seconds = float(content[_COUNTS[1]])
        if not (1 <= signals <= _MOST_SIGNALS and seconds > 0 and isfinite(seconds)):
            raise InvalidValueError("edf_damaged")
        sizes = [int(text) for text in _list_field(content, signals, *_SAMPLES)]
    except ValueError:
        raise InvalidValueError("edf_damaged") from None
    if records == -1:
        raise InvalidValueError("edf_unfinished")
    begin = _HEAD + _PER_SIGNAL * signals
    if records < 1 or min(sizes) < 1 or len(content) != begin + records * _BYTES * sum(sizes):
        raise InvalidValueError("edf_damaged")
    labels = _list_field(content, signals, *_LABEL)
    units = _list_field(content, signals, *_UNIT)
    channels = []
    for i, (label, unit) in enumerate(zip(labels, units, strict=True)):
        if label.casefold() == _ANNOTATIONS:
            continue
        signal = _scale(content, signals, i, sizes)
        read = partial(_read, content, begin, sum(sizes), signal)
        rate = signal.samples / seconds
        channels.append(Channel((label,), records * signal.samples, rate, unit or None, read))
    return Recording("EDF", channels)


def _list_field(content: bytes, signals: int, begin: int, size: int) -> Sequence[str]:
    """One field of every signal; a ValueError (of decoding) if the header is shorter."""
    first = _HEAD + begin * signals
    whole = content[first : first + size * signals].decode("latin-1")
    return [whole[i * size : (i + 1) * size].strip() for i in range(signals)]


def _scale(content: bytes, signals: int, place: int, sizes: Sequence[int]) -> _Signal:
    begin, size = _PHYSICAL
    try:
        low, high = (
            float(_list_field(content, signals, first, size)[place]) for first in (begin, begin + 8)
        )
        begin, size = _DIGITAL
        least, most = (
            int(_list_field(content, signals, first, size)[place]) for first in (begin, begin + 8)
        )
    except ValueError:
        raise InvalidValueError("edf_damaged") from None
    if least >= most or low == high or least not in _RANGE or most not in _RANGE:
        raise InvalidValueError("edf_damaged")
    factor = (high - low) / (most - least)
    if not isfinite(factor):
        raise InvalidValueError("edf_damaged")
    return _Signal(sum(sizes[:place]), sizes[place], factor, low - least * factor)


def _read(content: bytes, begin: int, width: int, signal: _Signal, most: int) -> Samples:
    records = -(-most // signal.samples)
    there = (len(content) - begin) // (_BYTES * width)
    count = min(records, there) * width
    table = np.frombuffer(content, "<i2", count, begin).reshape(-1, width)
    counts = table[:, signal.begin : signal.begin + signal.samples].ravel()[:most]
    return counts * signal.factor + signal.offset
