"""A recording as it was sent: a file in base64 or as it is, an object, or an object as text."""

from typing import Any

from medmaas.errors import MalformedBodyError
from medmaas.facts import Fact
from medmaas.model.body import parse_json
from medmaas.model.inputs.reading import InvalidValueError, Notes
from medmaas.model.unit_spellings import find_unit
from medmaas.model.waveform.files import open_recording, read_base64
from medmaas.model.waveform.numbers import list_unknown, read_numbers, read_rate
from medmaas.model.waveform.recording import Channel, Recording

_MICRO = str.maketrans({"\u00b5": "u", "\u03bc": "u"})  # two signs of Unicode
_LONGEST_UNIT = 32  # characters
_ENDS = ("\n", "\r")
_LOOKED_AT = 65_536  # characters, in which a text has a line's end
_SAME_RATE = 1e-6


def read_sent(given: object, field: str, unit: str, note: Notes) -> Recording:
    """The channels of what was sent.

    Args:
        given: whatever it is.
        field: of the instance that holds it.
        unit: that the graph takes, to be named.
        note: is told what is wrong with its parts; then there are no channels.

    Raises:
        InvalidValueError: it is no recording, or a file that is not read.
    """
    if isinstance(given, str) and given:
        is_json = given[:64].lstrip().startswith("{")
        has_lines = any(end in given[:_LOOKED_AT] for end in _ENDS)
        if is_json or (has_lines and not _is_base64(given)):
            return _read_file(given.encode("utf-8", "replace"), field, unit, note)
        return _read_file(read_base64(given), field, unit, note)
    if isinstance(given, dict) and ("file" in given) != ("leads" in given):
        return _read_object(given, field, unit, note)
    raise InvalidValueError("not_a_recording")


def _read_file(content: bytes, field: str, unit: str, note: Notes) -> Recording:
    """A file, which may be an object in JSON."""
    if not content[:64].lstrip().startswith(b"{"):
        return open_recording(content)
    try:
        parsed = parse_json(content)
    except MalformedBodyError:  # speaks of a body
        raise InvalidValueError("recording_not_json") from None
    if not isinstance(parsed, dict) or "leads" not in parsed or "file" in parsed:
        raise InvalidValueError("not_a_recording")
    return _read_object(parsed, field, unit, note)


def _read_object(given: dict[str, Any], field: str, unit: str, note: Notes) -> Recording:
    if unknown := list_unknown(given):
        note.refuse(field, unknown)
    rate, stated = None, given.get("unit")
    if "sampling_rate" in given:
        try:
            rate = read_rate(given["sampling_rate"])
        except InvalidValueError as error:
            note.refuse(f"{field}.sampling_rate", error.fact)
    if stated is not None and (not isinstance(stated, str) or len(stated) > _LONGEST_UNIT):
        note.refuse(f"{field}.unit", Fact("samples_of_other_unit", unit=unit))
        stated = None
    if "leads" in given:
        recording = read_numbers(given["leads"], rate, stated, field, note)
    elif isinstance(given["file"], str) and given["file"]:
        recording = open_recording(read_base64(given["file"]))
        channels = [_complete(one, rate, stated) for one in recording.channels]
        recording = Recording(recording.format, channels)
    else:
        raise InvalidValueError("not_a_recording")
    return Recording(recording.format, ()) if note.problems else recording


def _complete(channel: Channel, rate: float | None, unit: str | None) -> Channel:
    """A channel of a file, with what was stated beside the file.

    Raises:
        InvalidValueError: they contradict each other.
    """
    if rate and channel.rate and abs(rate / channel.rate - 1) >= _SAME_RATE:
        raise InvalidValueError("file_of_other_rate")
    if unit and channel.unit and read_unit(unit) != read_unit(channel.unit):
        raise InvalidValueError("file_of_other_unit")
    return Channel(
        channel.names, channel.count, channel.rate or rate, channel.unit or unit, channel.read
    )


def read_unit(text: str) -> str:
    """The UCUM code of a unit as files spell it, or the text itself: uV of \u00b5V and of uv."""
    plain = text.translate(_MICRO)
    return find_unit(plain) or find_unit(plain[:1] + plain[1:].upper()) or plain


def _is_base64(text: str) -> bool:
    try:
        read_base64(text)
    except InvalidValueError as error:
        return error.fact.code != "not_base64"
    return True
