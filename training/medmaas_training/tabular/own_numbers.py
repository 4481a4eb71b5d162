"""A column of numbers: what a cell holds beside its number is read by stated rules, or is missing.

Each rule that was used is told, with how many rows it was used in. Nothing is guessed of a unit or
a comma that could mean two things: such cells are missing.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Literal

import numpy as np

from medmaas.model.inputs.cells import read_numbers
from medmaas.model.manifest import Cells
from medmaas.model.units import UnitError, convert
from medmaas_training.errors import TrainingError
from medmaas_training.tabular.own_notes import ColumnNote
from medmaas_training.tabular.own_parts import Parts, is_misspelt, read_parts
from medmaas_training.tabular.own_texts import ReadCells, Texts, is_marker
from medmaas_training.tabular.own_told import Rule
from medmaas_training.tabular.plausible import Found, find_range

_WIDENED = 2
_LONGEST_WORD = 64

Values = dict[str, float]  # by text


def read_number_column(
    texts: Texts, note: ColumnNote, unit: str | None, missing_numbers: Sequence[float] = ()
) -> ReadCells:
    """Read what is left of a column's texts as numbers.

    Args:
        texts: of the column.
        note: what the user knows of it.
        unit: UCUM, as the user or the header states it.
        missing_numbers: that were taken out of it, because the user says that they mean missing.

    Raises:
        TrainingError: most of its values are impossible in the unit that is stated.
    """
    texts.declare("marker", texts.take(is_marker))
    values = {**texts.plain}
    parts = {text: one for text in texts.left if (one := read_parts(text, unit))}
    texts.take(parts.__contains__)
    has_thousands = _decide_thousands(texts, note, values, parts)
    unit = unit or _guess_unit(texts, values, parts)
    values |= _read_parts(texts, note, unit, parts)
    _give_up(texts)
    found = _leave_out_impossible(texts, note, unit, values)
    _tell_inseparable(texts, values.values(), missing_numbers)
    below, above = (
        [values[text] for text, one in parts.items() if text in values and mark in _bound(one)]
        for mark in "<>"
    )
    cells = Cells(
        thousands=has_thousands or None,
        flags=any(one.flagged for one in parts.values()) or None,
        below=max(below, default=None),
        above=min(above, default=None),
    )
    return ReadCells(
        kind="number",
        values=texts.spread(values),
        unit=unit,
        cells=None if cells == Cells() else cells,
        missing_words=frozenset(texts.missing_words),
        missing_numbers=tuple(missing_numbers),
        within=found.range if found else None,
        told=tuple(texts.told),
    )


def _decide_thousands(
    texts: Texts, note: ColumnNote, plain: Values, parts: dict[str, Parts]
) -> bool:
    """Whether commas separate thousands; where that is unclear, such cells are given up."""
    commas = {text: one.number for text, one in parts.items() if one.number.thousands}
    decided = note.thousands
    if decided is None:
        decimals = [number.decimal for number in commas.values()]
        decided = not any("," in text and is_misspelt(text) for text in texts.left) and (
            None in decimals  # 1,000.5 and 1,234,567 are clear
            or (
                any(_lies_among(number.value, plain) for number in commas.values())
                and not any(_lies_among(decimal, plain) for decimal in decimals)
            )
        )
    texts.tell("thousands" if decided else "thousands_unclear", commas)
    if not decided:
        for text in commas:
            del parts[text]
    return decided and bool(commas or note.thousands)


def _lies_among(value: float | None, plain: Values) -> bool:
    """Whether a value lies within the range of others, widened by 2."""
    if value is None or not plain:
        return False
    low, high = min(plain.values()), max(plain.values())
    low, high = min(low * _WIDENED, low / _WIDENED), max(high * _WIDENED, high / _WIDENED)
    return low <= value <= high


def _guess_unit(texts: Texts, plain: Values, parts: Mapping[str, Parts]) -> str | None:
    """The unit that all cells with one state, if the others can be in it."""
    stated = Counter[str]()
    for text, one in parts.items():
        if one.unit:
            stated[one.unit] += texts.count([text])
    if not stated:
        return None
    with_unit = [text for text, one in parts.items() if one.unit]
    middle = float(np.median([parts[text].number.value for text in with_unit]))
    if plain and (len(stated) > 1 or not _lies_among(middle, plain)):
        return None
    unit, _ = stated.most_common(1)[0]
    texts.tell("unit_guessed", with_unit, unit)
    return unit


def _read_parts(
    texts: Texts, note: ColumnNote, unit: str | None, parts: Mapping[str, Parts]
) -> Values:
    """The values of numbers with something beside."""
    values: Values = {}
    used: dict[tuple[Rule, str], list[str]] = {}
    for text, one in parts.items():
        value = _convert(one, unit)
        if value is None:
            used.setdefault(("unit_unknown", ""), []).append(text)
        elif one.number.comparator and note.bounds == "missing":
            used.setdefault(("bound_missing", ""), []).append(text)
        else:
            values[text] = value
            for key in _list_rules(one, converted=value != one.number.value):
                used.setdefault(key, []).append(text)
    for (rule, detail), alike in used.items():
        texts.tell(rule, alike, detail)
    return values


def _list_rules(one: Parts, *, converted: bool) -> list[tuple[Rule, str]]:
    rules: list[tuple[Rule, str]] = []
    if bound := _bound(one):
        rules.append(("below" if bound == "<" else "above", ""))
    if one.flagged:
        rules.append(("flag", ""))
    if one.unit:
        rules.append(("converted" if converted else "same_unit", one.unit))
    return rules


def _bound(one: Parts) -> Literal["", "<", ">"]:
    match (one.number.comparator or "")[:1]:
        case "<":
            return "<"
        case ">":
            return ">"
        case _:
            return ""


def _convert(one: Parts, unit: str | None) -> float | None:
    """The value in the column's unit; None if nobody can tell."""
    if not one.unit:
        return one.number.value
    if unit is None or ((unit == "1" or unit.startswith("{")) and unit != one.unit):
        return None  # of what has no unit 45% may be 0.45 and 45
    try:
        return convert(one.number.value, one.unit, unit)
    except UnitError:
        return None


