"""Where hospitals' records have what the survival model takes, by LOINC and SNOMED CT.

A result of a year ago still says who a patient is for a curve over 14 years.
"""

from medmaas.model.manifest import (
    CdsService,
    Coding,
    ConditionSource,
    ObservationSource,
    PatientSource,
)

_SNOMED = "http://snomed.info/sct"
_LIGHT_CHAIN_DAYS = 365
CREATININE_MOLAR_MASS = 113.12  # g/mol, C4H7N3O

AGE = PatientSource(element="birthDate")
SEX = PatientSource(element="gender", choices={"female": "F", "male": "M"})
CREATININE_LOINC = ("2160-0", "38483-4", "14682-9")
CREATININE = ObservationSource(oldest_days=365, molar_mass=CREATININE_MOLAR_MASS)
LIGHT_CHAIN = ObservationSource(oldest_days=_LIGHT_CHAIN_DAYS)
MGUS = ConditionSource(
    codes=(
        Coding(
            system=_SNOMED,
            code="277577000",
            display="Monoclonal gammopathy of uncertain significance",
        ),
        *(
            Coding(system=system, code=code, display="Monoclonal gammopathy")
            for system, code in (
                ("http://hl7.org/fhir/sid/icd-10", "D47.2"),
                ("http://hl7.org/fhir/sid/icd-10-cm", "D47.2"),
                ("http://fhir.de/CodeSystem/bfarm/icd-10-gm", "D47.2"),
                ("http://hl7.org/fhir/sid/icd-9-cm", "273.1"),
            )
        ),
    )
)
SURVIVAL_SERVICE = CdsService(
    hooks=("patient-view",),
    topic=Coding(system=_SNOMED, code="277577000", display=MGUS.codes[0].display),
)
