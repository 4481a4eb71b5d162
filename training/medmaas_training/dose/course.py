"""Courses of chemotherapy, simulated: what is given, what is measured when, what is decided."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from medmaas_training.dose.myelosuppression import Chain, Floats, integrate, make_edges
from medmaas_training.dose.patients import CYCLE_DAYS, Cohort
from medmaas_training.dose.schedules import LAST_DRAW, MOST_LATE, SCHEDULES, Schedule

Rows = NDArray[np.intp]
Policy = Callable[["Course", Rows], NDArray[np.intp]]

CYCLES, DELAY_DAYS = 6, 7
MOST_DELAYS = 4  # in a row; then the course ends
MAX_ROWS = 64
DAYS_BELOW = 2  # where `Course.foresee` has them
COLUMNS = ("day", "anc", "platelets", "wbc", "dose", "gcsf")
SEVERE = 0.5  # 10^9/L: grade 4
BASELINE_DAYS = 14  # a count before the course is at most as old, if there is one
MOST_SLIP = 3  # days that a cycle lasts longer than planned, for no reason of the blood's
_LEADS, _SLIPS = (0.7, 0.2, 0.1), (0.7, 0.15, 0.1, 0.05)  # shares of 0, 1, 2 (and 3) days
_NO_BASELINE = 0.25  # share of patients whose first count is that before the first dose
# shares of patients without neutrophils, platelets, leukocytes; and with neutrophils alone
_NEVER, _ALONE = np.array([0.0, 0.1, 0.1])[:, None], 0.1


@dataclass(frozen=True)
class Action:
    """What can be done at the planned start of a cycle; `dose` as a share of the protocol's."""

    name: str
    dose: float
    delay_days: int = 0
    gcsf: bool = False


ACTIONS = (  # in order of preference
    Action("100 %", 1.0),
    Action("100 % + G-CSF", 1.0, gcsf=True),
    Action("75 %", 0.75),
    Action("50 %", 0.5),
    Action("delay 7 days", 0.0, delay_days=DELAY_DAYS),
)
FULL, FULL_GCSF, THREE_QUARTERS, HALF, DELAY = range(len(ACTIONS))
PRICE = (0, 1, 1, 2, 0)  # quarters of the dose given up; G-CSF is taken to be worth one
_RULES_ONLY = (  # what rules of practice also give; never offered by the model
    Action("60 %", 0.6),
    *(Action(f"{100 * dose:.0f} % + G-CSF", dose, gcsf=True) for dose in (0.75, 0.6, 0.5)),
)
DOSE = np.array([action.dose for action in ACTIONS + _RULES_ONLY])
GCSF = np.array([action.gcsf for action in ACTIONS + _RULES_ONLY])


class Lineage:
    """One lineage of n patients over time: parameters, state and what a dose does to them."""

    def __init__(
        self, chain: Chain, exposure: Floats, exhaustion: Floats, *, stimulable: bool
    ) -> None:
        """Start at rest.

        Args:
            chain: of n patients.
            exposure: mean concentration per step at the protocol dose, [steps, n].
            exhaustion: share of the baseline that a full dose takes for good, [n].
            stimulable: by G-CSF.
        """
        self.chain, self.exposure, self.exhaustion = chain, exposure, exhaustion
        self.stimulable = stimulable
        self.circ0, self.state = chain.circ0.copy(), chain.rest()

    def take(self, rows: Rows) -> "Lineage":
        """A copy of some patients as they are now."""
        part = Lineage(
            self.chain.take(rows),
            self.exposure[:, rows],
            self.exhaustion[rows],
            stimulable=self.stimulable,
        )
        part.circ0, part.state = self.circ0[rows], self.state[:, rows].copy()
        return part

    def treat(
        self, dose: Floats, gcsf: NDArray[np.bool_], slip: int = 0
    ) -> tuple[Floats, Floats, Floats]:
        """A dose and the 21 days after it, and `slip` more.

        Returns:
            Counts at each day [22 + slip, n], of the 21 days the nadir [n] and how many days it was
            below 0.5 [n].
        """
        self.circ0 *= 1 - self.exhaustion * dose
        edges = make_edges(24.0 * (CYCLE_DAYS + slip))
        chain = replace(self.chain, circ0=self.circ0)
        stimulated = gcsf if self.stimulable else None
        counts = integrate(chain, self.state, edges, self.exposure * dose, stimulated=stimulated)
        days = np.searchsorted(edges, 24 * np.arange(CYCLE_DAYS + slip + 1))
        cycle = slice(int(days[CYCLE_DAYS]) + 1)
        hours = np.diff(edges[cycle], append=edges[cycle][-1])
        below = (counts[cycle] < SEVERE).T @ hours / 24
        return counts[days], counts[cycle].min(0), below

    def wait(self) -> tuple[Floats, Floats]:
        """The 7 days of a delay: counts at each day [8, n], nadir [n]."""
        edges = np.arange(0, 24.0 * DELAY_DAYS + 1, 3)
        counts = integrate(replace(self.chain, circ0=self.circ0), self.state, edges)
        return counts[::8], counts.min(0)

    def update(self, rows: Rows, part: "Lineage") -> None:
        """Put back what was taken."""
        self.circ0[rows], self.state[:, rows] = part.circ0, part.state


