"""How a quantised graph differs from the one that it was made of, and how far it may."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from medmaas.model.registry import Model
from medmaas.model.session import Session
from medmaas_training.catalogue.probes.made import Tensors
from medmaas_training.catalogue.quantisation.graph import Method
from medmaas_training.catalogue.quantisation.rows import count
from medmaas_training.errors import TrainingError
from medmaas_training.kinds.outputs import describe_output

LARGEST_ERROR, LEAST_AGREEMENT = 0.05, 0.99
_PAIRS = 25  # of calls, alternating
_MANY = 64  # rows, as a part of a file has


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
class Agreement:
    """What is decided alike.

    Attributes:
        same: how many decisions are the same.
        of: how many there are.
        places: whether they are places of few pictures or recordings, which no interval is of.
    """

    same: int
    of: int
    places: bool = False

    @property
    def share(self) -> float:
        """Of the decisions, those that are the same."""
        return self.same / self.of

    def describe(self) -> str:
        """In words, with the 95 % interval of Wilson (1927) where rows are independent."""
        if self.places:
            return f"the same label at {self.share:.2%} of all places"
        ends = binomtest(self.same, self.of).proportion_ci(method="wilson")
        return (
            f"the same label, findings or action in {self.same:,} of {self.of:,} (95 % interval "
            f"{100 * ends.low:.1f} to {100 * ends.high:.1f} %)"
        )


@dataclass(frozen=True)
class Comparison:
    """How a quantised graph differs from the one it was made of.

    Attributes:
        rows: how many were asked.
        of: whose they are, in words.
        error: the largest difference, as Limits counts it; infinite if one is NaN.
        mean_error: the mean one.
        agreement: what is decided alike; None if nothing is.
        size: of the graph, in bytes, before and after.
        seconds: of calls with so many rows, before and after: medians.
    """

    rows: int
    of: str
    error: float
    mean_error: float
    agreement: Agreement | None
    size: tuple[int, int]
    seconds: Mapping[int, tuple[float, float]]

    def describe(self) -> str:
        """All of it, in a sentence without its end."""
        words = f", {self.agreement.describe()}" if self.agreement else ""
        before, after = self.size
        return (
            f"on {self.rows:,} {self.of}, answers differ by {self._describe_error()}{words}; "
            f"{before / 1e6:.3g} MB became {after / 1e6:.3g} MB; "
            f"{'; '.join(self._describe_calls())} (medians of {_PAIRS} alternating pairs on the "
            "machine that quantised it; others differ)"
        )

    def _describe_error(self) -> str:
        if not np.isfinite(self.error):
            return "more than numbers say: one graph gives NaN where the other gives a number"
        return f"at most {self.error:.3g} and {self.mean_error:.2g} on average"

    def _describe_calls(self) -> Iterator[str]:
        for count_of, (then, now) in self.seconds.items():
            rows = "one row" if count_of == 1 else f"{count_of} rows"
            yield f"a call with {rows} took {then * 1e3:.3g} ms and takes {now * 1e3:.3g} ms"


def require_gain(found: Comparison, limits: Limits, method: Method) -> None:
    """Raise TrainingError unless it is near enough, smaller and faster."""
    reasons = []
    if not found.error <= limits.error:
        reasons.append(f"answers differ by more than --most-error {limits.error:g}")
    if found.agreement and found.agreement.share < limits.agreement:
        reasons.append(f"less than --least-agreement {limits.agreement:g} is decided alike")
    if found.size[1] >= found.size[0]:
        reasons.append("it got no smaller")
    if any(now >= then for then, now in found.seconds.values()):
        reasons.append("it got slower")
    if reasons:
        ways = "give --data that calibrates it" if method == "static" else "try another --method"
        raise TrainingError(
            f"nothing was written: {', and '.join(reasons)} ({method}): {found.describe()}. Leave "
            f"the model as it is, or {ways}"
        )


def compare(
    model: Model, session: Session, measured: Sequence[Tensors]
) -> tuple[float, float, Agreement | None, int]:
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
        apart = np.abs(then - now) / _find_spread(then[np.isfinite(then)])
        apart[np.isnan(then) != np.isnan(now)] = np.inf  # 8 bits make a number of NaN
        apart = apart[~np.isnan(apart)]
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
) -> Agreement | None:
    """What is decided alike; None where nothing is, or always the same.

    Of pictures and recordings the places at which the same label is likeliest, of others the rows
    with the same words.
    """
    (name, *_), description = model.manifest.output.tensors, describe_output(model.manifest.output)
    decided = [tuple(map(description.decide, (then[name], now[name]))) for then, now in pairs]
    alike = [then == now for then, now in decided if then is not None and now is not None]
    if alike:
        places = np.concatenate([one.ravel() for one in alike])
        return Agreement(int(places.sum()), len(places), places=True)
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
    whole = np.all(same, axis=0) if same else np.empty(0)
    return Agreement(int(whole.sum()), len(whole)) if len(whole) else None


def _are_words(cells: Sequence[tuple[object, object]]) -> bool:
    """Whether a column says what is decided: words, or yes and no, and not always the same."""
    told = {one for pair in cells for one in pair}
    return len(told) > 1 and all(one is None or isinstance(one, str | bool | tuple) for one in told)


def time_calls(
    before: Session, after: Session, rows: Tensors, clock: Callable[[], float]
) -> dict[int, tuple[float, float]]:
    """Seconds of calls with one row and, where rows go through a graph together, with many.

    Returns:
        By the number of rows, before and after: medians of alternating pairs.
    """
    counts = (1,) if before.at_least == 1 else (1, _MANY)
    return {number: _time(before, after, _repeat(rows, number), clock) for number in counts}


def _time(
    before: Session, after: Session, rows: Tensors, clock: Callable[[], float]
) -> tuple[float, float]:
    took: dict[Session, list[float]] = {before: [], after: []}
    for session in took:
        session.run(rows)
    for _ in range(_PAIRS):
        for session, times in took.items():
            began = clock()
            session.run(rows)
            times.append(clock() - began)
    return median(took[before]), median(took[after])


def _repeat(rows: Tensors, number: int) -> Tensors:
    at = np.arange(number) % count(rows)
    return {name: tensor[at] for name, tensor in rows.items()}
