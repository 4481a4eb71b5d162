"""Features of a draft: from columns of a table, or unnamed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from medmaas.errors import ModelOutputError
from medmaas.model.manifest import Boolean, Cells, Choice, Feature, Number
from medmaas_training.drafting.opened import Opened
from medmaas_training.drafting.people import FEWEST, People, clip_column, find_step, round_to
from medmaas_training.drafting.seen import Question, Tree
from medmaas_training.errors import TrainingError
from medmaas_training.tabular.own_columns import Column, Floats, describe_columns
from medmaas_training.tabular.own_reading import MOST_WORDS, make_name, refuse_clashes
from medmaas_training.tabular.plausible import find_range

_FIRST = ("name", "type", "unit", "description")  # of the keys of a feature
_TRIED = 50  # rows with a missing value that the graph is asked about
TEXT, WHOLE = "tensor(string)", {"tensor(int64)", "tensor(int32)"}
_MISSING = "the graph answers without it, by what it learned of missing values"
_OF_ALL = {"name", "description", "alias", "header", "loinc"}  # whatever a feature holds
_FEWEST_WORDS = 2  # of a choice
_DIGITS = 2  # of what is invented, of the width of its range
_INNER = 0.1  # of a range at either end, where nothing is invented


@dataclass(frozen=True)
class Features:
    """Features as a draft states them.

    Attributes:
        features: in the order of the graph's columns.
        values: of the cases as the graph takes them, but for the type of number, [n, features].
        questions: by places below the features.
    """

    features: list[Tree]
    values: Floats
    questions: tuple[Question, ...]


def draft_features(
    columns: Sequence[Column],
    opened: Opened | None,
    tensor: str,
    types: Sequence[str],
    *,
    people: People = None,
) -> Features:
    """What columns tell of the features that they become; ranges are nobody's values.

    Args:
        columns: in the order of the graph's.
        opened: the graph, which is asked what it does without a value; None if it cannot be.
        tensor: of these columns.
        types: that the graph takes each as.
        people: whose the rows are, as numbers [n]; None if each is of another.
    """
    refuse_clashes(columns)
    _refuse_texts(columns)
    wholes = [datatype in WHOLE for datatype in types]
    values = np.column_stack([column.values for column in columns])
    read = [_as_boolean(column) for column in columns]
    clipped = [clip_column(column, people) for column in read]
    known = [
        one if one and _is_known(one) else _stand_in(c)
        for one, c in zip(clipped, read, strict=True)
    ]
    spec = describe_columns(known, np.column_stack([column.values for column in known]))
    takes = _find_missing(values, opened, tensor, wholes)
    features = [
        _state(
            feature,
            column,
            answered=answered,
            clear=one is None or not _is_known(one),
            whole=whole,
        )
        for feature, column, answered, one, whole in zip(
            spec.features, read, takes, clipped, wholes, strict=True
        )
    ]
    return Features(features, values, tuple(_ask(columns, read, clipped, takes, types=types)))


def draft_unnamed(width: int, names: Sequence[str]) -> tuple[list[Tree], str]:
    """As many features as the graph takes, of which nobody said anything, and the question."""
    count = max(width, 1)
    called = [make_name(name) for name in names]
    if len(called) != count:
        called = [f"feature_{i + 1}" for i in range(count)]
    features = [
        {
            "name": name,
            "type": "number",
            "unit": None,
            "description": None,
            "hard_range": None,
            "training_range": None,
        }
        for name in called
    ]
    return features, (
        "what are they, in the order of the graph's columns? --data with a table of past cases "
        "fills in names, ranges and choices"
    )


def read_words(column: Column, texts: Sequence[str]) -> Column:
    """A column as words, whatever it was read as: the graph takes it as text.

    Raises:
        TrainingError: it has too many different ones for a choice.
    """
    if column.kind == "choice":
        return column
    words = sorted({text for text in texts if text})
    if not 1 < len(words) <= MOST_WORDS:
        raise TrainingError(
            f"--data: the graph takes {column.header} as text, and the table has {len(words)} "
            f"different words there: a choice has 2 to {MOST_WORDS}"
        )
    positions = {word: float(i) for i, word in enumerate(words)}
    values = np.array([positions.get(text, np.nan) for text in texts])
    return replace(column, kind="choice", values=values, words=tuple(words), cells=None,
                   spellings={}, within=None)  # fmt: skip


def invent_values(features: Sequence[Feature], draw: np.random.Generator) -> dict[str, Any]:
    """A value of each feature by itself, within its range: nobody's row."""
    return {feature.name: _invent(feature, draw) for feature in features}


