"""How a user's table was read, written beside the model as the YAML that stands beside a table.

Copied beside the next table of the same kind it makes that one read alike. It holds counts, and
words that the manifest holds anyway: nothing that one person has alone.
"""

from typing import Any

import numpy as np
import yaml

from medmaas_training.tabular.own_columns import Column, hard_range
from medmaas_training.tabular.own_table import OwnTable
from medmaas_training.tabular.own_told import Told

RECORD = "data.yaml"
_SAID = {
    "unit", "description", "loinc", "low", "high", "keep", "record", "oldest_days", "molar_mass",
}  # fmt: skip
_HEAD = """\
# How the table was read that this model learned from. Copied beside the next table, under its name
# and with .yaml at the end, it makes that one read alike. What stands under read and left_out was
# counted in this table, and is passed by there.
"""


def record_reading(table: OwnTable) -> dict[str, bytes]:
    """The file that states how a table was read, by its name."""
    notes = table.notes
    outcome = {header: note for header, note in notes.columns.items() if header in table.outcome}
    content = {
        "data": notes.data.model_dump(exclude_none=True),
        "missing": [*notes.missing],
        "columns": {
            header: note.model_dump(exclude_defaults=True) for header, note in outcome.items()
        }
        | {column.header: _describe(column, table.told) for column in table.columns},
        "left_out": [*table.left_out],
    }
    text = yaml.safe_dump(_drop_empty(content), allow_unicode=True, sort_keys=False, width=100)
    return {RECORD: f"{_HEAD}{text}".encode()}


def _describe(column: Column, told: tuple[Told, ...]) -> dict[str, Any]:
    note, cells = column.note, column.cells
    spellings = column.spellings if column.kind == "choice" else {}
    rules = note.model_dump(include=_SAID)
    rules |= {
        "kind": "number" if column.kind == "number" else "words",
        "missing": sorted({*note.missing, *column.missing_words}),
        "bounds": note.bounds if column.kind == "number" else None,
        "thousands": (cells and cells.thousands) or note.thousands,
        "spellings": {**note.spellings, **spellings},
        "read": _count(column, told),
    }
    return _drop_empty(rules)


def _count(column: Column, told: tuple[Told, ...]) -> dict[str, Any]:
    """How many rows were read by which rule, and what is accepted."""
    missing = int(np.isnan(column.values).sum())
    counts: dict[str, Any] = {"as": column.kind, "rows": len(column.values), "missing": missing}
    if column.kind == "number":
        accepted = hard_range(column)
        counts |= {"accepted": [accepted.low, accepted.high]}
    if column.words:
        counts |= {"words": [*column.words]}
    if column.cells:
        limits = {"below": column.cells.below, "above": column.cells.above}
        counts |= {key: limit for key, limit in limits.items() if limit is not None}
    of_column = [one for one in told if one.column == column.header]
    rules = [
        {"rule": one.rule, "of": one.detail, "rows": one.count, "first": one.row}
        for one in of_column
    ]
    return counts | ({"by": [_drop_empty(rule) for rule in rules]} if rules else {})


def _drop_empty(tree: dict[str, Any]) -> dict[str, Any]:
    """Without what says nothing; tuples as YAML writes lists."""
    plain = {key: [*value] if isinstance(value, tuple) else value for key, value in tree.items()}
    return {
        k: v for k, v in plain.items() if v is not None and v is not False and v not in ([], {}, "")
    }
