"""How far a graph and the model that it was made of are apart, on rows given and rows made."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.errors import ModelOutputError
from medmaas.model.manifest import Input, Output, Parity
from medmaas.model.session import Session
from medmaas_training.catalogue.graph import INPUT
from medmaas_training.catalogue.probes.crossings import make_crossings
from medmaas_training.catalogue.probes.inputs import make_rows
from medmaas_training.catalogue.probes.made import (
    BETWEEN,
    CHOICES,
    ENDS,
    MISSING,
    THRESHOLDS,
    Made,
    Tensors,
    list_sentences,
    name_features,
)
from medmaas_training.catalogue.refusals import RefusedError
from medmaas_training.errors import TrainingError
from medmaas_training.rows import Fed, collect_rows, feed

TOLERANCE = 1e-5
DIGITS = 1e-5  # of the largest answer: what is left of float32's seven digits after a few steps
DIGITS_AT_ENDS = 1e-3  # where sums of large numbers leave fewer
_BATCH = 256

Array = NDArray[Any]
Trained = Callable[[Any], Array | Mapping[str, Array]]

_IMPUTE = (
    "impute inside the model (scikit-learn: a SimpleImputer in the pipeline) and fit it again, or "
    "state no missing"
)
_WAYS = {
    MISSING: _IMPUTE,
    CHOICES: "a choice enters as its position, 0, 1, ...: encode these inside the model, and let "
    "unknown ones be an error",
    ENDS: "float32 has seven digits: scale inside the model, or state a hard_range that holds what "
    "patients have",
    BETWEEN: "cast to float32 before fitting (X.astype(numpy.float32)) and inside the model what "
    "is compared with limits",
    THRESHOLDS: "float32 rounds otherwise what is compared: take scaling out, which trees do not "
    "need, and fit on X.astype(numpy.float32); or compute what comes before in float64, with "
    "skl2onnx.sklapi's CastTransformer(dtype=numpy.float64) before these steps and "
    "CastTransformer() after them",
}
_ROUNDED = (
    ", by nothing but that these become float32 when they are read: fit on "
    "X.astype(numpy.float32), and give such rows"
)
_OTHERWISE = "compare the steps of both on such a row"


@dataclass(frozen=True)
class Comparison:
    """Of rows, how far the answers are apart, and how large the model's own are.

    Attributes:
        apart: the largest difference of each row, [n]; NaN where one of them is none.
        largest: the largest absolute number that the trained model gives.
        failed: which rows the trained model cannot answer, [n].
        failed_graph: which rows the graph cannot answer, [n].
    """

    apart: NDArray[np.float64]
    largest: float
    failed: NDArray[np.bool_]
    failed_graph: NDArray[np.bool_]


def compare(
    graph: bytes,
    trained: Trained,
    rows: Fed,
    outputs: Sequence[str],
    tensors: Iterable[str] = (INPUT,),
    *,
    tolerance: float = TOLERANCE,
) -> Parity:
    """Run the graph and the trained model on the same rows [n, ...].

    Args:
        graph: the serialised graph.
        trained: from rows to the one output, or to every output by name.
        rows: what goes into the graph; float64 becomes float32.
        outputs: names of the graph's outputs to compare.
        tensors: names of the graph's inputs.
        tolerance: the largest difference allowed.

    Raises:
        TrainingError: they differ by more anywhere.
    """
    session, names = Session(graph), tuple(tensors)

    def measure(rows: Fed) -> NDArray[np.float64]:
        starts = range(0, len(rows), _BATCH)
        parts = (rows[start : start + _BATCH] for start in starts)
        return np.concatenate(
            [_measure(session, trained, part, outputs, names)[0] for part in parts]
        )

    apart = measure(rows)
    difference = float(np.max(apart))  # NaN of one of them stays
    if not difference <= tolerance:
        wrong = int((~(apart <= tolerance)).sum())
        way = ""
        if isinstance(rows, np.ndarray) and rows.dtype == np.float64:
            held = rows.astype(np.float32).astype(np.float64)
            way = _ROUNDED if measure(held).max() <= tolerance else ""
        raise TrainingError(
            f"nothing was written: ONNX and the trained model differ by {difference:.1e}, "
            f"more than {tolerance:.0e}, on {wrong:,} of {len(rows):,} rows{way}"
        )
    return Parity(rows=len(rows), largest_difference=difference, tolerance=tolerance)


def probe_parity(
    graph: bytes,
    trained: Trained,
    rows: Fed,
    spec: Input,
    output: Output,
    *,
    tolerance: float = TOLERANCE,
) -> tuple[int, int]:
    """Run both on rows that are made where graphs break, as the graph takes them: in float32.

    A difference of 1e-5 of the largest answer counts as none, and of 1e-3 at the ends of ranges:
    float32 has seven digits.

    Args:
        graph: the serialised graph.
        trained: from rows to the one output, or to every output by name.
        rows: that are given, [n, ...], from which others are made.
        spec: of the input.
        output: of the answer.
        tolerance: the largest difference allowed, if answers are not large.

    Returns:
        How many rows were made; and at how many of them the trained model itself answers otherwise
        to values as they are written in decimals than to the float32 that they become.

    Raises:
        RefusedError: they differ by more; a sentence for each sort of row.
    """
    given = feed(rows, spec.tensors)
    session, by_sort = Session(graph), dict[str, list[str]]()
    crossings = make_crossings(graph, spec, given)
    sorts = _gather([*make_rows(spec, given), *([crossings] if crossings else [])])
    for sort, mades in sorts.items():
        found = [_compare_made(session, trained, made, output.tensors) for made in mades]
        whole = _join(found)
        digits = DIGITS_AT_ENDS if sort == ENDS else DIGITS
        allowed = max(tolerance, digits * whole.largest)
        by_sort[sort] = _describe(sort, mades, whole, allowed)
    if sentences := list_sentences(by_sort):
        raise RefusedError(sentences)
    rounded = _count_rounded(trained, crossings, output.tensors, tolerance) if crossings else 0
    return sum(len(one) for mades in sorts.values() for one in mades), rounded


def _gather(made: Iterable[Made]) -> dict[str, list[Made]]:
    sorts: dict[str, list[Made]] = {}
    for one in made:
        sorts.setdefault(one.sort, []).append(one)
    return sorts


def _describe(sort: str, mades: Sequence[Made], found: Comparison, allowed: float) -> list[str]:
    """What is wrong with rows of a sort: that they differ, or that there is no answer."""
    count, sentences = sum(map(len, mades)), []
    way = _WAYS.get(sort, _OTHERWISE)
    for which, who in ((found.failed, "trained model itself"), (found.failed_graph, "graph")):
        if which.any():
            sentences.append(
                f"nothing was written: the {who} fails on {which.sum():,} of {count:,} rows made "
                f"{sort}{_name(mades, which)}, which the draft allows: {way}"
            )
    wrong = ~(found.apart <= allowed) & ~(found.failed | found.failed_graph)
    if wrong.any():
        most = float(np.max(found.apart[wrong]))
        by = f"by up to {most:.2g}" if np.isfinite(most) else "some by NaN in one of them"
        sentences.append(
            f"nothing was written: ONNX and the trained model differ on {wrong.sum():,} of "
            f"{count:,} rows made {sort}{_name(mades, wrong)}, {by}, more than {allowed:.0e}"
            f"{_name_value(mades, found.apart, wrong)}: {way}"
        )
    return sentences


def _name(mades: Sequence[Made], which: NDArray[np.bool_]) -> str:
    about = [names for made in mades for names in made.about]
    return name_features(about[row] for row in np.flatnonzero(which))


def _name_value(mades: Sequence[Made], apart: Array, wrong: NDArray[np.bool_]) -> str:
    """A made value at which they differ most, where it is one of a threshold: nobody's."""
    (made, *others) = mades
    if others or made.values is None:
        return ""
    row = int(np.argmax(np.where(wrong & ~np.isnan(apart), apart, -1)))
    return f", as at {made.about[row][0]} {made.values[row]!s}"


