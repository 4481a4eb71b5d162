"""What the user knows of a table beyond its numbers: a YAML file beside the CSV, all optional.

    data: {source: ..., licence: ..., inclusion: ..., population: ...}
    columns:
      age: {unit: a, description: Age at diagnosis., low: 0, high: 120}
      time: {unit: mo}
      status: {missing: ["?", ""]}

Columns are called as in the CSV. `low` and `high` are what is accepted at answering time. Rows
whose outcome is one of `missing`, "" for an empty cell, are left out.
"""

from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from medmaas_training.errors import TrainingError


class _Part(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, hide_input_in_errors=True
    )


class ColumnNote(_Part):
    """Of one column: UCUM unit, meaning, LOINC codes, the range accepted, words for missing."""

    unit: str | None = None
    description: str | None = None
    loinc: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    missing: tuple[str, ...] | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_is_a_list_of_one(cls, note: Any) -> Any:  # noqa: ANN401 - not yet validated
        if isinstance(note, dict):
            for key in ("loinc", "missing"):
                if isinstance(note.get(key), str | int | float):
                    note = note | {key: (note[key],)}
            if isinstance(note.get("missing"), list | tuple):
                words = tuple("" if word is None else str(word) for word in note["missing"])
                note = note | {"missing": words}
        return note

    @model_validator(mode="after")
    def _is_ordered(self) -> "ColumnNote":
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError("low must be below high")
        return self


class DataNote(_Part):
    """Of the whole table, for the card."""

    source: str | None = None
    licence: str | None = None
    inclusion: str | None = None
    population: str | None = None


class Notes(_Part):
    """The whole file."""

    data: DataNote = DataNote()
    columns: dict[str, ColumnNote] = {}

    def of(self, header: str) -> ColumnNote:
        """What is known of a column, if anything."""
        return self.columns.get(header, ColumnNote())


def read_notes(data: Path) -> Notes:
    """The notes in `<data without .csv>.yaml`; none if there is no such file.

    Raises:
        TrainingError: it is not YAML, or says what nobody asked.
    """
    path = data.with_suffix(".yaml")
    if not path.exists():
        return Notes()
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise TrainingError("the .yaml beside --data cannot be read as YAML") from error
    try:
        return Notes.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        what = "is not a known key" if first["type"] == "extra_forbidden" else first["msg"].lower()
        raise TrainingError(
            f"the .yaml beside --data: {where}: {what}; it takes data (source, licence, "
            "inclusion, population) and columns (unit, description, loinc, low, high, missing)"
        ) from error
