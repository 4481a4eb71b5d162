"""A prediction as resources: RiskAssessment, Observation, or a Bundle with drafts beside it.

https://hl7.org/fhir/R4/riskassessment.html; probabilityDecimal is a percentage (ras-2).
"""

from decimal import Decimal
from typing import Any

from medmaas.facts import Fact
from medmaas.fhir.case import Evaluation
from medmaas.fhir.device import Resource, finish, write_device, write_notes
from medmaas.fhir.elements import UCUM
from medmaas.fhir.notes import count_years, end, list_notes, name_time
from medmaas.fhir.recommendation import write_recommendation
from medmaas.fhir.units import UnitError, convert
from medmaas.model.answers import Prediction
from medmaas.model.manifest import (
    ClassesOutput,
    ObservationSource,
    PolicyOutput,
    SeriesInput,
    SurvivalOutput,
    TabularInput,
    ValueOutput,
)


def write_answer(evaluation: Evaluation) -> Resource:
    """What the model says of the patient.

    Returns:
        A RiskAssessment; of a value an Observation; of a policy a Bundle of a RiskAssessment,
        drafts of the options, and a RequestGroup of which at most one is to be chosen. Where the
        model abstains its status is cancelled, a note says why, and there is neither number nor
        draft.
    """
    prediction = evaluation.prediction
    if prediction is None:
        raise ValueError("where data are missing there is no answer")
    answered = prediction["status"] != "abstained"
    match evaluation.model.manifest.output:
        case ValueOutput() as output if answered:
            return _observe(evaluation, prediction, output)
        case PolicyOutput() as output:
            told = _predict_options(evaluation, output) if answered else []
            return write_recommendation(evaluation, _assess(evaluation, told))
        case SurvivalOutput() as output if answered:
            return _assess(evaluation, _predict_horizons(evaluation, output))
        case ClassesOutput() as output if answered:
            return _assess(evaluation, _predict_labels(evaluation, output))
        case _:
            return _assess(evaluation, [])


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
        "basis": [{"reference": one.reference} for one in case.basis],
        "prediction": predictions,
        "note": write_notes(
            [*list_notes(evaluation), *_explain(evaluation, predictions)], evaluation.words
        ),
    }
    return finish(resource)


def _observe(evaluation: Evaluation, prediction: Prediction, output: ValueOutput) -> Resource:
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
        "valueQuantity": _write_quantity(prediction["output"]["value"], output.unit),
        "device": {"reference": "#model"},
        "derivedFrom": [{"reference": reference} for reference in results],
        "note": write_notes(notes, evaluation.words),
    }
    return finish(resource)


def _write_quantity(value: float, unit: str) -> Resource:
    """A number with its unit, as a code only if it is one."""
    quantity = {"value": value, "unit": unit}
    try:
        convert(value, unit, unit)
    except UnitError:
        return quantity
    return quantity | {"system": UCUM, "code": unit}


def _part_basis(evaluation: Evaluation) -> tuple[list[str], list[str]]:
    """References to Observations, the only ones that one may be derived from; and to others."""
    spec = evaluation.model.manifest.input
    features = spec.features if isinstance(spec, TabularInput | SeriesInput) else ()
    measured = {f.name for f in features if isinstance(f.source, ObservationSource)}
    parts: tuple[list[str], list[str]] = ([], [])
    for one in evaluation.case.basis:
        parts[one.feature not in measured].append(one.reference)
    return parts


def _explain(evaluation: Evaluation, predictions: list[Resource]) -> list[Fact]:
    """What the answer rests on, unless its predictions say so, and whether that is all."""
    explanation: dict[str, Any] | None = (evaluation.prediction or {}).get("explanation")
    if explanation is None:
        return []
    rationale = _give_rationale(evaluation)["rationale"]
    is_told = any(one.get("rationale") == rationale for one in predictions)
    told = [] if is_told else [end(explanation["sentence"])]
    cut = [] if explanation["complete"] else [end(Fact("explanation_cut"))]
    return [*told, *cut]


def _predict_horizons(evaluation: Evaluation, output: SurvivalOutput) -> list[Resource]:
    prediction, say = evaluation.prediction or {}, evaluation.words.say
    return [
        {
            "outcome": {"text": say(Fact("death_within", time=name_time(day)))},
            "probabilityDecimal": write_percentage(prediction["output"]["risk"][str(day)]),
            "whenRange": {"low": _write_years(0), "high": _write_years(day)},
        }
        | _give_rationale(evaluation)
        for day in output.horizon_days
    ]


def _predict_labels(evaluation: Evaluation, output: ClassesOutput) -> list[Resource]:
    prediction, say = evaluation.prediction or {}, evaluation.words.say
    return [
        {
            "outcome": {"text": say(Fact("text", text=label))},
            "probabilityDecimal": write_percentage(prediction["output"]["probabilities"][label]),
        }
        | _give_rationale(evaluation)
        for label in output.labels
    ]


def _predict_options(evaluation: Evaluation, output: PolicyOutput) -> list[Resource]:
    prediction, say = evaluation.prediction or {}, evaluation.words.say
    described = {outcome.name: outcome.description for outcome in output.outcomes}
    interval = prediction.get("interval")
    return [
        {
            "outcome": {
                "text": say(Fact("with_option", action=option["action"], outcome=described[name]))
            },
            "probabilityDecimal": write_percentage(risk),
            "rationale": say(_add_band(option["why"], interval, i, name)),
        }
        for i, option in enumerate(prediction["output"]["options"])
        for name, risk in option["risks"].items()
    ]


def _add_band(why: Fact, interval: dict[str, Any] | None, option: int, outcome: str) -> Fact:
    """Between which shares an outcome is expected in groups of patients, if that was measured."""
    band = interval["options"][option]["risks"].get(outcome) if interval else None
    if interval is None or band is None:
        return why
    low, high = (float(f"{band[edge] * 100:.3g}") for edge in ("low", "high"))
    size, coverage = interval["group_size"], interval["coverage"]
    return Fact("why_with_band", why=why, size=size, low=low, high=high, coverage=coverage)


def _give_rationale(evaluation: Evaluation) -> Resource:
    explanation = (evaluation.prediction or {}).get("explanation")
    return {"rationale": evaluation.words.say(explanation["sentence"])} if explanation else {}


def _write_years(days: int) -> Resource:
    return {"value": count_years(days), "unit": "a", "system": UCUM, "code": "a"}
