"""Invented tables with the columns of public ones, and columns made of a frame."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sksurv.util import Surv

from medmaas_training.survival.metrics import Outcome
from medmaas_training.tabular.own_columns import Column, Floats
from medmaas_training.tabular.own_notes import ColumnNote

DAYS_PER_MONTH = 365.25 / 12


def number(values: NDArray[Any], name: str = "x") -> Column:
    return Column(name, name, "number", np.asarray(values, dtype=float), (), ColumnNote())


def choice(values: Floats, words: int, name: str = "x") -> Column:
    return Column(name, name, "choice", values, tuple("abcdefghijklmnopqrst"[:words]), ColumnNote())


def make_columns(frame: pd.DataFrame) -> list[Column]:
    """Words become positions in their alphabet, as reading a table makes them."""
    columns = []
    for header, values in frame.items():
        name = str(header)
        if pd.api.types.is_numeric_dtype(values):
            columns.append(number(values.to_numpy(dtype=float), name))
        else:
            codes, words = pd.factorize(values, sort=True)
            positions = np.where(codes < 0, np.nan, codes.astype(float))
            columns.append(choice(positions, len(words), name))
    return columns


def part(
    table: pd.DataFrame, time: str, event: str, days: float = 1.0
) -> tuple[Sequence[Column], Outcome]:
    """The columns but those of the outcome, and the outcome in days."""
    followed = np.maximum(table[time].to_numpy(dtype=float) * days, 0.5)
    outcome = Surv.from_arrays(table[event].to_numpy() == 1, followed)
    return make_columns(table.drop(columns=[time, event])), outcome


def invent_rotterdam(people: int = 1500, seed: int = 0) -> pd.DataFrame:
    """Recurrence and death of breast cancer, in days; nobody's follow-up but their own."""
    draw = np.random.default_rng(seed)
    age, nodes = draw.integers(24, 91, people), draw.negative_binomial(0.6, 0.18, people)
    grade = draw.choice([2, 3], people, p=[0.27, 0.73])
    risk = 0.05 * np.minimum(nodes, 20) + 0.3 * (grade == 3) + 0.01 * (age - 55)
    recurrence = np.ceil(draw.exponential(6500 * np.exp(-risk)))
    other = draw.exponential(25000 * np.exp(-0.05 * (age - 55)))
    died = np.ceil(np.minimum(recurrence + draw.exponential(1100, people), other))
    end = np.ceil(draw.uniform(1500, 6500, people))
    dtime = np.minimum(died, end)
    return pd.DataFrame({
        "year": draw.integers(1978, 1994, people), "age": age, "meno": (age > 50).astype(int),
        "size": draw.choice(["<=20", "20-50", ">50"], people), "grade": grade, "nodes": nodes,
        "pgr": draw.lognormal(3, 2, people).astype(int),
        "er": draw.lognormal(3.5, 2, people).astype(int),
        "hormon": (draw.random(people) < 0.11).astype(int),
        "chemo": (draw.random(people) < 0.19).astype(int),
        "rtime": np.minimum(recurrence, dtime), "recur": (recurrence < dtime).astype(int),
        "dtime": dtime, "death": (died <= end).astype(int),
    })  # fmt: skip


def invent_mgus2(people: int = 1384, seed: int = 0) -> pd.DataFrame:
    """Progression and death of a monoclonal gammopathy, in months."""
    draw = np.random.default_rng(seed)
    age, mspike = draw.integers(30, 95, people), draw.gamma(4, 0.3, people).round(1)
    progression = np.ceil(draw.exponential(900 * np.exp(-0.6 * (mspike - 1.2))))
    died = np.ceil(draw.exponential(150 * np.exp(-0.05 * (age - 70))))
    end = np.ceil(draw.uniform(60, 400, people))
    futime = np.minimum(died, end)
    creat = draw.lognormal(0.1, 0.4, people).round(1)
    return pd.DataFrame({
        "age": age, "sex": draw.choice(["F", "M"], people),
        "hgb": draw.normal(13.2, 2, people).round(1),
        "creat": np.where(draw.random(people) < 0.02, np.nan, creat), "mspike": mspike,
        "ptime": np.minimum(progression, futime), "pstat": (progression <= futime).astype(int),
        "futime": futime, "death": (died <= end).astype(int),
    })  # fmt: skip
