"""Rows as a model takes them, in words and by name, and as its graph takes them: numbers.

A graph has one tensor of all features: a choice is its position among `choices`, true is 1, NaN is
missing. A model may have been fitted with a DataFrame whose columns stand in another order, and
hold words. `Table` goes from the one to the other, here and inside the graph.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from medmaas.model.manifest import BOOLEAN_WORDS, Boolean, Choice, Feature
from medmaas.model.manifest.cells import fold_word
from medmaas_training.catalogue.conversion.glue import Glue
from medmaas_training.catalogue.refusals import RefusedError
from medmaas_training.errors import TrainingError

Array = NDArray[Any]
MISSING = ""  # the word that stands for a missing one inside a graph


@dataclass(frozen=True)
class Column:
    """A column as the model takes it.

    Attributes:
        name: what the model calls it.
        position: of its feature among those of the input.
        values: what the model takes for 0, 1, ...; None if that is the number itself.
        dtype: of the model's DataFrame.
        missing: what the model takes for a missing value.
        codes: how many values there are that are no plain numbers: choices, or true and false.
    """

    name: str
    position: int
    values: tuple[Any, ...] | None = None
    dtype: Any = np.float64
    missing: Any = np.nan
    codes: int = 0

    @property
    def is_text(self) -> bool:
        """Whether the model takes words."""
        return self.values is not None and any(isinstance(value, str) for value in self.values)

    def restore(self, numbers: Array) -> pd.Series:
        """What the model takes for numbers [n] of the tensor."""
        if self.values is None:
            dtype = np.dtype(self.dtype)
            fits = dtype.kind == "f" or _are_whole(numbers, 2 if dtype.kind == "b" else np.inf)
            return pd.Series(numbers).astype(dtype if fits else np.float64)
        values = [
            self.missing if np.isnan(number) else self.values[int(number)] for number in numbers
        ]
        return pd.Series(values, dtype=object).astype(self.dtype)

    def convert(self, glue: Glue, numbers: str) -> str:
        """The same in a graph, [n, 1]: text, or float32."""
        if self.values is None:
            return numbers
        absent = glue.add("IsNaN", numbers)
        codes = glue.add("Where", absent, glue.constant([len(self.values)]), numbers)
        known = [MISSING if self.is_text else np.nan]
        values = glue.constant([*self.values, *known], object if self.is_text else np.float32)
        return glue.add("Gather", values, glue.cast(codes, to=7))  # INT64


def _are_whole(numbers: Array, below: float) -> bool:
    """Whether none is missing, has a fraction, or reaches a bound: else they stay float64."""
    return bool(np.all((numbers == np.floor(numbers)) & (np.abs(numbers) < below)))


@dataclass(frozen=True)
class Table:
    """The columns of a model, in its order.

    Attributes:
        columns: all of them.
        named: whether the model takes a DataFrame, not an array.
    """

    columns: tuple[Column, ...]
    named: bool

    def restore(self, rows: Array) -> Any:  # noqa: ANN401 - a DataFrame or an array
        """What the model takes for rows [n, features] of the tensor."""
        plain = not self.named and all(column.values is None for column in self.columns)
        if plain:
            return rows[:, [column.position for column in self.columns]].astype(np.float64)
        frame = pd.DataFrame(
            {column.name: column.restore(rows[:, column.position]) for column in self.columns}
        )
        return frame if self.named else frame.to_numpy(object)

    def convert(self, glue: Glue, tensor: str) -> list[tuple[str, bool]]:
        """The columns in a graph, each [n, 1]: their names, and whether they are text."""
        return [
            (column.convert(glue, glue.take_columns(tensor, [column.position])), column.is_text)
            for column in self.columns
        ]

    def convert_matrix(self, glue: Glue, tensor: str) -> str:
        """All columns in a graph, float32 [n, columns].

        Raises:
            TrainingError: some are text.
        """
        if texts := [column.name for column in self.columns if column.is_text]:
            raise TrainingError(
                f"the model takes words ({', '.join(texts)}), and its converter to ONNX takes "
                "numbers alone: fit it behind a ColumnTransformer with a OneHotEncoder, as one "
                "Pipeline"
            )
        if all(column.values is None for column in self.columns):
            return glue.take_columns(tensor, [column.position for column in self.columns])
        return glue.join([name for name, _ in self.convert(glue, tensor)])


def of_numbers(width: int, names: Sequence[str] | None = None) -> Table:
    """A table of numbers alone, as what comes before hands them on."""
    called = names if names is not None else [str(i) for i in range(width)]
    return Table(tuple(Column(name, i) for i, name in enumerate(called)), names is not None)


def read_rows(
    rows: Any,  # noqa: ANN401 - an array of any library
    features: Sequence[Feature],
    fitted: Sequence[str] | None,
    *,
    takes_frames: bool = False,
) -> tuple[Table, Array]:
    """The table of a model, and rows [n, features] as its graph takes them.

    Args:
        rows: a DataFrame, whose columns are found by their names (a feature's name or header), or
            an array [n, features] in the order of the features.
        features: of the input, in the order of the tensor.
        fitted: the names of the columns that the model was fitted with, in its order; None if it
            was fitted with an array.
        takes_frames: whether it takes a DataFrame although its columns' order is not known.

    Raises:
        TrainingError: columns are missing, hold what is not stated, or cannot be told apart.
    """
    frame = rows if isinstance(rows, pd.DataFrame) else None
    order = list(range(len(features))) if fitted is None else _match(fitted, features)
    if frame is None:
        numbers = _read_array(rows, len(features))
        if order != sorted(order):
            wanted = ", ".join(fitted or ())
            raise TrainingError(
                "rows without names must be in the order of input.features, and input.features "
                f"must be in the order of the model: {wanted}; or give rows as a DataFrame"
            )
        given = [pd.Series(numbers[:, i], name=one.name) for i, one in enumerate(features)]
    else:
        given = _take_columns(frame, features, in_order=fitted is None and not takes_frames)
    read, refused = [], list[str]()
    for feature, series in zip(features, given, strict=True):
        try:
            reset = series.reset_index(drop=True)
            read.append(_read_column(feature, reset, by_name=frame is not None))
        except TrainingError as error:
            refused.append(error.message)
    if refused:
        raise RefusedError(refused)
    names = fitted if fitted is not None else [str(series.name) for series in given]
    columns = [Column(str(name), i, *read[i][1:]) for name, i in zip(names, order, strict=True)]
    array = np.column_stack([numbers for numbers, *_ in read])
    if len(array) < 2:
        raise TrainingError(f"rows is {list(array.shape)}, n must be at least 2")
    return Table(tuple(columns), takes_frames or fitted is not None), array


def _match(fitted: Sequence[str], features: Sequence[Feature]) -> list[int]:
    """Where the feature of each of the model's columns is."""
    known = _find_names(features)
    order = [known.get(str(name), -1) for name in fitted]
    errors = []
    if lost := [str(name) for name, i in zip(fitted, order, strict=True) if i < 0]:
        errors.append(
            f"the model was fitted with {', '.join(lost)}, which input.features lacks: state it "
            "by that name, or by that header"
        )
    if idle := [feature.name for i, feature in enumerate(features) if i not in order]:
        errors.append(f"the model was not fitted with {', '.join(idle)} of input.features")
    if errors:
        raise RefusedError(errors)
    return order


def _find_names(features: Sequence[Feature]) -> Mapping[str, int]:
    """Positions by what a data set may call the features: headers, and names before them.

    LightGBM calls a column `mean_radius` that its data call `mean radius`.
    """
    headers = {feature.header: i for i, feature in enumerate(features) if feature.header}
    underlined = {header.replace(" ", "_"): i for header, i in headers.items()}
    return underlined | headers | {feature.name: i for i, feature in enumerate(features)}


def _read_array(rows: object, width: int) -> Array:
    dense = rows.toarray() if hasattr(rows, "toarray") else rows
    try:
        array = np.asarray(dense)
        numbers = array if array.dtype == object else np.asarray(array, np.float64)
    except (TypeError, ValueError) as error:
        raise TrainingError("rows must be numbers, or a DataFrame") from error
    if array.dtype == object:
        numbers = array
    if numbers.ndim != 2 or numbers.shape[1] != width or len(numbers) < 2:
        raise TrainingError(
            f"rows is {list(numbers.shape)}, the input as stated is [n, {width}], n at least 2"
        )
    return numbers


def _take_columns(
    frame: pd.DataFrame, features: Sequence[Feature], *, in_order: bool
) -> list[pd.Series]:
    """The column of each feature."""
    known = _find_names(features)
    if frame.columns.has_duplicates:
        raise TrainingError("two columns of rows have the same name")
    found = {known[str(name)]: name for name in frame.columns if str(name) in known}
    if lost := [feature.name for i, feature in enumerate(features) if i not in found]:
        raise TrainingError(f"rows lack the columns of {', '.join(lost)}")
    if in_order and list(found) != sorted(found):
        raise TrainingError(
            "the model was fitted without names, and the columns of rows are in another order than "
            "input.features: state them in the order that it was fitted in"
        )
    return [frame[found[i]] for i in range(len(features))]


def _read_column(
    feature: Feature, series: pd.Series, *, by_name: bool
) -> tuple[Array, tuple[Any, ...] | None, Any, Any, int]:
    """Numbers [n], and values, dtype, missing and codes of a `Column`."""
    absent = series.isna().to_numpy()
    missing = next(iter(series[absent]), np.nan)
    seen = pd.unique(series[~absent])
    codes = _count_codes(feature)
    has_words = any(isinstance(value, str) for value in seen)
    if not len(seen):
        has_words = series.dtype.kind not in "fiub"
    if codes and (has_words or (by_name and _are_numbered(feature))):
        return *_read_words(feature, series, seen), series.dtype, missing, codes
    numbers = _read_numbers(feature, series)
    known = numbers[~absent]
    if codes and not np.isin(known, np.arange(codes)).all():
        raise TrainingError(
            f"rows hold numbers in {feature.name} that are no positions of its choices"
        )
    is_plain = by_name and isinstance(series.dtype, np.dtype) and series.dtype.kind in "fiub"
    return numbers, None, series.dtype if is_plain else np.float64, np.nan, codes


def _count_codes(feature: Feature) -> int:
    if isinstance(feature, Choice):
        return len(feature.choices)
    return 2 if isinstance(feature, Boolean) else 0


def _are_numbered(feature: Feature) -> bool:
    """Whether all choices are numbers, as grades are."""
    return isinstance(feature, Choice) and all(_read_number(one) for one in feature.choices)


def _read_number(word: str) -> str | None:
    """A number as it is written in short, None if the word is none."""
    try:
        return f"{float(word):g}"
    except ValueError:
        return None


def _read_numbers(feature: Feature, series: pd.Series) -> Array:
    try:
        return np.asarray(series.to_numpy(np.float64, na_value=np.nan))
    except (TypeError, ValueError) as error:
        raise TrainingError(
            f"rows must be numbers in {feature.name}, which is a {feature.type}"
        ) from error


def _read_words(
    feature: Feature, series: pd.Series, seen: Sequence[Any]
) -> tuple[Array, tuple[Any, ...]]:
    """Numbers [n], and what the model takes for each position."""
    positions = {value: _find_position(feature, value) for value in seen}
    if None in positions.values():
        raise TrainingError(
            f"rows hold words in {feature.name} that are none of its choices: add them to its "
            "choices or spellings"
        )
    if len({*positions.values()}) < len(positions):
        raise TrainingError(
            f"rows hold two words in {feature.name} for one choice, which the model may tell "
            "apart: fit it with one word for each choice"
        )
    values = _list_values(feature, {i: value for value, i in positions.items()})
    if isinstance(series.dtype, pd.CategoricalDtype) and not {*values} <= {
        *series.dtype.categories
    }:
        raise TrainingError(
            f"{feature.name} has choices that are no categories of its column: leave them out"
        )
    numbers = series.astype(object).map(positions)
    return np.asarray(numbers.to_numpy(np.float64, na_value=np.nan)), values


def _find_position(feature: Feature, value: Any) -> int | None:  # noqa: ANN401 - a cell
    """What stands for a value in the tensor; None if it is none of the feature's."""
    words = {str(value), _read_number(str(value))}
    if isinstance(feature, Boolean):
        known = BOOLEAN_WORDS | {
            fold_word(word): means for word, means in (feature.spellings or {}).items()
        }
        meant = known.get(fold_word(str(value)))
        return None if meant is None else int(meant)
    if not isinstance(feature, Choice):
        return None
    words.add((feature.spellings or {}).get(str(value)))
    return next((i for i, choice in enumerate(feature.choices) if choice in words), None)


def _list_values(feature: Feature, seen: Mapping[int | None, Any]) -> tuple[Any, ...]:
    """What the model takes for each position: as in the rows, else the choice itself."""
    if not isinstance(feature, Choice):
        if len(seen) < 2:
            raise TrainingError(f"rows must hold both words of {feature.name}")
        return seen[0], seen[1]
    kind = type(next(iter(seen.values()))) if seen else str
    return tuple(
        seen[i] if i in seen else choice if issubclass(kind, str) else kind(float(choice))
        for i, choice in enumerate(feature.choices)
    )
