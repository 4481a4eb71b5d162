"""A record becomes a text: that of the newest document."""

import codecs
from typing import Any

from medmaas.fhir.attachments import File, list_binaries, list_files, refuse_type
from medmaas.fhir.documents import Taken, take_newest
from medmaas.fhir.draft import Draft
from medmaas.fhir.elements import DiagnosticReport
from medmaas.fhir.record import Entry, refuse
from medmaas.fhir.references import Referred
from medmaas.model.kinds import expect
from medmaas.model.manifest import Manifest, TextInput, TextSource

_PLAIN = "text/plain"
_BEGIN = 200  # characters
_LONGEST = 4  # bytes of a character, in any encoding of Unicode
_UTF_8 = ("utf-8", "utf-8-sig")
_NO_CHANCE = 8  # characters that are not of ASCII
# byte order marks, and the encodings that may begin with each
_MARKS = (
    (codecs.BOM_UTF8, _UTF_8),
    (codecs.BOM_UTF32_LE, ("utf-32", "utf-32-le")),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, ("utf-32", "utf-32-be")),
    (codecs.BOM_UTF16_LE, ("utf-16", "utf-16-le")),
    (codecs.BOM_UTF16_BE, ("utf-16", "utf-16-be")),
)
_UNORDERED = ("utf-16", "utf-32")
# what Python calls encodings, and is none of a text that is sent
_NO_CHARSETS = {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"}
# how files begin that are no plain text, in small letters
_STARTS = {
    "%pdf-": "PDF",
    "{\\rtf": "RTF",
    "<!doctype": "HTML",
    "<html": "HTML",
    "<?xml": "XML",
    "<clinicaldocument": "XML",
}


def fill(draft: Draft, manifest: Manifest) -> dict[str, Any]:
    """The text, and what it lacks before there can be an answer.

    Raises:
        InvalidRequestError: the newest cannot be read, or nobody says which of several counts.
    """
    spec = expect(manifest.input, TextInput)
    source = spec.source
    if source is None:
        raise AssertionError("a model without a source reads no records")
    most = _LONGEST * (spec.most_characters + 1)
    binaries = list_binaries(draft.record)
    text = take_newest(
        draft, spec.field, source, lambda entry: _read(entry, binaries, source, most)
    )
    return {} if text is None else {spec.field: text}


def _read(entry: Entry, binaries: Referred, source: TextSource, most: int) -> Taken[str]:
    """The one text of a resource, whatever else it holds in other forms.

    Raises:
        InvalidRequestError: there is none, or there are several that differ.
    """
    if source.conclusion and entry.content["resourceType"] == "DiagnosticReport":
        conclusion = entry.parse(DiagnosticReport).conclusion
        where = f"{entry.where}.conclusion"
        if not conclusion:
            raise refuse(where, "element_missing", element="DiagnosticReport.conclusion")
        return Taken(conclusion, where)
    files = list_files(entry, binaries)
    plain = [one for one in files if one.media_type == _PLAIN]
    if not plain:
        raise refuse_type(entry, files, [_PLAIN])
    first, *others = [_open(one, most) for one in plain]
    if any(one.content != first.content for one in others):
        raise refuse(plain[0].where, "several_contents")
    return first


def _open(file: File, most: int) -> Taken[str]:
    """The text of a file.

    Raises:
        InvalidRequestError: it is in no charset that is known, or in another than stated; or it is
            no plain text.
    """
    where, stated = f"{file.where}.data", f"{file.where}.contentType"
    charset = _find_codec(file.charset or "utf-8")
    if charset is None:
        raise refuse(stated, "charset_unknown")
    content = file.read(most)
    allowed = next((names for start, names in _MARKS if content.startswith(start)), None)
    if allowed and charset not in allowed:
        raise refuse(stated, "charset_against_mark")
    if charset in _UNORDERED and not allowed:
        raise refuse(stated, "charset_without_order")
    try:
        text = content.decode(charset).removeprefix("\ufeff")
    except UnicodeDecodeError:
        code = "charset_wrong" if file.charset else "charset_not_stated"
        raise refuse(stated, code) from None
    if not text.isascii() and charset not in _UTF_8 and _is_utf_8(content, charset, text):
        raise refuse(stated, "charset_is_utf_8")
    begin = text[:_BEGIN].lstrip().lower()
    if real := next((name for start, name in _STARTS.items() if begin.startswith(start)), None):
        raise refuse(where, "text_of_other_form", real=real)
    return Taken(text, where)


def _find_codec(charset: str) -> str | None:
    """What Python calls a charset; None if it knows none that makes texts of bytes."""
    try:
        codec = codecs.lookup(charset).name
        "a".encode(codec)
    except (LookupError, ValueError):
        return None
    return None if codec in _NO_CHARSETS else codec


def _is_utf_8(content: bytes, charset: str, text: str) -> bool:
    """Whether bytes make such sense as UTF-8 that they are hardly of another charset.

    Of a charset of single characters one that is not of ASCII says it; of one of several bytes
    it takes more, for a short text of GBK may be UTF-8 by chance. UTF-16 has zeros or breaks off.
    """
    try:
        read = content.decode()
    except UnicodeDecodeError:
        return False
    if charset.startswith(_UNORDERED):
        return "\0" not in read
    others = sum(not character.isascii() for character in read)
    return others >= (1 if len(text) == len(content) else _NO_CHANCE)
