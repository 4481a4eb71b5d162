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

from medmaas.errors import RefusedFileError
from medmaas.table.encodings import UTF_8, rewrite
from medmaas.table.source import BLOCK, Source

_LF = ord("\n")
_WINDOW = 250_000  # bytes that mostly hold enough rows


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
    """Bytes from a place on, of which a stretch can be looked at.

    Args:
        blocks: the bytes.
        offset: of the first of them, in what is decompressed and rewritten.
    """

    def __init__(self, blocks: Iterator[bytes], offset: int = 0) -> None:
        self.offset = offset  # of the next byte
        self._blocks = blocks
        self._ahead = bytearray()
        self._at_end = False

    def go_on(self, encoding: str = UTF_8, *, old_line_ends: bool = False) -> "Stream":
        """The same bytes, from here on, in UTF-8 and with line feeds.

        Args:
            encoding: of the bytes.
            old_line_ends: whether lines end in carriage returns.
        """
        blocks = self._give()
        if encoding != UTF_8:
            blocks = rewrite(blocks, encoding)
        if old_line_ends:
            blocks = (block.replace(b"\r", b"\n") for block in blocks)
        return Stream(blocks, self.offset if encoding == UTF_8 else 0)

    def _give(self) -> Iterator[bytes]:
        yield bytes(self._ahead)
        yield from self._blocks

    def look(self, count: int) -> bytes:
        """The next bytes, fewer only at the end of the file; they stay."""
        while len(self._ahead) < count and not self._at_end:
            block = next(self._blocks, None)
            self._at_end = block is None
            self._ahead += block or b""
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


def open_stream(
    source: Source, *, compressed: bool = False, start: int = 0, end: int | None = None
) -> Stream:
    """The bytes of a file from a place on, decompressed."""
    stop = source.size if end is None else end
    return Stream(_decompress(source) if compressed else _read(source, start, stop), start)


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
