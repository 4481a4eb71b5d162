"""Explanations of models whose Shapley values are known on paper."""

import numpy as np
import pytest

from medmaas_training.assessment.reasons.faithfulness.ground_truth import (
    EXACT,
    SAMPLED,
    Truth,
    check_ground_truth,
    explain_known,
)

ONE = np.array([1.0])


def test_a_linear_model_gives_slope_times_distance_from_the_mean() -> None:
    truth = Truth("linear", (2.0, -1.0))
    centres, weights = np.array([[0.0, 0.0], [4.0, 2.0]]), np.array([0.25, 0.75])
    assert truth.attribute(np.array([5.0, 1.0]), centres, weights) == pytest.approx([4.0, 0.5])


def test_a_product_is_shared_equally_by_two_who_start_from_nothing() -> None:
    truth = Truth("product", (0.0, 0.0, 0.0), products=((0, 1),))
    values = truth.attribute(np.array([3.0, 5.0, 9.0]), np.zeros((1, 3)), ONE)
    assert values == pytest.approx([7.5, 7.5, 0.0])


def test_a_product_of_three_is_shared_by_thirds() -> None:
    truth = Truth("product", (0.0, 0.0, 0.0), products=((0, 1, 2),))
    values = truth.attribute(np.array([1.0, 2.0, 3.0]), np.zeros((1, 3)), ONE)
    assert values == pytest.approx([2.0, 2.0, 2.0])


@pytest.mark.parametrize("truth", EXACT, ids=lambda truth: truth.name)
def test_exact_values_are_the_known_ones(truth: Truth) -> None:
    known, found, errors = explain_known(truth, seed=1)
    assert found == pytest.approx(known, abs=2e-6)
    assert np.ptp(known, axis=0).max() > 1
    assert not errors.any()


@pytest.mark.parametrize("truth", [*EXACT, *SAMPLED], ids=lambda truth: truth.name)
def test_a_feature_without_effect_gets_exactly_nothing(truth: Truth) -> None:
    _, found, _ = explain_known(truth, seed=2)
    assert truth.irrelevant
    assert found[:, truth.irrelevant] == pytest.approx(0, abs=1e-7)


@pytest.mark.parametrize("truth", SAMPLED, ids=lambda truth: truth.name)
def test_sampled_values_are_as_near_as_their_errors_say(truth: Truth) -> None:
    known, found, errors = explain_known(truth, seed=3)
    assert errors.max() > 0
    assert np.abs(known - found).max() <= 5 * errors.max()
    assert (np.abs(known - found) <= 2 * errors + 1e-5).mean() > 0.9


def test_a_used_feature_takes_nothing_from_one_that_goes_with_it() -> None:
    truth = next(truth for truth in EXACT if truth.correlation)
    rows = truth.draw(5000, np.random.default_rng(0))
    assert np.corrcoef(rows[:, 0], rows[:, 1])[0, 1] > 0.9
    _, found, _ = explain_known(truth, seed=4)
    assert not found[:, 1].any()


def test_the_checks_name_each_model_and_are_near_nothing() -> None:
    checks = check_ground_truth(seed=0)
    assert {check.check.partition(": ")[2] for check in checks} == {
        truth.name for truth in [*EXACT, *SAMPLED]
    }
    exact = [check for check in checks if "20 features" not in check.check]
    assert all(check.value < 1e-5 for check in exact)
    assert checks == check_ground_truth(seed=0)
