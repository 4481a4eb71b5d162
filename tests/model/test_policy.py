"""A recommendation stands behind the shield, whatever the model says."""

from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from medmaas.model.manifest import (
    Action,
    Hold,
    Limit,
    Number,
    Outcome,
    PolicyOutput,
    Quantity,
    Range,
    SeriesInput,
    Shield,
)
from medmaas.model.options import Options
from medmaas.model.outputs.policy import Policy, choose
from medmaas.model.predict import predict
from medmaas.model.registry import Registry
from medmaas.words import ENGLISH, speak

SERIES = SeriesInput(
    tensor="series",
    field="history",
    max_rows=9,
    features=tuple(
        Number(
            name=name,
            description=name,
            unit=unit,
            hard_range=Range(low=-400, high=1000),
            training_range=Range(low=-400, high=1000),
            missing=None if name == "day" else "not measured",
        )
        for name, unit in (("day", "d"), ("anc", "10*9/L"), ("platelets", "10*9/L"))
    ),
)
SPEC = PolicyOutput(
    tensor="risks",
    nadir_tensor="nadir",
    nadir=Quantity(name="anc", unit="10*9/L", description="Lowest neutrophil count."),
    actions=(
        Action(name="full", dose=1),
        Action(name="half", dose=0.5),
        Action(name="wait", dose=1, delay_days=7),
    ),
    outcomes=(
        Outcome(name="anc_below_0.5", description="Neutrophils below 0.5."),
        Outcome(name="platelets_below_50", description="Platelets below 50."),
    ),
    limit=Limit(outcome="anc_below_0.5", at_most=0.3),
    shield=Shield(
        holds=(Hold(feature="anc", below=1.0), Hold(feature="platelets", below=75)),
        count="anc",
        fewest_counts=2,
        oldest_days=3,
    ),
    grading="CTCAE v5.0",
    notice="Invented.",
)
POLICY = Policy(SPEC, SERIES)
HEALTHY = [[-7, 5.0, 200], [0, 4.0, 210]]
NAN = float("nan")


class Answer(NamedTuple):
    """A row of a table."""

    output: dict[str, Any]
    warnings: tuple[str, ...]
    barred: str | None


def recommend(history: list[list[float]], risks: tuple[float, float, float]) -> Answer:
    tensor = np.array([[[risk, 0.05] for risk in risks]], dtype=np.float32)
    nadirs = np.array([[0.4, 0.9, 1.5]], dtype=np.float32)
    blocks = np.array([[*history, [NAN] * 3]], dtype=np.float32)  # filled up, as in a batch
    table = POLICY.tabulate({"risks": tensor, "nadir": nadirs}, {"series": blocks})
    (output,), (warnings,), (barred,) = POLICY.list_rows(table), table.warnings, table.barred
    said = tuple(ENGLISH.say(fact) for fact in warnings)
    return Answer(speak(output, ENGLISH), said, ENGLISH.say(barred) if barred else None)


def option(answer: Answer, action: str) -> dict[str, Any]:
    (found,) = [o for o in answer.output["options"] if o["action"] == action]
    return dict(found)


def test_the_first_option_within_the_limit_is_recommended() -> None:
    assert recommend(HEALTHY, (0.3, 0.1, 0.1)).output["recommended"] == "full"
    assert recommend(HEALTHY, (0.31, 0.3, 0.1)).output["recommended"] == "half"


def test_every_option_has_its_risks_and_says_why() -> None:
    answer = recommend(HEALTHY, (0.5, 0.2, 0.1))
    assert option(answer, "full") == {
        "action": "full",
        "dose": 1,
        "delay_days": 0,
        "gcsf": False,
        "risks": {"anc_below_0.5": 0.5, "platelets_below_50": 0.05},
        "expected_nadir": {"name": "anc", "value": 0.4, "unit": "10*9/L"},
        "allowed": True,
        "within_limit": False,
        "why": "anc_below_0.5 is 0.50, above the limit of 0.3: not recommended",
        "code": "option_not_recommended",
        "limits": {
            "risk": {
                "code": "risk_above_limit",
                "limits": {"outcome": "anc_below_0.5", "risk": 0.5, "at_most": 0.3},
            }
        },
    }
    assert option(answer, "half")["why"] == (
        "anc_below_0.5 is 0.20, within the limit of 0.3: recommended, as the first such option"
    )
    assert option(answer, "wait")["why"] == (
        "anc_below_0.5 is 0.10, within the limit of 0.3: not recommended, for half comes first"
    )
    assert answer.output["limit"] == {"anc_below_0.5": 0.3}
    assert answer.output["grading"] == "CTCAE v5.0"
    assert answer.output["notice"] == "Invented."
    assert (answer.warnings, answer.barred) == ((), None)


