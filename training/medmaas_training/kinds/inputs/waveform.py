"""A recording of leads, in words."""

from collections.abc import Sequence

from medmaas.model.kinds import expect
from medmaas.model.manifest import Input, WaveformInput
from medmaas_training.kinds.inputs import InputDescription
from medmaas_training.report.features import Table
from medmaas_training.report.markdown import bullets


class WaveformDescription(InputDescription):
    """One field, its leads, and what is done with other rates and lengths."""

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


def make(spec: Input) -> WaveformDescription:
    """What describes."""
    return WaveformDescription(expect(spec, WaveformInput))
