"""What the user knows of a table beyond its numbers: a YAML file beside the CSV, all optional.

    data: {source: ..., licence: ..., inclusion: ..., population: ...}
    missing: [999, "未查"]
    columns:
      age: {unit: a, description: Age at diagnosis., low: 0, high: 120}
      sex: {record: gender}
      creatinine: {unit: mg/dL, loinc: 2160-0, oldest_days: 90}
      time: {unit: mo}
      status: {missing: ["?", ""]}

Columns are called as in the CSV. `low` and `high` are what is accepted at answering time. Rows
whose outcome is one of `missing`, "" for an empty cell, are left out. `record` says which element
of a Patient in FHIR holds the column, birthDate or gender; `loinc` and `unit` which results do, the
newest not older than `oldest_days`, 365 if it is not said; with `molar_mass`, in g/mol, results in
mol too. A model's folder holds such a file, too, with what was read how: it can be copied beside
the next table.
"""

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from medmaas.model.names import compose
from medmaas_training.errors import TrainingError


class _Part(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, hide_input_in_errors=True
    )


def _as_word(value: object) -> object:
    """YAML reads 999 as a number, and no without quotes as false."""
    if isinstance(value, bool) or value is None:
        raise ValueError("words such as no and null must stand in quotes")
    return str(value) if isinstance(value, int | float) else value


def _as_list(value: object) -> object:
    """One word is a list of one."""
    return [value] if isinstance(value, str | int | float) else value


_Word = Annotated[str, BeforeValidator(_as_word)]
_Words = Annotated[tuple[_Word, ...], BeforeValidator(_as_list)]


class ColumnNote(_Part):
    """Of one column.

    Attributes:
        unit: UCUM.
        description: what it means.
        loinc: its codes.
        low: the lowest value that is accepted.
        high: the highest.
        kind: whether it holds numbers or words, where that is not to be found out.
        missing: words, or numbers, that stand for missing in it.
        bounds: whether what is only known to lie beyond a limit (<0.5) is that limit, or missing.
        thousands: whether 3,500 is 3500.
        spellings: other words, and the word that each stands for.
        keep: whether it is learned from although it looks like an identifier or a leak.
        record: which element of a Patient holds it.
        oldest_days: how old a result of its codes may be.
        molar_mass: in g/mol.
        read: what was counted where it was read; said by a model's folder, and passed by.
    """

    unit: str | None = None
    description: str | None = None
    loinc: _Words = ()
    low: float | None = None
    high: float | None = None
    kind: Literal["number", "words"] | None = None
    missing: _Words = ()
    bounds: Literal["limit", "missing"] = "limit"
    thousands: bool | None = None
    spellings: dict[_Word, _Word] = {}
    keep: bool = False
    record: Literal["birthDate", "gender"] | None = None
    oldest_days: Annotated[float, Field(gt=0)] | None = None
    molar_mass: Annotated[float, Field(gt=0)] | None = None
    read: dict[str, Any] | None = None

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
    """The whole file.

    Attributes:
        data: of the table.
        missing: words, or numbers, that stand for missing in all of it.
        columns: by their headers.
        left_out: what was not learned from and why; said by a model's folder, and passed by.
    """

    data: DataNote = DataNote()
    missing: _Words = ()
    left_out: tuple[str, ...] = ()
    columns: dict[str, ColumnNote] = {}

    @field_validator("columns")
    @classmethod
    def _are_called_as_in_the_table(cls, columns: dict[str, ColumnNote]) -> dict[str, ColumnNote]:
        return {compose(header): note for header, note in columns.items()}

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
            "inclusion, population), missing, and columns (unit, description, loinc, low, high, "
            "kind, missing, bounds, thousands, spellings, keep, record, oldest_days, molar_mass)"
        ) from error
