"""A column per lead, called by a header: `time [s],I [mV],II [mV]`.

The rate comes from a column of times, if there is one. Samples are read as far as they are needed.
"""

import re
from functools import partial
from math import isfinite
from typing import NamedTuple

import numpy as np

from medmaas.model.inputs.reading import InvalidValueError
from medmaas.model.waveform.recording import Channel, Recording, Samples

_MOST_COLUMNS = 512
_LONGEST, _LONGEST_NAME = 65_536, 128  # characters of a line, and of a cell of the header
_TIME = re.compile(r"(?:elapsed\s+)?(?:time|seconds|sec|t)|时间|采样时间", re.IGNORECASE)
_SECONDS = {
    "s": 1.0, "sec": 1.0, "seconds": 1.0, "秒": 1.0,
    "ms": 1e-3, "msec": 1e-3, "毫秒": 1e-3, "us": 1e-6,
}  # fmt: skip
_NAMED = re.compile(r"(?P<name>.*?)\s*(?:\[(?P<square>[^\[\]]*)\]|\((?P<round>[^()]*)\))?\s*")
_OFF = 0.4  # of the time between two samples, as times that were rounded may be
_FIRST = 250_000  # numbers that are looked at before the rate is believed
_DIGIT = re.compile(r"[+-]?[.,]?\d")


class _Column(NamedTuple):
    name: str
    unit: str | None


class _Table:
    """The text below a header."""

    def __init__(self, text: str, delimiter: str, columns: int) -> None:
        self._text, self._delimiter, self.columns = text, delimiter, columns
        self.count = text.count("\n") + 1
        self._known = np.empty((0, columns))

    def last(self) -> Samples:
        """The last line."""
        line: Samples = self._parse([self._text[self._text.rfind("\n") + 1 :]])[0]
        return line

    def read(self, most: int) -> Samples:
        """The first lines, at most so many; of what was read before nothing is read again."""
        most = min(most, self.count)
        if len(self._known) < most:
            # no more than is needed is held twice
            self._known = self._parse(self._text.split("\n", most)[:most])
        if len(self._known) < most:  # blank lines within
            raise InvalidValueError("csv_not_numbers", columns=self.columns)
        return self._known[:most]

    def _parse(self, lines: list[str]) -> Samples:
        try:
            table = np.loadtxt(lines, np.float64, None, self._delimiter, ndmin=2)
        except ValueError:  # its message quotes the cell
            raise InvalidValueError("csv_not_numbers", columns=self.columns) from None
        if table.shape[1:] != (self.columns,):
            raise InvalidValueError("csv_not_numbers", columns=self.columns)
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
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.strip("\n")
    while text.startswith("#"):
        text = text.partition("\n")[2]
    header, _, below = text.partition("\n")
    if len(header) > _LONGEST:
        raise InvalidValueError("csv_without_header")
    delimiter = max("\t;,", key=header.count)
    columns, below = _name_columns(header, below, delimiter)
    if not below.strip():
        raise InvalidValueError("csv_without_samples")
    if delimiter != ",":
        below = below.replace(",", ".")
    table = _Table(below, delimiter, len(columns))
    times = [i for i, column in enumerate(columns) if _TIME.fullmatch(column.name)]
    rate, time = None, None
    if times:
        unit = columns[times[0]].unit
        rate = _find_rate(table, times[0], unit)
        time = times[0], rate * _read_seconds(unit)
    channels = [
        Channel((column.name,), table.count, rate, column.unit, partial(_read, table, i, time))
        for i, column in enumerate(columns)
        if i not in times
    ]
    return Recording("CSV", channels)


def _name_columns(header: str, below: str, delimiter: str) -> tuple[list[_Column], str]:
    """The columns, their units also from a line of units below the header; and what follows."""
    cells = header.split(delimiter)
    if len(cells) > _MOST_COLUMNS or max(map(len, cells)) > _LONGEST_NAME:
        raise InvalidValueError("csv_without_header")
    columns = [_name(cell) for cell in cells]
    if any(_DIGIT.match(one.name) for one in columns):
        raise InvalidValueError("csv_without_header")
    first, _, rest = below.partition("\n")
    units = [cell.strip(" '\"") for cell in first.split(delimiter)]
    if not first or any(_DIGIT.match(unit) for unit in units):
        return columns, below
    if len(units) == len(columns):
        columns = [_Column(c.name, u or c.unit) for c, u in zip(columns, units, strict=True)]
    return columns, rest


def _name(cell: str) -> _Column:
    match = _NAMED.fullmatch(cell.strip(" '\""))
    if match is None:
        return _Column(cell, None)
    return _Column(match["name"], match["square"] or match["round"] or None)


def _find_rate(table: _Table, time: int, unit: str | None) -> float:
    """The rate by the first and the last time, a whole number where that fits as well."""
    seconds = _read_seconds(unit)
    steps = table.count - 1
    span = float(table.last()[time] - table.read(1)[0, time]) * seconds
    if not span > 0 or not isfinite(span) or not steps:
        raise InvalidValueError("csv_times_uneven")
    rate = steps / span
    if round(rate) and abs(round(rate) * span - steps) < _OFF:
        rate = float(round(rate))
    looked_at = _FIRST // table.columns
    _require_even(table.read(looked_at)[:, time], rate * seconds)
    return rate


def _read_seconds(unit: str | None) -> float:
    """How many seconds a unit of time is."""
    seconds = _SECONDS.get((unit or "").replace("\u00b5", "u").replace("\u03bc", "u").casefold())
    if seconds is None:
        raise InvalidValueError("csv_time_without_unit")
    return seconds


def _require_even(times: Samples, rate: float) -> None:
    """Refuse times that do not lie one by one as the rate says, in the unit of the times."""
    off = (times - times[0]) * rate - np.arange(len(times))
    if not (np.abs(off) < _OFF).all():
        raise InvalidValueError("csv_times_uneven")


def _read(table: _Table, place: int, time: tuple[int, float] | None, most: int) -> Samples:
    samples = table.read(most)
    if time:
        _require_even(samples[:, time[0]], time[1])
    return samples[:, place]
