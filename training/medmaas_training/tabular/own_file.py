"""The cells of a user's files, side by side or one below the other."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from medmaas.errors import RefusedFileError
from medmaas.model.inputs.reading import InputColumn
from medmaas.table.header import Header, match_columns
from medmaas.table.rows import ID
from medmaas.words import ENGLISH
from medmaas_training.errors import TrainingError
from medmaas_training.tabular.own_cell_texts import read_texts


def read_file(
    path: Path, wanted: Collection[str], option: str = "--data"
) -> tuple[list[str], pd.DataFrame, tuple[str, ...]]:
    """As `read_texts`: the cells [n, columns] are NaN where empty, columns are positions."""
    names, columns, told = read_texts(path, wanted, option)
    cells = dict(enumerate(columns))
    return names, pd.DataFrame(cells, dtype=object).replace("", np.nan), told


def append_file(
    table: pd.DataFrame,
    path: Path | None,
    units: Mapping[str, str | None],
    needed: Sequence[str],
) -> tuple[pd.DataFrame, set[str], tuple[str, ...]]:
    """A table [n, columns] with the rows of the file of --test below its own.

    Its columns are known as those of any file that a model answers: by their names, whatever their
    case, blanks and unit in brackets.

    Args:
        table: of --data, columns called by their headers.
        path: of the other file; without one there is nothing to do.
        units: of the columns, by UCUM code, where it is known.
        needed: columns that it must have.

    Returns:
        The longer table, which of its columns the file lacks, and what is to be told.

    Raises:
        TrainingError: it cannot be read, or lacks a column that is needed.
    """
    if path is None:
        return table, set(), ()
    names, cells, read = read_file(path, needed, "--test")
    columns = [
        InputColumn(header, "text", required=False, unit=units[header], header=header)
        for header in table
    ]
    try:
        matched = match_columns(Header(tuple(names)), columns, id_required=False).names
    except RefusedFileError as error:
        raise TrainingError(f"--test: {ENGLISH.say(error.fact)}") from error
    found = {_undo_id(name, table): i for i, name in enumerate(matched) if name}
    if lacking := [header for header in needed if header not in found]:
        raise TrainingError(f"--test: there is no column {', '.join(lacking)}")
    more = pd.DataFrame({header: cells[i] for header, i in found.items() if header in table})
    extra = [name for i, name in enumerate(names) if name and i not in found.values()]
    unused = f"columns of --test that --data has not are not used: {', '.join(extra)}"
    longer = pd.concat([table, more.reindex(columns=table.columns)], ignore_index=True)
    told = [*(f"of --test: {clause}" for clause in read), *([unused] if extra else [])]
    return longer, {*table} - {*found}, tuple(told)


def _undo_id(name: str, table: pd.DataFrame) -> str:
    """The header that a file's column of ids has in the table, which may write it otherwise."""
    if name != ID:
        return name
    return next((header for header in table if header.strip().lower() == ID), ID)
