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


def test_ordinary_histories_with_counts_twice_a_week_are_answered(registry: Registry) -> None:
    assert count_unanswered(registry, SCHEDULES["twice weekly"]) <= 0.05 * ORDINARY


@pytest.mark.xfail(strict=True, reason="until a model is published that learned from schedules")
@pytest.mark.parametrize("schedule", ["day 1 only", "days 1 and 8", "days 1, 8 and 15"])
def test_ordinary_histories_of_few_counts_are_answered_or_held(
    registry: Registry, schedule: str
) -> None:
    assert count_unanswered(registry, SCHEDULES[schedule]) <= 0.05 * ORDINARY
