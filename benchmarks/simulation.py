"""One large file on AWS: how long, for how much, and which limit ends it.

Simulated as infra/fan_out.asl.json has it: one function plans ranges, a Distributed Map gives each
range to a function, one function checks and finishes. The parts are measured (scale.py) but for the
network and the latency of S3, which are assumed; every range takes equally long.
"""

from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush
from math import ceil, inf

from benchmarks import limits
from medmaas.table.source import BLOCK  # bytes that are read at once, and uploaded as a part

_PARENT_TRANSITIONS = 5  # start, plan, choice, map, finish
_CHILD_TRANSITIONS = 4  # start, score, choice, end
_AGAIN_TRANSITIONS = 3  # take up again, score, choice
_CHILD_OUTPUT_BYTES = 3  # `{},` in what the Map state gives
_GROWTH = 1_000  # parts of an upload, after which they get larger
_HEAD = 1  # reads what the metadata of the upload asks for
_SMALL_WRITES = 4  # begin and complete the upload, rejects, the part's own manifest


@dataclass(frozen=True, slots=True)
class Parts:
    """What one function does.

    Attributes:
        rows_per_second: read, scored and written, without the network.
        row_bytes: of a row that is read.
        answer_bytes: of what is written for it.
        scanned_bytes_per_second: of planning, without the network.
        start_seconds: of a fresh environment.
        network_bytes_per_second: between a function and S3.
        request_seconds: until S3 begins to answer.
        gigabytes: of memory, in units of 1,024 MB, as they are billed.
    """

    rows_per_second: float
    row_bytes: float
    answer_bytes: float
    scanned_bytes_per_second: float
    start_seconds: float
    network_bytes_per_second: float
    request_seconds: float
    gigabytes: float

    def slowed(self, factor: float) -> "Parts":
        """The same on processors, and behind a network, slower by this factor."""
        return Parts(
            rows_per_second=self.rows_per_second / factor,
            row_bytes=self.row_bytes,
            answer_bytes=self.answer_bytes,
            scanned_bytes_per_second=self.scanned_bytes_per_second / factor,
            start_seconds=self.start_seconds * factor,
            network_bytes_per_second=self.network_bytes_per_second / factor,
            request_seconds=self.request_seconds,
            gigabytes=self.gigabytes,
        )


@dataclass(frozen=True)
class Run:
    """A file of so many rows, in ranges of so many bytes, so many of them at once.

    One range is a file that is not fanned out: nothing plans or finishes.
    """

    parts: Parts
    rows: float
    range_bytes: float = inf
    concurrency: int = limits.LAMBDA_CONCURRENCY

    @cached_property
    def bytes(self) -> float:
        """Of the file."""
        return self.rows * self.parts.row_bytes

    @cached_property
    def ranges(self) -> int:
        """How many."""
        return 1 if self.range_bytes == inf else ceil(self.bytes / self.range_bytes)

    @cached_property
    def plan_seconds(self) -> float:
        """One function reads the whole file, looking for line ends and quotes."""
        if self.ranges == 1:
            return 0.0
        parts = self.parts
        scanning = self.bytes / parts.scanned_bytes_per_second
        receiving = self.bytes / parts.network_bytes_per_second
        return parts.start_seconds + scanning + receiving + self._reads(self.bytes)

    @cached_property
    def range_seconds(self) -> float:
        """One range, in a warm function."""
        rows, parts = self.rows / self.ranges, self.parts
        sent = rows * (parts.row_bytes + parts.answer_bytes) / parts.network_bytes_per_second
        requests = (self.reads + self.writes) / self.ranges * parts.request_seconds
        return rows / parts.rows_per_second + sent + requests

    @cached_property
    def reads(self) -> int:
        """GET requests of all ranges."""
        return self.ranges * ceil(self.bytes / self.ranges / BLOCK)

    @cached_property
    def writes(self) -> int:
        """PUT and POST requests of all ranges."""
        written = self.rows * self.parts.answer_bytes / self.ranges
        return self.ranges * (_SMALL_WRITES + ceil(written / BLOCK))

    @cached_property
    def invocations_of_a_range(self) -> int:
        """More than one if it is handed on when the time of a function runs out."""
        usable = limits.LAMBDA_SECONDS - self.parts.start_seconds
        return ceil(self.range_seconds / usable)

    @cached_property
    def hash_seconds(self) -> float:
        """What was handed on is read back to be hashed, since a hash cannot be handed on."""
        if self.invocations_of_a_range == 1:
            return 0.0
        written = self.rows / self.ranges * self.parts.answer_bytes
        return written / self.parts.network_bytes_per_second + self._reads(written)

    @cached_property
    def is_finished(self) -> bool:
        """Whether one invocation, which has nothing else to do, has time to hash all."""
        return self.hash_seconds <= limits.LAMBDA_SECONDS - self.parts.start_seconds

    @cached_property
    def environments(self) -> int:
        """Functions that start fresh, as many as are ever busy at once."""
        return self._map[1]

    @cached_property
    def map_seconds(self) -> float:
        """From the first range to the last answer."""
        return self._map[0]

    @cached_property
    def _map(self) -> tuple[float, int]:
        """The ranges one after another: each begins when it may, and where one is free."""
        most = min(self.concurrency, limits.CHILDREN, limits.LAMBDA_CONCURRENCY)
        starts = (self.invocations_of_a_range - 1) * self.parts.start_seconds
        busy = self.range_seconds + starts + self.hash_seconds
        busy_until: list[float] = []
        last = 0.0
        for index in range(self.ranges):
            begin = find_start(index)
            fresh_at = max(begin, find_growth(len(busy_until))) if len(busy_until) < most else inf
            free_at = max(begin, busy_until[0]) if busy_until else inf
            if free_at <= fresh_at:
                begin = max(begin, heappop(busy_until))
            else:
                begin = fresh_at + self.parts.start_seconds
            end = begin + busy
            heappush(busy_until, end)
            last = max(last, end)
        return last, len(busy_until)

    @cached_property
    def finish_seconds(self) -> float:
        """One function reads what every range has noted."""
        return 0.0 if self.ranges == 1 else (self.ranges + 2) * self.parts.request_seconds

    @cached_property
    def seconds(self) -> float:
        """From the upload to the manifest."""
        first = _HEAD * self.parts.request_seconds
        return first + self.plan_seconds + self.map_seconds + self.finish_seconds

    @cached_property
    def costs(self) -> dict[str, float]:
        """Dollars by service; Step Functions with Standard children."""
        fanned_out = self.ranges > 1
        starts = self.environments + self.ranges * (self.invocations_of_a_range - 1)
        busy = self.ranges * (self.range_seconds + self.hash_seconds)
        starting = starts * self.parts.start_seconds
        seconds = busy + starting + self.plan_seconds + self.finish_seconds
        invocations = self.ranges * self.invocations_of_a_range + 2 * fanned_out
        planning = ceil(self.bytes / BLOCK) + self.ranges if fanned_out else 0
        return {
            "Lambda": seconds * self.parts.gigabytes * limits.DOLLARS_PER_GB_SECOND
            + invocations * limits.DOLLARS_PER_INVOCATION,
            "S3": (_HEAD + self.reads + planning) * limits.DOLLARS_PER_READ
            + self.writes * limits.DOLLARS_PER_WRITE,
            "Step Functions": fanned_out * self.transitions * limits.DOLLARS_PER_TRANSITION,
        }

    @cached_property
    def dollars(self) -> float:
        """In all."""
        return sum(self.costs.values())

    @cached_property
    def transitions(self) -> int:
        """State transitions of the parent and its Standard children."""
        again = (self.invocations_of_a_range - 1) * _AGAIN_TRANSITIONS
        return _PARENT_TRANSITIONS + self.ranges * (_CHILD_TRANSITIONS + again)

    @cached_property
    def express_dollars(self) -> float | None:
        """What Step Functions would charge for Express children; None if a range takes too long."""
        duration = self.range_seconds + self.parts.start_seconds
        if duration > limits.EXPRESS_SECONDS:
            return None
        gigabyte_seconds = self.ranges * duration * limits.EXPRESS_GB
        return (
            _PARENT_TRANSITIONS * limits.DOLLARS_PER_TRANSITION
            + self.ranges * limits.DOLLARS_PER_EXPRESS
            + gigabyte_seconds * limits.DOLLARS_PER_EXPRESS_GB_SECOND
        )

    def _reads(self, size: float) -> float:
        return ceil(size / BLOCK) * self.parts.request_seconds


