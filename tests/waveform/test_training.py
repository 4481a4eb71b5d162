"""What training says of a recording and assesses of it, on a model of random weights."""

from pathlib import Path

import numpy as np
import pytest

from medmaas.model.explanation.waveform import cut_segments, find_baseline, make_waveform_game
from medmaas.model.manifest import WaveformInput
from medmaas.model.registry import Model, Registry
from medmaas_training.assessment.inputs import make_case, make_input_assessor
from medmaas_training.assessment.reasons.games import explain_case
from medmaas_training.kinds.inputs import describe_input
from tests.waveform.models import INPUT
from tests.waveform.recordings import LEADS, as_counts, draw

SPEC = WaveformInput.model_validate(INPUT)


@pytest.fixture(name="model")
def _model(ecg_models: Path) -> Model:
    return Registry(ecg_models).get("ecg")


def read(model: Model, seed: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    tensor = model.inputs.read([as_counts(draw(seed=seed))]).tensors["samples"]
    return np.asarray(tensor, np.float32)


def test_a_card_says_what_is_done_to_a_recording() -> None:
    told = "\n".join(describe_input(SPEC).describe())
    assert "leads in this order: I, II, III, aVR, aVL, aVF, V1, V2, V3, V4, V5, V6" in told
    assert "5000 samples of each at 500 Hz, 10 s, in mV; refused outside -10 to 10" in told
    assert "rates of 250 to 2000 Hz are resampled" in told
    assert "no answer: a lead at one value for more than 2 s" in told
    head, (row,) = describe_input(SPEC).tabulate()
    assert len(head) == len(row)
    assert "NLC" in describe_input(SPEC).explain_size((-1, 5000, 12))


def test_leads_are_the_players_of_an_assessment(model: Model) -> None:
    (row,) = read(model, 1)
    case = make_case(model, row)
    assert case.parts == LEADS
    found = explain_case(case, np.full(3, 0.05), 0)
    whole = model.session.run({"samples": row[None]})["probabilities"][0]
    np.testing.assert_allclose(found.baseline + found.values.sum(axis=0), whole, atol=1e-5)


def test_a_lead_that_is_missing_does_not_play(model: Model) -> None:
    row = read(model, 1)[0].copy()
    row[4] = 0
    assert make_case(model, row).parts == (*LEADS[:4], *LEADS[5:])


def test_what_nobody_plays_is_the_local_baseline(model: Model) -> None:
    (row,) = read(model, 1)
    owner = np.zeros(row.shape, np.intp)
    baseline = find_baseline(row, cut_segments(SPEC))
    given = make_waveform_game(model, row, owner)(np.array([[False]]))
    expected = model.session.run({"samples": baseline[None]})["probabilities"]
    np.testing.assert_allclose(given, expected, atol=1e-6)
    assert np.abs(baseline).max() < np.abs(row).max() / 2


def test_limits_are_those_of_the_training_recordings(model: Model) -> None:
    rows = np.vstack([read(model, seed) for seed in range(3)])
    assessor = make_input_assessor(SPEC)
    limits = assessor.find_limits(rows)
    assert isinstance(limits, WaveformInput)
    assert -10 <= limits.amplitude.low < rows.min()
    assert rows.max() < limits.amplitude.high <= 10
    rows[1, 3, :2000] = 0
    assert assessor.find_doubtful(rows).tolist() == [False, True, False]


@pytest.mark.parametrize(("seconds", "longest"), [(0.7, 0.1), (10, 0.4), (60, 1.5)])
def test_segments_are_neither_many_nor_few(seconds: float, longest: float) -> None:
    spec = WaveformInput.model_validate(INPUT | {"samples": round(500 * seconds)})
    segments = cut_segments(spec)
    assert 8 <= len(segments) <= 40
    assert sum(map(len, segments)) == spec.samples
    assert max(map(len, segments)) <= round(longest * 500)
