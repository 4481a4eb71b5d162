"""How sure an answer is, and when there is none."""

from typing import Any

import numpy as np
import pytest

from medmaas.errors import InvalidRequestError
from medmaas.model import explanation
from medmaas.model.columns import Tensors
from medmaas.model.explanation.budget import Budget
from medmaas.model.manifest import (
    ClassesIntervals,
    Level,
    Strata,
    SurvivalIntervals,
    TensorDistance,
    Uncertainty,
)
from medmaas.model.options import Options
from medmaas.model.predict import answer, predict
from medmaas.model.registry import Model, Registry
from medmaas.words import ENGLISH
from tests.conftest import PATIENT, SHIPPED
from tests.model.judged import independent, judged_by, levels, unsure

FAR, NEAR = independent(-100), independent(1e6)
BOUNDS = SurvivalIntervals(levels=levels({0.9: 0.1, 0.8: 0.2, 0.95: 0.05}))
WITHOUT_CREATININE = PATIENT | {"creatinine": None}


@pytest.fixture(scope="module")
def survival(registry: Registry) -> Model:
    return judged_by(registry.get("survival"), None)


def test_a_patient_unlike_the_others_gets_no_answer_but_a_reason(survival: Model) -> None:
    (prediction,) = predict(judged_by(survival, unsure(distance=FAR, intervals=BOUNDS)), [PATIENT])
    assert prediction["status"] == "abstained"
    assert prediction["output"] is None
    assert "interval" not in prediction
    assert "unlike those the model learned from" in ENGLISH.say(prediction["reason"])


def test_that_there_is_no_answer_is_known_before_anyone_says_why(survival: Model) -> None:
    model = judged_by(survival, unsure(distance=FAR))
    answers = answer(model, model.inputs.read([PATIENT, PATIENT]))
    assert [decision.status for decision in answers.decisions] == ["abstained"] * 2
    assert "reasons" not in vars(answers)
    assert [reason and reason.code for reason in answers.reasons] == ["too_far"] * 2


def test_the_answer_can_be_forced_and_is_marked(survival: Model) -> None:
    model = judged_by(survival, unsure(distance=FAR, intervals=BOUNDS))
    (plain,) = predict(judged_by(survival, unsure(distance=NEAR, intervals=BOUNDS)), [PATIENT])
    (forced,) = predict(model, [PATIENT], Options(force=True))
    assert forced == plain | {"status": "forced", "reason": forced["reason"]}
    assert forced["reason"]


def test_what_is_sure_is_the_same_forced_or_not(survival: Model) -> None:
    model = judged_by(survival, unsure(distance=NEAR, intervals=BOUNDS))
    assert predict(model, [PATIENT], Options(force=True)) == predict(model, [PATIENT])


def test_a_model_that_was_never_measured_answers_as_it_always_did(survival: Model) -> None:
    (prediction,) = predict(survival, [PATIENT])
    assert list(prediction) == ["status", "output", "warnings"]


def test_too_many_missing_features_are_no_basis_for_an_answer(survival: Model) -> None:
    model = judged_by(survival, unsure(most_missing=0))
    whole, lacking = predict(model, [PATIENT, WITHOUT_CREATININE])
    assert whole["status"] == "ok"
    assert ENGLISH.say(lacking["reason"]) == "too many values are missing: 1, at most 0 may be"


def test_a_measurement_is_missing_from_a_history_if_no_row_has_it(registry: Registry) -> None:
    model = judged_by(registry.get("chemo_dose"), unsure(most_missing=3))
    (field,) = model.example
    rows = [{"day": -7, "anc": 4.8}, {"day": 0, "platelets": 245}]
    (known,) = predict(model, [{field: [*rows, {"day": 0, "anc": 5.2}]}])
    assert known["status"] == "ok"
    (lacking,) = predict(model, [{field: [{"day": -1, "anc": 4.8}, {"day": 0, "anc": 4}]}])
    assert ENGLISH.say(lacking["reason"]) == "too many values are missing: 4, at most 3 may be"


