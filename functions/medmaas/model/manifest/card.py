"""What a reader must know before believing an answer."""

from pydantic import Field

from medmaas.model.manifest.contract import Contract, Sentence, Sha256


class Split(Contract):
    """How many people fitted, calibrated and tested the model, and the seed that drew them."""

    seed: int
    train: int = Field(gt=0)
    calibration: int = Field(gt=0)
    test: int = Field(gt=0)


class Data(Contract):
    """Where the numbers come from."""

    source: Sentence
    licence: Sentence
    sha256: Sha256 = Field(description="Of the cleaned table, so that a retraining can compare.")
    n: int = Field(gt=0)
    events: int | None = None
    inclusion: Sentence
    cleaning: tuple[Sentence, ...]
    demographics: dict[str, str]
    split: Split


class Metric(Contract):
    """One measured figure with its 95 % interval, for one model, on one set of people."""

    metric: Sentence
    model: Sentence
    evaluated_on: Sentence
    group: Sentence = "all"
    n: int = Field(gt=0)
    events: int | None = None
    value: float
    low: float
    high: float


class Card(Contract):
    """What a reader must know before believing an answer."""

    developer: Sentence
    stage: Sentence
    intended_use: Sentence
    intended_users: Sentence
    population: Sentence
    decision_role: Sentence
    out_of_scope: tuple[Sentence, ...] = Field(min_length=1)
    method: tuple[Sentence, ...] = Field(min_length=1)
    data: Data
    findings: tuple[Sentence, ...] = Field(min_length=1)
    metrics: tuple[Metric, ...] = Field(min_length=1)
    limits: tuple[Sentence, ...] = Field(min_length=1)
    references: tuple[Sentence, ...] = Field(min_length=1)
    source_attributes: dict[str, str] = Field(
        description="The source attributes of 45 CFR 170.315(b)(11), or why there is none."
    )
