"""The cells of a user's file as text, by the reader that answers files, so that both read alike."""

from collections.abc import Collection
from pathlib import Path

import numpy as np
import pandas as pd
from rich.console import Console

from medmaas.errors import RefusedFileError
from medmaas.model.names import compose
from medmaas.table.header import Header
from medmaas.table.source import Held
from medmaas.table.whole import read_whole
from medmaas.words import ENGLISH
from medmaas_training.errors import TrainingError


def read_file(path: Path, wanted: Collection[str]) -> tuple[list[str], pd.DataFrame]:
    """The header and the cells of a table of text or a spreadsheet, [n, columns].

    Args:
        path: of the file.
        wanted: columns by which the right sheet is known, where there are several.

    Returns:
        The names of all columns, empty for one without a name, and a text per cell without blanks
        around it, NaN for an empty one, all in normal form C; columns are called by their
        positions.

    Raises:
        TrainingError: it cannot be read as a table; says why.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise TrainingError("--data: the file cannot be read") from error

    def fits(header: Header) -> bool:
        return {*wanted} <= {*map(compose, header.cells)}

    try:
        table = read_whole(Held(content), fits)
    except RefusedFileError as error:
        raise TrainingError(f"--data: {ENGLISH.say(error.fact)}") from error
    for note in table.notes:
        told = f"Note: {ENGLISH.say(note)}."
        Console(stderr=True).print(told, style="yellow", markup=False, highlight=False)
    cells = {i: [compose(c.strip()) for c in column] for i, column in enumerate(table.columns)}
    names = [compose(name) for name in table.header]
    return names, pd.DataFrame(cells, dtype=object).replace("", np.nan)
