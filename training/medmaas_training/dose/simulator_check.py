"""The simulator against what is published of it, before anything is learned from it."""

from dataclasses import dataclass

import numpy as np

from medmaas_training.dose.decisions import LONG
from medmaas_training.dose.myelosuppression import (
    KLOFT,
    WAHLBY,
    Chain,
    Floats,
    Neutrophils,
    integrate,
    make_edges,
)
from medmaas_training.dose.patients import cv_to_log, expose

PATIENTS = 4000
_EDGES = make_edges(504.0)


@dataclass(frozen=True)
class Check:
    """One figure of the simulator and the one it is held against; `within` is the tolerance."""

    what: str
    found: float
    expected: float | None
    within: float | None

    @property
    def holds(self) -> bool:
        """Whether the figure is as expected, or nothing was expected."""
        if self.expected is None or self.within is None:
            return True
        return abs(self.found - self.expected) <= self.within


def follow_typical(model: Neutrophils, dose: float = 1.0) -> Floats:
    """Counts of the typical patient of a model at every edge of a cycle, [edges]."""
    one = np.ones(1)
    chain = model.make_chain(one, one, one)
    return integrate(chain, chain.rest(), _EDGES, expose(model, one) * dose)[:, 0]


def sample_published(model: Neutrophils, seed: int) -> tuple[Chain, Floats]:
    """Patients with the published spread alone: no covariates, nothing cumulative; exposure."""
    rng = np.random.default_rng(seed)
    deviations = np.sqrt(model.variance)
    chain = model.make_chain(*(np.exp(rng.normal(0, sd, PATIENTS)) for sd in deviations))
    clearance = np.exp(rng.normal(0, cv_to_log(model.drug.clearance_cv), PATIENTS))
    return chain, expose(model, clearance)


def check_simulator(seed: int) -> list[Check]:
    """Shares of first cycles below 0.5 per dose, and the typical course; seconds of work."""
    checks = []
    for model, doses in (
        (KLOFT, {60: (0.6, 0.38), 75: (0.75, 0.52), 100: (1.0, 0.74)}),
        (WAHLBY, {175: (1.0, 0.14)}),
    ):
        chain, exposure = sample_published(model, seed)
        for milligrams, (share, expected) in doses.items():
            nadir = integrate(chain, chain.rest(), _EDGES, exposure * share).min(0)
            what = f"share of cycles with ANC below 0.5, {model.name}, {milligrams} mg/m2"
            checks.append(Check(what, float((nadir < 0.5).mean()), expected, 0.03))
    counts = follow_typical(KLOFT)
    lowest = int(counts.argmin())
    back = lowest + int((counts[lowest:] >= 1.5).argmax())
    typical = f"typical patient, {KLOFT.name}, 100 mg/m2"
    checks += [
        Check(f"nadir of ANC, 10*9/L, {typical}", float(counts[lowest]), 0.22, 0.005),
        Check(f"day of the nadir, {typical}", float(_EDGES[lowest] / 24), 8.5, 0.25),
        Check(f"day at 1.5 again, {typical}", float(_EDGES[back] / 24), 12.75, 0.25),
    ]
    return checks + check_stimulation(seed)


def check_stimulation(seed: int) -> list[Check]:
    """What G-CSF does to docetaxel 100 mg/m2: severe neutropenia, and its length.

    More than a week below 0.5 stands for febrile neutropenia, which pegfilgrastim brought from 17
    to 1 % (Vogel et al. 2005).
    """
    chain, exposure = sample_published(KLOFT, seed)
    hours = np.diff(_EDGES, append=_EDGES[-1])
    lengths, shares = [], []
    for helped in (False, True):
        given = np.full(PATIENTS, helped)
        counts = integrate(chain, chain.rest(), _EDGES, exposure, stimulated=given)
        below = counts < 0.5
        lengths.append((below * hours[:, None]).sum(0) / 24)
        shares.append(float(below.any(0).mean()))
    where = f"{KLOFT.name}, 100 mg/m2"
    what = f"share of cycles with ANC below 0.5 for more than {LONG:g} days"
    return [
        Check(f"{what} without G-CSF, {where}", float((lengths[0] > LONG).mean()), 0.17, 0.02),
        Check(f"{what} with G-CSF, {where}", float((lengths[1] > LONG).mean()), 0.01, 0.007),
        Check(f"share of cycles with ANC below 0.5 with G-CSF, {where}", shares[1], None, None),
        Check(
            f"median days below 0.5 without and with G-CSF, difference, {where}",
            float(np.median(lengths[0]) - np.median(lengths[1])),
            None,
            None,
        ),
    ]
