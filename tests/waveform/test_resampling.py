"""Another sampling rate, judged by scipy."""

from time import process_time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import resample_poly

from medmaas.model.waveform.resampling import find_ratio, resample, simplify

RATES = (100, 128, 250, 256, 257, 360, 500, 512, 997, 1000)


@given(
    rate=st.sampled_from(RATES),
    target=st.sampled_from(RATES),
    count=st.integers(2, 3000),
    seed=st.integers(0, 99),
)
def test_samples_are_those_of_scipy(rate: int, target: int, count: int, seed: int) -> None:
    samples = np.random.default_rng(seed).normal(size=(3, count)).cumsum(axis=1) + 5
    ratio = simplify(find_ratio(rate, target))
    made = resample(samples, ratio)
    judge = resample_poly(samples, ratio.numerator, ratio.denominator, axis=1, padtype="line")
    assert made.shape == judge.shape == (3, -(-count * ratio.numerator // ratio.denominator))
    np.testing.assert_allclose(made, judge, rtol=1e-5, atol=1e-5 * np.abs(judge).max())


@pytest.mark.parametrize("rate", [250, 360, 1000])
def test_a_sine_stays_the_same_sine(rate: int) -> None:
    before, after = (np.arange(10 * one) / one for one in (rate, 500))
    made = resample(np.sin(2 * np.pi * 7 * before)[None] + 3, find_ratio(rate, 500))
    inside = slice(50, -50)
    expected = np.sin(2 * np.pi * 7 * after) + 3
    np.testing.assert_allclose(made[0, inside], expected[inside], atol=5e-3)


def test_an_offset_does_not_ring_at_the_ends() -> None:
    made = resample(np.full((1, 3600), 100.0), find_ratio(360, 500))
    assert np.abs(made / 100 - 1).max() < 2e-3


@pytest.mark.parametrize(("rate", "target"), [(1, 1000), (1000, 1), (999.97, 1000), (249.756, 500)])
def test_no_ratio_makes_a_filter_of_any_length(rate: float, target: float) -> None:
    began = process_time()
    ratio = simplify(find_ratio(rate, target))
    assert max(ratio.numerator, ratio.denominator) <= 1000
    assert abs(float(ratio) / (target / rate) - 1) < 1e-3
    resample(np.ones((12, 5000)), ratio)
    assert process_time() - began < 5
