"""The contract between training and answering: one manifest.json beside every model.onnx.

Training writes it; the registry refuses a folder that does not fit it. Units are UCUM
(https://ucum.org), observations LOINC (https://loinc.org). contract.py holds what every part is
made of; the parts are artefact.py (the graph and its proofs), inputs.py, outputs.py,
uncertainty.py, explanation.py, record.py (where records hold the inputs), card.py, translations.py.
"""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from medmaas.model.manifest.artefact import Artefact, Example, Golden, GoldenCase, Parity, Tensor
from medmaas.model.manifest.card import Card, Data, Metric, Split
from medmaas.model.manifest.contract import Contract, Range, Sentence
from medmaas.model.manifest.explanation import (
    Background,
    Centre,
    Check,
    Decision,
    Dependence,
    Explanation,
    Importance,
)
from medmaas.model.manifest.inputs import (
    Boolean,
    Choice,
    Crop,
    Feature,
    ImageInput,
    Input,
    Normalisation,
    Number,
    SeriesInput,
    TabularInput,
    TextInput,
)
from medmaas.model.manifest.outputs import (
    Action,
    ClassesOutput,
    Hold,
    Limit,
    Outcome,
    Output,
    PolicyOutput,
    Quantity,
    Shield,
    SurvivalOutput,
    ValueOutput,
)
from medmaas.model.manifest.record import (
    AdministrationSource,
    CdsService,
    Coding,
    ConditionSource,
    Dose,
    DrugOrder,
    Hook,
    ObservationSource,
    Orders,
    PatientSource,
    Share,
    Source,
)
from medmaas.model.manifest.translations import Translations, require_texts
from medmaas.model.manifest.uncertainty import (
    PREDICTION,
    ClassesIntervals,
    Column,
    Distance,
    Intervals,
    Level,
    PolicyIntervals,
    PolicyLevel,
    StandardisedDistance,
    Strata,
    SurvivalIntervals,
    TensorDistance,
    Uncertainty,
    ValueIntervals,
)

