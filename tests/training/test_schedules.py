"""Blood is drawn when practice draws it, and what is drawn says nothing that was not drawn."""

import numpy as np
import pytest

from medmaas_training.dose.course import FULL, Course
from medmaas_training.dose.myelosuppression import KLOFT
from medmaas_training.dose.patients import CYCLE_DAYS, sample_cohort
from medmaas_training.dose.policies import give
from medmaas_training.dose.schedules import LAST_DRAW, SCHEDULES, Schedule

PATIENTS = 150


def run(schedule: Schedule) -> Course:
    cohort = sample_cohort(KLOFT, PATIENTS, np.random.default_rng(0))
    return Course(cohort, np.random.default_rng(1), (schedule,)).run(give(FULL))


def count_draws(course: Course) -> float:
    """Counts per cycle, besides those within three days before a dose, and on its day."""
    between = 0
    for chart in course.chart:
        day, dose = chart[:, 0], chart[:, 4]
        doses = day[dose > 0]
        after = day[:, None] - doses
        after = np.where(after > 0, after, np.inf).min(1)
        between += int((after <= LAST_DRAW).sum())
    return between / int(course.cycles.sum())


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda schedule: schedule.name)
def test_a_schedule_takes_its_counts_but_for_what_it_misses(schedule: Schedule) -> None:
    expected = len(schedule.draws) * (1 - schedule.missed)
    assert count_draws(run(schedule)) == pytest.approx(expected, abs=0.35)


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda schedule: schedule.name)
def test_a_chart_is_in_order_and_ends_with_a_count_before_each_dose(schedule: Schedule) -> None:
    course = run(schedule)
    for chart in course.chart:
        used = chart[~np.isnan(chart[:, 0])]
        assert (np.diff(used[:, 0]) > 0).all()
        for at in np.flatnonzero(used[:, 4] > 0):
            known = used[: at + 1][~np.isnan(used[: at + 1, 1])]
            assert used[at, 0] - known[-1, 0] <= 2


def test_cycles_last_three_weeks_and_some_a_little_longer() -> None:
    course = run(SCHEDULES[0])
    lengths = np.concatenate([np.diff(c[c[:, 4] > 0, 0]) for c in course.chart])
    assert set(lengths) == {CYCLE_DAYS + slip for slip in range(4)}
    assert 0.6 < (lengths == CYCLE_DAYS).mean() < 0.8


def test_schedules_are_mixed_evenly() -> None:
    cohort = sample_cohort(KLOFT, 1400, np.random.default_rng(0))
    course = Course(cohort, np.random.default_rng(1))
    shares = np.bincount(course.schedule, minlength=len(SCHEDULES)) / 1400
    assert shares == pytest.approx(np.full(len(SCHEDULES), 1 / len(SCHEDULES)), abs=0.03)


def test_more_than_a_week_below_half_is_rarer_than_below_half() -> None:
    course = run(SCHEDULES[0])
    below = course.nadirs[:, :, 0] < 0.5
    assert (below == (course.severe_days > 0)).all()
    assert 0.05 < (course.severe_days > 7).mean() < below.mean()
