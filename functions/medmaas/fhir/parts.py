"""A record becomes the parts that it may hold, each as its kind is filled."""

from copy import copy
from dataclasses import replace
from typing import Any

from medmaas.fhir.draft import Draft
from medmaas.model.kinds import expect, find_room
from medmaas.model.manifest import Manifest, Part, PartsInput


def fill(draft: Draft, manifest: Manifest) -> dict[str, Any]:
    """An object per part; one that no record holds is left out."""
    parts = expect(manifest.input, PartsInput).recorded_parts
    filled = {part.name: _fill_part(draft, manifest, part) for part in parts}
    return {name: part for name, part in filled.items() if part}


def _fill_part(draft: Draft, manifest: Manifest, part: Part) -> dict[str, Any]:
    """The part; what it rests on and what it lacks are told with its name."""
    alone = manifest.model_copy(update={"input": part.input})
    own = copy(draft)  # what is said goes where the whole says it
    own.manifest, own.part, own.basis, own.missing = alone, part, {}, []
    own.locations, own.unused = {}, {}
    filled: dict[str, Any] = find_room("medmaas.fhir", part.input.kind).fill(own, alone)

    if part.missing and own.missing:
        return {}  # what it lacks is asked for nowhere: the whole part may be missing

    qualify = own.qualify
    for (reference, feature), basis in own.basis.items():
        draft.basis[reference, qualify(feature)] = replace(basis, feature=qualify(feature))
    draft.missing += [replace(one, feature=qualify(one.feature)) for one in own.missing]
    draft.locations |= {qualify(where): found for where, found in own.locations.items()}
    draft.unused |= {qualify(name): unused for name, unused in own.unused.items()}
    return filled
