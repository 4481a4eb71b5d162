"""How much of a drug was given, when, and whether at all."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmaas.errors import InvalidRequestError
from medmaas.fhir.bundle import read_bundle
from medmaas.fhir.evaluation import evaluate
from medmaas.fhir.record import MixedPatientsError
from medmaas.model.registry import Model
from tests.fhir.drugs import (
    GIVEN,
    HELD,
    NOT_GIVEN,
    OLD,
    PLAIN,
    WHEN,
    ask,
    behind,
    concept,
    dose,
    find_outcome,
    medication,
    quantity,
    say,
    state,
)
from tests.fhir.records import (
    DOCETAXEL,
    NOW,
    PEGFILGRASTIM,
    RXNORM,
    Resource,
    administration,
    bundle,
    course,
    observation,
    patient,
)

STATUSES = [
    ("completed", 100, 1.0),
    ("in-progress", 60, 0.6),
    ("stopped", 60, 0.6),
    ("on-hold", 60, 0.6),
    ("stopped", 0, None),
    ("not-done", 100, None),
    ("entered-in-error", 100, None),
    ("unknown", 100, HELD),
    ("COMPLETED", 100, HELD),
    ("stopped", None, HELD),
    ("in-progress", None, HELD),
]


@pytest.mark.parametrize(("status", "amount", "expected"), STATUSES)
def test_every_status_has_its_meaning(
    model: Model, status: str, amount: float | None, expected: Any
) -> None:
    given = administration("d1", DOCETAXEL, WHEN, amount or 0, status=status)
    if amount is None:
        del given["dosage"]
    evaluation = ask(model, given)
    if expected == HELD:
        assert find_outcome(evaluation) == HELD
        return
    shares = [row["dose"] for row in evaluation.case.instance["history"] if "dose" in row]
    assert shares == ([] if expected is None else [expected])
    assert ("MedicationAdministration/d1" in say(evaluation)) is (status != "completed")


PARTLY = {"status": "stopped", "dosage": {"dose": {"value": 3, "code": "mg"}}}


@pytest.mark.parametrize(("changes", "expected"), [(PARTLY, GIVEN), ({"status": "stopped"}, HELD)])
def test_a_growth_factor_that_was_stopped_counts_by_its_dose(
    model: Model, changes: Resource, expected: str
) -> None:
    given = administration("g1", PEGFILGRASTIM, WHEN)
    del given["dosage"]
    assert find_outcome(ask(model, dose(), given | changes), "gcsf") == expected


DOSES = [
    ({"dosage": quantity(0.1, "g/m2")}, 1.0),
    ({"dosage": quantity(180, "mg")}, 1.0),
    ({"dosage": quantity(0.18, "g")}, 1.0),
    ({"dosage": quantity(180_000, "ug")}, 1.0),
    ({"effectiveDateTime": "2026-02-08"}, 1.0),
    (
        {
            "effectiveDateTime": None,
            "effectivePeriod": {"start": WHEN, "end": "2026-02-08T12:00:00Z"},
        },
        1.0,
    ),
    ({"dosage": {"rateQuantity": {"value": 100, "code": "mg/h"}}}, HELD),
    ({"statusReason": [{"text": "refused"}]}, HELD),
    ({"modifierExtension": [{"url": "https://example.org/not", "valueBoolean": True}]}, HELD),
    ({"implicitRules": "https://example.org/rules"}, HELD),
    ({"partOf": [{"reference": "MedicationAdministration/d0"}]}, HELD),
    ({"partOf": [{"reference": "Procedure/p"}]}, 1.0),
    ({"effectiveDateTime": "2026-02"}, HELD),
    (
        {
            "effectiveDateTime": None,
            "effectivePeriod": {"start": "2026-02-01", "end": "2026-02-20"},
        },
        HELD,
    ),
]


@pytest.mark.parametrize(("changes", "expected"), DOSES)
def test_a_dose_is_read_as_it_was_given_or_holds_the_answer_back(
    model: Model, changes: Resource, expected: Any
) -> None:
    body = [observation("bsa", "8277-6", 1.8, "m2")]
    evaluation = ask(model, dose(**changes), *body)
    if expected == HELD:
        assert find_outcome(evaluation) == HELD
        return
    rows = evaluation.case.instance["history"]
    assert [row["dose"] for row in rows if "dose" in row] == [expected]


def test_doses_of_one_day_add_up_and_the_same_one_counts_once(model: Model) -> None:
    half = administration("d1", DOCETAXEL, WHEN, 50)
    second = administration("d2", DOCETAXEL, "2026-02-08T15:00:00Z", 25)
    for resources, expected in (((half, second), 0.75), ((half, half), 0.5), ((half,), 0.5)):
        rows = ask(model, *resources).case.instance["history"]
        assert [row["dose"] for row in rows if "dose" in row] == [expected]
    twice = ask(model, half, administration("d1", DOCETAXEL, WHEN, 75))
    assert find_outcome(twice) == HELD
    assert "it is there twice" in say(twice)


def test_what_was_given_after_the_moment_asked_for_is_left_aside_and_told(model: Model) -> None:
    later = administration("d2", DOCETAXEL, "2026-03-08T11:00:00Z")
    evaluation = ask(model, dose(), later)
    assert evaluation.prediction == ask(model, dose()).prediction
    assert "MedicationAdministration/d2 was not used: it is later than" in say(evaluation)


def test_an_infusion_that_still_runs_is_of_the_day_of_its_start(model: Model) -> None:
    going = {"start": "2026-03-01T08:30:00Z", "end": "2026-03-01T09:30:00Z"}
    given = dose(status="in-progress", effectiveDateTime=None, effectivePeriod=going)
    rows = ask(model, given).case.instance["history"]
    assert [row["day"] for row in rows if "dose" in row] == [0]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"effectiveDateTime": OLD}, NOT_GIVEN),
        ({"status": "not-done"}, NOT_GIVEN),
        ({"status": "entered-in-error"}, NOT_GIVEN),
        ({"effectiveDateTime": "2026-03-08T11:00:00Z"}, NOT_GIVEN),
        ({"effectiveDateTime": None}, HELD),
        ({"effectiveDateTime": "?"}, HELD),
    ],
)
def test_only_what_may_have_been_given_when_it_counts_holds_an_answer_back(
    model: Model, changes: Resource, expected: str
) -> None:
    assert find_outcome(ask(model, dose(medicationCodeableConcept=None, **changes))) == expected


def test_a_statement_is_no_administration_but_is_not_passed_by(model: Model) -> None:
    assert find_outcome(ask(model, state())) == HELD
    assert find_outcome(ask(model, state(status="not-taken"))) == NOT_GIVEN
    assert find_outcome(ask(model, state(effectiveDateTime=OLD))) == NOT_GIVEN
    filgrastim = concept((RXNORM, "68442"))
    assert find_outcome(ask(model, dose(), state(medicationCodeableConcept=filgrastim))) == HELD
    both = ask(model, dose(), state())
    assert both.prediction == ask(model, dose()).prediction
    assert "MedicationStatement/s1 was not used" in say(both)


PIECES = [
    *course()[:-1],
    administration("d1", DOCETAXEL, WHEN, 70),
    administration("d2", DOCETAXEL, "2026-02-08T15:00:00Z", 20, status="stopped"),
    behind("Medication/m1", id="d3", status="not-done"),
    dose(id="g1", medicationCodeableConcept=concept(text="Neulasta"), dosage=None),
    dose(id="o1", medicationCodeableConcept=concept(text="Ondansetron")),
    medication(),
    state(),
]
DOUBTS = [
    dose(id="u1", medicationCodeableConcept=None),
    dose(id="u2", medicationCodeableConcept=concept((RXNORM, "999999999"))),
    dose(id="u3", medicationCodeableConcept=None),
    administration("u4", DOCETAXEL, WHEN, 30),
    administration("u4", DOCETAXEL, WHEN, 40),
]


Read = Callable[[list[Resource]], tuple[object, ...]]


@pytest.fixture(scope="module")
def read(model: Model) -> Read:
    """An answer, and what was said of the record in no order."""

    def read_anyhow(resources: list[Resource]) -> tuple[object, ...]:
        found = evaluate(model, read_bundle(bundle(patient(), *resources)), NOW, PLAIN)
        case = found.case
        basis = sorted(case.basis, key=lambda one: (one.reference, one.feature))
        return found.prediction, case.held, set(case.notes), basis

    return read_anyhow


@given(order=st.permutations(range(len(PIECES) + len(DOUBTS))))
def test_no_order_of_a_record_changes_an_answer(read: Read, order: list[int]) -> None:
    shuffled = [[*PIECES, *DOUBTS][i] for i in order]
    assert read(shuffled) == read([*PIECES, *DOUBTS])
    clear = [one for one in shuffled if one not in DOUBTS]
    assert read(clear) == read(PIECES)


def test_what_is_too_old_may_be_broken_but_not_of_another(model: Model) -> None:
    old = dose(id="old", effectiveDateTime=OLD, dosage=5, status=[])
    none = dose(id="none", status="not-done", dosage=5)
    assert ask(model, dose(), old, none).prediction == ask(model, dose()).prediction
    with pytest.raises(MixedPatientsError):
        ask(model, dose(), old | {"subject": {"reference": "Patient/p2"}})


def test_tenths_add_up_to_the_full_dose(model: Model) -> None:
    bags = [administration(f"d{i}", DOCETAXEL, WHEN, share) for i, share in enumerate((70, 20, 10))]
    rows = ask(model, *bags).case.instance["history"]
    assert [row["dose"] for row in rows if "dose" in row] == [1.0]


def test_body_measures_of_one_moment_that_differ_are_refused_in_any_order(model: Model) -> None:
    heights = [observation(f"h{i}", "8302-2", 160 + 10 * i, "cm") for i in range(2)]
    weight = observation("w", "3141-9", 70, "kg")
    given = dose(dosage=quantity(180, "mg"))
    for some in (heights, heights[::-1]):
        with pytest.raises(InvalidRequestError) as refusal:
            ask(model, given, *some, weight)
        assert refusal.value.details[0].fact.code == "body_contradicts"
    assert find_outcome(ask(model, given, heights[0], weight)) == GIVEN
