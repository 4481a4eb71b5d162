"""Where a validation set comes from: a table alone, or one in a folder or zip with its files."""

import zipfile
from io import BytesIO
from pathlib import Path, PurePosixPath

from medmaas.errors import RefusedFileError
from medmaas.table.formats import NAME, Format, find_format, is_zip
from medmaas.table.source import Held
from medmaas.words import ENGLISH
from medmaas_training.errors import TrainingError

_SHEET = "xl/workbook.xml"


class FolderSource(Held):
    """A table, and the files below its folder."""

    def __init__(self, content: bytes, folder: Path) -> None:
        super().__init__(content)
        self._folder = folder.resolve()

    def read_neighbour(self, key: str, at_most: int) -> bytes | None:
        """A file below the folder; None if there is none."""
        try:
            path = (self._folder / key).resolve()
            if not path.is_relative_to(self._folder) or not path.is_file():
                return None
            with path.open("rb") as file:
                return file.read(at_most + 1)
        except (OSError, RuntimeError, ValueError):  # too long, a circle of links, not to be read
            return None


class ZipSource(Held):
    """A table of an archive, and the other files of it beside or below the table."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        super().__init__(archive.read(name))
        self._archive, self._folder = archive, PurePosixPath(name).parent
        self._names = {*archive.namelist()}

    def read_neighbour(self, key: str, at_most: int) -> bytes | None:
        """A file of the archive; None if there is none."""
        name = (self._folder / key).as_posix()
        if name not in self._names:
            return None
        with self._archive.open(name) as file:
            return file.read(at_most + 1)


def open_data(path: Path) -> tuple[Held, Format]:
    """The table of a validation set and how it is written, by its name.

    Raises:
        TrainingError: it cannot be read, or there is not one table alone.
    """
    try:
        if path.is_dir():
            name = _find_table([child.name for child in path.iterdir() if child.is_file()])
            return FolderSource((path / name).read_bytes(), path), find_format(name)
        content = path.read_bytes()
        if is_zip(content[:4]):
            archive = zipfile.ZipFile(BytesIO(content))
            if _SHEET not in archive.namelist():
                name = _find_table(archive.namelist())
                return ZipSource(archive, name), find_format(name)
        return FolderSource(content, path.parent), find_format(path.name)
    except RefusedFileError as error:
        raise TrainingError(f"--data: {ENGLISH.say(error.fact)}") from error
    except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise TrainingError("--data: the file cannot be read") from error


def _find_table(names: list[str]) -> str:
    tables = [
        name
        for name in names
        if NAME.fullmatch(PurePosixPath(name).name)
        and not PurePosixPath(name).name.startswith((".", "~$"))
        and not name.startswith("__MACOSX/")
    ]
    if len(tables) > 1:  # recordings are tables too, below the one that names them
        depth = min(len(PurePosixPath(name).parts) for name in tables)
        tables = [name for name in tables if len(PurePosixPath(name).parts) == depth]
    if len(tables) != 1:
        raise TrainingError(
            f"--data: {len(tables)} tables are in it: one .csv, .tsv, .xlsx or .jsonl says which "
            "file is of which outcome; keep other tables in a folder below"
        )
    return tables[0]
