"""Assesses explanations of a recording: by its leads."""

from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from medmaas.model.explanation.waveform import make_waveform_game
from medmaas.model.inputs.waveform import Waveform
from medmaas.model.kinds import expect
from medmaas.model.manifest import Input, Range, WaveformInput
from medmaas.model.registry import Model
from medmaas_training.assessment.inputs import InputAssessor
from medmaas_training.assessment.reasons.games import Case
from medmaas_training.assessment.splits import Array

_FEW_PAIRS = 8  # half of a served explanation's, for the sake of time
_WIDER = 1.5  # than the widest recording of the train split


class WaveformAssessor(InputAssessor):
    """A lead that does not play is its local baseline."""

    method = (
        "Shapley values of leads, and of segments of time, against the same recording with them at "
        "their local baseline; and what is lost without each segment of each lead"
    )

    def __init__(self, spec: WaveformInput) -> None:
        super().__init__(spec)
        self._waveform = spec

    def make_case(self, model: Model, row: Array) -> Case:
        """Samples, as the graph takes them."""
        spec = self._waveform
        samples = np.asarray(row if spec.layout == "NCL" else row.T, np.float32)
        there = np.flatnonzero([np.isfinite(lead).all() and bool(lead.any()) for lead in samples])
        owner = np.full(samples.shape, len(there))
        owner[there] = np.arange(len(there))[:, None]
        names = tuple(spec.leads[i].name for i in there)
        return Case(names, make_waveform_game(model, samples, owner), most_pairs=_FEW_PAIRS)

    def find_limits(self, rows: Array) -> WaveformInput:
        """Amplitudes beyond all of the train split are refused, where the input allows more."""
        stated = self._waveform.amplitude
        low, high = float(np.nanmin(rows)) * _WIDER, float(np.nanmax(rows)) * _WIDER
        seen = Range(low=max(stated.low, floor(low)), high=min(stated.high, ceil(high)))
        return self._waveform.model_copy(update={"amplitude": seen})

    def find_doubtful(self, rows: Array) -> NDArray[np.bool_]:
        """Recordings with a lead that holds an answer back."""
        held = Waveform(self._waveform).read_tensor(np.asarray(rows, np.float32)).held
        return np.array([bool(one) for one in held] or [False] * len(rows), bool)


def make(spec: Input) -> WaveformAssessor:
    """What assesses."""
    return WaveformAssessor(expect(spec, WaveformInput))
