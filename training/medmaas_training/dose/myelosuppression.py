"""Blood counts under chemotherapy: the published models of myelosuppression, for many patients.

dProl/dt = ktr Prol ((1 - E) F^gamma - F^beta), T1..n: transit at ktr F^beta, Circ lost at kcirc;
E = slope C(t), C(t) of the infusion, and F the feedback of the circulating cells
(Friberg et al. 2002, J Clin Oncol 20:4713). Friberg's F is Circ0/Circ with beta 0 and kcirc = ktr.
Quartino et al. 2014 (Pharm Res 31:3390) let endogenous G-CSF carry the feedback: produced at a
constant rate, lost at ke + kANC Circ, so that it is (ke + kANC Circ0)/(ke + kANC Circ) times its
baseline once in balance. We take that balance, reached within two hours, instead of the equation,
and leave out the G-CSF that corticosteroids release.

Time is in hours, counts in 10^9/L, doses in mg/m2 at a body surface of 1.8 m2: the clearance of
docetaxel is proportional to body surface (Bruno 1996), which therefore cancels out.
"""

from dataclasses import dataclass, fields, replace
from math import log
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BODY_SURFACE = 1.8
_FLOOR = 1e-9


@dataclass(frozen=True)
class Drug:
    """An infusion into a central compartment that exchanges with the others, micromolar.

    Attributes:
        name: of the drug and its protocol dose.
        protocol_dose: mg/m2.
        infusion: hours.
        molar_mass: g/mol.
        volume: of the central compartment, L.
        elimination: from the central compartment, per hour.
        exchange: per peripheral compartment, rates out of and into the central one, per hour.
        clearance_cv: between patients.
    """

    name: str
    protocol_dose: float
    infusion: float
    molar_mass: float
    volume: float
    elimination: float
    exchange: tuple[tuple[float, float], ...]
    clearance_cv: float

    def expose(self, clearance: Floats, edges: Floats) -> Floats:
        """Mean concentration per interval at the protocol dose, [intervals, n].

        The compartments' matrix is similar to a symmetric one, whose eigenvectors give the sum of
        exponentials exactly; the mean is the difference of its integral at the edges.

        Args:
            clearance: relative to the typical patient, [n].
            edges: of the intervals, hours since the start of the infusion.
        """
        size = 1 + len(self.exchange)
        rates = np.zeros((len(clearance), size, size))
        rates[:, 0, 0] = self.elimination * clearance + sum(out for out, _ in self.exchange)
        for i, (out, back) in enumerate(self.exchange, start=1):
            rates[:, i, i] = back
            rates[:, 0, i] = rates[:, i, 0] = -np.sqrt(out * back)
        values, vectors = np.linalg.eigh(rates)
        given = 1000 * self.protocol_dose * BODY_SURFACE / (self.molar_mass * self.volume)
        integral = np.zeros((len(edges), len(clearance)))
        for rate, weight in zip(values.T, vectors[:, 0].T ** 2, strict=True):
            integral += weight / rate * (_ramp(edges, rate) - _ramp(edges - self.infusion, rate))
        mean: Floats = given / self.infusion * np.diff(integral, axis=0)
        return mean / np.diff(edges)[:, None]


def _ramp(hours: Floats, rate: Floats) -> Floats:
    """Integral of 1 - exp(-rate t) from 0 to `hours`, [hours, n]; 0 before 0."""
    past = np.maximum(hours, 0)[:, None]
    ramp: Floats = past + np.expm1(-rate * past) / rate
    return ramp


@dataclass(frozen=True)
class Chain:
    """A lineage of one patient each: proliferating cells, transits, circulating cells, [n].

    Attributes:
        circ0: baseline count, 10^9/L.
        mtt: mean transit time, hours.
        slope: of the effect, per micromolar.
        gamma: feedback on proliferation.
        beta: feedback on maturation.
        clearing: ke/kANC of the endogenous G-CSF, 10^9/L; 0 in Friberg's model.
        transits: between the proliferating and the circulating cells.
        kcirc: loss of circulating cells per hour; None: as fast as a transit.
    """

    circ0: Floats
    mtt: Floats
    slope: Floats
    gamma: float
    beta: float = 0.0
    clearing: float = 0.0
    transits: int = 3
    kcirc: float | None = None

    @property
    def ktr(self) -> Floats:
        """Transit rate per hour, [n]."""
        return (self.transits + 1) / self.mtt

    @property
    def loss(self) -> Floats:
        """Of circulating cells, per hour, [n]."""
        return self.ktr if self.kcirc is None else np.full_like(self.mtt, self.kcirc)

    def rest(self) -> Floats:
        """In balance: log of proliferating cells, transits, circulating, [transits + 2, n]."""
        pool = self.circ0 * self.loss / self.ktr
        return np.stack([np.log(pool), *[pool] * self.transits, self.circ0])

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_] | slice) -> Self:
        """The same of some patients."""
        return replace(self, circ0=self.circ0[rows], mtt=self.mtt[rows], slope=self.slope[rows])


@dataclass(frozen=True)
class Stimulation:
    """Pegfilgrastim: a rise of G-CSF that multiplies proliferation and maturation for ten days.

    The exponents are those of Quartino et al. for endogenous G-CSF. The rise is chosen so that
    severe neutropenia of a length that 17 % of unprotected cycles exceed is left in about 1 %: the
    febrile neutropenia of Vogel et al. 2005, J Clin Oncol 23:1178 (docetaxel 100 mg/m2, 17 % on
    placebo, 1 % on pegfilgrastim), with length standing for fever. `check_stimulation` measures it.
    """

    rise: float = 2.5
    start: float = 24.0
    end: float = 264.0
    gamma: float = 0.444
    beta: float = 0.234


