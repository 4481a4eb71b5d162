"""Which drug a record names by references and ingredients."""

from collections.abc import Iterator
from typing import Any

import pytest

from medmaas.fhir.bundle import read_bundle, read_prefetch
from medmaas.fhir.evaluation import evaluate
from medmaas.model.registry import Model
from tests.cds_hooks.calls import searchset
from tests.fhir.drugs import (
    ATC,
    GIVEN,
    HELD,
    NOT_GIVEN,
    PLAIN,
    ask,
    behind,
    concept,
    find_outcome,
    medication,
)
from tests.fhir.records import (
    DOCETAXEL,
    NOW,
    RXNORM,
    SNOMED,
    Resource,
    course,
    patient,
)

ADDRESS = "https://fhir.example.org/r4"
URN = "urn:uuid:6d3c4b0f-9a35-4d6c-8c4b-7c115f3a1a3e"


def enter(resource: Resource, url: str | None = None) -> Resource:
    return {"resource": resource} | ({"fullUrl": url} if url else {})


def list_ways() -> Iterator[tuple[str, list[Resource], str]]:
    """Entries that name docetaxel by a reference."""
    contained = {"contained": [medication("m1")]}
    yield "contained", [enter(behind("#m1", **contained))], GIVEN
    yield "by Type/id", [enter(behind("Medication/m1")), enter(medication())], GIVEN
    yield "by a version", [enter(behind("Medication/m1/_history/2")), enter(medication())], GIVEN
    yield "by urn", [enter(behind(URN)), enter(medication(), URN)], GIVEN
    yield (
        "on the same server",
        [
            enter(behind("Medication/m1"), f"{ADDRESS}/MedicationAdministration/d1"),
            enter(medication(), f"{ADDRESS}/Medication/m1"),
        ],
        GIVEN,
    )
    yield (
        "by address",
        [
            enter(behind(f"{ADDRESS}/Medication/m1")),
            enter(medication(), f"{ADDRESS}/Medication/m1"),
        ],
        GIVEN,
    )
    yield (
        "by address, without one",
        [enter(behind(f"{ADDRESS}/Medication/m1")), enter(medication())],
        GIVEN,
    )
    yield (
        "on another server",
        [
            enter(behind("https://other.example.org/Medication/m1")),
            enter(medication(), f"{ADDRESS}/Medication/m1"),
        ],
        HELD,
    )
    yield "nowhere", [enter(behind("Medication/m2")), enter(medication())], HELD
    yield (
        "nowhere, but named",
        [enter(behind({"reference": "Medication/m2", "display": "Docetaxel"}))],
        GIVEN,
    )
    yield (
        "nowhere, another",
        [enter(behind({"reference": "Medication/m2", "display": "Ondansetron"}))],
        NOT_GIVEN,
    )
    yield "by an identifier", [enter(behind({"identifier": {"value": "1"}}))], HELD
    yield "no reference", [enter(behind([]))], HELD
    yield (
        "two that differ",
        [
            enter(behind("Medication/m1")),
            enter(medication()),
            enter(medication(code=concept(text="Ondansetron"))),
        ],
        HELD,
    )


WAYS = {name: (entries, expected) for name, entries, expected in list_ways()}


@pytest.mark.parametrize("name", WAYS)
@pytest.mark.parametrize("reverse", [False, True])
def test_a_reference_is_followed(model: Model, name: str, *, reverse: bool) -> None:
    entries, expected = WAYS[name]
    *counts, _ = course()
    others = [enter(one) for one in (patient(), *counts)]
    inside = [*others, *(reversed(entries) if reverse else entries)]
    record = read_bundle({"resourceType": "Bundle", "type": "collection", "entry": inside})
    assert find_outcome(evaluate(model, record, NOW, PLAIN)) == expected


def test_a_medication_is_found_in_prefetch(model: Model) -> None:
    *counts, _ = course()
    prefetch = {
        "patient": patient(),
        "observations": searchset(*counts),
        "administrations": searchset(behind("Medication/m1"), medication()),
    }
    assert find_outcome(evaluate(model, read_prefetch(prefetch), NOW, PLAIN)) == GIVEN


def item(named: Any, **changes: Any) -> Resource:
    return {"itemCodeableConcept": named} | changes


INGREDIENTS = [
    (medication(code=None, ingredient=[item(concept((RXNORM, DOCETAXEL)))]), GIVEN),
    (
        medication(
            code=concept((RXNORM, "999999999")), ingredient=[item(concept((RXNORM, DOCETAXEL)))]
        ),
        GIVEN,
    ),
    (
        medication(
            code=concept(text="Infusion bag 250 ml"),
            ingredient=[item(concept(text="sodium chloride")), item(concept((ATC, "L01CD02")))],
        ),
        GIVEN,
    ),
    (medication(code=None, ingredient=[item(concept(text="docetaxel"))]), GIVEN),
    (medication(code=None, ingredient=[{"itemReference": {"reference": "Medication/m2"}}]), GIVEN),
    (
        medication(
            code=None,
            contained=[
                {"resourceType": "Substance", "id": "s", "code": concept((SNOMED, "386918005"))}
            ],
            ingredient=[{"itemReference": {"reference": "#s"}}],
        ),
        GIVEN,
    ),
    (
        medication(code=None, ingredient=[item(concept((RXNORM, "26225", "ondansetron")))]),
        NOT_GIVEN,
    ),
    (
        medication(
            code=concept((RXNORM, "26225", "ondansetron")),
            ingredient=[item(concept((RXNORM, DOCETAXEL)), isActive=False)],
        ),
        NOT_GIVEN,
    ),
    (
        medication(
            code=concept(text="Infusion bestehend aus 180 mg Docetaxel in 250 ml Glucose"),
            ingredient=[item(concept(("http://fhir.de/CodeSystem/bfarm/atc", "L01CD02")))],
        ),
        GIVEN,
    ),
    (medication(code=concept(text="Infusion bestehend aus 180 mg Docetaxel")), HELD),
    (medication(code=None), HELD),
    (medication(status="entered-in-error"), HELD),
    (medication(modifierExtension=[{"url": "https://example.org/not"}]), HELD),
    (medication(code=None, ingredient=[{"itemReference": {"reference": "Medication/m9"}}]), HELD),
    (medication(code=None, ingredient=[{"itemReference": {"reference": "Medication/m1"}}]), HELD),
    (
        medication(code=concept((ATC, "N02BE01")), ingredient=[item(concept((RXNORM, DOCETAXEL)))]),
        HELD,
    ),
    (medication(ingredient=[item(concept((ATC, "N02BE01")))]), HELD),
    (medication(ingredient=[item(concept((ATC, "L01CD01")))]), HELD),
]


@pytest.mark.parametrize(("named", "expected"), INGREDIENTS)
def test_a_medication_is_what_its_ingredients_are(
    model: Model, named: Resource, expected: str
) -> None:
    evaluation = ask(model, behind("Medication/m1"), named, medication("m2"))
    assert find_outcome(evaluation) == expected
