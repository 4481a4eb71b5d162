"""Courses under random decisions, and what every action would have led to: what is learned."""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medmaas_training.dose.course import (
    ACTIONS,
    CYCLES,
    DAYS_BELOW,
    DELAY,
    MOST_DELAYS,
    SEVERE,
    Course,
    Rows,
)
from medmaas_training.dose.myelosuppression import Floats, Neutrophils
from medmaas_training.dose.patients import sample_cohort
from medmaas_training.progress import track

ANC_SEVERE, ANC_LOW, PLATELETS_LOW = SEVERE, 1.0, 50.0  # 10^9/L: grades 4, 3 and 3, CTCAE v5.0
# Days below 0.5 that stand for febrile neutropenia: exceeded, unprotected, by about as many as had
# it under docetaxel 100 mg/m2 (Vogel 2005), see simulator_check; the label counts a week, too.
LONG = 7.0
THRESHOLDS = np.log([ANC_SEVERE, ANC_LOW, PLATELETS_LOW])
_MOST_DECISIONS = CYCLES * MOST_DELAYS
_TOGETHER = 2000  # patients simulated at a time: fits the cache


@dataclass(frozen=True)
class Decisions:
    """Courses with every decision that was due in them, and what each action would have led to.

    Attributes:
        charts: with absolute days, [courses, MAX_ROWS, 6].
        row: last row of the chart at the decision, [courses, decisions].
        since: days from that row to the decision, [courses, decisions].
        nadirs: true ones, NaN where there was no decision, [courses, decisions, actions, 2].
        days: of neutrophils below 0.5, NaN likewise, [courses, decisions, actions].
        schedule: by which counts were taken, its position in SCHEDULES, [courses].
    """

    charts: Floats
    row: Rows
    since: Rows
    nadirs: Floats
    days: Floats
    schedule: Rows

    @property
    def sha256(self) -> str:
        """Of the arrays, charts rounded to 1e-4 and nadirs to three digits of the logarithm."""
        logs = np.log(self.nadirs).round(3)
        rounded = (self.charts.round(4), self.row, self.since, logs, self.days.round(2))
        return hashlib.sha256(b"".join(np.nan_to_num(a).tobytes() for a in rounded)).hexdigest()

    def present(self) -> NDArray[np.bool_]:
        """Where there was a decision, [courses, decisions]."""
        return np.asarray(~np.isnan(self.nadirs[:, :, 0, 0]))

    def outcomes(self) -> NDArray[np.bool_]:
        """As `OUTCOMES` of evaluation.py: [decisions in all, actions, 4]."""
        present = self.present()
        below = np.log(self.nadirs[present])[..., [0, 0, 1]] < THRESHOLDS
        return np.concatenate([below, self.days[present][..., None] > LONG], axis=-1)

    def histories(self) -> Floats:
        """The charts as they were at each decision, days relative to it, [decisions, rows, 6]."""
        course, decision = np.nonzero(self.present())
        row = self.row[course, decision]
        charts = self.charts[course].copy()
        today = charts[np.arange(len(row)), row, 0] + self.since[course, decision]
        charts[:, :, 0] -= today[:, None]
        charts[np.arange(charts.shape[1]) > row[:, None]] = np.nan
        charts[np.arange(len(row)), row, 4:] = np.nan  # what was then decided
        return charts.astype(np.float32)


def simulate_decisions(model: Neutrophils, courses: int, seed: int) -> Decisions:
    """Courses under random decisions: each patient leans to some actions, and mostly waits if low.

    Args:
        model: of the drug.
        courses: how many.
        seed: of the patients, their counts and the decisions.
    """
    parts = [
        _simulate(model, min(_TOGETHER, courses - start), np.random.default_rng([seed, start]))
        for start in track(range(0, courses, _TOGETHER))
    ]
    return Decisions(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))


def _simulate(
    model: Neutrophils, courses: int, rng: np.random.Generator
) -> tuple[Floats, Rows, Rows, Floats, Floats, Rows]:
    course = Course(sample_cohort(model, courses, rng), rng)
    shape = courses, _MOST_DECISIONS
    row, since = np.zeros(shape, int), np.zeros(shape, int)
    foreseen: Floats = np.full((*shape, len(ACTIONS), DAYS_BELOW + 1), np.nan)
    made = np.zeros(courses, int)
    leaning = rng.dirichlet(np.array([2.0, 0.8, 1.2, 1.0, 0.4]), courses).cumsum(1)

    def decide(course: Course, rows: Rows) -> Rows:
        at = rows, made[rows]
        last = course.written[rows] - 1
        row[at], since[at] = last, course.day[rows] - course.chart[rows, last, 0]
        foreseen[at] = course.foresee(rows)
        made[rows] += 1
        action = (rng.random((len(rows), 1)) > leaning[rows]).sum(1).clip(max=DELAY)
        low = course.chart[rows, last, 1] < ANC_LOW
        return np.where(low & (rng.random(len(rows)) < 0.7), DELAY, action)

    course.run(decide)
    nadirs, days = foreseen[..., :DAYS_BELOW], foreseen[..., DAYS_BELOW]
    return course.chart, row, since, nadirs, days, course.schedule
