"""The simulator against an independent integrator, published figures and what must always hold."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from medmaas_training.dose.myelosuppression import (
    BODY_SURFACE,
    DOCETAXEL,
    KLOFT,
    PACLITAXEL,
    QUARTINO,
    WAHLBY,
    Drug,
    Floats,
    Neutrophils,
    integrate,
    make_edges,
)
from medmaas_training.dose.patients import expose
from medmaas_training.dose.simulator_check import check_simulator, follow_typical

EDGES = make_edges(504.0)
KE, KANC, BASELINE_GCSF = 0.592, 5.64, 24.3  # Quartino 2014: per h, per h and 10^9/L, ng/L

factors = st.floats(0.5, 2)
shares = st.floats(0.1, 1)


def solve(model: Neutrophils, *, endogenous: bool = False) -> Floats:
    """Counts of the typical patient at EDGES by LSODA from the equations as they are printed.

    Amounts in the drug's compartments, cells as such, and G-CSF as a state of its own if asked for.
    """
    drug = model.drug
    ktr = (model.transits + 1) / model.mtt
    kcirc = model.kcirc or ktr
    pool = model.circ0 * kcirc / ktr
    n = len(drug.exchange)

    def derive(y: Floats, rate: float) -> list[float]:
        central, outer, gcsf = y[0], y[1 : n + 1], y[-1]
        prol, transit, circ = y[n + 1], y[n + 2 : -2], y[-2]
        moved = [
            out * central - back * one
            for (out, back), one in zip(drug.exchange, outer, strict=True)
        ]
        effect = model.slope * 1000 * central / drug.volume / drug.molar_mass
        up = gcsf / BASELINE_GCSF if endogenous else model.circ0 / circ
        proliferation, maturation = up**model.gamma, up**model.beta
        before = [prol, *transit[:-1]]
        kin = (KE + KANC * model.circ0) * BASELINE_GCSF
        return [
            rate - drug.elimination * central - sum(moved),
            *moved,
            ktr * prol * ((1 - effect) * proliferation - maturation),
            *(ktr * maturation * (a - b) for a, b in zip(before, transit, strict=True)),
            ktr * maturation * transit[-1] - kcirc * circ,
            kin - (KE + KANC * circ) * gcsf if endogenous else 0.0,
        ]

    start = [0.0] * (n + 1) + [pool] * (model.transits + 1) + [model.circ0, BASELINE_GCSF]
    infused = drug.protocol_dose * BODY_SURFACE / drug.infusion
    during, after = np.split(EDGES, [int(drug.infusion)])
    parts, y = [], np.array(start)
    for infusion, hours, until in ((infused, during, drug.infusion), (0.0, after, EDGES[-1])):
        done = solve_ivp(
            lambda _, y, rate=infusion: derive(y, rate),
            (hours[0], until),
            y,
            method="LSODA",
            t_eval=np.union1d(hours, [until]),
            rtol=1e-8,
            atol=1e-10,
        )
        parts.append(done.y[-2, : len(hours)])
        y = done.y[:, -1]
    return np.concatenate(parts)


@pytest.mark.parametrize("model", [KLOFT, WAHLBY], ids=lambda model: model.drug.name)
def test_the_typical_course_is_that_of_another_integrator(model: Neutrophils) -> None:
    np.testing.assert_allclose(follow_typical(model), solve(model), rtol=0.01)


def test_endogenous_gcsf_is_in_balance_with_the_counts() -> None:
    """Our balance in the place of Quartino's equation for G-CSF changes no count by over 3 %."""
    np.testing.assert_allclose(
        follow_typical(QUARTINO), solve(QUARTINO, endogenous=True), rtol=0.03
    )


def test_steps_are_short_enough() -> None:
    one = np.ones(1)
    fine = np.arange(0, 504.05, 0.1)
    chain = KLOFT.make_chain(one, one, one)
    exposure = DOCETAXEL.expose(one, fine)
    counts = integrate(chain, chain.rest(), fine, exposure)[:, 0]
    ours = np.interp(fine, EDGES, follow_typical(KLOFT))
    np.testing.assert_allclose(ours, counts, rtol=0.01)


@pytest.mark.parametrize("seed", [0, 1])
def test_the_simulator_gives_the_published_figures(seed: int) -> None:
    assert [check.what for check in check_simulator(seed) if not check.holds] == []


@pytest.mark.parametrize("drug", [DOCETAXEL, PACLITAXEL], ids=lambda drug: drug.name)
@given(clearance=factors)
@settings(max_examples=20)
def test_exposure_is_dose_over_clearance(drug: Drug, clearance: float) -> None:
    hours = np.array([0.0, 5000.0])
    mean = drug.expose(np.array([clearance]), hours)[0, 0]
    dose = 1000 * drug.protocol_dose * BODY_SURFACE / drug.molar_mass  # micromole
    assert mean * 5000 == pytest.approx(
        dose / (drug.volume * drug.elimination * clearance), rel=1e-3
    )


@pytest.mark.parametrize("model", [KLOFT, WAHLBY, QUARTINO], ids=lambda model: model.name)
@given(circ0=factors, mtt=factors)
@settings(max_examples=10)
def test_nothing_happens_to_who_is_not_treated(
    model: Neutrophils, circ0: float, mtt: float
) -> None:
    chain = model.make_chain(np.array([circ0]), np.array([mtt]), np.ones(1))
    counts = integrate(chain, chain.rest(), EDGES)
    np.testing.assert_allclose(counts, model.circ0 * circ0, rtol=1e-6)


@given(less=shares, more=shares, circ0=factors, mtt=factors, slope=factors)
@settings(max_examples=25)
def test_a_larger_dose_never_has_a_higher_nadir_nor_gcsf_a_lower_one(
    less: float, more: float, circ0: float, mtt: float, slope: float
) -> None:
    low, high = sorted((less, more))
    three = np.ones(3)
    chain = KLOFT.make_chain(circ0 * three, mtt * three, slope * three)
    exposure = expose(KLOFT, three) * np.array([low, high, high])
    helped = np.array([False, False, True])
    nadir = integrate(chain, chain.rest(), EDGES, exposure, stimulated=helped).min(0)
    assert nadir[0] >= nadir[1] * (1 - 1e-9)
    assert nadir[2] >= nadir[1] * (1 - 1e-9)


@given(scale=factors)
@settings(max_examples=10)
def test_counts_scale_with_the_baseline(scale: float) -> None:
    """Friberg's feedback is of ratios: a patient with twice the baseline has twice every count."""
    one = np.ones(1)
    chain = KLOFT.make_chain(one, one, one)
    scaled = replace(chain, circ0=chain.circ0 * scale)
    exposure = expose(KLOFT, one)
    np.testing.assert_allclose(
        integrate(scaled, scaled.rest(), EDGES, exposure),
        scale * integrate(chain, chain.rest(), EDGES, exposure),
        rtol=1e-6,
    )
