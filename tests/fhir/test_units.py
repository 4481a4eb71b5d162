"""A unit is read as it was meant: by its code, or as laboratories write it, which is then told."""

from typing import Any

import pytest

from medmaas.fhir.bundle import read_bundle
from medmaas.fhir.case import Case
from medmaas.fhir.mapping import map_record
from medmaas.fhir.results import Results, Unused
from medmaas.fhir.terminologies import name_system
from medmaas.model.manifest import ObservationSource
from medmaas.model.registry import Registry
from medmaas.words import ENGLISH
from tests.conftest import ROOT
from tests.fhir.records import (
    LOINC,
    NEUTROPHILS,
    NOW,
    UCUM,
    Resource,
    bundle,
    course,
    light_chains,
    observation,
    patient,
)

MODELS = Registry(ROOT / "models")
THOUSANDS = [
    "x10(3)/mcL", "K/mm3", "Thousand/uL", "K/uL", "k/uL", "x10E3/uL", "10*3/mcL", "10^3/µL",
    "thou/mcL", "10³/µL", "X10E+03/UL", "Tsd/µl", "x10^3/cumm",
]  # fmt: skip
MILLIARDS = ["G/L", "Gpt/L", "10^9/L", "10⁹/L", "x10E9/L", "giga/L", "x 10⁹/l"]
SINGLE = ["cells/uL", "cells/mm3", "/mm3", "#/uL"]


def measure(quantity: Resource) -> Case:
    newest = observation(
        "newest", NEUTROPHILS, 0, "", "2026-03-01T08:30:00Z", valueQuantity=quantity
    )
    record = read_bundle(bundle(patient(), *course(), newest))
    return map_record(MODELS.get("chemo_dose").manifest, record, NOW)


@pytest.mark.parametrize("spelling", THOUSANDS + MILLIARDS)
@pytest.mark.parametrize("element", ["unit", "code"])
def test_thousands_of_cells_are_read_as_laboratories_write_them(
    element: str, spelling: str
) -> None:
    system = {"system": UCUM} if element == "code" else {}
    case = measure({"value": 1.4, element: spelling} | system)
    assert case.instance["history"][-1]["anc"] == 1.4
    told = [note for note in map(ENGLISH.say, case.notes) if "was read as 10*" in note]
    assert bool(told) or spelling in {"10^9/L"}
    assert not any(spelling in note for note in told)
    assert case.held == ()


@pytest.mark.parametrize("spelling", SINGLE)
def test_single_cells_are_a_thousandth(spelling: str) -> None:
    assert measure({"value": 1400, "unit": spelling}).instance["history"][-1]["anc"] == 1.4


@pytest.mark.parametrize(
    "quantity",
    [
        {"value": 1.4, "unit": "x1000/uL"},
        {"value": 1.4, "unit": "thousand"},
        {"value": 1.4, "unit": "10*3"},
        {"value": 1.4, "unit": "10*3/uL", "code": "/uL", "system": UCUM},
        {"value": 1.4, "unit": "mg/dL"},
        {"value": 1.4, "unit": ""},
    ],
)
def test_a_unit_that_may_mean_something_else_holds_back(quantity: Resource) -> None:
    assert measure(quantity).held


def test_a_text_beside_a_code_is_let_be_where_it_says_the_same() -> None:
    for unit in ("10^3/uL", "K/uL", "G/L", "thousand per microlitre", ""):
        case = measure({"value": 1.4, "unit": unit, "system": UCUM, "code": "10*3/uL"})
        assert (case.instance["history"][-1]["anc"], case.held) == (1.4, ())


@pytest.mark.parametrize(
    "system",
    [
        "https://unitsofmeasure.org", "http://unitsofmeasure.org/", "urn:oid:2.16.840.1.113883.6.8",
        "https://ucum.example.org",
    ],
)  # fmt: skip
def test_the_address_of_ucum_comes_in_many_ways(system: str) -> None:
    case = measure({"value": 1400, "unit": "/uL", "system": system, "code": "/uL"})
    assert case.instance["history"][-1]["anc"] == 1.4


@pytest.mark.parametrize(
    "system",
    [
        "https://loinc.org",
        "http://loinc.org/",
        "urn:oid:2.16.840.1.113883.6.1",
        "http://loinc.org|2.77",
    ],
)
def test_the_address_of_loinc_comes_in_many_ways(system: str) -> None:
    resources = light_chains()
    for resource in resources:
        resource["code"]["coding"][0]["system"] = system
    record = read_bundle(bundle(patient(), *resources))
    assert map_record(MODELS.get("survival").manifest, record, NOW).instance["kappa"] == 1.2


def test_an_address_that_is_none_names_nothing() -> None:
    assert [name_system(uri) for uri in (None, 7, "")] == [None, None, ""]
    assert name_system("2.16.840.1.113883.6.1") == LOINC


def convert(value: float, code: str, unit: str, **source: Any) -> float:
    kept = ObservationSource(oldest_days=1, **source)
    (entry,) = [observation("a", NEUTROPHILS, value, code)]
    results = Results(read_bundle(bundle(patient(), entry)), NOW)
    ((_, result),) = results.find((NEUTROPHILS,), 1, Unused())
    return result.convert(unit, kept)


def test_everyday_units_convert() -> None:
    assert convert(140, "mm[Hg]", "mm[Hg]") == 140
    assert convert(100, "mm[Hg]", "kPa") == pytest.approx(13.33, abs=0.01)
    assert convert(98.6, "[degF]", "Cel") == pytest.approx(37)
    assert convert(140, "meq/L", "mmol/L") == 140
    assert convert(90, "mL/min/{1.73_m2}", "mL/min/{1.73_m2}") == 90
    assert convert(290, "mosm/kg", "mmol/kg") == 290


def test_a_ratio_converts_only_by_a_formula_of_the_manifest() -> None:
    formula = {
        "unit": "mmol/mol",
        "factor": 0.09148,
        "offset": 2.152,
        "reference": "IFCC and NGSP, master equation",
    }
    assert convert(48, "mmol/mol", "%", formulas=[formula]) == pytest.approx(6.54, abs=0.01)
    with pytest.raises(Exception, match="record_refused"):
        convert(48, "mmol/mol", "%")
    with pytest.raises(Exception, match="record_refused"):
        convert(90, "mL/min", "mL/min/{1.73_m2}")
