"""Instances in, predictions out: all of them or, if one is wrong, none."""

from collections.abc import Sequence
from typing import Any

from medmaas.errors import InvalidRequestError, Problem
from medmaas.model.outputs import Answer
from medmaas.model.registry import Model

MAX_PROBLEMS = 20_000  # so that the refusal of 5 MB of nonsense fits Lambda's 6 MB


def predict(model: Model, instances: Sequence[object]) -> list[dict[str, Any]]:
    """Answer every instance, in order.

    Returns:
        Per instance `{"status": "ok", "output": {...}, "warnings": [{"field", "problem"}]}`; where
        there is no recommendation the status is "abstained" and a `reason` says why.

    Raises:
        InvalidRequestError: any instance has a problem; lists all problems of all instances, up
            to MAX_PROBLEMS.
    """
    reading = model.inputs.read(instances)
    if reading.problems:
        raise _refusal(reading.problems)
    answers = model.output.answer(model.session.run(reading.tensors), reading.tensors)
    return [present(*pair) for pair in zip(answers, reading.warnings, strict=True)]


def present(answer: Answer, warnings: list[Problem]) -> dict[str, Any]:
    """One answer as every door gives it, with the warnings of its instance."""
    status: dict[str, Any] = {"status": "ok"}
    if answer.abstained:
        status = {"status": "abstained", "reason": answer.abstained}
    named = [{"field": warning.field, "problem": warning.problem} for warning in warnings]
    of_answer = [{"field": None, "problem": sentence} for sentence in answer.warnings]
    return status | {"output": answer.output, "warnings": named + of_answer}


def _refusal(problems: list[Problem]) -> InvalidRequestError:
    count = "1 problem" if len(problems) == 1 else f"{len(problems):,} problems"
    which = "" if len(problems) <= MAX_PROBLEMS else f"the first {MAX_PROBLEMS:,} "
    return InvalidRequestError(
        f"nothing was predicted: {count} in the instances, {which}listed in details",
        problems[:MAX_PROBLEMS],
    )
