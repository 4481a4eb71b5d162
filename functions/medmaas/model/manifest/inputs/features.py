"""A named value of an instance: a number, a choice, or yes and no."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from medmaas.model.manifest.cells import BOOLEAN_WORDS, Cells, fold_word
from medmaas.model.manifest.contract import (
    Alias,
    Contract,
    FeatureName,
    Range,
    Sentence,
)
from medmaas.model.manifest.record import (
    AdministrationSource,
    ConditionSource,
    ObservationSource,
    PatientSource,
    Source,
)


class _Feature(Contract):
    name: FeatureName = Field(
        description="What a request calls it: a letter of any script, letters, marks, digits, _."
    )
    alias: Alias | None = Field(
        default=None,
        description="What it is called in ASCII, where a protocol names tensors.",
    )
    description: Sentence = Field(description="What it means, and how it is measured.")
    loinc: tuple[str, ...] = Field(default=(), description="Its LOINC codes.")
    missing: Sentence | None = Field(
        default=None,
        description="What the graph does when the value is missing; absent: it is required.",
    )
    header: Sentence | None = Field(
        default=None,
        description="What the training data called its column, where that is not its name.",
    )
    actionable: bool = Field(
        default=False, description="Whether care can change it, so that a counterfactual may."
    )
    group: Sentence | None = Field(
        default=None,
        description="Features of one group are explained as one: columns of one choice, or "
        "computed from each other.",
    )
    source: Source | None = Field(
        default=None, description="Where a record in FHIR has it; absent: nowhere."
    )

    @property
    def required(self) -> bool:
        return self.missing is None


class Number(_Feature):
    """A measured quantity."""

    type: Literal["number"] = "number"
    unit: Sentence = Field(description="Its unit as a UCUM code, 1 if it has none.")
    hard_range: Range = Field(description="Refused outside: no patient has this value.")
    training_range: Range = Field(description="Warned outside: the model has not seen this value.")
    whole: bool | None = Field(
        default=None, description="Whether only whole numbers are taken, as of a count."
    )
    worse: Literal["low", "high"] | None = Field(
        default=None,
        description="Which values are worse: a result that is only known to be below or above a "
        "limit (<0.1) is used as that limit only where what is worse is forbidden already.",
    )
    cells: Cells | None = Field(
        default=None,
        description="How cells are read that are no plain numbers; absent: none of this is taken.",
    )


class Choice(_Feature):
    """One of a few words; enters the tensor as its position in `choices`."""

    type: Literal["choice"] = "choice"
    choices: tuple[Sentence, ...] = Field(
        min_length=2, description="At least two words, in the order of the graph's codes 0, 1, ..."
    )
    spellings: dict[Sentence, Sentence] | None = Field(
        default=None,
        description="Other words that stand for one of the choices, as training read them.",
    )

    @model_validator(mode="after")
    def _spellings_are_of_choices(self) -> Self:
        for spelling, choice in (self.spellings or {}).items():
            if choice not in self.choices:
                raise ValueError("spellings must stand for choices of the feature")
            if spelling != choice and spelling in self.choices:
                raise ValueError("a choice must not be a spelling of another one")
        return self


class Boolean(_Feature):
    """Yes or no; enters the tensor as 1 or 0."""

    type: Literal["boolean"] = "boolean"
    spellings: dict[Sentence, bool] | None = Field(
        default=None,
        description="More words of a file that are true or false, as training read them, beside "
        "true, false, yes, no, 1, 0, 是 and 否.",
    )

    @model_validator(mode="after")
    def _spellings_contradict_no_word(self) -> Self:
        for spelling, value in (self.spellings or {}).items():
            if BOOLEAN_WORDS.get(fold_word(spelling), value) != value:
                raise ValueError("a spelling must not contradict true, false, yes, no, 1 or 0")
        return self


Feature = Annotated[Number | Choice | Boolean, Field(discriminator="type")]


def find_misfit(feature: Feature) -> str | None:
    """What keeps a feature from being filled by its source."""
    match feature.source, feature:
        case PatientSource(element="birthDate"), Number(unit="a"):
            return None
        case PatientSource(element="gender") as source, Choice():
            fits = bool(source.choices) and set(source.choices.values()) <= set(feature.choices)
            return None if fits else "must map codes of gender to choices of the feature"
        case ObservationSource() as source, Number():
            return None if feature.loinc or source.share else "needs LOINC codes of the feature"
        case (ConditionSource(), Boolean()) | (None, _):
            return None
        case AdministrationSource(full_dose=dose), Number() | Boolean():
            fits = (dose is None) == isinstance(feature, Boolean)
            return None if fits else "needs full_dose for a number, and none for true or false"
        case _:
            return (
                "must be birthDate for a number in a, gender for a choice, an observation for a "
                "number, a condition for true or false, or an administration"
            )
