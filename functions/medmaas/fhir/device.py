"""What every resource that a model makes has: the model as a Device, notes, and an id."""

import json
from collections.abc import Iterable
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from medmaas.facts import Fact
from medmaas.model.registry import Model
from medmaas.words import Words

Resource = dict[str, Any]
_SHA256 = "urn:oid:2.16.840.1.101.3.4.2.1"  # the algorithm, as NIST registered it


def write_device(model: Model, words: Words) -> Resource:
    """The model as a Device, contained in what it made."""
    manifest = model.manifest
    digest_of = {"text": words.say(Fact("digest_of_folder"))}
    return {
        "resourceType": "Device",
        "id": "model",
        "identifier": [
            {"system": _SHA256, "value": manifest.artefact.sha256},
            {"type": digest_of, "system": _SHA256, "value": model.digest},
        ],
        "status": "active",
        "manufacturer": manifest.card.developer,
        "deviceName": [{"name": manifest.id, "type": "model-name"}],
        "modelNumber": manifest.id,
        "version": [{"value": manifest.version}],
        "note": write_notes(
            [Fact("title_and_stage", title=manifest.title, stage=manifest.card.stage)], words
        ),
    }


def write_notes(facts: Iterable[Fact], words: Words) -> list[Resource]:
    """Annotations, each sentence once."""
    return [{"text": text} for text in dict.fromkeys(map(words.say, facts))]


def finish(resource: Resource) -> Resource:
    """Without empty lists, which FHIR forbids, and with an id."""
    kept = {name: value for name, value in resource.items() if value != []}
    kind = kept.pop("resourceType")
    return {"resourceType": kind, "id": _identify(kept), **kept}


def _identify(content: Resource) -> str:
    """A UUID that the same content has again: the same request gives the same bytes."""
    text = json.dumps(content, sort_keys=True)
    return str(uuid5(NAMESPACE_OID, text))
