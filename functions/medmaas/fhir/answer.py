"""A prediction as resources: RiskAssessment, Observation, or a Bundle with drafts beside it.

https://hl7.org/fhir/R4/riskassessment.html; probabilityDecimal is a percentage (ras-2).
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from medmaas.fhir.case import Evaluation
from medmaas.fhir.device import finish, write_device
from medmaas.fhir.elements import UCUM
from medmaas.fhir.proposals import Proposal, Resource, propose
from medmaas.fhir.sentences import list_notes
from medmaas.model.manifest import ClassesOutput, PolicyOutput, SurvivalOutput, ValueOutput

_DAYS_PER_YEAR = 365.25


def write_answer(evaluation: Evaluation) -> Resource:
    """What the model says of the patient.

    Returns:
        A RiskAssessment; of a value an Observation; of a policy a Bundle of a RiskAssessment,
        drafts of the options, and a RequestGroup of which at most one is to be chosen. Where the
        model abstains its status is cancelled, a note says why, and there is neither number nor
        draft.
    """
    output, prediction = evaluation.model.manifest.output, evaluation.prediction
    if prediction is None:
        raise ValueError("where data are missing there is no answer")
    answered = prediction["output"] is not None and prediction["status"] != "abstained"
    match output:
        case PolicyOutput():
            told = _predict_options(evaluation, output) if answered else []
            return _bundle(_assess(evaluation, told), propose(evaluation))
        case ValueOutput() if answered:
            return _observe(evaluation, output)
        case SurvivalOutput() if answered:
            return _assess(evaluation, _predict_horizons(evaluation, output))
        case ClassesOutput() if answered:
            return _assess(evaluation, _predict_labels(evaluation, output))
        case _:
            return _assess(evaluation, [])


def write_percentage(probability: float) -> float:
    """A probability of six decimals as a percentage of four, exactly."""
    return float(Decimal(repr(probability)) * 100)


def _assess(evaluation: Evaluation, predictions: list[Resource]) -> Resource:
    case = evaluation.case
    resource: Resource = {
        "resourceType": "RiskAssessment",
        "contained": [write_device(evaluation.model)],
        "status": "final" if predictions else "cancelled",
        "method": {"text": evaluation.model.manifest.title},
        "subject": {"reference": case.subject},
        "occurrenceDateTime": case.as_of.isoformat(timespec="seconds"),
        "performer": {"reference": "#model"},
        "basis": [{"reference": one.reference} for one in case.basis],
        "prediction": predictions,
        "note": [{"text": text} for text in list_notes(evaluation)],
    }
    return finish(resource)


def _observe(evaluation: Evaluation, output: ValueOutput) -> Resource:
    case, prediction = evaluation.case, evaluation.prediction or {}
    quantity: Resource = {"value": prediction["output"]["value"], "unit": output.unit}
    if " " not in output.unit:
        quantity |= {"system": UCUM, "code": output.unit}
    resource: Resource = {
        "resourceType": "Observation",
        "contained": [write_device(evaluation.model)],
        "status": "final",
        "code": {"text": evaluation.model.manifest.title},
        "subject": {"reference": case.subject},
        "effectiveDateTime": case.as_of.isoformat(timespec="seconds"),
        "valueQuantity": quantity,
        "device": {"reference": "#model"},
        "derivedFrom": [{"reference": one.reference} for one in case.basis],
        "note": [{"text": text} for text in list_notes(evaluation)],
    }
    return finish(resource)


def _predict_horizons(evaluation: Evaluation, output: SurvivalOutput) -> list[Resource]:
    prediction = evaluation.prediction or {}
    return [
        {
            "outcome": {"text": "Death from any cause"},
            "probabilityDecimal": write_percentage(prediction["output"]["risk"][str(day)]),
            "whenRange": {"low": _write_years(0), "high": _write_years(day / _DAYS_PER_YEAR)},
        }
        | _give_rationale(prediction)
        for day in output.horizon_days
    ]


def _predict_labels(evaluation: Evaluation, output: ClassesOutput) -> list[Resource]:
    prediction = evaluation.prediction or {}
    return [
        {
            "outcome": {"text": label},
            "probabilityDecimal": write_percentage(prediction["output"]["probabilities"][label]),
        }
        | _give_rationale(prediction)
        for label in output.labels
    ]


def _predict_options(evaluation: Evaluation, output: PolicyOutput) -> list[Resource]:
    prediction = evaluation.prediction or {}
    described = {outcome.name: outcome.description for outcome in output.outcomes}
    return [
        {
            "outcome": {"text": f"{option['action']}: {described[name]}"},
            "probabilityDecimal": write_percentage(risk),
            "rationale": option["why"],
        }
        for option in prediction["output"]["options"]
        for name, risk in option["risks"].items()
    ]


def _give_rationale(prediction: dict[str, Any]) -> Resource:
    explanation = prediction.get("explanation")
    return {"rationale": explanation["sentence"]} if explanation else {}


def _write_years(years: float) -> Resource:
    return {"value": round(years), "unit": "a", "system": UCUM, "code": "a"}


def _bundle(assessment: Resource, proposals: Sequence[Proposal]) -> Resource:
    """The assessment, the drafts, and the group that says: one of these."""
    entries, actions = [_enter(assessment)], []
    for proposal in proposals:
        drafts = [_enter(finish(_support(draft, entries[0]))) for draft in proposal.resources]
        entries += drafts
        actions.append(_offer(proposal, drafts))
    if actions:
        group: Resource = {
            "resourceType": "RequestGroup",
            "status": "draft",
            "intent": "proposal",
            "subject": assessment["subject"],
            "authoredOn": assessment["occurrenceDateTime"],
            "action": [
                {
                    "title": "The next dose: at most one of these",
                    "groupingBehavior": "logical-group",
                    "selectionBehavior": "at-most-one",
                    "action": actions,
                }
            ],
        }
        entries.append(_enter(finish(group)))
    once = {entry["fullUrl"]: entry for entry in entries}  # two options may begin with one draft
    return finish({"resourceType": "Bundle", "type": "collection", "entry": [*once.values()]})


def _enter(resource: Resource) -> Resource:
    return {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource}


def _support(draft: Resource, assessment: Resource) -> Resource:
    """A draft that names what it rests on."""
    name = (
        "supportingInfo" if draft["resourceType"] == "ServiceRequest" else "supportingInformation"
    )
    return draft | {name: [{"reference": assessment["fullUrl"]}]}


def _offer(proposal: Proposal, drafts: Sequence[Resource]) -> Resource:
    title = f"Recommended: {proposal.label}" if proposal.recommended else proposal.label
    if len(drafts) == 1:
        return {"title": title, "resource": {"reference": drafts[0]["fullUrl"]}}
    together = [{"resource": {"reference": draft["fullUrl"]}} for draft in drafts]
    return {"title": title, "selectionBehavior": "all", "action": together}
