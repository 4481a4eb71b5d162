"""Options of a policy, as drafts."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from medmaas.fhir.answer import write_answer
from medmaas.fhir.case import Case, Evaluation
from medmaas.fhir.proposals import Proposal, propose
from medmaas.model.manifest import PolicyOutput
from medmaas.model.options import PLAIN, Options
from medmaas.model.predict import predict
from medmaas.model.registry import Registry
from tests.fhir.judge import list_faults

# the next day in UTC: a dose is of the day where the patient is
NOW = datetime(2026, 3, 1, 20, tzinfo=timezone(timedelta(hours=-5)))
COURSE = [
    {"day": -28, "anc": 5.1, "platelets": 258, "wbc": 6.9},
    {"day": -21, "anc": 5.6, "platelets": 249, "wbc": 7.4, "dose": 1.0},
    {"day": -14, "anc": 0.5, "platelets": 160, "wbc": 1.9},
    {"day": -7, "anc": 3.8, "platelets": 208, "wbc": 5.8},
]


def evaluate(registry: Registry, *, options: Options = PLAIN, **last: float) -> Evaluation:
    """With these counts today."""
    model = registry.get("chemo_dose")
    instance = {"history": [*COURSE, {"day": 0, **last}]}
    (prediction,) = predict(model, [instance], options)
    return Evaluation(model, Case("Patient/p1", NOW, instance), prediction)


def well(registry: Registry) -> Evaluation:
    return evaluate(registry, anc=5.4, platelets=225, wbc=7.0)


def dose(draft: Any) -> tuple[float, str]:
    quantity = draft["dosageInstruction"][0]["doseAndRate"][0]["doseQuantity"]
    assert quantity["system"] == "http://unitsofmeasure.org"
    return quantity["value"], quantity["code"]


def by_action(found: list[Proposal]) -> dict[str, Proposal]:
    return {proposal.action: proposal for proposal in found}


def test_every_allowed_option_is_proposed_and_the_recommended_one_comes_first(
    registry: Registry,
) -> None:
    evaluation = well(registry)
    found = propose(evaluation)
    assert evaluation.prediction
    told = evaluation.prediction["output"]
    assert {one.action for one in found} == {o["action"] for o in told["options"] if o["allowed"]}
    assert [one.recommended for one in found] == [True, False, False, False, False]
    assert found[0].action == told["recommended"]


def test_a_draft_is_a_share_of_the_full_dose_on_the_day_of_the_option(registry: Registry) -> None:
    found = by_action(propose(well(registry)))
    (reduced,) = found["75 %"].resources
    assert dose(reduced) == (75.0, "mg/m2")
    assert reduced["dosageInstruction"][0]["timing"]["event"] == ["2026-03-01"]
    (delayed,) = found["delay 7 days"].resources
    assert dose(delayed) == (100.0, "mg/m2")
    assert delayed["dosageInstruction"][0]["timing"]["event"] == ["2026-03-08"]
    assert delayed["authoredOn"] == "2026-03-01T20:00:00-05:00"


def test_pegfilgrastim_is_drafted_for_the_day_after_the_dose(registry: Registry) -> None:
    drug, support = by_action(propose(well(registry)))["100 % + G-CSF"].resources
    assert dose(drug) == (100.0, "mg/m2")
    assert dose(support) == (6.0, "mg")
    assert support["medicationCodeableConcept"]["text"] == "pegfilgrastim"
    assert support["dosageInstruction"][0]["timing"]["event"] == ["2026-03-02"]


def test_a_draft_says_what_it_is_wherever_it_ends_up(registry: Registry) -> None:
    output = registry.get("chemo_dose").manifest.output
    assert isinstance(output, PolicyOutput)
    for proposal in propose(well(registry)):
        for draft in proposal.resources:
            assert list_faults(draft) == []
            assert draft["subject"] == {"reference": "Patient/p1"}
            notes = [note["text"] for note in draft["note"]]
            assert notes[0].startswith(f"Option {proposal.action}: ")
            assert output.notice in notes


def test_a_label_names_drug_amount_and_day(registry: Registry) -> None:
    assert by_action(propose(well(registry)))["100 % + G-CSF"].label == (
        "100 % + G-CSF: docetaxel 100 mg/m2 on 2026-03-01, pegfilgrastim 6 mg on 2026-03-02"
    )


def test_where_only_a_delay_is_allowed_a_count_is_the_alternative(registry: Registry) -> None:
    forced = Options(force=True)  # the model learned from no decision at so few
    found = propose(evaluate(registry, options=forced, anc=0.7, platelets=225, wbc=2.0))
    assert [(one.action, one.recommended) for one in found] == [
        ("delay 7 days", True),
        ("CBC W Auto Differential panel - Blood", False),
    ]
    (order,) = found[1].resources
    assert order["resourceType"] == "ServiceRequest"
    assert order["code"]["coding"][0]["code"] == "57021-8"
    assert list_faults(order) == []


def test_where_the_model_abstains_nothing_is_proposed(registry: Registry) -> None:
    evaluation = evaluate(registry, platelets=225)  # the last neutrophils are a week old
    assert evaluation.prediction
    assert evaluation.prediction["status"] == "abstained"
    assert propose(evaluation) == []


def test_drafts_of_a_forced_answer_say_so(registry: Registry) -> None:
    assert propose(evaluate(registry, anc=120, platelets=2900, wbc=390)) == []
    options = Options(force=True)
    forced = propose(evaluate(registry, options=options, anc=120, platelets=2900, wbc=390))
    assert forced
    for proposal in forced:
        for draft in proposal.resources:
            assert "The answer was forced" in draft["note"][1]["text"]


@pytest.mark.parametrize("model_id", ["survival", "breast_fna"])
def test_what_recommends_nothing_proposes_nothing(registry: Registry, model_id: str) -> None:
    model = registry.get(model_id)
    (prediction,) = predict(model, [model.example])
    assert propose(Evaluation(model, Case("Patient/p1", NOW, model.example), prediction)) == []


def test_a_bundle_offers_each_option_once_and_says_that_at_most_one_is_chosen(
    registry: Registry,
) -> None:
    evaluation = well(registry)
    bundle = write_answer(evaluation)
    assert list_faults(bundle) == []
    drafts = [
        entry["fullUrl"]
        for entry in bundle["entry"]
        if entry["resource"]["resourceType"] == "MedicationRequest"
    ]
    (choice,) = bundle["entry"][-1]["resource"]["action"]
    assert choice["selectionBehavior"] == "at-most-one"
    offered = [
        part["resource"]["reference"]
        for offer in choice["action"]
        for part in offer.get("action", [offer])
    ]
    assert offered == drafts
    titles = [offer["title"] for offer in choice["action"]]
    assert [title.startswith("Recommended: ") for title in titles] == [True] + [False] * 4
