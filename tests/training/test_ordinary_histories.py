"""Histories as wards have them are answered or held, whatever the schedule of their counts."""

import pytest

from medmaas.model.predict import predict
from medmaas.model.registry import Registry
from medmaas_training.recipes.chemo_dose.ordinary import SCHEDULES, invent

ORDINARY = 300


def count_unanswered(registry: Registry, days: tuple[int, ...]) -> int:
    told = predict(registry.get("chemo_dose"), invent(days, 0, ORDINARY))
    kept = {"held", "too_few_counts", "count_too_old"}
    return sum(one["status"] == "abstained" and one["reason"].code not in kept for one in told)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_an_ordinary_history_is_as_a_caller_would_send_it(
    registry: Registry, schedule: str
) -> None:
    model = registry.get("chemo_dose")
    assert not model.inputs.read(invent(SCHEDULES[schedule], 0, ORDINARY)).problems


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_an_ordinary_history_is_answered_or_held(registry: Registry, schedule: str) -> None:
    assert count_unanswered(registry, SCHEDULES[schedule]) <= 0.05 * ORDINARY
