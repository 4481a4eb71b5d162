"""Discovery: which model is asked at which hook, and what must be prefetched for it.

https://cds-hooks.hl7.org/2.0/#discovery. A client may know services by their ids alone: each has
one hook. Of a model's first hook the id is the model's, of another it is `model.hook`; the model's
id answers at all of them, for clients that were set up when it was the only one.
"""

import itertools
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from medmaas.errors import NotFoundError
from medmaas.facts import Fact
from medmaas.fhir.administrations import HEIGHT_LOINC, SURFACE_LOINC, WEIGHT_LOINC
from medmaas.fhir.elements import LOINC
from medmaas.model.manifest import (
    AdministrationSource,
    CdsService,
    ConditionSource,
    Feature,
    Hook,
    ObservationSource,
)
from medmaas.model.registry import Model, Registry
from medmaas.words import Words

PATIENT = "patient"
_COUNT = 60
_COUNT_OF_DOCUMENTS = 10  # with their content, which may be large
_COUNT_OF_DRUGS = 500  # all of a course: whatever was given, of any drug
_TIMES = {"DocumentReference": "date", "DiagnosticReport": "date", "Media": "created"}
_SELF = "{{context.patientId}}"


def describe_services(registry: Registry, language: str) -> dict[str, Any]:
    """`{"services": [...]}`: one entry per model that declares a hook, and hook."""
    return {
        "services": [
            {"hook": hook, "id": service_id} | _describe(model, Words(language, model.manifest))
            for model in registry.newest()
            if model.manifest.cds_service
            for service_id, hook in _list_ids(model.manifest.id, model.manifest.cds_service)
        ]
    }


def _describe(model: Model, words: Words) -> dict[str, Any]:
    manifest, say = model.manifest, words.say
    use = Fact("use_and_stage", use=manifest.card.intended_use, stage=manifest.card.stage)
    return {
        "title": say(Fact("text", text=manifest.title)),
        "description": say(use),
        "prefetch": list_prefetch(model),
        "usageRequirements": say(Fact("requirements_of_service")),
        "version": manifest.version,
    }


def _list_ids(model_id: str, service: CdsService) -> list[tuple[str, Hook]]:
    """Every hook with the id of its own service."""
    first, *others = service.hooks
    return [(model_id, first), *((f"{model_id}.{hook}", hook) for hook in others)]


def find_service(registry: Registry, service_id: str) -> tuple[Model, CdsService]:
    """The model behind a service, and the hooks that it answers at.

    Raises:
        NotFoundError: there is no such service; names those that are.
        ModelUnavailableError: its model failed a check.
    """
    services: dict[str, tuple[Model, CdsService]] = {}
    for model in registry.newest():
        if service := model.manifest.cds_service:
            for name, hook in _list_ids(model.manifest.id, service):
                services[name] = model, service.model_copy(update={"hooks": (hook,)})
            services[model.manifest.id] = model, service
    if service_id not in services:
        with suppress(NotFoundError):
            registry.get(service_id.partition(".")[0])  # a model that failed a check says so
        raise NotFoundError("no_such_service", services=[*services] or [Fact("none")])
    return services[service_id]


def list_prefetch(model: Model) -> dict[str, str]:
    """Queries by key, with the codes of everything that the model reads."""
    features = model.manifest.input.named_features
    queries = {PATIENT: f"Patient/{_SELF}"}
    recorded = [f"{LOINC}|{code}" for code in model.manifest.input.recorded_codes]
    if codes := _list_loinc(features) + recorded:
        queries["observations"] = _search("Observation", codes, f"&_sort=-date&_count={_COUNT}")
    if any(_is_by_surface(feature) for feature in features):
        body = [f"{LOINC}|{code}" for code in (*SURFACE_LOINC, *HEIGHT_LOINC, *WEIGHT_LOINC)]
        queries["body"] = _search("Observation", body, f"&_sort=-date&_count={_COUNT}")
    if codes := _list_codings(features):
        queries["conditions"] = _search("Condition", codes)
    if any(isinstance(feature.source, AdministrationSource) for feature in features):
        # without codes, which would leave out what is named by a product, a reference or a text
        queries["administrations"] = (
            f"MedicationAdministration?patient={_SELF}"
            "&_include=MedicationAdministration:medication"
            f"&_sort=-effective-time&_count={_COUNT_OF_DRUGS}"
        )
    for source in model.manifest.input.recorded_documents.values():
        codes = [f"{one.system}|{one.code}" for one in source.codes]
        for kind, element in (one.split(".") for one in source.elements):
            others = f"&_sort=-{_TIMES[kind]}&_count={_COUNT_OF_DOCUMENTS}"
            query = _search(kind, codes, others, element)
            queries[_name_query(queries, query, f"{kind}_{element}".lower())] = query
    return queries


def _name_query(queries: Mapping[str, str], query: str, name: str) -> str:
    """A key that no other query has: two parts may look for documents of one kind."""
    names = (name if count == 1 else f"{name}_{count}" for count in itertools.count(1))
    return next(one for one in names if queries.get(one, query) == query)


def _search(
    resource_type: str, codes: Iterable[str], others: str = "", parameter: str = "code"
) -> str:
    joined = ",".join(quote(code, safe=":/|-") for code in dict.fromkeys(codes))
    return f"{resource_type}?patient={_SELF}&{parameter}={joined}{others}"


def _list_loinc(features: Iterable[Feature]) -> list[str]:
    found: list[str] = []
    for feature in features:
        if isinstance(feature.source, ObservationSource):
            share = feature.source.share
            found += [*feature.loinc, *(share.total + share.percent if share else ())]
    return [f"{LOINC}|{code}" for code in found]


def _list_codings(features: Iterable[Feature]) -> list[str]:
    return [
        f"{coding.system}|{coding.code}"
        for feature in features
        if isinstance(feature.source, ConditionSource)
        for coding in feature.source.codes
    ]


def _is_by_surface(feature: Feature) -> bool:
    source = feature.source
    full = source.full_dose if isinstance(source, AdministrationSource) else None
    return full is not None and full.unit.endswith("/m2")
