"""Cards: https://hl7.org/cds-hooks, "CDS Service Response". Advice, never an order."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from medmaas.cds_hooks.details import (
    name_outcome,
    write_detail,
    write_lacks,
    write_problems,
    write_reason,
)
from medmaas.cds_hooks.feedback import OVERRIDE_REASONS
from medmaas.errors import InvalidRequestError
from medmaas.fhir.case import Evaluation
from medmaas.fhir.proposals import Proposal, propose
from medmaas.fhir.sentences import name_time
from medmaas.model.manifest import ClassesOutput, PolicyOutput, SurvivalOutput, ValueOutput
from medmaas.model.registry import Model
from medmaas.words import Words

Card = dict[str, Any]
Resource = Mapping[str, Any]
_NAMELESS = (
    "There is nothing to accept: the order has no id, so no suggestion could take its place."
)
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
    model = evaluation.model
    if prediction is None:
        summary = "No assessment: data are missing"
        return [_write(model, address, summary, write_lacks(evaluation))]
    if prediction["status"] == "abstained":
        summary = "No assessment: the model does not apply to this record"
        return [_write(model, address, summary, write_reason(evaluation))]
    card = _write(model, address, _summarise(evaluation), write_detail(evaluation))
    card["indicator"] = "warning" if _is_warning(evaluation) else "info"
    card["overrideReasons"] = OVERRIDE_REASONS
    proposals = propose(evaluation)
    if proposals and replaced is None:
        card["detail"] += f"\n\n{_NAMELESS}"
    elif proposals and replaced is not None:
        card["suggestions"] = [_suggest(proposal, replaced) for proposal in proposals]
        card["selectionBehavior"] = "at-most-one"
    return [card]


def write_unclear(model: Model, address: str) -> Card:
    """The card for an order whose drug cannot be told."""
    summary = "No assessment: the drug of an order cannot be told"
    output = model.manifest.output
    orders = output.orders if isinstance(output, PolicyOutput) else None
    systems = dict.fromkeys(code.system for code in orders.treatment.codes) if orders else ()
    detail = f"The order names its drug by no code of {' or '.join(systems)}."
    return _write(model, address, summary, detail)


def write_unusable(model: Model, address: str, error: InvalidRequestError, words: Words) -> Card:
    """The card for a record with a result that cannot be used, as one in a wrong unit."""
    summary = "No assessment: a result in the record cannot be used"
    return _write(model, address, summary, write_problems(error, words))


def _write(model: Model, address: str, summary: str, detail: str) -> Card:
    manifest = model.manifest
    url = f"{address}/models/{manifest.id}/versions/{manifest.version}/card"
    source: dict[str, Any] = {"label": f"medmaas {manifest.id} {manifest.version}", "url": url}
    if manifest.cds_service and (topic := manifest.cds_service.topic):
        source["topic"] = topic.model_dump()
    source["extension"] = {"medmaas-model": model.identity}
    return {
        "uuid": str(uuid4()),
        "summary": summary if len(summary) <= _MOST else f"{summary[: _MOST - 1]}…",
        "detail": detail,
        "indicator": "info",
        "source": source,
        "links": [
            {"label": "How good this model is, and for whom", "url": url, "type": "absolute"}
        ],
    }


def _summarise(evaluation: Evaluation) -> str:
    output, told = evaluation.model.manifest.output, (evaluation.prediction or {})["output"]
    match output:
        case SurvivalOutput():
            day = _choose_horizon(evaluation, output)
            risk = told["risk"][str(day)]
            return f"Risk of death within {name_time(day)}: {risk:.0%}"
        case PolicyOutput():
            recommended, outcome = told["recommended"], output.outcomes[0].name
            options = {option["action"]: option for option in told["options"]}
            risk = options[recommended]["risks"][outcome]
            return f"Suggested next dose: {recommended} ({name_outcome(outcome)}: {risk:.0%})"
        case ClassesOutput():
            return f"{told['label']}: {told['probabilities'][told['label']]:.0%}"
        case ValueOutput():
            return f"{evaluation.model.manifest.title}: {told['value']:g} {told['unit']}"


def _choose_horizon(evaluation: Evaluation, output: SurvivalOutput) -> int:
    """The horizon of the decision, if there is one; else the one in the middle."""
    explanation = evaluation.model.manifest.explanation
    decision = explanation.decision if explanation else None
    named = {f"risk_{day}": day for day in output.horizon_days}
    middle = output.horizon_days[len(output.horizon_days) // 2]
    return named.get(decision.target, middle) if decision else middle


def _is_warning(evaluation: Evaluation) -> bool:
    """Whether something else is done at this answer, by what the manifest says."""
    output, told = evaluation.model.manifest.output, (evaluation.prediction or {})["output"]
    explanation = evaluation.model.manifest.explanation
    decision = explanation.decision if explanation else None
    match output:
        case PolicyOutput(actions=actions, limit=limit):
            allowed = [option for option in told["options"] if option["allowed"]]
            within = any(o["risks"][limit.outcome] <= limit.at_most for o in allowed)
            return len(allowed) < len(actions) or not within
        case SurvivalOutput() if decision:
            risks = {f"risk_{day}": risk for day, risk in told["risk"].items()}
            return bool(risks.get(decision.target, 0.0) > decision.threshold)
        case ValueOutput() if decision:
            return bool(told["value"] > decision.threshold)
        case _:
            return False


def _suggest(proposal: Proposal, replaced: Sequence[Resource]) -> dict[str, Any]:
    """One button. A draft order that is there already goes first, or both would be signed."""
    gone = [
        {
            "type": "delete",
            "description": "Take the order back that this one replaces",
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
