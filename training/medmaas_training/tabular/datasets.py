"""The tables the recipes learn from, cleaned, in clinical units, NaN for missing."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold, train_test_split
from sksurv.datasets import load_flchain
from sksurv.util import Surv

from medmaas.model import manifest
from medmaas.model.manifest.cells import fold_word
from medmaas_training.errors import TrainingError
from medmaas_training.tabular.own_cells import read_cells
from medmaas_training.tabular.own_columns import parse_numbers
from medmaas_training.tabular.own_file import read_file
from medmaas_training.tabular.own_notes import ColumnNote
from medmaas_training.tabular.own_table import FEWEST_ROWS, OwnTable, print_clauses, require
from medmaas_training.tabular.own_told import NOT_READ, Told, tell
from medmaas_training.tabular.own_words import BOOLEANS, MALE, SEX_WORDS

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

FLCHAIN_FEATURES = ("age", "sex", "creatinine", "kappa", "lambda", "mgus")
SEXES = ("F", "M")
FEWEST_EVENTS = 10
_FEWEST_DEATHS = 20
FEWEST_CASES = 10
_FOLDS = 5


@dataclass(frozen=True)
class Origin:
    """What a card says of where a table comes from."""

    source: str
    licence: str
    inclusion: str
    population: str
    limit: str


FLCHAIN = Origin(
    source="FLCHAIN: serum free light chains and mortality in Olmsted County, as carried by "
    "scikit-survival (Dispenzieri et al. 2012)",
    licence="distributed with R's survival (LGPL-2 or later) and scikit-survival (GPL-3.0)",
    inclusion="everyone in the data set: residents of the county aged 50 and over",
    population="Adults aged 50 and over, as in Olmsted County, Minnesota, from 1995 on.",
    limit="One county, one period, ethnicity not recorded; no external validation.",
)
WISCONSIN = Origin(
    source="Wisconsin diagnostic breast cancer data, as carried by scikit-learn "
    "(Street, Wolberg & Mangasarian 1993)",
    licence="CC BY 4.0",
    inclusion="every aspirate in the data set; how women were chosen is not recorded",
    population="Women with a breast mass that was aspirated.",
    limit="One hospital, one way of measuring, a few hundred masses; no external validation.",
)
OWN = Origin(
    source="a table given by whoever trained the model, known by its sha256 alone",
    licence="not stated",
    inclusion="not stated",
    population="People like those in the table; whoever trained the model knows who they are.",
    limit="Of the data nothing is known but what is said here; no external validation.",
)


@dataclass(frozen=True)
class SurvivalTable:
    """n people.

    Attributes:
        X: [n, features], raw. Of FLCHAIN the columns of FLCHAIN_FEATURES, sex as its position in
            SEXES, mgus as 0 or 1.
        outcome: [n], records of `event` (died) and `time` (days to death or last contact).
        sha256: of X and outcome.
        origin: where they come from.
        own: the columns, if the table is the user's.
        together: [n], the same number for rows that stay on one side of every split, if there are
            any: those of one person or site, and copies of each other.
        drawn: how the rows of a user's table are split, which its columns depend on.
    """

    X: Floats
    outcome: NDArray[np.void]
    sha256: str
    origin: Origin
    own: OwnTable | None = None
    together: Indices | None = None
    drawn: "Split | None" = None

    @property
    def event(self) -> NDArray[np.bool_]:
        """Whether each person was seen to die, [n]."""
        return self.outcome["event"]

    @property
    def time(self) -> Floats:
        """Days to death or last contact, [n]."""
        return self.outcome["time"]


@dataclass(frozen=True)
class ClassTable:
    """n cases: X [n, features], y [n] positions in labels, the sha256 of both, their origin.

    `own`, `together` and `drawn` as in SurvivalTable.
    """

    X: Floats
    y: NDArray[np.int64]
    features: tuple[str, ...]
    labels: tuple[str, ...]
    sha256: str
    origin: Origin
    own: OwnTable | None = None
    together: Indices | None = None
    drawn: "Split | None" = None


@dataclass(frozen=True)
class Split:
    """Row positions: train fits, calibration is kept for calibrating, test only measures.

    `by` says in words what decided it, if it was more than chance.
    """

    train: Indices
    calibration: Indices
    test: Indices
    seed: int
    by: str | None = None

    def describe(self) -> manifest.Split:
        """Its sizes, its seed and what decided it, as a card takes them."""
        return manifest.Split(
            seed=self.seed,
            by=self.by,
            train=len(self.train),
            calibration=len(self.calibration),
            test=len(self.test),
        )


def read_flchain(data: Path | None) -> SurvivalTable:
    """The 7,874 people of FLCHAIN, or a CSV with the same columns, cleaned.

    Dispenzieri et al. 2012 (doi 10.1016/j.mayocp.2012.03.009). Left out: `chapter`, the cause of
    death, which only the dead have and so leaks the outcome, and the bookkeeping columns
    `sample.yr` and `flc.grp`. Follow-up of zero days is set to half a day.
    """
    if data is None:
        table, outcome = load_flchain()
        sex = table["sex"].map({sex: i for i, sex in enumerate(SEXES)})
        mgus = table["mgus"].map({"no": 0, "yes": 1})
        table = table.assign(death=outcome["death"], futime=outcome["futime"], sex=sex, mgus=mgus)
    else:
        sexes = {word: float(sex is MALE) for word, sex in SEX_WORDS.items()}
        words: dict[str, Mapping[str, float]] = {"sex": sexes, "mgus": BOOLEANS, "death": BOOLEANS}
        table = _read_csv(data, {*FLCHAIN_FEATURES, "death", "futime"}, words)
    X = _to_numbers(table[list(FLCHAIN_FEATURES)])
    event, time = _to_numbers(table[["death", "futime"]]).T
    _check_people(X, event, time)
    time = np.maximum(time, 0.5)
    outcome = Surv.from_arrays(event == 1, time)
    return SurvivalTable(X, outcome, hash_arrays(X, event, time), OWN if data else FLCHAIN)


def _check_people(X: Floats, event: Floats, time: Floats) -> None:
    known, laboratory = X[:, [0, 1, 5]], X[:, 2:5]
    require(
        not np.isnan(known).any(),
        "age, sex (F or M) and mgus (yes or no) are needed in every row",
    )
    require(
        not ((laboratory <= 0).any() or np.isnan(laboratory).all(axis=0).any()),
        "creatinine, kappa and lambda must be above 0, and not all missing",
    )
    require(
        set(event) == {0, 1} and bool((time >= 0).all()),
        "death must be 0 or 1, both present, and futime days from 0 up",
    )
    require(
        event.sum() >= _FEWEST_DEATHS,
        f"fewer than {_FEWEST_DEATHS} deaths are too few to learn from",
    )


def read_breast_fna(data: Path | None) -> ClassTable:
    """The 569 aspirates of the Wisconsin diagnostic data, or a CSV with the same columns.

    Street, Wolberg & Mangasarian 1993 (doi 10.1117/12.148698). A CSV names its outcome in a column
    `diagnosis`, benign or malignant.
    """
    bunch = load_breast_cancer()
    features = tuple(name.replace(" ", "_") for name in bunch.feature_names)
    labels = ("benign", "malignant")
    if data is None:
        table = pd.DataFrame(bunch.data, columns=features)
        named = pd.Series(bunch.target_names[bunch.target])
        table["diagnosis"] = named.map({label: i for i, label in enumerate(labels)})
    else:
        words = {"benign": 0.0, "b": 0.0, "malignant": 1.0, "m": 1.0}
        table = _read_csv(data, {*features, "diagnosis"}, {"diagnosis": words})
    codes = table["diagnosis"]
    require(
        not codes.isna().any() and codes.nunique() == len(labels),
        "diagnosis must be benign or malignant, both present",
    )
    fewest = codes.value_counts().min()
    require(fewest >= FEWEST_CASES, f"each diagnosis needs at least {FEWEST_CASES} cases")
    X, y = _to_numbers(table[list(features)]), codes.to_numpy(int)
    means = X[:, np.char.startswith(features, "mean_")]
    require(not np.isnan(means).any(), "the ten means are needed in every row")
    require(
        not (np.isnan(X).all(axis=0).any() or (X < 0).any()),
        "no column may be empty or negative",
    )
    return ClassTable(X, y, features, labels, hash_arrays(X, y), OWN if data else WISCONSIN)


def split_rows(
    strata: NDArray[np.generic],
    seed: int,
    together: Indices | None = None,
    *,
    test: NDArray[np.bool_] | None = None,
) -> Split:
    """60 % train, 20 % calibration, 20 % test, each with the same share of every stratum.

    Args:
        strata: [n].
        seed: of the draw.
        together: [n], rows of the same number stay on one side.
        test: [n], which rows are tested on; then a quarter of the others is for calibration.
    """
    rows = np.arange(len(strata))
    if test is None:
        rest, tested = _draw_part(rows, strata, 5, seed, together)
    else:
        rest, tested = rows[~test], rows[test]
    train, calibration = _draw_part(rest, strata, 4, seed, together)
    return Split(np.sort(train), np.sort(calibration), np.sort(tested), seed)


def _draw_part(
    rows: Indices, strata: NDArray[np.generic], parts: int, seed: int, together: Indices | None
) -> tuple[Indices, Indices]:
    """Rows [n], without and within one of so many parts of about the same size."""
    strata = merge_rare(strata[rows])
    if together is None:
        rest, part = train_test_split(rows, test_size=1 / parts, stratify=strata, random_state=seed)
        return rest, part
    folds = StratifiedGroupKFold(parts, shuffle=True, random_state=seed)
    rest, part = next(folds.split(strata[:, None], strata, together[rows]))
    return rows[rest], rows[part]


def make_folds(
    X: Floats, strata: NDArray[np.generic], seed: int, together: Indices | None = None
) -> list[tuple[Indices, Indices]]:
    """Five folds with the same share of every stratum; rows of one number stay together."""
    strata = merge_rare(strata)
    if together is None:
        return list(StratifiedKFold(5, shuffle=True, random_state=seed).split(X, strata))
    folds = StratifiedGroupKFold(5, shuffle=True, random_state=seed)
    return list(folds.split(X, strata, together))


def merge_rare(strata: NDArray[np.generic]) -> NDArray[np.generic]:
    """Strata [n]; one with fewer rows than there are folds is not held to: it joins the largest."""
    kinds, of, counts = np.unique(strata, return_inverse=True, return_counts=True)
    merged = np.where(counts < _FOLDS, np.argmax(counts), np.arange(len(kinds)))
    return np.asarray(kinds[merged[of]])


def _read_csv(
    path: Path, columns: set[str], words: Mapping[str, Mapping[str, float]]
) -> pd.DataFrame:
    """Some columns of a file as numbers, those of words by what each word stands for."""
    names, table, notes = read_file(path, columns)
    table = table.set_axis(names, axis=1)
    missing = sorted(columns - set(table.columns))
    require(not missing, f"these columns are missing: {', '.join(missing)}")
    require(len(table) >= FEWEST_ROWS, f"fewer than {FEWEST_ROWS} rows are too few to learn from")
    table = table[sorted(columns)].copy()
    told = list[Told]()
    for name in table:
        column, known = table[name], words.get(str(name))
        if known is None:
            cells = read_cells(column, ColumnNote(kind="number"))
            lost = [one.row for one in cells.told if one.rule in NOT_READ]
            require(
                not lost, f"row {min(lost, default=0)}: {name} is something that is not a number"
            )
            table[name] = cells.values
            told += [one for one in cells.told if one.rule != "range_guessed"]  # it is known
        else:
            stands = {text: known.get(fold_word(text)) for text in column.dropna().unique()}
            table[name] = column.map(stands).fillna(pd.Series(parse_numbers(column))).astype(float)
    print_clauses("Note", (*notes, *tell(told)))
    return table


def _to_numbers(table: pd.DataFrame) -> Floats:
    try:
        numbers: Floats = table.astype(float).to_numpy()
    except (TypeError, ValueError) as error:
        raise TrainingError("--data: a column holds something that is not a number") from error
    return numbers


def hash_arrays(*arrays: NDArray[np.generic]) -> str:
    """The sha256 of a cleaned table, so that a retraining can compare."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(np.ascontiguousarray(array, dtype="<f8").tobytes())
    return digest.hexdigest()
