"""Predicting of columns: a table of values in, the columns of its answers out."""

from collections.abc import Iterable

from medmaas.api.openapi.catalogue import IDENTITY
from medmaas.model.body import MAX_INSTANCES
from medmaas.model.columns import Columns
from medmaas.model.registry import Model
from medmaas.model.schema import (
    FACT,
    TEXT,
    Schema,
    describe_any,
    describe_list,
    describe_nullable,
    describe_object,
)

_LONG = {"minItems": 1, "maxItems": MAX_INSTANCES}
_VALUE = {"type": ["number", "string", "boolean", "null"]}
_CELL = describe_any({"type": ["number", "string", "null"]}, describe_list(TEXT))
_ANY_COLUMN = describe_list(_CELL) | {"description": "null where the answer is withheld."}


def describe_table(instance: Schema, options: dict[str, Schema]) -> Schema:
    """A body of columns, whose rows are instances of this schema."""
    columns = {name: describe_list(of, **_LONG) for name, of in instance["properties"].items()}
    absent = {
        "description": "All of the same length. What may be missing may be left out, or null."
    }
    table = instance | {"title": "Columns", "properties": columns} | absent
    if instance["additionalProperties"]:  # of any model
        table["additionalProperties"] = describe_list(_VALUE, **_LONG)
    without = {name: option for name, option in options.items() if not name.startswith("explain")}
    request = describe_object("ColumnsRequest", {"columns": table}, without)
    return request | {"additionalProperties": False}


def describe_answers(status: Schema, model: Model | None) -> Schema:
    """The answer to a body of columns.

    Args:
        status: schema of one row's status.
        model: which answers; None for any.
    """
    reason = describe_nullable(describe_object("Fact", FACT))
    field = {"field": {"type": ["string", "null"]}}
    warning = describe_object("ColumnsWarning", field | FACT)
    columns = {
        "status": describe_list(status),
        "reason": describe_list(reason),
        **(dict(_describe_columns(_list_columns(model))) if model else {}),
        "warnings": describe_list(describe_list(warning)),
    }
    table = describe_object("AnswerColumns", columns)
    if model is None:
        table["additionalProperties"] = _ANY_COLUMN
    properties = {"request_id": TEXT, "model": IDENTITY, "columns": table}
    return describe_object("ColumnsAnswer", properties)


def _list_columns(model: Model) -> list[Columns]:
    judge = model.uncertainty
    return [model.output.columns, *([judge.columns] if judge else [])]


def _describe_columns(tables: Iterable[Columns]) -> Iterable[tuple[str, Schema]]:
    for columns in tables:
        for name in columns.texts:
            kind = "integer" if name in columns.whole else "number"
            numbers = {"items": {"type": [kind, "null"]}}
            yield name, _ANY_COLUMN | numbers if name in columns.numeric else _ANY_COLUMN
        for name in columns.numbers:
            yield name, _ANY_COLUMN | {"items": {"type": ["number", "null"]}}
