"""The catalogue: what the service is, what models there are, what each of them is."""

from medmaas.api.openapi.components import REFS, Components
from medmaas.api.openapi.parts import (
    Operation,
    Paths,
    write_content,
    write_operation,
    write_parameter,
    write_refusals,
)
from medmaas.model.manifest.schema import describe_answer
from medmaas.model.schema import (
    BOOLEAN,
    FACT,
    NUMBER,
    TEXT,
    Schema,
    describe_list,
    describe_mapping,
    describe_object,
)

DIGEST = TEXT | {"description": "Of the whole model folder."}
IDENTITY = describe_object(
    "Identity", {"id": TEXT, "version": TEXT, "sha256": TEXT, "digest": DIGEST}
)
MODEL, VERSION = "/models/{model_id}", "/models/{model_id}/versions/{version}"
PARAMETERS = {
    MODEL: [write_parameter("model_id")],
    VERSION: [write_parameter("model_id"), write_parameter("version")],
}
_PART = "Manifest"  # what the names of its parts begin with
_LINKS = ("models", "inference", "fhir", "cds_hooks", "docs", "openapi", "live", "ready")
_SIGN_IN = ("issuer", "authorization_endpoint", "token_endpoint", "client_id", "scope")
_OF_MODEL = (404, 503)


def describe_catalogue(components: Components) -> Paths:
    """The service, its health, its models."""
    paths = {
        "/": _get("describe_service", "What this service is.", _describe_service())
        | {"security": []},
        "/health/live": _get("is_live", "Whether the process runs.", _flag("Live"), tag="health"),
        "/health/ready": _get(
            "is_ready", "Whether every model passed its checks.", _flag("Ready"), tag="health"
        ),
        "/models": _get("list_models", "Every version of every model.", _describe_entries()),
    }
    manifest = _add_manifest(components)
    for path, of in ((MODEL, "model"), (VERSION, "version")):
        told = {
            "": _get(f"read_{of}", "The whole manifest.", manifest, _OF_MODEL),
            "/card": _get(f"read_{of}_card", "The model card, Markdown.", TEXT, _OF_MODEL),
            "/explanation": _get(
                f"read_{of}_explanation",
                "What the model as a whole rests on, as measured.",
                _describe_explanation(components),
                _OF_MODEL,
            ),
            "/units": _get(
                f"list_{of}_units",
                "The units that each feature is measured in, the model's own first.",
                _describe_units(),
                _OF_MODEL,
            ),
        }
        content = told["/card"]["responses"]["200"]["content"]
        content["text/markdown"] = content.pop("application/json")
        paths |= {path + end: one | {"parameters": PARAMETERS[path]} for end, one in told.items()}
    return {path: {"get": operation} for path, operation in paths.items()}


def _get(
    name: str, summary: str, answer: Schema, refusals: tuple[int, ...] = (503,), tag: str = "models"
) -> Operation:
    responses = {"200": write_content(summary, answer)} | write_refusals(refusals)
    return write_operation(name, tag, summary, responses)


def _add_manifest(components: Components) -> Schema:
    """The manifest and its parts, which pydantic has named."""
    manifest = describe_answer(f"{REFS}{_PART}{{model}}")
    for name, part in manifest.pop("$defs").items():
        components.add(_PART + name, part | {"title": _PART + name})
    return components.add(_PART, manifest)


def _describe_explanation(components: Components) -> Schema:
    """The manifest's, and whose it is."""
    explanation = components.schemas[f"{_PART}Explanation"]
    return explanation | {
        "title": "ModelExplanation",
        "properties": {"model": IDENTITY} | explanation["properties"],
        "required": ["model", *explanation["required"]],
    }


def _describe_service() -> Schema:
    sign_in = dict.fromkeys(_SIGN_IN, TEXT)
    told = {
        "name": TEXT,
        "version": TEXT,
        "description": TEXT,
        "sign_in": {
            "description": "Where users of the page sign in; null if they do not.",
            "anyOf": [
                describe_object("SignIn", sign_in, {"end_session_endpoint": TEXT}),
                {"type": "null"},
            ],
        },
        "links": describe_object("Links", dict.fromkeys(_LINKS, TEXT)),
    }
    return describe_object("Service", told)


def _flag(title: str) -> Schema:
    return describe_object(title, {title.lower(): BOOLEAN})


def _describe_entries() -> Schema:
    named = {"id": TEXT, "version": TEXT, "status": TEXT | {"enum": ["available", "unavailable"]}}
    texts = dict.fromkeys(("title", "intended_use", "population"), TEXT)
    answering = {
        **texts,
        "limits": describe_list(TEXT),
        "headline": describe_list(
            {"$ref": f"{REFS}{_PART}Metric"},
            description="The model's own figure first, then what it is compared with.",
        ),
        "simulated": BOOLEAN,
        "translations": describe_mapping(
            "Translations", None, describe_mapping("Texts", None, TEXT)
        ),
        "sha256": TEXT,
        "digest": DIGEST,
        "input": TEXT | {"description": "The kind of input."},
        "output": TEXT | {"description": "The kind of output."},
        "unit": TEXT | {"description": "The unit of an answer that is one number, as a UCUM code."},
        "url": TEXT,
    }
    unavailable = {
        "reason": TEXT | {"description": "Why it is unavailable."},
        "parts": describe_mapping("EntryParts", ("reason",), describe_object("Fact", FACT)),
    }
    entry = describe_object("Entry", named, unavailable | answering)
    return describe_object("Catalogue", {"models": describe_list(entry)})


def _describe_units() -> Schema:
    unit = describe_object(
        "Unit",
        {"unit": TEXT, "factor": NUMBER | {"description": "Brings a value to the model's unit."}},
    )
    by_feature = describe_mapping("UnitsByFeature", None, describe_list(unit))
    return describe_object("Units", {"units": by_feature})
