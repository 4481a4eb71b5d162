"""What of a survival model depends on its table: columns that change form, days that count."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.stats import skew

from medmaas.model.years import DAYS_PER_YEAR
from medmaas_training.tabular.own_columns import Column

Floats = NDArray[np.float64]
Outcome = NDArray[np.void]

_FOLLOWED, _CURVE = 0.9, 0.95  # quantiles of follow-up: of the last horizon, of the curve's end
_FEWEST_EVENTS = 10
_MOST_INTERVALS = 36
_SKEWED = 1.0
_ROUND = {
    "30 days": 30.0, "90 days": 90.0, "6 months": 182.0, "1 year": 365.0, "2 years": 730.0,
    "3 years": 1096.0, "5 years": 1826.0, "10 years": 3652.0, "20 years": 7305.0,
}  # fmt: skip


@dataclass(frozen=True)
class Design:
    """How a table becomes what is fitted.

    Attributes:
        time_days: whole days from 0 that end the intervals of the hazard.
        horizons: by name, those of them at which risks are given.
        logged: columns of which the logarithm is taken.
        offsets: what is added to each of `logged` before, so that 0 has a logarithm.
        categories: by column of a choice, how many words; more than two become one column each.
        reference: what Cox's regression on these logarithms is called.
    """

    time_days: Floats
    horizons: Mapping[str, float]
    logged: tuple[int, ...]
    offsets: tuple[float, ...]
    categories: Mapping[int, int] = field(default_factory=dict)
    reference: str = "Cox, skewed columns logged"


# Of FLCHAIN only creatinine may be missing, and sex and mgus are 0 or 1: no categories to name.
FLCHAIN = Design(
    time_days=np.floor(
        np.concatenate(
            [
                np.arange(12) * DAYS_PER_YEAR / 12,  # monthly to 1 year
                DAYS_PER_YEAR + np.arange(16) * DAYS_PER_YEAR / 4,  # quarterly to 5 years
                np.arange(5, 15) * DAYS_PER_YEAR,  # yearly to 14 years
            ]
        )
    ),
    horizons={name: _ROUND[name] for name in ("1 year", "5 years", "10 years")},
    logged=(2, 3, 4),
    offsets=(0.0, 0.0, 0.0),
    reference="Cox, logged laboratory values",
)


def make_design(columns: Sequence[Column], X: Floats, outcome: Outcome) -> Design:
    """The design of a user's table, from its train split X [n, features] and outcome [n].

    Logged is what is never negative, skewed by more than 1 and less so after: log(x + the smallest
    positive value seen). The curve ends at the 95 % quantile of follow-up; its intervals hold
    about as many events each, ten or more.
    """
    logged = [i for i, (c, x) in enumerate(zip(columns, X.T, strict=True)) if _is_skewed(c, x)]
    horizons = _choose_horizons(outcome)
    return Design(
        time_days=_make_grid(outcome, horizons),
        horizons=horizons,
        logged=tuple(logged),
        offsets=tuple(_smallest(X[:, i]) for i in logged),
        categories={i: c.categories for i, c in enumerate(columns) if c.categories},
        reference="Cox, skewed columns logged" if logged else "Cox",
    )


def take_logs(X: Floats, design: Design) -> Floats:
    """X [n, features] with the logarithm of the columns that the design logs."""
    logs = X.copy()
    columns = list(design.logged)
    logs[:, columns] = np.log(X[:, columns] + np.array(design.offsets))
    return logs


def _is_skewed(column: Column, x: Floats) -> bool:
    accepted = column.note.low
    if column.kind != "number" or np.nanmin(column.values) < 0 or (accepted or 0) < 0:
        return False
    present = x[~np.isnan(x)]
    if len(np.unique(present)) <= 2:
        return False
    before = float(skew(present))
    return before > _SKEWED and abs(float(skew(np.log(present + _smallest(present))))) < before


def _smallest(x: Floats) -> float:
    return float(x[x > 0].min())


def _choose_horizons(outcome: Outcome) -> dict[str, float]:
    """Up to three round times, spread over those with events enough before and people after."""
    last = float(np.quantile(outcome["time"], _FOLLOWED))
    events = np.sort(outcome["time"][outcome["event"]])
    first = float(events[min(_FEWEST_EVENTS, len(events)) - 1])
    able = {name: day for name, day in _ROUND.items() if first <= day <= last}
    if not able:
        middle = float(np.ceil(min(np.median(events), last)))
        return {f"{middle:.0f} days": middle}
    names = list(able)
    chosen = [names[i] for i in sorted({0, len(names) // 2, len(names) - 1})]
    return {name: able[name] for name in chosen}


def _make_grid(outcome: Outcome, horizons: Mapping[str, float]) -> Floats:
    end = np.ceil(np.quantile(outcome["time"], _CURVE))
    events = outcome["time"][outcome["event"] & (outcome["time"] < end)]
    intervals = int(np.clip(len(events) // _FEWEST_EVENTS, 4, _MOST_INTERVALS))
    inner = np.ceil(np.quantile(events, np.linspace(0, 1, intervals + 1)[1:-1]))
    return np.unique(np.concatenate([[0.0, end], inner, list(horizons.values())]))
