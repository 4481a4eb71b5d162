"""Golden cases: a model proves on the machine that answers that it answers as its folder says.

Two steps. The graph must give the recorded tensors, within the tolerance, for machines differ in
the last bits. The recorded tensors must become the recorded answer, to the last decimal but one:
limits, shields and quantiles are applied to the same numbers everywhere.
"""

from collections.abc import Collection, Sequence
from math import isclose
from typing import Any

import numpy as np

from medmaas.errors import InvalidModelError
from medmaas.facts import Fact, as_json
from medmaas.model.answers import Answers, Decision, Prediction
from medmaas.model.columns import Tensors
from medmaas.model.folder import Model
from medmaas.model.inputs import Reading
from medmaas.model.manifest import GoldenAnswer, GoldenCase
from medmaas.model.options import Options

_ROUNDING = 2e-6  # answers have six decimals
_RELATIVE = 1e-6
_WORDING = {"why"}  # of an option; what follows from it, what is allowed and chosen, is compared


def reproduce_golden_cases(model: Model) -> None:
    """Raise InvalidModelError unless every golden case comes out right on this machine."""
    cases = model.manifest.golden.cases
    reading = _read([case.instance for case in cases], model)
    outputs = model.session.run(reading.tensors)
    for index, case in enumerate(cases):
        _require_tensors(model, index, case, outputs)
    stated = model.manifest.contract != 1
    answers = _answer(model, reading, _recall(model, cases, outputs) if stated else outputs)
    for index, (case, answer) in enumerate(zip(cases, answers, strict=True)):
        where = case.answer and find_difference(answer.model_dump(), case.answer.model_dump())
        if where:
            raise InvalidModelError("golden_answer_differs", case=index, where=where)


def state_golden_cases(model: Model) -> tuple[GoldenCase, ...]:
    """The golden cases of a model, with all tensors that answers need, and the answers.

    Raises:
        InvalidModelError: one is not a valid instance, or what the model gives cannot be so.
    """
    cases = model.manifest.golden.cases
    reading = _read([case.instance for case in cases], model)
    outputs = model.session.run(reading.tensors)
    _require_possible(model, outputs, reading.tensors)
    filled = [
        case.model_copy(update={"outputs": _list_tensors(model, index, outputs) | case.outputs})
        for index, case in enumerate(cases)
    ]
    answers = _answer(model, reading, _recall(model, filled, outputs))
    return tuple(
        case.model_copy(update={"answer": answer})
        for case, answer in zip(filled, answers, strict=True)
    )


def answer_instances(model: Model, instances: Sequence[dict[str, Any]]) -> list[GoldenAnswer]:
    """What a model answers on this machine, at every coverage that is stored.

    Raises:
        InvalidModelError: one is not a valid instance.
    """
    reading = _read(instances, model)
    return _answer(model, reading, model.session.run(reading.tensors))


def find_difference(now: Any, then: Any, where: str = "answer") -> str | None:  # noqa: ANN401 - JSON
    """Where an answer differs from the one that was recorded; None: nowhere that counts.

    Numbers may differ by their rounding. What is there now, but was not then, is of a later version
    of the service and no difference; nor is how it puts an option's reasons.
    """
    if now == then:
        return None
    pairs: dict[str, tuple[Any, Any]] = {}
    match now, then:
        case dict(), dict():
            compared = then if "action" not in then else then.keys() - _WORDING
            pairs = {f"{where}.{name}": (now.get(name, ...), then[name]) for name in compared}
        case [list() | tuple(), list() | tuple()] if len(now) == len(then):
            pairs = {f"{where}.{i}": pair for i, pair in enumerate(zip(now, then, strict=True))}
        case [int() | float(), int() | float()]:
            return None if isclose(now, then, rel_tol=_RELATIVE, abs_tol=_ROUNDING) else where
        case _:
            return where
    found = (find_difference(*pair, name) for name, pair in pairs.items())
    return next(filter(None, found), None)


def _read(instances: Sequence[dict[str, Any]], model: Model) -> Reading:
    reading = model.inputs.read(instances)
    if reading.problems:
        _, field, fact = reading.problems[0]  # of a library that is not here it is the cause, too
        problem = Fact("field_problem", field=field, problem=fact) if field else fact
        raise InvalidModelError("golden_case_invalid", problem=problem)
    return reading


def _require_tensors(model: Model, index: int, case: GoldenCase, outputs: Tensors) -> None:
    for name, expected in case.outputs.items():
        spec = model.manifest.output
        actual = spec.sample(name, outputs[name][index]) if name in outputs else np.empty(0)
        if actual.shape != (len(expected),):
            raise InvalidModelError("golden_case_of_other_shape", case=index, tensor=name)
        if not np.allclose(actual, expected, rtol=0, atol=model.manifest.golden.tolerance):
            raise InvalidModelError("golden_case_differs", case=index)


def _require_possible(model: Model, outputs: Tensors, inputs: Tensors) -> None:
    if not model.output.judges_itself:
        return
    for index, why in enumerate(model.output.tabulate(outputs, inputs).impossible):
        if why:
            raise InvalidModelError("golden_case_impossible", case=index, why=[why])


def _list_tensors(model: Model, index: int, outputs: Tensors) -> dict[str, tuple[float, ...]]:
    spec, names = model.manifest.output, model.manifest.tensors
    return {name: tuple(map(float, spec.sample(name, outputs[name][index]))) for name in names}


def _recall(model: Model, cases: Sequence[GoldenCase], outputs: Tensors) -> Tensors:
    """The tensors as they were recorded, in the place of those that the graph gives now."""
    spec = model.manifest.output
    recorded = {
        name: np.array(
            [
                spec.restore(name, np.array(case.outputs[name], now.dtype), now.shape[1:])
                for case in cases
            ]
        )
        for name, now in outputs.items()
        if all(name in case.outputs for case in cases)
    }
    return {**outputs, **recorded}


def _answer(model: Model, reading: Reading, outputs: Tensors) -> list[GoldenAnswer]:
    uncertainty = model.manifest.uncertainty
    intervals = uncertainty and uncertainty.intervals
    coverages = [level.coverage for level in intervals.levels] if intervals else [None]
    read, held = (reading.tensors, reading.warnings), reading.held
    more: Any = {"held": held, "seen": reading.seen}
    answers = Answers(model, *read, outputs, **more)
    at_each = [
        Answers(model, *read, outputs, Options(coverage=one, force=True), **more).list_rows()
        for one in coverages
    ]
    return [
        _state(decision, ground, list(rows), model.output.drawn)
        for decision, ground, *rows in zip(
            answers.decisions, answers.grounds, *at_each, strict=True
        )
    ]


def _state(
    decision: Decision, ground: Fact | None, at_each: list[Prediction], drawn: Collection[str]
) -> GoldenAnswer:
    first = at_each[0]
    output = {name: one for name, one in first["output"].items() if name not in drawn}
    return GoldenAnswer(
        status="ok" if decision.status == "ok" else "abstained",
        reason=as_json(ground),
        output=as_json(output),
        intervals=tuple(as_json(row["interval"]) for row in at_each if "interval" in row),
        warnings=tuple({"field": field} | as_json(fact) for _, field, fact in first["warnings"]),
    )
