"""Which drug a record names, and what follows where that cannot be told."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmaas.errors import InvalidRequestError
from medmaas.fhir.bundle import read_bundle, read_prefetch
from medmaas.fhir.case import Evaluation
from medmaas.fhir.evaluation import evaluate
from medmaas.fhir.record import MixedPatientsError
from medmaas.model.options import Options
from medmaas.model.registry import Model, Registry
from medmaas.words import ENGLISH
from tests.cds_hooks.calls import searchset
from tests.fhir.records import (
    DOCETAXEL,
    NOW,
    PEGFILGRASTIM,
    RXNORM,
    SNOMED,
    Resource,
    administration,
    bundle,
    course,
    observation,
    patient,
)

ATC = "http://www.whocc.no/atc"
WHEN = "2026-02-08T11:00:00Z"
PLAIN = Options()
GIVEN, NOT_GIVEN, HELD = "given", "not given", "held"


@pytest.fixture(scope="module")
def model(registry: Registry) -> Model:
    return registry.get("chemo_dose")


def ask(model: Model, *resources: Resource) -> Evaluation:
    *counts, _ = course()
    return evaluate(model, read_bundle(bundle(patient(), *counts, *resources)), NOW, PLAIN)


def dose(**changes: Any) -> Resource:
    """An administration of 100 mg/m2 of what the changes name."""
    given = administration("d1", DOCETAXEL, WHEN) | changes
    return {name: value for name, value in given.items() if value is not None}


def concept(*codings: tuple[str, str] | tuple[str, str, str], text: str | None = None) -> Resource:
    named: Resource = {
        "coding": [dict(zip(("system", "code", "display"), one, strict=False)) for one in codings]
    }
    return named | ({"text": text} if text else {})


def behind(reference: Any, **changes: Any) -> Resource:
    refers = {"reference": reference} if isinstance(reference, str) else reference
    return dose(medicationCodeableConcept=None, medicationReference=refers) | changes


def medication(name: str = "m1", **changes: Any) -> Resource:
    code = concept((RXNORM, DOCETAXEL))
    found = {"resourceType": "Medication", "id": name, "code": code} | changes
    return {name: value for name, value in found.items() if value is not None}


def find_outcome(evaluation: Evaluation, feature: str = "dose") -> str:
    assert evaluation.prediction is not None
    if evaluation.case.held:
        assert evaluation.prediction["status"] == "abstained"
        return HELD
    rows = evaluation.case.instance["history"]
    return GIVEN if any(feature in row for row in rows) else NOT_GIVEN


def say(evaluation: Evaluation) -> str:
    return "\n".join(map(ENGLISH.say, (*evaluation.case.held, *evaluation.case.notes)))


CONCEPTS = [
    # codes of the ingredient and of products, however their terminology is spelled
    (concept((RXNORM, "1860480")), GIVEN),
    (concept((RXNORM, "1860482")), HELD),  # a product that no table has
    (concept((RXNORM, "1860482", "1 ML docetaxel 20 MG/ML Injection [Taxotere]")), GIVEN),
    (concept((RXNORM.replace("http:", "https:"), DOCETAXEL)), GIVEN),
    (concept((f"{RXNORM}/", DOCETAXEL)), GIVEN),
    (concept(("urn:oid:2.16.840.1.113883.6.88", DOCETAXEL)), GIVEN),
    (concept((ATC, "L01CD02")), GIVEN),
    (concept(("http://fhir.de/CodeSystem/bfarm/atc", "l01cd02")), GIVEN),
    (concept(("urn:oid:2.16.840.1.113883.6.73", "L01CD02")), GIVEN),
    (concept((SNOMED, "386918005")), GIVEN),
    (concept(("https://snomed.info/sct/900000000000207008/version/20240101", "386918005")), GIVEN),
    (concept(("urn:local", "4711"), (RXNORM, DOCETAXEL)), GIVEN),
    (concept((RXNORM, "999999999"), (RXNORM, DOCETAXEL)), GIVEN),
    # names, at the head of a display or text
    (concept(text="docetaxel"), GIVEN),
    (concept(text="  DOCETAXEL 20 mg/ml "), GIVEN),
    (concept((RXNORM, "999999999", "1 ML DOCE\u200btaxel 20 MG/ML Injection")), GIVEN),
    (concept(("urn:local", "4711", "Taxotere 80 mg")), GIVEN),
    (
        concept(text="Docetaxel Accord 20 mg/ml Konzentrat zur Herstellung einer Infusionslösung"),
        GIVEN,
    ),
    (concept(text="多西他赛注射液"), GIVEN),
    (concept(text="注射用多西紫杉醇 20mg"), GIVEN),
    (concept(("http://fhir.de/CodeSystem/ifa/pzn", "01234567", "Docetaxel")), GIVEN),
    # other drugs
    (concept((ATC, "N02BE01")), NOT_GIVEN),
    (concept((RXNORM, "26225", "ondansetron")), NOT_GIVEN),
    (concept(text="Dexamethason 8 mg"), NOT_GIVEN),
    (concept(text="地塞米松片"), NOT_GIVEN),
    (concept((ATC, "H02AB02"), text="dexamethasone before docetaxel"), NOT_GIVEN),
    # what cannot be told
    ({}, HELD),
    ("docetaxel", HELD),
    (concept(text="see note"), HELD),
    (concept((RXNORM, "999999999")), HELD),
    (concept((RXNORM, "999999999", "unknown")), HELD),
    (concept(("urn:local", "4711")), HELD),
    (
        concept(("http://terminology.hl7.org/CodeSystem/data-absent-reason", "unknown", "Unknown")),
        HELD,
    ),
    (concept((ATC, "L01CD02"), (ATC, "N02BE01")), HELD),
    (concept((ATC, "N02BE01"), text="docetaxel"), HELD),
    (concept((RXNORM, "26225", "ondansetron"), text="docetaxel"), HELD),
    (concept((RXNORM, DOCETAXEL), (RXNORM, "26225", "ondansetron")), HELD),
    (concept((RXNORM, DOCETAXEL), ("urn:local", "4711", "Bag 500 ml")), GIVEN),
    (concept((RXNORM, DOCETAXEL), (RXNORM, "999999999", "Docetaxel 20 MG")), GIVEN),
    (concept((RXNORM, DOCETAXEL), (RXNORM, PEGFILGRASTIM)), HELD),
    (concept((RXNORM, DOCETAXEL), text="paclitaxel 80 mg/m2"), HELD),
    (concept((ATC, "L01CD")), HELD),
    (concept(text="Chemotherapy cycle 2"), HELD),
    (concept(text="化疗"), HELD),
    (concept(text="no docetaxel today"), HELD),
    (concept(text="docetaxel not given"), HELD),
    (concept(text="docetaxel allergy"), HELD),
    (concept(text="premedication for docetaxel"), HELD),
    (concept(text="Docetaxel-Prämedikation"), HELD),
    (concept(text="Docetaxelinfusion"), HELD),
    (concept(text="白蛋白结合型多西他赛"), HELD),
    (concept(text="docetaxel and paclitaxel"), HELD),
    (concept(text="Docetaxel / cyclophosphamide"), HELD),
    (concept(text="docetaxal 20 mg/ml"), HELD),
    (concept(text="TCHP cycle 3"), HELD),
    (concept(text="Taxotere 80 mg / 4 ml"), GIVEN),
    (concept(text="ドセタキセル水和物"), GIVEN),
    # another drug of the class, which the model never learned from
    (concept((ATC, "L01CD01")), HELD),
    (concept(text="nab-paclitaxel 125 mg/m2"), HELD),
]


@pytest.mark.parametrize(("named", "expected"), CONCEPTS, ids=[str(one) for one, _ in CONCEPTS])
def test_a_drug_is_told_by_its_codes_or_name(model: Model, named: Any, expected: str) -> None:
    assert find_outcome(ask(model, dose(medicationCodeableConcept=named))) == expected


GROWTH_FACTORS = [
    (concept((RXNORM, "727539")), GIVEN),
    (concept((RXNORM, "2048025")), GIVEN),
    (concept((SNOMED, "385544005")), GIVEN),
    (concept((ATC, "L03AA13")), GIVEN),
    (concept(text="pegfilgrastim-jmdb 6 mg/0.6 ml"), GIVEN),
    (concept(text="Neulasta 6 mg Fertigspritze"), GIVEN),
    (concept(text="PEG-Filgrastim"), GIVEN),
    (concept(text="聚乙二醇化重组人粒细胞刺激因子注射液"), GIVEN),
    (concept(text="培非格司亭注射液"), GIVEN),
    (concept((RXNORM, "68442")), HELD),
    (concept((RXNORM, "1440046")), HELD),
    (concept((ATC, "L03AA02")), HELD),
    (concept((ATC, "L03AA14")), HELD),
    (concept((ATC, "L03AA")), HELD),
    (concept(text="filgrastim 300 ug"), HELD),
    (concept(text="Lipegfilgrastim (Lonquex)"), HELD),
    (concept(text="重组人粒细胞刺激因子注射液"), HELD),
    (concept(text="硫培非格司亭注射液"), HELD),
    (concept(text="G-CSF"), HELD),
    (concept(text="filgastrim 300 ug"), HELD),
    (concept(text="津优力 3 mg"), HELD),
    (concept((RXNORM, PEGFILGRASTIM), text="filgrastim"), HELD),
]


@pytest.mark.parametrize(
    ("named", "expected"), GROWTH_FACTORS, ids=[str(one) for one, _ in GROWTH_FACTORS]
)
def test_one_growth_factor_is_not_taken_for_another(
    model: Model, named: Any, expected: str
) -> None:
    given = dose(id="g1", medicationCodeableConcept=named, dosage=None)
    assert find_outcome(ask(model, dose(), given), "gcsf") == expected


def test_a_product_code_gives_what_the_code_of_the_ingredient_gives(model: Model) -> None:
    by_product = ask(model, dose(medicationCodeableConcept=concept((RXNORM, "1860480"))))
    assert by_product.prediction == ask(model, dose()).prediction
    assert by_product.prediction is not None
    assert by_product.prediction["output"]["recommended"] != "100 %"


ADDRESS = "https://fhir.example.org/r4"
URN = "urn:uuid:6d3c4b0f-9a35-4d6c-8c4b-7c115f3a1a3e"


def enter(resource: Resource, url: str | None = None) -> Resource:
    return {"resource": resource} | ({"fullUrl": url} if url else {})


def list_ways() -> Iterator[tuple[str, list[Resource], str]]:
    """Entries that name docetaxel by a reference."""
    contained = {"contained": [medication("m1")]}
    yield "contained", [enter(behind("#m1", **contained))], GIVEN
    yield "by Type/id", [enter(behind("Medication/m1")), enter(medication())], GIVEN
    yield "by a version", [enter(behind("Medication/m1/_history/2")), enter(medication())], GIVEN
    yield "by urn", [enter(behind(URN)), enter(medication(), URN)], GIVEN
    yield (
        "on the same server",
        [
            enter(behind("Medication/m1"), f"{ADDRESS}/MedicationAdministration/d1"),
            enter(medication(), f"{ADDRESS}/Medication/m1"),
        ],
        GIVEN,
    )
    yield (
        "by address",
        [
            enter(behind(f"{ADDRESS}/Medication/m1")),
            enter(medication(), f"{ADDRESS}/Medication/m1"),
        ],
        GIVEN,
    )
    yield (
        "by address, without one",
        [enter(behind(f"{ADDRESS}/Medication/m1")), enter(medication())],
        GIVEN,
    )
    yield (
        "on another server",
        [
            enter(behind("https://other.example.org/Medication/m1")),
            enter(medication(), f"{ADDRESS}/Medication/m1"),
        ],
        HELD,
    )
    yield "nowhere", [enter(behind("Medication/m2")), enter(medication())], HELD
    yield (
        "nowhere, but named",
        [enter(behind({"reference": "Medication/m2", "display": "Docetaxel"}))],
        GIVEN,
    )
    yield (
        "nowhere, another",
        [enter(behind({"reference": "Medication/m2", "display": "Ondansetron"}))],
        NOT_GIVEN,
    )
    yield "by an identifier", [enter(behind({"identifier": {"value": "1"}}))], HELD
    yield "no reference", [enter(behind([]))], HELD
    yield (
        "two that differ",
        [
            enter(behind("Medication/m1")),
            enter(medication()),
            enter(medication(code=concept(text="Ondansetron"))),
        ],
        HELD,
    )


WAYS = {name: (entries, expected) for name, entries, expected in list_ways()}


@pytest.mark.parametrize("name", WAYS)
@pytest.mark.parametrize("reverse", [False, True])
def test_a_reference_is_followed(model: Model, name: str, *, reverse: bool) -> None:
    entries, expected = WAYS[name]
    *counts, _ = course()
    others = [enter(one) for one in (patient(), *counts)]
    inside = [*others, *(reversed(entries) if reverse else entries)]
    record = read_bundle({"resourceType": "Bundle", "type": "collection", "entry": inside})
    assert find_outcome(evaluate(model, record, NOW, PLAIN)) == expected


def test_a_medication_is_found_in_prefetch(model: Model) -> None:
    *counts, _ = course()
    prefetch = {
        "patient": patient(),
        "observations": searchset(*counts),
        "administrations": searchset(behind("Medication/m1"), medication()),
    }
    assert find_outcome(evaluate(model, read_prefetch(prefetch), NOW, PLAIN)) == GIVEN


def item(named: Any, **changes: Any) -> Resource:
    return {"itemCodeableConcept": named} | changes


INGREDIENTS = [
    (medication(code=None, ingredient=[item(concept((RXNORM, DOCETAXEL)))]), GIVEN),
    (
        medication(
            code=concept((RXNORM, "999999999")), ingredient=[item(concept((RXNORM, DOCETAXEL)))]
        ),
        GIVEN,
    ),
    (
        medication(
            code=concept(text="Infusion bag 250 ml"),
            ingredient=[item(concept(text="sodium chloride")), item(concept((ATC, "L01CD02")))],
        ),
        GIVEN,
    ),
    (medication(code=None, ingredient=[item(concept(text="docetaxel"))]), GIVEN),
    (medication(code=None, ingredient=[{"itemReference": {"reference": "Medication/m2"}}]), GIVEN),
    (
        medication(
            code=None,
            contained=[
                {"resourceType": "Substance", "id": "s", "code": concept((SNOMED, "386918005"))}
            ],
            ingredient=[{"itemReference": {"reference": "#s"}}],
        ),
        GIVEN,
    ),
    (
        medication(code=None, ingredient=[item(concept((RXNORM, "26225", "ondansetron")))]),
        NOT_GIVEN,
    ),
    (
        medication(
            code=concept((RXNORM, "26225", "ondansetron")),
            ingredient=[item(concept((RXNORM, DOCETAXEL)), isActive=False)],
        ),
        NOT_GIVEN,
    ),
    (
        medication(
            code=concept(text="Infusion bestehend aus 180 mg Docetaxel in 250 ml Glucose"),
            ingredient=[item(concept(("http://fhir.de/CodeSystem/bfarm/atc", "L01CD02")))],
        ),
        GIVEN,
    ),
    (medication(code=concept(text="Infusion bestehend aus 180 mg Docetaxel")), HELD),
    (medication(code=None), HELD),
    (medication(status="entered-in-error"), HELD),
    (medication(modifierExtension=[{"url": "https://example.org/not"}]), HELD),
    (medication(code=None, ingredient=[{"itemReference": {"reference": "Medication/m9"}}]), HELD),
    (medication(code=None, ingredient=[{"itemReference": {"reference": "Medication/m1"}}]), HELD),
    (
        medication(code=concept((ATC, "N02BE01")), ingredient=[item(concept((RXNORM, DOCETAXEL)))]),
        HELD,
    ),
    (medication(ingredient=[item(concept((ATC, "N02BE01")))]), HELD),
    (medication(ingredient=[item(concept((ATC, "L01CD01")))]), HELD),
]


@pytest.mark.parametrize(("named", "expected"), INGREDIENTS)
def test_a_medication_is_what_its_ingredients_are(
    model: Model, named: Resource, expected: str
) -> None:
    evaluation = ask(model, behind("Medication/m1"), named, medication("m2"))
    assert find_outcome(evaluation) == expected


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


def quantity(value: float, code: str) -> Resource:
    return {"dose": {"value": value, "system": "http://unitsofmeasure.org", "code": code}}


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


OLD = "2024-02-08T11:00:00Z"


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


def test_what_is_taken_as_another_drug_or_by_its_name_is_told_once(model: Model) -> None:
    other = concept(text="Ondansetron")
    given = [dose(id=f"o{i}", medicationCodeableConcept=other) for i in range(3)]
    said = say(ask(model, dose(medicationCodeableConcept=concept(text="docetaxel")), *given))
    assert "3 administrations were taken as other drugs than docetaxel" in said
    assert "MedicationAdministration/d1 was taken as docetaxel by its name alone" in said
    assert "Ondansetron" not in said


def test_no_drug_is_said_to_be_missing_that_may_be_there(model: Model) -> None:
    said = say(ask(model, dose(medicationCodeableConcept=None)))
    assert "cannot be told from MedicationAdministration/d1" in said
    assert "taken as not given" not in said


def state(**changes: Any) -> Resource:
    return {
        "resourceType": "MedicationStatement",
        "id": "s1",
        "status": "completed",
        "medicationCodeableConcept": concept((RXNORM, DOCETAXEL)),
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": WHEN,
    } | changes


def test_a_statement_is_no_administration_but_is_not_passed_by(model: Model) -> None:
    assert find_outcome(ask(model, state())) == HELD
    assert find_outcome(ask(model, state(status="not-taken"))) == NOT_GIVEN
    assert find_outcome(ask(model, state(effectiveDateTime=OLD))) == NOT_GIVEN
    filgrastim = concept((RXNORM, "68442"))
    assert find_outcome(ask(model, dose(), state(medicationCodeableConcept=filgrastim))) == HELD
    both = ask(model, dose(), state())
    assert both.prediction == ask(model, dose()).prediction
    assert "MedicationStatement/s1 was not used" in say(both)


def test_words_beyond_what_a_record_has_are_not_compared_letter_by_letter(model: Model) -> None:
    """Of more words than a record has, none is looked at letter by letter."""
    texts = ["".join(letters) for letters in product("docetaxl", repeat=4)]
    drugs = [
        dose(id=f"o{i}", medicationCodeableConcept=concept(text=f"{t}abcd"))
        for i, t in enumerate(texts)
    ]
    assert find_outcome(ask(model, dose(), *drugs)) == HELD
    long = concept(text="Ondansetron " * 100)
    assert find_outcome(ask(model, dose(), dose(id="o", medicationCodeableConcept=long))) == HELD


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
