"""Whose rows they are, and whom to look at apart."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.model.manifest import Boolean, Choice, Feature, Input, Number
from medmaas.model.names import fold_name
from medmaas_training.rows import PartRows, join_features
from medmaas_training.validation.labels_in_cells import read_numbers

Rows = NDArray[np.intp]
Flags = NDArray[np.bool_]

FEWEST = 20  # people of a group: of fewer, its name could tell somebody
_MOST_VALUES = 20
_AGES = {"age", "age_years", "alter", "edad", "年龄", "年齢"}
_SEXES = {"sex", "gender", "geschlecht", "sexe", "sexo", "性别", "性別"}
_BANDS = ((None, 40), (40, 65), (65, None))


def number_people(values: Sequence[object]) -> Rows:
    """Equal values by an equal number [n]; what is empty is somebody else each time."""
    texts = [" ".join(str("" if value is None else value).split()) for value in values]
    alone = [text or f"\0{i}" for i, text in enumerate(texts)]
    _, numbers = np.unique(np.array(alone, dtype=object).astype(str), return_inverse=True)
    people: Rows = numbers.astype(np.intp)
    return people


def number_copies(rows: Any) -> Rows:  # noqa: ANN401 - Fed
    """Rows that are the same in everything that the graph takes, by an equal number [n]."""
    tensors = [*rows.tensors.values()] if isinstance(rows, PartRows) else [rows]
    flat = [np.ascontiguousarray(tensor).reshape(len(rows), -1) for tensor in tensors]
    digests = [
        hashlib.blake2b(b"".join(one[i].tobytes() for one in flat), digest_size=16).digest()
        for i in range(len(rows))
    ]
    _, numbers = np.unique(np.array(digests, dtype="V16"), return_inverse=True)
    copies: Rows = numbers.astype(np.intp)
    return copies


def group_by_features(
    spec: Input,
    rows: Any,  # noqa: ANN401 - Fed
    asked: Sequence[str],
) -> dict[str, Flags]:
    """By age and sex, as far as features say so, and by the features that were asked for."""
    if not spec.row_features:
        return {}
    X = join_features(rows, spec.row_tensors).astype(float)
    wanted = {fold_name(name) for name in asked}
    groups: dict[str, Flags] = {}
    for i, feature in enumerate(spec.row_features):
        name = fold_name(feature.name)
        plain = name.rpartition(".")[2]
        if isinstance(feature, Number):
            if plain in _AGES and feature.unit == "a":
                groups |= _band(feature.name, X[:, i])
            elif name in wanted:
                groups |= _cut(feature.name, X[:, i])
        elif plain in _SEXES or name in wanted:
            groups |= _part(feature, X[:, i])
    return groups


def group_by_cells(column: str, cells: Sequence[object]) -> tuple[dict[str, Flags], str | None]:
    """By the values of a column that enough people have, or thirds of its numbers.

    Returns:
        The groups, and how many rows are of none of them, if some are.
    """
    texts = [" ".join(str("" if cell is None else cell).split()) for cell in cells]
    values = np.array(texts, dtype=object)
    different = [value for value in dict.fromkeys(texts) if value]
    numbers = read_numbers(texts)
    if len(different) > _MOST_VALUES and np.isfinite(numbers[values != ""]).all():
        return _cut(column, np.where(np.isfinite(numbers), numbers, np.nan)), None
    groups = {f"{column} {value}": np.asarray(values == value, bool) for value in different}
    kept = {name: flags for name, flags in groups.items() if flags.sum() >= FEWEST}
    rest = len(texts) - sum(int(flags.sum()) for flags in kept.values())
    told = f"{rest} rows are of no value of {column} that {FEWEST} rows have" if rest else None
    return dict(list(kept.items())[:_MOST_VALUES]), told


def drop_small(groups: Mapping[str, Flags], person: Rows) -> dict[str, Flags]:
    """Those of enough people."""
    return {
        name: flags for name, flags in groups.items() if len(np.unique(person[flags])) >= FEWEST
    }


def _band(name: str, ages: NDArray[np.float64]) -> dict[str, Flags]:
    groups = {}
    for low, high in _BANDS:
        called = f"below {high}" if low is None else f"{low} and over" if high is None else ""
        called = called or f"{low} to {(high or 0) - 1}"
        groups[f"{name} {called}"] = (ages >= (low or -np.inf)) & (ages < (high or np.inf))
    return groups


def _cut(name: str, numbers: NDArray[np.float64]) -> dict[str, Flags]:
    if np.isnan(numbers).all():
        return {}
    low, high = np.nanquantile(numbers, [1 / 3, 2 / 3])
    return {
        f"{name} below {low:.3g}": numbers < low,
        f"{name} {low:.3g} to {high:.3g}": (numbers >= low) & (numbers < high),
        f"{name} {high:.3g} and over": numbers >= high,
    }


def _part(feature: Feature, values: NDArray[np.float64]) -> dict[str, Flags]:
    if isinstance(feature, Boolean):
        return {f"{feature.name} {word}": values == i for i, word in enumerate(("no", "yes"))}
    if isinstance(feature, Choice):
        return {f"{feature.name} {word}": values == i for i, word in enumerate(feature.choices)}
    return {}
