"""In which characters a file is written: UTF-8, by its mark another, or as it is named.

All is read as UTF-8: other encodings are rewritten while they are read. What cannot be read is made
what UTF-8 does not allow, so that it costs its own row and no other.
"""

import codecs
from collections.abc import Iterator

from medmaas.errors import RefusedFileError

UTF_8 = "utf-8"
# the longest first, because the mark of UTF-32 begins with that of UTF-16
_MARKS = (
    (b"\xef\xbb\xbf", UTF_8),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
# what spreadsheets and hospital systems write; Python's other codecs are no encodings of files
ENCODINGS = (
    UTF_8, "utf-16", "utf-16-le", "utf-16-be",
    *(f"windows-{number}" for number in range(1250, 1259)),
    *(f"iso-8859-{number}" for number in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16)),
    "gb18030", "gbk", "gb2312", "big5", "shift_jis", "euc-jp", "euc-kr", "koi8-r", "koi8-u",
    "macroman", "cp437", "cp850", "cp852", "cp866", "cp874", "cp932", "cp949", "cp950",
)  # fmt: skip
_NAMES = {codecs.lookup(name).name: name for name in ENCODINGS}
_NAMES |= {"utf-8-sig": UTF_8, "ascii": UTF_8}
_UNREADABLE = "medmaas.unreadable"


def find_encoding(name: str) -> str | None:
    """One of `ENCODINGS` by any of its usual names; None if it is none of them."""
    try:
        return _NAMES.get(codecs.lookup(name.strip()).name)
    except (LookupError, ValueError):  # of a NUL
        return None


def settle_encoding(head: bytes, named: str | None) -> tuple[str, int]:
    """The encoding of a file, and how many bytes its mark takes.

    Args:
        head: the first bytes of the file.
        named: who sent it says so; one of `ENCODINGS`.

    Raises:
        RefusedFileError: the mark contradicts what was named, or it is no UTF-8 and nothing is.
    """
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            if named and not encoding.startswith(named):
                raise RefusedFileError("mark_contradicts_encoding")
            return encoding, len(mark)
    if named == "utf-16":
        raise RefusedFileError("utf_16_without_mark")
    if named is None and _looks_like_utf_16(head[:4]):
        raise RefusedFileError("utf_16_without_mark")
    return named or UTF_8, 0


def rewrite(blocks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """Blocks in UTF-8; what is not of the encoding becomes what is not UTF-8."""
    decoder = codecs.getincrementaldecoder(encoding)(_UNREADABLE)
    for block in blocks:
        yield decoder.decode(block).encode(errors="surrogatepass")
    yield decoder.decode(b"", final=True).encode(errors="surrogatepass")


def _looks_like_utf_16(head: bytes) -> bool:
    """Whether every other of four bytes is NUL, as in Latin text in UTF-16."""
    zeros = [byte == 0 for byte in head]
    return zeros in ([False, True, False, True], [True, False, True, False])


def _keep_unreadable(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)  # noqa: S101 - registered for decoders alone
    return "\ud800", error.end


codecs.register_error(_UNREADABLE, _keep_unreadable)