def _invent(feature: Feature, draw: np.random.Generator) -> object:
    match feature:
        case Boolean():
            return bool(draw.integers(2))
        case Choice():
            return feature.choices[int(draw.integers(len(feature.choices)))]
    low, high = feature.training_range.low, feature.training_range.high
    step = 1.0 if feature.whole else find_step(low, high, _DIGITS)
    value = low + (high - low) * draw.uniform(_INNER, 1 - _INNER)
    return round_to(float(np.clip(round_to(value, step), low, high)), 0.0)


def _refuse_texts(columns: Sequence[Column]) -> None:
    """Words of hundreds are free text or identifiers: a draft would show what somebody wrote."""
    long = [c.header for c in columns if c.kind == "choice" and len(c.words) > MOST_WORDS]
    if long:
        raise TrainingError(
            f"--data: {', '.join(long)}: more than {MOST_WORDS} different words, as free text and "
            "identifiers have, while a choice has a few: remove what the model does not take from "
            "the file, or join rare words before the model"
        )


def _as_boolean(column: Column) -> Column:
    """A column of zeros and ones is read as yes and no; the rest as it is."""
    cells = column.cells
    if cells:  # whether the model learned limits as values, a table does not tell
        kept = Cells(thousands=cells.thousands, flags=cells.flags)
        column = replace(column, cells=None if kept == Cells() else kept)
    if np.isnan(column.values).all():  # of which nobody can say what it holds
        return replace(column, kind="number", words=())
    present = {*np.unique(column.values[~np.isnan(column.values)]).tolist()}
    if column.kind == "number" and present == {0.0, 1.0} and not column.note.unit:
        return replace(column, kind="boolean", cells=None, within=None)
    return column


def _is_known(column: Column) -> bool:
    """Whether its values say what it can be."""
    words = column.kind != "choice" or len(column.words) >= _FEWEST_WORDS
    return words and not np.isnan(column.values).all()


def _stand_in(column: Column) -> Column:
    """The column with numbers that say nothing, where it has too few of its own."""
    values = np.tile([0.0, 1.0], len(column.values))[: len(column.values)]
    return replace(column, kind="number", words=(), values=values, cells=None, within=None)


def _find_missing(
    values: Floats, opened: Opened | None, tensor: str, wholes: Sequence[bool]
) -> list[bool | None]:
    """Whether the graph knows of values that are missing, and answers where a column is.

    None where none is.
    """
    answered: list[bool | None] = []
    for column, whole in zip(values.T, wholes, strict=True):
        rows = np.flatnonzero(np.isnan(column))[:_TRIED]
        if not len(rows):
            answered.append(None)
        elif whole or opened is None:
            answered.append(False)
        else:
            # a tree without branches for missing values answers, too, by chance of its comparisons
            answered.append(opened.knows_missing and _answers(opened, tensor, values[rows]))
    return answered


def _answers(opened: Opened, tensor: str, rows: Floats) -> bool:
    try:
        given = opened.session.run({tensor: rows.astype(np.float32)})
    except (ModelOutputError, ValueError):
        return False
    floats = [
        array for array in given.values() if np.issubdtype(np.asarray(array).dtype, np.floating)
    ]
    return bool(floats) and all(np.isfinite(array).all() for array in floats)


