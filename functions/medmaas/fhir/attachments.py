"""What a resource holds as files: inline, in a Binary of the record or contained, never fetched.

https://hl7.org/fhir/R4/datatypes.html#Attachment
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from medmaas.errors import InvalidRequestError
from medmaas.fhir.elements import Attachment, DiagnosticReport, DocumentReference, Media
from medmaas.fhir.record import Entry, Record, refuse
from medmaas.fhir.references import Content, Place, Referred

MOST_BYTES = 20_000_000
_ANY_TYPE = "application/octet-stream"  # of a Binary whose server does not know
# what cannot be read, as people call it
_NAMES = {
    "text/html": "HTML",
    "application/xhtml+xml": "HTML",
    "text/rtf": "RTF",
    "application/rtf": "RTF",
    "application/pdf": "PDF",
    "application/msword": "Word",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word",
    "text/xml": "XML",
    "application/xml": "XML",
    "application/hl7-cda+xml": "XML",
    "application/hl7-sda+xml": "XML",
}


@dataclass(frozen=True, slots=True)
class File:
    """A file of a resource, not yet opened.

    Attributes:
        where: FHIRPath of its Attachment.
        media_type: in small letters and without parameters; "" where nothing is stated.
        charset: the parameter, "" likewise.
        attachment: what is stated of it.
        binary: the Binary behind its url, if the record holds that.
    """

    where: str
    media_type: str
    charset: str
    attachment: Attachment
    binary: Content | None

    def read(self, most: int = MOST_BYTES) -> bytes:
        """Its bytes, which are what is stated of them.

        Args:
            most: how many there may be.

        Raises:
            InvalidRequestError: they are not here, too many, no base64, or others than stated.
        """
        stated = self.attachment
        behind = self.binary.get("data") if self.binary else None
        if self.binary and self.binary.get("implicitRules"):
            raise refuse(f"{self.where}.url", "implicit_rules")
        if not stated.data and not behind:
            if stated.url and self.binary is None:
                raise refuse(f"{self.where}.url", "attachment_by_url")
            raise refuse(f"{self.where}.data", "attachment_empty")
        contents = [
            _decode(data, f"{self.where}.{element}", most)
            for element, data in (("data", stated.data), ("url", behind))
            if data
        ]
        content = contents[0]
        if any(one != content for one in contents):
            raise refuse(f"{self.where}.url", "attachment_contradicts")
        if stated.size is not None and stated.size != len(content):
            raise refuse(f"{self.where}.size", "attachment_of_other_size")
        if stated.hash is not None and not _is_hash_of(stated.hash, content):
            raise refuse(f"{self.where}.hash", "attachment_of_other_hash")
        return content


def list_binaries(record: Record) -> Referred:
    """Those that the attachments of a record may refer to."""
    return Referred(record.entries.get("Binary", ()))


def list_files(entry: Entry, binaries: Referred) -> list[File]:
    """The files of a DocumentReference, a DiagnosticReport or a Media.

    Args:
        entry: one of these.
        binaries: of the record, which it may refer to.

    Raises:
        InvalidRequestError: it is not as R4 says, or what is stated of a file contradicts itself.
    """
    return [_find(binaries, entry, where, one) for where, one in _list_attachments(entry)]


def refuse_type(entry: Entry, files: Iterable[File], types: Iterable[str]) -> InvalidRequestError:
    """The refusal of files none of which is of a type that is read.

    Args:
        entry: that holds them.
        files: of it.
        types: that are read.
    """
    held = [*files]
    if not held:
        return refuse(entry.where, "no_attachment")
    where, wanted = f"{held[0].where}.contentType", [*types]
    if not any(one.media_type for one in held):
        return refuse(where, "content_type_missing", types=wanted)
    if names := sorted({_NAMES[one.media_type] for one in held if one.media_type in _NAMES}):
        return refuse(where, "content_type_not_read", names=names, types=wanted)
    return refuse(where, "other_content_type", types=wanted)


def _list_attachments(entry: Entry) -> Iterator[tuple[str, Attachment]]:
    match entry.content["resourceType"]:
        case "DocumentReference":
            for index, content in enumerate(entry.parse(DocumentReference).content):
                where = f"{entry.where}.content[{index}]"
                if content.modifierExtension:
                    raise refuse(f"{where}.modifierExtension", "modified")
                yield f"{where}.attachment", content.attachment
        case "DiagnosticReport":
            for index, form in enumerate(entry.parse(DiagnosticReport).presentedForm):
                yield f"{entry.where}.presentedForm[{index}]", form
        case _:
            yield f"{entry.where}.content", entry.parse(Media).content


def _find(referred: Referred, entry: Entry, where: str, stated: Attachment) -> File:
    """A file with the Binary behind its url, and its type by what either says."""
    behind = referred.resolve(stated.url, Place.of(entry)) if stated.url else None
    binary = behind if behind and behind.get("resourceType") == "Binary" else None
    said = [stated.contentType or ""]
    of_binary = binary.get("contentType") if binary else None
    if isinstance(of_binary, str):
        said.append(of_binary)
    parted = [_part_type(one) for one in said]
    types = {media_type for media_type, _ in parted} - {""}
    if len(types) > 1:
        types -= {_ANY_TYPE}
    charsets = {charset for _, charset in parted} - {""}
    if len(types) > 1 or len(charsets) > 1:
        raise refuse(f"{where}.contentType", "content_types_contradict")
    return File(where, "".join(types), "".join(charsets), stated, binary)


def _part_type(text: str) -> tuple[str, str]:
    """A media type and its charset, in small letters."""
    media_type, *parameters = text.lower().split(";")
    named = (parameter.partition("=") for parameter in parameters)
    charsets = [value.strip().strip('"') for name, _, value in named if name.strip() == "charset"]
    return media_type.strip(), charsets[0] if charsets else ""


def _decode(data: object, where: str, most: int) -> bytes:
    packed = "".join(data.split()) if isinstance(data, str) else ""
    if len(packed) // 4 * 3 - 2 > most:
        raise refuse(where, "attachment_too_large", bytes=most)
    try:
        content = base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError):
        raise refuse(where, "not_base64") from None
    if not content:
        raise refuse(where, "attachment_empty")
    if len(content) > most:
        raise refuse(where, "attachment_too_large", bytes=most)
    return content


def _is_hash_of(stated: str, content: bytes) -> bool:
    """Whether a hash in base64 is the SHA-1 of bytes, as R4 says."""
    try:
        digest = base64.b64decode("".join(stated.split()), validate=True)
    except (binascii.Error, ValueError):
        return False
    return digest == hashlib.sha1(content, usedforsecurity=False).digest()
