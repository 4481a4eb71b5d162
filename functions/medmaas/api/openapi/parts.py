"""What the operations of every protocol are written with."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

JSON = "application/json"
Schema = dict[str, Any]
Operation = dict[str, Any]
Paths = dict[str, dict[str, Operation]]

TEXT: Schema = {"type": "string"}
BOOLEAN: Schema = {"type": "boolean"}
NUMBER: Schema = {"type": "number"}
INTEGER: Schema = {"type": "integer"}

REFUSALS = {
    400: "The body is not JSON, or breaks a rule of the protocol.",
    401: "No token, or none that holds.",
    403: "A token of an issuer that is not configured.",
    404: "No such model, version or page.",
    412: "What must be prefetched is not there.",
    413: "Over 5 MB or 1,000 instances.",
    415: "Another content type, or another version of FHIR.",
    422: "Problems in what was sent: every one is named, none of the values.",
    500: "The service failed.",
    503: "The model failed a check and does not answer.",
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
    statuses: Iterable[int], name: str = "Error", media: str = JSON
) -> dict[str, dict[str, Any]]:
    """Answers that are errors, in the form of that component."""
    schema = {"$ref": f"#/components/schemas/{name}"}
    return {str(s): write_content(REFUSALS[s], schema, media=(media,)) for s in sorted(statuses)}


def write_parameter(
    name: str, values: Sequence[str] = (), where: str = "path", **schema: object
) -> dict[str, Any]:
    """A parameter that is text, one of these values if there are any."""
    described: Schema = {"type": "string"} | ({"enum": [*values]} if values else {}) | schema
    return {"name": name, "in": where, "required": where == "path", "schema": described}


def write_object(
    properties: Mapping[str, Schema], required: Sequence[str] = (), **rules: object
) -> Schema:
    """The schema of an object."""
    schema: Schema = {"type": "object", "properties": dict(properties)}
    return schema | ({"required": [*required]} if required else {}) | rules


def write_list(items: Schema, **rules: object) -> Schema:
    """The schema of an array."""
    return {"type": "array", "items": items, **rules}
