"""A file of leads, told by its first bytes; what is not read is refused by its name."""

import base64
import binascii
import re

from medmaas.model.inputs.reading import PACKED, InvalidValueError
from medmaas.model.waveform.csv_file import read_csv
from medmaas.model.waveform.edf import read_edf
from medmaas.model.waveform.recording import Recording

MAX_BYTES = 20_000_000
_EDF, _DICOM, _SCP = b"0       ", slice(128, 132), slice(16, 22)
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"BM")
_MATLAB = b"MATLAB 5.0", b"MATLAB 7.3", b"\x89HDF"
_XML = re.compile(rb"\s*<[?!\w]")
_HEAD = 4_096
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1f]")


def read_base64(text: str) -> bytes:
    """The bytes that a text holds in base64.

    Raises:
        InvalidValueError: it does not, or holds too many.
    """
    if len(text) > MAX_BYTES * 3 // 2:  # before anything is made of it
        raise InvalidValueError("recording_too_large", megabytes=MAX_BYTES // 10**6)
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except (binascii.Error, ValueError):
        pass
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise InvalidValueError("not_base64") from None


def open_recording(content: bytes) -> Recording:
    """The channels of a file, none of their samples read yet.

    Raises:
        InvalidValueError: it is of a format that is not read, or is damaged.
    """
    if len(content) > MAX_BYTES:
        raise InvalidValueError("recording_too_large", megabytes=MAX_BYTES // 10**6)
    if content[_DICOM] == b"DICM":
        from medmaas.model.waveform.dicom import read_dicom  # noqa: PLC0415 - few files are

        return read_dicom(content)
    if content.startswith(_EDF):
        return read_edf(content)
    _refuse_others(content)
    if not content.strip() or _CONTROLS.search(content[:_HEAD]):
        raise InvalidValueError("recording_of_unknown_format")
    return read_csv(content)


def _refuse_others(content: bytes) -> None:
    head = content[:_HEAD]
    if _XML.match(head.removeprefix(b"\xef\xbb\xbf")):
        is_aecg = b"AnnotatedECG" in head or b"hl7-org:v3" in head
        raise InvalidValueError("recording_is_aecg" if is_aecg else "recording_is_xml")
    if content[_SCP] == b"SCPECG":
        raise InvalidValueError("recording_is_scp")
    if content.startswith(b"\xffBIOSEMI"):
        raise InvalidValueError("recording_is_bdf")
    if content.startswith(b"ISHNE"):
        raise InvalidValueError("recording_is_ishne")
    if content.startswith(b"%PDF"):
        raise InvalidValueError("recording_is_pdf")
    if content.startswith(_PICTURES):
        raise InvalidValueError("recording_is_picture")
    if content.startswith(_MATLAB):
        raise InvalidValueError("recording_is_matlab")
    if content.startswith(PACKED):
        raise InvalidValueError("recording_is_packed")
    if _is_wfdb(head):
        raise InvalidValueError("recording_is_wfdb_header")


def _is_wfdb(head: bytes) -> bool:
    """Whether it begins as the header of a WFDB record: `100 2 360 650000`, then `100.dat 212 ...`.

    https://www.physionet.org/physiotools/wag/header-5.htm
    """
    lines = [line.split() for line in head.splitlines() if line.strip()[:1] not in {b"", b"#"}]
    if len(lines) < 2 or not (2 <= len(lines[0]) <= 6 and len(lines[1]) >= 2):  # noqa: PLR2004
        return False
    return lines[0][1].isdigit() and b"." in lines[1][0] and lines[1][1][:1].isdigit()
