"""Where a record in FHIR has a column of a user's table, by what the .yaml beside it says."""

from collections.abc import Sequence
from typing import Literal

from medmaas.model.manifest import ObservationSource, PatientSource, Source
from medmaas.model.names import fold_name
from medmaas.model.unit_spellings import read_spelling
from medmaas.model.units import is_unit
from medmaas_training.errors import TrainingError
from medmaas_training.tabular.genders import GENDERS, Gender
from medmaas_training.tabular.own_notes import ColumnNote

_OLDEST_DAYS = 365.0
_CODES = {fold_name(word): code for code, words in GENDERS.items() for word in words}


def read_source(
    header: str,
    kind: Literal["number", "choice", "boolean"],
    words: Sequence[str],
    note: ColumnNote,
) -> Source | None:
    """The source of a column; None if its note names none.

    Args:
        header: of the column.
        kind: what it holds.
        words: of a choice.
        note: states `record`, or `loinc` and `unit` of results.

    Raises:
        TrainingError: no record could fill it so.
    """
    if note.record == "gender":
        return PatientSource(element="gender", choices=_map_genders(header, words))
    if note.record == "birthDate":
        _require(
            kind == "number" and note.unit in {None, "a"},
            header,
            "record: birthDate gives years: the column must hold numbers, with unit a or none",
        )
        return PatientSource(element="birthDate")
    if not (note.loinc and note.unit and kind == "number"):
        _require(
            note.oldest_days is None and note.molar_mass is None,
            header,
            "oldest_days and molar_mass are of results, which are numbers with loinc and unit: "
            "state both",
        )
        return None
    code = read_spelling(note.unit)
    way = f"write {code}" if code else "write a code of UCUM, as 10*9/L or mg/dL"
    _require(is_unit(note.unit), header, f"its unit cannot be read in a record: {way}")
    days = note.oldest_days or _OLDEST_DAYS
    return ObservationSource(oldest_days=days, molar_mass=note.molar_mass)


def _map_genders(header: str, words: Sequence[str]) -> dict[Gender, str]:
    codes = [_CODES.get(fold_name(word)) for word in words]
    choices = {code: word for code, word in zip(codes, words, strict=True) if code}
    _require(
        bool(words) and len(choices) == len(words),
        header,
        "record: gender needs a word each of female, male, other and unknown, or of some of them, "
        "and not all of its words are known as that: write female and male",
    )
    return choices


def _require(condition: bool, header: str, sentence: str) -> None:  # noqa: FBT001 - an assertion
    if not condition:
        raise TrainingError(f"the .yaml beside --data: {header}: {sentence}")
