"""Which columns of a table are those of a graph, and in which order."""

from collections.abc import Sequence
from dataclasses import dataclass

from medmaas.model.names import fold_name
from medmaas_training.drafting.table import Table
from medmaas_training.errors import TrainingError
from medmaas_training.tabular.own_columns import Column

_LISTED = 40


@dataclass(frozen=True)
class Matched:
    """The columns of a table that a graph takes, in its order.

    Attributes:
        columns: as many as it takes.
        named: whether the graph says their names, so that the order is known.
        left_out: the others, a clause each.
    """

    columns: tuple[Column, ...]
    named: bool
    left_out: tuple[str, ...]


def match_columns(table: Table, width: int, names: Sequence[str]) -> Matched:
    """The columns that a graph of so many takes.

    By the names that the graph states, if it does; else all that the table has, or all but those
    that are identifiers, dates or free text, where that is the number. A draft never picks some.

    Raises:
        TrainingError: the table cannot be of these columns; lists what it has.
    """
    if len(names) == width:
        return _match_names(table, names)
    everything = [one.column for one in table.candidates]
    if width in {-1, len(everything)}:
        return Matched(tuple(everything), named=False, left_out=())
    fitting = [one.column for one in table.candidates if not one.fault]
    if len(fitting) == width:
        left_out = [f"{c.column.header}: {c.fault}" for c in table.candidates if c.fault]
        return Matched(tuple(fitting), named=False, left_out=tuple(left_out))
    raise TrainingError(_tell_count(table, width, len(everything), len(fitting)))


def _match_names(table: Table, names: Sequence[str]) -> Matched:
    called = {
        fold_name(name): one.column
        for one in table.candidates
        for name in (one.column.name, one.column.header)
    }
    absent = [name for name in names if fold_name(name) not in called]
    if absent:
        raise TrainingError(
            f"--data: there is no column {_list(absent)}, which the graph names; there are "
            f"{_list([one.column.header for one in table.candidates])}: rename the columns"
        )
    columns = tuple(called[fold_name(name)] for name in names)
    taken = {column.header for column in columns}
    left_out = [
        f"{one.column.header}: the graph names no such column"
        for one in table.candidates
        if one.column.header not in taken
    ]
    return Matched(columns, named=True, left_out=tuple(left_out))


def _tell_count(table: Table, width: int, count: int, fitting: int) -> str:
    has = f"{count}, and {fitting} without those that look like identifiers, dates or free text"
    if count == fitting:
        has = str(count)
    way = (
        "remove those that the model does not take from the file, or name the outcome's by "
        "--target, or --time and --event, and the person's by --group"
        if min(count, fitting) > width
        else "if the model codes choices or computes columns outside the graph, put that into the "
        "graph; else add what is missing to the file"
    )
    headers = _list([one.column.header for one in table.candidates])
    return (
        f"--data: the graph takes {width} columns, the table has {has}, beside those that options "
        f"name: {headers}: {way}"
    )


def _list(headers: Sequence[str]) -> str:
    more = f" and {len(headers) - _LISTED} more" if len(headers) > _LISTED else ""
    return ", ".join(headers[:_LISTED]) + more
