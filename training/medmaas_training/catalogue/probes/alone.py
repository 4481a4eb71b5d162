"""A graph by itself, on rows that are made: what it cannot answer, and what cannot be an answer."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from medmaas.errors import ModelOutputError
from medmaas.model.manifest import Input, Output
from medmaas.model.session import Session
from medmaas_training.catalogue.probes.inputs import make_rows
from medmaas_training.catalogue.probes.made import (
    CHOICES,
    ENDS,
    MISSING,
    Made,
    Tensors,
    list_sentences,
    name_features,
)
from medmaas_training.catalogue.refusals import RefusedError
from medmaas_training.kinds.outputs import OutputDescription, describe_output

_WAYS = {
    MISSING: "let the graph replace missing values, or state no missing",
    CHOICES: "let the graph take every position of the choices, 0, 1, ..., or state the choices "
    "that it takes",
    ENDS: "scale or clip inside the graph, or state a hard_range that it can answer",
}
_OTHERWISE = "let the graph take all that the draft allows"
_FAILS = "the graph fails"


def check_made_rows(session: Session, spec: Input, output: Output, rows: Tensors) -> None:
    """Ask a graph for rows that the draft allows, and hold its answers against the output's kind.

    Args:
        session: of the graph.
        spec: of the input.
        output: of the answer.
        rows: that it is known to answer, by name of its tensors [n, ...].

    Raises:
        RefusedError: it fails, or gives no answer of the kind; a sentence for each sort of row.
    """
    description = describe_output(output)
    by_sort: dict[str, list[str]] = {}
    for made in make_rows(spec, rows):
        found = _check(session, output, description, made)
        by_sort[made.sort] = by_sort.get(made.sort, []) + found
    if sentences := list_sentences(by_sort):
        raise RefusedError(sentences)


def _check(
    session: Session, output: Output, description: OutputDescription, made: Made
) -> list[str]:
    found: dict[str, list[int]] = {}
    for row, faults in enumerate(_find_faults(session, output, description, made)):
        for fault in faults:
            found.setdefault(fault, []).append(row)
    way = _WAYS.get(made.sort, _OTHERWISE)
    sentences = []
    for fault, at in found.items():
        features = name_features(made.about[row] for row in at)
        where = f"on {len(at):,} of {len(made):,} rows made {made.sort}{features}"
        head, _, advice = fault.partition(": ")
        sentences.append(f"{head} {where}: {advice or way}")
    return sentences


def _find_faults(
    session: Session, output: Output, description: OutputDescription, made: Made
) -> list[list[str]]:
    """Of each row what is wrong with its answer."""
    try:
        outputs = session.run(made.tensors)
    except ModelOutputError:
        if len(made) == 1:
            return [[] if made.may_fail else [_FAILS]]
        halves = np.array_split(np.arange(len(made)), 2)
        return [
            faults
            for half in halves
            for faults in _find_faults(session, output, description, made.take(half))
        ]
    return [_judge(outputs, row, output, description) for row in range(len(made))]


def _judge(outputs: Tensors, row: int, output: Output, description: OutputDescription) -> list[str]:
    for name in output.tensors:
        if not _is_finite(output.sample(name, outputs[name][row])):
            return [f"the graph gives a number that is not finite in {name}"]
    first = output.tensors[0]
    numbers = np.asarray(output.sample(first, outputs[first][row]), np.float64)
    return description.check_answer(numbers)


def _is_finite(numbers: NDArray[np.generic] | Sequence[float]) -> bool:
    return bool(np.isfinite(np.asarray(numbers, np.float64)).all())