def test_the_first_of_several_reasons_is_given(registry: Registry) -> None:
    both = ClassesIntervals(levels=levels({0.9: 1.0}))
    model = registry.get("breast_fna")
    parts: dict[str, Any] = {"intervals": both, "largest_set": 1}
    far = independent(-100, len(model.example))
    (undecided,) = predict(judged_by(model, unsure(**parts)), [model.example])
    (unlike,) = predict(judged_by(model, unsure(**parts, distance=far)), [model.example])
    assert "undecided: to be right in 90% of cases it would have to name" in ENGLISH.say(
        undecided["reason"]
    )
    assert "unlike" in ENGLISH.say(unlike["reason"])


@pytest.mark.parametrize(("coverage", "labels"), [(0.9, 1), (0.95, 2)])
def test_a_model_is_undecided_by_its_first_coverage_whichever_is_asked_for(
    registry: Registry, coverage: float, labels: int
) -> None:
    sure_at_first = ClassesIntervals(levels=levels({0.9: 0.0, 0.95: 1.0}))
    model = registry.get("breast_fna")
    model = judged_by(model, unsure(intervals=sure_at_first, largest_set=1))
    (prediction,) = predict(model, [model.example], Options(coverage=coverage))
    assert prediction["status"] == "ok"
    assert len(prediction["interval"]["labels"]) == labels


def test_only_a_stored_coverage_can_be_asked_for(survival: Model) -> None:
    model = judged_by(survival, unsure(intervals=BOUNDS))
    bounds = [
        predict(model, [PATIENT], Options(coverage=c))[0]["interval"]["at_least_days"]
        for c in (0.8, 0.9, 0.95)
    ]
    assert bounds == sorted(bounds, reverse=True)
    assert len(set(bounds)) == 3
    with pytest.raises(InvalidRequestError, match="coverage_not_stored") as refused:
        predict(model, [PATIENT], Options(coverage=0.99))
    assert refused.value.fact.limits == {"coverages": ["0.8", "0.9", "0.95"]}
    assert refused.value.details[0].field == "coverage"


@pytest.mark.parametrize("uncertainty", [None, unsure(distance=NEAR)])
def test_no_coverage_can_be_asked_of_a_model_without_intervals(
    survival: Model, uncertainty: Uncertainty | None
) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        predict(judged_by(survival, uncertainty), [PATIENT], Options(coverage=0.9))
    assert refused.value.details[0].field == "coverage"


def test_without_being_asked_the_first_coverage_is_given(survival: Model) -> None:
    (prediction,) = predict(judged_by(survival, unsure(intervals=BOUNDS)), [PATIENT])
    assert prediction["interval"]["coverage"] == 0.9


def test_what_the_model_abstains_from_is_not_explained(survival: Model) -> None:
    model = judged_by(survival, unsure(most_missing=0))
    for force in (False, True):
        with pytest.raises(InvalidRequestError, match="nothing_explained") as refused:
            predict(model, [PATIENT, WITHOUT_CREATININE], Options(explain=True, force=force))
        (problem,) = refused.value.details
        assert problem.instance == 1
        assert ENGLISH.say(problem.fact).startswith(
            "has nothing to explain: too many values are missing"
        )


