"""Reading what a person typed: of any model, whose own fields are those of predicting."""

from medmaas.api.openapi.parts import Operation, write_content, write_operation, write_refusals
from medmaas.model.inputs.typed import MOST_CHARACTERS
from medmaas.model.schema import (
    FACT,
    NUMBER,
    TEXT,
    Schema,
    describe_list,
    describe_mapping,
    describe_object,
)

_STATUSES = (400, 404, 413, 415, 422, 500, 503)
_SUMMARY = "Any model: what numbers are that a person typed, with a unit, a comparator or a flag"


def describe_reading(name: str) -> Operation:
    """The operation, without the parameters of its path."""
    text = TEXT | {"minLength": 1, "maxLength": MOST_CHARACTERS}
    texts = describe_mapping("TypedValues", None, text)
    request = describe_object("ReadRequest", {"values": texts}) | {"additionalProperties": False}
    values = describe_mapping("ReadValues", None, _describe_value())
    answer = write_content("By field.", describe_object("ReadAnswer", {"values": values}))
    example = {"values": {"creatinine": "118 \u00b5mol/L H"}}
    return write_operation(
        name,
        "predict",
        _SUMMARY,
        {"200": answer} | write_refusals(_STATUSES),
        requestBody={"required": True, **write_content("Texts by field.", request, example)},
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
