"""A record system asks, and gets cards."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from medmaas.api.app import create_app
from medmaas.cds_hooks import advice
from medmaas.model.options import Options
from medmaas.model.registry import Registry
from tests.cds_hooks.calls import call, dose_call, order, searchset, sign
from tests.cds_hooks.judge import list_faults, list_faults_of_services
from tests.conftest import MODELS, PATIENT, Spoil, version_of
from tests.fhir.records import (
    KAPPA,
    NEUTROPHILS,
    RXNORM,
    condition,
    light_chains,
    observation,
    patient,
)

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
Ask = Callable[..., Any]


def make_client() -> TestClient:
    app = create_app(Registry(MODELS))
    app.state.clock = lambda: NOW
    return TestClient(app)


CLIENT = make_client()


def ask(model: str, body: object, status: int = 200) -> Any:
    response = CLIENT.post(f"/cds-services/{model}", json=body)
    assert response.status_code == status, response.text
    answer = response.json()
    if status == 200:
        assert list_faults(answer) == []
    else:
        assert answer["resourceType"] == "OperationOutcome"
    return answer


def one_card(model: str, body: object) -> Any:
    (card,) = ask(model, body)["cards"]
    return card


def test_discovery_names_a_service_per_model_and_hook() -> None:
    answer = CLIENT.get("/cds-services").json()
    assert list_faults_of_services(answer) == []
    assert {(s["id"], s["hook"]) for s in answer["services"]} == {
        ("survival", "patient-view"),
        ("chemo_dose", "patient-view"),
        ("chemo_dose.order-sign", "order-sign"),
    }


def test_a_service_has_one_hook_but_the_id_of_its_model_answers_at_all() -> None:
    orders = sign(order("72962"))
    for service in ("chemo_dose", "chemo_dose.order-sign"):
        assert one_card(service, orders)["summary"] == one_card("chemo_dose", orders)["summary"]
    ask("chemo_dose.order-sign", dose_call(), 400)
    ask("chemo_dose.patient-view", dose_call(), 404)
    ask("survival.order-sign", call(), 404)
    fed = {
        "card": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "outcome": "overridden",
        "outcomeTimestamp": "2026-03-01T09:00:00Z",
    }
    path = "/cds-services/chemo_dose.order-sign/feedback"
    assert CLIENT.post(path, json={"feedback": [fed]}).status_code == 200


def test_prefetch_asks_for_every_code_that_the_model_reads() -> None:
    services = {s["id"]: s["prefetch"] for s in CLIENT.get("/cds-services").json()["services"]}
    assert services["survival"]["patient"] == "Patient/{{context.patientId}}"
    query = services["survival"]["observations"]
    assert query.startswith("Observation?patient={{context.patientId}}&code=http://loinc.org|")
    assert query.endswith("&_sort=-date&_count=60")
    for code in (KAPPA, "80515-0", "2160-0", "14682-9"):
        assert f"http://loinc.org|{code}" in query
    assert "http://snomed.info/sct|277577000" in services["survival"]["conditions"]
    assert "770-8" in services["chemo_dose"]["observations"]
    assert services["chemo_dose"]["administrations"] == (
        "MedicationAdministration?patient={{context.patientId}}"
        "&_include=MedicationAdministration:medication&_sort=-effective-time&_count=500"
    )


def test_a_chart_that_is_opened_gets_a_risk_with_its_reason_and_its_basis(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # as long as another door's, so that both are exact however busy the machine is
    monkeypatch.setattr(advice, "OPTIONS", Options(explain=True))
    card = one_card("survival", call())
    native = CLIENT.post(
        "/models/survival/explain",
        json={
            "instances": [
                {
                    "age": 73, "sex": "F", "creatinine": 1.097264, "kappa": 1.2, "lambda": 1.5,
                    "mgus": False,
                }
            ]
        },
    ).json()["predictions"][0]  # fmt: skip
    risk = native["output"]["risk"]["1826"]
    assert card["summary"] == f"Risk of death within 5 years: {risk:.0%}"
    sentence = native["explanation"]["sentence"]
    assert sentence[1:] in card["detail"].replace("\\", "")
    assert f"{native['output']['risk']['365']:.1%}" in card["detail"]
    assert "Observation/kappa" in card["detail"].replace("\\", "")
    assert "Research use only" in card["detail"]
    assert "suggestions" not in card


def test_a_card_leads_to_the_card_of_its_model() -> None:
    card = one_card("survival", call())
    (link,), version = card["links"], version_of("survival")
    assert link["url"] == f"http://testserver/models/survival/versions/{version}/card"
    assert CLIENT.get(link["url"]).status_code == 200
    assert card["source"]["label"] == f"medmaas survival {version}"
    native = CLIENT.post("/models/survival/predict", json={"instances": [PATIENT]}).json()
    assert card["source"]["extension"] == {"medmaas-model": native["model"]}


def test_beyond_the_threshold_of_the_manifest_a_card_warns() -> None:
    assert one_card("survival", call())["indicator"] == "warning"
    younger = call()
    younger["prefetch"]["patient"] = patient(birthDate="1970-01-01")
    assert one_card("survival", younger)["indicator"] == "info"


def test_a_dose_comes_with_suggestions_of_which_one_is_recommended() -> None:
    card = one_card("chemo_dose", dose_call())
    assert card["summary"] == "Suggested next dose: 100 % + G-CSF (anc below 0.5: 5%)"
    assert card["selectionBehavior"] == "at-most-one"
    assert len(card["suggestions"]) == 5
    first, *others = card["suggestions"]
    assert first["isRecommended"] is True
    assert not any("isRecommended" in other for other in others)
    for suggestion in card["suggestions"]:
        for action in suggestion["actions"]:
            resource = action["resource"]
            assert resource["resourceType"] in {"MedicationRequest", "ServiceRequest"}
            assert (resource["status"], resource["intent"]) == ("draft", "proposal")
    assert "simulated" in card["detail"]
    assert len({reason["code"] for reason in card["overrideReasons"]}) >= 3


def test_accepting_at_signing_replaces_the_draft_and_does_not_order_twice() -> None:
    card = one_card("chemo_dose", sign(order("72962", name="draft-7")))
    for suggestion in card["suggestions"]:
        first, *others = suggestion["actions"]
        assert (first["type"], first["resource"]["id"]) == ("update", "draft-7")
        assert first["resource"]["dosageInstruction"]
        assert {action["type"] for action in others} <= {"create"}


def keep(orders: list[str], actions: list[Any]) -> list[str]:
    """What is ordered of the drug once a client has run these actions."""
    for action in actions:
        if action["type"] == "delete":
            orders = [one for one in orders if one != action["resourceId"].split("/")[1]]
        elif action["type"] == "create":
            orders = [*orders, action["description"]]
    return orders


def test_a_client_that_runs_the_first_action_alone_keeps_an_order() -> None:
    orders = sign(order("72962", name="first"), order("72962", name="second"))
    card = one_card("chemo_dose", orders)
    for suggestion in card["suggestions"]:
        assert keep(["first"], suggestion["actions"][:1])
        assert "second" not in keep(["first", "second"], suggestion["actions"])


def test_a_count_that_is_ordered_instead_of_a_drug_comes_before_the_drug_is_taken_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(advice, "OPTIONS", Options(force=True))
    low = sign(order("72962", name="draft-7"))
    counts = low["prefetch"]["observations"]["entry"]
    for entry in counts:
        if entry["resource"]["id"] == "anc4":
            entry["resource"]["valueQuantity"]["value"] = 0.7
    *_, recheck = one_card("chemo_dose", low)["suggestions"]
    kinds = [
        (one["type"], one.get("resource", {}).get("resourceType")) for one in recheck["actions"]
    ]
    assert kinds == [("create", "ServiceRequest"), ("delete", None)]


@pytest.mark.parametrize("name", ["", "two words", "<b>", None])
def test_a_draft_that_cannot_be_taken_back_is_not_replaced(name: Any) -> None:
    card = one_card("chemo_dose", sign(order("72962", name=name)))
    assert card["summary"].startswith("Suggested next dose: 100 % + G-CSF")
    assert "suggestions" not in card
    assert "has no id" in card["detail"]


def test_an_order_of_another_patient_is_refused() -> None:
    other = order("72962") | {"subject": {"reference": "https://ehr.example/Patient/p2"}}
    ask("chemo_dose", sign(order("161"), other), 400)


def test_orders_of_other_drugs_get_no_card() -> None:
    other = order("161")
    other["medicationCodeableConcept"]["text"] = "Acetaminophen 325 MG Oral Tablet"
    assert ask("chemo_dose", sign(other))["cards"] == []
    assert ask("chemo_dose", sign())["cards"] == []


@pytest.mark.parametrize(
    "concept",
    [
        None,
        {"text": "dexamethasone before docetaxel"},
        {"coding": "?"},
        {"coding": [{"system": RXNORM}]},
        {"coding": [{"system": RXNORM, "code": "161"}]},
        {"coding": [{"system": "http://www.whocc.no/atc", "code": "L01CD"}]},
    ],
)
def test_an_order_whose_drug_cannot_be_told_is_not_passed_in_silence(concept: object) -> None:
    unclear = order("161") | {"medicationCodeableConcept": concept}
    card = one_card("chemo_dose", sign(unclear))
    assert card["summary"] == "No assessment: the drug of an order is not known"


def test_an_abstention_is_a_card_that_says_why() -> None:
    child = call()
    child["prefetch"]["patient"] = patient(birthDate="2015-01-01")
    card = one_card("survival", child)
    assert card["indicator"] == "info"
    assert "No assessment" in card["summary"]
    assert "unlike those the model learned from" in card["detail"]


def test_missing_results_are_a_card_that_names_code_and_unit() -> None:
    empty = dose_call()
    empty["prefetch"]["observations"] = searchset()
    card = one_card("chemo_dose", empty)
    assert card["summary"] == "No assessment: data are missing"
    assert "LOINC 751-8 or 26499-4 or 753-4, in 10*9/L" in card["detail"].replace("\\", "")


def test_null_says_that_there_is_nothing_as_an_empty_searchset_does() -> None:
    """https://cds-hooks.hl7.org/2.0/#prefetch-template: without data a key MUST be null."""
    nothing = put(call(), None, "prefetch", "conditions")
    assert one_card("survival", nothing)["detail"] == one_card("survival", call())["detail"]
    for key in ("observations", "body", "administrations"):
        empty, none = (put(dose_call(), it, "prefetch", key) for it in (searchset(), None))
        first, second = one_card("chemo_dose", empty), one_card("chemo_dose", none)
        assert (first["summary"], first["detail"]) == (second["summary"], second["detail"])


