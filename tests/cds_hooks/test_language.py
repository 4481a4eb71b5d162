"""Cards are written in the language that is accepted."""

from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from medmaas.api.app import create_app
from medmaas.model.registry import Registry
from tests.cds_hooks.calls import call, dose_call, order, searchset, sign
from tests.cds_hooks.judge import list_faults
from tests.fhir.records import patient
from tests.fhir.test_language import ENGLISH_WORDS, HAN, KEPT

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def client(registry: Registry) -> TestClient:
    app = create_app(registry)
    app.state.clock = lambda: NOW
    return TestClient(app, headers={"accept-language": "zh"})


def ask(client: TestClient, model: str, body: object) -> Any:
    answer = client.post(f"/cds-services/{model}", json=body).json()
    assert list_faults(answer) == []
    (card,) = answer["cards"]
    return card


CALLS: dict[str, tuple[str, Any]] = {
    "a risk": ("survival", call()),
    "a dose": ("chemo_dose", dose_call()),
    "an order to be replaced": ("chemo_dose", sign(order("72962"))),
    "an order without an id": ("chemo_dose", sign(order("72962", name=""))),
    "an order without a drug": ("chemo_dose", sign(order("161", system="urn:x"))),
    "nothing measured": (
        "survival",
        call(
            prefetch={"patient": patient(), "observations": searchset(), "conditions": searchset()}
        ),
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_everything_of_a_card_is_chinese(client: TestClient, name: str) -> None:
    card = ask(client, *CALLS[name])
    said = [
        card["summary"],
        card["detail"],
        card["links"][0]["label"],
        *(reason["display"] for reason in card.get("overrideReasons", ())),
    ]
    assert all(HAN.search(text) for text in said)
    assert [text for text in said if ENGLISH_WORDS.search(KEPT.sub("", text))] == []


def test_summary_suggestions_and_override_reasons_are_chinese(client: TestClient) -> None:
    orders = order("72962"), order("72962", name="o2")
    card = ask(client, "chemo_dose", sign(*orders))
    assert card["summary"] == "建议的下一次剂量：100 % + G-CSF（中性粒细胞 < 0.5：5%）"
    assert [one["label"] for one in card["suggestions"]][-1].startswith("推迟 7 天：")
    *_, gone = card["suggestions"][0]["actions"]
    assert gone["description"] == "撤回被此医嘱取代的医嘱"
    assert card["overrideReasons"][0]["display"] == "所用的值有误或已过时"
    assert card["overrideReasons"][0]["code"] == "data-wrong"


def test_discovery_is_chinese(client: TestClient) -> None:
    for service in client.get("/cds-services").json()["services"]:
        for name in ("title", "description", "usageRequirements"):
            assert HAN.search(service[name])


def test_a_call_that_breaks_a_rule_is_refused_in_chinese(client: TestClient) -> None:
    outcome = client.post("/cds-services/survival", json=call(prefetch={})).json()
    first, *others = outcome["issue"]
    assert first["diagnostics"].startswith("prefetch 须含 patient, observations, conditions")
    codes = [one["details"]["coding"][0]["code"] for one in others]
    assert codes == ["prefetch_missing"] * 3
