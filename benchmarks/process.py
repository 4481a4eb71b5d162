"""What the kernel knows of a process."""

import re
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measurement import NotMeasuredError


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident memory of a process in MB: the largest so far, and now."""

    peak: float
    now: float


def read_memory(pid: int | str = "self") -> Memory:
    """What the kernel has noted of a process, this one by default.

    Raises:
        NotMeasuredError: if this is not Linux.
    """
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        raise NotMeasuredError("only Linux notes the peak memory of a running process")
    kilobytes = dict(re.findall(r"^(Vm\w+):\s+(\d+) kB$", status.read_text(), re.MULTILINE))
    return Memory(*(int(kilobytes[key]) * 1024 / 1e6 for key in ("VmHWM", "VmRSS")))
