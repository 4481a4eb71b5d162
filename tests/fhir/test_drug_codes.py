"""Which drug a record names by codes and names, and what follows where that cannot be told."""

from itertools import product
from typing import Any

import pytest

from medmaas.model.registry import Model
from tests.fhir.drugs import ATC, GIVEN, HELD, NOT_GIVEN, ask, concept, dose, find_outcome, say
from tests.fhir.records import (
    DOCETAXEL,
    PEGFILGRASTIM,
    RXNORM,
    SNOMED,
)

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