def test_where_no_option_is_within_the_limit_the_least_risky_is_named_with_a_warning() -> None:
    answer = recommend(HEALTHY, (0.9, 0.6, 0.7))
    assert answer.output["recommended"] == "half"
    assert answer.output["least_bad"] is True
    assert answer.warnings == (
        "no option keeps the risk within the limit: "
        "the least bad one is recommended, not an acceptable one",
    )
    assert option(answer, "half")["why"] == (
        "anc_below_0.5 is 0.60, above the limit of 0.3: the least bad option, not an acceptable one"
    )
    assert option(answer, "full")["why"] == (
        "anc_below_0.5 is 0.90, above the limit of 0.3: not recommended, for half is less bad"
    )


def weigh(full: float, half: float, *, first: float) -> Answer:
    """An answer whose limit is on the second outcome: 0.05 of everyone, but as given here."""
    spec = SPEC.model_copy(update={"limit": Limit(outcome="platelets_below_50", at_most=0.3)})
    tensor = np.array([[[first, full], [first, half], [first, 0.9]]], dtype=np.float32)
    nadirs, blocks = np.ones((1, 3), np.float32), np.array([HEALTHY], np.float32)
    policy = Policy(spec, SERIES)
    table = policy.tabulate({"risks": tensor, "nadir": nadirs}, {"series": blocks})
    return Answer(speak(policy.list_rows(table)[0], ENGLISH), (), None)


@pytest.mark.parametrize("first", [0.3, 0.73])
def test_a_dose_is_never_within_the_limit_by_another_outcome_than_the_first(first: float) -> None:
    answer, within = weigh(0.2, 0.1, first=first), first <= 0.3
    assert answer.output["recommended"] == "full"
    assert answer.output["least_bad"] is not within
    assert option(answer, "full")["within_limit"] is within
    assert ("within" in option(answer, "full")["why"]) is within


@pytest.mark.parametrize(("platelets", "recommended"), [(0.1, "half"), (0.04, "full")])
def test_every_limit_holds_and_where_none_can_the_last_is_given_up_first(
    platelets: float, recommended: str
) -> None:
    """Platelets are at 0.2 after the full dose, at 0.05 after the others."""
    further = (Limit(outcome="platelets_below_50", at_most=platelets, reference="A choice."),)
    policy = Policy(SPEC.model_copy(update={"further_limits": further}), SERIES)
    tensor = np.array([[[0.3, 0.2], [0.2, 0.05], [0.25, 0.05]]], dtype=np.float32)
    nadirs, blocks = np.ones((1, 3), np.float32), np.array([HEALTHY], np.float32)
    table = policy.tabulate({"risks": tensor, "nadir": nadirs}, {"series": blocks})
    (output,) = policy.list_rows(table)
    assert output["recommended"] == recommended
    assert output["least_bad"] is (platelets < 0.05)
    assert output["limit"] == {"anc_below_0.5": 0.3, "platelets_below_50": platelets}
    (told,) = [o for o in speak(output, ENGLISH)["options"] if o["action"] == recommended]
    assert ("platelets_below_50 is 0.20, above" in told["why"]) is output["least_bad"]


def test_whether_a_rule_allows_an_option_and_whether_it_is_within_the_limit_are_two_things() -> (
    None
):
    answer = recommend([[-7, 5.0, 200], [0, 0.9, 200]], (0.1, 0.1, 0.6))
    found = {o["action"]: (o["allowed"], o["within_limit"]) for o in answer.output["options"]}
    assert found == {"full": (False, True), "half": (False, True), "wait": (True, False)}
    assert answer.output["least_bad"] is False, "a rule left nothing else"
    assert option(answer, "wait")["why"].endswith("recommended, for nothing else is allowed today")


@pytest.mark.parametrize(
    ("last", "why"),
    [
        ([0, 0.99, 200], "the last anc is below 1 10*9/L: no treatment today"),
        ([0, 4.0, 74], "the last platelets is below 75 10*9/L: no treatment today"),
    ],
)
def test_no_treatment_at_low_counts_whatever_the_model_says(last: list[float], why: str) -> None:
    answer = recommend([[-7, 5.0, 200], last], (0.0, 0.0, 1.0))
    assert answer.output["recommended"] == "wait"
    assert option(answer, "full")["allowed"] is False
    assert option(answer, "full")["why"] == why
    assert "delays treatment" in option(answer, "wait")["why"]