def find_start(index: int) -> float:
    """Second at which the child of this index may start: a bucket of tokens that fills steadily."""
    return max(0, index + 1 - limits.STARTS_AT_ONCE) / limits.STARTS_PER_SECOND


def find_growth(environments: int) -> float:
    """Second at which Lambda gives one environment more than so many."""
    return environments // limits.LAMBDA_SCALING * limits.LAMBDA_SCALING_SECONDS


def find_limits(parts: Parts, range_bytes: float, concurrency: int) -> dict[str, float]:
    """Rows of one file at which each limit is reached, the first one first.

    Whether the file then fails or only takes longer is in the words of each.
    """
    rows = range_bytes / parts.row_bytes
    one = Run(parts, rows, range_bytes)
    read_byte = (
        1 / parts.scanned_bytes_per_second
        + 1 / parts.network_bytes_per_second
        + parts.request_seconds / BLOCK
    )
    planned = (limits.LAMBDA_SECONDS - parts.start_seconds) / read_byte
    uploaded = sum(BLOCK * (1 + i // _GROWTH) for i in range(limits.S3_PARTS))
    ranges = {
        f"{concurrency:,} ranges at once: the others wait": concurrency,
        "3,500 writes per second on one prefix: S3 asks to slow down, which is retried": (
            limits.S3_WRITES_PER_SECOND * one.range_seconds / one.writes
        ),
        "5,500 reads per second on one prefix: as above": (
            limits.S3_READS_PER_SECOND * one.range_seconds / one.reads
        ),
        "1,000 functions at once: the others wait": limits.LAMBDA_CONCURRENCY,
        "1,300 children started at once: then 300 per second": limits.STARTS_AT_ONCE,
        "10,000 children at once: the others wait": limits.CHILDREN,
        "finishing in 900 s: fails": limits.LAMBDA_SECONDS / parts.request_seconds,
        "256 KiB of state, 3 bytes per child: fails": limits.STATE_BYTES / _CHILD_OUTPUT_BYTES,
    }
    found = {what: count * rows for what, count in ranges.items()} | {
        "one function alone, 900 s: hands on to the next": (
            limits.LAMBDA_SECONDS / one.range_seconds * rows
        ),
        "one function alone, handed on, 900 s to hash all: fails": limits.LAMBDA_SECONDS
        / parts.answer_bytes
        / (1 / parts.network_bytes_per_second + parts.request_seconds / BLOCK),
        "one function alone, 10,000 parts of one upload: fails": uploaded / parts.answer_bytes,
        "planning in 900 s: refused": planned / parts.row_bytes,
        "48.8 TiB, S3's largest object: cannot be uploaded": limits.S3_OBJECT_BYTES
        / parts.row_bytes,
    }
    return dict(sorted(found.items(), key=lambda item: item[1]))
