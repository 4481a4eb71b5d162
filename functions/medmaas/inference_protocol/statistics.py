"""What happened to a model in this process, as Triton's statistics extension counts it."""

import time
from dataclasses import dataclass, field
from typing import Any

_STEPS = ("compute_input", "compute_infer", "compute_output")


@dataclass(slots=True)
class Duration:
    """How often, and how long together."""

    count: int = 0
    ns: int = 0

    def add(self, nanoseconds: int) -> None:
        """One more."""
        self.count += 1
        self.ns += nanoseconds


@dataclass(slots=True)
class Statistics:
    """Of one model; instances are inferences, requests are executions."""

    inferences: int = 0
    executions: int = 0
    last_ms: int = 0
    success: Duration = field(default_factory=Duration)
    fail: Duration = field(default_factory=Duration)
    steps: tuple[Duration, ...] = field(default_factory=lambda: tuple(Duration() for _ in _STEPS))

    def add_success(self, instances: int, moments: tuple[int, int, int, int]) -> None:
        """A request that was answered, by the moments between its steps."""
        self.inferences += instances
        self.executions += 1
        self.last_ms = time.time_ns() // 1_000_000
        started, read, answered, written = moments
        taken, infer, given = self.steps
        self.success.add(written - started)
        taken.add(read - started)
        infer.add(answered - read)
        given.add(written - answered)

    def add_failure(self, nanoseconds: int) -> None:
        """A request that was refused."""
        self.fail.add(nanoseconds)

    def describe(self, name: str, version: str) -> dict[str, Any]:
        """As the extension writes it; nothing ever waits in a queue."""
        durations = {"success": self.success, "fail": self.fail, "queue": Duration()}
        durations |= dict(zip(_STEPS, self.steps, strict=True))
        return {
            "name": name,
            "version": version,
            "last_inference": self.last_ms,
            "inference_count": self.inferences,
            "execution_count": self.executions,
            "inference_stats": {
                step: {"count": one.count, "ns": one.ns} for step, one in durations.items()
            },
            "batch_stats": [],
        }
