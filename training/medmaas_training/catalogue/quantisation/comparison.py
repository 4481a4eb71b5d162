"""How a quantised graph differs from the one that it was made of, and how far it may."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from medmaas.model.registry import Model
from medmaas.model.session import Session
from medmaas_training.catalogue.probes.made import Tensors
from medmaas_training.catalogue.quantisation.graph import Method
from medmaas_training.catalogue.quantisation.rows import count
from medmaas_training.errors import TrainingError
from medmaas_training.kinds.outputs import describe_output

LARGEST_ERROR, LEAST_AGREEMENT = 0.05, 0.99
_PAIRS = 25  # of calls, alternating


@dataclass(frozen=True)
class Limits:
    """Beyond which a version is not written.

    Attributes:
        error: the largest difference of a number of an answer: of a probability itself, of others
            as a share of the range of answers.
        agreement: the smallest share of rows with the same words: label, findings, action.
    """

    error: float = LARGEST_ERROR
    agreement: float = LEAST_AGREEMENT


@dataclass(frozen=True)
class Comparison:
    """How a quantised graph differs from the one it was made of.

    Attributes:
        rows: how many were asked.
        of: whose they are, in words.
        error: the largest difference, as Limits counts it.
        mean_error: the mean one.
        agreement: the share of rows whose words are the same; None if answers have none.
        size: of the graph, in bytes, before and after.
        seconds: of a call with one row, before and after: medians.
    """

    rows: int
    of: str
    error: float
    mean_error: float
    agreement: float | None
    size: tuple[int, int]
    seconds: tuple[float, float]

    def describe(self) -> str:
        """All of it, in a sentence without its end."""
        words = "" if self.agreement is None else (
            f", the same label, findings or action in {self.agreement:.2%}"
        )  # fmt: skip
        before, after = self.size
        then, now = (f"{seconds * 1e3:.3g} ms" for seconds in self.seconds)
        return (
            f"on {self.rows:,} {self.of}, answers differ by at most {self.error:.3g} and "
            f"{self.mean_error:.2g} on average{words}; {before / 1e6:.3g} MB became "
            f"{after / 1e6:.3g} MB, and a call with one row, which took {then}, takes {now} on the "
            f"machine that quantised it (medians of {_PAIRS} alternating pairs)"
        )


def require_gain(found: Comparison, limits: Limits, method: Method) -> None:
    """Raise TrainingError unless it is near enough, smaller and faster."""
    reasons = []
    if not found.error <= limits.error:
        reasons.append(f"answers differ by more than --most-error {limits.error:g}")
    if found.agreement is not None and found.agreement < limits.agreement:
        reasons.append(f"fewer than --least-agreement {limits.agreement:.2%} have the same words")
    if found.size[1] >= found.size[0]:
        reasons.append("it got no smaller")
    if found.seconds[1] >= found.seconds[0]:
        reasons.append("it got slower")
    if reasons:
        ways = "give --data that calibrates it" if method == "static" else "try another --method"
        raise TrainingError(
            f"nothing was written: {', and '.join(reasons)} ({method}): {found.describe()}. Leave "
            f"the model as it is, or {ways}"
        )


def compare(
    model: Model, session: Session, measured: Sequence[Tensors]
) -> tuple[float, float, float | None, int]:
    """How far both graphs are apart on these rows.

    Returns:
        The largest and the mean difference, the agreement, and the number of rows.
    """
    output = model.manifest.output
    pairs = [(model.session.run(rows), session.run(rows)) for rows in measured]
    largest, means = [0.0], []
    for name in output.tensors:
        then = np.concatenate([first[name].ravel() for first, _ in pairs]).astype(np.float64)
        now = np.concatenate([second[name].ravel() for _, second in pairs]).astype(np.float64)
        known = ~(np.isnan(then) & np.isnan(now))
        spread = _find_spread(then[known])
        apart = np.abs(then - now)[known] / spread
        largest.append(float(np.max(apart, initial=0)))
        means.append(float(apart.mean()) if apart.size else 0.0)
    agreement = _agree(model, measured, pairs)
    return max(largest), max(means), agreement, sum(map(count, measured))


def _find_spread(answers: NDArray[np.float64]) -> float:
    """1 of probabilities; of other numbers from the smallest to the largest."""
    if not answers.size or (answers.min() >= 0 and answers.max() <= 1):
        return 1.0
    return float(np.ptp(answers)) or 1.0


def _agree(
    model: Model, measured: Sequence[Tensors], pairs: Sequence[tuple[Tensors, Tensors]]
) -> float | None:
    """The share of what is decided alike; None where nothing is, or always the same.

    Of pictures and recordings the places at which the same label is likeliest, of others the rows
    with the same words.
    """
    (name, *_), description = model.manifest.output.tensors, describe_output(model.manifest.output)
    decided = [tuple(map(description.decide, (then[name], now[name]))) for then, now in pairs]
    alike = [then == now for then, now in decided if then is not None and now is not None]
    if alike:
        return float(np.mean(np.concatenate([one.ravel() for one in alike])))
    tables = [
        tuple(model.output.tabulate(outputs, rows) for outputs in pair)
        for rows, pair in zip(measured, pairs, strict=True)
    ]
    same = []
    for column, called in enumerate(model.output.columns.texts):
        both = [tuple(table.texts[column] for table in pair) for pair in tables]
        cells = [(then, now) for pair in both for then, now in zip(*pair, strict=True)]
        if called not in model.output.columns.numeric and _are_words(cells):
            same.append([then == now for then, now in cells])
    return float(np.all(same, axis=0).mean()) if same else None


def _are_words(cells: Sequence[tuple[object, object]]) -> bool:
    """Whether a column says what is decided: words, or yes and no, and not always the same."""
    told = {one for pair in cells for one in pair}
    return len(told) > 1 and all(one is None or isinstance(one, str | bool | tuple) for one in told)


def time_calls(
    before: Session, after: Session, row: Tensors, clock: Callable[[], float]
) -> tuple[float, float]:
    """Seconds of a call with one row, before and after: medians of alternating pairs."""
    took: tuple[list[float], list[float]] = [], []
    before.run(row), after.run(row)
    for _ in range(_PAIRS):
        for session, times in zip((before, after), took, strict=True):
            began = clock()
            session.run(row)
            times.append(clock() - began)
    return median(took[0]), median(took[1])
