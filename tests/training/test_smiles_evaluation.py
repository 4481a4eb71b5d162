"""How the network that reads SMILES is measured, and what its card and report say of it."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

from medmaas_training.comparisons import name_gain
from medmaas_training.numeric_scores import RMSE, score
from medmaas_training.recipes.solubility.card import GOLDEN, Study, make_card
from medmaas_training.recipes.solubility.sections import draw_sections
from medmaas_training.smiles.evaluation import (
    FOREST,
    MEAN,
    NETWORK,
    SPELLINGS,
    SPREAD,
    TEST,
    Trial,
    compare_on_splits,
    compare_on_test,
    compute_features,
    describe_by_group,
    describe_spellings,
    name_groups,
    try_split,
)
from medmaas_training.smiles.molecules import MoleculeTable, read_molecules, split_molecules
from tests.training.test_smiles import ALCOHOLS, number, write_csv

ETHERS = ["C" * n + "O" + "C" * m for n in range(1, 9) for m in range(1, 6)]
PHENOLS = [f"c1ccccc1{'C' * n}O" for n in range(20)]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> MoleculeTable:
    path = write_csv(
        tmp_path_factory.mktemp("data"), number(ALCOHOLS[:30] + ETHERS + PHENOLS), "smiles,y"
    )
    return read_molecules(path, "y")


@pytest.fixture(scope="module")
def trials(table: MoleculeTable) -> list[Trial]:
    features = compute_features(table)
    splits = [split_molecules(table.canonical, seed) for seed in (0, 1)]
    return [try_split(table, features, split, epochs=1) for split in splits]


@given(
    st.lists(
        st.tuples(st.floats(-10, 2), st.floats(-10, 2)), min_size=3, max_size=20, unique=True
    ).filter(lambda pairs: np.ptp([y for y, _ in pairs]) > 1e-3)
)
def test_the_figures_are_those_of_scikit_learn(pairs: list[tuple[float, float]]) -> None:
    y, predicted = np.array(pairs).T
    expected = [f(y, predicted) for f in (root_mean_squared_error, mean_absolute_error, r2_score)]
    assert list(score(y, predicted).values()) == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_every_model_answers_the_test_part_and_the_mean_knows_the_train_part_alone(
    table: MoleculeTable, trials: list[Trial]
) -> None:
    for trial in trials:
        assert set(trial.rows) <= set(trial.split.test)
        assert trial.refused == len(trial.split.test) - len(trial.rows)
        assert {len(values) for values in trial.answers.values()} == {len(trial.rows)}
        assert trial.answers[MEAN] == pytest.approx(table.y[trial.split.train].mean())


def test_the_gain_over_the_forest_is_paired(table: MoleculeTable, trials: list[Trial]) -> None:
    metrics = compare_on_splits(table, trials)
    figures = {(m.model, m.metric): m.value for m in metrics if not m.against}
    gains = {m.against: m.value for m in metrics if m.metric == name_gain(RMSE)}
    assert gains.keys() == {name for name, _ in figures} - {NETWORK}
    gain = figures[FOREST, RMSE] - figures[NETWORK, RMSE]
    assert gains[FOREST] == pytest.approx(gain)
    on_test = compare_on_test(table, trials[0])
    assert {m.n for m in on_test} == {len(trials[0].rows)}
    assert all(m.low <= m.value <= m.high for m in on_test if m.metric == RMSE)


def test_groups_cover_every_molecule(table: MoleculeTable) -> None:
    groups = list(name_groups(table, np.arange(len(table.y))).values())
    assert len(groups) == 8
    for parts in (groups[:3], groups[3:6], groups[6:]):
        assert (np.sum(parts, axis=0) == 1).all()
    assert groups[6].sum() == len(PHENOLS)


def test_the_card_and_the_report_say_what_was_measured(
    table: MoleculeTable, trials: list[Trial]
) -> None:
    metrics = compare_on_splits(table, trials) + compare_on_test(table, trials[0])
    metrics += describe_by_group(table, trials) + describe_spellings(table, trials[0])
    spread = next(m for m in metrics if (m.evaluated_on, m.metric) == (SPELLINGS, SPREAD))
    assert spread.value > 0
    card = make_card(Study(table, "y"), trials, metrics)
    assert card.metrics == tuple(metrics)
    for value in (next(m.value for m in metrics if m.metric == RMSE), spread.value):
        assert any(f"{value:.4f}" in finding for finding in card.findings)
    assert card.data.split.train == len(trials[0].split.train)
    sections = draw_sections(table, trials, metrics)
    assert [section.title for section in sections][:2] == ["Comparison", "Learning curves"]
    assert any(TEST in section.text for section in sections)


def test_the_first_finding_says_who_is_stronger(table: MoleculeTable, trials: list[Trial]) -> None:
    metrics = []
    for m in compare_on_splits(table, trials) + compare_on_test(table, trials[0]):
        gain = -0.5 if m.against == FOREST else 0.5
        made_up = {"value": gain, "low": gain - 0.1, "high": gain + 0.1} if m.against else {}
        metrics.append(m.model_copy(update=made_up))
    metrics += describe_by_group(table, trials) + describe_spellings(table, trials[0])
    first = make_card(Study(table, "y"), trials, metrics).findings[0]
    assert first.startswith(f"Worse than the strongest contender, {FOREST}, in RMSE by 0.5000")


def test_the_golden_cases_are_molecules_and_differ(tmp_path: Path) -> None:
    rows = number([*ALCOHOLS, *(case["smiles"] for case in GOLDEN)])
    table = read_molecules(write_csv(tmp_path, rows, "smiles,y"), "y")
    assert len(set(table.canonical[len(ALCOHOLS) :])) == len(GOLDEN)
