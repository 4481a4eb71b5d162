"""What a record says of itself is read: pages, failures, versions, what was left out."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmaas.errors import InvalidRequestError
from medmaas.fhir.bundle import read_bundle
from medmaas.fhir.case import Case
from medmaas.fhir.mapping import map_record
from medmaas.model.registry import Registry
from medmaas.words import ENGLISH
from tests.conftest import ROOT
from tests.fhir.records import (
    KAPPA,
    LOINC,
    NOW,
    UCUM,
    Resource,
    administration,
    bundle,
    condition,
    course,
    light_chains,
    observation,
    parameters,
    patient,
)

MODELS = Registry(ROOT / "models")
KINDS = [
    "collection", "searchset", "document", "message", "history", "batch", "batch-response",
    "transaction", "transaction-response",
]  # fmt: skip


def read(resource: Resource, model_id: str = "survival") -> Case:
    return map_record(MODELS.get(model_id).manifest, read_bundle(resource), NOW)


def say_all(facts: Any) -> str:
    return "; ".join(map(ENGLISH.say, facts))


def whole(kind: str = "searchset", **changes: Any) -> Resource:
    return bundle(patient(), *light_chains(), kind=kind) | changes


@pytest.mark.parametrize("kind", KINDS)
def test_every_type_of_bundle_that_holds_a_record_is_read(kind: str) -> None:
    assert read(whole(kind)).instance == read(whole()).instance
    assert read(whole(kind)).warnings == ()


def test_searchsets_inside_a_response_are_read() -> None:
    inside = [bundle(one, kind="searchset") for one in (patient(), *light_chains())]
    response = bundle(*inside, kind="batch-response")
    for entry in response["entry"]:
        entry["response"] = {"status": "200 OK"}
    assert read(response).instance == read(whole()).instance
    assert read(parameters(response)).instance == read(whole()).instance


def test_a_part_of_a_response_that_failed_is_told_at_the_head() -> None:
    response = whole("batch-response")
    response["entry"].append({"response": {"status": "404 Not Found"}})
    assert "a part of what was asked for failed" in say_all(read(response).warnings)


@pytest.mark.parametrize(
    "changes",
    [
        {"link": [{"relation": "self", "url": "a"}, {"relation": "next", "url": "b"}]},
        {"total": 5},
        {"total": 40},
    ],
)
def test_a_search_that_found_more_than_its_page_is_told_at_the_head(changes: Any) -> None:
    warnings = read(whole(**changes)).warnings
    assert "the record is not whole: its search found more" in say_all(warnings)


def test_a_search_that_found_what_it_holds_is_not_remarked() -> None:
    page = whole(total=1, link=[{"relation": "self", "url": "a"}])
    for entry in page["entry"][1:]:
        entry["search"] = {"mode": "include"}
    assert read(page).warnings == ()


def test_drugs_that_may_be_on_another_page_hold_the_answer_back() -> None:
    page = bundle(patient(), *course(), kind="searchset") | {"total": 100}
    assert "may not hold all drugs" in say_all(read(page, "chemo_dose").held)
    drugs = bundle(administration("d2", "72962", "2026-02-01T11:00:00Z"), kind="searchset")
    counts = bundle(*course()[:-1], kind="searchset")
    for part, holds in ((counts, False), (drugs, True)):
        record = parameters(bundle(patient()))
        record["parameter"] += [
            {"name": "more", "resource": counts},
            {"name": "d", "resource": drugs},
        ]
        part["total"] = 100
        assert bool(read(record, "chemo_dose").held) is holds
        del part["total"]


@pytest.mark.parametrize("code", ["suppressed", "incomplete", "throttled", "forbidden", "a secret"])
def test_what_the_server_says_of_missing_results_is_told_by_its_code(code: str) -> None:
    outcome = {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "warning", "code": code, "diagnostics": "Mrs Invented"}],
    }
    page = whole()
    page["entry"].append({"resource": outcome, "search": {"mode": "outcome"}})
    told = say_all(read(page).warnings)
    assert "results may be missing: " in told
    assert ("secret" in code) or code in told
    assert not {"Invented", "secret"} & set(told.split())


def test_that_a_search_went_well_is_not_told() -> None:
    issue = [{"severity": "information", "code": "informational"}]
    page = whole()
    page["entry"].append({"resource": {"resourceType": "OperationOutcome", "issue": issue}})
    assert read(page).warnings == ()


@pytest.mark.parametrize("mark", ["SUBSETTED", "REDACTED", "MASKED"])
def test_what_was_left_out_is_told(mark: str) -> None:
    meta = {"tag" if mark == "SUBSETTED" else "security": [{"code": mark}]}
    assert f"marked as {mark}" in say_all(read(whole(meta=meta)).warnings)
    kappa, *others = light_chains()
    part = bundle(patient(), kappa | {"meta": meta}, *others)
    assert f"marked as {mark}" in say_all(read(part).warnings)


def test_rules_of_a_bundle_that_are_not_known_refuse_it() -> None:
    with pytest.raises(InvalidRequestError, match="record_refused"):
        read(whole(implicitRules="https://example.org/rules"))


@pytest.mark.parametrize("change", ["modifierExtension", "implicitRules"])
def test_a_patient_whose_meaning_is_changed_is_refused(change: str) -> None:
    with pytest.raises(InvalidRequestError):
        read(bundle(patient(**{change: [{"url": "https://example.org/not"}]}), *light_chains()))


def test_a_modifier_of_an_entry_is_one_of_its_resource() -> None:
    record = whole()
    record["entry"][1]["modifierExtension"] = [{"url": "https://example.org/not"}]
    with pytest.raises(InvalidRequestError) as refusal:
        read(record)
    assert "modifierExtension" in ENGLISH.say(refusal.value.details[0].fact)


def test_a_record_of_a_patient_that_is_not_in_use_holds_back() -> None:
    assert read(bundle(patient(active=False), *light_chains())).held
    assert not read(bundle(patient(active=True), *light_chains())).held
    replaced = [{"other": {"reference": "Patient/p9"}, "type": "replaced-by"}]
    assert read(bundle(patient(link=replaced), *light_chains())).held


def test_of_versions_of_a_resource_the_newest_counts_in_every_order() -> None:
    first, *others = light_chains()
    versions = [
        first | {"meta": {"versionId": "1", "lastUpdated": "2026-03-01T08:00:00Z"}},
        observation("kappa", KAPPA, 45, "mg/L")
        | {"meta": {"versionId": "2", "lastUpdated": "2026-03-01T08:30:00Z"}},
    ]
    for order in (versions, versions[::-1]):
        history = bundle(patient(), *order, *others, kind="history")
        assert read(history).instance["kappa"] == 4.5


def test_a_resource_that_was_deleted_is_gone() -> None:
    old = observation("old", KAPPA, 45, "mg/L", "2026-02-01T08:00:00Z")
    history = bundle(patient(), *light_chains(), old, kind="history")
    history["entry"].insert(0, {"request": {"method": "DELETE", "url": "Observation/kappa"}})
    assert read(history).instance["kappa"] == 4.5


def test_a_resource_that_was_made_again_after_its_deletion_is_there() -> None:
    made = light_chains()[0] | {"meta": {"lastUpdated": "2026-03-01T08:00:00Z"}}
    history = bundle(patient(), made, *light_chains()[1:], kind="history")
    gone = {"request": {"method": "DELETE", "url": "Observation/kappa"}}
    for when, is_there in (("2026-02-28T08:00:00Z", True), ("2026-03-01T09:00:00Z", False)):
        entry = gone | {"response": {"status": "204", "lastModified": when}}
        known = read(history | {"entry": [entry, *history["entry"]]})
        assert ("kappa" in known.instance) is is_there


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inside: (
        st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=6), inside, max_size=3)
    ),
    max_leaves=6,
)
PLACES: list[Any] = [
    lambda value: whole(meta=value),
    lambda value: whole(meta={"tag": value}),
    lambda value: whole(meta={"security": [{"code": value}]}),
    lambda value: whole(link=value),
    lambda value: whole(total=value),
    lambda value: whole(implicitRules=value),
    lambda value: whole() | {"entry": [*whole()["entry"], {"response": value}]},
    lambda value: whole() | {"entry": [*whole()["entry"], {"response": {"status": value}}]},
    lambda value: whole() | {"entry": [{"request": value}, *whole()["entry"]]},
    lambda value: whole() | {"entry": [{"request": {"method": "DELETE", "url": value}}]},
    lambda value: bundle(patient(), {"resourceType": "OperationOutcome", "issue": value}),
    lambda value: bundle({"resourceType": "OperationOutcome", "issue": [{"code": value}]}),
    lambda value: bundle(patient(), {"resourceType": "Composition", "status": value}),
    lambda value: bundle(patient(), {"resourceType": "Composition", "section": value}),
    lambda value: bundle(
        patient(), {"resourceType": "Composition", "section": [{"emptyReason": {"coding": value}}]}
    ),
    lambda value: bundle(patient(), {"resourceType": "DiagnosticReport", "contained": value}),
    lambda value: bundle(
        patient(),
        {"resourceType": "DiagnosticReport", "status": value, "contained": light_chains()},
    ),
    lambda value: bundle(patient(), {"resourceType": "DiagnosticReport", "result": value}),
    lambda value: bundle(patient(), panel() | {"component": value}),
    lambda value: bundle(patient(), panel() | {"component": [value]}),
    lambda value: bundle(patient(), light_chains()[0] | {"focus": value}),
    lambda value: bundle(patient(), light_chains()[0] | {"issued": value}),
    lambda value: bundle(patient(), light_chains()[0] | {"modifierExtension": value}),
    lambda value: bundle(patient(), light_chains()[0] | {"subject": {"identifier": value}}),
    lambda value: bundle(patient(link=value), *light_chains()),
    lambda value: bundle(patient(active=value), *light_chains()),
    lambda value: bundle(patient(), condition(verificationStatus=value)),
    lambda value: bundle(patient(), condition(clinicalStatus=value, abatementDateTime=value)),
]  # fmt: skip


@given(st.sampled_from(PLACES), JSON, st.sampled_from(["survival", "chemo_dose"]))
def test_whatever_a_record_says_of_itself_is_read_or_refused(
    place: Any, value: object, model_id: str
) -> None:
    with suppress(InvalidRequestError):
        read(place(value), model_id)


def test_a_resource_sent_twice_counts_once() -> None:
    record = bundle(patient(), patient(), *light_chains(), *light_chains())
    assert read(record).instance == read(whole()).instance


def test_a_patient_with_two_birth_dates_is_refused() -> None:
    with pytest.raises(InvalidRequestError):
        read(bundle(patient(), patient(birthDate="1950-01-01"), *light_chains()))


def test_a_patch_is_refused() -> None:
    record = whole("transaction")
    record["entry"][1]["request"] = {"method": "PATCH", "url": "Observation/kappa"}
    with pytest.raises(InvalidRequestError):
        read(record)


def test_a_result_of_a_logical_reference_to_somebody_else_is_refused() -> None:
    own, others = ({"system": "urn:h", "value": value} for value in ("1", "2"))
    kappa, *rest = light_chains()
    who = patient(identifier=[own])
    same = kappa | {"subject": {"identifier": own}}
    assert read(bundle(who, same, *rest)).instance["kappa"] == 1.2
    with pytest.raises(InvalidRequestError):
        read(bundle(who, kappa | {"subject": {"identifier": others}}, *rest))


def panel(*components: Resource, **changes: Any) -> Resource:
    whole = observation("panel", "82342-2", 0, "")
    del whole["valueQuantity"]
    return whole | {"component": list(components)} | changes


def component(code: str, value: float, **changes: Any) -> Resource:
    quantity = {"value": value, "system": UCUM, "code": "mg/L"}
    return {
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "valueQuantity": quantity,
    } | changes


def test_components_of_a_panel_are_results_and_the_panel_is_their_basis() -> None:
    case = read(bundle(patient(), panel(component(KAPPA, 12), component("33944-0", 15))))
    assert (case.instance["kappa"], case.instance["lambda"]) == (1.2, 1.5)
    assert {(one.feature, one.reference) for one in case.basis} == {
        ("kappa", "Observation/panel"),
        ("lambda", "Observation/panel"),
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "preliminary"},
        {"modifierExtension": [{"url": "https://example.org/not"}]},
        {"focus": [{"reference": "Patient/baby"}]},
        {"effectiveDateTime": "yesterday"},
    ],
)
def test_what_holds_for_a_panel_holds_for_its_components(changes: Any) -> None:
    record = bundle(patient(), panel(component(KAPPA, 12), **changes), light_chains()[1])
    with pytest.raises(InvalidRequestError) as refusal:
        read(record)
    assert "component[0]" in str(refusal.value.details[0].field)


def test_a_component_without_a_value_is_not_replaced_by_the_value_of_its_panel() -> None:
    empty = component(KAPPA, 12, dataAbsentReason={"coding": [{"code": "error"}]})
    del empty["valueQuantity"]
    whole = panel(empty) | {"valueQuantity": {"value": 99, "system": UCUM, "code": "mg/L"}}
    with pytest.raises(InvalidRequestError):
        read(bundle(patient(), whole, light_chains()[1]))


@pytest.mark.parametrize("holder", ["DiagnosticReport", "Observation"])
def test_results_that_a_report_contains_are_read(holder: str) -> None:
    kappa, lambda_, _ = light_chains()
    report = {"resourceType": holder, "id": "r", "status": "final", "contained": [kappa, lambda_]}
    case = read(bundle(patient(), report))
    assert case.instance["kappa"] == 1.2
    assert {one.reference for one in case.basis} == {f"{holder}/r"}


@pytest.mark.parametrize("status", ["preliminary", "entered-in-error", "cancelled", "registered"])
def test_a_report_that_is_not_final_has_no_final_results(status: str) -> None:
    kappa, lambda_, _ = light_chains()
    report = {"resourceType": "DiagnosticReport", "id": "r", "status": status, "contained": [kappa]}
    with pytest.raises(InvalidRequestError) as refusal:
        read(bundle(patient(), report, lambda_))
    assert "only final" in ENGLISH.say(refusal.value.details[0].fact)


def test_results_behind_references_that_are_not_there_are_told() -> None:
    report = {
        "resourceType": "DiagnosticReport",
        "id": "r",
        "status": "final",
        "result": [{"reference": "Observation/kappa"}, {"reference": "Observation/elsewhere"}],
    }
    case = read(bundle(patient(), report, *light_chains()))
    assert "refer to 1 result that is not in the record" in say_all(case.warnings)


def test_a_withheld_section_of_a_document_is_told() -> None:
    empty = {"emptyReason": {"coding": [{"code": "withheld"}]}}
    composition = {"resourceType": "Composition", "status": "final", "section": [empty]}
    document = bundle(composition, patient(), *light_chains(), kind="document")
    assert "section of the document is withheld" in say_all(read(document).warnings)
