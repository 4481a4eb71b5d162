"""The words of JSON Schema that kinds of input, output, interval and explanation speak of.

Names that are None describe any model of a kind. An object's title is what programs may call it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
INTEGER: Schema = {"type": "integer"}
BOOLEAN: Schema = {"type": "boolean"}
PROBABILITY: Schema = {"type": "number", "minimum": 0, "maximum": 1}

LIMITS: Schema = {
    "type": "object",
    "title": "Limits",
    "description": "What the sentence of the code needs, by name: limits, names, other facts.",
    "additionalProperties": True,
}
FACT: dict[str, Schema] = {
    "code": {"type": "string", "description": "Names the sentence, in every language."},
    "limits": LIMITS,
}


def describe_object(
    title: str, properties: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None
) -> Schema:
    """An object with all of these properties, and perhaps the optional ones."""
    return {
        "type": "object",
        "title": title,
        "properties": {**properties, **(optional or {})},
        "required": list(properties),
    }


def describe_mapping(title: str, names: Iterable[str] | None, value: Schema) -> Schema:
    """An object with the same kind of value for each of these names."""
    if names is None:
        return {"type": "object", "title": title, "additionalProperties": value}
    return describe_object(title, dict.fromkeys(names, value))


def describe_list(items: Schema, **rules: object) -> Schema:
    """An array."""
    return {"type": "array", "items": items, **rules}


def describe_choice(words: Iterable[str] | None) -> Schema:
    """One of these words."""
    return TEXT if words is None else TEXT | {"enum": list(words)}


def describe_constant(word: str | None) -> Schema:
    """This word."""
    return TEXT if word is None else TEXT | {"const": word}


def describe_any(*schemas: Schema) -> Schema:
    """One of these, or of those that one of these may be."""
    return {"anyOf": [one for schema in schemas for one in schema.get("anyOf", [schema])]}


def describe_nullable(schema: Schema) -> Schema:
    """The same, or null."""
    return {"anyOf": [*schema.get("anyOf", [schema]), {"type": "null"}]}
