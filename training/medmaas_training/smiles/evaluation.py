"""The network and what it is compared with, fitted and measured on the same molecules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from sklearn.ensemble import RandomForestRegressor

from medmaas.model.manifest import EVERYONE, Cohort, Metric
from medmaas_training.comparisons import name_gain
from medmaas_training.figures import Figures, Own, People, Rows, bootstrap, compare_folds
from medmaas_training.numeric_scores import R2, RMSE, score
from medmaas_training.smiles.descriptors import (
    compute_descriptors,
    compute_fingerprints,
    standardise,
)
from medmaas_training.smiles.molecules import (
    MoleculeTable,
    find_alphabet,
    find_max_length,
    spell,
    write_as_served,
)
from medmaas_training.smiles.network import EPOCHS, Fitted, fit
from medmaas_training.tabular.datasets import Floats, Indices, Split

NETWORK = "network (this model)"
FOREST = "random forest on RDKit descriptors"
FINGERPRINTS = "random forest on Morgan fingerprints"
DELANEY_MODEL = "Delaney's linear model"
MEAN = "mean of the train split"
OWN: Own = {NETWORK: "model"}
TEST = "test split"
SPLITS = "test parts of five random splits"
GROUPS = f"{SPLITS}, pooled"
SPELLINGS = f"{TEST}, other spellings"
SPREAD = "deviation over 10 spellings of a molecule, mean"
_SPELLINGS = 32
_OTHERS = 10
_TREES = 200
_RESAMPLES = 2000


@dataclass(frozen=True)
class Trial:
    """One split: the network fitted to its train part, and every answer to its test part.

    Attributes:
        split: who fitted and who tested.
        fitted: the network.
        rows: of the test part, without what the network would refuse, [m].
        answers: by model, [m].
    """

    split: Split
    fitted: Fitted
    rows: Indices
    answers: dict[str, Floats]

    @property
    def refused(self) -> int:
        """How many lines of the test part are too long, or have a character never trained on."""
        return len(self.split.test) - len(self.rows)


def try_split(
    table: MoleculeTable,
    features: Mapping[str, Floats],
    split: Split,
    *,
    epochs: int = EPOCHS,
) -> Trial:
    """Fit to the train part, answer the test part.

    Args:
        table: the molecules.
        features: what each forest reads, by its name, [n, ...]; FOREST's teach the network too.
        split: of the table.
        epochs: of the network.
    """
    train, y = split.train, table.y
    smiles = [table.smiles[row] for row in train]
    max_length = find_max_length([*smiles, *map(write_as_served, smiles)])
    lines = [
        [line for line in (own, *spell(own, _SPELLINGS, i)) if len(line) <= max_length]
        for i, own in enumerate(smiles)
    ]
    fitted = fit(
        lines,
        y[train],
        standardise(features[FOREST][train]),
        alphabet=find_alphabet(line for spellings in lines for line in spellings),
        max_length=max_length,
        seed=split.seed,
        epochs=epochs,
    )
    served = {row: write_as_served(table.smiles[row]) for row in split.test}
    rows = np.array([row for row in split.test if fitted.takes(served[row])], dtype=np.intp)
    answers = {NETWORK: fitted.predict([served[row] for row in rows])}
    for name, X in features.items():
        forest = RandomForestRegressor(_TREES, max_features=1 / 3, random_state=split.seed)
        answers[name] = forest.fit(X[train], y[train]).predict(X[rows])
    if table.delaney is not None:
        answers[DELANEY_MODEL] = table.delaney[rows]
    answers[MEAN] = np.full(len(rows), y[train].mean())
    return Trial(split, fitted, rows, answers)


def compute_features(table: MoleculeTable) -> dict[str, Floats]:
    """What the forests read, by their names."""
    return {
        FOREST: compute_descriptors(table.canonical),
        FINGERPRINTS: compute_fingerprints(table.canonical),
    }


def compare_on_splits(table: MoleculeTable, trials: Sequence[Trial]) -> list[Metric]:
    """Every model's figures and the network's gains: means over the splits, Student's interval."""
    rows = np.concatenate([trial.rows for trial in trials])
    people = _people("cross_validation", SPLITS, rows, len(table.y))
    figures: dict[tuple[str, str], list[float]] = {}
    for model in trials[0].answers:
        for trial in trials:
            of_split = score(table.y[trial.rows], trial.answers[model])
            for metric, value in of_split.items():
                figures.setdefault((metric, model), []).append(value)
    return _without_events(compare_folds(figures, people, own=OWN))


