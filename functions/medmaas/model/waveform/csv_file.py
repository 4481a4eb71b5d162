"""A column per lead, called by a header: `time [s],I [mV],II [mV]`.

The rate comes from a column of times, if there is one. Samples are read as far as they are needed.
"""

import re
from functools import cache, partial
from io import StringIO
from typing import NamedTuple

import numpy as np

from medmaas.model.inputs.reading import InvalidValueError
from medmaas.model.waveform.recording import Channel, Recording, Samples

_MOST_COLUMNS = 512
_LONGEST = 65_536  # characters of a line
_TIME = re.compile(r"(?:elapsed\s+)?(?:time|seconds|sec|t)|时间|采样时间", re.IGNORECASE)
_SECONDS = {
    "s": 1.0, "sec": 1.0, "seconds": 1.0, "秒": 1.0,
    "ms": 1e-3, "msec": 1e-3, "毫秒": 1e-3, "us": 1e-6,
}  # fmt: skip
_NAMED = re.compile(r"(?P<name>.*?)\s*(?:\[(?P<square>[^\[\]]*)\]|\((?P<round>[^()]*)\))?\s*")
_OFF = 0.75  # of the time between two samples, as times that were rounded may be
_WHOLE = 5e-4  # of the rate: how near to a whole number it is taken for one
_DIGIT = re.compile(r"[+-]?[.,]?\d")


class _Column(NamedTuple):
    name: str
    unit: str | None


class _Table:
    """The text below a header."""

    def __init__(self, text: str, delimiter: str, columns: int) -> None:
        self._text, self._delimiter, self._columns = text, delimiter, columns
        self.count = text.count("\n") + 1
        self.read = cache(self._read)

    def last(self) -> Samples:
        """The last line."""
        return self._parse(self._text.rpartition("\n")[2], 1)[0]

    def _read(self, most: int) -> Samples:
        most = min(most, self.count)
        table = self._parse(self._text, most)
        if len(table) < most:  # blank lines within
            raise InvalidValueError("csv_not_numbers", columns=self._columns)
        return table

    def _parse(self, text: str, most: int) -> Samples:
        try:
            table = np.loadtxt(
                StringIO(text), np.float64, None, self._delimiter, max_rows=most, ndmin=2
            )
        except ValueError:  # its message quotes the cell
            raise InvalidValueError("csv_not_numbers", columns=self._columns) from None
        if table.shape[1:] != (self._columns,):
            raise InvalidValueError("csv_not_numbers", columns=self._columns)
        return table


def read_csv(content: bytes) -> Recording:
    """The columns of a table.

    Raises:
        InvalidValueError: it is no text, has no header, or its times are not even.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidValueError("recording_of_unknown_format") from None
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    while text.startswith("#"):
        text = text.partition("\n")[2]
    header, _, below = text.partition("\n")
    if len(header) > _LONGEST:
        raise InvalidValueError("csv_without_header")
    delimiter = max("\t;,", key=header.count)
    columns = [_name(cell) for cell in header.split(delimiter)]
    if len(columns) > _MOST_COLUMNS or any(_DIGIT.match(one.name) for one in columns):
        raise InvalidValueError("csv_without_header")
    first, _, rest = below.partition("\n")
    if first and not any(_DIGIT.match(cell.strip()) for cell in first.split(delimiter)):
        units = [cell.strip(" '\"") for cell in first.split(delimiter)]
        if len(units) == len(columns):
            columns = [_Column(c.name, u or c.unit) for c, u in zip(columns, units, strict=True)]
        below = rest
    if not below.strip():
        raise InvalidValueError("csv_without_samples")
    if delimiter != ",":
        below = below.replace(",", ".")
    table = _Table(below, delimiter, len(columns))
    times = [i for i, column in enumerate(columns) if _TIME.fullmatch(column.name)]
    rate = _find_rate(table, times[0], columns[times[0]].unit) if times else None
    channels = [
        Channel(
            (column.name,), table.count, rate, column.unit, partial(_read, table, i, times, rate)
        )
        for i, column in enumerate(columns)
        if i not in times
    ]
    return Recording("CSV", channels)


def _name(cell: str) -> _Column:
    match = _NAMED.fullmatch(cell.strip(" '\""))
    if match is None:
        return _Column(cell, None)
    return _Column(match["name"], match["square"] or match["round"] or None)


def _find_rate(table: _Table, time: int, unit: str | None) -> float:
    seconds = _SECONDS.get((unit or "").replace("µ", "u").replace("μ", "u").casefold())
    if seconds is None:
        raise InvalidValueError("csv_time_without_unit")
    span = float(table.last()[time] - table.read(1)[0, time]) * seconds
    if not span > 0 or table.count < 2:  # noqa: PLR2004 - times that are apart
        raise InvalidValueError("csv_times_uneven")
    rate = (table.count - 1) / span
    return float(round(rate)) if round(rate) and abs(rate / round(rate) - 1) < _WHOLE else rate


def _read(table: _Table, place: int, times: list[int], rate: float | None, most: int) -> Samples:
    samples = table.read(most)
    if times and rate:
        at = samples[:, times[0]] - samples[0, times[0]]
        steps = np.arange(len(at))
        # of the span that is read, so that any unit will do
        span = at[-1] / max(len(at) - 1, 1)
        if not np.isfinite(at).all() or np.abs(at - steps * span).max(initial=0) > _OFF * span:
            raise InvalidValueError("csv_times_uneven")
    return samples[:, place]
