"""Where a patient's record in FHIR R4 has what a model takes, and what it orders in turn."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from medmaas.model.manifest.contract import Contract, Sentence

_Code = Annotated[str, StringConstraints(pattern=r"^[^\s]+( [^\s]+)*$")]
_System = Annotated[str, StringConstraints(pattern=r"^(https?://|urn:)\S+$")]
_OLDEST = "Counted back from the moment that is asked for: an older one is not used."


class Coding(Contract):
    """A code of a terminology, as in http://snomed.info/sct 277577000."""

    system: _System = Field(description="The URI of the terminology.")
    code: _Code = Field(description="The code.")
    display: Sentence = Field(description="What it means, in the terminology's words.")


class Dose(Contract):
    """An amount of a drug."""

    value: float = Field(gt=0, description="How much.")
    unit: Sentence = Field(description="The unit as a UCUM code, as in mg/m2.")


class PatientSource(Contract):
    """An element of the Patient: the age in years at the newest result used, or the gender."""

    kind: Literal["patient"] = "patient"
    element: Literal["birthDate", "gender"] = Field(description="birthDate or gender.")
    choices: dict[Literal["male", "female", "other", "unknown"], Sentence] = Field(
        default={}, description="Of gender: what the model calls each code that it can take."
    )


class Share(Contract):
    """A count from a total and a percentage of the same time: total x percent / 100."""

    total: tuple[_Code, ...] = Field(min_length=1, description="LOINC codes of the total.")
    percent: tuple[_Code, ...] = Field(min_length=1, description="LOINC codes of the percentage.")


class Formula(Contract):
    """How a result in another unit becomes one in the feature's: value x factor + offset."""

    unit: Sentence = Field(description="The UCUM code of the other unit, as in mmol/mol.")
    factor: float = Field(description="What a value in it is multiplied by.")
    offset: float = Field(default=0.0, description="What is added then.")
    reference: Sentence = Field(description="Where the formula is published.")


class ObservationSource(Contract):
    """Results that carry one of the feature's LOINC codes, the first being preferred."""

    kind: Literal["observation"] = "observation"
    oldest_days: float = Field(gt=0, description=_OLDEST)
    molar_mass: float | None = Field(
        default=None, gt=0, description="In g/mol: lets results in mol be converted."
    )
    formulas: tuple[Formula, ...] = Field(
        default=(), description="For units that no factor converts, as HbA1c in mmol/mol to %."
    )
    share: Share | None = Field(default=None, description="Where there is no result of its own.")


class ConditionSource(Contract):
    """Whether the record has a confirmed condition of these codes; without one the answer is no."""

    kind: Literal["condition"] = "condition"
    codes: tuple[Coding, ...] = Field(min_length=1, description="Any of them counts.")


class CodeTable(Contract):
    """Codes of one terminology that name the same drugs, ingredients or products."""

    system: _System = Field(description="The URI of the terminology.")
    codes: tuple[_Code, ...] = Field(
        min_length=1, description="The codes; of ATC each also stands for all that are below it."
    )
    source: Sentence = Field(description="Where the table is from.")
    complete: bool = Field(
        default=False,
        description="Whether there are no others: then a code of this terminology that is not here "
        "names another drug.",
    )


class Drugs(Contract):
    """Drugs by the codes and names that records have for them."""

    products: tuple[CodeTable, ...] = Field(default=(), description="Tables of codes.")
    names: tuple[Sentence, ...] = Field(
        default=(), description="Names that a text begins with, as whole words, in any case."
    )


class AdministrationSource(Contract):
    """Drugs that were given: as a share of the full dose, or whether at all."""

    kind: Literal["administration"] = "administration"
    codes: tuple[Coding, ...] = Field(min_length=1, description="Any of them counts.")
    products: tuple[CodeTable, ...] = Field(
        default=(), description="More codes of the drug: those of its products."
    )
    names: tuple[Sentence, ...] = Field(
        default=(),
        description="Names of the drug, for records without a code that is known. What codes "
        "display is always one.",
    )
    vague: tuple[Sentence, ...] = Field(
        default=(),
        description="Names that may mean the drug or another one: they hold an answer back.",
    )
    similar: Drugs | None = Field(
        default=None,
        description="Drugs that act alike and were not learned from: they hold an answer back.",
    )
    full_dose: Dose | None = Field(
        default=None, description="What 1 stands for; absent for a feature that is true or false."
    )
    oldest_days: float = Field(gt=0, description=_OLDEST)


CodedElement = Literal[
    "DocumentReference.type",
    "DocumentReference.category",
    "DiagnosticReport.code",
    "DiagnosticReport.category",
    "Media.type",
    "Media.modality",
    "Media.view",
]


class DocumentSource(Contract):
    """The newest document of these codes: the one content of it that the model takes."""

    oldest_days: float = Field(gt=0, description=_OLDEST)
    codes: tuple[Coding, ...] = Field(min_length=1, description="Any of them counts.")
    elements: tuple[CodedElement, ...] = Field(
        default=("DocumentReference.type",),
        min_length=1,
        description="Where a code counts: these resources are read, and no others.",
    )

    @model_validator(mode="after")
    def _elements_are_unique(self) -> Self:
        if len(set(self.elements)) < len(self.elements):
            raise ValueError("elements must hold each element once")
        return self


class TextSource(DocumentSource):
    """The same of a text."""

    conclusion: bool = Field(
        default=False,
        description="Whether the conclusion of a DiagnosticReport is read, and its presentedForm "
        "is not.",
    )

    @model_validator(mode="after")
    def _conclusion_is_of_a_report(self) -> Self:
        is_of_report = any(one.startswith("DiagnosticReport.") for one in self.elements)
        if self.conclusion and not is_of_report:
            raise ValueError("conclusion needs an element of DiagnosticReport")
        return self


Source = Annotated[
    PatientSource | ObservationSource | ConditionSource | AdministrationSource,
    Field(discriminator="kind"),
]


class DrugOrder(Contract):
    """What is ordered, in full."""

    codes: tuple[Coding, ...] = Field(min_length=1, description="All of the same drug.")
    full_dose: Dose = Field(description="What 1 stands for.")
    route: Coding | None = Field(default=None, description="How it is given.")


class Orders(Contract):
    """What the actions of a policy become in a record system: drafts that a clinician signs."""

    treatment: DrugOrder = Field(description="What the actions give doses of.")
    gcsf: DrugOrder | None = Field(default=None, description="Given after a dose.")
    recheck: Coding = Field(description="The count that is ordered before treating later.")


Hook = Literal["patient-view", "order-sign"]


class CdsService(Contract):
    """The model as a service of CDS Hooks, https://cds-hooks.hl7.org/2.0/."""

    hooks: tuple[Hook, ...] = Field(min_length=1, description="When it is called.")
    topic: Coding | None = Field(default=None, description="What its cards are about.")

    @model_validator(mode="after")
    def _hooks_are_unique(self) -> Self:
        if len(set(self.hooks)) < len(self.hooks):
            raise ValueError("hooks must hold each hook once")
        return self
