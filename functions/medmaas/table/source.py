"""Where the bytes of a file come from."""

from typing import Protocol

BLOCK = 8_000_000  # bytes read at once


class Source(Protocol):
    """One file, of which one certain content is read."""

    size: int

    def read(self, start: int, end: int) -> bytes:
        """The bytes from start up to end, or to the end of the file."""

    def read_neighbour(self, key: str, at_most: int) -> bytes | None:
        """Another file beside this one, by the name that a row gives; None if there is none."""


class Held:
    """A file that is held in memory, with none beside it."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.size = len(content)

    def read(self, start: int, end: int) -> bytes:
        """The bytes from start up to end, or to the end of the file."""
        return self._content[start:end]

    def read_neighbour(self, _key: str, _at_most: int) -> bytes | None:
        """None: a request brings no other files."""
        return None
