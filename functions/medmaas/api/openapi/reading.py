"""Reading what a person typed, or what is drawn of an instance: of any model."""

from medmaas.api.openapi.parts import Operation, write_content, write_operation, write_refusals
from medmaas.model.inputs.typed import MOST_CHARACTERS
from medmaas.model.schema import (
    FACT,
    NUMBER,
    TEXT,
    Schema,
    describe_any,
    describe_list,
    describe_mapping,
    describe_object,
)

_STATUSES = (400, 404, 413, 415, 422, 500, 503)
_SUMMARY = (
    "Any model: what numbers are that a person typed, with a unit, a comparator or a flag; or what "
    "is drawn of an instance that holds a file of an ECG"
)


def describe_reading(name: str) -> Operation:
    """The operation, without the parameters of its path."""
    text = TEXT | {"minLength": 1, "maxLength": MOST_CHARACTERS}
    texts = describe_mapping("TypedValues", None, text)
    request = describe_any(
        describe_object("ReadRequest", {"values": texts}) | {"additionalProperties": False},
        describe_object("ShowRequest", {"instance": {"type": "object"}})
        | {"additionalProperties": False},
    )
    values = describe_mapping("ReadValues", None, _describe_value())
    told = describe_object("ReadAnswer", {"values": values})
    answer = write_content("By field, or what is drawn.", describe_any(told, _describe_shown()))
    example = {"values": {"creatinine": "118 \u00b5mol/L H"}}
    return write_operation(
        name,
        "predict",
        _SUMMARY,
        {"200": answer} | write_refusals(_STATUSES),
        requestBody={
            "required": True,
            **write_content("Texts by field, or an instance.", request, example),
        },
        parameters=[],
    )


def _describe_value() -> Schema:
    said: Schema = {"type": ["string", "null"]}
    told = {
        "number": {"type": ["number", "null"], "description": "Null if it cannot be told."},
        "unit": said | {"description": "UCUM code of the unit behind it."},
        "comparator": said | {"description": "<, <=, > or >=, if only a limit is known."},
        "choices": describe_list(NUMBER, description="What it may be, if it may be two numbers."),
        "note": said | {"description": "What becomes of it, where that is not plain."},
        "problem": said | {"description": "Why it cannot be used."},
    }
    return describe_object("ReadValue", told, FACT)


def _describe_shown() -> Schema:
    """What is drawn differs by kind: see docs/api.md."""
    said = {"field": {"type": ["string", "null"]}, "problem": TEXT}
    warning = describe_object("ShownWarning", said | FACT)
    return describe_object(
        "ShownAnswer",
        {
            "shown": {"type": "object", "title": "Shown", "additionalProperties": True},
            "warnings": describe_list(warning),
            "held": describe_list(TEXT, description="Why an answer would be held back."),
        },
    )
