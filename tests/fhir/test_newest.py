"""Which result counts: the newest that can be used, unless a newer one cannot."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmaas.errors import InvalidRequestError
from medmaas.fhir.answer import write_answer
from medmaas.fhir.bundle import read_bundle
from medmaas.fhir.case import Case, Evaluation
from medmaas.fhir.evaluation import evaluate
from medmaas.fhir.mapping import map_record
from medmaas.model.manifest import Cells, Manifest
from medmaas.model.options import PLAIN
from medmaas.model.registry import Registry
from medmaas.words import ENGLISH
from tests.conftest import ROOT
from tests.fhir.records import (
    CREATININE,
    KAPPA,
    LEUKOCYTES,
    NEUTROPHILS,
    NOW,
    PERCENT,
    PLATELETS,
    UCUM,
    Resource,
    bundle,
    condition,
    course,
    light_chains,
    observation,
    patient,
)

MODELS = Registry(ROOT / "models")
MORNING, NOON = "2026-03-01T08:00:00+01:00", "2026-03-01T09:30:00+01:00"
ABSENT = {"coding": [{"code": "error"}]}
ELSE = {"url": "https://example.org/negated", "valueBoolean": True}
UNUSABLE: dict[str, Resource] = {
    "a comparator": {
        "valueQuantity": {"value": 1, "comparator": "<", "system": UCUM, "code": "mg/L"}
    },
    "a unit that is not known": {"valueQuantity": {"value": 1, "unit": "drops"}},
    "a unit of something else": {"valueQuantity": {"value": 1, "system": UCUM, "code": "kg"}},
    "two units": {"valueQuantity": {"value": 1, "unit": "mg/dL", "system": UCUM, "code": "mg/L"}},
    "no unit": {"valueQuantity": {"value": 1}},
    "a preliminary status": {"status": "preliminary"},
    "an unknown status": {"status": "unknown"},
    "no value": {"valueQuantity": None, "dataAbsentReason": ABSENT},
    "a value in words": {"valueQuantity": None, "valueString": "below detection"},
    "a modifier": {"modifierExtension": [ELSE]},
    "rules of its own": {"implicitRules": "https://example.org/rules"},
    "a broken element": {"valueQuantity": {"value": "1", "system": UCUM, "code": "mg/L"}},
    "a time without offset": {"effectiveDateTime": "2026-03-01T09:30:00"},
    "no time": {"effectiveDateTime": None},
}


def make_manifest(model_id: str, **worse: str | None) -> Manifest:
    """The manifest of a model whose features say which values are worse."""
    return change_features(model_id, "worse", **worse)


def change_features(model_id: str, key: str, **values: object) -> Manifest:
    """The manifest of a model with other values of a key, by feature, None of the others."""
    manifest = MODELS.get(model_id).manifest
    features = tuple(
        one.model_copy(update={key: values.get(one.name)}) for one in manifest.input.named_features
    )
    spec = manifest.input.model_copy(update={"features": features})
    return manifest.model_copy(update={"input": spec})


def read(
    model_id: str, *resources: Resource, manifest: Manifest | None = None, **options: Any
) -> Case:
    record = read_bundle(bundle(patient(), *resources))
    return map_record(manifest or MODELS.get(model_id).manifest, record, NOW, **options)


def clean(resource: Resource, **changes: Any) -> Resource:
    return {name: value for name, value in (resource | changes).items() if value is not None}


def say_all(facts: Any) -> str:
    return "; ".join(map(ENGLISH.say, facts))


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_required_result_that_cannot_be_used_is_not_replaced_by_an_older_one(name: str) -> None:
    kappa = observation("newer", KAPPA, 50, "mg/L", NOON)
    case = read("survival", clean(kappa, **UNUSABLE[name]), *light_chains())
    assert "the newest result of kappa, Observation/newer, cannot be used" in say_all(case.held)


@pytest.mark.parametrize("name", UNUSABLE)
def test_an_optional_result_that_cannot_be_used_counts_as_missing_and_is_told(name: str) -> None:
    creatinine = observation("newer", CREATININE, 1.4, "mg/dL", NOON)
    case = read("survival", clean(creatinine, **UNUSABLE[name]), *light_chains())
    assert "creatinine" not in case.instance
    assert "creatinine counts as missing: its newest result" in say_all(case.warnings)
    assert case.held == ()


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_count_that_the_shield_rests_on_holds_the_answer_back(name: str) -> None:
    when = "2026-03-01T08:30:00Z"
    for code, unit in ((NEUTROPHILS, "10*3/uL"), (PLATELETS, "10*9/L")):
        newest = clean(observation("newest", code, 0.1, unit, when), **UNUSABLE[name])
        case = read("chemo_dose", *course(), newest)
        assert "Observation/newest, cannot be used" in say_all(case.held)


@pytest.mark.parametrize("name", sorted(set(UNUSABLE) - {"no time"}))
def test_an_older_result_that_cannot_be_used_costs_only_itself(name: str) -> None:
    times = {"effectiveDateTime": "2026-02-01T08:00:00"} if "offset" in name else {}
    for code in (KAPPA, CREATININE):
        old = observation("older", code, 50, "mg/L", "2026-02-01T08:00:00Z")
        case = read("survival", clean(old, **(UNUSABLE[name] | times)), *light_chains())
        assert (case.instance["kappa"], case.held, case.warnings) == (1.2, (), ())
        assert case.instance["creatinine"] == pytest.approx(1.097, abs=1e-3)
        assert "Observation/older was not used" in say_all(case.notes)


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled"])
def test_a_result_that_was_taken_back_leaves_the_one_before(status: str) -> None:
    newer = observation("newer", KAPPA, 50, "mg/L", NOON, status=status)
    case = read("survival", newer, *light_chains())
    assert (case.instance["kappa"], case.held) == (1.2, ())
    assert "Observation/newer was not used" in say_all(case.notes)


def test_a_result_that_was_taken_back_may_be_of_any_time() -> None:
    error = observation("e", KAPPA, 50, "mg/L", "2062-03-01", status="entered-in-error")
    assert read("survival", error, *light_chains()).instance["kappa"] == 1.2


def test_a_result_about_somebody_else_leaves_the_patients_own() -> None:
    focus = [{"reference": "RelatedPerson/donor"}]
    case = read(
        "survival", observation("newer", KAPPA, 50, "mg/L", NOON, focus=focus), *light_chains()
    )
    assert (case.instance["kappa"], case.held) == (1.2, ())
    assert "it is not about the patient" in say_all(case.notes)
    own = observation("newer", KAPPA, 50, "mg/L", NOON, focus=[{"reference": "Patient/p1"}])
    assert read("survival", own, *light_chains()).instance["kappa"] == 5.0


def test_a_test_that_is_only_registered_leaves_the_one_before() -> None:
    newer = clean(
        observation("newer", KAPPA, 0, "mg/L", NOON, status="registered"), valueQuantity=None
    )
    case = read("survival", newer, *light_chains())
    assert (case.instance["kappa"], case.held) == (1.2, ())


def test_a_result_without_a_time_is_old_if_it_was_issued_before() -> None:
    undated = clean(
        observation("undated", KAPPA, 50, "mg/L", issued="2026-02-01T08:00:00Z"),
        effectiveDateTime=None,
    )
    case = read("survival", undated, *light_chains())
    assert (case.instance["kappa"], case.held) == (1.2, ())


def test_a_comparator_is_its_bound_where_all_that_is_worse_is_forbidden_as_well() -> None:
    below = {"value": 0.1, "comparator": "<", "system": UCUM, "code": "10*3/uL"}
    newest = observation("newest", NEUTROPHILS, 0, "", "2026-03-01T08:30:00Z", valueQuantity=below)
    case = read("chemo_dose", *course(), newest)
    assert case.held == ()
    assert case.instance["history"][-1]["anc"] == 0.1
    assert "only known to be beyond a limit" in say_all(case.warnings)


@pytest.mark.parametrize(
    ("worse", "comparator", "value"),
    [
        ("low", "<", 2.0),
        ("low", ">", 0.1),
        ("high", "<", 0.1),
        ("high", ">", 100),
        (None, "<", 0.1),
    ],
)
def test_a_comparator_that_may_hide_a_better_or_an_allowed_value_holds_back(
    worse: str | None, comparator: str, value: float
) -> None:
    manifest = make_manifest("chemo_dose", anc=worse)
    beyond = {"value": value, "comparator": comparator, "system": UCUM, "code": "10*3/uL"}
    newest = observation("newest", NEUTROPHILS, 0, "", "2026-03-01T08:30:00Z", valueQuantity=beyond)
    assert len(read("chemo_dose", *course(), newest, manifest=manifest).held) == 1


def test_a_comparator_beyond_what_any_patient_has_is_refused_as_its_bound() -> None:
    manifest = make_manifest("survival", kappa="high")
    beyond = {"value": 2000, "comparator": ">", "system": UCUM, "code": "mg/L"}
    newest = observation("newest", KAPPA, 0, "", NOON, valueQuantity=beyond)
    case = read("survival", *light_chains(), newest, manifest=manifest)
    assert (case.instance["kappa"], case.held) == (200, ())


@pytest.mark.parametrize(
    ("comparator", "value", "unit", "code"),
    [
        ("<", 3, "mg/L", "bound_learned"),
        ("<=", 0.3, "mg/dL", "bound_learned"),
        (">=", 200, "mg/L", "bound_learned"),
        ("<", 4, "mg/L", "newest_unusable"),
        (">", 190, "mg/L", "newest_unusable"),
        (">", 3, "mg/L", "newest_unusable"),
        ("ad", 300, "mg/L", "newest_unusable"),
        ("<", 3, "mmHg", "newest_unusable"),
    ],
)
def test_a_comparator_is_its_bound_where_the_model_learned_it_so(
    comparator: str, value: float, unit: str, code: str
) -> None:
    cells = Cells(below=0.3, above=20)
    manifest = change_features("survival", "cells", kappa=cells, **{"lambda": cells})
    beyond = {"value": value, "comparator": comparator, "system": UCUM, "code": unit}
    newest = observation("newest", KAPPA, 0, "", NOON, valueQuantity=beyond)
    case = read("survival", *light_chains(), newest, manifest=manifest)
    assert [fact.code for fact in (*case.held, *case.warnings)] == [code]
    used = 0.3 if comparator in {"<", "<="} else 20
    assert case.instance["kappa"] == (used if code == "bound_learned" else 1.2)
    assert "bound_learned" not in [
        fact.code for fact in read("survival", *light_chains(), newest).warnings
    ]


@pytest.mark.parametrize("status", ["corrected", "amended"])
def test_of_one_moment_a_corrected_result_beats_a_final_one(status: str) -> None:
    other = observation("other", KAPPA, 45, "mg/L", MORNING, status=status)
    for resources in ([other, *light_chains()], [*light_chains(), other]):
        case = read("survival", *resources)
        assert (case.instance["kappa"], case.held) == (4.5, ())


def test_of_one_moment_and_status_the_later_issue_counts() -> None:
    first, *others = light_chains()
    first |= {"issued": "2026-03-01T08:30:00+01:00"}
    later = observation("later", KAPPA, 45, "mg/L", MORNING, issued="2026-03-01T08:00:00Z")
    for resources in ([first, later, *others], [later, *others, first]):
        assert read("survival", *resources).instance["kappa"] == 4.5


def test_a_required_result_that_contradicts_itself_is_refused() -> None:
    other = observation("other", KAPPA, 45, "mg/L", MORNING)
    for resources in ([other, *light_chains()], [*light_chains(), other]):
        with pytest.raises(InvalidRequestError) as refusal:
            read("survival", *resources)
        (problem,) = refusal.value.details
        assert ENGLISH.say(problem.fact).startswith(
            "Observation/kappa and Observation/other are of one time and contradict each other"
        )


def test_an_optional_result_that_contradicts_itself_counts_as_missing() -> None:
    other = observation("other", CREATININE, 3, "mg/dL", MORNING)
    case = read("survival", other, *light_chains())
    assert "creatinine" not in case.instance
    assert "creatinine counts as missing: Observation/creatinine and" in say_all(case.warnings)


def test_a_day_without_a_time_may_be_later_than_any_time_of_it() -> None:
    day = observation("day", KAPPA, 45, "mg/L", "2026-03-01")
    with pytest.raises(InvalidRequestError):
        read("survival", day, *light_chains())
    same = observation("day", KAPPA, 12, "mg/L", "2026-03-01")
    assert read("survival", same, *light_chains()).instance["kappa"] == 1.2


def test_one_moment_is_one_moment_in_every_time_zone() -> None:
    elsewhere = observation("other", KAPPA, 45, "mg/L", "2026-02-28T21:00:00-10:00")
    with pytest.raises(InvalidRequestError):
        read("survival", elsewhere, *light_chains())


def test_equal_results_of_one_moment_are_one() -> None:
    again = observation("again", KAPPA, 1.2, "mg/dL", MORNING)
    case = read("survival", again, *light_chains())
    assert case.instance["kappa"] == 1.2
    assert [one.reference for one in case.basis if one.feature == "kappa"] == ["Observation/again"]


def test_days_of_a_course_that_contradict_themselves_are_left_out_and_told() -> None:
    other = observation("other", NEUTROPHILS, 3.0, "10*3/uL", "2026-02-15T08:00:00Z")
    case = read("chemo_dose", *course(), other)
    assert "anc" not in case.instance["history"][2]
    assert "contradict each other were left out" in say_all(case.notes)


def test_a_share_of_a_count_that_cannot_be_used_holds_back_as_the_count_would() -> None:
    when = "2026-03-01T08:30:00Z"
    wbc = observation("w", LEUKOCYTES, 0.6, "10*3/uL", when)
    percent = observation("p", PERCENT, 10, "%", when, status="preliminary")
    assert "Observation/p" in say_all(read("chemo_dose", *course(), wbc, percent).held)


def test_later_results_are_left_aside_where_a_moment_of_the_past_is_asked_for() -> None:
    later = [
        observation("later", KAPPA, 99, "mg/L", "2026-04-01"),
        condition(recordedDate="2026-04-01"),
    ]
    case = read("survival", *later, *light_chains(), leave_later=True)
    assert (case.instance["kappa"], case.instance["mgus"]) == (1.2, False)
    assert "2 results, diagnoses or documents later than the moment" in say_all(case.warnings)


def test_a_warning_stands_at_the_head_of_the_answer() -> None:
    creatinine = observation("newer", CREATININE, 1.4, "drops", NOON)
    record = read_bundle(bundle(patient(), creatinine, *light_chains()))
    answer = write_answer(evaluate(MODELS.get("survival"), record, NOW, PLAIN))
    assert answer["note"][0]["text"].startswith("creatinine counts as missing")


EVENTS = [
    *light_chains(),
    *course()[-7:],
    condition(),
    condition(status="refuted", id="c2"),
    observation("k2", KAPPA, 45, "mg/L", MORNING, status="corrected"),
    observation("k3", KAPPA, 45, "mg/L", MORNING, status="corrected"),
    observation("c2", CREATININE, 1.4, "mg/dL", NOON, status="preliminary"),
    observation("c3", CREATININE, 1.4, "drops", NOON),
    observation("w2", LEUKOCYTES, 5.0, "10*3/uL", "2026-03-01"),
    observation("p2", PLATELETS, 90, "G/L", "2026-03-01T08:30:00Z"),
    {"resourceType": "OperationOutcome", "issue": [{"code": "suppressed"}, {"code": "timeout"}]},
]  # fmt: skip


@given(st.permutations(EVENTS), st.sampled_from(["survival", "chemo_dose"]))
def test_no_order_of_a_record_changes_what_it_says(order: list[Resource], model_id: str) -> None:
    def answer(resources: list[Resource]) -> Any:
        found: Evaluation = evaluate(
            MODELS.get(model_id), read_bundle(bundle(patient(), *resources)), NOW, PLAIN
        )
        return write_answer(found)

    assert answer(order) == answer(EVENTS)
