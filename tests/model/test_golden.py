"""Which differences of a golden answer count."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmaas.errors import InvalidModelError
from medmaas.model.columns import Tensors
from medmaas.model.golden import find_difference, reproduce_golden_cases
from medmaas.model.predict import predict
from medmaas.model.registry import Registry
from medmaas.model.session import Session
from tests.conftest import SHIPPED

ANSWER: dict[str, Any] = {
    "status": "ok",
    "reason": None,
    "output": {"recommended": "100 %", "risk": 0.25, "days": [10, 20], "allowed": True},
    "warnings": [{"code": "missing", "limits": {"low": 0.1}}],
}


def change(**output: Any) -> dict[str, Any]:
    return ANSWER | {"output": ANSWER["output"] | output}


@pytest.mark.parametrize(
    ("now", "where"),
    [
        (ANSWER | {"status": "abstained"}, "answer.status"),
        (ANSWER | {"reason": {"code": "too_far"}}, "answer.reason"),
        (ANSWER | {"warnings": []}, "answer.warnings"),
        (ANSWER | {"warnings": [{"code": "outside", "limits": {"low": 0.1}}]}, "warnings.0.code"),
        (ANSWER | {"warnings": [{"code": "missing", "limits": {"low": 0.2}}]}, "0.limits.low"),
        (change(recommended="75 %"), "answer.output.recommended"),
        (change(recommended=None), "answer.output.recommended"),
        (change(risk=0.250003), "answer.output.risk"),
        (change(risk=float("nan")), "answer.output.risk"),
        (change(risk="0.25"), "answer.output.risk"),
        (change(days=[10, 21]), "answer.output.days.1"),
        (change(days=[10]), "answer.output.days"),
        (change(allowed=False), "answer.output.allowed"),
        (ANSWER | {"output": {"risk": 0.25}}, "answer.output.recommended"),
        (ANSWER | {"output": None}, "answer.output"),
    ],
)
def test_another_answer_is_named_by_its_place(now: dict[str, Any], where: str) -> None:
    assert (find_difference(now, ANSWER) or "").endswith(where)


def test_rounding_and_what_a_later_version_adds_are_no_difference() -> None:
    assert find_difference(ANSWER, ANSWER) is None
    assert find_difference(change(risk=0.250001), ANSWER) is None
    assert find_difference(change(days=(10.0, 20.0)), ANSWER) is None
    assert find_difference(change(more={"of": "this"}), ANSWER) is None


def test_how_a_reason_of_an_option_is_put_is_no_difference_but_what_follows_from_it_is() -> None:
    then = {"action": "100 %", "allowed": True, "why": {"code": "then", "limits": {}}}
    assert find_difference(then | {"why": {"code": "now", "limits": {}}}, then) is None
    assert find_difference(then | {"allowed": False}, then) == "answer.allowed"
    why = {"why": {"code": "then", "limits": {}}}
    assert find_difference({"why": {"code": "now", "limits": {}}}, why) == "answer.why.code"


@given(st.integers(0, 10**6), st.integers(3, 10**6))
def test_a_number_that_differs_before_its_last_decimal_is_noticed(then: int, apart: int) -> None:
    assert find_difference((then + apart) / 1e6, then / 1e6)


@pytest.mark.parametrize("model_id", SHIPPED)
def test_a_golden_answer_is_what_a_caller_gets(registry: Registry, model_id: str) -> None:
    model = registry.get(model_id)
    instances = [case.instance for case in model.manifest.golden.cases]
    for case, prediction in zip(
        model.manifest.golden.cases, predict(model, instances), strict=True
    ):
        assert case.answer
        assert case.answer.status == prediction["status"]
        if case.answer.status == "ok":
            assert case.answer.output.keys() <= prediction["output"].keys()
            assert prediction["interval"]["coverage"] == case.answer.intervals[0]["coverage"]
            assert case.answer.reason is None
        else:
            assert case.answer.reason
            told = prediction["reason"].code  # a golden case has the model's own, before any hold
            assert told in {case.answer.reason.code, "held"}


@pytest.mark.parametrize("model_id", SHIPPED)
def test_a_machine_whose_graph_gives_other_last_bits_answers_too(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, model_id: str
) -> None:
    """What is held against a golden answer is made of the recorded tensors, not of these."""
    model = registry.get(model_id)
    run = type(model.session).run

    def run_elsewhere(session: Session, inputs: Tensors) -> Tensors:
        return {name: tensor + 5e-6 for name, tensor in run(session, inputs).items()}

    monkeypatch.setattr(Session, "run", run_elsewhere)
    reproduce_golden_cases(model)
    monkeypatch.setattr(Session, "run", lambda *_: {n: t * 1.1 for n, t in run(*_).items()})
    with pytest.raises(InvalidModelError, match="golden_case_differs"):
        reproduce_golden_cases(model)
