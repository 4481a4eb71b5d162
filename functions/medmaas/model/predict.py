"""Instances in, predictions out: the one core behind every door."""

from collections.abc import Sequence
from typing import Any

from medmaas.errors import InvalidRequestError
from medmaas.model.registry import Model


def predict(model: Model, instances: Sequence[object]) -> list[dict[str, Any]]:
    """Answer every instance, in order.

    Returns:
        Per instance `{"status": "ok", "output": {...}, "warnings": [{"field", "problem"}]}`.

    Raises:
        InvalidRequestError: any instance has a problem; lists all problems of all instances.
    """
    reading = model.inputs.read(instances)
    if reading.problems:
        count = len(reading.problems)
        raise InvalidRequestError(
            f"nothing was predicted: {count} {'problem' if count == 1 else 'problems'} "
            "in the instances, listed in details",
            reading.problems,
        )
    answers = model.output.answer(model.session.run(reading.tensors))
    return [
        {
            "status": "ok",
            "output": answer,
            "warnings": [{"field": w.field, "problem": w.problem} for w in warnings],
        }
        for answer, warnings in zip(answers, reading.warnings, strict=True)
    ]