class Course:
    """Up to six cycles of n patients, as their chart shows it and as it truly is.

    Attributes:
        chart: rows of COLUMNS with absolute days, NaN for missing, padded, [n, MAX_ROWS, 6].
        written: rows of the chart in use, [n].
        day: of the next decision, [n].
        cycles: given, [n].
        active: whose course goes on, [n].
        nadirs: true nadirs of neutrophils and platelets per cycle, NaN if not given, [n, 6, 2].
        severe_days: days below 0.5 per cycle, [n, 6].
        lowest: neutrophils measured per cycle, inf if none, [n, 6].
        events: per event, what each patient was given then; -1 for nothing, [n].
        slips: per event, days that the cycle then lasted longer than 21, [n].
        schedule: of each patient, its position in `schedules`, [n].
        doses: share of the protocol dose per cycle, [n, 6].
        gcsf: given per cycle, [n, 6].
        delays: weeks, [n].
    """

    def __init__(
        self,
        cohort: Cohort,
        rng: np.random.Generator,
        schedules: Sequence[Schedule] = SCHEDULES,
    ) -> None:
        """Draw how each patient is looked at; measure once or twice before the course.

        Args:
            cohort: whom to treat.
            rng: draws everything that is measured, and when.
            schedules: each patient has one of them, drawn evenly.
        """
        n = len(cohort.clearance)
        self.cohort, self.rng = cohort, rng
        self.schedule = rng.integers(len(schedules), size=n)
        self._missed, self._late = (
            np.array(shares)[self.schedule]
            for shares in zip(*((s.missed, s.late) for s in schedules), strict=True)
        )
        draws = np.full((n, max(len(s.draws) for s in schedules), 2), -1)
        for i, schedule in enumerate(schedules):
            if schedule.draws:
                draws[self.schedule == i, : len(schedule.draws)] = schedule.draws
        self._draws = draws
        self._never = rng.random((3, n)) < _NEVER
        self._never[1:] |= rng.random(n) < _ALONE
        marrow = cohort.exposure, cohort.exhaustion
        self.lineages = (
            Lineage(cohort.neutrophils, *marrow, stimulable=True),
            Lineage(cohort.platelets, *marrow, stimulable=False),
        )
        self.chart = np.full((n, MAX_ROWS, len(COLUMNS)), np.nan)
        self.written, self.day = np.zeros(n, int), np.zeros(n, int)
        self.cycles, self.delays, self.waited = (np.zeros(n, int) for _ in range(3))
        self.active = np.ones(n, bool)
        self.nadirs = np.full((n, CYCLES, 2), np.nan)
        self.severe_days, self.doses = np.zeros((n, CYCLES)), np.zeros((n, CYCLES))
        self.gcsf = np.zeros((n, CYCLES), bool)
        self.lowest = np.full((n, CYCLES), np.inf)
        self.events: list[Rows] = []
        self.slips: list[Rows] = []
        everyone = np.arange(n)
        rest = np.stack([lineage.chain.circ0 for lineage in self.lineages])
        before, seen = -rng.integers(1, BASELINE_DAYS + 1, n), rng.random(n) >= _NO_BASELINE
        self._measure(everyone[seen], before[seen], rest[:, seen], must=True)
        self._measure(everyone, np.zeros(n, int), rest, must=True)

    def _measure(self, rows: Rows, day: Rows, truth: Floats, *, must: bool = False) -> None:
        """Write counts with their residual errors; some are missing, but ANC if it `must` be there.

        Draws are made for everyone, so that the same event of another arm draws the same.
        """
        n = len(self.active)
        noise, missed = self.rng.normal(size=(3, n))[:, rows], self.rng.random((4, n))[:, rows]
        anc = truth[0] * np.exp(self.cohort.model.residual * noise[0])
        wbc = anc + self.cohort.other_cells[rows] * np.exp(0.2 * noise[2])
        counts = np.stack([anc, truth[1] * np.exp(0.2 * noise[1]), wbc])
        counts[(missed[:3] < 0.05) | self._never[:, rows]] = np.nan
        if must:
            counts[0] = anc
        kept = (missed[3] >= self._missed[rows]) | must
        at = rows[kept]
        self.chart[at, self.written[at], 0] = day[kept]
        self.chart[at, self.written[at], 1:4] = counts[:, kept].T
        self.written[at] += 1
        begun = self.cycles[at] > 0
        place = at[begun], self.cycles[at][begun] - 1
        self.lowest[place] = np.fmin(self.lowest[place], counts[0, kept][begun])

    def _administer(self, rows: Rows, action: Rows) -> None:
        """Write a dose into the row of the same day, or else into a row of its own."""
        last = self.written[rows] - 1
        fresh = self.chart[rows, last, 0] < self.day[rows]
        self.written[rows] += fresh
        last += fresh
        self.chart[rows, last, 0] = self.day[rows]
        self.chart[rows, last, 4], self.chart[rows, last, 5] = DOSE[action], GCSF[action]

    def act(self, rows: Rows, action: Rows) -> None:
        """Do it, let the time pass until the next decision, and measure on the way."""
        event = np.full(len(self.active), -1)
        event[rows] = action
        self.events.append(event)
        self.slips.append(self.rng.choice(len(_SLIPS), len(self.active), p=_SLIPS))
        treated, waiting = rows[action != DELAY], rows[action == DELAY]
        if len(treated):
            self._treat(treated, action[action != DELAY])
        if len(waiting):
            self._wait(waiting)
        self.active &= (self.cycles < CYCLES) & (self.waited < MOST_DELAYS)

    def _treat(self, rows: Rows, action: Rows) -> None:
        self._administer(rows, action)
        slip, cycle = self.slips[-1][rows], self.cycles[rows]
        daily = np.full((2, CYCLE_DAYS + MOST_SLIP + 1, len(rows)), np.nan)
        for days in range(MOST_SLIP + 1):
            at = np.flatnonzero(slip == days)
            if not len(at):
                continue
            parts = [lineage.take(rows[at]) for lineage in self.lineages]
            for i, part in enumerate(parts):
                counts, nadir, below = part.treat(DOSE[action[at]], GCSF[action[at]], days)
                daily[i, : len(counts), at] = counts.T
                self.nadirs[rows[at], cycle[at], i] = nadir
                if i == 0:
                    self.severe_days[rows[at], cycle[at]] = below
            self._keep(rows[at], parts)
        self.doses[rows, cycle], self.gcsf[rows, cycle] = DOSE[action], GCSF[action]
        self.cycles[rows] += 1
        self.waited[rows] = 0
        self._follow(rows, daily)
        self._visit(rows, CYCLE_DAYS + slip - self._draw_lead(rows), daily, must=True)
        self.day[rows] += CYCLE_DAYS + slip

    def _follow(self, rows: Rows, daily: Floats) -> None:
        """The counts of each one's schedule, some of them late, in order."""
        n, before = len(self.active), np.zeros(len(self.active), int)
        for first, last in self._draws.transpose(1, 2, 0):
            planned = self.rng.integers(first, last + 1)
            late = (self.rng.random(n) < self._late) * self.rng.integers(1, MOST_LATE + 1, n)
            after = np.maximum(planned + late, before + 1)
            taken = (first >= 0) & (after <= LAST_DRAW)
            before = np.where(taken, after, before)
            due = taken[rows]
            self._visit(rows[due], after[rows][due], daily[:, :, due])

    def _wait(self, rows: Rows) -> None:
        parts = [lineage.take(rows) for lineage in self.lineages]
        daily, nadir = zip(*(part.wait() for part in parts), strict=True)
        self._keep(rows, parts)
        last = self.cycles[rows] - 1
        begun = last >= 0
        at = rows[begun], last[begun]
        self.nadirs[at] = np.fmin(self.nadirs[at], np.stack(nadir, axis=1)[begun])
        self.severe_days[at] += (daily[0][1:, begun] < SEVERE).sum(0)
        self.delays[rows] += 1
        self.waited[rows] += 1
        self._visit(rows, DELAY_DAYS - self._draw_lead(rows), daily, must=True)
        self.day[rows] += DELAY_DAYS

    def _draw_lead(self, rows: Rows) -> Rows:
        """Days between the count and the decision: 0, 1 or 2."""
        return self.rng.choice(len(_LEADS), len(self.active), p=_LEADS)[rows]

    def _visit(
        self,
        rows: Rows,
        after: Rows,
        daily: Floats | tuple[Floats, ...],
        *,
        must: bool = False,
    ) -> None:
        truth = np.stack([d[after, np.arange(len(rows))] for d in daily])
        self._measure(rows, self.day[rows] + after, truth, must=must)

    def _keep(self, rows: Rows, parts: list[Lineage]) -> None:
        for lineage, part in zip(self.lineages, parts, strict=True):
            lineage.update(rows, part)

    def foresee(self, rows: Rows) -> Floats:
        """What every action would lead to, [n, actions, 3].

        True nadirs of neutrophils and platelets and days of neutrophils below 0.5, in the 21 days
        after the dose; after a delay, the full dose's.
        """
        foreseen = np.empty((len(rows), len(ACTIONS), 3))
        for i, action in enumerate(ACTIONS):
            for j, lineage in enumerate(self.lineages):
                part = lineage.take(rows)
                if action.delay_days:
                    part.wait()
                dose = np.full(len(rows), action.dose or 1.0)
                _, nadir, below = part.treat(dose, np.full(len(rows), action.gcsf))
                foreseen[:, i, j] = nadir
                if j == 0:
                    foreseen[:, i, DAYS_BELOW] = below
        return foreseen

    def read(self, rows: Rows) -> Floats:
        """The chart as the model takes it: days relative to the decision, [n, MAX_ROWS, 6]."""
        chart = self.chart[rows].copy()
        chart[:, :, 0] -= self.day[rows, None]
        return chart

    def run(self, policy: Policy) -> Self:
        """Decide and act until every course has ended."""
        while self.active.any():
            rows = np.flatnonzero(self.active)
            self.act(rows, policy(self, rows))
        return self
