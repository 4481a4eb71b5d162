"""What in a table may give its outcome away.

Every column is tried alone. What all but gives the outcome, is of the follow-up itself, or is known
only at or after the outcome, is left out, as FLCHAIN's cause of death is, and asked about: it may
be the outcome under another name, or a strong marker that was known before. Who knows the table
says which, by `keep` in the notes. separation.py, follow_up.py and outcome_names.py know how each
is found; a finding is a fact, and `ask` makes a sentence of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import yaml
from scipy.stats import binom

from medmaas_training.survival.metrics import Outcome
from medmaas_training.tabular.follow_up import (
    Hazard,
    TimeLikeness,
    compare_with_time,
    find_immortal,
    find_span,
    is_status,
)
from medmaas_training.tabular.outcome_names import is_named_late
from medmaas_training.tabular.own_columns import Column
from medmaas_training.tabular.separation import (
    AUC_ALONE,
    C_ALONE,
    Bools,
    Labels,
    auc_alone,
    c_alone,
)

Code = Literal[
    "separates", "orders", "equal", "inside", "later", "often", "span", "status", "event",
    "known", "missing", "name", "immortal", "immortal_known", "immortal_missing",
]  # fmt: skip

_CHANCE = 1e-6
_SAME = 0.99
_MOST_OF_A_KIND = 3000
_FEWEST_KNOWN = 20
_LEAST_KNOWN = 0.1
_MOST_VALUES = 20


@dataclass(frozen=True)
class Leak:
    """Why one column may give the outcome away.

    Attributes:
        column: its header.
        code: the kind of reason.
        figures: what was measured, by name; no value of the table.
        other: the header of the column that it goes with.
    """

    column: str
    code: Code
    figures: Mapping[str, float] = field(default_factory=dict)
    other: str = ""

    @property
    def is_doubt(self) -> bool:
        """Whether it is only asked about, and learned from meanwhile."""
        return self.code.startswith("immortal")


_WHY: Mapping[Code, str] = {
    "separates": "alone it all but gives the outcome (AUC {auc:.3f}{where})",
    "orders": "alone it all but gives the order of the events (C {c:.3f}{where})",
    "event": "alone it all but says who has the event (AUC {auc:.3f}{where})",
    "equal": "it is the follow-up time (equal in {share} % of the rows)",
    "inside": "it is hardly ever above the follow-up time (equal in {share} % of the rows), as the "
    "time to another event of the same follow-up is",
    "later": "it is hardly ever below the follow-up time (equal in {share} % of the rows), as the "
    "follow-up for another end point is",
    "often": "it equals the follow-up time in {share} % of the rows",
    "span": "less {other} it is the follow-up time (R2 {r2:.3f})",
    "status": "it says where {other} differs from the follow-up time, as the status of that end "
    "point does",
    "known": "it is known only where the outcome is one and the same, in {same} of {rows} rows",
    "missing": "it is missing only where the outcome is one and the same, in {same} of {rows} rows",
    "name": "by its name it is known only at or after the outcome",
}
_WHO_CARRIES: Mapping[Code, str] = {
    "immortal": "with one of its values",
    "immortal_known": "where it is known",
    "immortal_missing": "where it is missing",
}


def ask(leak: Leak, *, kept: bool = False) -> str:
    """The sentence of a leak: the leak, the strong but earlier marker, and how to keep it.

    Or, of a column that the notes keep, that it is kept although.
    """
    note = yaml.safe_dump(
        {leak.column: {"keep": True}}, default_flow_style=True, allow_unicode=True, width=10**6
    ).strip()
    keep = f"columns: {note} in the .yaml beside the file"
    figures = leak.figures
    if leak.is_doubt:
        return (
            f"{leak.column}: of the {figures['carriers']:.0f} rows {_WHO_CARRIES[leak.code]}, "
            f"{figures['seen']:.0f} have the event before day {figures['days']:.0f}, where "
            f"{figures['expected']:.1f} are expected. Did it become known only during follow-up, "
            "so that who has it had to live until then (immortal time)? Then remove the column. "
            f"If it was known at the start, say {keep}"
        )
    known = figures.get("known", 1.0)
    why = _WHY[leak.code].format(
        **{name: f"{100 * x:.0f}" if name == "share" else x for name, x in figures.items()},
        other=leak.other,
        where="" if known == 1 else f" in the {100 * known:.0f} % of rows that have it",
    )
    if kept:
        return f"{leak.column} is kept, as the .yaml says, although {why}"
    return (
        f"{leak.column} is left out: {why}. Is it known only at or after the outcome, and so leaks "
        "it, or is it a strong marker that was known before? If it was known before, keep it: "
        f"{keep}"
    )


def find_class_leaks(columns: Sequence[Column], y: Labels) -> list[Leak]:
    """Of columns of n rows, those that may give classes y [n] away, a reason each."""
    rows = _draw(y)
    y, columns = y[rows], take_rows(columns, rows)
    found = (
        find_telling_absence(column, y)
        or _find_separation(column, y, "separates")
        or _find_name(column)
        for column in columns
    )
    return [leak for leak in found if leak]


def find_survival_leaks(columns: Sequence[Column], outcome: Outcome) -> list[Leak]:
    """Of columns of n people, those that may give away who has the event or when, a reason each.

    Times come first, then what says where they differ from the follow-up.
    """
    rows = _draw(outcome["event"].astype(np.int64))
    outcome, columns = outcome[rows], take_rows(columns, rows)
    event, hazard = outcome["event"].astype(np.int64), Hazard.of(outcome)
    times = {
        column.header: like
        for column in columns
        if column.kind == "number" and (like := compare_with_time(column.values, outcome["time"]))
    }
    found = {of: Leak(of, like.what, {"share": like.share}) for of, like in times.items()}
    found = _find_spans(columns, outcome) | found
    for column in columns:
        leak = (
            found.get(column.header)
            or _find_status(column, times, outcome["event"])
            or find_telling_absence(column, event)
            or _find_separation(column, event, "event")
            or _find_order(column, outcome)
            or _find_name(column)
            or _find_immortal(column, outcome, hazard)
        )
        if leak:
            found[column.header] = leak
    return [found[column.header] for column in columns if column.header in found]


def take_rows(columns: Sequence[Column], rows: Bools | Labels) -> tuple[Column, ...]:
    """The columns in some rows only."""
    return tuple(replace(column, values=column.values[rows]) for column in columns)


def find_telling_absence(column: Column, y: Labels) -> Leak | None:
    """Whether a column is known, or is missing, only where the outcome y [n] is one and the same.

    One row in a hundred may be of another. By chance that happens with a probability that the
    class's share gives; below 1e-6 it counts.
    """
    missing = np.isnan(column.values)
    kinds: tuple[tuple[Bools, Code], ...] = ((~missing, "known"), (missing, "missing"))
    for rows, code in kinds:
        if not rows.any() or rows.all():
            continue
        counts = np.bincount(y[rows])
        commonest, n = int(counts.argmax()), int(rows.sum())
        same, share = int(counts[commonest]), float(np.mean(y == commonest))
        if same >= _SAME * n and binom.sf(same - 1, n, share) < _CHANCE:
            return Leak(column.header, code, {"same": same, "rows": n})
    return None


def _draw(kinds: Labels) -> Labels:
    """At most 3,000 rows of each kind [n]: more make a figure hardly surer, and take long."""
    draw = np.random.default_rng(0)
    rows = (draw.permutation(np.flatnonzero(kinds == kind)) for kind in np.unique(kinds))
    return np.sort(np.concatenate([of_a_kind[:_MOST_OF_A_KIND] for of_a_kind in rows]))


def _look(column: Column) -> Iterator[tuple[Bools, float]]:
    """All rows [n], then those with a value if these are enough, each with its share."""
    known = ~np.isnan(column.values)
    if len(np.unique(column.values[known])) < 2:
        return
    yield np.ones(len(known), dtype=bool), 1.0
    if not known.all() and known.sum() >= max(_FEWEST_KNOWN, _LEAST_KNOWN * len(known)):
        yield known, float(known.mean())


def _find_separation(column: Column, y: Labels, code: Code) -> Leak | None:
    for rows, known in _look(column):
        auc = auc_alone(column.values[rows], y[rows])
        if auc > AUC_ALONE:
            return Leak(column.header, code, {"auc": auc, "known": known})
    return None


def _find_order(column: Column, outcome: Outcome) -> Leak | None:
    for rows, known in _look(column):
        c = c_alone(replace(column, values=column.values[rows]), outcome[rows])
        if c > C_ALONE:
            return Leak(column.header, "orders", {"c": c, "known": known})
    return None


def _find_spans(columns: Sequence[Column], outcome: Outcome) -> dict[str, Leak]:
    numbers = [c for c in columns if c.kind == "number" and not np.isnan(c.values).all()]
    if not numbers:
        return {}
    X = np.column_stack([column.values for column in numbers])
    return {
        numbers[end].header: Leak(numbers[end].header, "span", {"r2": r2}, numbers[start].header)
        for end, start, r2 in find_span(X, outcome["time"])
    }


def _find_status(column: Column, times: Mapping[str, TimeLikeness], event: Bools) -> Leak | None:
    if not _has_few_values(column):
        return None
    for header, like in times.items():
        if is_status(column.values, like, event):
            return Leak(column.header, "status", other=header)
    return None


def _find_name(column: Column) -> Leak | None:
    return Leak(column.header, "name") if is_named_late(column.header) else None


def _find_immortal(column: Column, outcome: Outcome, hazard: Hazard) -> Leak | None:
    x = column.values
    missing = np.isnan(x)
    groups: list[tuple[Bools, Code]] = []
    if _has_few_values(column):
        groups += [(x == value, "immortal") for value in np.unique(x[~missing])]
    if missing.any():
        groups += [(~missing, "immortal_known"), (missing, "immortal_missing")]
    for carriers, code in groups:
        if found := find_immortal(carriers, outcome, hazard):
            return Leak(column.header, code, found._asdict())
    return None


def _has_few_values(column: Column) -> bool:
    return len(np.unique(column.values[~np.isnan(column.values)])) <= _MOST_VALUES
