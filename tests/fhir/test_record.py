"""What cannot be used is refused, with the resource and the rule, never the value."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmaas.errors import InvalidRequestError
from medmaas.fhir.bundle import read_bundle, read_prefetch
from medmaas.fhir.elements import UCUM
from medmaas.fhir.evaluation import evaluate
from medmaas.fhir.record import Entry
from medmaas.model.options import PLAIN, Options
from medmaas.model.predict import predict
from medmaas.model.registry import Registry
from medmaas.words import ENGLISH, LANGUAGES, Words
from tests.conftest import ROOT
from tests.fhir.records import (
    DOCETAXEL,
    KAPPA,
    NEUTROPHILS,
    Resource,
    administration,
    bundle,
    condition,
    course,
    light_chains,
    observation,
    patient,
)

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
MODELS = Registry(ROOT / "models")


def kappa(**changes: Any) -> Resource:
    return bundle(patient(), light_chains()[0] | changes, *light_chains()[1:])


def quantity(**changes: Any) -> Resource:
    return kappa(valueQuantity=light_chains()[0]["valueQuantity"] | changes)


def without(name: str) -> Resource:
    resource = kappa()
    del resource["entry"][1]["resource"][name]
    return resource


ENTRY = "Bundle.entry[1].resource"
REFUSED: dict[str, tuple[Resource, str, str]] = {
    "an implausible value": (quantity(value=1500), f"{ENTRY}.valueQuantity", "0.01 to 100 mg/dL"),
    "mg/dL where mg/L was meant": (
        quantity(value=150, code="mg/dL", unit=None), f"{ENTRY}.valueQuantity", "kappa: outside",
    ),
    "a unit of something else": (
        quantity(code="mmol/L", unit=None),
        f"{ENTRY}.valueQuantity.code", "can be converted to mg/dL",
    ),
    "no unit": (quantity(code=None, unit=None), f"{ENTRY}.valueQuantity", "and its unit"),
    "a unit that nobody writes": (
        quantity(system="urn:x", unit="drops"), f"{ENTRY}.valueQuantity", "as laboratories write",
    ),
    "a unit that is not that of its code": (
        quantity(code="mg/dL"), f"{ENTRY}.valueQuantity", "are not the same",
    ),
    "a value that is text": (
        quantity(value="12"), f"{ENTRY}.valueQuantity.value", "as FHIR R4 defines it",
    ),
    "a future date": (
        kappa(effectiveDateTime="2026-03-02T09:00:00Z"), f"{ENTRY}.effectiveDateTime", "later",
    ),
    "a date that is none": (
        kappa(effectiveDateTime="01.03.2026"), f"{ENTRY}.effectiveDateTime", "dateTime of FHIR",
    ),
    "a day that does not exist": (
        kappa(effectiveDateTime="2026-02-30"), f"{ENTRY}.effectiveDateTime", "dateTime of FHIR",
    ),
    "another patient's result": (
        kappa(subject={"reference": "Patient/p2"}), f"{ENTRY}.subject", "two patients",
    ),
    "nothing but a preliminary result": (
        kappa(status="preliminary"), f"{ENTRY}.status", "only final, amended and corrected",
    ),
    "nothing but an erroneous result": (
        kappa(status="entered-in-error"), f"{ENTRY}.status", "only final, amended and corrected",
    ),
    "nothing but a result below a limit": (
        quantity(comparator="<"), f"{ENTRY}.valueQuantity.comparator", "comparator",
    ),
    "nothing but a result without a time": (
        without("effectiveDateTime"), f"{ENTRY}.effectiveDateTime", "time of measurement",
    ),
    "nothing but a result without a value": (
        without("valueQuantity"), f"{ENTRY}.valueQuantity", "holds no quantity",
    ),
    "two patients": (
        bundle(patient(), patient(id="p2"), *light_chains()),
        "Bundle.entry[1].resource", "one patient",
    ),
    "a patient who has died": (
        bundle(patient(deceasedBoolean=True), *light_chains()),
        "Bundle.entry[0].resource.deceased", "died",
    ),
    "a death on a day that does not exist": (
        bundle(patient(deceasedDateTime="2020-02-30"), *light_chains()),
        "Bundle.entry[0].resource.deceasedDateTime", "a date that exists",
    ),
    "a gender that the model does not know": (
        bundle(patient(gender="other"), *light_chains()),
        "Bundle.entry[0].resource.gender", "female or male",
    ),
    "a birth date to come": (
        bundle(patient(birthDate="2027-01-01"), *light_chains()),
        "Bundle.entry[0].resource.birthDate", "later",
    ),
    "a result that nothing refers to": (
        without("id"), ENTRY, "an id or a fullUrl",
    ),
    "a bundle of another type": (
        bundle(patient(), kind="subscription-notification"), "Bundle.type", "searchset",
    ),
    "bundles inside each other": (
        bundle(bundle(bundle(bundle(bundle())))),
        "Bundle.entry[0].resource.entry[0].resource.entry[0].resource.entry[0].resource",
        "inside 4 others",
    ),
    "a resource alone": (light_chains()[0], "resourceType", "Bundle or Parameters"),
    "no resource": ({"a": 1}, "resourceType", "Bundle or Parameters"),
}  # fmt: skip


def evaluate_survival(resource: object) -> Any:
    return evaluate(MODELS.get("survival"), read_bundle(resource), NOW, PLAIN)


def test_the_record_that_the_others_are_made_from_is_answered() -> None:
    assert evaluate_survival(kappa()).prediction["status"] == "ok"


@pytest.mark.parametrize("name", REFUSED)
def test_a_record_is_refused_with_resource_and_rule(name: str) -> None:
    resource, where, rule = REFUSED[name]
    with pytest.raises(InvalidRequestError) as refusal:
        evaluate_survival(resource)
    (problem,) = refusal.value.details
    assert problem.field == where
    told = f"{ENGLISH.say(refusal.value.fact)}; {ENGLISH.say(problem.fact)}"
    assert rule in told
    assert not any(value in told for value in ("1500", "150 ", "mmol", "p2", "2026", "1952"))


ELEMENTS: dict[str, Resource] = {
    "r4_required": without("status"),
    "r4_text": kappa(status=7),
    "r4_number": quantity(value="12"),
    "r4_finite": quantity(value=float("inf")),
    "r4_boolean": bundle(patient(deceasedBoolean="no"), *light_chains()),
    "r4_list": bundle(
        patient(), *light_chains(), condition() | {"verificationStatus": {"coding": 1}}
    ),
    "r4_object": kappa(subject="Patient/p1"),
    "r4_characters": kappa(status="x" * 257),
    "r4_items": kappa(code={"coding": light_chains()[0]["code"]["coding"] * 65}),
    "r4_pattern": bundle(patient(id="p 1"), *light_chains()),
}


@pytest.mark.parametrize("code", ELEMENTS)
def test_an_element_that_is_not_as_r4_has_it_is_refused_with_what_it_must_be(code: str) -> None:
    with pytest.raises(InvalidRequestError) as refusal:
        evaluate_survival(ELEMENTS[code])
    (problem,) = refusal.value.details
    rule = problem.fact
    while "rule" in rule.limits:
        rule = rule.limits["rule"]
    assert rule.code == code
    for language in LANGUAGES:
        assert Words(language).say(problem.fact)


@pytest.mark.parametrize(
    ("dose", "where"),
    [
        (None, ".dosage.dose"),
        ({"value": 5, "system": UCUM, "code": "mg"}, ".dosage.dose"),
        ({"value": 5, "system": UCUM, "code": "mg/kg"}, ".dosage.dose.code"),
        ({"value": 5, "unit": "ampoules"}, ".dosage.dose"),
    ],
)
def test_a_dose_that_cannot_be_converted_is_refused(dose: object, where: str) -> None:
    given = administration("d1", DOCETAXEL, "2026-02-08T11:00:00Z", 5, "mg/m2")
    record = read_bundle(bundle(patient(), *course()[:-1], given | {"dosage": {"dose": dose}}))
    with pytest.raises(InvalidRequestError, match="record_refused") as refusal:
        evaluate(MODELS.get("chemo_dose"), record, NOW, PLAIN)
    (problem,) = refusal.value.details
    assert problem.field is not None
    assert problem.field.endswith(where)


def test_a_record_gives_what_its_instance_gives_bit_for_bit() -> None:
    for model_id, resources in (("survival", light_chains()), ("chemo_dose", course())):
        model = MODELS.get(model_id)
        found = evaluate(model, read_bundle(bundle(patient(), *resources)), NOW, PLAIN)
        assert found.prediction == predict(model, [found.case.instance])[0]
        assert found.prediction["status"] == "ok"


def test_an_answer_that_is_withheld_comes_without_an_explanation() -> None:
    child = bundle(patient(birthDate="2015-01-01"), *light_chains())
    found = evaluate(MODELS.get("survival"), read_bundle(child), NOW, Options(explain=True))
    assert found.prediction is not None
    assert found.prediction["status"] == "abstained"
    assert "explanation" not in found.prediction


@pytest.mark.parametrize("kind", ["collection", "searchset", "transaction"])
def test_every_way_to_send_resources_gives_the_same(kind: str) -> None:
    inside = bundle(patient(), *light_chains(), kind=kind)
    several = [{"name": "part", "resource": r} for r in (patient(), *light_chains())]
    expected = evaluate_survival(kappa()).prediction
    for resource in (
        inside,
        {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": inside}]},
        {"resourceType": "Parameters", "parameter": several},
    ):
        assert evaluate_survival(resource).prediction == expected


def test_what_was_prefetched_is_a_record() -> None:
    prefetch = {
        "patient": patient(),
        "observations": bundle(*light_chains(), kind="searchset"),
        "conditions": None,
    }
    found = evaluate(MODELS.get("survival"), read_prefetch(prefetch), NOW, PLAIN)
    assert found.prediction == evaluate_survival(kappa()).prediction
    assert found.case.locations is not None
    assert found.case.locations["kappa"] == "prefetch.observations.entry[0].resource.valueQuantity"


def test_references_inside_a_transaction_are_urns() -> None:
    urn = "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"
    resources = [r | {"subject": {"reference": urn}} for r in light_chains()]
    transaction = bundle(patient(), *resources, kind="transaction")
    transaction["entry"][0]["fullUrl"] = urn
    found = evaluate_survival(transaction)
    assert found.case.subject == urn
    assert found.prediction["status"] == "ok"


def test_of_ten_thousand_entries_each_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    parse = Entry.parse

    def parse_and_count(entry: Entry, kind: Any) -> Any:
        read.append(entry.where)
        return parse(entry, kind)

    monkeypatch.setattr(Entry, "parse", parse_and_count)
    many = [observation(f"o{i}", KAPPA, 12, "mg/L") for i in range(10_000)]
    assert evaluate_survival(bundle(patient(), *many, *light_chains())).prediction
    assert len(read) == len(set(read)) == 10_004


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inside: (
        st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=6), inside, max_size=3)
    ),
    max_leaves=8,
)  # fmt: skip
PATHS = [
    ("status",), ("code",), ("code", "coding"), ("code", "coding", 0), ("subject",),
    ("subject", "reference"), ("effectiveDateTime",), ("effectivePeriod",), ("valueQuantity",),
    ("valueQuantity", "value"), ("valueQuantity", "code"), ("valueQuantity", "system"), ("id",),
]  # fmt: skip


def put(tree: Any, path: tuple[Any, ...], value: object) -> None:
    for step in path[:-1]:
        tree = tree[step]
    tree[path[-1]] = value


@given(st.sampled_from(PATHS), JSON, st.sampled_from(["survival", "chemo_dose"]))
def test_whatever_stands_in_an_element_is_answered_or_refused(
    path: tuple[Any, ...], value: object, model_id: str
) -> None:
    resources = [patient(), *(light_chains() if model_id == "survival" else course())]
    put(resources[1], path, value)
    model = MODELS.get(model_id)
    answered_or_refused(lambda: evaluate(model, read_bundle(bundle(*resources)), NOW, PLAIN))


@given(JSON)
def test_whatever_is_sent_is_answered_or_refused(value: object) -> None:
    for resource in (
        value,
        bundle() | {"entry": value},
        bundle(patient()) | {"type": value},
        {"resourceType": "Parameters", "parameter": value},
        bundle(patient(birthDate=value), *light_chains()),
        bundle(patient(deceasedDateTime=value), *light_chains()),
        bundle(patient(), observation("a", NEUTROPHILS, 4, "10*9/L") | {"code": value}),
    ):
        answered_or_refused(lambda resource=resource: evaluate_survival(resource))  # type: ignore[misc]


def answered_or_refused(call: Callable[[], object]) -> None:
    try:
        call()
    except InvalidRequestError as refusal:
        for problem in refusal.details:
            ENGLISH.say(problem.fact)  # has words