def _give_up(texts: Texts) -> None:
    """What is no number is missing; words that are not of one person alone are declared to be."""
    texts.tell("misspelt", texts.take(is_misspelt))
    shared = texts.take(
        lambda text: (
            texts.count([text]) > 1 and len(text) <= _LONGEST_WORD and not re.search(r"\d", text)
        )  # a number all the same, in a way that nobody reads
    )
    texts.tell("not_number", shared)
    texts.missing_words |= {*shared}
    texts.tell("unread", texts.take(lambda _: True))


def _leave_out_impossible(
    texts: Texts, note: ColumnNote, unit: str | None, values: Values
) -> Found | None:
    """Take out of the values what no patient has, on the sides that the .yaml leaves open."""
    found = find_range(texts.header, note.loinc, unit, texts.spread(values))
    if found is None or (note.low is not None and note.high is not None):
        return None
    low, high = found.range.low, found.range.high
    wrong = [
        text
        for text, x in values.items()
        if (note.low is None and x < low) or (note.high is None and x > high)
    ]
    limits = f"{low:g} to {high:g} {unit or found.of.unit}".removesuffix(" 1")
    if texts.count(wrong) * 2 > texts.count(values):
        raise TrainingError(
            f"--data: more than half of the values of {texts.header} lie outside {limits}, which "
            f"is what {found.of.what} can be: correct its unit or LOINC code in the .yaml, or "
            "state low and high"
        )
    if found.guessed:
        texts.tell("range_guessed", values, f"{found.of.what}, {limits}")
    texts.tell("outside", wrong, limits)
    for text in wrong:
        del values[text]
    return found


def _tell_inseparable(texts: Texts, values: Collection[float], missing: Sequence[float]) -> None:
    for one in missing:
        if values and min(values) < one < max(values):
            alike = [text for text in texts.missing_words if one in read_numbers([text])]
            texts.tell("inseparable", alike, f"{one:g}")
