"""A validation set as it was read: whose rows, what came of them, and what must be told."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medmaas.model.inputs.reading import InputColumn
from medmaas.model.manifest import Explanation, Input
from medmaas.model.names import fold_name
from medmaas.table.rows import ID
from medmaas_training.assessment.reasons.games import open_model
from medmaas_training.assessment.splits import Cases
from medmaas_training.errors import TrainingError
from medmaas_training.rows import feed
from medmaas_training.validation.files import open_data
from medmaas_training.validation.halves import join_people
from medmaas_training.validation.outputs import Beside, OutcomeReader, make_outcome_reader
from medmaas_training.validation.people import (
    drop_small,
    group_by_cells,
    group_by_features,
    number_copies,
    number_people,
)
from medmaas_training.validation.request import Request
from medmaas_training.validation.subject import Subject
from medmaas_training.validation.table import ReadRows, read_rows

Rows = NDArray[np.intp]
_SHOWN = 3  # reasons of refused rows
_MOST_COPIES = 0.5  # of all rows: of more, few columns hold few values


@dataclass(frozen=True)
class ValidationSet:
    """What can be measured on.

    Attributes:
        cases: rows whose outcome is known; all that were read, without an outcome, if none is.
        person: whose each row is, [n].
        together: the same number for rows that stay in one half, [n].
        reader: of the outcome.
        read: how many rows the file has.
        refused: how many of them the reader refused.
        told: what must be told of it, a sentence each.
    """

    cases: Cases
    person: Rows
    together: Rows
    reader: OutcomeReader
    read: int
    refused: int
    told: tuple[str, ...]

    @property
    def n(self) -> int:
        """Rows that are measured on."""
        return len(self.person)

    @property
    def people(self) -> int:
        """Whose they are."""
        return len(np.unique(self.person))

    @property
    def is_known(self) -> bool:
        """Whether anybody's outcome is known."""
        return self.cases.outcome is not None


def read_cases(subject: Subject, request: Request) -> ValidationSet:
    """Read a validation set of a model, as a user describes it.

    Raises:
        TrainingError: nothing can be measured on it; says what is wrong.
    """
    spec, output = subject.spec, subject.output
    reader = make_outcome_reader(output)
    columns = reader.name_columns(request)
    source, fmt = open_data(request.data)
    model = open_model(
        subject.graph,
        spec,
        output,
        subject.golden,
        explanation=Explanation(method="none"),
        files=subject.files,
    )
    own = {fold_name(feature.name) for feature in spec.row_features}
    beside = [name for name in request.subgroups if fold_name(name) not in own]
    aside = [*([request.group] if request.group else []), *beside]
    named = {column.name for column in columns}
    if twice := [name for name in aside if name in named]:
        raise TrainingError(f"--data: {twice[0]} is named as the outcome and as a group")
    more = [*columns, *(InputColumn(name, "text") for name in dict.fromkeys(aside))]
    read = read_rows(source, fmt, model, more, encoding=request.encoding, missing=request.missing)
    if not read.cells and not read.left_out:
        raise TrainingError("--data: the file has no rows")
    if not read.cells:
        raise TrainingError(
            f"--data: none of {read.left_out} rows can be read, so nothing can be measured: "
            f"{_tell_reasons(read)}"
        )
    came = reader.read(
        read.cells,
        Beside(request, source, lambda: model.session.run(feed(read.rows[:1], spec.tensors))),
    )
    anybody = bool(came.known.any())
    kept = came.known if anybody else np.ones(len(read.cells), bool)
    rows = read.rows[kept]
    some = [row for row, is_kept in zip(read.cells, kept, strict=True) if is_kept]
    ids = [one for one, is_kept in zip(read.ids, kept, strict=True) if is_kept]
    person, told_people = _find_people(request, some, ids)
    copies, told_copies = _find_copies(rows, person)
    groups, told_groups = _find_groups(request, spec, rows, some, beside)
    together = join_people(person, copies)
    return ValidationSet(
        Cases(rows, came.outcome if anybody else None, drop_small(groups, person), person),
        person,
        person if together is None else together,
        reader,
        read.left_out + len(read.cells),
        read.left_out,
        (*_tell_refused(read), *came.told, *told_people, *told_copies, *told_groups),
    )


def _find_people(
    request: Request, cells: Sequence[object], ids: Sequence[object]
) -> tuple[Rows, list[str]]:
    """By --group, else by ids that repeat, else everyone is somebody."""
    n = len(cells)
    if request.group is not None:
        by_id = fold_name(request.group) == ID
        values = ids if by_id else [row[request.group] for row in cells]  # type: ignore[index]
        person = number_people(values)
        people = len(np.unique(person))
        return person, [
            f"rows of one {request.group} stay together, and people are drawn: {n} rows of {people}"
        ]
    person = number_people(ids)
    if len(np.unique(person)) < n:
        return person, [
            f"ids repeat: rows of one id stay together, {n} rows of {len(np.unique(person))}; "
            "--group names another column"
        ]
    return np.arange(n), []


def _find_copies(rows: object, person: Rows) -> tuple[Rows | None, list[str]]:
    copies = number_copies(rows)
    again = len(copies) - len(np.unique(copies))
    if not again or again > _MOST_COPIES * len(copies):
        return None, []
    _, first = np.unique(copies, return_index=True)
    repeats = np.setdiff1d(np.arange(len(copies)), first)
    others = int((person[first[copies[repeats]]] != person[repeats]).sum())
    if not others:
        return None, []
    return copies, [
        f"{others} rows are the same as another person's in all that the model reads: copies stay "
        "in one half; are they of one person, name that column with --group"
    ]


def _find_groups(
    request: Request,
    spec: Input,
    rows: object,
    cells: Sequence[object],
    beside: Sequence[str],
) -> tuple[dict[str, NDArray[np.bool_]], list[str]]:
    groups = group_by_features(spec, rows, request.subgroups)
    told = []
    for column in beside:
        found, rest = group_by_cells(column, [row[column] for row in cells])  # type: ignore[index]
        groups |= found
        told += [rest] if rest else []
    return groups, told


def _tell_refused(read: ReadRows) -> list[str]:
    if not read.left_out:
        return []
    every = read.left_out + len(read.cells)
    return [
        f"{read.left_out} of {every} rows were refused, as the service refuses them, and are not "
        f"measured on: {_tell_reasons(read)}"
    ]


def _tell_reasons(read: ReadRows) -> str:
    most = sorted(read.refused.items(), key=lambda one: -one[1])
    told = "; ".join(f"{count} x {reason}" for reason, count in most[:_SHOWN])
    return told + ("; and others" if len(most) > _SHOWN else "")