def compare_on_test(table: MoleculeTable, trial: Trial) -> list[Metric]:
    """Every model's figures on one test part, molecules resampled together."""
    people = _people("test", TEST, np.arange(len(trial.rows)), len(trial.rows))
    return _resample(table.y[trial.rows], trial.answers, people, trial.split.seed)


def describe_by_group(table: MoleculeTable, trials: Sequence[Trial]) -> list[Metric]:
    """The network, and its gains over the forest, by target, size and aromaticity.

    Over all answers of all splits.
    """
    rows = np.concatenate([trial.rows for trial in trials])
    answers = {
        model: np.concatenate([trial.answers[model] for trial in trials])
        for model in (NETWORK, FOREST)
    }
    metrics = []
    for group, chosen in name_groups(table, rows).items():
        if chosen.sum() >= 10:
            within = {model: values[chosen] for model, values in answers.items()}
            y = table.y[rows[chosen]]
            people = _people("cross_validation", GROUPS, np.arange(len(y)), len(y), group)
            metrics += _resample(y, within, people, trials[0].split.seed)
    without = {R2, name_gain(R2)}
    return [m for m in metrics if m.model == NETWORK and m.metric not in without]


def name_groups(table: MoleculeTable, rows: Indices) -> dict[str, NDArray[np.bool_]]:
    """Thirds by target and by size, aromatic or not; which of the rows belong to each."""
    molecules = [Chem.MolFromSmiles(table.canonical[row]) for row in rows]
    size = np.array([molecule.GetNumHeavyAtoms() for molecule in molecules])
    aromatic = np.array(
        [any(atom.GetIsAromatic() for atom in molecule.GetAtoms()) for molecule in molecules]
    )
    y = table.y[rows]
    low, high = np.quantile(y, [1 / 3, 2 / 3])
    small, large = np.quantile(size, [1 / 3, 2 / 3])
    return {
        f"measured below {low:.1f}": y < low,
        f"measured {low:.1f} to {high:.1f}": (y >= low) & (y <= high),
        f"measured above {high:.1f}": y > high,
        f"up to {small:.0f} heavy atoms": size <= small,
        f"{small + 1:.0f} to {large:.0f} heavy atoms": (size > small) & (size <= large),
        f"more than {large:.0f} heavy atoms": size > large,
        "aromatic": aromatic,
        "not aromatic": ~aromatic,
    }


def describe_spellings(table: MoleculeTable, trial: Trial) -> list[Metric]:
    """How far the answers to ten lines of one molecule are apart, and how wrong they are.

    Of the network alone: the service writes each molecule in one way before it reads.
    """
    seed, fitted = trial.split.seed, trial.fitted
    rows, answers = [], []
    for row in trial.rows:
        lines = [line for line in spell(table.smiles[row], 3 * _OTHERS, seed) if fitted.takes(line)]
        if len(lines) >= _OTHERS:
            rows.append(row)
            answers.append(fitted.predict(lines[:_OTHERS]))
    values, y = np.array(answers), table.y[rows]

    def statistic(draw: Rows) -> Figures:
        error = values[draw] - y[draw][:, None]
        return {
            (SPREAD, NETWORK): float(values[draw].std(axis=1).mean()),
            (RMSE, NETWORK): float(np.sqrt(np.mean(error**2))),
        }

    people = _people("test", SPELLINGS, np.arange(len(rows)), len(rows))
    return _without_events(bootstrap(statistic, people, own=OWN, seed=seed, resamples=_RESAMPLES))


def _resample(y: Floats, answers: Mapping[str, Floats], people: People, seed: int) -> list[Metric]:
    def statistic(rows: Rows) -> Figures:
        scores = {model: score(y[rows], values[rows]) for model, values in answers.items()}
        return {(metric, model): s[metric] for model, s in scores.items() for metric in s}

    return _without_events(bootstrap(statistic, people, own=OWN, seed=seed, resamples=_RESAMPLES))


def _people(
    cohort: Cohort, evaluated_on: str, rows: Indices, n: int, group: str = EVERYONE
) -> People:
    return People(cohort, evaluated_on, rows, np.zeros(n, dtype=bool), group)


def _without_events(metrics: Sequence[Metric]) -> list[Metric]:
    return [metric.model_copy(update={"events": None}) for metric in metrics]
