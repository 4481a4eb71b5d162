"""Everything that is wrong with what a user gave, said all at once."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from medmaas_training.errors import TrainingError

_Result = TypeVar("_Result")


class RefusedError(TrainingError):
    """What is missing or wrong, one sentence each; the message has a line for each."""

    def __init__(self, sentences: Iterable[str]) -> None:
        self.sentences = tuple(dict.fromkeys(sentences))
        super().__init__("\n".join(self.sentences))


class Refusals:
    """Sentences, gathered step by step, until `raise_any`."""

    def __init__(self) -> None:
        self._sentences: list[str] = []

    def attempt(self, step: Callable[[], _Result]) -> _Result | None:
        """What a step gives; None if it is refused, and its sentences are kept."""
        try:
            return step()
        except TrainingError as error:
            self._sentences += error.message.splitlines()
            return None

    def raise_any(self) -> None:
        """Raise RefusedError if any step was refused."""
        if self._sentences:
            raise RefusedError(self._sentences)
