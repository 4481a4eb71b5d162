"""The dose network's answers agree with one another, whatever it has learned."""

from collections.abc import Sequence

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from medmaas.model.outputs.policy import choose
from medmaas_training.dose.course import (
    ACTIONS,
    DELAY,
    FULL,
    FULL_GCSF,
    HALF,
    PRICE,
    THREE_QUARTERS,
)
from medmaas_training.dose.decisions import Decisions, simulate_decisions
from medmaas_training.dose.myelosuppression import KLOFT, Floats
from medmaas_training.dose.network import DoseNetwork, answer, find_avoidable, fit
from medmaas_training.dose.policies import (
    LONG_LIMIT,
    SEVERE_LIMIT,
    SHIELD_ANC,
    SHIELD_PLATELETS,
    recommend,
)

EVERYTHING = range(len(ACTIONS))
counts = st.one_of(st.just(np.nan), st.floats(0.01, 400))
rows = st.tuples(
    st.integers(1, 21), counts, counts, counts, st.sampled_from([np.nan, 0.5, 1.0]), st.booleans()
)
risks = st.lists(st.floats(0, 1, width=32), min_size=5, max_size=5)


@pytest.fixture(scope="module")
def network() -> DoseNetwork:
    """A network that has learned nothing: what must hold, holds by construction."""
    torch.manual_seed(3)
    network = DoseNetwork(torch.tensor([[4.0, 220.0, 6.0], [1.0, 120.0, 3.0]]))
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.mul_(2)
    return network.eval()


@pytest.fixture(scope="module")
def data() -> Decisions:
    return simulate_decisions(KLOFT, 300, 0)


def history(drawn: Sequence[tuple[float, ...]]) -> Floats:
    """Rows of gaps, counts, dose and G-CSF, as a history [1, rows, 6] that ends today."""
    table = np.array(drawn, dtype=float)
    table[:, 0] = np.cumsum(table[:, 0]) - table[:, 0].sum()
    return table[None]


@given(drawn=st.lists(rows, min_size=1, max_size=8), padding=st.integers(1, 20))
@settings(max_examples=40)
def test_padding_changes_nothing(
    network: DoseNetwork, drawn: Sequence[tuple[float, ...]], padding: int
) -> None:
    given_history = history(drawn)
    padded = np.concatenate([given_history, np.full((1, padding, 6), np.nan)], axis=1)
    for short, long in zip(answer(network, given_history), answer(network, padded), strict=True):
        np.testing.assert_allclose(short, long, rtol=1e-5, atol=1e-6)


@given(drawn=st.lists(rows, min_size=1, max_size=8))
@settings(max_examples=60)
def test_risks_are_ordered(network: DoseNetwork, drawn: Sequence[tuple[float, ...]]) -> None:
    found, nadirs = answer(network, history(drawn))
    (risk,), (nadir,) = found, nadirs
    assert np.isfinite(risk).all()
    assert ((risk >= 0) & (risk <= 1)).all()
    assert (risk[:, 0] <= risk[:, 1]).all(), "below 0.5 is below 1.0"
    assert (risk[:, 3] <= risk[:, 0]).all(), "for a week below 0.5 is below 0.5"
    for smaller, larger in ((HALF, THREE_QUARTERS), (THREE_QUARTERS, FULL), (FULL_GCSF, FULL)):
        assert (risk[smaller, :4] <= risk[larger, :4]).all()
        assert nadir[smaller] >= nadir[larger]


def test_a_missing_count_is_not_a_count_of_any_size(network: DoseNetwork) -> None:
    known = history([(7, 5.0, 200.0, 7.0, np.nan, 0), (7, 4.0, 200.0, 6.0, np.nan, 0)])
    missing = known.copy()
    missing[0, 1, 1] = np.nan
    assert not np.allclose(answer(network, known)[0], answer(network, missing)[0])


@given(risk=risks, limit=st.floats(0.01, 0.99))
def test_the_first_acceptable_action_has_the_least_price_and_risk(
    risk: Sequence[float], limit: float
) -> None:
    """Which is what the limit means: a quarter of the dose is worth so much risk."""
    ordered = np.sort(np.array(risk))[::-1]
    ordered[[FULL_GCSF, THREE_QUARTERS]] = ordered[THREE_QUARTERS]  # as dear: as good
    avoidable = np.array(find_avoidable(list(ordered), np.maximum, EVERYTHING))
    cost = np.array(PRICE) + ordered / limit
    first = int((avoidable <= limit).argmax())
    assert cost[first] <= cost[:DELAY].min() + 1e-6


@given(
    risk=risks,
    long=risks,
    limit=st.floats(0, 1),
    anc=st.floats(0.1, 10),
    platelets=st.one_of(st.just(np.nan), st.floats(20, 400)),
)
def test_the_trial_recommends_what_the_service_would(
    risk: Sequence[float], long: Sequence[float], limit: float, anc: float, platelets: float
) -> None:
    held = anc < SHIELD_ANC or platelets < SHIELD_PLATELETS
    allowed = [not held or i == DELAY for i in EVERYTHING]
    avoidable = [float(a) for a in find_avoidable(list(np.array(risk)), np.maximum, EVERYTHING)]
    keeps = [
        [week <= LONG_LIMIT, one <= limit, severe <= SEVERE_LIMIT]
        for week, one, severe in zip(long, avoidable, risk, strict=True)
    ]
    (ours,) = recommend(
        np.stack([[risk], [long]], axis=-1),
        np.array([anc]),
        np.array([platelets]),
        limit=limit,
        offered=EVERYTHING,
    )
    assert ours == choose(allowed, keeps, list(long))


def test_histories_hold_nothing_of_the_decision_or_after_it(data: Decisions) -> None:
    for chart in data.histories()[::50]:
        used = chart[~np.isnan(chart[:, 0])]
        assert (np.diff(used[:, 0]) >= 0).all()
        assert -3 <= used[-1, 0] <= 0
        assert np.isnan(used[-1, 4:]).all()
        assert not np.isnan(used[-1, 1]), "the count before a dose is never missing"


def test_the_module_answers_as_it_was_trained(data: Decisions) -> None:
    """Reading a whole course once, as the fit does, and one history at a time are the same."""
    network = fit(data, 0, epochs=1).network
    course, decision = 5, 2
    row = int(data.row[course, decision])
    with torch.no_grad():
        states = network.read(torch.from_numpy(data.charts[[course]]).float())
        since = torch.tensor([float(data.since[course, decision])])
        expected = network.rate(*network.expect(states[0, row], since))
    place = int(data.present()[:course].sum()) + decision
    found, _ = answer(network, data.histories()[[place]])
    np.testing.assert_allclose(found[0, :, :4], expected.numpy(), atol=1e-5)


def test_a_seed_gives_the_same_weights(data: Decisions) -> None:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    first, second = (fit(data, 1, epochs=1).network.state_dict() for _ in range(2))
    torch.set_num_threads(threads)
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_learning_tells_patients_apart() -> None:
    """A thousand courses are enough to be better than the share of everyone."""
    fitted = fit(simulate_decisions(KLOFT, 1000, 0), 0, epochs=12)
    test = simulate_decisions(KLOFT, 200, 9)
    found, _ = answer(fitted.network, test.histories())
    below = test.outcomes()[:, FULL, 0]
    brier = np.square(found[:, FULL, 0] - below).mean()
    assert brier < 0.9 * below.mean() * (1 - below.mean())