def test_a_mistake_of_the_unit_is_a_card_that_names_the_resource_and_not_the_value() -> None:
    wrong = call()
    kappa = observation("kappa", KAPPA, 151.7, "mg/dL")
    wrong["prefetch"]["observations"] = searchset(kappa, *light_chains()[1:])
    card = one_card("survival", wrong)
    assert card["summary"] == "No assessment: a result in the record cannot be used"
    assert "prefetch.observations.entry[0].resource" in card["detail"].replace("\\", "")
    assert "151" not in json.dumps(card | {"uuid": "by chance"})


def test_sixty_observations_are_read() -> None:
    counts = [
        observation(
            f"n{i}", NEUTROPHILS, 3 + i % 4, "10*3/uL", (NOW - timedelta(days=3 * i)).isoformat()
        )
        for i in range(60)
    ]
    body = dose_call()
    body["prefetch"]["observations"] = searchset(*counts)
    label = one_card("chemo_dose", body)["source"]["label"]
    assert label == f"medmaas chemo_dose {version_of('chemo_dose')}"


def without(body: dict[str, Any], *path: str) -> dict[str, Any]:
    node = body
    for step in path[:-1]:
        node = node[step]
    del node[path[-1]]
    return body


def put(body: dict[str, Any], value: object, *path: str | int) -> dict[str, Any]:
    node: Any = body
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    return body


