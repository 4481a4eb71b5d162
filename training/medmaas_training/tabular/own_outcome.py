"""The outcome of a user's table: who had the event and when, or which class.

Nothing is guessed here in silence: what can be read in two ways is asked back, with the option that
says which. What is told names the values of the outcome, as the manifest of classes does; no
refusal does, but for the few words below.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from medmaas_training.errors import TrainingError
from medmaas_training.options import UNITS, cut_option
from medmaas_training.tabular.datasets import FEWEST_CASES, FEWEST_EVENTS, Floats
from medmaas_training.tabular.follow_up_units import DAYS, UNIT_NAMES, find_unit_names
from medmaas_training.tabular.own_columns import parse_numbers
from medmaas_training.tabular.own_table import OwnTable, require

MOST_CLASSES = 20
_FEWEST_DAYS = 10
_PLAUSIBLE_DAYS = 366
_FEW = 50
_FEW_CENSORED = 10
_EXACT = 1e15  # longer codes are different texts of one float
# what may stand for "unknown"; None is not among them, it may be an answer
_MARKERS = {
    "?", "??", "-", "--", ".", "*", "na", "n/a", "n.a.", "#n/a", "<na>", "nan", "-nan", "null",
    "未查", "未测", "缺失",
}  # fmt: skip
_CODES = (
    ("0", "1"), ("no", "yes"), ("false", "true"), ("n", "y"), ("f", "t"), ("否", "是"),
    ("nein", "ja"), ("non", "oui"),
)  # fmt: skip
_EVENT_WORDS = (
    "dead", "died", "deceased", "death", "event", "relapse", "relapsed", "recurrence", "recurred",
    "progression", "progressed", "死亡", "复发", "1", "2",
)  # fmt: skip


@dataclass(frozen=True)
class FollowUp:
    """Of n people the days [n], who had the event [n], and what of it must be told."""

    days: Floats
    event: NDArray[np.bool_]
    told: tuple[str, ...]


@dataclass(frozen=True)
class Classes:
    """Of n cases the positions [n] in the labels, and what of it must be told."""

    y: NDArray[np.int64]
    labels: tuple[str, ...]
    told: tuple[str, ...]


def keep_known(table: OwnTable) -> OwnTable:
    """The rows whose outcome is known.

    Others are left out only where the notes say which words (`missing`, "" for an empty cell) mean
    so. An empty cell is never taken for "no event" either.

    Raises:
        TrainingError: an outcome is missing, or may be.
    """
    unknown = np.zeros(len(table.outcome), dtype=bool)
    for name, texts in table.outcome.items():
        header, words = str(name), texts.fillna("")
        note = table.notes.of(header)
        if table.notes.missing or "missing" in note.model_fields_set:  # none is said, too
            stated = (*table.notes.missing, *note.missing)
            said = fold_codes(pd.Series(stated, dtype=object))
            unknown |= fold_codes(words).isin(said).to_numpy()
            empty = (words == "") & ("" not in stated)
            _refuse_unknown(table, header, empty.to_numpy(), "is missing")
            continue
        _refuse_unknown(table, header, (words == "").to_numpy(), "is missing")
        folded = words.map(str.casefold)
        markers = _MARKERS - ({"-", "--", "?"} if (folded == "+").any() else set())
        for marker in sorted(markers):
            says = f"is {marker}, which may mean that it is unknown"
            _refuse_unknown(table, header, (folded == marker).to_numpy(), says)
    if not unknown.any():
        return table
    told = f"{unknown.sum()} rows without an outcome are left out, as the .yaml says"
    return table.take(~unknown).tell(told)


def _refuse_unknown(table: OwnTable, header: str, rows: NDArray[np.bool_], says: str) -> None:
    require(
        not rows.any(),
        f"{table.name_row(rows)}: {header} {says}: write what is known, remove such rows "
        f"({rows.sum()}), or say in the .yaml beside --data which words stand for a missing "
        f'outcome, as in columns: {{{header}: {{missing: ["?", ""]}}}}; a list without a word keeps'
        " that word",
    )


def read_follow_up(table: OwnTable, time: str, event: str, unit: str | None) -> FollowUp:
    """The columns `time`, in the unit that is stated, and `event`, which may name values after `=`.

    Raises:
        TrainingError: it cannot be learned from, or can be read in two ways.
    """
    days, told_days = read_days(table, time, unit)
    happened, told_event = read_event(table, event)
    column = cut_option(event)[0] or event
    n, events = len(happened), int(happened.sum())
    censored = n - events
    require(
        events > 0, f"no row has the event of {column}: all are censored, nothing can be learned"
    )
    require(
        events >= FEWEST_EVENTS,
        f"fewer than {FEWEST_EVENTS} rows have the event of {column}: too few to split in three "
        "and to assess; collect more",
    )
    told = [*told_days, *told_event]
    if events < _FEW:
        told.append(f"only {events} of {n} rows have the event: the figures are very uncertain")
    if not censored:
        told.append(
            f"every row has the event of {column}, none is censored: make sure that those whose "
            "follow-up ended without it are in the table"
        )
    elif censored < _FEW_CENSORED:
        told.append(
            f"only {censored} of {n} rows are censored: make sure that those whose follow-up ended "
            f"without the event of {column} are all in the table"
        )
    return FollowUp(days, happened, tuple(told))


def read_classes(table: OwnTable, target: str, positive: str | None) -> Classes:
    """The column `target`: its labels in alphabetical order (numbers: by size).

    Of two the second is the positive one: `positive`, if it is given. Labels that differ by blanks,
    case or width alone are one, spelt as most rows do.

    Raises:
        TrainingError: it cannot be learned from.
    """
    folded = table.outcome[target].map(_fold)
    spelt = table.outcome[target].groupby(folded).agg(_choose_spelling)
    texts = folded.map(spelt)
    labels = _sort_labels(sorted(set(texts)))
    require(len(labels) >= 2, f"{target} must have at least two classes")
    require(
        len(labels) <= MOST_CLASSES,
        f"{target} has more than {MOST_CLASSES} different values: is it a class?",
    )
    told = _tell_spellings(target, table.outcome[target], folded, spelt)
    if positive is not None:
        require(
            len(labels) == 2,
            f"{target} has {len(labels)} classes: --positive names one of two, leave it out",
        )
        chosen = [label for label in labels if _fold_code(label) == _fold_code(positive)]
        require(len(chosen) == 1, f"{target} has no class of the name that --positive gives")
        labels = tuple(sorted(labels, key=lambda label: label in chosen))
    elif len(labels) == 2:
        told.append(f"counted as positive: {labels[1]}; --positive names another")
    y = texts.map({label: i for i, label in enumerate(labels)}).to_numpy(dtype=np.int64)
    unseen = table.tested & ~np.isin(y, y[~table.tested])
    require(
        not unseen.any(),
        f"{table.name_row(unseen)}: {target} is of a class that --data never has: spell it as "
        "there, or remove such rows",
    )
    counts = np.bincount(y)
    require(
        bool(counts.min() >= FEWEST_CASES),
        f"each class of {target} needs at least {FEWEST_CASES} cases, to be split in three and "
        "assessed: collect more, or join rare classes",
    )
    told += [
        f"only {count} of {len(y)} rows are {label}: the figures are very uncertain"
        for label, count in zip(labels, counts, strict=True)
        if count < _FEW
    ]
    return Classes(y, labels, tuple(told))


def find_words(texts: pd.Series, named: str, option: str) -> dict[str, NDArray[np.bool_]]:
    """Where a column has each of the values that an option names, separated by commas.

    Raises:
        TrainingError: it never has one of them.
    """
    folded = fold_codes(texts)
    values = [named] if (folded == _fold_code(named)).any() else named.split(",")
    found = {value: (folded == _fold_code(value)).to_numpy() for value in values}
    for i, rows in enumerate(found.values(), start=1):
        require(
            bool(rows.any()),
            f"{texts.name} never has value {i} of those that {option} names after =",
        )
    return found


def read_days(table: OwnTable, time: str, unit: str | None) -> tuple[Floats, list[str]]:
    """The days of follow-up [n], and what of it must be told.

    Raises:
        TrainingError: they cannot be read, or in two ways.
    """
    texts = table.outcome[time]
    numbers = parse_numbers(texts)
    wrong = ~np.isfinite(numbers)
    require(not wrong.any(), f"{table.name_row(wrong)}: {time} is not a number")
    negative = numbers < 0
    require(
        not negative.any(),
        f"{table.name_row(negative)}: {time} is negative: correct or remove such rows",
    )
    require(bool(numbers.any()), f"{time} is 0 in every row: nobody was followed")
    code, told = _find_unit(table, time, unit, numbers)
    days = numbers * DAYS[code]
    require(
        bool(np.quantile(days, 0.95) >= _FEWEST_DAYS),
        f"{time} ends within {_FEWEST_DAYS} days: if it is not in {UNIT_NAMES[code]}, say what it "
        "is in with --unit",
    )
    if zero := int((days == 0).sum()):
        told.append(f"{time} is 0 in {zero} rows: set to half a day")
    return days, told


def _find_unit(
    table: OwnTable, time: str, unit: str | None, numbers: Floats
) -> tuple[str, list[str]]:
    """The UCUM code of the unit of follow-up, stated or plain to see."""
    noted = table.notes.of(time).unit
    require(noted is None or noted in DAYS, f"the unit of {time} must be one of {', '.join(DAYS)}")
    stated = UNITS[unit] if unit else noted
    require(
        not (unit and noted and UNITS[unit] != noted),
        f"--unit and the .yaml beside it say different units of {time}: correct one",
    )
    named = find_unit_names(time)
    if stated is not None:
        other = sorted(named - {stated})
        told = f"{time} is read in {UNIT_NAMES[stated]}, as stated, though its name says otherwise"
        return stated, [told] if other and stated not in named else []
    if named == {"d"}:
        return "d", []
    ask = f"say --unit {', or '.join(UNIT_NAMES[c] for c in sorted(named - {'d'}) or DAYS)}"
    require(not named, f"{time} by its name is not in days alone: {ask}, or --unit days")
    require(
        bool((numbers == np.floor(numbers)).all()),
        f"{time} is not in whole numbers, as days are: {ask}",
    )
    require(
        bool(np.quantile(numbers, 0.95) >= _PLAUSIBLE_DAYS),
        f"{time} hardly exceeds {_PLAUSIBLE_DAYS - 1}, which may be days or not: {ask}",
    )
    return "d", []


def read_event(table: OwnTable, event: str) -> tuple[NDArray[np.bool_], list[str]]:
    """Who had the event [n], and what of it must be told.

    Raises:
        TrainingError: it cannot be read, or in two ways.
    """
    column, named = cut_option(event)
    texts = table.outcome[column]
    codes = fold_codes(texts)
    if named is None:
        return _read_known_codes(table, str(column), codes), []
    found = find_words(texts, named, "--event")
    happened = np.logical_or.reduce(list(found.values()))
    others = texts[~happened].groupby(codes[~happened]).agg(["first", "size"])
    require(
        len(others) <= MOST_CLASSES,
        f"{column} has more than {MOST_CLASSES} different values: is it a code?",
    )
    events = ", ".join(f"{value.strip()} ({rows.sum()} rows)" for value, rows in found.items())
    if others.empty:
        return happened, [f"the event of {column} is {events}"]
    rest = ", ".join(f"{row['first']} ({row['size']} rows)" for _, row in others.iterrows())
    told = f"the event of {column} is {events}; censored at their time are {rest}"
    if len(others) > 1:
        told += (
            "; those of them that end the chance of the event are competing events, and the risks "
            "that the model states are of a world without them"
        )
    return happened, [told]


def _read_known_codes(table: OwnTable, column: str, codes: pd.Series) -> NDArray[np.bool_]:
    """The event by codes that mean the same everywhere."""
    present = set(codes)
    for no, yes in _CODES:
        if present <= {no, yes}:
            return np.asarray(codes == yes)
    if present <= {"1", "2"}:
        raise TrainingError(
            f"--data: {column} is 1 or 2: say which is the event, as in --event {column}=2"
        )
    usual = max(_CODES, key=lambda pair: codes.isin(pair).sum())
    example = next((word for word in _EVENT_WORDS if word in present), "VALUE")
    where = table.name_row(~codes.isin(usual).to_numpy())
    raise TrainingError(
        f"--data: {where}: {column} is neither 0 nor 1, no nor yes, false nor true: name what "
        f"counts as the event, as in --event {column}={example}"
    )


def _tell_spellings(
    target: str, texts: pd.Series, folded: pd.Series, spelt: pd.Series
) -> list[str]:
    other = texts != folded.map(spelt)
    if not other.any():
        return []
    kept = ", ".join(dict.fromkeys(folded[other].map(spelt)))
    return [
        f"{other.sum()} labels of {target} differ by blanks, case or width alone from {kept} and "
        "are read as that"
    ]


def _choose_spelling(texts: pd.Series) -> str:
    """The commonest; of two, one of plain width, then the first in the alphabet."""
    counts = texts.value_counts()
    return str(
        min(counts.index, key=lambda t: (-counts[t], unicodedata.normalize("NFKC", t) != t, t))
    )


def _fold(text: str) -> str:
    """A label without what people write now so, now otherwise: blanks, case, width."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = "".join(c for c in plain if unicodedata.category(c) != "Cf")
    return re.sub(r"(?<!\d)\s+|\s+(?!\d)", "", plain.strip())


def fold_codes(texts: pd.Series) -> pd.Series:
    """Codes [n]: one for the same number in any spelling, or the same word; NaN stays."""
    plain = texts.map(_fold, na_action="ignore")
    numbers = pd.Series(parse_numbers(plain), index=texts.index, name=texts.name)
    spelt = numbers.map(lambda number: str(int(number)) if number.is_integer() else repr(number))
    return spelt.where(numbers.abs() < _EXACT, plain)


def _fold_code(text: str) -> str:
    return str(fold_codes(pd.Series([text]))[0])


def _sort_labels(labels: Sequence[str]) -> tuple[str, ...]:
    try:
        return tuple(sorted(labels, key=float))
    except ValueError:
        return tuple(labels)
