"""A prediction as resources: RiskAssessment, Observation, or a Bundle with drafts beside it.

https://hl7.org/fhir/R4/riskassessment.html; probabilityDecimal is a percentage (ras-2).
"""

from decimal import Decimal
from typing import Any

from medmaas.facts import Fact
from medmaas.fhir.case import Case, Evaluation
from medmaas.fhir.device import Resource, finish, write_device, write_notes
from medmaas.fhir.elements import UCUM
from medmaas.fhir.notes import end, list_notes
from medmaas.fhir.recommendation import write_recommendation
from medmaas.model.outcomes import Outcome, Quantity
from medmaas.model.units import is_unit
from medmaas.model.years import count_years

_DERIVABLE = {"Observation", "DocumentReference", "Media"}  # of derivedFrom, as far as it is read


def write_answer(evaluation: Evaluation) -> Resource:
    """What the model says of the patient.

    Returns:
        A RiskAssessment; of a value an Observation, of several values, areas or counts one with a
        component each; of a policy a Bundle of a RiskAssessment, drafts of the options, and a
        RequestGroup of which at most one is to be chosen. Where the model abstains its status is
        cancelled, a note says why, and there is neither number nor draft.
    """
    prediction = evaluation.prediction
    if prediction is None:
        raise ValueError("where data are missing there is no answer")
    kind, output = evaluation.model.output, prediction["output"]
    if prediction["status"] == "abstained":
        outcomes: list[Outcome] = []
    elif quantities := kind.list_quantities(output):
        return _observe(evaluation, quantities)
    else:
        outcomes = kind.list_outcomes(output, prediction.get("interval"))
    assessment = _assess(evaluation, [_predict(evaluation, one) for one in outcomes])
    return write_recommendation(evaluation, assessment) if kind.recommends else assessment


def _list_basis(case: Case) -> dict[str, None]:
    """References to what was used, each once."""
    return dict.fromkeys(one.reference for one in case.basis)


def write_percentage(probability: float) -> float:
    """A probability of six decimals as a percentage of four, exactly."""
    return float(Decimal(repr(probability)) * 100)


def _assess(evaluation: Evaluation, predictions: list[Resource]) -> Resource:
    case, manifest = evaluation.case, evaluation.model.manifest
    resource: Resource = {
        "resourceType": "RiskAssessment",
        "contained": [write_device(evaluation.model, evaluation.words)],
        "status": "final" if predictions else "cancelled",
        "method": {"text": evaluation.words.say(Fact("text", text=manifest.title))},
        "subject": {"reference": case.subject},
        "occurrenceDateTime": case.as_of.isoformat(timespec="seconds"),
        "performer": {"reference": "#model"},
        "basis": [{"reference": one} for one in _list_basis(case)],
        "prediction": predictions,
        "note": write_notes(
            [*list_notes(evaluation), *_explain(evaluation, predictions)], evaluation.words
        ),
    }
    return finish(resource)


def _observe(evaluation: Evaluation, quantities: list[Quantity]) -> Resource:
    case, manifest = evaluation.case, evaluation.model.manifest
    results, others = _part_basis(evaluation)
    used = [end(Fact("also_rests_on", resource=reference)) for reference in others]
    notes = [*list_notes(evaluation), *used, *_explain(evaluation, [])]
    resource: Resource = {
        "resourceType": "Observation",
        "contained": [write_device(evaluation.model, evaluation.words)],
        "status": "final",
        "code": {"text": evaluation.words.say(Fact("text", text=manifest.title))},
        "subject": {"reference": case.subject},
        "effectiveDateTime": case.as_of.isoformat(timespec="seconds"),
        **_write_quantities(evaluation, quantities),
        "device": {"reference": "#model"},
        "derivedFrom": [{"reference": reference} for reference in results],
        "note": write_notes(notes, evaluation.words),
    }
    return finish(resource)


def _write_quantities(evaluation: Evaluation, quantities: list[Quantity]) -> Resource:
    """One number as the value; those that have names as components."""
    components = []
    for one in quantities:
        quantity = _write_quantity(one.value, one.unit)
        if one.name is None:
            return {"valueQuantity": quantity}
        components.append(
            {"code": {"text": evaluation.words.say(one.name)}, "valueQuantity": quantity}
        )
    return {"component": components}


def _write_quantity(value: float, unit: str) -> Resource:
    """A number with its unit, as a code only if it is one."""
    quantity = {"value": value, "unit": unit}
    return quantity | {"system": UCUM, "code": unit} if is_unit(unit) else quantity


def _part_basis(evaluation: Evaluation) -> tuple[list[str], list[str]]:
    """References to what an Observation may be derived from, and to others."""
    parts: tuple[dict[str, None], dict[str, None]] = ({}, {})
    for one in evaluation.case.basis:
        parts[one.resource_type not in _DERIVABLE][one.reference] = None
    return [*parts[0]], [*parts[1]]


def _explain(evaluation: Evaluation, predictions: list[Resource]) -> list[Fact]:
    """What the answer rests on, unless its predictions say so, and whether that is all."""
    explanation: dict[str, Any] | None = (evaluation.prediction or {}).get("explanation")
    if explanation is None:
        return []
    rationale = _give_rationale(evaluation).get("rationale")
    is_told = rationale and any(one.get("rationale") == rationale for one in predictions)
    told = [] if is_told else [end(explanation["sentence"])]
    cut = [end(Fact("explanation_cut"))] if rationale and not explanation["complete"] else []
    return [*told, *cut]


def _predict(evaluation: Evaluation, outcome: Outcome) -> Resource:
    """An event with its chance; where nothing else judges it, what the answer rests on."""
    say = evaluation.words.say
    prediction: Resource = {
        "outcome": {"text": say(outcome.name)},
        "probabilityDecimal": write_percentage(outcome.probability),
    }
    if outcome.by_day is not None:
        until = {"low": _write_years(0), "high": _write_years(outcome.by_day)}
        prediction["whenRange"] = until
    if outcome.why:
        return prediction | {"rationale": say(outcome.why)}
    return prediction | _give_rationale(evaluation)


def _give_rationale(evaluation: Evaluation) -> Resource:
    """What the answer rests on, if there was time to find out."""
    explanation = (evaluation.prediction or {}).get("explanation")
    if not explanation or "method" not in explanation:
        return {}
    return {"rationale": evaluation.words.say(explanation["sentence"])}


def _write_years(days: int) -> Resource:
    return {"value": count_years(days), "unit": "a", "system": UCUM, "code": "a"}
