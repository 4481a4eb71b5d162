"""The calls of a graph that an explanation makes: each fits memory, and the time that is left."""

from collections.abc import Callable, Iterator
from threading import Timer

from medmaas.errors import ModelOutputError
from medmaas.model.columns import Tensors
from medmaas.model.explanation.budget import Budget, OutOfTimeError
from medmaas.model.registry import Model
from medmaas.model.session import Stop

_MOST_CELLS = 2**19  # numbers that one call is fed, unless its fewest rows hold more
_MOST_ROWS = 4096
_ROWS_PER_PART = 8  # of four permutations, and as many reverse ones
_PACE = 0.05  # seconds that one call is to take: between two of them, the clock is looked at


class Calls:
    """Calls of one model's graph within a budget.

    No call is begun that would end too late, as far as the last one tells; one that takes longer
    is ended between two operations of the graph. So a limit is passed by one operation at most.
    To be entered, or nothing ends a call.

    Attributes:
        budget: what the calls may take.
    """

    def __init__(self, model: Model, budget: Budget) -> None:
        self._session = model.session
        self.budget = budget
        self._each = model.session.seconds_each  # of the answer, which was just computed
        self._stop = Stop()
        self._timer: Timer | None = None

    def __enter__(self) -> "Calls":
        seconds = self.budget.seconds
        if seconds is not None:
            self._timer = Timer(seconds, self._stop.set)
            self._timer.daemon = True
            self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._timer:
            self._timer.cancel()

    def count_parts(self, most: int) -> int:
        """Into how many parts there is time to take an instance, that samples tell apart."""
        left = self.budget.seconds
        if left is None or not self._each:
            return most
        return min(most, max(1, int(left / self._each / _ROWS_PER_PART)))

    def play(
        self, count: int, cells: int, make: Callable[[slice], Tensors]
    ) -> Iterator[tuple[Tensors, Tensors]]:
        """So many rows, part by part, and the graph's outputs for each part.

        Args:
            count: how many there are.
            cells: numbers that one row holds.
            make: the tensors of a part, of all that the graph takes.

        Raises:
            OutOfTimeError: the time does not suffice for the next part.
            ModelOutputError: the graph fails on a part.
        """
        begin = 0
        while begin < count:
            part = slice(begin, min(begin + self._choose_size(cells), count))
            tensors = make(part)
            yield tensors, self._run(tensors)
            begin = part.stop

    def _choose_size(self, cells: int) -> int:
        """How many rows the next call holds: a multiple of what a call computes at least."""
        at_least, most = self._session.at_least, min(_MOST_ROWS, _MOST_CELLS // max(cells, 1))
        left = self.budget.seconds
        if left is not None:
            most = at_least if self._each is None else min(most, _divide(_PACE, self._each))
            if not left or (self._each or 0) * at_least > left:
                raise OutOfTimeError
            if self._each:
                most = min(most, _divide(left, self._each))
        return max(most // at_least, 1) * at_least

    def _run(self, tensors: Tensors) -> Tensors:
        began = self.budget.clock()
        try:
            outputs = self._session.run(tensors, self._stop)
        except ModelOutputError:
            if self._stop.is_set:
                raise OutOfTimeError from None
            raise
        at_least = self._session.at_least
        rows = len(next(iter(tensors.values())))
        computed = -(-rows // at_least) * at_least
        self._each = (self.budget.clock() - began) / computed
        return outputs


def _divide(seconds: float, each: float) -> int:
    return int(min(seconds / max(each, 1e-9), _MOST_ROWS))
