"""A record becomes what a model takes: by LOINC, by UCUM, by date."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmaas.fhir.bundle import read_bundle
from medmaas.fhir.case import Case
from medmaas.fhir.mapping import map_record
from medmaas.model.registry import Registry
from medmaas.words import ENGLISH
from tests.conftest import ROOT
from tests.fhir.records import (
    CREATININE,
    DOCETAXEL,
    KAPPA,
    LEUKOCYTES,
    NEUTROPHILS,
    PEGFILGRASTIM,
    PERCENT,
    Resource,
    administration,
    bundle,
    condition,
    course,
    light_chains,
    observation,
    patient,
)

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
SYNTHEA = ("buster", "clemente")


def say_notes(case: Case) -> list[str]:
    return [ENGLISH.say(note) for note in case.notes]


@pytest.fixture
def survival(registry: Registry) -> Any:
    def map_resources(*resources: Resource, who: Resource | None = None) -> Case:
        record = read_bundle(bundle(who or patient(), *resources))
        return map_record(registry.get("survival").manifest, record, NOW)

    return map_resources


@pytest.fixture
def chemo_dose(registry: Registry) -> Any:
    def map_resources(*resources: Resource, now: datetime = NOW) -> Case:
        record = read_bundle(bundle(patient(), *resources))
        return map_record(registry.get("chemo_dose").manifest, record, now)

    return map_resources


def test_the_newest_final_results_become_an_instance_in_the_models_units(survival: Any) -> None:
    older = observation("old", KAPPA, 99, "mg/L", "2025-12-01")
    case = survival(older, *light_chains())
    assert case.instance == {
        "age": 73,
        "sex": "F",
        "creatinine": pytest.approx(97 / 88.40, abs=1e-3),
        "kappa": 1.2,
        "lambda": 1.5,
        "mgus": False,
    }
    assert case.missing == ()


def test_the_basis_is_exactly_what_was_used(survival: Any) -> None:
    older = observation("old", KAPPA, 99, "mg/L", "2025-12-01")
    height = observation("height", "8302-2", 170, "cm")
    case = survival(older, height, *light_chains(), condition())
    assert {one.reference for one in case.basis} == {
        "Observation/kappa",
        "Observation/lambda",
        "Observation/creatinine",
        "Condition/c1",
    }
    by_feature = {one.feature: one for one in case.basis}
    assert (by_feature["kappa"].value, by_feature["kappa"].unit) == (1.2, "mg/dL")


def test_the_age_is_that_at_the_newest_result(survival: Any) -> None:
    day_before = [r | {"effectiveDateTime": "2025-06-14"} for r in light_chains()]
    birthday = [r | {"effectiveDateTime": "2025-06-15"} for r in light_chains()]
    assert survival(*day_before).instance["age"] == 72
    assert survival(*birthday).instance["age"] == 73


def test_a_birth_date_without_a_day_is_taken_and_said(survival: Any) -> None:
    case = survival(*light_chains(), who=patient(birthDate="1952"))
    assert case.instance["age"] == 74
    assert any("not exact to the day" in note for note in say_notes(case))


@pytest.mark.parametrize("status", ["preliminary", "entered-in-error", "registered", "cancelled"])
def test_a_result_that_is_not_final_is_passed_over_and_said(survival: Any, status: str) -> None:
    newer = observation("newer", KAPPA, 50, "mg/L", "2026-03-01T09:00:00+01:00", status=status)
    case = survival(newer, *light_chains())
    assert case.instance["kappa"] == 1.2
    assert any("Observation/newer was not used" in note for note in say_notes(case))


@pytest.mark.parametrize("status", ["final", "amended", "corrected"])
def test_final_amended_and_corrected_results_are_used(survival: Any, status: str) -> None:
    newer = observation("newer", KAPPA, 50, "mg/L", "2026-03-01T09:00:00+01:00", status=status)
    assert survival(newer, *light_chains()).instance["kappa"] == 5.0


def test_of_one_time_the_preferred_code_is_taken(survival: Any) -> None:
    other = observation("other", "80515-0", 50, "mg/L")
    for resources in ([other, *light_chains()], [*light_chains(), other]):
        assert survival(*resources).instance["kappa"] == 1.2


def test_a_result_that_is_too_old_is_missing_and_named_with_code_and_unit(survival: Any) -> None:
    kappa, lambda_, creatinine = light_chains()
    old = kappa | {"effectiveDateTime": "2025-02-28"}
    (lacking,) = survival(old, lambda_, creatinine).missing
    assert (lacking.feature, lacking.loinc[0], lacking.unit) == ("kappa", KAPPA, "mg/dL")
    assert "more than 365 days old" in ENGLISH.say(lacking.reason)


def test_what_the_model_can_do_without_is_left_out(survival: Any) -> None:
    kappa, lambda_, _ = light_chains()
    case = survival(kappa, lambda_)
    assert "creatinine" not in case.instance
    assert case.missing == ()


def test_without_a_patient_the_patient_is_what_is_missing(registry: Registry) -> None:
    record = read_bundle(bundle(*light_chains()))
    (lacking,) = map_record(registry.get("survival").manifest, record, NOW).missing
    assert lacking.resource_type == "Patient"


def test_a_patient_without_birth_date_or_gender_lacks_them(survival: Any) -> None:
    who = patient()
    del who["birthDate"], who["gender"]
    lacking = survival(*light_chains(), who=who).missing
    assert {(one.feature, one.resource_type) for one in lacking} == {
        ("age", "Patient"),
        ("sex", "Patient"),
    }


@pytest.mark.parametrize("status", ["confirmed", None])
def test_a_known_condition_counts(survival: Any, status: str | None) -> None:
    known = condition(status=status or "")
    if status is None:
        del known["verificationStatus"]
    assert survival(*light_chains(), known).instance["mgus"] is True


@pytest.mark.parametrize("status", ["refuted", "entered-in-error", "provisional", "differential"])
def test_a_condition_that_is_not_confirmed_does_not_count_and_is_said(
    survival: Any, status: str
) -> None:
    case = survival(*light_chains(), condition(status=status))
    assert case.instance["mgus"] is False
    assert any("Condition/c1 was not used" in note for note in say_notes(case))


def test_that_a_condition_is_not_in_the_record_is_said(survival: Any) -> None:
    assert any("mgus was taken as no" in note for note in say_notes(survival(*light_chains())))


def test_a_course_becomes_one_row_per_day(chemo_dose: Any) -> None:
    history = chemo_dose(*course()).instance["history"]
    assert [row["day"] for row in history] == [-28, -21, -14, -7, 0]
    assert history[1] == {"day": -21, "anc": 5.6, "platelets": 249, "wbc": 7.4, "dose": 1.0}


def test_neutrophils_are_made_of_leukocytes_and_their_percentage(chemo_dose: Any) -> None:
    when = "2026-03-01T07:00:00Z"
    case = chemo_dose(
        observation("wbc", LEUKOCYTES, 6.0, "10*3/uL", when),
        observation("percent", PERCENT, 55, "%", when),
    )
    assert case.instance["history"] == [{"day": 0, "wbc": 6.0, "anc": pytest.approx(3.3)}]
    assert {one.reference for one in case.basis} == {"Observation/wbc", "Observation/percent"}


def test_a_count_of_its_own_is_preferred_to_one_that_is_derived(chemo_dose: Any) -> None:
    when = "2026-03-01T07:00:00Z"
    case = chemo_dose(
        observation("percent", PERCENT, 55, "%", when),
        observation("wbc", LEUKOCYTES, 6.0, "10*3/uL", when),
        observation("anc", NEUTROPHILS, 3.1, "10*3/uL", when),
    )
    assert case.instance["history"][0]["anc"] == 3.1


def test_a_percentage_of_another_time_derives_nothing(chemo_dose: Any) -> None:
    case = chemo_dose(
        observation("wbc", LEUKOCYTES, 6.0, "10*3/uL", "2026-03-01T07:00:00Z"),
        observation("percent", PERCENT, 55, "%", "2026-02-28T07:00:00Z"),
    )
    assert [one.feature for one in case.missing] == ["anc"]


def test_a_dose_in_mg_is_a_share_by_body_surface(chemo_dose: Any) -> None:
    dose = administration("d1", DOCETAXEL, "2026-02-08T11:00:00Z", 135, "mg")
    measured = [
        observation("height", "8302-2", 172, "cm", "2019-01-01"),
        observation("weight", "29463-7", 68, "kg", "2026-02-01"),
    ]
    case = chemo_dose(*course()[:-1], dose, *measured)
    assert case.instance["history"][1]["dose"] == 0.75
    assert {"Observation/height", "Observation/weight"} <= {one.reference for one in case.basis}
    surface = observation("surface", "8277-6", 1.8, "m2")
    case = chemo_dose(*course()[:-1], dose, surface)
    assert case.instance["history"][1]["dose"] == 0.75


def test_growth_factors_are_read_by_day(chemo_dose: Any) -> None:
    given = administration("g1", PEGFILGRASTIM, "2026-02-08T15:00:00Z", 6, "mg")
    assert chemo_dose(*course(), given).instance["history"][1]["gcsf"] is True


def test_a_drug_that_was_not_given_does_not_count(chemo_dose: Any) -> None:
    *counts, dose = course()
    case = chemo_dose(*counts, dose | {"status": "not-done"})
    assert not any("dose" in row for row in case.instance["history"])
    assert any("MedicationAdministration/d1 was not used" in note for note in say_notes(case))
    assert any("dose was taken as not given" in note for note in say_notes(case))


def test_days_are_those_of_the_place_where_blood_was_taken(chemo_dose: Any) -> None:
    after_midnight = observation("anc", NEUTROPHILS, 4.0, "10*9/L", "2026-03-01T00:30:00+02:00")
    late = datetime(2026, 2, 28, 23, 0, tzinfo=UTC)
    elsewhere = late.astimezone(timezone(timedelta(hours=-5)))
    case = chemo_dose(after_midnight, now=late)
    assert [row["day"] for row in case.instance["history"]] == [0]
    assert chemo_dose(after_midnight, now=elsewhere).instance == case.instance


def test_more_days_than_the_model_takes_leave_the_newest_and_are_said(chemo_dose: Any) -> None:
    first = datetime(2025, 12, 1, 8, tzinfo=UTC)
    daily = [
        observation(f"a{i}", NEUTROPHILS, 4.0, "10*9/L", (first + timedelta(days=i)).isoformat())
        for i in range(90)
    ]
    case = chemo_dose(*daily)
    assert len(case.instance["history"]) == 64
    assert case.instance["history"][-1]["day"] == -1
    assert {one.reference for one in case.basis} == {f"Observation/a{i}" for i in range(26, 90)}
    assert any("only the newest 64 days" in note for note in say_notes(case))


@pytest.mark.parametrize("name", SYNTHEA)
def test_synthetic_patients_lack_what_the_models_need(registry: Registry, name: str) -> None:
    content = json.loads((ROOT / "tests" / "data" / "fhir" / f"{name}.json").read_text())
    record = read_bundle(content)
    at = datetime(2019, 6, 1, tzinfo=UTC)
    for model_id, needs in (("survival", {"kappa", "lambda"}), ("chemo_dose", {"anc"})):
        case = map_record(registry.get(model_id).manifest, record, at)
        assert {one.feature for one in case.missing} == needs
        assert all(one.loinc and one.unit for one in case.missing)


@given(st.permutations(range(20)))
def test_the_order_of_a_bundle_changes_nothing(order: list[int]) -> None:
    registry = _registry()
    resources = [patient(), *course(), condition(), *light_chains()][:20]
    whole = [resources[i] for i in order if i < len(resources)]
    for model_id in ("survival", "chemo_dose"):
        manifest = registry.get(model_id).manifest
        expected = map_record(manifest, read_bundle(bundle(*resources)), NOW)
        found = map_record(manifest, read_bundle(bundle(*whole)), NOW)
        assert found.instance == expected.instance
        assert set(found.basis) == set(expected.basis)


def _registry(kept: list[Registry] = []) -> Registry:  # noqa: B006 - one for all examples
    if not kept:
        kept.append(Registry(ROOT / "models"))
    return kept[0]


def test_codes_of_other_systems_are_not_loinc(survival: Any) -> None:
    kappa, lambda_, creatinine = light_chains()
    kappa["code"]["coding"][0]["system"] = "urn:oid:1.2.3"
    assert [one.feature for one in survival(kappa, lambda_, creatinine).missing] == ["kappa"]


def test_one_of_several_codings_is_enough(survival: Any) -> None:
    kappa, lambda_, creatinine = light_chains()
    kappa["code"]["coding"].insert(0, {"system": "urn:oid:1.2.3", "code": "K"})
    assert survival(kappa, lambda_, creatinine).instance["kappa"] == 1.2


def test_what_no_model_reads_may_be_broken(survival: Any) -> None:
    broken = [
        {"resourceType": "Observation", "status": 7, "code": "none"},
        {"resourceType": "Encounter", "period": "?"},
        observation("weight", "29463-7", 68, "kg", "no date"),
    ]
    assert survival(*broken, *light_chains()).instance["kappa"] == 1.2


def test_references_to_the_patient_come_in_every_form(survival: Any) -> None:
    for reference in ("Patient/p1", "Patient/p1/_history/3", "https://a.example/fhir/Patient/p1"):
        resources = [r | {"subject": {"reference": reference}} for r in light_chains()]
        assert survival(*resources).instance["kappa"] == 1.2


def test_creatinine_and_lambda_are_read_by_every_code(survival: Any) -> None:
    for code in (CREATININE, "38483-4", "14682-9"):
        resources = [*light_chains()[:2], observation("c", code, 1.1, "mg/dL")]
        assert survival(*resources).instance["creatinine"] == 1.1
    kappa, _, _ = light_chains()
    other = observation("lambda", "80516-8", 15, "mg/L")
    assert survival(kappa, other).instance["lambda"] == 1.5
