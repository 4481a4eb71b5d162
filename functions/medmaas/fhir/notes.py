"""What an answer must say of itself, for RiskAssessment notes and cards alike."""

from medmaas.errors import Problem
from medmaas.facts import Fact
from medmaas.fhir.case import Evaluation


def list_notes(evaluation: Evaluation) -> list[Fact]:
    """Why there is no answer, how sure it is, what was warned of, what was assumed."""
    prediction, judge = evaluation.prediction or {}, evaluation.model.uncertainty
    interval = prediction.get("interval")
    is_held = prediction.get("status") == "abstained" and not list_untold(evaluation)
    warnings = () if is_held and evaluation.case.held else prediction.get("warnings", ())
    named = judge.name_interval(interval) if judge and interval else None
    notes = [
        *list_untold(evaluation),
        *evaluation.case.warnings,
        *([named] if named else ()),
        *map(_name_warning, warnings),  # of a case that is held back they may be of what is not so
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


def list_untold(evaluation: Evaluation) -> list[Fact]:
    """What holds the answer back, unless that is the reason that the prediction gives."""
    told = (evaluation.prediction or {}).get("reason")
    return [] if told == evaluation.case.reason else [*evaluation.case.held]


def list_cautions(evaluation: Evaluation) -> list[Fact]:
    """What every answer of the model says of itself."""
    manifest = evaluation.model.manifest
    card = manifest.card
    cautions = [Fact("stage_and_role", stage=card.stage, role=card.decision_role)]
    if notice := evaluation.model.output.notice:
        cautions.insert(0, Fact("text", text=notice))
    return cautions


def _name_warning(warning: Problem) -> Fact:
    field, fact = warning.field, warning.fact
    return Fact("field_problem", field=field, problem=fact) if field else fact
