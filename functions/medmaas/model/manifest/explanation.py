"""What an answer is explained against, and how the model as a whole was explained."""

from typing import Self

from pydantic import Field, model_validator

from medmaas.model.manifest.contract import Contract, Sentence

FEWEST = 20  # people behind a centre: fewer could be recognised
FEWEST_TRIED = 200  # instances, for a trial of explanations


class Centre(Contract):
    """The middle of a cluster of people, never a person's row."""

    values: tuple[float | None, ...] = Field(
        description="As the graph takes them: a choice as its position, null for missing."
    )
    people: int = Field(ge=FEWEST, description="How many people it stands for.")


class Background(Contract):
    """The average patient: centres, weighted by their people."""

    of: Sentence = Field(description="Whom it stands for, as in the train split.")
    centres: tuple[Centre, ...] = Field(min_length=1, description="At least one.")


class Decision(Contract):
    """Which number, beyond which value, makes a difference to what is done."""

    target: Sentence = Field(description="risk_<day> of survival, or value.")
    threshold: float = Field(description="Beyond it something else is done.")
    meaning: Sentence = Field(description="Where the threshold comes from.")


class Importance(Contract):
    """How much a part of the input moves the answers: the mean absolute attribution."""

    part: Sentence = Field(description="A feature, or what else answers are attributed to.")
    of: Sentence = Field(description="Which number of the answer, as in risk_1826.")
    group: Sentence = "all"
    n: int = Field(gt=0, description="How many people it was measured on.")
    value: float = Field(description="The figure.")
    low: float = Field(description="The lower end of its 95 % interval.")
    high: float = Field(description="The upper end of its 95 % interval.")


class Dependence(Contract):
    """Partial dependence (Friedman 2001): the mean answer if all had this value of a feature."""

    feature: Sentence = Field(description="The name of a feature.")
    of: Sentence = Field(description="Which number of the answer, as in risk_1826.")
    group: Sentence = "all"
    n: int = Field(gt=0, description="How many people it was measured on.")
    values: tuple[float | str | bool, ...] = Field(
        min_length=2, description="At least two values of the feature."
    )
    answers: tuple[float, ...] = Field(description="The mean answer at each of the values.")

    @model_validator(mode="after")
    def _has_an_answer_per_value(self) -> Self:
        if len(self.values) != len(self.answers):
            raise ValueError("answers must hold one number per value")
        return self


class Check(Contract):
    """One measurement of whether explanations are faithful to the model."""

    check: Sentence = Field(description="What was compared with what.")
    measure: Sentence = Field(description="What the figure is, as in largest difference.")
    n: int = Field(gt=0, description="How many instances it was measured on.")
    value: float = Field(description="The figure.")
    low: float | None = Field(default=None, description="The lower end of its 95 % interval.")
    high: float | None = Field(default=None, description="The upper end of its 95 % interval.")

    @property
    def is_won(self) -> bool:
        """Whether a gain is one beyond chance, and of enough instances."""
        return self.n >= FEWEST_TRIED and self.low is not None and self.low > 0


class Explanation(Contract):
    """What an answer is explained against, and how the model as a whole was explained."""

    method: Sentence = Field(description="How single answers are explained, in a sentence.")
    background: Background | None = Field(
        default=None, description="Of a tabular input: what features that are left out become."
    )
    decision: Decision | None = Field(
        default=None, description="What a counterfactual must cross; classes need none."
    )
    importance: tuple[Importance, ...] = ()
    dependence: tuple[Dependence, ...] = ()
    faithfulness: tuple[Check, ...] = ()
    trial: tuple[Check, ...] | None = Field(
        default=None,
        min_length=1,
        description="What single explanations gain over a rival that does not ask the model: they "
        f"are shown if every interval lies above zero, of at least {FEWEST_TRIED} instances. "
        "Without one they are shown, and say that this was not measured.",
    )
