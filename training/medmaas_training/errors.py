"""What stops a training, in one sentence for the person who started it."""

import sys

REFUSED = 2


class TrainingError(Exception):
    """The data cannot be trained on, or the trained model may not be written."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def refuse(command: str, error: TrainingError | ModuleNotFoundError) -> int:
    """Say on stderr what kept a command from its work, a line each; the exit code."""
    message = (
        error.message
        if isinstance(error, TrainingError)
        else f"the training extra is missing (no {error.name}): "
        'pip install ".[training]" in a checkout'
    )
    for sentence in message.splitlines():
        print(f"medmaas {command}: {sentence}", file=sys.stderr)
    return REFUSED
