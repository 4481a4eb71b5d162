"""What a reader must know before believing an answer."""

from heapq import nsmallest

from pydantic import Field

from medmaas.model.manifest.contract import Contract, Sentence, Sha256
from medmaas.model.manifest.figures import EVERYONE, TESTED, CalibrationCurve, CoverageCurve, Metric


class Split(Contract):
    """How many people fitted, calibrated and tested the model, and the seed that drew them."""

    seed: int | None = Field(default=None, description="What drew the split, if chance did.")
    by: Sentence | None = Field(
        default=None, description="What decided who is in which part, if more than chance did."
    )
    train: int = Field(gt=0, description="How many people fitted the model.")
    calibration: int = Field(ge=0, description="How many were kept for calibration; 0 if none.")
    test: int = Field(gt=0, description="How many people tested the model, and nothing else.")


class Data(Contract):
    """Where the numbers come from."""

    source: Sentence = Field(description="Where the data come from: a citation or an address.")
    licence: Sentence = Field(description="The terms that the data are under.")
    sha256: Sha256 | None = Field(
        default=None, description="Of the cleaned table, so that a retraining can compare."
    )
    n: int = Field(gt=0, description="How many people, or samples, the data hold.")
    events: int | None = Field(default=None, description="How many of them had the outcome.")
    simulated: bool = Field(
        default=False, description="Whether the people are simulated, not real."
    )
    inclusion: Sentence = Field(description="Who is in the data, and who was left out.")
    cleaning: tuple[Sentence, ...] = Field(description="What was done to the data: sentences.")
    demographics: dict[str, str] = Field(description="A name and a text each: age, sex, outcome.")
    split: Split = Field(description="How many people fitted, calibrated and tested the model.")


class Card(Contract):
    """What a reader must know before believing an answer."""

    developer: Sentence = Field(description="Who made the model and answers for it.")
    stage: Sentence = Field(description="How far it is, as in research use only.")
    intended_use: Sentence = Field(description="What the model is for.")
    intended_users: Sentence = Field(description="Who is meant to use it.")
    population: Sentence = Field(description="Which patients it was made for.")
    decision_role: Sentence = Field(description="Which part it has in a decision, and who decides.")
    out_of_scope: tuple[Sentence, ...] = Field(
        min_length=1, description="What it must not be used for: at least one sentence."
    )
    method: tuple[Sentence, ...] = Field(
        min_length=1, description="How it was made: at least one sentence."
    )
    data: Data = Field(description="What it was learned from.")
    findings: tuple[Sentence, ...] = Field(
        min_length=1, description="What the figures say, in words: at least one sentence."
    )
    metrics: tuple[Metric, ...] = Field(
        min_length=1, description="At least one measured figure with its 95 % interval."
    )
    calibration: tuple[CalibrationCurve, ...] = Field(
        default=(), description="Predicted against observed, a curve per number of an answer."
    )
    coverage: tuple[CoverageCurve, ...] = Field(
        default=(), description="How often intervals held, by stated coverage and group."
    )
    limits: tuple[Sentence, ...] = Field(
        min_length=1, description="Where it is weak or untested: at least one sentence."
    )
    references: tuple[Sentence, ...] = Field(
        min_length=1, description="What to read about it: at least one citation."
    )
    source_attributes: dict[str, str] = Field(
        description="The source attributes of 45 CFR 170.315(b)(11), or why there is none."
    )

    @property
    def is_untyped(self) -> bool:
        """Whether it was written before figures stated what they are of: see contract_1."""
        if self.model_fields_set & {"calibration", "coverage"}:
            return False
        return not any(m.model_fields_set & {"of", "cohort", "measure"} for m in self.metrics)

    @property
    def headline(self) -> tuple[Metric, ...]:
        """The model's own figure, then at most two of others: those that come closest to it.

        Its own is the first of all people, or samples, that neither fitted nor calibrated it.
        """
        everyone = [metric for metric in self.metrics if metric.group == EVERYONE]
        tested = (m for m in everyone if m.of == "model" and m.cohort in TESTED)
        own = next(tested, (everyone or self.metrics)[0])
        baselines = (m for m in self.metrics if m.of == "baseline" and m.model != own.model)
        alike = (m for m in baselines if _measure(m) == _measure(own))
        return (own, *nsmallest(2, alike, key=lambda m: abs(m.value - own.value)))


def _measure(metric: Metric) -> tuple[str, str, str]:
    return metric.metric, metric.evaluated_on, metric.group
