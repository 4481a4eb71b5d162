"""Which draft orders are of the model's drug, and what a card says of those that cannot be told."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from medmaas.api.app import create_app
from medmaas.model.registry import Registry
from tests.cds_hooks.calls import dose_call, order, searchset, sign
from tests.cds_hooks.judge import list_faults
from tests.fhir.records import DOCETAXEL, NOW, PEGFILGRASTIM, RXNORM, Resource, course

ATC = "http://www.whocc.no/atc"
SUGGESTED = "Suggested next dose: 100 % + G-CSF"
UNCLEAR = "No assessment: the drug of an order is not known"


@pytest.fixture(scope="module")
def client(registry: Registry) -> TestClient:
    app = create_app(registry)
    app.state.clock = lambda: NOW
    return TestClient(app)


def ask(client: TestClient, body: object) -> list[Any]:
    answer = client.post("/cds-services/chemo_dose.order-sign", json=body)
    assert answer.status_code == 200, answer.text
    assert list_faults(answer.json()) == []
    return list(answer.json()["cards"])


def name(concept: Any, **changes: Any) -> Resource:
    return order(DOCETAXEL) | {"medicationCodeableConcept": concept} | changes


def code(value: str, system: str = RXNORM, **changes: str) -> Resource:
    return {"coding": [{"system": system, "code": value} | changes]}


def refer(reference: str, **changes: Any) -> Resource:
    found = order(DOCETAXEL) | {"medicationReference": {"reference": reference}} | changes
    del found["medicationCodeableConcept"]
    return found


MEDICATION = {"resourceType": "Medication", "id": "m1", "code": code("1860480")}
INSIDE = {
    "resourceType": "Medication",
    "id": "m1",
    "ingredient": [{"itemCodeableConcept": code(DOCETAXEL)}],
}

OF_DRUG = {
    "a product": [name(code("1860480"))],
    "a product in words": [name(code("999999999", display="1 ML DOCEtaxel 20 MG/ML Injection"))],
    "a name": [name({"text": "多西他赛注射液"})],
    "a class of another spelling": [name(code("L01CD02", "urn:oid:2.16.840.1.113883.6.73"))],
    "a contained medication": [refer("#m1", contained=[MEDICATION])],
    "a medication beside it": [refer("Medication/m1"), MEDICATION],
    "an ingredient": [refer("Medication/m1"), INSIDE],
    "beside another drug": [name(code(DOCETAXEL)), name({"text": "Ondansetron"}, id="o2")],
}


@pytest.mark.parametrize("case", OF_DRUG)
@pytest.mark.parametrize("reverse", [False, True])
def test_an_order_of_the_drug_is_found_however_it_is_named(
    client: TestClient, case: str, *, reverse: bool
) -> None:
    orders = OF_DRUG[case][::-1] if reverse else OF_DRUG[case]
    (card,) = ask(client, sign(*orders))
    assert card["summary"].startswith(SUGGESTED)
    assert card["suggestions"][0]["actions"][0]["type"] == "update"
    by_name = "by its name alone" in card["detail"]
    assert by_name is (case in {"a product in words", "a name"})


def test_an_order_may_refer_to_what_was_prefetched_or_to_an_entry_by_its_address(
    client: TestClient,
) -> None:
    body = sign(refer("Medication/m1"))
    drugs = searchset(course()[-1], MEDICATION)
    body["prefetch"]["administrations"] = drugs
    assert ask(client, body)[0]["summary"].startswith(SUGGESTED)
    body = sign(refer("urn:uuid:6d3c4b0f-9a35-4d6c-8c4b-7c115f3a1a3e"))
    entry = {"fullUrl": "urn:uuid:6d3c4b0f-9a35-4d6c-8c4b-7c115f3a1a3e", "resource": MEDICATION}
    body["context"]["draftOrders"]["entry"].append(entry)
    assert ask(client, body)[0]["summary"].startswith(SUGGESTED)


NOT_OF_DRUG = {
    "another code of a whole table": [name(code("N02BE01", ATC))],
    "another name": [name(code("999999999", display="ondansetron 4 MG Oral Tablet"))],
    "the growth factor": [name(code(PEGFILGRASTIM))],
    "a similar drug": [name(code("56946"))],
    "what must not be given": [name(code(DOCETAXEL), doNotPerform=True)],
    "what was entered in error": [name(code(DOCETAXEL), status="entered-in-error")],
}


@pytest.mark.parametrize("case", NOT_OF_DRUG)
def test_orders_of_other_drugs_or_of_none_get_no_card(client: TestClient, case: str) -> None:
    assert ask(client, sign(*NOT_OF_DRUG[case])) == []


DOUBTFUL = {
    "nowhere": refer("Medication/m9"),
    "a bare code": name(code("999999999")),
    "a class": name({"text": "Chemotherapie"}),
    "two drugs": name(
        {"coding": [*code("L01CD02", ATC)["coding"], *code("N02BE01", ATC)["coding"]]}
    ),
    "nothing": name({}),
}


@pytest.mark.parametrize("case", DOUBTFUL)
def test_an_order_that_cannot_be_told_gets_an_info_card_with_the_reason(
    client: TestClient, case: str
) -> None:
    (card,) = ask(client, sign(DOUBTFUL[case]))
    assert (card["summary"], card["indicator"]) == (UNCLEAR, "info")
    assert "cannot be told whether it is of docetaxel" in card["detail"]


def test_beside_an_order_of_the_drug_one_that_cannot_be_told_leaves_nothing_to_accept(
    client: TestClient,
) -> None:
    both = [name(code(DOCETAXEL)), DOUBTFUL["a bare code"] | {"id": "o2"}]
    for orders in (both, both[::-1]):
        card, unclear = ask(client, sign(*orders))
        assert card["summary"].startswith(SUGGESTED)
        assert "suggestions" not in card
        assert "another order may be of the same drug" in card["detail"]
        assert unclear["summary"] == UNCLEAR


def test_what_is_given_after_the_drug_is_not_ordered_twice_either(client: TestClient) -> None:
    gcsf = name(code("727539"), id="g1")
    (card,) = ask(client, sign(name(code(DOCETAXEL)), gcsf))
    for suggestion in card["suggestions"]:
        kinds = [(one["type"], one["resource"]["id"]) for one in suggestion["actions"]]
        both = [("update", "o1"), ("update", "g1")]
        assert kinds == (both if "G-CSF" in suggestion["label"] else both[:1])
    (card,) = ask(client, sign(name(code(DOCETAXEL)), gcsf | {"id": ""}))
    assert "suggestions" not in card


def test_a_drug_that_was_given_and_cannot_be_told_is_a_card_that_says_so(
    client: TestClient,
) -> None:
    body = dose_call()
    given = body["prefetch"]["administrations"]["entry"][0]["resource"]
    given["medicationCodeableConcept"] = code("999999999", display="secret")
    given["medicationCodeableConcept"]["coding"][0].pop("display")
    answer = client.post("/cds-services/chemo_dose", json=body).json()
    (card,) = answer["cards"]
    assert card["summary"] == "No assessment: what the record says leaves something open"
    assert "MedicationAdministration/d1" in card["detail"]
    assert "999999999" not in json.dumps(card)
    assert "suggestions" not in card


def test_nothing_that_an_order_says_is_repeated(client: TestClient) -> None:
    body = sign(name({"text": "docetaxel for Invented Person"}), name({"text": "chemo secret"}))
    assert "Person" not in json.dumps(ask(client, body))
    assert "secret" not in json.dumps(ask(client, body))
