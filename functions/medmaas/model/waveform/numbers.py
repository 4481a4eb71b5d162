"""Leads as JSON holds them: numbers, or counts of 16 bits in base64 with a gain and an offset."""

from collections.abc import Mapping
from functools import partial
from math import isfinite
from typing import Any

import numpy as np

from medmaas.facts import Fact
from medmaas.model.inputs.reading import InvalidValueError, Notes
from medmaas.model.waveform.files import read_base64
from medmaas.model.waveform.recording import Channel, Recording, Samples

MOST_LEADS = 512
_HIGHEST = 1e6  # Hz
_OF_COUNTS = ("int16", "gain", "offset")


def read_numbers(
    leads: object, rate: float | None, unit: str | None, where: str, notes: Notes
) -> Recording:
    """The leads of an object, by their names; what is wrong with each is noted.

    Args:
        leads: by name a list of numbers, or `{"int16": base64, "gain": 0.005, "offset": 0}`: little
            endian counts, a sample being count x gain + offset.
        rate: of all samples in Hz, if it is known.
        unit: of all samples, if it is known.
        where: they are in an instance.
        notes: of the instance.

    Raises:
        InvalidValueError: they are no object, or too many.
    """
    if not isinstance(leads, Mapping) or not 0 < len(leads) <= MOST_LEADS:
        raise InvalidValueError("not_leads", most=MOST_LEADS)
    channels = []
    for place, (name, given) in enumerate(leads.items()):
        try:
            channels.append(_read_lead(name, given, rate, unit))
        except InvalidValueError as error:
            # by its place: a name that is sent may be anything
            notes.refuse(f"{where}.leads[{place}]", error.fact)
    return Recording("JSON", channels)


def _read_lead(name: str, given: object, rate: float | None, unit: str | None) -> Channel:
    if isinstance(given, list):
        return Channel((name,), len(given), rate, unit, partial(_read_list, given))
    if not isinstance(given, dict) or not given.keys() <= {*_OF_COUNTS} or "int16" not in given:
        raise InvalidValueError("not_a_lead")
    gain, offset = given.get("gain", 1), given.get("offset", 0)
    if not (isinstance(given["int16"], str) and _is_number(gain) and gain and _is_number(offset)):
        raise InvalidValueError("not_a_lead")
    content = read_base64(given["int16"])
    if not content or len(content) % 2:
        raise InvalidValueError("not_a_lead")
    counts = np.frombuffer(content, "<i2")
    return Channel((name,), len(counts), rate, unit, partial(_read_counts, counts, gain, offset))


def _read_list(given: list[Any], most: int) -> Samples:
    taken = given[:most]
    if not {*map(type, taken)} <= {int, float}:
        raise InvalidValueError("not_finite")
    try:
        return np.array(taken, np.float64)
    except OverflowError:
        raise InvalidValueError("not_finite") from None


def _read_counts(counts: Any, gain: float, offset: float, most: int) -> Samples:  # noqa: ANN401 - of numpy
    samples: Samples = counts[:most] * float(gain) + float(offset)
    return samples


def _is_number(value: object) -> bool:
    return type(value) in {int, float} and isfinite(value)  # type: ignore[arg-type]


def read_rate(value: object) -> float:
    """A sampling rate in Hz.

    Raises:
        InvalidValueError: it is none.
    """
    if not _is_number(value) or not 0 < value <= _HIGHEST:  # type: ignore[operator]
        raise InvalidValueError("not_a_rate")
    return float(value)  # type: ignore[arg-type]


def list_unknown(given: Mapping[str, object]) -> Fact | None:
    """What is said if a recording has parts that are not read."""
    known = ["sampling_rate", "unit", "file" if "file" in given else "leads"]
    return None if given.keys() <= {*known} else Fact("unknown_field", fields=known)
