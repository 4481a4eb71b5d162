"""What the operations of every protocol are written with."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from medmaas.model.schema import FACT, TEXT, Schema, describe_list, describe_object

JSON = "application/json"
TOKEN, CDS_CLIENT = "bearer", "cds_client"
Operation = dict[str, Any]
Paths = dict[str, dict[str, Operation]]

REFUSALS = {
    400: "The body is not JSON, or breaks a rule of the protocol.",
    401: "No token, or one that is not valid.",
    403: "A token of an issuer that is not configured.",
    404: "No such model, version or page.",
    412: "A resource that must be prefetched is missing.",
    413: "Over 5 MB, as it is sent or unpacked, or over 1,000 instances; or an answer over 6 MB.",
    415: "Another content type or content encoding, or another version of FHIR.",
    422: "Problems in what was sent: each one is named, and no value is repeated.",
    500: "The service failed.",
    503: "The model failed a check and does not answer.",
}
_NULLABLE = {"type": ["string", "null"]}
_PROBLEM: dict[str, Schema] = {
    "instance": {"type": ["integer", "null"], "description": "Position, from 0."},
    "field": _NULLABLE,
    "problem": TEXT,
    **FACT,
}
ERROR = describe_object(
    "ErrorResponse",
    {
        "error": TEXT | {"description": "One sentence."},
        **FACT,
        "details": describe_list(describe_object("Problem", _PROBLEM)),
    },
)


def write_operation(
    name: str, tag: str, summary: str, responses: Mapping[str, Any], **rest: object
) -> Operation:
    """One operation, its responses in order."""
    return {
        "tags": [tag],
        "summary": summary,
        "operationId": name,
        "responses": dict(sorted(responses.items())),
        **rest,
    }


def write_content(
    description: str, schema: Schema, example: object = None, media: Sequence[str] = (JSON,)
) -> dict[str, Any]:
    """A body, of a request or an answer, in each of these media types."""
    content: dict[str, Any] = {"schema": schema}
    if example is not None:
        content["example"] = example
    return {"description": description, "content": dict.fromkeys(media, content)}


def write_refusals(
    statuses: Iterable[int], schema: Schema = ERROR, media: str = JSON
) -> dict[str, dict[str, Any]]:
    """Answers that are errors, in this form."""
    return {str(s): write_content(REFUSALS[s], schema, media=(media,)) for s in statuses}


def write_parameter(
    name: str, values: Sequence[str] = (), where: str = "path", **schema: object
) -> dict[str, Any]:
    """A parameter that is text, one of these values if there are any."""
    described: Schema = TEXT | ({"enum": [*values]} if values else {}) | schema
    return {"name": name, "in": where, "required": where == "path", "schema": described}


def write_object(
    title: str, properties: Mapping[str, Schema], required: Sequence[str] = (), **rules: object
) -> Schema:
    """The schema of an object that may hold more, and of which these properties must be there."""
    schema = describe_object(title, {name: properties[name] for name in required}, properties)
    return schema | {"additionalProperties": True} | rules
