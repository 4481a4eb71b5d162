"""The options of a policy as drafts that a clinician may sign: nothing is ordered by itself.

https://hl7.org/fhir/R4/medicationrequest.html, status draft and intent proposal.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from medmaas.fhir.case import Evaluation
from medmaas.fhir.device import Resource, write_notes
from medmaas.fhir.elements import UCUM
from medmaas.fhir.sentences import list_cautions, tell_status
from medmaas.model.manifest import Coding, DrugOrder, Orders, PolicyOutput

_FEWEST = 2  # one alone would be no choice
_GCSF_DAYS = 1  # its label: not within 24 hours after chemotherapy


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
        _propose_option(evaluation, output.orders, option, told["recommended"])
        for option in told["options"]
        if option["allowed"]
    ]
    if len(found) < _FEWEST:
        found.append(_propose_recheck(evaluation, output.orders, recommended=not found))
    return sorted(found, key=lambda one: not one.recommended)


def _propose_option(
    evaluation: Evaluation, orders: Orders, option: dict[str, Any], recommended: str
) -> Proposal:
    drugs = [(orders.treatment, option["dose"], 0)]
    if option["gcsf"] and orders.gcsf:
        drugs.append((orders.gcsf, 1.0, _GCSF_DAYS))
    drafts, said, why = [], [], evaluation.words.say(option["why"])
    for drug, share, after in drugs:
        day = evaluation.case.as_of + timedelta(days=option["delay_days"] + after)
        amount = round(share * drug.full_dose.value, 6)
        said.append(f"{drug.codes[0].display} {amount:g} {drug.full_dose.unit} on {day:%Y-%m-%d}")
        dosage = _write_dosage(drug, amount, day)
        drafts.append(
            _draft("MedicationRequest", evaluation, f"Option {option['action']}: {why}.")
            | {
                "medicationCodeableConcept": _write_concept(drug.codes),
                "dosageInstruction": [{"text": said[-1], **dosage}],
            }
        )
    action = option["action"]
    label = f"{action}: {', '.join(said)}"
    return Proposal(action, label, action == recommended, tuple(drafts))


def _write_dosage(drug: DrugOrder, amount: float, day: datetime) -> Resource:
    unit = drug.full_dose.unit
    dose = {"value": amount, "unit": unit, "system": UCUM, "code": unit}
    dosage: Resource = {"timing": {"event": [f"{day:%Y-%m-%d}"]}}
    if drug.route:
        dosage["route"] = _write_concept((drug.route,))
    return dosage | {"doseAndRate": [{"doseQuantity": dose}]}


def _write_concept(codes: tuple[Coding, ...]) -> Resource:
    """A CodeableConcept of codings that mean the same."""
    coding = [{"system": c.system, "code": c.code, "display": c.display} for c in codes]
    return {"coding": coding, "text": codes[0].display}


def _propose_recheck(evaluation: Evaluation, orders: Orders, *, recommended: bool) -> Proposal:
    ordered = orders.recheck.display
    draft = _draft("ServiceRequest", evaluation, "Repeat the count before treating.")
    draft["code"] = _write_concept((orders.recheck,))
    return Proposal(ordered, f"Repeat the count: {ordered}", recommended, (draft,))


def _draft(kind: str, evaluation: Evaluation, note: str) -> Resource:
    """What every draft has; its notes, so that it says what it is wherever it ends up."""
    case = evaluation.case
    return {
        "resourceType": kind,
        "status": "draft",
        "intent": "proposal",
        "subject": {"reference": case.subject},
        "authoredOn": case.as_of.isoformat(timespec="seconds"),
        "note": write_notes([note, *tell_status(evaluation), *list_cautions(evaluation)]),
    }
