"""What an answer must say of itself in words, for RiskAssessment notes and cards alike."""

from typing import Any

from medmaas.errors import Problem
from medmaas.fhir.case import Evaluation
from medmaas.model.manifest import PolicyOutput
from medmaas.words import Words

DAYS_PER_YEAR = 365.25


def list_notes(evaluation: Evaluation) -> list[str]:
    """Sentences: why there is no answer, how sure it is, what was warned of, what was assumed."""
    prediction = evaluation.prediction or {}
    notes = tell_status(evaluation)
    if interval := prediction.get("interval"):
        notes += write_interval(interval)
    notes += [
        _write_warning(warning, evaluation.words) for warning in prediction.get("warnings", ())
    ]
    notes += [f"{note}." for note in evaluation.case.notes]
    return [*notes, *list_cautions(evaluation)]


def tell_status(evaluation: Evaluation) -> list[str]:
    """Why there is no answer, or why there should have been none; nothing if all is well."""
    match evaluation.prediction:
        case {"status": "abstained", "reason": reason}:
            return [f"There is no answer: {evaluation.words.say(reason)}."]
        case {"status": "forced", "reason": reason}:
            said = evaluation.words.say(reason)
            return [f"The answer was forced, though the model abstains: {said}."]
        case _:
            return []


def list_cautions(evaluation: Evaluation) -> list[str]:
    """What every answer of the model says of itself."""
    manifest = evaluation.model.manifest
    cautions = [f"{manifest.card.stage}. {manifest.card.decision_role}"]
    if isinstance(manifest.output, PolicyOutput):
        cautions.insert(0, manifest.output.notice)
    return cautions


def write_interval(interval: dict[str, Any]) -> list[str]:
    """An interval in words; of a policy nothing, whose bands are of every option."""
    coverage = f"{interval['coverage']:.0%}"
    match interval:
        case {"at_least_days": days}:
            years = f"{days / DAYS_PER_YEAR:.1f} years"
            return [f"With {coverage} coverage, survival is at least {days:,} days ({years})."]
        case {"labels": labels}:
            return [f"With {coverage} coverage, it is one of: {', '.join(labels)}."]
        case {"low": low, "high": high, "unit": unit}:
            return [f"With {coverage} coverage, it lies between {low:g} and {high:g} {unit}."]
        case _:
            return []


def name_time(days: int) -> str:
    """1 year, 5 years, 90 days."""
    years = count_years(days)
    if isinstance(years, float):
        return f"{days} days"
    return "1 year" if years == 1 else f"{years} years"


def count_years(days: int) -> int | float:
    """Years; whole ones within a day, as 1826 days are."""
    whole = round(days / DAYS_PER_YEAR)
    if abs(whole * DAYS_PER_YEAR - days) <= 1:
        return whole
    return round(days / DAYS_PER_YEAR, 2)


def _write_warning(warning: Problem, words: Words) -> str:
    named = f"{warning.field} " if warning.field else ""
    return f"{named}{words.say(warning.fact)}."