def _compare_made(
    session: Session, trained: Trained, made: Made, outputs: Sequence[str]
) -> Comparison:
    rows = np.arange(len(made))
    cuts = np.arange(_BATCH, len(made), _BATCH)
    return _join(
        _compare_part(session, trained, made.take(part), outputs) for part in np.split(rows, cuts)
    )


def _join(found: Iterable[Comparison]) -> Comparison:
    parts = list(found)
    return Comparison(
        np.concatenate([part.apart for part in parts]),
        max(part.largest for part in parts),
        np.concatenate([part.failed for part in parts]),
        np.concatenate([part.failed_graph for part in parts]),
    )


def _compare_part(
    session: Session, trained: Trained, made: Made, outputs: Sequence[str]
) -> Comparison:
    """At once, and if that fails row by row, to find those on which it does."""
    try:
        apart, largest = _measure(session, trained, _widen(made.tensors), outputs, made.tensors)
    except Exception as error:  # noqa: BLE001 - a model of any library, on rows that it may not take
        of_graph = isinstance(error, ModelOutputError)
        if len(made) == 1 and made.may_fail:
            return Comparison(np.zeros(1), 0.0, np.zeros(1, bool), np.zeros(1, bool))
        if len(made) == 1:
            none, failed = np.full(1, np.nan), np.ones(1, bool)
            return Comparison(none, 0.0, failed & (not of_graph), failed & of_graph)
        return _join(
            _compare_part(session, trained, made.take(half), outputs)
            for half in np.array_split(np.arange(len(made)), 2)
        )
    none = np.zeros(len(made), bool)
    return Comparison(apart, largest, none, none)


def _measure(
    session: Session,
    trained: Trained,
    rows: Fed,
    outputs: Sequence[str],
    tensors: Iterable[str],
) -> tuple[NDArray[np.float64], float]:
    """How far each row's answers are apart, [n], and the largest number among the model's."""
    answers, expected = session.run(feed(rows, tensors)), trained(rows)
    apart, largest = np.zeros(len(rows)), 0.0
    for name in outputs:
        given = expected[name] if isinstance(expected, Mapping) else expected
        wanted = given.reshape(answers[name].shape)
        off = np.abs(answers[name] - wanted).astype(np.float64)
        off[np.isnan(answers[name]) & np.isnan(wanted)] = 0
        apart = np.maximum(apart, off.reshape(len(rows), -1).max(axis=1, initial=0))
        finite = np.abs(wanted[np.isfinite(wanted)])
        largest = max(largest, float(finite.max(initial=0)))
    return apart, largest


def _widen(tensors: Tensors) -> Fed:
    """Rows as the trained model takes them: one array of numbers in float64, or by name."""
    rows: Fed = collect_rows(tensors)
    if isinstance(rows, np.ndarray) and rows.ndim == 2 and rows.dtype == np.float32:
        return rows.astype(np.float64)
    return rows


def _count_rounded(trained: Trained, made: Made, outputs: Sequence[str], tolerance: float) -> int:
    """At how many rows the model's own answer turns on the rounding of values to float32."""
    (tensor,) = made.tensors.values()
    both = trained(_widen(made.tensors)), trained(tensor.astype(str).astype(np.float64))
    off = np.zeros(len(made))
    for name in outputs:
        held, written = (one[name] if isinstance(one, Mapping) else one for one in both)
        off = np.maximum(off, np.abs(held - written).reshape(len(made), -1).max(axis=1))
    return int((off > tolerance).sum())
