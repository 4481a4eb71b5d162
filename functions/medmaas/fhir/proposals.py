"""The options of a policy as drafts that a clinician may sign: nothing is ordered by itself.

https://hl7.org/fhir/R4/medicationrequest.html, status draft and intent proposal.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from medmaas.fhir.case import Evaluation
from medmaas.fhir.elements import UCUM
from medmaas.model.manifest import Coding, DrugOrder, Orders, PolicyOutput

Resource = dict[str, Any]
_FEWEST = 2  # one alone would be no choice


@dataclass(frozen=True, slots=True)
class Proposal:
    """One option.

    Attributes:
        action: as the answer calls it; of a recheck what is ordered.
        label: what a button says.
        recommended: whether it is the one that the model recommends.
        resources: drafts, to be accepted together.
    """

    action: str
    label: str
    recommended: bool
    resources: tuple[Resource, ...]


def propose(evaluation: Evaluation) -> list[Proposal]:
    """The options that are allowed, the recommended one first; none where there is no answer.

    Where fewer than two are allowed, a count to be repeated is the other one.
    """
    output = evaluation.model.manifest.output
    prediction = evaluation.prediction
    if not isinstance(output, PolicyOutput) or output.orders is None or prediction is None:
        return []
    if prediction["status"] == "abstained" or prediction["output"] is None:
        return []
    told = prediction["output"]
    found = [
        Proposal(
            option["action"],
            option["action"],
            option["action"] == told["recommended"],
            tuple(_draft_option(evaluation, output.orders, option)),
        )
        for option in told["options"]
        if option["allowed"]
    ]
    if len(found) < _FEWEST:
        found.append(_propose_recheck(evaluation, output.orders, recommended=not found))
    return sorted(found, key=lambda one: not one.recommended)


def write_concept(codes: tuple[Coding, ...]) -> Resource:
    """A CodeableConcept of codings that mean the same."""
    coding = [{"system": c.system, "code": c.code, "display": c.display} for c in codes]
    return {"coding": coding, "text": codes[0].display}


def _draft_option(evaluation: Evaluation, orders: Orders, option: dict[str, Any]) -> list[Resource]:
    drafts = [_draft_drug(evaluation, orders.treatment, option["dose"], option)]
    if option["gcsf"] and orders.gcsf:
        drafts.append(_draft_drug(evaluation, orders.gcsf, 1.0, option))
    return drafts


def _draft_drug(
    evaluation: Evaluation, drug: DrugOrder, share: float, option: dict[str, Any]
) -> Resource:
    as_of = evaluation.case.as_of
    day = (as_of + timedelta(days=option["delay_days"])).date().isoformat()
    dose = {
        "value": round(share * drug.full_dose.value, 6),
        "unit": drug.full_dose.unit,
        "system": UCUM,
        "code": drug.full_dose.unit,
    }
    dosage: Resource = {"timing": {"event": [day]}, "doseAndRate": [{"doseQuantity": dose}]}
    if drug.route:
        dosage["route"] = write_concept((drug.route,))
    return {
        "resourceType": "MedicationRequest",
        "status": "draft",
        "intent": "proposal",
        "medicationCodeableConcept": write_concept(drug.codes),
        "subject": {"reference": evaluation.case.subject},
        "authoredOn": as_of.isoformat(timespec="seconds"),
        "dosageInstruction": [dosage],
    }


def _propose_recheck(evaluation: Evaluation, orders: Orders, *, recommended: bool) -> Proposal:
    as_of = evaluation.case.as_of
    label = f"Repeat the count: {orders.recheck.display}"
    request = {
        "resourceType": "ServiceRequest",
        "status": "draft",
        "intent": "proposal",
        "code": write_concept((orders.recheck,)),
        "subject": {"reference": evaluation.case.subject},
        "authoredOn": as_of.isoformat(timespec="seconds"),
    }
    return Proposal(orders.recheck.display, label, recommended, (request,))
