"""What became of a card: kept without free text, which may name a patient.

https://cds-hooks.hl7.org/2.0/#feedback
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC
from typing import Any

from medmaas.cds_hooks.call import refuse, require_uuid
from medmaas.facts import Fact
from medmaas.fhir.elements import read_moment
from medmaas.words import Words

_SYSTEM = "https://github.com/medmaas/medmaas/blob/main/docs/protocols.md#override-reasons"
_REASONS = {
    "data-wrong": Fact("values_wrong"),
    "not-applicable": Fact("not_applicable"),
    "known": Fact("already_known"),
    "disagree": Fact("judged_otherwise"),
}
_OUTCOMES = ("accepted", "overridden")
MOST = 100
_TIME = 4  # parts of a moment that are known


@dataclass(frozen=True, slots=True)
class Feedback:
    """On one card.

    Attributes:
        card: its UUID.
        outcome: accepted or overridden.
        at: when, in UTC.
        suggestions: UUIDs of those that were accepted.
        reason: a code of ours, "other" for one that is not, None without one.
    """

    card: str
    outcome: str
    at: str
    suggestions: tuple[str, ...] = ()
    reason: str | None = None

    def to_item(self) -> dict[str, Any]:
        """What is kept, without what is not there."""
        return {name: value for name, value in asdict(self).items() if value}


def list_override_reasons(words: Words) -> list[dict[str, str]]:
    """Codings that a card offers for not following it."""
    return [
        {"code": code, "system": _SYSTEM, "display": words.say(reason)}
        for code, reason in _REASONS.items()
    ]


def read_feedback(body: object) -> list[Feedback]:
    """The feedback in a body.

    Raises:
        InvalidCallError: it breaks a rule of the standard; names the field.
    """
    given = body.get("feedback") if isinstance(body, dict) else None
    if not isinstance(given, list) or not 1 <= len(given) <= MOST:
        raise refuse("feedback", "list_required", most=MOST)
    return [_read(one, f"feedback[{index}]") for index, one in enumerate(given)]


def count_outcomes(feedback: Sequence[Feedback]) -> dict[str, int]:
    """How many cards were accepted and overridden."""
    counted = Counter(one.outcome for one in feedback)
    return {outcome: counted[outcome] for outcome in _OUTCOMES}


def _read(one: object, where: str) -> Feedback:
    if not isinstance(one, dict):
        raise refuse(where, "must_be_object")
    outcome = one.get("outcome")
    if outcome not in _OUTCOMES:
        raise refuse(f"{where}.outcome", "other_outcome", outcomes=_OUTCOMES)
    accepted = one.get("acceptedSuggestions")
    suggestions: tuple[str, ...] = ()
    if outcome == "accepted":
        if not isinstance(accepted, list) or not 1 <= len(accepted) <= MOST:
            raise refuse(f"{where}.acceptedSuggestions", "suggestions_required", most=MOST)
        suggestions = tuple(
            require_uuid(
                s.get("id") if isinstance(s, dict) else None, f"{where}.acceptedSuggestions[{i}].id"
            )
            for i, s in enumerate(accepted)
        )
    return Feedback(
        require_uuid(one.get("card"), f"{where}.card"),
        str(outcome),
        _read_time(one.get("outcomeTimestamp"), f"{where}.outcomeTimestamp"),
        suggestions,
        _read_reason(one.get("overrideReason")),
    )


def _read_reason(given: object) -> str | None:
    """A code of ours. What else a user wrote may name a patient, and is not read."""
    reason = given.get("reason") if isinstance(given, Mapping) else None
    if not isinstance(reason, Mapping):
        return None
    ours = reason.get("system") == _SYSTEM and str(reason.get("code")) in _REASONS
    return str(reason["code"]) if ours else "other"


def _read_time(text: object, field: str) -> str:
    try:
        moment = read_moment(str(text))
        if moment.parts == _TIME:
            return moment.at.astimezone(UTC).isoformat(timespec="milliseconds")
    except (ValueError, OverflowError):
        pass
    raise refuse(field, "time_required")
