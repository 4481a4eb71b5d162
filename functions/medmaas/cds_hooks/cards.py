"""Cards: https://hl7.org/cds-hooks, "CDS Service Response". Advice, never an order."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from medmaas.cds_hooks.details import (
    write_detail,
    write_lacks,
    write_problems,
    write_reason,
)
from medmaas.cds_hooks.feedback import list_override_reasons
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
    evaluation: Evaluation, address: str, replaced: Sequence[Resource] | None = ()
) -> list[Card]:
    """What there is to say of a patient: one card, also where there is no answer.

    Args:
        evaluation: of the patient.
        address: of the service, for links.
        replaced: draft orders that a suggestion takes the place of; None where one of them cannot
            be named: then there are no suggestions, or the drug would be ordered twice.
    """
    prediction = evaluation.prediction
    model, words = evaluation.model, evaluation.words
    if prediction is None:
        summary, detail = Fact("card_data_missing"), write_lacks(evaluation)
        return [_write(model, address, words, summary, detail)]
    if prediction["status"] == "abstained":
        summary, detail = Fact("card_abstained"), write_reason(evaluation)
        return [_write(model, address, words, summary, detail)]
    output, decision = prediction["output"], _find_decision(model)
    summary = model.output.summarise(output, decision)
    card = _write(model, address, words, summary, write_detail(evaluation))
    card["indicator"] = "warning" if model.output.is_alarming(output, decision) else "info"
    card["overrideReasons"] = list_override_reasons(words)
    proposals = propose(evaluation)
    if proposals and replaced is None:
        card["detail"] += f"\n\n{words.say(end(Fact('nothing_to_accept')))}"
    elif proposals and replaced is not None:
        card["suggestions"] = [_suggest(proposal, replaced, words) for proposal in proposals]
        card["selectionBehavior"] = "at-most-one"
    return [card]


def write_unclear(model: Model, address: str, words: Words) -> Card:
    """The card for an order whose drug is not known."""
    orders = model.output.orders
    systems = dict.fromkeys(code.system for code in orders.treatment.codes) if orders else ()
    detail = words.say(end(Fact("drug_without_code", systems=[*systems])))
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


def _suggest(proposal: Proposal, replaced: Sequence[Resource], words: Words) -> dict[str, Any]:
    """One button. A draft order that is there already goes first, or both would be signed."""
    gone = [
        {
            "type": "delete",
            "description": words.say(Fact("take_order_back")),
            "resourceId": f"{order['resourceType']}/{order['id']}",
        }
        for order in replaced
    ]
    new = [
        {"type": "create", "description": _describe(resource, proposal), "resource": resource}
        for resource in proposal.resources
    ]
    suggestion: dict[str, Any] = {"label": proposal.label, "uuid": str(uuid4())}
    if proposal.recommended:
        suggestion["isRecommended"] = True
    return suggestion | {"actions": [*gone, *new]}


def _describe(resource: Resource, proposal: Proposal) -> str:
    """What one draft orders: of two drugs each its own."""
    dosage = resource.get("dosageInstruction")
    return str(dosage[0]["text"]) if dosage else proposal.label
