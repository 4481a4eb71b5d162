"""What stops a training, in one sentence for the person who started it."""

import sys

REFUSED = 2
_LIGHT = {"add", "draft"}  # which need little beside what answers


class TrainingError(Exception):
    """The data cannot be trained on, or the trained model may not be written."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def refuse(command: str, error: TrainingError | ModuleNotFoundError) -> int:
    """Say on stderr what kept a command from its work, a line each; the exit code."""
    extra = "add" if command in _LIGHT else "training"
    message = (
        error.message
        if isinstance(error, TrainingError)
        else f"the {extra} extra is missing (no {error.name}): "
        f'pip install ".[{extra}]" in a checkout'
    )
    for sentence in message.splitlines():
        print(f"medmaas {command}: {sentence}", file=sys.stderr)
    return REFUSED