__all__ = [
    "PREDICTION",
    "Action",
    "AdministrationSource",
    "Artefact",
    "Background",
    "Boolean",
    "Card",
    "CdsService",
    "Centre",
    "Check",
    "Choice",
    "ClassesIntervals",
    "ClassesOutput",
    "Coding",
    "Column",
    "ConditionSource",
    "Crop",
    "Data",
    "Decision",
    "Dependence",
    "Distance",
    "Dose",
    "DrugOrder",
    "Example",
    "Explanation",
    "Feature",
    "Golden",
    "GoldenCase",
    "Hold",
    "Hook",
    "ImageInput",
    "Importance",
    "Input",
    "Intervals",
    "Level",
    "Limit",
    "Metric",
    "Normalisation",
    "Number",
    "ObservationSource",
    "Orders",
    "Outcome",
    "Output",
    "Parity",
    "PatientSource",
    "PolicyIntervals",
    "PolicyLevel",
    "PolicyOutput",
    "Quantity",
    "Range",
    "SeriesInput",
    "Share",
    "Shield",
    "Source",
    "Split",
    "StandardisedDistance",
    "Strata",
    "SurvivalIntervals",
    "SurvivalOutput",
    "TabularInput",
    "Tensor",
    "TensorDistance",
    "TextInput",
    "Uncertainty",
    "ValueIntervals",
    "ValueOutput",
]

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
Version = Annotated[str, StringConstraints(pattern=r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$")]


class Manifest(Contract):
    """Everything that is known of one version of one model."""

    contract: Literal[1]
    id: Identifier = Field(
        description="What requests call the model: a lower-case letter, then at most 63 letters, "
        "digits, _ or -."
    )
    version: Version = Field(description="Three numbers, as in 1.0.0.")
    title: Sentence = Field(description="What the model does, in one line.")
    licence: Sentence = Field(description="The terms that the model is under.")
    created: date
    training_commit: Sentence
    seed: int
    artefact: Artefact
    input: Input = Field(description="What the model takes: tabular, series, image or text.")
    output: Output = Field(description="What it answers: classes, value, survival or policy.")
    golden: Golden = Field(description="In cases, at least one invented instance.")
    examples: tuple[Example, ...] = Field(
        default=(), max_length=6, description="Invented instances, shown where people ask."
    )
    parity: Parity | None = Field(
        default=None, description="Absent if nobody has compared the graph with its source."
    )
    explanation: Explanation | None = Field(
        default=None, description="What answers are explained against; absent: the golden cases."
    )
    uncertainty: Uncertainty | None = Field(
        default=None, description="How sure answers are, and when there is none."
    )
    cds_service: CdsService | None = Field(
        default=None, description="When a record system asks it by itself; absent: never."
    )
    card: Card = Field(description="What a reader must know before believing an answer.")
    translations: Translations = Field(
        default={},
        description="Other words for the texts of this manifest, by language and the text itself.",
    )

    @property
    def tensors(self) -> tuple[str, ...]:
        """The outputs of the graph that an answer needs, its distance included."""
        own = self.uncertainty.tensors if self.uncertainty else ()
        return (*self.output.tensors, *own)

    @property
    def reads_records(self) -> bool:
        """Whether a record in FHIR can hold all that the model requires."""
        features = self.input.recorded_features
        return all(feature.source for feature in features if feature.required) and any(
            feature.source for feature in features
        )

    @model_validator(mode="after")
    def _cds_service_reads_records(self) -> Self:
        if self.cds_service is None:
            return self
        if not self.reads_records:
            raise ValueError("cds_service needs a source for every feature that is required")
        if "order-sign" in self.cds_service.hooks and not self.output.ordered:
            raise ValueError("cds_service.hooks may hold order-sign only if output.orders is there")
        return self

    @model_validator(mode="after")
    def _tensors_are_those_of_the_artefact(self) -> Self:
        datatype, shape = self.input.tensor_type
        fits = [
            tensor.name == self.input.tensor
            and tensor.datatype == datatype
            and len(tensor.shape) == len(shape)
            and tensor.shape[0] == -1
            and all(has in {-1, needs} for has, needs in zip(tensor.shape, shape, strict=True))
            for tensor in self.artefact.inputs
        ]
        if fits != [True]:
            raise ValueError(
                f"artefact.inputs must be input.tensor alone, {datatype} {list(shape)}, -1 being "
                "any number"
            )
        given = {tensor.name for tensor in self.artefact.outputs}
        if not set(self.output.tensors) <= given:
            raise ValueError("output.tensor must be one of artefact.outputs")
        if not set(self.tensors) <= given:
            raise ValueError("uncertainty.distance.tensor must be one of artefact.outputs")
        return self

    @model_validator(mode="after")
    def _background_fits(self) -> Self:
        background = self.explanation.background if self.explanation else None
        if background is None:
            return self
        features = self.input.row_features
        if any(len(centre.values) != len(features) for centre in background.centres):
            raise ValueError(
                "explanation.background needs an input of kind tabular, and every centre one value "
                f"per feature, {len(features)}"
            )
        return self

    @model_validator(mode="after")
    def _uncertainty_fits(self) -> Self:
        if self.uncertainty is None:
            return self
        intervals, distance = self.uncertainty.intervals, self.uncertainty.distance
        if intervals and intervals.kind != self.output.kind:
            raise ValueError("uncertainty.intervals must be of the kind of output")
        features = self.input.row_features
        if isinstance(distance, StandardisedDistance) and len(distance.columns) != len(features):
            raise ValueError(
                "uncertainty.distance needs an input of kind tabular, and one column per feature"
            )
        if intervals:
            intervals.require_strata(self.input)
        if self.uncertainty.largest_set and not (intervals and intervals.are_sets):
            raise ValueError("uncertainty.largest_set needs prediction sets")
        return self

    @model_validator(mode="after")
    def _output_is_of_the_input(self) -> Self:
        self.output.require_input(self.input)
        return self

    @model_validator(mode="after")
    def _translations_are_of_its_texts(self) -> Self:
        require_texts(self.translations, {**self.__dict__, "translations": None})
        return self
