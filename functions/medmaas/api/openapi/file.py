"""Small files of rows: a table in, an answer or problems for every row out."""

from medmaas.api.file import MEDIA_TYPES
from medmaas.api.openapi.catalogue import IDENTITY
from medmaas.api.openapi.parts import (
    Operation,
    write_content,
    write_operation,
    write_parameter,
    write_refusals,
)
from medmaas.model.schema import FACT, INTEGER, TEXT, Schema, describe_list, describe_object
from medmaas.table.answering import MOST_BYTES, MOST_ROWS
from medmaas.table.encodings import ENCODINGS

_STATUSES = (404, 413, 415, 422, 500, 503)
_BINARY = "application/octet-stream"
_NULLABLE = {"type": ["string", "null"]}


def describe_file(name: str, prediction: Schema, coverage: Schema) -> Operation:
    """The operation of a model's small files.

    Args:
        name: of the operation.
        prediction: schema of one prediction.
        coverage: schema of the coverage that may be asked for.
    """
    asked = write_content(
        "The file as it is, of one of the content types " + ", ".join(MEDIA_TYPES) + ". What it "
        "is, is read from its bytes.",
        {"type": "string", "format": "binary"},
        media=(_BINARY,),
    )
    told = write_content("Every row, answered or not.", _describe_answer(prediction))
    told["content"]["text/csv"] = {
        "schema": TEXT | {"description": "The rows that were answered; where JSON is not accepted."}
    }
    missing = write_parameter("missing", where="query") | {
        "description": "A word that stands for a value that is missing; may be repeated.",
        "schema": describe_list(TEXT),
    }
    encoding = write_parameter("encoding", ENCODINGS, where="query") | {
        "description": "Of a table of text, if it is not UTF-8 and has no mark."
    }
    force = {"name": "force", "in": "query", "required": False, "schema": {"type": "boolean"}}
    covered = {"name": "coverage", "in": "query", "required": False, "schema": coverage}
    return write_operation(
        name,
        "predict",
        "A small file: every row is answered or told what is wrong with it",
        {"200": told} | write_refusals(_STATUSES),
        description=f"At most {MOST_BYTES // 10**6} MB and {MOST_ROWS:,} rows. Nothing is kept.",
        parameters=[missing, encoding, covered, force],
        requestBody={"required": True, **asked},
    )


def _describe_answer(prediction: Schema) -> Schema:
    problem = describe_object("RowProblem", {"field": _NULLABLE, "problem": TEXT, **FACT})
    row = describe_object(
        "FileRow",
        {
            "row": INTEGER | {"description": "From 1, without the header and without empty rows."},
            "id": {"type": ["string", "null"]},
        },
        {"prediction": prediction, "problems": describe_list(problem)},
    )
    note = describe_object("Note", {"note": TEXT, **FACT})
    return describe_object(
        "FileAnswer",
        {
            "request_id": TEXT,
            "model": IDENTITY,
            "notes": describe_list(note, description="How the file was read."),
            "answered": INTEGER,
            "rejected": INTEGER,
            "rows": describe_list(row),
        },
    )