BAD: dict[str, tuple[object, int]] = {
    "no object": ([], 400),
    "a hook of another service": (call("order-sign"), 400),
    "a hook that nobody knows": (call("encounter-start"), 400),
    "no hookInstance": (without(call(), "hookInstance"), 400),
    "a hookInstance that is no UUID": (call(hookInstance="1"), 400),
    "a hookInstance that is a number": (call(hookInstance=11111111111111111111111111111111), 400),
    "no context": (without(call(), "context"), 400),
    "no user": (without(call(), "context", "userId"), 400),
    "a user on no server": (put(call(), "ftp://a/Practitioner/7", "context", "userId"), 400),
    "a user that is no reference": (put(call(), "me", "context", "userId"), 400),
    "no patient in the context": (without(call(), "context", "patientId"), 400),
    "another patient in the context": (put(call(), "p2", "context", "patientId"), 400),
    "a token without a server": (call(fhirAuthorization={"access_token": "t"}), 400),
    "a Bundle as prefetch": (call(prefetch=searchset(*light_chains())), 400),
    "a list as prefetch": (call(prefetch=[]), 400),
    "a patient that is none": (put(call(), light_chains()[0], "prefetch", "patient"), 400),
    "no prefetch": (without(call(), "prefetch"), 412),
    "a key is missing": (without(call(), "prefetch", "observations"), 412),
    "the patient is null": (put(call(), None, "prefetch", "patient"), 412),
    "a query failed": (
        put(call(), {"resourceType": "OperationOutcome"}, "prefetch", "observations"), 412,
    ),
    "another patient's results": (
        put(
            call(),
            searchset(observation("k", KAPPA, 1, "mg/dL", subject={"reference": "Patient/2"})),
            "prefetch", "observations",
        ),
        422,
    ),
    "no resource": (put(call(), {"a": 1}, "prefetch", "observations"), 422),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_call_that_breaks_a_rule_is_refused(name: str) -> None:
    body, status = BAD[name]
    ask("survival", body, status)


def test_a_user_may_be_named_by_an_address() -> None:
    address = "https://fhir.example.org/r4/Practitioner/7"
    body = put(call(), address, "context", "userId")
    assert one_card("survival", body)["detail"] == one_card("survival", call())["detail"]


def test_what_is_true_or_false_is_yes_or_no_in_a_card() -> None:
    body = put(call(), searchset(condition()), "prefetch", "conditions")
    assert "| mgus | yes |" in one_card("survival", body)["detail"]


def test_signing_needs_the_orders() -> None:
    ask("chemo_dose", dose_call("order-sign"), 400)
    ask("chemo_dose", put(sign(), [], "context", "draftOrders"), 400)
    ask("chemo_dose", put(sign(), [{}], "context", "draftOrders", "entry"), 400)


@pytest.mark.parametrize("service", ["breast_fna", "nothing"])
def test_a_service_that_is_none_is_not_found(service: str) -> None:
    ask(service, call(), 404)


def test_a_service_whose_model_failed_a_check_says_so(models: Path, change_manifest: Spoil) -> None:
    change_manifest(lambda manifest: manifest["artefact"].update(sha256="0" * 64))
    client = TestClient(create_app(Registry(models)))
    assert client.post("/cds-services/survival", json=call()).status_code == 503
    assert client.post("/cds-services/chemo_dose", json=dose_call()).status_code == 200


def test_another_content_type_is_refused() -> None:
    for content, media_type, status in (("<a/>", "text/xml", 415), ("{", "application/json", 400)):
        response = CLIENT.post(
            "/cds-services/survival", content=content, headers={"content-type": media_type}
        )
        assert response.status_code == status


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inside: (
        st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=5), inside, max_size=3)
    ),
    max_leaves=6,
)
PATHS = [
    ("hook",), ("hookInstance",), ("context",), ("context", "patientId"), ("context", "userId"),
    ("context", "draftOrders"), ("context", "draftOrders", "entry"), ("prefetch",),
    ("prefetch", "patient"), ("prefetch", "observations"), ("prefetch", "administrations"),
    ("prefetch", "patient", "id"), ("prefetch", "patient", "birthDate"), ("fhirServer",),
]  # fmt: skip