def test_explanations_get_the_time_that_was_asked_for_and_come_with_their_answers(
    survival: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explain(
        _model: Model, tensors: Tensors, instances: list[Any], budget: Budget
    ) -> list[dict[str, Any]]:
        (tensor,) = tensors.values()
        left = budget.seconds
        assert left is not None
        assert 0 < left <= 5
        return [
            {"age": i["age"], "read": float(r[0])} for i, r in zip(instances, tensor, strict=True)
        ]

    monkeypatch.setattr(explanation, "explain", explain)
    instances = [PATIENT, PATIENT | {"age": 80}]
    found = predict(survival, instances, Options(explain=True, explain_seconds=5))
    assert [p["explanation"] for p in found] == [{"age": 67, "read": 67}, {"age": 80, "read": 80}]
    assert [p["output"] for p in found] == [p["output"] for p in predict(survival, instances)]


def test_at_most_fifty_are_explained_at_once(survival: Model) -> None:
    with pytest.raises(InvalidRequestError, match="too_many_explained"):
        predict(survival, [PATIENT] * 51, Options(explain=True))


def test_strata_have_quantiles_of_their_own(survival: Model) -> None:
    by_age = SurvivalIntervals(
        levels=(Level(coverage=0.9, quantiles=(0.3, 0.01)),), strata=Strata(by="age", edges=(70,))
    )
    model = judged_by(survival, unsure(intervals=by_age))
    people = [PATIENT | {"age": age} for age in (69, 70)]
    days = [prediction["interval"]["at_least_days"] for prediction in predict(model, people)]
    alike = judged_by(survival, unsure(intervals=SurvivalIntervals(levels=levels({0.9: 0.3}))))
    (same,) = predict(alike, people[:1])
    assert days[0] == same["interval"]["at_least_days"]
    assert days[1] < days[0] / 5


def test_where_the_feature_of_the_strata_is_missing_the_most_careful_quantile_is_taken(
    survival: Model,
) -> None:
    strata = Strata(by="creatinine", edges=(1.0,))
    level = Level(coverage=0.9, quantiles=(0.3, 0.05))
    model = judged_by(survival, unsure(intervals=SurvivalIntervals(levels=(level,), strata=strata)))
    careful = judged_by(survival, unsure(intervals=SurvivalIntervals(levels=levels({0.9: 0.05}))))
    found, expected = (predict(m, [WITHOUT_CREATININE])[0] for m in (model, careful))
    assert found["interval"] == expected["interval"]


@pytest.mark.parametrize("model_id", SHIPPED)
def test_every_row_has_every_column_of_its_interval(registry: Registry, model_id: str) -> None:
    model = registry.get(model_id)
    assert model.uncertainty
    tensors = model.inputs.read([c.instance for c in model.manifest.golden.cases]).tensors
    outputs = model.session.run(tensors)
    table = model.uncertainty.tabulate(outputs, tensors, None)
    count = len(model.manifest.golden.cases)
    assert len(model.uncertainty.list_rows(table, None)) == count
    assert len(table.texts) == len(model.uncertainty.columns.texts)
    assert table.numbers.shape == (count, len(model.uncertainty.columns.numbers))
    assert [len(column) for column in table.texts] == [count] * len(table.texts)


@pytest.mark.parametrize("model_id", SHIPPED)
def test_an_instance_is_judged_alike_alone_and_among_others(
    registry: Registry, model_id: str
) -> None:
    model = registry.get(model_id)
    instances = [case.instance for case in model.manifest.golden.cases]
    assert predict(model, instances) == [predict(model, [one])[0] for one in instances]


def test_a_shield_is_not_lifted_by_force(registry: Registry) -> None:
    model = judged_by(registry.get("chemo_dose"), None)
    old = {"history": [{"day": -30, "anc": 2.0}]}
    (prediction,) = predict(model, [old], Options(force=True))
    assert prediction["status"] == "abstained"
    assert prediction["output"]["recommended"] is None


def test_a_manifest_that_cannot_be_so_is_refused(survival: Model) -> None:
    for wrong in (
        unsure(intervals=ClassesIntervals(levels=levels({0.9: 1.0}))),
        unsure(distance=independent(1, size=5)),
        unsure(distance=TensorDistance(tensor="nowhere", threshold=1)),
        unsure(
            intervals=SurvivalIntervals(
                levels=(Level(coverage=0.9, quantiles=(0.1, 0.2)),),
                strata=Strata(by="sex", edges=(1,)),
            )
        ),
        unsure(largest_set=1),
    ):
        with pytest.raises(ValueError, match="uncertainty"):
            judged_by(survival, wrong)


def test_a_correlation_that_none_can_have_makes_a_model_unavailable(survival: Model) -> None:
    impossible = np.full((6, 6), -1.0)
    np.fill_diagonal(impossible, 1.0)
    rows = tuple(map(tuple, impossible.tolist()))
    spec = independent(1).model_copy(update={"correlation": rows})
    with pytest.raises(ValueError, match="positive definite"):
        judged_by(survival, unsure(distance=spec))
