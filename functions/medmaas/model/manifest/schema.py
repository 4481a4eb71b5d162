"""The contract as JSON Schema (2020-12), of the pydantic models: as a file, and as an answer.

What pydantic's validators check across fields, no schema says.
"""

from typing import Any

from pydantic.json_schema import DEFAULT_REF_TEMPLATE, GenerateJsonSchema, JsonSchemaMode

from medmaas.model.manifest import Manifest

Schema = dict[str, Any]


class _Untitled(GenerateJsonSchema):
    """Without a title per field, which would only repeat the field's name."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002 - as inherited
        return False


def describe_file() -> Schema:
    """What a manifest.json must be: fields that have a default may be left out, or null be said."""
    return {"$schema": _Untitled.schema_dialect} | _make("validation")


def describe_answer(refs: str) -> Schema:
    """What the service tells of a manifest: defaults are there, and whatever is null is left out.

    Args:
        refs: where the parts will be, `{model}` being the name of one.
    """
    schema = _make("serialization", refs)
    for part in (schema, *schema["$defs"].values()):
        properties = part["properties"]
        absent = {name for name, one in properties.items() if one.get("default", ...) is None}
        part["required"] = [name for name in properties if name not in absent]
        part["properties"] = {
            name: _leave_out_null(one) if name in absent else _leave_out(one, "default")
            for name, one in properties.items()
        }
    return schema


def _make(mode: JsonSchemaMode, refs: str = DEFAULT_REF_TEMPLATE) -> Schema:
    return Manifest.model_json_schema(schema_generator=_Untitled, mode=mode, ref_template=refs)


def _leave_out_null(schema: Schema) -> Schema:
    """The schema of a value that is there; pydantic writes `anyOf` with it and null."""
    values = [one for one in schema["anyOf"] if one != {"type": "null"}]
    value = values[0] if len(values) == 1 else {"anyOf": values}
    return value | _leave_out(schema, "anyOf", "default")


def _leave_out(schema: Schema, *names: str) -> Schema:
    return {name: schema[name] for name in schema if name not in names}