def _state(
    feature: Feature, column: Column, *, answered: bool | None, clear: bool, whole: bool
) -> Tree:
    """A feature as a draft states it, what is not known as None."""
    stated = feature.model_dump(exclude_defaults=True, exclude_none=True, mode="json")
    stated |= {"type": feature.type}
    if column.note.description is None:
        ones = ", 1 is yes" if column.kind == "boolean" and not column.words else ""
        stated["description"] = f"Column {column.header}{ones}."
    stated.pop("missing", None)
    if answered:
        stated["missing"] = _MISSING
    if whole and isinstance(feature, Number):
        stated["whole"] = True
    if clear and column.kind == "choice":
        stated = {key: stated[key] for key in stated if key in _OF_ALL}
        stated |= {"type": "choice", "choices": None}
    elif clear:
        stated |= {"hard_range": None, "training_range": None}
    ordered = [key for key in _FIRST if key in stated]
    return {key: _tidy(stated[key]) for key in (*ordered, *(k for k in stated if k not in ordered))}


def _tidy(value: Any) -> Any:  # noqa: ANN401 - whatever a manifest holds
    """Whole numbers of ranges as people write them."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _tidy(one) for key, one in value.items()}
    return value


def _has_rare(column: Column) -> bool:
    positions = column.values[~np.isnan(column.values)].astype(int)
    return bool((np.bincount(positions, minlength=len(column.words)) < FEWEST).any())


def _suggest_unit(column: Column) -> str:
    """The name of a column, and the unit that its name alone speaks for, if it does."""
    found = find_range(column.header, (), None, column.values)
    return f"{column.name} ({found.of.unit}?)" if found else column.name


def _ask(
    original: Sequence[Column],
    columns: Sequence[Column],
    clipped: Sequence[Column | None],
    answered: Sequence[bool | None],
    *,
    types: Sequence[str],
) -> list[Question]:
    def those(chosen: Sequence[bool]) -> str:
        names = [c.name for c, is_one in zip(columns, chosen, strict=True) if is_one]
        return ", ".join(names)

    questions = [
        "training_range is of these cases, which may be others than those that the model learned "
        "from: correct it where you know better"
    ]
    if unknown := [c for c in columns if c.kind == "number" and not c.note.unit]:
        named = ", ".join(map(_suggest_unit, unknown))
        questions.append(
            f"in which units does the model take {named}? Write UCUM codes, as mg/dL; 1 is none"
        )
    coded = [
        c.categories >= _FEWEST_WORDS and c.kind == "choice" and t != TEXT
        for c, t in zip(columns, types, strict=True)
    ]
    if words := those(coded):
        questions.append(
            f"choices of {words} must be in the order of the graph's codes 0, 1, ...: they are in "
            "alphabetical order"
        )
    worded = [
        c.kind == "boolean" and t != TEXT and o.kind == "boolean"
        for c, o, t in zip(columns, original, types, strict=True)
    ]
    if flags := those(worded):
        questions.append(f"yes of {flags} enters as 1 and no as 0: does the graph take them so?")
    if same := those([c.kind == "choice" and len(c.words) < _FEWEST_WORDS for c in columns]):
        questions.append(f"{same} is one word throughout: which choices does the graph know?")
    if rare := those([c.kind == "choice" and _has_rare(c) for c in columns]):
        questions.append(
            f"some choices of {rare} are of fewer than {FEWEST} rows, and will be shown to whoever "
            "asks: may they be?"
        )
    if few := those([one is None for one in clipped]):
        questions.append(
            f"ranges of {few} are not drafted, as fewer than {2 * FEWEST + 1} people have a value: "
            "which values are possible (hard_range), and which did the model see (training_range)?"
        )
    if taken := those([bool(one) for one in answered]):
        questions.append(
            f"{taken} may be missing, as some cases lack it and the graph answers: was the model "
            "trained so? Else remove missing"
        )
    if needed := those([one is False for one in answered]):
        questions.append(
            f"{needed} is required, though some cases lack it: nothing in the graph is known to "
            "stand for a missing value. State missing only if the model was trained so"
        )
    return [Question((), words, covers=True) for words in questions]