def make_edges(hours: float, fine: float = 48.0, coarse: float = 3.0) -> Floats:
    """Edges of the steps: 1 h while the drug is there, then `coarse`; days are among them."""
    return np.concatenate([np.arange(0.0, fine), np.arange(fine, hours + 1e-6, coarse)])


def integrate(
    chain: Chain,
    state: Floats,
    edges: Floats,
    concentration: Floats | None = None,
    *,
    stimulated: NDArray[np.bool_] | None = None,
    stimulation: Stimulation | None = None,
) -> Floats:
    """Circulating cells at every edge, [edges, n]; `state` is moved to the last one in place.

    Runge-Kutta of order 4. The proliferating cells are held as a logarithm: the kill of the first
    hours, faster than any step, is then additive, and exact with the mean concentration of a step.

    Args:
        chain: of n patients.
        state: as of `Chain.rest`, [transits + 2, n].
        edges: hours since the dose.
        concentration: mean per step, [steps, n]; steps beyond its length have none.
        stimulated: who has pegfilgrastim, [n].
        stimulation: how it works.
    """
    loss, transits = chain.loss, slice(1, chain.transits + 1)
    stimulation = stimulation or Stimulation()
    boosted = stimulated is not None and bool(stimulated.any())
    rise = np.ones(1) if stimulated is None else np.where(stimulated, stimulation.rise, 1.0)
    numerator = np.log(chain.clearing + chain.circ0)
    change = np.empty_like(state)
    counts = np.empty((len(edges), state.shape[1]), state.dtype)
    counts[0] = state[-1]

    def derive(y: Floats, growth: Floats, ktr: Floats) -> Floats:
        feedback = numerator - np.log(np.maximum(chain.clearing + y[-1], _FLOOR))
        moving = ktr * np.exp(chain.beta * feedback) if chain.beta else ktr
        np.exp(y[0], out=change[1])
        change[2:-1] = y[1:-2]
        change[transits] -= y[transits]
        change[transits] *= moving
        change[-1] = moving * y[-2] - loss * y[-1]
        change[0] = growth * np.exp(chain.gamma * feedback) - moving
        return change

    for i, step in enumerate(np.diff(edges)):
        inside = boosted and stimulation.start <= edges[i] < stimulation.end
        ktr = chain.ktr * rise**stimulation.beta if inside else chain.ktr
        growth = chain.ktr * rise**stimulation.gamma if inside else chain.ktr
        if concentration is not None and i < len(concentration):
            growth = growth * (1 - chain.slope * concentration[i])
        first = derive(state, growth, ktr).copy()
        second = derive(state + step / 2 * first, growth, ktr).copy()
        third = derive(state + step / 2 * second, growth, ktr).copy()
        fourth = derive(state + step * third, growth, ktr)
        state += step / 6 * (first + 2 * (second + third) + fourth)
        counts[i + 1] = state[-1]
    return counts


DOCETAXEL = Drug(
    "docetaxel 100 mg/m2",
    protocol_dose=100,
    infusion=1,
    molar_mass=807.9,
    volume=7.4,
    elimination=5.2,
    exchange=((1.06, 1.51), (1.26, 0.084)),
    clearance_cv=0.34,
)
PACLITAXEL = Drug(
    "paclitaxel 175 mg/m2",
    protocol_dose=175,
    infusion=3,
    molar_mass=853.9,
    volume=290,
    elimination=285 / 290,
    exchange=((204 / 290, 204 / 995),),
    clearance_cv=0.30,
)


@dataclass(frozen=True)
class Neutrophils:
    """A published model: typical values, variances between patients (log), residual (log-SD)."""

    name: str
    drug: Drug
    circ0: float
    mtt: float
    slope: float
    gamma: float
    variance: tuple[float, float, float]
    residual: float
    beta: float = 0.0
    clearing: float = 0.0
    transits: int = 3
    kcirc: float | None = None

    def make_chain(self, circ0: Floats, mtt: Floats, slope: Floats) -> Chain:
        """This model with parameters of n patients, each relative to the typical one."""
        return Chain(
            self.circ0 * circ0,
            self.mtt * mtt,
            self.slope * slope,
            **{f.name: getattr(self, f.name) for f in fields(Chain)[3:]},
        )


KLOFT = Neutrophils(
    "docetaxel, Kloft 2006", DOCETAXEL, 5.22, 84.2, 15.57, 0.145, (0.0640, 0.0192, 0.1284), 0.424
)
WAHLBY = Neutrophils(
    "paclitaxel, Wåhlby 2004",
    PACLITAXEL,
    5.47,
    131,
    48.6,
    0.22,
    (0.36**2, 0.17**2, 0.38**2),
    0.38,
)
# Its variances between patients were not at hand: those of Kloft, the same drug.
QUARTINO = Neutrophils(
    "docetaxel, Quartino 2014",
    DOCETAXEL,
    3.53,
    133,
    17.2,
    0.444,
    (0.0640, 0.0192, 0.1284),
    0.424,
    beta=0.234,
    clearing=0.592 / 5.64,
    transits=4,
    kcirc=log(2) / 7,
)
