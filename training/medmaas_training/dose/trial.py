"""A virtual trial: the same patients under every policy, what it did to them, and how sure that is.

The same patients and the same event draw the same measurement errors in every arm, so that arms are
paired. Shares are of cycles, intervals are percentile bootstraps over patients (Efron 1979).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from medmaas.model.manifest import Cohort, Metric
from medmaas_training.comparisons import Pair, find_pairs
from medmaas_training.dose.course import CYCLES, Course, Policy
from medmaas_training.dose.decisions import ANC_LOW, ANC_SEVERE, LONG, PLATELETS_LOW
from medmaas_training.dose.myelosuppression import Floats
from medmaas_training.dose.patients import CYCLE_DAYS
from medmaas_training.dose.patients import Cohort as Patients
from medmaas_training.dose.schedules import SCHEDULES, Schedule
from medmaas_training.figures import Own
from medmaas_training.progress import track

BELOW_SEVERE = "share of cycles with ANC below 0.5"
BELOW_LONG = "share of cycles with ANC below 0.5 for more than a week"
BELOW_LOW = "share of cycles with ANC below 1.0"
BELOW_PLATELETS = "share of cycles with platelets below 50"
INTENSITY = "relative dose intensity"
DELAYS = "weeks of delay per patient"
GCSF_USE = "share of cycles with G-CSF"
_RESAMPLES = 2000

Figures = Mapping[str, Mapping[str, Floats]]  # by arm and name


def run_arm(
    cohort: Patients, policy: Policy, seed: int, schedules: Sequence[Schedule] = SCHEDULES
) -> Floats:
    """A course of everyone: cycles, of these those as below, and what was given: [n, 8].

    Cycles below 0.5, 1.0 and 50; relative dose intensity; weeks of delay; cycles with G-CSF; and
    cycles below 0.5 for more than a week.

    Relative dose intensity is the dose given per planned dose, over the planned duration and every
    delay; a course that ends early has given nothing in the cycles it lacks.

    Args:
        cohort: whom to treat.
        policy: who decides.
        seed: of the measurement errors.
        schedules: when counts are taken, each patient by one of them.
    """
    course = Course(cohort, np.random.default_rng(seed), schedules).run(policy)
    weeks = CYCLES * CYCLE_DAYS / 7
    anc, platelets = course.nadirs[:, :, 0], course.nadirs[:, :, 1]
    return np.stack(
        [
            course.cycles,
            (anc < ANC_SEVERE).sum(1),
            (anc < ANC_LOW).sum(1),
            (platelets < PLATELETS_LOW).sum(1),
            course.doses.mean(1) * weeks / (weeks + course.delays),
            course.delays,
            course.gcsf.sum(1),
            (course.severe_days > LONG).sum(1),
        ],
        axis=1,
    )


def summarise(rows: Floats) -> dict[str, Floats]:
    """Figures of an arm from sums or means over patients [..., 8] per patient."""
    cycles = rows[..., 0]
    return {
        BELOW_SEVERE: rows[..., 1] / cycles,
        BELOW_LOW: rows[..., 2] / cycles,
        BELOW_PLATELETS: rows[..., 3] / cycles,
        INTENSITY: rows[..., 4],
        DELAYS: rows[..., 5],
        GCSF_USE: rows[..., 6] / cycles,
        BELOW_LONG: rows[..., 7] / cycles,
    }


@dataclass(frozen=True)
class Trial:
    """Arms of the same patients, who they are, and per arm and patient what `run_arm` gives."""

    cohort: Cohort
    evaluated_on: str
    arms: Mapping[str, Floats]
    seed: int

    def measure(self, arm: str, figure: str) -> float:
        """A figure of an arm."""
        return float(summarise(self.arms[arm].mean(0))[figure])

    def make_metrics(
        self, contenders: Mapping[str, Sequence[str]], fewer: Mapping[str, str], own: Own
    ) -> list[Metric]:
        """Every figure of every arm, gains over other arms, and relative reductions.

        Args:
            contenders: per arm of the model, those it is compared with: alike in what they give.
            fewer: per arm, the one it must have relatively fewer cycles below 0.5 than.
            own: which arms are this model's.
        """
        n = len(next(iter(self.arms.values())))
        rng = np.random.default_rng(self.seed)
        weights = rng.multinomial(n, np.full(n, 1 / n), size=_RESAMPLES) / n
        whole = {arm: summarise(rows.mean(0)) for arm, rows in self.arms.items()}
        drawn = {arm: summarise(weights @ rows) for arm, rows in self.arms.items()}
        metrics = []

        def add(
            metric: str, arm: str, compute: Callable[[Figures], Floats], against: str | None = None
        ) -> None:
            low, high = np.percentile(compute(drawn), [2.5, 97.5])
            metrics.append(
                Metric(
                    metric=metric,
                    of=own.get(arm, "baseline"),
                    model=arm,
                    against=against,
                    cohort=self.cohort,
                    evaluated_on=self.evaluated_on,
                    n=n,
                    value=float(compute(whole)),
                    low=float(low),
                    high=float(high),
                )
            )

        for arm in self.arms:
            for figure in whole[arm]:
                add(figure, arm, partial(_pick, arm, figure))
        for pair in find_pairs([(figure, arm) for arm, of in whole.items() for figure in of], own):
            if pair.contender in contenders.get(pair.model, ()):
                add(pair.name, pair.model, partial(_subtract, pair), pair.contender)
        for arm, other in fewer.items():
            add(
                f"relatively fewer cycles with ANC below 0.5 than {other}",
                arm,
                partial(_reduce, arm, other),
            )
        return metrics


def _pick(arm: str, figure: str, of: Figures) -> Floats:
    return of[arm][figure]


def _subtract(pair: Pair, of: Figures) -> Floats:
    (figure, more), (_, less) = pair.sides
    return of[more][figure] - of[less][figure]


def _reduce(arm: str, other: str, of: Figures) -> Floats:
    return 1 - of[arm][BELOW_SEVERE] / of[other][BELOW_SEVERE]


def sweep(
    cohort: Patients,
    make: Callable[[float], Policy],
    limits: Sequence[float],
    seed: int,
) -> list[Floats]:
    """The arm at each limit, in order."""
    return [run_arm(cohort, make(limit), seed) for limit in track(limits)]


def tune(
    cohort: Patients,
    make: Callable[[float], Policy],
    seed: int,
    *,
    figure: str,
    target: float,
    bounds: tuple[float, float],
    schedules: Sequence[Schedule] = SCHEDULES,
) -> float:
    """The limit at which an arm reaches a figure that grows with it, by ten bisections."""
    low, high = bounds
    for _ in range(10):
        middle = (low + high) / 2
        arm = run_arm(cohort, make(middle), seed, schedules)
        reached = summarise(arm.mean(0))[figure]
        low, high = (middle, high) if reached < target else (low, middle)
    return (low + high) / 2
