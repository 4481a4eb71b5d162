"""A file as whole lines, a piece at a time, so that memory does not grow with the file.

Where a piece ends depends on the bytes from its start on and on nothing else: whoever begins at the
same place cuts the same pieces.
"""

import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.batch.storage import BLOCK, Source
from medmaas.errors import RefusedFileError

_LF = ord("\n")
_WINDOW = 250_000  # bytes that mostly hold enough rows
_BOM = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one piece holds.

    Attributes:
        rows: lines that are not empty, at most.
        bytes: after which no further line is taken.
        line: the longest line that is looked at, in bytes, its end included.
    """

    rows: int
    bytes: int
    line: int

    def narrow(self, rows: int | None) -> "Limits":
        """The same with so many rows at most; None is as many as before."""
        return self if rows is None else replace(self, rows=min(rows, self.rows))


class Stream:
    """The bytes of a file from a place on, decompressed, of which a stretch can be looked at."""

    def __init__(
        self, source: Source, *, compressed: bool, start: int = 0, end: int | None
    ) -> None:
        stop = source.size if end is None else end
        self.offset = start  # of the next byte, in what is decompressed
        self._blocks = _decompress(source) if compressed else _read(source, start, stop)
        self._ahead = bytearray()
        self._at_end = False
        if start == 0:
            self._check_encoding()

    def look(self, count: int) -> bytes:
        """The next bytes, fewer only at the end of the file; they stay."""
        while len(self._ahead) < count and not self._at_end:
            block = next(self._blocks, b"")
            self._at_end = not block
            self._ahead += block
        return bytes(self._ahead[:count])

    def skip(self, count: int) -> None:
        """Go on behind the next bytes."""
        del self._ahead[:count]
        self.offset += count

    def skip_line(self) -> None:
        """Go on behind the next line feed, however far it is."""
        while data := self.look(BLOCK):
            found = data.find(b"\n")
            self.skip(len(data) if found < 0 else found + 1)
            if found >= 0:
                return

    def _check_encoding(self) -> None:
        beginning = self.look(len(_BOM))
        if beginning.startswith(_UTF_16) or b"\0" in beginning:
            raise RefusedFileError("file_not_utf_8")
        if beginning == _BOM:
            self.skip(len(_BOM))


def find_line_ends(data: bytes) -> NDArray[np.intp]:
    """Positions of the line feeds."""
    return np.flatnonzero(np.frombuffer(data, np.uint8) == _LF)


def take_lines(stream: Stream, limits: Limits) -> bytes | None:
    """Whole lines within the limits, at least one; the file's last may lack its line feed.

    Returns:
        None if the next line alone is over the limit of a line. Nothing at the end of the file.
    """
    most = limits.bytes + limits.line
    window = min(_WINDOW, most)
    while True:
        data = stream.look(window)
        ends = find_line_ends(data)
        at_end = len(data) < window
        if at_end and data and not data.endswith(b"\n"):
            ends = np.append(ends, len(data) - 1)
        lengths = np.diff(ends, prepend=-1)
        full = np.flatnonzero(np.cumsum(lengths > 1) >= limits.rows)
        if len(full) or at_end or window == most:
            break
        window = min(4 * window, most)
    count = min(
        int(full[0]) + 1 if len(full) else len(ends),
        int(np.searchsorted(ends, limits.bytes - 1)) + 1,
        len(ends),
    )
    long = np.flatnonzero(lengths[:count] > limits.line)
    if len(long):
        count = int(long[0])
    if not count:
        return None if data else b""
    return data[: int(ends[count - 1]) + 1]


def _read(source: Source, start: int, end: int) -> Iterator[bytes]:
    while start < end:
        block = source.read(start, min(start + BLOCK, end))
        if not block:
            return
        yield block
        start += len(block)


class _Raw(io.RawIOBase):
    """A source as Python's own libraries read files."""

    def __init__(self, source: Source) -> None:
        self._blocks = _read(source, 0, source.size)
        self._ahead = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any writable buffer
        if not self._ahead:
            self._ahead = next(self._blocks, b"")
        count = min(len(buffer), len(self._ahead))
        buffer[:count] = self._ahead[:count]
        self._ahead = self._ahead[count:]
        return count


def _decompress(source: Source) -> Iterator[bytes]:
    try:
        with gzip.GzipFile(fileobj=io.BufferedReader(_Raw(source), BLOCK)) as file:
            while block := file.read(BLOCK):
                yield block
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise RefusedFileError("not_gzip") from None
