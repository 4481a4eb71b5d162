"""What spoils a lead is told of it alone, whatever the leads beside it are like."""

from itertools import groupby

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmaas.model.waveform import judge
from medmaas.model.waveform.signal import Floats

RATE = 500.0
_LEADS = st.integers(1, 4).flatmap(
    lambda leads: st.lists(
        st.lists(st.sampled_from([-1.0, 0.0, 0.25, 2.0]), min_size=leads, max_size=leads),
        min_size=2,
        max_size=40,
    )
)


def count_runs(lead: Floats) -> tuple[int, int]:
    """The longest run of one value, and how many samples are cut off, counted one by one."""
    runs = [(value, len(list(same))) for value, same in groupby(lead.tolist())]
    extremes = {lead.min(), lead.max()}
    cut = [length for value, length in runs if value in extremes and length >= 3]
    return max(length for _, length in runs), sum(cut) if len(extremes) > 1 else 0


@given(_LEADS)
def test_runs_are_those_of_each_lead(drawn: list[list[float]]) -> None:
    samples = np.array(drawn).T
    for lead, flaws in zip(samples, judge(samples, RATE), strict=True):
        longest, cut = count_runs(lead)
        assert flaws.flat == (longest / RATE if longest > 1 else 0)
        assert flaws.saturation == cut / len(lead)
        (alone,) = judge(lead[None], RATE)
        assert (alone.flat, alone.saturation) == (flaws.flat, flaws.saturation)


@pytest.mark.parametrize("hertz", [50, 60])
@pytest.mark.parametrize("count", [4_999, 5_000])
def test_the_mains_are_a_share_of_the_power(hertz: int, count: int) -> None:
    times = np.arange(count) / RATE
    heart, hum = np.sin(2 * np.pi * 7 * times), 0.5 * np.sin(2 * np.pi * hertz * times)
    offset = 100.0  # of the electrodes, which is no power above 1 Hz
    flaws = judge(np.stack([heart + hum + offset, heart + offset, 0 * heart]), RATE)
    shares = [one.mains for one in flaws]
    assert shares == pytest.approx([0.2, 0, 0], abs=5e-3)
    assert flaws[0].hertz == hertz
