"""Rows and outcomes that are in memory already: written as a table, and read as any other is.

So they go through the reader that answers, and what it refuses is refused.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.model.manifest import Input, Output
from medmaas.model.names import fold_name
from medmaas_training.errors import TrainingError
from medmaas_training.kinds.inputs import describe_input
from medmaas_training.kinds.outputs import describe_output
from medmaas_training.validation.request import Request

Array = NDArray[Any]
_FIELDS = 2  # of a structured outcome


@contextmanager
def write_cases(
    spec: Input,
    output: Output,
    rows: object,
    y: object,
    *,
    classes: Sequence[object] | None = None,
    time_unit: str | None = None,
) -> Iterator[Request]:
    """A validation set of arrays, for as long as it is read.

    Args:
        spec: of the input.
        output: of the answer.
        rows: as the graph takes them, [n, features].
        y: what came of each, [n]; of labels and values [n, columns], NaN where nobody looked; of
            survival the structured array (event, time) of scikit-survival.
        classes: what the model calls its labels, in their order; None if as the labels.
        time_unit: of the times of survival.

    Raises:
        TrainingError: the rows are of no table, or the outcome is of another form or length.
    """
    description = describe_input(spec)
    array = np.asarray(rows, np.float64) if not isinstance(rows, Mapping) else np.empty((0, 0))
    known = [[None if np.isnan(value) else value for value in row] for row in array.tolist()]
    instances = [one for row in known if (one := description.restore(row)) is not None]
    if not instances:
        raise TrainingError(
            "y: a table alone is measured with its outcome here: export without y, and measure by "
            "medmaas add --data"
        )
    outcome = np.asarray(y)
    if len(outcome) != len(instances):
        raise TrainingError(f"y has {len(outcome)} outcomes for {len(instances)} rows")
    taken = {fold_name(feature.name) for feature in spec.row_features}
    columns, cells = _name_columns(output, outcome, classes, taken)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "cases.jsonl"
        with path.open("w", encoding="utf-8") as file:
            for instance, cell in zip(instances, cells, strict=True):
                file.write(json.dumps(instance | cell) + "\n")
        if outcome.dtype.names:
            time, event = columns
            yield Request(path, time=time, event=event, unit=time_unit)
        else:
            yield Request(path, targets=tuple((column, None) for column in columns))


def _name_columns(
    output: Output, y: Array, classes: Sequence[object] | None, taken: set[str]
) -> tuple[list[str], list[dict[str, Any]]]:
    """The columns of the outcome, and what stands in them, a row each."""
    described = describe_output(output)
    if y.dtype.names:
        return _write_follow_up(y, described.form, taken)
    if described.form == "a survival curve":
        raise TrainingError("y of a survival model is the structured array (event, time)")
    names, labels = [*described.names], described.labels
    if y.shape[1:] != ((len(names),) if names else ()):
        wanted = f"[n, {len(names)}]" if names else "[n]"
        raise TrainingError(f"y is {list(y.shape)}, the output as stated is {wanted}")
    if not names:
        name = _find_name("outcome", taken)
        values = _name_labels(y, labels, classes) if labels else [_number(v) for v in y.tolist()]
        return [name], [{name: value} for value in values]
    if clash := [name for name in names if fold_name(name) in taken]:
        raise TrainingError(f"y: {clash[0]} is a feature, too: measure by medmaas add --data")
    rows = [[_number(value) for value in row] for row in y.tolist()]
    return names, [dict(zip(names, row, strict=True)) for row in rows]


def _write_follow_up(
    y: Array, form: str, taken: set[str]
) -> tuple[list[str], list[dict[str, Any]]]:
    fields = y.dtype.names or ()
    events = [name for name in fields if y.dtype[name].kind == "b"]
    times = [name for name in fields if y.dtype[name].kind in "fiu"]
    if form != "a survival curve" or len(fields) != _FIELDS or not (events and times):
        raise TrainingError("y of two fields (event, time) is of a survival model alone")
    time, event = _find_name("time", taken), _find_name("event", taken)
    pairs = zip(y[times[0]].tolist(), y[events[0]].tolist(), strict=True)
    return [time, event], [{time: t, event: int(e)} for t, e in pairs]


def _name_labels(
    y: Array, labels: Sequence[str], classes: Sequence[object] | None
) -> list[str | None]:
    """The label of each outcome: itself, or what stands where the model has it."""
    words = [_write(value) for value in y.tolist()]
    if not {*words} <= {*labels}:
        fitted = np.asarray((0, 1) if classes is None else classes)
        called = [_write(one) for one in fitted.tolist()]
        if len(called) != len(labels) or not {*words} <= {*called}:
            raise TrainingError(
                f"y holds what is neither one of the labels {', '.join(labels)} nor a class of the "
                "model"
            )
        return [labels[called.index(word)] for word in words]
    return [*words]


def _find_name(wanted: str, taken: set[str]) -> str:
    """A name that no feature has."""
    while fold_name(wanted) in taken:
        wanted += "_"
    return wanted


def _write(value: object) -> str:
    """One of 1, True and 1.0 as the others."""
    return f"{value:g}" if isinstance(value, int | float | np.number) else str(value)


def _number(value: float) -> float | None:
    return None if np.isnan(value) else value
