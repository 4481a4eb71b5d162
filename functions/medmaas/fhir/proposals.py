"""The options of a policy as drafts that a clinician may sign: nothing is ordered by itself.

https://hl7.org/fhir/R4/medicationrequest.html, status draft and intent proposal.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from medmaas.facts import Fact
from medmaas.fhir.case import Evaluation
from medmaas.fhir.device import Resource, write_notes
from medmaas.fhir.elements import UCUM
from medmaas.fhir.notes import end, list_cautions, tell_status
from medmaas.model.manifest import Coding, DrugOrder, Orders
from medmaas.words import Words

_FEWEST = 2  # one alone would be no choice
_GCSF_DAYS = 1  # its label: not within 24 hours after chemotherapy


@dataclass(frozen=True, slots=True)
class Proposal:
    """One option.

    Attributes:
        action: as the answer calls it; of a recheck what is ordered.
        label: what a button says, in words.
        recommended: whether it is the one that the model recommends.
        least_bad: whether it is that because nothing that is allowed is acceptable.
        resources: drafts, to be accepted together.
    """

    action: str
    label: str
    recommended: bool
    least_bad: bool
    resources: tuple[Resource, ...]

    @property
    def orders_drug(self) -> bool:
        """Whether a drug is ordered, the first of the drafts, and not a count."""
        return bool(self.resources[0]["resourceType"] == "MedicationRequest")


def propose(evaluation: Evaluation) -> list[Proposal]:
    """The options that are allowed, the recommended one first; none where there is no answer.

    Where fewer than two are allowed, a count to be repeated is the other one.
    """
    orders, prediction = evaluation.model.output.orders, evaluation.prediction
    if orders is None or prediction is None:
        return []
    if prediction["status"] == "abstained" or prediction["output"] is None:
        return []
    told = prediction["output"]
    found = [
        _propose_option(evaluation, orders, option, told)
        for option in told["options"]
        if option["allowed"]
    ]
    if len(found) < _FEWEST:
        found.append(_propose_recheck(evaluation, orders, recommended=not found))
    return sorted(found, key=lambda one: not one.recommended)


def _propose_option(
    evaluation: Evaluation, orders: Orders, option: dict[str, Any], told: dict[str, Any]
) -> Proposal:
    drugs = [(orders.treatment, option["dose"], 0)]
    if option["gcsf"] and orders.gcsf:
        drugs.append((orders.gcsf, 1.0, _GCSF_DAYS))
    action, words = option["action"], evaluation.words
    because = Fact("option_because", action=action, why=option["why"])
    drafts, said = [], []
    for drug, share, after in drugs:
        day = evaluation.case.as_of + timedelta(days=option["delay_days"] + after)
        amount = round(share * drug.full_dose.value, 6)
        order = Fact(
            "order",
            drug=drug.codes[0].display,
            amount=amount,
            unit=drug.full_dose.unit,
            day=f"{day:%Y-%m-%d}",
        )
        said.append(order)
        drafts.append(
            _draft("MedicationRequest", evaluation, end(because))
            | {
                "medicationCodeableConcept": _write_concept(drug.codes, words),
                "dosageInstruction": [
                    {"text": words.say(order), **_write_dosage(drug, amount, day, words)}
                ],
            }
        )
    label = words.say(Fact("option_orders", action=action, orders=said))
    recommended = action == told["recommended"]
    return Proposal(action, label, recommended, recommended and told["least_bad"], tuple(drafts))


def _write_dosage(drug: DrugOrder, amount: float, day: datetime, words: Words) -> Resource:
    unit = drug.full_dose.unit
    dose = {"value": amount, "unit": unit, "system": UCUM, "code": unit}
    dosage: Resource = {"timing": {"event": [f"{day:%Y-%m-%d}"]}}
    if drug.route:
        dosage["route"] = _write_concept((drug.route,), words)
    return dosage | {"doseAndRate": [{"doseQuantity": dose}]}


def _write_concept(codes: tuple[Coding, ...], words: Words) -> Resource:
    """A CodeableConcept of codings that mean the same; what they display is their system's own."""
    coding = [{"system": c.system, "code": c.code, "display": c.display} for c in codes]
    return {"coding": coding, "text": words.say(Fact("text", text=codes[0].display))}


def _propose_recheck(evaluation: Evaluation, orders: Orders, *, recommended: bool) -> Proposal:
    ordered = orders.recheck.display
    words = evaluation.words
    draft = _draft("ServiceRequest", evaluation, end(Fact("repeat_before_treating")))
    draft["code"] = _write_concept((orders.recheck,), words)
    label = words.say(Fact("repeat_count", order=ordered))
    return Proposal(ordered, label, recommended, least_bad=False, resources=(draft,))


def _draft(kind: str, evaluation: Evaluation, note: Fact) -> Resource:
    """What every draft has; its notes, so that it says what it is wherever it ends up."""
    case = evaluation.case
    return {
        "resourceType": kind,
        "status": "draft",
        "intent": "proposal",
        "subject": {"reference": case.subject},
        "authoredOn": case.as_of.isoformat(timespec="seconds"),
        "note": write_notes(
            [note, *tell_status(evaluation), *list_cautions(evaluation)], evaluation.words
        ),
    }
