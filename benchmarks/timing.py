"""Calls timed in turns, so that a busy machine slows all of them alike."""

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from time import perf_counter


def time_in_turns(
    calls: Mapping[str, Callable[[], object]],
    turns: int,
    calls_per_turn: int,
    choose: Callable[[Sequence[float]], float] = median,
) -> dict[str, float]:
    """The median seconds of each call, over `turns` turns of `calls_per_turn` calls; or the least.

    One more turn comes first and is not counted: it fills caches.
    """
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(turns + 1):
        for name, call in calls.items():
            times = [_time(call) for _ in range(calls_per_turn)]
            if turn:
                seconds[name] += times
    return {name: choose(times) for name, times in seconds.items()}


def _time(call: Callable[[], object]) -> float:
    started = perf_counter()
    call()
    return perf_counter() - started