@given(st.sampled_from(PATHS), JSON)
def test_whatever_is_sent_the_service_does_not_fail(path: tuple[str, ...], value: object) -> None:
    body = put(sign(order("72962")), value, *path)
    assert CLIENT.post("/cds-services/chemo_dose", json=body).status_code < 500


def test_nothing_of_the_patient_is_logged(capfd: pytest.CaptureFixture[str]) -> None:
    body = json.loads(json.dumps(dose_call()).replace("p1", "patient-zero"))
    one_card("chemo_dose", body)
    ask("chemo_dose", put(body, "patient-one", "context", "patientId"), 400)
    lines = capfd.readouterr().err
    assert lines.count("/cds-services/{id}") == 2
    for secret in ("patient-", "Practitioner", "1952", "anc0", "Observation", "2026-03"):
        assert secret not in lines


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("summary",), "x" * 140),
        (("indicator",), "danger"),
        (("source", "label"), ""),
        (("selectionBehavior",), "all"),
        (("suggestions", 1, "isRecommended"), True),
        (("suggestions", 0, "actions", 0, "type"), "delete"),
        (("suggestions", 0, "actions", 0, "resource", "status"), "active"),
        (("links", 0, "appContext"), "x"),
        (("suggestions",), []),
    ],
)
def test_the_judge_notices(path: tuple[Any, ...], value: object) -> None:
    answer = ask("chemo_dose", dose_call())
    put(answer["cards"][0], value, *path)
    assert list_faults(answer)
