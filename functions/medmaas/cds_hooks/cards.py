"""Cards: https://hl7.org/cds-hooks, "CDS Service Response". Advice, never an order."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from medmaas.cds_hooks.details import (
    escape,
    write_detail,
    write_lacks,
    write_problems,
    write_reason,
)
from medmaas.cds_hooks.feedback import list_override_reasons
from medmaas.cds_hooks.orders import NOTHING_REPLACED, Replaced
from medmaas.errors import InvalidRequestError
from medmaas.facts import Fact
from medmaas.fhir.case import Evaluation
from medmaas.fhir.notes import end
from medmaas.fhir.proposals import Proposal, propose
from medmaas.model.manifest import Decision
from medmaas.model.registry import Model
from medmaas.words import Words

Card = dict[str, Any]
Resource = Mapping[str, Any]
_MOST = 139  # characters of a summary: fewer than 140


def write_cards(
    evaluation: Evaluation, address: str, orders: Replaced = NOTHING_REPLACED
) -> list[Card]:
    """What there is to say of a patient: one card, also where there is no answer.

    Args:
        evaluation: of the patient.
        address: of the service, for links.
        orders: draft orders that a suggestion takes the place of.
    """
    prediction = evaluation.prediction
    model, words = evaluation.model, evaluation.words
    if prediction is None:
        summary, detail = Fact("card_data_missing"), write_lacks(evaluation)
        return [_write(model, address, words, summary, detail)]
    if prediction["status"] == "abstained":
        is_held = prediction["reason"] == evaluation.case.reason
        summary = Fact("card_held") if is_held else Fact("card_abstained")
        detail = write_reason(evaluation)
        return [_write(model, address, words, summary, detail)]
    output, decision = prediction["output"], _find_decision(model)
    summary = model.output.summarise(output, decision)
    card = _write(model, address, words, summary, write_detail(evaluation))
    card["indicator"] = "warning" if model.output.is_alarming(output, decision) else "info"
    card["overrideReasons"] = list_override_reasons(words)
    proposals = propose(evaluation)
    if proposals and not orders.obstacle:
        card["suggestions"] = [_suggest(proposal, orders, words) for proposal in proposals]
        card["selectionBehavior"] = "at-most-one"
    obstacles = [orders.obstacle] if proposals and orders.obstacle else []
    for fact in (*orders.notes, *obstacles):
        card["detail"] += f"\n\n{escape(words.say(end(fact)))}"
    return [card]


def write_unclear(model: Model, address: str, why: Fact, words: Words) -> Card:
    """The card for an order of which it cannot be told whether it is of the model's drug."""
    detail = escape(words.say(end(why)))
    return _write(model, address, words, Fact("card_drug_unclear"), detail)


def write_unusable(model: Model, address: str, error: InvalidRequestError, words: Words) -> Card:
    """The card for a record with a result that cannot be used, as one in a wrong unit."""
    return _write(model, address, words, Fact("card_unusable"), write_problems(error, words))


def _write(model: Model, address: str, words: Words, summary: Fact, detail: str) -> Card:
    manifest, said = model.manifest, words.say(summary)
    url = f"{address}/models/{manifest.id}/versions/{manifest.version}/card"
    source: dict[str, Any] = {"label": f"medmaas {manifest.id} {manifest.version}", "url": url}
    if manifest.cds_service and (topic := manifest.cds_service.topic):
        source["topic"] = topic.model_dump()
    source["extension"] = {"medmaas-model": model.identity}
    return {
        "uuid": str(uuid4()),
        "summary": said if len(said) <= _MOST else f"{said[: _MOST - 1]}…",
        "detail": detail,
        "indicator": "info",
        "source": source,
        "links": [{"label": words.say(Fact("link_to_card")), "url": url, "type": "absolute"}],
    }


def _find_decision(model: Model) -> Decision | None:
    explanation = model.manifest.explanation
    return explanation.decision if explanation else None


def _suggest(proposal: Proposal, orders: Replaced, words: Words) -> dict[str, Any]:
    """One button: it changes the draft orders that are there, or both would be signed.

    The order is kept by the first action alone, for clients that run no other: an update of it, or
    what takes its place before it is taken back.
    """
    gone = [
        {
            "type": "delete",
            "description": words.say(Fact("take_order_back")),
            "resourceId": f"{order['resourceType']}/{order['id']}",
        }
        for order in orders.of_drug
    ]
    new = [
        {"type": "create", "description": _describe(resource, proposal), "resource": resource}
        for resource in proposal.resources
    ]
    if gone and proposal.orders_drug:
        _change(new[0], orders.of_drug[0])
        gone = gone[1:]
    if orders.of_gcsf and len(new) > 1:
        _change(new[1], orders.of_gcsf[0])
    suggestion: dict[str, Any] = {"label": proposal.label, "uuid": str(uuid4())}
    if proposal.recommended:
        suggestion["isRecommended"] = True
    return suggestion | {"actions": [*new, *gone]}


def _change(action: dict[str, Any], order: Resource) -> None:
    """Let an action change an order rather than make another."""
    action |= {"type": "update", "resource": {"id": order["id"]} | dict(action["resource"])}


def _describe(resource: Resource, proposal: Proposal) -> str:
    """What one draft orders: of two drugs each its own."""
    dosage = resource.get("dosageInstruction")
    return str(dosage[0]["text"]) if dosage else proposal.label