def test_a_low_count_is_a_hold_even_of_a_patient_unlike_all(registry: Registry) -> None:
    """Few nadirs, or none: the rule needs no model that knows such patients."""
    model = registry.get("chemo_dose")
    rows = [{"day": day, "anc": 90.0, "platelets": 9.0} for day in range(-60, 0, 20)]
    unlike, low = ({"history": [*rows, {"day": 0, "anc": n, "platelets": 200}]} for n in (4, 1.4))
    told, held = predict(model, [unlike, low])
    assert (told["reason"].code, held["reason"].code) == ("too_far", "held")
    assert (held["status"], held["output"]) == ("abstained", None)
    (forced,) = predict(model, [low], Options(force=True))
    assert (forced["status"], forced["reason"].code) == ("forced", "held")
    assert forced["output"]["recommended"] == "delay 7 days"


def test_the_limits_of_the_shield_themselves_allow_treatment() -> None:
    assert recommend([[-7, 5, 200], [0, 1.0, 75]], (0.1,) * 3).output["recommended"] == "full"


def test_the_last_known_platelets_hold_even_if_older_than_the_last_neutrophils() -> None:
    answer = recommend([[-7, 5, 50], [0, 4.0, NAN]], (0.1, 0.1, 0.1))
    assert answer.output["recommended"] == "wait"


@pytest.mark.parametrize(
    ("history", "reason"),
    [
        ([[0, 4.0, 200]], "fewer than 2 values of anc are known"),
        ([[-7, NAN, 200], [0, 4.0, 200]], "fewer than 2 values of anc are known"),
        ([[-9, 4.0, 200], [-3.1, 4, 200]], "the last anc is more than 3 days old"),
        ([[-9, 4.0, 200], [-7, 4, 200], [0, NAN, 9]], "the last anc is more than 3 days old"),
    ],
)
def test_there_is_no_recommendation_from_counts_too_few_or_too_old(
    history: list[list[float]], reason: str
) -> None:
    answer = recommend(history, (0.1, 0.1, 0.1))
    assert answer.barred == reason
    assert answer.output["recommended"] is None
    for found in answer.output["options"]:
        assert (found["allowed"], found["why"]) == (False, reason)


def test_a_count_of_exactly_the_oldest_age_is_recent_enough() -> None:
    assert recommend([[-9, 4, 200], [-3, 4, 200]], (0.1,) * 3).barred is None


chances = st.floats(0, 1)


@given(
    st.lists(st.tuples(st.booleans(), chances), min_size=1, max_size=6).map(
        lambda pairs: tuple(map(list, zip(*pairs, strict=True)))
    ),
    chances,
)
def test_what_is_chosen_is_allowed_and_no_allowed_option_before_it_was_within_the_limit(
    options: tuple[list[bool], list[float]], limit: float
) -> None:
    allowed, risks = options
    chosen = choose(allowed, [[risk <= limit] for risk in risks], risks)
    if chosen is None:
        assert not any(allowed)
        return
    assert allowed[chosen]
    if risks[chosen] <= limit:
        before = zip(allowed[:chosen], risks[:chosen], strict=True)
        assert not any(allow and risk <= limit for allow, risk in before)
    else:
        open_risks = [risk for allow, risk in zip(allowed, risks, strict=True) if allow]
        assert risks[chosen] == min(open_risks) > limit


def test_the_schema_names_the_actions_and_the_outcomes() -> None:
    schema = POLICY.json_schema()
    action, nobody = schema["properties"]["recommended"]["anyOf"]
    assert (action["enum"], nobody) == (["full", "half", "wait"], {"type": "null"})
    risks = schema["properties"]["options"]["items"]["properties"]["risks"]
    assert risks["required"] == ["anc_below_0.5", "platelets_below_50"]


def test_a_limit_of_no_outcome_is_refused() -> None:
    changed = SPEC.model_dump() | {"limit": {"outcome": "x", "at_most": 0.3}}
    with pytest.raises(ValidationError, match=r"limit\.outcome must be one of outcomes"):
        PolicyOutput.model_validate(changed)


@pytest.mark.parametrize(
    ("outcome", "why"),
    [("x", "further_limits must be one of outcomes"), ("anc_below_0.5", "must be unique")],
)
def test_a_further_limit_of_no_outcome_or_of_one_that_has_a_limit_is_refused(
    outcome: str, why: str
) -> None:
    changed = SPEC.model_dump() | {"further_limits": [{"outcome": outcome, "at_most": 0.3}]}
    with pytest.raises(ValidationError, match=why):
        PolicyOutput.model_validate(changed)
