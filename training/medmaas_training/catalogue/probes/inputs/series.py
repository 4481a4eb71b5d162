"""Histories: of one row, of as many as there may be, with measurements missing or extreme."""

from collections.abc import Iterator

import numpy as np

from medmaas.model.kinds import expect
from medmaas.model.manifest import Input, Number, SeriesInput
from medmaas_training.catalogue.probes.inputs import Prober
from medmaas_training.catalogue.probes.inputs.tabular import (
    find_ends,
    find_seen,
    invent,
    list_changes,
)
from medmaas_training.catalogue.probes.made import BETWEEN, Array, Made, Tensors

ONE_ROW, MOST = "of one row in time", "of as many rows in time as there may be"
_MOST_CELLS = 2**17  # of one history: beyond it, fewer rows than max_rows are tried
_HISTORIES = 8
_MOST_CHANGES = 40
_FURTHER = 5  # rows of padding


class SeriesProber(Prober):
    """One tensor [n, rows, features], time first."""

    def __init__(self, spec: SeriesInput) -> None:
        self._spec, self._features = spec, spec.features

    def make(self, rows: Tensors, draw: np.random.Generator) -> Iterator[Made]:
        """Every sort; of a history, measurements change in all rows alike."""
        given = rows[self._spec.tensor].astype(np.float32)
        lengths = (~np.isnan(given[:, :, 0])).sum(axis=1)
        longest = given[lengths.argmax(), : max(lengths.max(), 1)]
        most = max(1, min(self._spec.max_rows, _MOST_CELLS // len(self._features)))
        yield self._tell(self._invent(_HISTORIES, 1, draw), ONE_ROW, may_fail=True)
        yield self._tell(self._invent(2, most, draw), MOST, may_fail=True)
        base = self._invent(_HISTORIES, len(longest), draw)
        base[:, :, 0] = longest[:, 0]
        yield self._tell(base, BETWEEN)
        yield from self._mix(given, draw)
        for sort, changes in list_changes(self._features[1:], draw):
            chosen = [changes[i] for i in draw.permutation(len(changes))[:_MOST_CHANGES]]
            histories = np.repeat(base[:1], len(chosen), axis=0)
            about = []
            for history, change in zip(histories, chosen, strict=True):
                for column, value in change.items():
                    history[:, column + 1] = value
                about.append(tuple(self._features[column + 1].name for column in change))
            yield Made({self._spec.tensor: histories}, sort, about)

    def stretch(self, rows: Tensors) -> Tensors:
        """With more rows of NaN behind."""
        tensor = rows[self._spec.tensor]
        more = np.full((len(tensor), _FURTHER, tensor.shape[2]), np.nan, tensor.dtype)
        return {self._spec.tensor: np.concatenate([tensor, more], axis=1)}

    def _mix(self, given: Array, draw: np.random.Generator) -> Iterator[Made]:
        """Measurements of one history in the rows of another, as far as both reach."""
        there = ~np.isnan(given[:, :, 0])
        full = given[there.all(axis=1)]
        if len(full) < 2:
            return
        mixed = full[draw.integers(0, len(full), _HISTORIES)]
        for column in range(1, given.shape[2]):
            mixed[:, :, column] = full[draw.integers(0, len(full), _HISTORIES), :, column]
        yield self._tell(mixed, BETWEEN)

    def _invent(self, count: int, rows: int, draw: np.random.Generator) -> Array:
        histories = invent(self._features, count * rows, draw).reshape(count, rows, -1)
        time = expect(self._features[0], Number)
        (low, high), (least, most) = find_seen(time), find_ends(time)
        times = np.linspace(low, high, rows) if rows > 1 else np.array([low])
        times = np.unique(times.round()) if time.whole else times
        if len(times) < rows:  # whole times, more rows than there are times in what was seen
            times = np.linspace(least, most, rows)
        histories[:, :, 0] = times
        return histories

    def _tell(self, histories: Array, sort: str, *, may_fail: bool = False) -> Made:
        about = [()] * len(histories)
        return Made({self._spec.tensor: histories}, sort, about, may_fail=may_fail)


def make(spec: Input) -> SeriesProber:
    """What makes histories."""
    return SeriesProber(expect(spec, SeriesInput))
