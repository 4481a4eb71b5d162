"""Where hospitals' records have what the dose model takes, by LOINC, SNOMED CT, RxNorm and ATC.

A course of chemotherapy is looked back upon as far as the training courses went.
"""

from medmaas.model.manifest import (
    AdministrationSource,
    CdsService,
    Coding,
    Dose,
    DrugOrder,
    ObservationSource,
    Orders,
    Share,
)
from medmaas_training.recipes.chemo_dose.drugs import (
    DOCETAXEL_CODES,
    DOCETAXEL_NAMES,
    DOCETAXEL_PRODUCTS,
    DOCETAXEL_VAGUE,
    OTHER_GRANULOCYTE_FACTORS,
    OTHER_TAXANES,
    PEGFILGRASTIM_CODES,
    PEGFILGRASTIM_NAMES,
    PEGFILGRASTIM_PRODUCTS,
    PEGFILGRASTIM_VAGUE,
)

_LOINC, _SNOMED = "http://loinc.org", "http://snomed.info/sct"
_RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
_COURSE_DAYS = 210

NEUTROPHILS_LOINC = ("751-8", "26499-4", "753-4")
PLATELETS_LOINC = ("777-3", "26515-7")
LEUKOCYTES_LOINC = ("6690-2", "26464-8", "804-5")
COUNT = ObservationSource(oldest_days=_COURSE_DAYS)
NEUTROPHILS = ObservationSource(
    oldest_days=_COURSE_DAYS, share=Share(total=LEUKOCYTES_LOINC, percent=("770-8",))
)
_FULL_DOSE = Dose(value=100, unit="mg/m2")
DOCETAXEL = AdministrationSource(
    codes=DOCETAXEL_CODES,
    products=DOCETAXEL_PRODUCTS,
    names=DOCETAXEL_NAMES,
    vague=DOCETAXEL_VAGUE,
    similar=OTHER_TAXANES,
    full_dose=_FULL_DOSE,
    oldest_days=_COURSE_DAYS,
)
PEGFILGRASTIM = AdministrationSource(
    codes=PEGFILGRASTIM_CODES,
    products=PEGFILGRASTIM_PRODUCTS,
    names=PEGFILGRASTIM_NAMES,
    vague=PEGFILGRASTIM_VAGUE,
    similar=OTHER_GRANULOCYTE_FACTORS,
    oldest_days=_COURSE_DAYS,
)
DOSE_ORDERS = Orders(
    treatment=DrugOrder(
        codes=DOCETAXEL_CODES,
        full_dose=_FULL_DOSE,
        route=Coding(system=_SNOMED, code="47625008", display="Intravenous route"),
    ),
    gcsf=DrugOrder(
        codes=PEGFILGRASTIM_CODES,
        full_dose=Dose(value=6, unit="mg"),
        route=Coding(system=_SNOMED, code="34206005", display="Subcutaneous route"),
    ),
    recheck=Coding(
        system=_LOINC,
        code="57021-8",
        display="CBC W Auto Differential panel - Blood",
    ),
)
DOSE_SERVICE = CdsService(
    hooks=("patient-view", "order-sign"),
    topic=Coding(system=_RXNORM, code="72962", display="docetaxel"),
)
