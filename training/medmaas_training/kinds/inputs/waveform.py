"""A recording of leads, in words and drafted."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from medmaas.model.kinds import expect
from medmaas.model.manifest import Input, WaveformInput
from medmaas_training.drafting.seen import LIKELY, SURE, InputDraft, Question, SeenInput
from medmaas_training.kinds.inputs import InputDescription
from medmaas_training.report.features import Table
from medmaas_training.report.markdown import bullets

_SHAPE = 3  # dimensions: n, leads, samples in either order
_MOST_LEADS, _FEWEST_SAMPLES = 64, 100
_TWELVE = "I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"
_FLOATS = {"tensor(float)", "tensor(double)", "tensor(float16)"}


class WaveformDescription(InputDescription):
    """One field, its leads, and what is done with other rates and lengths."""

    is_short = False

    def __init__(self, spec: WaveformInput) -> None:
        super().__init__(spec)
        self._waveform = spec

    def describe(self) -> list[str]:
        """What it is, and what is done to it before the graph reads it."""
        spec = self._waveform
        rates = spec.rates
        steps = [
            f"leads in this order: {self._name_leads()}",
            f"{spec.samples} samples of each at {spec.sampling_rate:g} Hz, {spec.seconds:g} s, in "
            f"{spec.unit}; refused outside {spec.amplitude.low:g} to {spec.amplitude.high:g}",
            f"rates of {rates.low:g} to {rates.high:g} Hz are resampled (polyphase)"
            if spec.resample
            else "another rate is refused",
            "of a longer recording the beginning is read, and that is told"
            if spec.longer
            else "a longer recording is refused",
            "a shorter recording is filled up with zeros, and that is told"
            if spec.shorter
            else "a shorter recording is refused",
            f"a lead that is missing enters as {spec.missing_leads}"
            if spec.missing_leads
            else "every lead is required",
            "a flat line of a second, samples cut off and noise of the mains are told",
        ]
        return [f"`{spec.field}`: {spec.description}", bullets([*steps, *self._list_limits()])]

    def tabulate(self) -> Table:
        """One row."""
        spec = self._waveform
        size = f"{spec.samples} samples at {spec.sampling_rate:g} Hz, {spec.unit}"
        header = ("field", "meaning", "leads", "enters as")
        return header, [[spec.field, spec.description, self._name_leads(), size]]

    def explain_size(self, shape: Sequence[int]) -> str:
        """Other leads, another length, or another layout."""
        del shape
        return "correct input.leads, input.samples, or layout (Keras: NLC)"

    def _name_leads(self) -> str:
        return ", ".join(lead.name for lead in self._waveform.leads)

    def _list_limits(self) -> list[str]:
        """What holds an answer back."""
        signal = self._waveform.signal
        limits = [
            (signal.flat, "a lead at one value for more than {:g} s"),
            (signal.saturation, "more than {:.0%} of a lead cut off at its extreme values"),
            (signal.mains, "more than {:.0%} of a lead's power at 50 or 60 Hz"),
        ]
        return [f"no answer: {text.format(most)}" for most, text in limits if most is not None]

    def invent(self, draw: np.random.Generator) -> dict[str, Any]:
        """Waves of a few frequencies in each lead, within the amplitude."""
        spec = self._waveform
        seconds = np.arange(spec.samples) / spec.sampling_rate
        low, high = spec.amplitude.low, spec.amplitude.high
        leads = {}
        for lead in spec.leads:
            parts = [
                draw.uniform(0, 1) * np.sin(2 * np.pi * (hertz * seconds + draw.uniform()))
                for hertz in (1.2, 5.0, 11.0)
            ]
            wave = np.sum(parts, axis=0) / len(parts)
            leads[lead.name] = np.round((low + high) / 2 + (high - low) / 8 * wave, 4).tolist()
        sent = {"sampling_rate": spec.sampling_rate, "unit": spec.unit, "leads": leads}
        return {spec.field: sent}


def make(spec: Input) -> WaveformDescription:
    """What describes."""
    return WaveformDescription(expect(spec, WaveformInput))


def draft(seen: SeenInput) -> InputDraft | None:
    """One tensor of few leads and many samples, both of a fixed number."""
    tensor, *others = seen.tensors
    if others or tensor.datatype not in _FLOATS or len(tensor.shape) != _SHAPE:
        return None
    _, first, second = tensor.shape
    leads, samples = sorted((first, second))
    if leads < 1:
        return None
    is_clear = leads <= _MOST_LEADS and samples >= _FEWEST_SAMPLES
    twelve = len(_TWELVE) == leads
    about = f"how are the leads called, in the order of the graph? A list of {leads} {{name: ...}}"
    if twelve:
        about += f"; files mostly have {', '.join(_TWELVE)}"
    return InputDraft(
        fields={
            "kind": "waveform",
            "tensor": tensor.name,
            "field": "ecg" if twelve else "recording",
            "description": f"A recording of {leads} leads, {samples} samples each.",
            "leads": None,
            "sampling_rate": None,
            "samples": samples,
            "unit": None,
            "layout": "NCL" if leads == first else "NLC",
            "amplitude": {"low": None, "high": None},
        },
        fit=SURE if is_clear else LIKELY,
        questions=(
            Question(("leads",), about),
            Question(("amplitude",), "which values are possible, in that unit?", covers=True),
        ),
    )
