"""A recording of leads over time, as numbers or as a file, to the samples that a graph takes."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.facts import Fact
from medmaas.model.inputs.reading import (
    InputColumn,
    InputDefaults,
    InvalidValueError,
    Notes,
    Reading,
    Tensor,
    collect,
    describe_field,
    read_object,
)
from medmaas.model.kinds import expect
from medmaas.model.manifest import Input, WaveformInput
from medmaas.model.schema import (
    NUMBER,
    TEXT,
    Schema,
    describe_any,
    describe_list,
    describe_object,
)
from medmaas.model.units import UnitError, convert
from medmaas.model.waveform import (
    Channel,
    LeadNames,
    Recording,
    find_ratio,
    judge,
    resample,
)
from medmaas.model.waveform.resampling import simplify
from medmaas.model.waveform.sent import read_sent, read_unit

_TOLD_FLAT, _TOLD_SATURATION, _TOLD_MAINS = 1.0, 0.01, 0.05  # seconds, and shares
_MOST_SECONDS = 600.0  # of a recording of which the beginning is read
_SAME_RATE = 1e-6
_FEWEST = 2  # samples
_STEPS = 32_000  # of 16 bits, by which samples are drawn

Floats = NDArray[np.float64]


@dataclass(slots=True)
class _Taken:
    """What was read of one recording.

    Attributes:
        row: [leads, samples], as the graph takes it, before its layout.
        there: places of the leads that are there.
        rate: as it was recorded, in Hz; None if it could not be read.
        format: what it was read from.
    """

    row: Floats
    there: tuple[int, ...] = ()
    rate: float | None = None
    format: str = ""


class Waveform(InputDefaults):
    """Recordings to float32 [n, leads, samples], or as the manifest says otherwise.

    Of a file nothing is read but samples, their rate, unit and leads: names of people end here.
    """

    takes = "per instance a recording: a file (CSV, EDF, DICOM) as it is or in base64, or JSON"

    def __init__(self, spec: WaveformInput) -> None:
        self._spec = spec
        self.columns = (InputColumn(spec.field, "file"),)
        self.file_field = spec.field
        self._names = LeadNames(spec.leads)
        told, most = (_TOLD_FLAT, _TOLD_SATURATION, _TOLD_MAINS), spec.signal
        held = (most.flat, most.saturation, most.mains)
        self._least = [
            min(one, other or inf) for one, other in zip(told, held, strict=True)
        ]  # of which anything is said

    def read(self, instances: Sequence[object]) -> Reading:
        """Read all instances, whatever is wrong with some of them."""
        spec = self._spec
        notes = [Notes(index) for index in range(len(instances))]
        rows = np.zeros((len(instances), len(spec.leads), spec.samples), np.float32)
        for row, instance, note in zip(rows, instances, notes, strict=True):
            row[:] = self._read_instance(instance, note).row
        return collect(spec.tensor, self._arrange(rows), notes)

    def read_tensor(self, tensor: Tensor) -> Reading:
        """Read samples as the graph takes them, at its rate and in its unit."""
        spec = self._spec
        notes = [Notes(index) for index in range(len(tensor))]
        rows = self.restore(tensor)
        for row, note in zip(rows, notes, strict=True):
            there = self._find_there(row, note)
            seen = row[there].astype(np.float64)
            if spec.shorter:  # zeros at the end of all leads are no flat line
                ends = np.flatnonzero(seen.any(axis=0))
                seen = seen[:, : max(ends[-1] + 1 if ends.size else 0, _FEWEST)]
            self._check(seen, there, spec.sampling_rate, note)
        return collect(spec.tensor, tensor, notes)

    def restore(self, tensor: Tensor) -> NDArray[np.float32]:
        """The rows of a tensor as [n, leads, samples]."""
        rows = tensor if self._spec.layout == "NCL" else tensor.transpose(0, 2, 1)
        return np.asarray(rows, np.float32)

    @property
    def file_columns(self) -> tuple[InputColumn, ...] | None:
        """A line of CSV cannot hold a recording."""
        return None

    def draw(self, instance: object) -> dict[str, Any]:
        """What the graph takes of an instance that can be read.

        Returns:
            Rate and format as they were sent, leads that are missing, and per lead counts of 16
            bits in base64 with their gain, as a request may send them.
        """
        spec, note = self._spec, Notes(0)
        taken = self._read_instance(instance, note)
        row = taken.row.astype(np.float32)
        there = {*taken.there}
        leads = {
            lead.name: _write_counts(row[place])
            for place, lead in enumerate(spec.leads)
            if place in there
        }
        return {
            "format": taken.format,
            "recorded_rate": taken.rate,
            "sampling_rate": spec.sampling_rate,
            "unit": spec.unit,
            "missing": [lead.name for i, lead in enumerate(spec.leads) if i not in there],
            "leads": leads,
        }

    def _read_instance(self, instance: object, note: Notes) -> _Taken:
        spec = self._spec
        nothing = _Taken(np.zeros((len(spec.leads), spec.samples)))
        given = read_object(instance, (spec.field,), note).get(spec.field)
        if not isinstance(instance, dict):
            return nothing
        try:
            recording = read_sent(given, spec.field, spec.unit, note)
            return self._take(recording, note) or nothing
        except InvalidValueError as error:
            note.refuse(spec.field, error.fact)
            return nothing

    def _take(self, recording: Recording, note: Notes) -> _Taken | None:
        """The samples of the leads that the graph takes; None where anything is wrong."""
        spec = self._spec
        channels = {} if note.problems else self._choose(recording, note)
        there = tuple(sorted(channels))
        chosen = [channels[place] for place in there]
        rate = self._find_rate(chosen, note) if chosen else None
        factors = self._find_factors(chosen, there, note)
        if rate is None or note.problems:
            return None
        is_same = abs(rate / spec.sampling_rate - 1) < _SAME_RATE
        ratio = Fraction(1) if is_same else simplify(find_ratio(rate, spec.sampling_rate))
        count = self._find_count(chosen[0].count, float(ratio), rate, note)
        samples = np.zeros((len(chosen), count))
        for row, channel, factor, place in zip(samples, chosen, factors, there, strict=True):
            try:
                if not note.problems:
                    np.multiply(channel.read(count), factor, out=row)
            except InvalidValueError as error:
                note.refuse(self._name(place), error.fact)
        if not note.problems:
            self._check(samples, there, rate, note)
        if note.problems:
            return None
        if not is_same:
            note.warn(spec.field, Fact("resampled", rate=spec.sampling_rate))
            samples = resample(samples, ratio)
        return _Taken(self._lay_out(samples, there), there, rate, recording.format)

    def _lay_out(self, samples: Floats, there: Sequence[int]) -> Floats:
        """A row [leads, samples] of those that are there; the others as the manifest says."""
        spec = self._spec
        if samples.shape == (len(spec.leads), spec.samples):
            return samples
        row = np.zeros((len(spec.leads), spec.samples))
        if spec.missing_leads == "nan":
            row[[i for i in range(len(row)) if i not in there]] = np.nan
        kept = min(samples.shape[1], spec.samples)
        row[list(there), :kept] = samples[:, :kept]
        return row

    def _choose(self, recording: Recording, note: Notes) -> dict[int, Channel]:
        """By its place, the channel of each lead that is there."""
        spec, chosen, others = self._spec, dict[int, Channel](), 0
        for channel in recording.channels:
            places = self._names.find(channel.names)
            if len(places) > 1:
                note.refuse(spec.field, Fact("lead_contradicts"))
            elif not places:
                others += 1
            elif (place := places.pop()) in chosen:
                note.refuse(self._name(place), Fact("lead_twice"))
            else:
                chosen[place] = channel
        if not chosen and not note.problems:
            leads = [lead.name for lead in spec.leads]
            note.refuse(spec.field, Fact("no_lead_is_there", leads=leads))
            return {}
        for place in range(len(spec.leads)):
            if place not in chosen and spec.missing_leads:
                note.warn(self._name(place), Fact("lead_is_missing"))
            elif place not in chosen:
                note.refuse(self._name(place), Fact("lead_required"))
        if others:
            note.warn(spec.field, Fact("channels_left_out", count=others))
        return chosen

    def _find_rate(self, channels: Sequence[Channel], note: Notes) -> float | None:
        """The one rate of all channels, if it is taken; their counts must be the same, too."""
        spec, rates = self._spec, self._spec.rates
        if len({(channel.rate, channel.count) for channel in channels}) > 1:
            note.refuse(spec.field, Fact("leads_differ"))
            return None
        rate = channels[0].rate
        if rate is None:
            note.refuse(spec.field, Fact("rate_not_stated"))
        elif not spec.resample and abs(rate / spec.sampling_rate - 1) >= _SAME_RATE:
            note.refuse(spec.field, Fact("rate_refused", rate=spec.sampling_rate))
        elif spec.resample and not rates.low <= rate <= rates.high:
            note.refuse(spec.field, Fact("rate_outside", low=rates.low, high=rates.high))
        else:
            return rate
        return None

    def _find_factors(
        self, channels: Sequence[Channel], there: Sequence[int], note: Notes
    ) -> list[float]:
        """What brings each channel to the unit of the graph; fewer where one cannot be."""
        unit, factors = self._spec.unit, list[float]()
        known = {unit: 1.0}  # of mostly one unit
        for channel, place in zip(channels, there, strict=True):
            if channel.unit is None:
                note.refuse(self._name(place), Fact("samples_without_unit", unit=unit))
                continue
            try:
                if channel.unit not in known:
                    known[channel.unit] = convert(1.0, read_unit(channel.unit), unit)
                factors.append(known[channel.unit])
            except UnitError:
                note.refuse(self._name(place), Fact("samples_of_other_unit", unit=unit))
        return factors

    def _find_count(self, there: int, ratio: float, rate: float, note: Notes) -> int:
        """How many samples are read; refuses a recording that is too long or too short."""
        spec = self._spec
        made = ceil(there * ratio - _SAME_RATE)
        if made > spec.samples + 1 and not spec.longer:
            note.refuse(spec.field, Fact("recording_too_long", seconds=spec.seconds))
        elif made > spec.samples + 1 and there / rate > max(_MOST_SECONDS, spec.seconds):
            note.refuse(spec.field, Fact("recording_far_too_long", seconds=_MOST_SECONDS))
        elif made > spec.samples + 1:
            note.warn(spec.field, Fact("recording_cut", seconds=spec.seconds))
        elif there < _FEWEST or (made < spec.samples and not spec.shorter):
            note.refuse(spec.field, Fact("recording_too_short", seconds=spec.seconds))
        elif made < spec.samples:
            note.warn(spec.field, Fact("recording_filled_up", seconds=spec.seconds))
        return min(there, max(ceil(spec.samples / ratio), _FEWEST))

    def _check(self, samples: Floats, there: Sequence[int], rate: float, note: Notes) -> None:
        """Note what is wrong with samples [leads, n] at a rate."""
        amplitude = self._spec.amplitude
        low, high = samples.min(axis=1, initial=0), samples.max(axis=1, initial=0)
        is_finite = np.isfinite(low) & np.isfinite(high)  # NaN is the lowest and the highest
        is_inside: NDArray[np.bool_] = (low >= amplitude.low) & (high <= amplitude.high)
        limits = {"low": amplitude.low, "high": amplitude.high, "unit": self._spec.unit}
        for i, place in enumerate(there):
            if not is_finite[i]:
                note.refuse(self._name(place), Fact("not_finite"))
            elif not is_inside[i]:
                note.refuse(self._name(place), Fact("outside", **limits))
        if is_finite.all() and len(there):
            self._judge(samples, there, rate, note)

    def _judge(self, samples: Floats, there: Sequence[int], rate: float, note: Notes) -> None:
        """Tell what spoils a lead, and hold the answer back where the manifest says so."""
        signal = self._spec.signal
        flat, saturation, mains = self._least
        for place, flaws in zip(there, judge(samples, rate), strict=True):
            if flaws.flat < flat and flaws.saturation < saturation and flaws.mains < mains:
                continue  # as mostly
            field, lead = self._name(place), self._spec.leads[place].name
            told = (
                (
                    (flaws.flat, _TOLD_FLAT, signal.flat),
                    Fact("lead_flat"),
                    Fact("held_for_flat", lead=lead, seconds=signal.flat),
                ),
                (
                    (flaws.saturation, _TOLD_SATURATION, signal.saturation),
                    Fact("lead_saturated"),
                    Fact("held_for_saturation", lead=lead, share=signal.saturation),
                ),
                (
                    (flaws.mains, _TOLD_MAINS, signal.mains),
                    Fact("lead_hums", hertz=flaws.hertz),
                    Fact("held_for_mains", lead=lead, share=signal.mains),
                ),
            )
            for (amount, tell, most), said, reason in told:
                is_too_much = most is not None and amount > most
                if amount >= tell or is_too_much:
                    note.warn(field, said)
                if is_too_much:
                    note.hold(reason)

    def _find_there(self, row: NDArray[np.float32], note: Notes) -> list[int]:
        """The leads of a tensor's row that are not missing as the manifest says it."""
        missing = self._spec.missing_leads
        gone = np.isnan(row) if missing == "nan" else row == 0
        absent = [bool(lead.all()) for lead in gone]
        there = [i for i in range(len(row)) if not (missing and absent[i])]
        for place in sorted({*range(len(row))} - {*there}):
            note.warn(self._name(place), Fact("lead_is_missing"))
        if not there:
            leads = [lead.name for lead in self._spec.leads]
            note.refuse(self._spec.field, Fact("no_lead_is_there", leads=leads))
        return there

    def _name(self, place: int) -> str:
        return f"{self._spec.field}.{self._spec.leads[place].name}"

    def _arrange(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        return rows if self._spec.layout == "NCL" else rows.transpose(0, 2, 1).copy()

    def json_schema(self) -> Schema:
        """JSON Schema of one instance, as OpenAPI 3.1 takes it."""
        spec = self._spec
        file = TEXT | {
            "contentEncoding": "base64",
            "description": "A file: CSV with a column per lead, EDF or EDF+C, or DICOM.",
        }
        counts = describe_object("Counts", {"int16": TEXT}, {"gain": NUMBER, "offset": NUMBER})
        counts["description"] = "Little endian counts in base64; a sample is count x gain + offset."
        names = ", ".join(lead.name for lead in spec.leads)
        leads = {
            "type": "object",
            "additionalProperties": describe_any(describe_list(NUMBER), counts),
            "description": f"By name: {names}.",
        }
        stated = {
            "sampling_rate": NUMBER | {"exclusiveMinimum": 0, "description": "In Hz."},
            "unit": TEXT | {"description": f"UCUM code; the graph takes {spec.unit}."},
        }
        field = describe_any(
            file,
            describe_object("Leads", stated | {"leads": leads}),
            describe_object("FileOfLeads", {"file": file}, stated),
        )
        field |= {"title": spec.field, "description": spec.description}
        return describe_field(spec.field, field)


def _write_counts(samples: NDArray[np.float32]) -> dict[str, Any]:
    """Samples as counts of 16 bits in base64, and how large a count is."""
    gain = float(np.abs(samples).max(initial=0)) / _STEPS or 1.0
    counts = np.rint(samples / gain).astype("<i2")
    return {"int16": base64.b64encode(counts.tobytes()).decode(), "gain": gain, "offset": 0}


def make(spec: Input) -> Waveform:
    """What reads."""
    return Waveform(expect(spec, WaveformInput))
