"""Leads over time, at a rate: an ECG, and what is recorded like one."""

from typing import Literal, Self

from pydantic import Field, model_validator

from medmaas.model.manifest.contract import Contract, FeatureName, Range, Sentence, require_unique
from medmaas.model.manifest.inputs.spec import InputSpec, Shape


class Lead(Contract):
    """One channel of a recording."""

    name: Sentence = Field(description="What answers call it, as in V1.")
    aliases: tuple[Sentence, ...] = Field(
        default=(),
        description="What files call it besides. Case, blanks and the words lead and ECG do not "
        "count; codes of the twelve leads of MDC and SCP-ECG are known.",
    )


class Rates(Contract):
    """Sampling rates that may be resampled."""

    low: float = Field(gt=0, description="The lowest, in Hz.")
    high: float = Field(gt=0, description="The highest, in Hz.")

    @model_validator(mode="after")
    def _is_ordered(self) -> Self:
        if self.low > self.high:
            raise ValueError("low must not exceed high")
        return self


class Signal(Contract):
    """How much of what spoils a lead holds an answer back; what is absent is only told."""

    flat: float | None = Field(
        default=None, gt=0, description="Seconds over which a lead may stay at one value."
    )
    saturation: float | None = Field(
        default=None,
        gt=0,
        le=1,
        description="The share of a lead's samples that may be cut off at its extreme values.",
    )
    mains: float | None = Field(
        default=None,
        gt=0,
        le=1,
        description="The share of a lead's power above 1 Hz that may lie at 50 or at 60 Hz.",
    )


class WaveformSource(Contract):
    """Observations whose value, or those of whose components, are SampledData."""

    oldest_days: float = Field(
        gt=0, description="Counted back from the moment that is asked for: older is not used."
    )
    codes: tuple[Sentence, ...] = Field(
        default=(),
        description="LOINC codes of the recording, as in 11524-6; absent: any of the leads.",
    )


class WaveformInput(InputSpec):
    """A recording of several leads, as float32 [n, leads, samples].

    In the unit and at the rate that are stated. A lead that is missing is NaN or 0 as
    `missing_leads` says, and a shorter recording ends in zeros where `shorter` says so.
    """

    kind: Literal["waveform"] = "waveform"
    field: FeatureName = Field(default="ecg", description="What a request calls the recording.")
    description: Sentence = Field(description="What is recorded, and how.")
    leads: tuple[Lead, ...] = Field(min_length=1, description="In the order of the graph.")
    sampling_rate: float = Field(gt=0, description="That the graph takes, in Hz.")
    samples: int = Field(gt=1, description="How many of each lead the graph takes.")
    unit: Sentence = Field(description="UCUM code of the unit that the graph takes, as in mV.")
    layout: Literal["NCL", "NLC"] = Field(
        default="NCL", description="NCL: leads before samples; NLC: samples before leads."
    )
    resample: Literal["polyphase"] | None = Field(
        default=None,
        description="polyphase: another rate becomes this one by the filter of "
        "scipy.signal.resample_poly with padtype='line'. "
        "Absent: another rate is refused.",
    )
    accepted_rates: Rates | None = Field(
        default=None, description="Which rates are resampled; absent: half to four times this one."
    )
    longer: Literal["first"] | None = Field(
        default=None,
        description="first: of a longer recording the beginning is read, which is told. Absent: "
        "it is refused.",
    )
    shorter: Literal["zeros"] | None = Field(
        default=None,
        description="zeros: a shorter recording is filled up at its end, which is told. Absent: "
        "it is refused.",
    )
    missing_leads: Literal["nan", "zeros"] | None = Field(
        default=None,
        description="What the graph takes for a lead that is not there. Absent: all are required.",
    )
    amplitude: Range = Field(description="In the unit; refused outside: no patient has this value.")
    signal: Signal = Field(default=Signal(), description="What holds an answer back.")
    source: WaveformSource | None = Field(
        default=None, description="Where a record in FHIR has it; absent: nowhere."
    )

    @model_validator(mode="after")
    def _leads_are_unique(self) -> Self:
        require_unique([(lead.name, None) for lead in self.leads], "lead")
        return self

    @model_validator(mode="after")
    def _rates_are_resampled(self) -> Self:
        if self.accepted_rates and not self.resample:
            raise ValueError("accepted_rates needs resample")
        return self

    @property
    def hides_end(self) -> bool:
        """Whether recordings may end in zeros, which a flat line is, too."""
        return self.shorter is not None

    @property
    def seconds(self) -> float:
        """How long the recording is that the graph takes."""
        return self.samples / self.sampling_rate

    @property
    def rates(self) -> Rates:
        """Those that are taken."""
        rate = self.sampling_rate
        if not self.resample:
            return Rates(low=rate, high=rate)
        return self.accepted_rates or Rates(low=rate / 2, high=rate * 4)

    @property
    def reads_records(self) -> bool:
        """Whether a record in FHIR can hold it."""
        return self.source is not None

    @property
    def recorded_codes(self) -> tuple[str, ...]:
        """LOINC codes of the recording."""
        return self.source.codes if self.source else ()

    @property
    def tensor_type(self) -> tuple[str, Shape]:
        """Element type and shape that the graph must declare."""
        size = (len(self.leads), self.samples)
        return "tensor(float)", (-1, *(size if self.layout == "NCL" else size[::-1]))
