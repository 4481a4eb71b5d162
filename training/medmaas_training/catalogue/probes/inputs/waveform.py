"""Recordings: flat, cut off at the extremes, of noise, without a lead."""

from collections.abc import Iterator

import numpy as np

from medmaas.model.kinds import expect
from medmaas.model.manifest import Input, WaveformInput
from medmaas_training.catalogue.probes.inputs import Prober
from medmaas_training.catalogue.probes.made import MISSING, Array, Made, Tensors

FLAT, SATURATED, NOISE = "that are flat", "cut off at the extremes", "of noise"


class WaveformProber(Prober):
    """One tensor, by the layout that is stated."""

    def __init__(self, spec: WaveformInput) -> None:
        self._spec = spec

    def make(self, rows: Tensors, draw: np.random.Generator) -> Iterator[Made]:
        """Every sort; leads are left out of noise, one by one."""
        del rows
        spec = self._spec
        low, high = spec.amplitude.low, spec.amplitude.high
        size = (len(spec.leads), spec.samples)
        zero = min(max(0.0, low), high)
        yield self._tell(np.full((1, *size), zero), FLAT)
        square = np.where(np.arange(spec.samples) // 10 % 2, high, low)
        extremes = [np.full(size, low), np.full(size, high), np.broadcast_to(square, size)]
        yield self._tell(np.stack(extremes), SATURATED)
        noise = draw.uniform(low, high, (2, *size))
        yield self._tell(noise, NOISE)
        if spec.missing_leads:
            without = np.repeat(noise[:1], len(spec.leads), axis=0)
            for lead, recording in enumerate(without):
                recording[lead] = np.nan if spec.missing_leads == "nan" else 0
            yield self._tell(without, MISSING, [(lead.name,) for lead in spec.leads])

    def _tell(
        self, recordings: Array, sort: str, about: list[tuple[str, ...]] | None = None
    ) -> Made:
        arranged = recordings if self._spec.layout == "NCL" else recordings.transpose(0, 2, 1)
        tensor = np.ascontiguousarray(arranged, np.float32)
        return Made({self._spec.tensor: tensor}, sort, about or [()] * len(tensor))


def make(spec: Input) -> WaveformProber:
    """What makes recordings."""
    return WaveformProber(expect(spec, WaveformInput))
