"""The cells of a user's file as text, by the reader that answers files, so that both read alike."""

from collections.abc import Collection
from pathlib import Path

from medmaas.errors import RefusedFileError
from medmaas.model.names import compose
from medmaas.table.header import Header
from medmaas.table.source import Held
from medmaas.table.whole import read_whole
from medmaas.words import ENGLISH
from medmaas_training.errors import TrainingError


def read_texts(
    path: Path, wanted: Collection[str], option: str = "--data"
) -> tuple[list[str], list[list[str]], tuple[str, ...]]:
    """The header and the columns of a table of text or a spreadsheet.

    Args:
        path: of the file.
        wanted: columns by which the right sheet is known, where there are several.
        option: what named it, for a refusal.

    Returns:
        The names of all columns, empty for one without a name; of each a text per cell [n] without
        blanks around it, in normal form C; and what must be told of how it was read.

    Raises:
        TrainingError: it cannot be read as a table; says why.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise TrainingError(f"{option}: the file cannot be read") from error

    def fits(header: Header) -> bool:
        return {*wanted} <= {*map(compose, header.cells)}

    try:
        table = read_whole(Held(content), fits)
    except RefusedFileError as error:
        raise TrainingError(f"{option}: {ENGLISH.say(error.fact)}") from error
    told = tuple(ENGLISH.say(note) for note in table.notes)
    columns = [[compose(cell.strip()) for cell in column] for column in table.columns]
    return [*map(compose, table.header)], columns, told
