"""Per-patient fit of the myelosuppression model: what a MAP-guided clinic would go by.

Maximum a posteriori (Sheiner & Beal 1982; Wallin et al. 2009 for neutrophils), baseline, transit
time and slope per patient, by Gauss-Newton over many patients at once. It knows the published model
that made the patients, the spread of their parameters, the residual error, every dose, delay and
G-CSF given and what G-CSF does. It does not know covariates (the network is not told them either),
drug concentrations, or the exhaustion by past doses, for which the published model has no term.
"""

import numpy as np
from scipy.stats import norm, qmc

from medmaas_training.dose.course import (
    ACTIONS,
    BASELINE_DAYS,
    DELAY,
    DOSE,
    GCSF,
    MOST_SLIP,
    Course,
    Lineage,
    Rows,
)
from medmaas_training.dose.decisions import ANC_SEVERE, LONG
from medmaas_training.dose.myelosuppression import Floats, Neutrophils
from medmaas_training.dose.patients import expose, sample_cohort

_STEP = 0.05  # of the finite differences, on the log scale
_LARGEST_MOVE = 0.5
_ITERATIONS = 4
_PRIOR_PATIENTS = 4000


class MapFit:
    """Estimates risks per patient; keeps the last fit of each to start the next from."""

    def __init__(self, model: Neutrophils, *, draws: int = 32) -> None:
        """Take the spread of log parameters from the population, one draw of it, seed 0.

        Args:
            model: known to be the right one, or not.
            draws: from each patient's posterior, a power of two (Sobol's points).
        """
        self.model = model
        cohort = sample_cohort(model, _PRIOR_PATIENTS, np.random.default_rng(0))
        chain = cohort.neutrophils
        # Exposure is slope over clearance to the model: one parameter, with the spread of both.
        logs = np.log([chain.circ0, chain.mtt, chain.slope / cohort.clearance])
        self.mean, self.precision = logs.mean(1), np.linalg.inv(np.cov(logs))
        self.typical = expose(model, np.ones(1))
        quantiles = qmc.Sobol(3, scramble=True, rng=0).random(draws)
        self.normal = norm.ppf(quantiles)  # [draws, 3]
        self.last: dict[int, Floats] = {}
        self.course: Course | None = None

    def __call__(self, course: Course, rows: Rows) -> Floats:
        """Risk of neutrophils below 0.5, and for a week, for every action, [n, actions, 2]."""
        nadirs, days = self.predict(course, rows)
        risk: Floats = np.stack([nadirs < ANC_SEVERE, days > LONG], axis=-1).mean(0)
        return risk

    def predict(self, course: Course, rows: Rows) -> tuple[Floats, Floats]:
        """Nadirs and days below 0.5 under every action, of draws of the posterior.

        Returns:
            Two of [draws, n, actions].
        """
        mode, spread = self.fit(course, rows)
        drawn = mode + np.einsum("kj,nij->kni", self.normal, np.linalg.cholesky(spread))
        _, lineage = self.replay(course, rows, drawn)
        everyone = np.arange(drawn.shape[0] * len(rows))
        foreseen = np.empty((2, len(everyone), len(ACTIONS)))
        for i, action in enumerate(ACTIONS):
            part = lineage.take(everyone)
            if action.delay_days:
                part.wait()
            dose = np.full(len(everyone), action.dose or 1.0)
            foreseen[:, :, i] = part.treat(dose, np.full(len(everyone), action.gcsf))[1:]
        nadirs, days = foreseen.reshape(2, len(drawn), len(rows), -1)
        return nadirs, days

    def fit(self, course: Course, rows: Rows) -> tuple[Floats, Floats]:
        """Mode of the log parameters [n, 3] and its covariance by Laplace's method [n, 3, 3]."""
        if course is not self.course:
            self.course, self.last = course, {}
        mode = np.stack([self.last.get(int(row), self.mean) for row in rows])
        day, log_anc = course.chart[rows, :, 0], np.log(course.chart[rows, :, 1])
        seen = ~np.isnan(log_anc)
        at = np.where(seen, day + BASELINE_DAYS, 0).astype(int)
        shifts = np.vstack([np.zeros(3), _STEP * np.eye(3)])
        for _ in range(_ITERATIONS):
            daily, _ = self.replay(course, rows, mode + shifts[:, None])
            curves = np.take_along_axis(daily, np.broadcast_to(at, (4, *at.shape)), 2)
            off = np.where(seen, log_anc - curves[0], 0) / self.model.residual
            slopes = np.where(seen, (curves[1:] - curves[0]) / _STEP, 0) / self.model.residual
            information = np.einsum("inr,jnr->nij", slopes, slopes) + self.precision
            gradient = np.einsum("inr,nr->ni", slopes, off) - (mode - self.mean) @ self.precision
            move = np.linalg.solve(information, gradient[..., None])[..., 0]
            mode = mode + np.clip(move, -_LARGEST_MOVE, _LARGEST_MOVE)
        self.last |= {int(row): one for row, one in zip(rows, mode, strict=True)}
        return mode, np.linalg.inv(information)

    def replay(self, course: Course, rows: Rows, logs: Floats) -> tuple[Floats, Lineage]:
        """What these parameters [k, n, 3] make of the doses given so far.

        Returns:
            Log counts per day since day -14 [k, n, days], and the lineage as it is today.
        """
        copies, n = logs.shape[:2]
        circ0, mtt, slope = np.exp(logs.reshape(-1, 3) - self._typical_logs()).T
        exposure = np.broadcast_to(self.typical, (len(self.typical), copies * n))
        chain = self.model.make_chain(circ0, mtt, slope)
        lineage = Lineage(chain, exposure, np.zeros(copies * n), stimulable=True)
        days = int(course.day[rows].max()) + BASELINE_DAYS + 1
        daily = np.repeat(chain.circ0[:, None], days, 1)
        today = np.full(copies * n, BASELINE_DAYS)
        for event, slips in zip(course.events, course.slips, strict=True):
            given, slip = np.tile(event[rows], copies), np.tile(slips[rows], copies)
            treated = (given >= 0) & (given != DELAY)
            for days_more in (*range(MOST_SLIP + 1), None):
                group = given == DELAY if days_more is None else treated & (slip == days_more)
                at = np.flatnonzero(group)
                if not len(at):
                    continue
                part, action = lineage.take(at), given[at]
                if days_more is None:
                    counts, _ = part.wait()
                else:
                    counts, *_ = part.treat(DOSE[action], GCSF[action], days_more)
                lineage.update(at, part)
                passed = len(counts)
                daily[at[:, None], today[at, None] + np.arange(passed)] = counts.T
                today[at] += passed - 1
        return np.log(daily).reshape(copies, n, days), lineage

    def _typical_logs(self) -> Floats:
        return np.log([self.model.circ0, self.model.mtt, self.model.slope])
