"""Instances in, predictions out: all of them or, if one is wrong, none."""

from collections.abc import Sequence
from typing import Any

from medmaas.errors import InvalidRequestError, Problem
from medmaas.facts import Fact
from medmaas.model.answers import Answers, Prediction
from medmaas.model.explanation.budget import Budget
from medmaas.model.inputs import Reading
from medmaas.model.options import PLAIN, Options
from medmaas.model.registry import Model

MAX_PROBLEMS = 20_000  # so that the refusal of 5 MB of nonsense fits Lambda's 6 MB
MAX_EXPLAINED = 50


def predict(
    model: Model,
    instances: Sequence[object],
    options: Options = PLAIN,
    budget: Budget | None = None,
    *,
    explain_all: bool = True,
    held: Sequence[Fact | None] = (),
) -> list[Prediction]:
    """Answer every instance, in order.

    Args:
        model: which answers.
        instances: as a request holds them.
        options: what else is asked for.
        budget: what the answers and their explanations may take together; by itself what the
            options say.
        explain_all: refuse to explain, if the model abstains from any or one was forced; else
            such an answer comes without an explanation.
        held: per instance why what it was made of holds its answer back; nothing if none is held.

    Returns:
        Per instance `{"status": "ok", "output", "interval", "warnings", "explanation"}`; where the
        model abstains the status is "abstained", a `reason` says why, and the output is None; if
        it was forced, the status is "forced". The interval is there if the model has any, the
        explanation if it was asked for. What is to be said are Facts: `Words.write_prediction`
        puts them into words.

    Raises:
        InvalidRequestError: any instance has a problem; lists all problems of all instances, up
            to MAX_PROBLEMS. Or the options ask for what there is not.
    """
    if options is not PLAIN:
        check_options(model, options, len(instances))
    if options.explain:
        budget = budget or Budget(options.explain_seconds)  # the answer itself takes of it
    answers = answer(model, model.inputs.read(instances), options, held)
    predictions = answers.list_rows()
    if budget and options.explain:
        if explain_all:
            require_answers(answers)
        explanations = explain(answers, instances, budget)
        for prediction, explanation in zip(predictions, explanations, strict=True):
            if explanation:
                prediction["explanation"] = explanation
    return predictions


def answer(
    model: Model, reading: Reading, options: Options = PLAIN, held: Sequence[Fact | None] = ()
) -> Answers:
    """Answer all rows that were read, or none.

    Raises:
        InvalidRequestError: there are problems; lists them, up to MAX_PROBLEMS.
    """
    if reading.problems:
        raise refuse_problems(reading.problems)
    rows, most = len(reading.warnings), model.output.most_rows
    if most is not None and rows > most:
        problem = Problem(None, "instances", Fact("too_many_at_once", most=most))
        raise InvalidRequestError("too_many_masks", [problem], most=most)
    outputs = model.session.run(reading.tensors)
    held, read = held if any(held) else reading.held, (reading.tensors, reading.warnings)
    return Answers(model, *read, outputs, options, held=held, seen=reading.seen)


def draw(model: Model, instance: object, part: object = None) -> dict[str, Any]:
    """What the model sees of an instance, and what is said of how it was read; nothing is answered.

    Args:
        model: what sees it.
        instance: as it is asked about; with `part` the other parts need not be there.
        part: the one of several parts that is drawn.

    Returns:
        `{"drawing", "warnings", "reason"}`; the reason is there if the reading alone is one to
        abstain.

    Raises:
        InvalidRequestError: the instance has a problem, such instances are not drawn, or there is
            no such part.
    """
    inputs = model.inputs if part is None else model.inputs.narrow(part)
    reading = inputs.read([instance])
    if reading.problems:
        raise refuse_problems(reading.problems)
    drawing = inputs.draw(instance)
    if drawing is None:
        raise InvalidRequestError("not_drawn")
    held = reading.held[0] if reading.held else None
    return {
        "drawing": drawing,
        "warnings": list(reading.warnings[0]),
        **({"reason": held} if held else {}),
    }


def check_options(model: Model, options: Options, instances: int = 1) -> None:
    """Refuse what a model cannot give.

    Raises:
        InvalidRequestError: a coverage that it does not store, or more than MAX_EXPLAINED
            instances to explain.
    """
    if options.coverage is not None:
        if model.uncertainty is None:
            problem = Problem(None, "coverage", Fact("must_be_left_out"))
            raise InvalidRequestError("no_intervals", [problem])
        model.uncertainty.check(options.coverage)
    if options.explain and instances > MAX_EXPLAINED:
        problem = Problem(None, "instances", Fact("too_many_to_explain", most=MAX_EXPLAINED))
        raise InvalidRequestError("too_many_explained", [problem], most=MAX_EXPLAINED)


def explain(
    answers: Answers, instances: Sequence[object], budget: Budget
) -> list[dict[str, Any] | None]:
    """An explanation per row that has an answer, None for the others.

    Args:
        answers: to be explained.
        instances: as they were sent, one per row, or none.
        budget: what all explanations may take together.
    """
    from medmaas.model.explanation import explain as explain_rows  # noqa: PLC0415 - few ask for it

    rows = [row for row, decision in enumerate(answers.decisions) if decision.status == "ok"]
    explained: list[dict[str, Any] | None] = [None] * len(answers)
    if rows:
        some = {name: tensor[rows] for name, tensor in answers.tensors.items()}
        given = [instances[row] for row in rows] if instances else [{}] * len(rows)
        found = explain_rows(answers.model, some, given, budget)
        for row, explanation in zip(rows, found, strict=True):
            explained[row] = explanation
    return explained


def require_answers(answers: Answers) -> None:
    """Refuse to explain where the model abstains from any row, or was forced.

    Raises:
        InvalidRequestError: lists these rows.
    """
    problems = [
        Problem(row, None, Fact("nothing_to_explain", reason=reason))
        for row, reason in enumerate(answers.reasons)
        if reason
    ]
    if problems:
        raise InvalidRequestError("nothing_explained", problems)


def refuse_problems(problems: list[Problem]) -> InvalidRequestError:
    """The refusal of instances, for all of their problems."""
    if len(problems) <= MAX_PROBLEMS:
        return InvalidRequestError("nothing_predicted", problems, count=len(problems))
    first = problems[:MAX_PROBLEMS]
    return InvalidRequestError(
        "nothing_predicted_first", first, count=len(problems), first=MAX_PROBLEMS
    )
