"""Whether the answer for a row depends on the rows beside it, or on chance.

The same rows are asked alone, together in another order, and among extreme neighbours. Differences
of 1e-6, or of 1e-6 of a number above 1, are rounding. What then depends on its neighbours by
nothing but a common scale, as dynamic int8 does, is served row by row: the first dimension of such
a graph is fixed at 1, which every session keeps to. What computes over rows is refused, because a
row by itself has no statistics.
"""

from collections.abc import Sequence

import numpy as np
import onnx
from numpy.typing import NDArray

from medmaas.errors import MedmaasError, ModelOutputError
from medmaas.model.manifest import Input
from medmaas.model.session import Session
from medmaas_training.catalogue.probes.inputs import make_prober, make_rows
from medmaas_training.catalogue.probes.made import BETWEEN, SEED, Array, Tensors
from medmaas_training.catalogue.probes.operators import (
    name_chance,
    name_scaled,
    name_statistics,
)
from medmaas_training.catalogue.refusals import RefusedError

TOLERANCE = 1e-6  # of a number, or of 1 where it is smaller
_ASKED, _BESIDE = 8, 56  # rows that are asked, and extreme ones beside them
_FEW = 2  # of those that go through a graph one by one anyway
_EVALUATE = "export it in evaluation mode (PyTorch: model.eval())"


def settle_rows(content: bytes, spec: Input, names: Sequence[str], rows: Tensors) -> bytes:
    """A graph that answers each row by itself.

    Args:
        content: the serialised graph.
        spec: of the input.
        names: outputs of the graph that an answer is made of.
        rows: that the graph is known to answer, by name of its tensors [n, ...].

    Returns:
        The same graph, or one that takes a row at a time.

    Raises:
        RefusedError: it draws at random, computes over rows, or depends on how far a history was
            filled up.
    """
    graph = onnx.load_from_string(content)
    if chance := name_chance(graph):
        raise RefusedError([f"the graph draws at random{_name(chance)}: {_EVALUATE}"])
    session = Session(content)
    named = [tensor.name for tensor in session.outputs if tensor.name in names]
    asked, beside = _choose(session, spec, rows)
    try:
        alone = _ask_alone(session, asked, named)
        again = _ask_alone(session, asked, named)
        mixed = _mix(asked, beside) if session.at_least > 1 else []  # else they go one by one
        together = [_take(session.run(batch), places, named) for batch, places in mixed]
    except ModelOutputError:
        return content  # what it fails on is told where rows are asked for their answers
    if (apart := _measure(alone, again)) > TOLERANCE:
        changes = (
            f"the graph answers the same row otherwise from call to call, by up to {apart:.1e}"
        )
        raise RefusedError([f"{changes}{_name(name_statistics(graph))}: {_EVALUATE}"])
    _require_masked(session, spec, asked, named)
    apart = max((_measure(alone, one) for one in together), default=0.0)
    return content if apart <= TOLERANCE else _serve_by_row(graph, alone, together, apart)


def _serve_by_row(
    graph: onnx.ModelProto, alone: Tensors, together: Sequence[Tensors], apart: float
) -> bytes:
    """The graph that takes a row at a time.

    Raises:
        RefusedError: a row alone would get no answer of its own.
    """
    causes, scaled = name_statistics(graph), name_scaled(graph)
    depends = f"the graph's answer for a row depends on the rows beside it, by up to {apart:.1e}"
    if causes and not scaled:
        raise RefusedError(
            [f"{depends}{_name(causes)}: {_EVALUATE}, and compute over the values of a row alone"]
        )
    if not _varies(alone) and any(map(_varies, together)):
        raise RefusedError(
            [
                f"{depends}, and alone every row gets the same answer, as where something is "
                f"normalised over rows: {_EVALUATE}"
            ]
        )
    fixed = onnx.ModelProto.FromString(graph.SerializeToString())
    free = set()
    for value in fixed.graph.input:
        dimension = value.type.tensor_type.shape.dim[0]
        free.add(dimension.dim_param)
        dimension.dim_value = 1
    del fixed.graph.value_info[:]  # ONNX Runtime infers it again
    for value in fixed.graph.output:
        for dimension in value.type.tensor_type.shape.dim[:1]:
            if dimension.dim_param in free:
                dimension.dim_value = 1
    content: bytes = fixed.SerializeToString(deterministic=True)
    try:
        Session(content)
    except MedmaasError as error:
        raise RefusedError([f"{depends}: export it with a first dimension of 1"]) from error
    return content


