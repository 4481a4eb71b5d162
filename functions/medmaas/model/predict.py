"""Instances in, predictions out: all of them or, if one is wrong, none."""

from collections.abc import Sequence
from typing import Any

from medmaas.errors import InvalidRequestError, Problem
from medmaas.model.explanation.budget import Budget
from medmaas.model.options import PLAIN, Options
from medmaas.model.outputs import Answer
from medmaas.model.outputs.answer import Tensors
from medmaas.model.registry import Model
from medmaas.model.uncertainty import NO_DOUBT, Doubt

MAX_PROBLEMS = 20_000  # so that the refusal of 5 MB of nonsense fits Lambda's 6 MB
MAX_EXPLAINED = 50

Prediction = dict[str, Any]


def predict(
    model: Model,
    instances: Sequence[object],
    options: Options = PLAIN,
    budget: Budget | None = None,
    *,
    explain_all: bool = True,
) -> list[Prediction]:
    """Answer every instance, in order.

    Args:
        model: which answers.
        instances: as a request holds them.
        options: what else is asked for.
        budget: what explanations may take; by itself what the options say.
        explain_all: refuse to explain, if the model abstains from any or one was forced; else
            such an answer comes without an explanation.

    Returns:
        Per instance `{"status": "ok", "output", "interval", "warnings", "explanation"}`; where the
        model abstains the status is "abstained", a `reason` says why, and the output is None; if
        it was forced, the status is "forced". The interval is there if the model has any, the
        explanation if it was asked for.

    Raises:
        InvalidRequestError: any instance has a problem; lists all problems of all instances, up
            to MAX_PROBLEMS. Or the options ask for what there is not.
    """
    if options is not PLAIN:
        check_options(model, options, len(instances))
    reading = model.inputs.read(instances)
    if reading.problems:
        raise refuse_problems(reading.problems)
    tensors = reading.tensors
    outputs = model.session.run(tensors)
    answers = model.output.answer(outputs, tensors)
    doubts = judge(model, outputs, tensors, options)
    force = options.force
    predictions = [
        present(answer, warnings, doubt, force=force)
        for answer, warnings, doubt in zip(answers, reading.warnings, doubts, strict=True)
    ]
    if options.explain:
        if explain_all:
            _require_answers(predictions)
        budget = budget or Budget(options.explain_seconds)
        rows = [row for row, told in enumerate(predictions) if told["status"] == "ok"]
        taken = {name: tensor[rows] for name, tensor in tensors.items()}
        explanations = explain_rows(model, taken, [instances[row] for row in rows], budget)
        for row, explanation in zip(rows, explanations, strict=True):
            predictions[row]["explanation"] = explanation
    return predictions


def check_options(model: Model, options: Options, instances: int = 1) -> None:
    """Refuse what a model cannot give.

    Raises:
        InvalidRequestError: a coverage that it does not store, or more than MAX_EXPLAINED
            instances to explain.
    """
    if options.coverage is not None:
        if model.uncertainty is None:
            raise InvalidRequestError(
                "this model has no intervals: leave coverage out",
                [Problem(None, "coverage", "must be left out")],
            )
        model.uncertainty.check(options.coverage)
    if options.explain and instances > MAX_EXPLAINED:
        raise InvalidRequestError(
            f"at most {MAX_EXPLAINED} instances are explained at once: send several requests",
            [Problem(None, "instances", f"must hold at most {MAX_EXPLAINED} to be explained")],
        )


def judge(model: Model, outputs: Tensors, tensors: Tensors, options: Options) -> list[Doubt]:
    """How sure the model is of each row, and where it abstains."""
    if model.uncertainty is None:
        return [NO_DOUBT] * len(next(iter(tensors.values())))
    return model.uncertainty.judge(outputs, tensors, options.coverage)


def explain_rows(
    model: Model, tensors: Tensors, instances: Sequence[object], budget: Budget
) -> list[dict[str, Any]]:
    """One explanation per row; loads what explains when it is first needed."""
    from medmaas.model.explanation import explain  # noqa: PLC0415 - most requests ask for none

    return explain(model, tensors, instances, budget)


def present(
    answer: Answer, warnings: list[Problem], doubt: Doubt = NO_DOUBT, *, force: bool = False
) -> Prediction:
    """One answer as every door gives it, with the warnings of its instance.

    A policy's own shield comes before any doubt, and nothing lifts it.
    """
    named = [{"field": warning.field, "problem": warning.problem} for warning in warnings]
    of_answer = [{"field": None, "problem": sentence} for sentence in answer.warnings]
    status: Prediction = {"status": "ok"}
    output: Prediction | None = answer.output
    interval = doubt.interval
    if answer.abstained:
        status = {"status": "abstained", "reason": answer.abstained}
        interval = None
    elif doubt.reason:
        status = {"status": "forced" if force else "abstained", "reason": doubt.reason}
        if not force:
            output = interval = None
    status["output"] = output
    if interval:
        status["interval"] = interval
    status["warnings"] = named + of_answer
    return status


def join_warnings(warnings: Sequence[Problem], sentences: Sequence[str] = ()) -> str:
    """The warnings of an instance and of its answer in one text, for a cell of a table."""
    of_fields = (f"{w.field}: {w.problem}" if w.field else w.problem for w in warnings)
    return "; ".join((*of_fields, *sentences))


def _require_answers(predictions: Sequence[Prediction]) -> None:
    problems = [
        Problem(i, None, f"has nothing to explain: {prediction['reason']}")
        for i, prediction in enumerate(predictions)
        if prediction["status"] != "ok"
    ]
    if problems:
        raise InvalidRequestError(
            "nothing was explained: the model abstains from instances listed in details, leave "
            "them out or ask without explain",
            problems,
        )


def refuse_problems(problems: list[Problem]) -> InvalidRequestError:
    """The refusal of instances, for all of their problems."""
    count = "1 problem" if len(problems) == 1 else f"{len(problems):,} problems"
    which = "" if len(problems) <= MAX_PROBLEMS else f"the first {MAX_PROBLEMS:,} "
    return InvalidRequestError(
        f"nothing was predicted: {count} in the instances, {which}listed in details",
        problems[:MAX_PROBLEMS],
    )
