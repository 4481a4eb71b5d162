"""What this server does, as FHIR states it: CapabilityStatement and OperationDefinition."""

from typing import Any

from medmaas import __version__
from medmaas.fhir.device import Resource
from medmaas.model.manifest import (
    AdministrationSource,
    ConditionSource,
    DocumentSource,
    Feature,
    Number,
    ObservationSource,
)
from medmaas.model.registry import Model, Registry

FHIR_VERSION = "4.0.1"
_SUFFIX = "-evaluate"
_MINIMUM = {"min": 0, "max": "1"}
OPTIONS = {
    "asOf": ("dateTime", "The moment that is asked for; now if left out. Nothing may be later."),
    "explain": ("boolean", "Whether to say what the answer rests on; true if left out."),
    "coverage": ("decimal", "Of the interval, one that the model stores."),
    "force": ("boolean", "Whether to answer, marked, where the model abstains."),
}


def describe_service(registry: Registry, address: str) -> Resource:
    """The CapabilityStatement of what this server answers, and no more.

    Args:
        registry: of the models.
        address: of the server, without a slash at its end.
    """
    models = list_readers(registry)
    operations = [
        {
            "name": "evaluate",
            "definition": canonical(model, address),
            "documentation": f"POST {locate(model, address)}",
        }
        for model in models
    ]
    rest: dict[str, Any] = {
        "mode": "server",
        "documentation": "Nothing is stored. Every model has an $evaluate of its own, below "
        "/fhir/models/{id}, and in each version below /fhir/models/{id}/versions/{version}.",
        "security": {
            "description": "A deployed server answers only with a token (OAuth 2.0 bearer); one on "
            "a laptop listens there alone and asks for none."
        },
        "resource": [{"type": "OperationDefinition", "interaction": [{"code": "read"}]}],
    }
    if operations:
        rest["operation"] = operations
    created = max((model.manifest.created.isoformat() for model in models), default="2026-01-01")
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": created,
        "kind": "instance",
        "software": {"name": "medmaas", "version": __version__},
        "implementation": {
            "description": "Medical models as a service: for research, not for time-critical "
            "decisions.",
            "url": f"{address}/fhir",
        },
        "fhirVersion": FHIR_VERSION,
        "format": ["application/fhir+json"],
        "rest": [rest],
    }


def list_readers(registry: Registry) -> list[Model]:
    """The models that a record in FHIR can be evaluated by."""
    return [model for model in registry.newest() if model.manifest.reads_records]


def canonical(model: Model, address: str) -> str:
    """Where a model's OperationDefinition is."""
    return f"{address}/fhir/OperationDefinition/{name_definition(model)}"


def locate(model: Model, address: str) -> str:
    """Where a model's newest version evaluates."""
    return f"{address}/fhir/models/{model.manifest.id}/$evaluate"


def name_definition(model: Model) -> str:
    """The id of a model's OperationDefinition, which has no `_`."""
    return f"{model.manifest.id.replace('_', '-')}{_SUFFIX}"


def describe_operation(model: Model, address: str) -> Resource:
    """The OperationDefinition of a model: what it takes, from where, in which unit."""
    manifest = model.manifest
    features = manifest.input.named_features
    lines = [line for line in map(_describe_feature, features) if line]
    if codes := manifest.input.recorded_codes:
        lines.append(f"Observation with SampledData, LOINC {' or '.join(codes)}; required")
    lines += [_describe_document(*one) for one in manifest.input.recorded_documents.items()]
    read = "\n".join(f"- {line}" for line in lines)
    record = {
        "name": "resource",
        "use": "in",
        "min": 1,
        "max": "1",
        "type": "Bundle",
        "documentation": "A Bundle (collection, searchset or transaction) of one patient.\n" + read,
    }
    options = [
        {"name": name, "use": "in", **_MINIMUM, "type": kind, "documentation": text}
        for name, (kind, text) in OPTIONS.items()
    ]
    answer = {"name": "return", "use": "out", "min": 1, "max": "1", "type": "Resource"}
    return {
        "resourceType": "OperationDefinition",
        "id": name_definition(model),
        "url": canonical(model, address),
        "version": manifest.version,
        "name": "".join(word.capitalize() for word in manifest.id.replace("-", "_").split("_"))
        + "Evaluate",
        "title": manifest.title,
        "status": "active",
        "kind": "operation",
        "date": manifest.created.isoformat(),
        "description": f"{manifest.card.intended_use} {manifest.card.stage}. "
        f"POST {locate(model, address)}",
        "affectsState": False,
        "code": "evaluate",
        "system": True,
        "type": False,
        "instance": False,
        "parameter": [record, *options, answer],
    }


def _describe_document(field: str, source: DocumentSource) -> str:
    """Where a record has a picture or a text, for people."""
    codes = " or ".join(f"{one.system} {one.code}" for one in source.codes)
    return (
        f"{field}: {' or '.join(source.elements)}, {codes}, not older than "
        f"{source.oldest_days:g} days; its content inline, or in a Binary of the Bundle"
    )


def _describe_feature(feature: Feature) -> str | None:
    """Where a record has a feature, for people; None if nowhere."""
    unit = f" in {feature.unit}" if isinstance(feature, Number) and feature.unit != "1" else ""
    needed = "required" if feature.required else f"if missing: {feature.missing}"
    match feature.source:
        case ObservationSource(oldest_days=days):
            where = f"Observation, LOINC {' or '.join(feature.loinc)}, not older than {days:g} days"
        case ConditionSource(codes=codes):
            where = f"Condition, {' or '.join(f'{c.system} {c.code}' for c in codes)}"
        case AdministrationSource(codes=codes, oldest_days=days):
            named = " or ".join(f"{c.system} {c.code}" for c in codes)
            where = f"MedicationAdministration, {named}, not older than {days:g} days"
        case None:
            return None
        case patient:
            where = f"Patient.{patient.element}"
    return f"{feature.name}{unit}: {where}; {needed}"
