"""What whoever asks may ask for besides an answer, the same for every door."""

from dataclasses import dataclass

EXPLAIN_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Options:
    """How to answer.

    Attributes:
        explain: whether every answer comes with an explanation.
        explain_seconds: what the explanations of one request may take together.
        coverage: of the intervals, one of those that the manifest stores; None is its first.
        force: whether to answer, marked, where the model abstains.
    """

    explain: bool = False
    explain_seconds: float = EXPLAIN_SECONDS
    coverage: float | None = None
    force: bool = False


PLAIN = Options()
