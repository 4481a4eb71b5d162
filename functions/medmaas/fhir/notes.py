"""What an answer must say of itself, for RiskAssessment notes and cards alike."""

from typing import Any

from medmaas.errors import Problem
from medmaas.facts import Fact
from medmaas.fhir.case import Evaluation
from medmaas.model.manifest import PolicyOutput

DAYS_PER_YEAR = 365.25


def list_notes(evaluation: Evaluation) -> list[Fact]:
    """Why there is no answer, how sure it is, what was warned of, what was assumed."""
    prediction = evaluation.prediction or {}
    interval = prediction.get("interval")
    notes = [
        *(_name_interval(interval) if interval else ()),
        *(_name_warning(warning) for warning in prediction.get("warnings", ())),
        *evaluation.case.notes,
    ]
    return [*tell_status(evaluation), *map(end, notes), *list_cautions(evaluation)]


def end(fact: Fact) -> Fact:
    """The same with a full stop."""
    return Fact("sentence", sentence=fact)


def tell_status(evaluation: Evaluation) -> list[Fact]:
    """Why there is no answer, or why there should have been none; nothing if all is well."""
    match evaluation.prediction:
        case {"status": "abstained", "reason": reason}:
            return [end(Fact("no_answer", reason=reason))]
        case {"status": "forced", "reason": reason}:
            return [end(Fact("answer_forced", reason=reason))]
        case _:
            return []


def list_cautions(evaluation: Evaluation) -> list[Fact]:
    """What every answer of the model says of itself."""
    manifest = evaluation.model.manifest
    card = manifest.card
    cautions = [Fact("stage_and_role", stage=card.stage, role=card.decision_role)]
    if isinstance(manifest.output, PolicyOutput):
        cautions.insert(0, Fact("text", text=manifest.output.notice))
    return cautions


def _name_interval(interval: dict[str, Any]) -> list[Fact]:
    """How sure an answer is; of a policy nothing, whose bands are of every option."""
    coverage = interval["coverage"]
    match interval:
        case {"at_least_days": days}:
            years = days / DAYS_PER_YEAR
            return [Fact("survival_at_least", coverage=coverage, days=days, years=years)]
        case {"labels": labels}:
            return [Fact("one_of_labels", coverage=coverage, labels=labels)]
        case {"low": low, "high": high, "unit": unit}:
            return [Fact("between", coverage=coverage, low=low, high=high, unit=unit)]
        case _:
            return []


def name_time(days: int) -> Fact:
    """1 year, 5 years, 90 days."""
    years = count_years(days)
    return Fact("days", count=days) if isinstance(years, float) else Fact("in_years", count=years)


def count_years(days: int) -> int | float:
    """Years; whole ones within a day, as 1826 days are."""
    whole = round(days / DAYS_PER_YEAR)
    if abs(whole * DAYS_PER_YEAR - days) <= 1:
        return whole
    return round(days / DAYS_PER_YEAR, 2)


def _name_warning(warning: Problem) -> Fact:
    field, fact = warning.field, warning.fact
    return Fact("field_problem", field=field, problem=fact) if field else fact
