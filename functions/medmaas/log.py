"""Lines of the log: JSON on standard error, without a value, a key or the text of an exception."""

import sys
from typing import Any

from pydantic_core import to_json


def write_line(line: dict[str, Any]) -> None:
    """Write one line."""
    sys.stderr.write(to_json(line).decode() + "\n")


def find_place(error: Exception) -> str:
    """Where an error was raised, as function and line."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace else ""