def _name(operators: Sequence[str]) -> str:
    return f" ({', '.join(operators)})" if operators else ""


def _choose(session: Session, spec: Input, rows: Tensors) -> tuple[Tensors, Tensors]:
    """Rows that are asked, and those that stand beside them, of the same shapes."""
    made = [one for one in make_rows(spec, rows) if not one.may_fail and _fit(one.tensors, rows)]
    between = [one.tensors for one in made if one.sort == BETWEEN]
    extreme = [one.tensors for one in made if one.sort != BETWEEN]
    draw = np.random.default_rng(SEED)
    few = session.at_least == 1
    asked = _draw_some([rows, *between], _FEW if few else _ASKED, draw)
    return asked, _draw_some(extreme or [rows], _FEW if few else _BESIDE, draw)


def _fit(made: Tensors, rows: Tensors) -> bool:
    return all(made[name].shape[1:] == rows[name].shape[1:] for name in rows)


def _draw_some(sorts: Sequence[Tensors], most: int, draw: np.random.Generator) -> Tensors:
    """As many of each sort as of the others, at most so many together."""
    each = -(-most // len(sorts))
    chosen = [draw.permutation(_count(one))[:each] for one in sorts]
    joined = {
        name: np.concatenate([one[name][at] for one, at in zip(sorts, chosen, strict=True)])
        for name in sorts[0]
    }
    return {name: tensor[:most] for name, tensor in joined.items()}


def _mix(asked: Tensors, beside: Tensors) -> list[tuple[Tensors, NDArray[np.intp]]]:
    """Those that are asked in another order, and among the others; with their places."""
    count = _count(asked)
    backwards = np.arange(count)[::-1]
    draw = np.random.default_rng(SEED)
    whole = {name: np.concatenate([asked[name], beside[name]]) for name in asked}
    order = draw.permutation(_count(whole))
    return [
        ({name: tensor[backwards] for name, tensor in asked.items()}, backwards),
        ({name: tensor[order] for name, tensor in whole.items()}, np.argsort(order)[:count]),
    ]


def _ask_alone(session: Session, asked: Tensors, named: Sequence[str]) -> Tensors:
    each = [
        session.run({name: tensor[row : row + 1] for name, tensor in asked.items()})
        for row in range(_count(asked))
    ]
    return {name: np.concatenate([one[name] for one in each]) for name in named}


def _take(outputs: Tensors, places: NDArray[np.intp], named: Sequence[str]) -> Tensors:
    return {name: outputs[name][places] for name in named}


def _name_outputs(outputs: Tensors, named: Sequence[str]) -> Tensors:
    return {name: outputs[name] for name in named}


def _require_masked(session: Session, spec: Input, asked: Tensors, named: Sequence[str]) -> None:
    """Raise RefusedError if the rows that fill a history up change its answer."""
    longer = make_prober(spec).stretch(asked)
    if longer is None:
        return
    try:
        short, long = (_name_outputs(session.run(one), named) for one in (asked, longer))
    except ModelOutputError:
        return  # no answer is no wrong one
    if (apart := _measure(short, long)) > TOLERANCE:
        raise RefusedError(
            [
                "the graph's answer for a history depends on the rows of NaN that fill it up "
                f"to the longest beside it, by up to {apart:.1e}: mask rows whose time is NaN"
            ]
        )


def _measure(first: Tensors, second: Tensors) -> float:
    """The largest difference of a number, or of its share above 1; infinite if one is NaN."""
    return max(_measure_one(first[name], second[name]) for name in first)


def _measure_one(first: Array, second: Array) -> float:
    common = tuple(slice(min(sizes)) for sizes in zip(first.shape, second.shape, strict=True))
    one, other = first[common].astype(np.float64), second[common].astype(np.float64)
    with np.errstate(invalid="ignore"):
        apart = np.abs(one - other) / np.maximum(1, np.abs(one))
    apart[(one == other) | (np.isnan(one) & np.isnan(other))] = 0
    apart[np.isnan(apart)] = np.inf
    return float(apart.max(initial=0))


def _varies(answers: Tensors) -> bool:
    return any(
        _measure_one(np.broadcast_to(tensor[:1], tensor.shape), tensor) > TOLERANCE
        for tensor in answers.values()
    )


def _count(rows: Tensors) -> int:
    return len(next(iter(rows.values())))
