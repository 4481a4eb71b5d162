"""Files and folders of this machine, in the terms of storage.py."""

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from medmaas.batch.wfdb_record import SUFFIX, read_record
from medmaas.errors import InvalidRequestError
from medmaas.model.inputs.reading import InvalidValueError

_OWNER = 0o600  # nobody else reads what is about patients


class LocalFile:
    """A file; its etag is made of its time and length, as web servers do.

    Raises:
        InvalidRequestError: it cannot be read.
    """

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        try:
            with self._path.open("rb"):
                status = self._path.stat()
        except OSError as error:
            raise InvalidRequestError("no_such_file", cause=error.strerror) from error
        self._folder = self._path.resolve().parent
        self.etag = f"{status.st_mtime_ns:x}-{status.st_size:x}"
        self.size = status.st_size
        self.metadata: dict[str, str] = {}

    def read(self, start: int, end: int) -> bytes:
        """The bytes from start up to end, or to the end of the file."""
        with self._path.open("rb") as file:
            file.seek(start)
            return file.read(min(end, self.size) - start)

    def read_neighbour(self, key: str, at_most: int) -> bytes | None:
        """A file below this one's folder; None if there is none. Of a WFDB header, its record.

        Raises:
            InvalidValueError: the record of a header cannot be read.
        """
        try:
            path = (self._folder / key).resolve()
            if not path.is_relative_to(self._folder) or not path.is_file():
                return None
            if path.suffix == SUFFIX:
                return read_record(path, at_most)
            with path.open("rb") as file:
                return file.read(at_most + 1)
        except InvalidValueError:
            raise
        except (OSError, RuntimeError, ValueError):  # too long, a circle of links, not to be read
            return None


class LocalFolder:
    """A folder, made if it is not there.

    Raises:
        InvalidRequestError: it cannot be made.
    """

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self.url = f"{path.rstrip('/')}/"
        try:
            self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise InvalidRequestError("folder_not_made", cause=error.strerror) from error

    def read(self, name: str) -> bytes | None:
        """A whole small file; None if there is none."""
        path = self._path / name
        return path.read_bytes() if path.exists() else None

    def write(self, name: str, data: bytes) -> None:
        """A whole small file, at once."""
        writer = self.open(name)
        writer.write(data)
        writer.close()

    def delete(self, name: str) -> None:
        """Remove a file, if it is there."""
        (self._path / name).unlink(missing_ok=True)

    def open(self, name: str, suspended: dict[str, Any] | None = None) -> "_PartialFile":
        """Begin a file."""
        assert suspended is None, "nothing stops before its end on this machine"  # noqa: S101
        return _PartialFile(self._path / name)


class _PartialFile:
    """A file that only its owner reads, and that has no name until it is whole.

    Where the system has such files, a process that is killed leaves nothing behind; elsewhere the
    file has another name until it is whole.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._partial = path.with_name(f".{path.name}.{os.getpid()}")
        self._partial.unlink(missing_ok=True)
        self._named = False
        self._file = os.fdopen(self._open(), "wb")
        self._sha256 = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> None:
        """Add a chunk's bytes."""
        self._file.write(data)
        self._sha256.update(data)
        self.size += len(data)

    def close(self) -> str:
        """Make the file appear, whole; gives its sha256."""
        self._file.flush()
        if not self._named:
            number = self._file.fileno()  # given twice: without src_dir_fd, links are not followed
            os.link(f"/proc/self/fd/{number}", self._partial, src_dir_fd=number)
        self._file.close()
        self._partial.replace(self._path)
        return self._sha256.hexdigest()

    def abort(self) -> None:
        """Leave nothing behind."""
        self._file.close()
        self._partial.unlink(missing_ok=True)

    def suspend(self) -> NoReturn:
        """Nothing stops before its end on this machine."""
        raise NotImplementedError

    def _open(self) -> int:
        nameless = getattr(os, "O_TMPFILE", 0)  # Linux has it, most of its file systems too
        if nameless and Path("/proc/self/fd").exists():
            with suppress(OSError):
                return os.open(self._path.parent, nameless | os.O_WRONLY, _OWNER)
        self._named = True
        return os.open(self._partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _OWNER)
