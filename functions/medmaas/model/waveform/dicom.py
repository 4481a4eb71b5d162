"""DICOM waveforms: 12-lead, general and ambulatory ECG, and others of one or more channels.

Of the header only what the samples need is read. Sequences are opened one by one, and only so many
elements of each, so that a file of millions of them costs no time.
"""

from collections.abc import Iterator, Sequence
from functools import cache, partial
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple
from warnings import filterwarnings

import numpy as np

from medmaas.model.inputs.reading import InvalidValueError
from medmaas.model.waveform.recording import Channel, Recording, Samples

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_SYNTAX = b"\x02\x00\x10\x00UI"  # Transfer Syntax UID, always explicit and little endian
_META = 4_096  # bytes in which it stands
_IMPLICIT, _EXPLICIT = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"
_DEFLATED = "1.2.840.10008.1.2.1.99"
_MOST_READS, _MOST_CHANNELS = 50_000, 512
_ITEM, _MOST_ITEMS = b"\xfe\xff\x00\xe0", 20_000
_TYPES = {(8, "SB"): "i1", (8, "UB"): "u1", (16, "SS"): "<i2", (16, "US"): "<u2", (32, "SL"): "<i4"}
_ORIGINAL = "ORIGINAL"


class _Counted(BytesIO):
    """Bytes that are read in so many steps at most."""

    steps = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """Some bytes."""
        self.steps += 1
        if self.steps > _MOST_READS:
            raise InvalidValueError("dicom_too_many_elements")
        return super().read(size)


class _Group(NamedTuple):
    """What all channels of a multiplex group share."""

    rate: float
    samples: int
    channels: int
    data: bytes
    datatype: str
    padding: int | None


def read_dicom(content: bytes) -> Recording:
    """The channels of the original groups.

    Raises:
        InvalidValueError: it holds no waveform, is damaged, compressed, or of too many parts.
    """
    try:
        import pydicom  # noqa: PLC0415 - few files need it
    except ModuleNotFoundError:
        raise InvalidValueError("dicom_not_installed") from None
    _keep_silent(pydicom.config)
    syntax = _read_syntax(content)
    if syntax == _DEFLATED:
        raise InvalidValueError("dicom_deflated")
    if syntax not in {_IMPLICIT, _EXPLICIT}:
        raise InvalidValueError("dicom_of_other_syntax")
    if content.count(_ITEM) > _MOST_ITEMS:
        raise InvalidValueError("dicom_too_many_elements")
    try:
        dataset = pydicom.dcmread(_Counted(content), specific_tags=["WaveformSequence"])
        groups = [group for group in _open(dataset, "WaveformSequence") if _is_original(group)]
        channels = [channel for group in groups for channel in _list_channels(group)]
        offsets = {float(group.get("MultiplexGroupTimeOffset", 0) or 0) for group in groups}
    except InvalidValueError:
        raise
    except Exception:  # noqa: BLE001 - pydicom raises anything on a damaged file, and quotes it
        raise InvalidValueError("dicom_damaged") from None
    if not channels:
        raise InvalidValueError("dicom_without_waveform")
    if len(offsets) > 1:
        raise InvalidValueError("leads_at_other_times")
    return Recording("DICOM", channels)


@cache
def _keep_silent(config: Any) -> None:  # noqa: ANN401 - pydicom's own
    """Let pydicom neither log nor warn: what it says quotes the header."""
    config.logger.disabled = True
    config.settings.reading_validation_mode = config.IGNORE
    filterwarnings("ignore", module="pydicom")


def _read_syntax(content: bytes) -> str:
    place = content.find(_SYNTAX, 0, _META) + len(_SYNTAX)
    size = int.from_bytes(content[place : place + 2], "little")
    return content[place + 2 : place + 2 + min(size, 64)].rstrip(b"\0 ").decode("ascii", "replace")


def _open(dataset: "Dataset", name: str) -> Sequence["Dataset"]:
    """The items of a sequence; none if it is not there."""
    from pydicom.filereader import read_sequence  # noqa: PLC0415 - as above

    if name not in dataset:
        return ()
    element = dataset.get_item(name)
    value = getattr(element, "value", None)
    if not isinstance(value, bytes):  # of undefined length: opened already, step by step
        return list(value or ())
    is_implicit = getattr(element, "is_implicit_VR", False)
    return list(read_sequence(_Counted(value), is_implicit, True, len(value), "iso8859"))  # noqa: FBT003


def _is_original(group: "Dataset") -> bool:
    """Whether a group was recorded, and not made of one, as median beats are."""
    return str(group.get("WaveformOriginality", _ORIGINAL)) == _ORIGINAL


def _list_channels(group: "Dataset") -> Iterator[Channel]:
    key = int(group.WaveformBitsAllocated), str(group.WaveformSampleInterpretation)
    if key not in _TYPES:
        raise InvalidValueError("dicom_of_other_samples")
    count, channels = int(group.NumberOfWaveformSamples), int(group.NumberOfWaveformChannels)
    data = group.get_item("WaveformData").value
    datatype = np.dtype(_TYPES[key])
    needed = count * channels * datatype.itemsize
    # an odd number of bytes is filled up by one
    if not isinstance(data, bytes) or not needed <= len(data) <= needed + 1 or needed == 0:
        raise InvalidValueError("dicom_damaged")
    definitions = _open(group, "ChannelDefinitionSequence")
    if len(definitions) != channels or channels > _MOST_CHANNELS:
        raise InvalidValueError("dicom_damaged")
    padding = group.get("WaveformPaddingValue")
    shared = _Group(
        float(group.SamplingFrequency),
        count,
        channels,
        data[:needed],
        _TYPES[key],
        int(np.frombuffer(padding, datatype)[0]) if isinstance(padding, bytes) else padding,
    )
    for place, definition in enumerate(definitions):
        yield _make_channel(shared, place, definition)


def _make_channel(group: _Group, place: int, definition: "Dataset") -> Channel:
    names = [str(definition.get("ChannelLabel", ""))]
    for source in _open(definition, "ChannelSourceSequence"):
        names += [str(source.get("CodeValue", "")), str(source.get("CodeMeaning", ""))]
    units = [
        str(one.get("CodeValue", ""))
        for one in _open(definition, "ChannelSensitivityUnitsSequence")
    ]
    sensitivity = _read_number(definition, "ChannelSensitivity", None)
    factor = _read_number(definition, "ChannelSensitivityCorrectionFactor", 1.0)
    offset = _read_number(definition, "ChannelBaseline", 0.0)
    unit = units[0] if units and sensitivity is not None else None
    scale = (sensitivity or 1.0) * (factor or 1.0), offset or 0.0
    called = tuple(name for name in names if name)
    return Channel(called, group.samples, group.rate, unit, partial(_read, group, place, scale))


def _read_number(dataset: Any, name: str, default: float | None) -> float | None:  # noqa: ANN401 - of pydicom
    value = dataset.get(name)
    return default if value in {None, ""} else float(value)


def _read(group: _Group, place: int, scale: tuple[float, float], most: int) -> Samples:
    table = np.frombuffer(group.data, group.datatype).reshape(-1, group.channels)
    counts = table[:most, place]
    if group.padding is not None and (counts == group.padding).any():
        raise InvalidValueError("samples_lost")
    return counts * scale[0] + scale[1]
