"""Everything that is known of one version of one model."""

from datetime import date
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import from_json

from medmaas.model.kinds import list_kinds
from medmaas.model.manifest.artefact import Artefact, Example, File, Golden, OperatorName, Parity
from medmaas.model.manifest.card import Card
from medmaas.model.manifest.contract import Contract, Sentence, Sha256
from medmaas.model.manifest.explanation import Explanation
from medmaas.model.manifest.inputs import Input, Number
from medmaas.model.manifest.outputs import Output
from medmaas.model.manifest.record import CdsService
from medmaas.model.manifest.translations import Translations, require_texts
from medmaas.model.manifest.uncertainty import StandardisedDistance, Uncertainty

MANIFEST, GRAPH, CARD = "manifest.json", "model.onnx", "card.md"
SIGNATURE = "model.sig"  # OpenSSF's model_signing calls it so, and leaves it out of what it signs
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
Version = Annotated[str, StringConstraints(pattern=r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$")]


def _name_kinds(union: Any) -> str:  # noqa: ANN401 - as of list_kinds
    *names, last = list_kinds(union)
    return f"{', '.join(names)} or {last}"


class Manifest(Contract):
    """Everything that is known of one version of one model."""

    contract: int = Field(
        default=1,
        ge=1,
        le=2,
        strict=True,
        description="2: files are listed, golden cases hold answers. What has no number is 1.",
    )
    digest: Sha256 | None = Field(
        default=None,
        description="Of manifest.json without the line that holds it; absent in contract 1.",
    )
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
    files: tuple[File, ...] = Field(
        default=(),
        description="All that the folder holds but manifest.json; absent in contract 1.",
    )
    operators: tuple[OperatorName, ...] | None = Field(
        default=None,
        description="Operators that ONNX Runtime ships and the graph may use, beyond the ONNX "
        "standard, as in com.microsoft::Gelu; absent: none.",
    )
    input: Input = Field(description=f"What the model takes: {_name_kinds(Input)}.")
    output: Output = Field(description=f"What it answers: {_name_kinds(Output)}.")
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

    @classmethod
    def read(cls, content: bytes) -> Self:
        """A manifest.json; figures of contract 1 are read by name if none states what it is of.

        Raises:
            ValidationError: it does not fit the contract.
        """
        manifest = cls.model_validate_json(content)
        if manifest.contract != 1 or not manifest.card.is_untyped:
            return manifest
        from medmaas.model.manifest import contract_1  # noqa: PLC0415 - few manifests need it

        return cls.model_validate(contract_1.convert(from_json(content)))

    @property
    def tensors(self) -> tuple[str, ...]:
        """The outputs of the graph that an answer needs, its distance included."""
        own = self.uncertainty.tensors if self.uncertainty else ()
        return (*self.output.tensors, *own)

    @property
    def reads_records(self) -> bool:
        """Whether a record in FHIR can hold all that the model requires."""
        return self.input.reads_records

    @model_validator(mode="after")
    def _cds_service_reads_records(self) -> Self:
        if self.cds_service is None:
            return self
        if not self.reads_records:
            raise ValueError("cds_service needs a source for every feature that is required")
        asked = self.input
        if not (asked.recorded_features or asked.recorded_codes or asked.recorded_documents):
            raise ValueError("cds_service needs input.source.codes, by which it asks for records")
        if "order-sign" in self.cds_service.hooks and not self.output.ordered:
            raise ValueError("cds_service.hooks may hold order-sign only if output.orders is there")
        return self

    @model_validator(mode="after")
    def _tensors_are_those_of_the_artefact(self) -> Self:
        read = self.input.tensors
        if {tensor.name for tensor in self.artefact.inputs} != {*read}:
            raise ValueError(f"artefact.inputs must be {', '.join(read)}, as input states them")
        for tensor in self.artefact.inputs:
            datatype, shape = read[tensor.name]
            # of any number of rows, or of one
            fits = len(tensor.shape) == len(shape) and all(
                has in {-1, needs} for has, needs in zip(tensor.shape, (1, *shape[1:]), strict=True)
            )
            if not fits:
                raise ValueError(
                    f"artefact.inputs: {tensor.name} must be {datatype} {list(shape)}, -1 being "
                    "any number"
                )
            if misfit := self.input.find_misfit(tensor.name, tensor.datatype):
                raise ValueError(f"artefact.inputs: {tensor.name} is {tensor.datatype}: {misfit}")
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
                "explanation.background needs features of a row, and every centre one value "
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
                "uncertainty.distance needs features of a row, and one column per feature"
            )
        if intervals:
            intervals.require_strata(self.input)
            intervals.require_labels(self.output.named_labels)
            intervals.require_values(self.output.named_values)
        if self.uncertainty.largest_set and not (intervals and intervals.are_sets):
            raise ValueError("uncertainty.largest_set needs prediction sets")
        return self

    @model_validator(mode="after")
    def _output_is_of_the_input(self) -> Self:
        self.output.require_input(self.input)
        return self

    @model_validator(mode="after")
    def _guarded_values_are_measured(self) -> Self:
        for feature in self.input.named_features:
            cells = feature.cells if isinstance(feature, Number) else None
            has_bounds = cells and (cells.below, cells.above) != (None, None)
            if has_bounds and feature.name in self.output.guards:
                raise ValueError(
                    f"cells of {feature.name} must have no below and above: output.limits rest on "
                    "what was measured"
                )
        return self

    @model_validator(mode="after")
    def _curves_are_of_the_output(self) -> Self:
        for curve in self.card.calibration:
            if not curve.target.is_of(self.output):
                raise ValueError("card.calibration: every target must be of a number of output")
        return self

    @model_validator(mode="after")
    def _translations_are_of_its_texts(self) -> Self:
        require_texts(self.translations, {**self.__dict__, "translations": None})
        return self

    @model_validator(mode="after")
    def _holds_what_its_contract_asks_for(self) -> Self:
        cases = self.golden.cases
        if self.contract == 1:
            if self.digest or self.files or any(case.answer for case in cases):
                raise ValueError("digest, files and golden answers are of contract 2")
            return self
        if self.digest is None:
            raise ValueError("digest must be there in contract 2")
        if any(case.answer is None or not set(self.tensors) <= set(case.outputs) for case in cases):
            raise ValueError("every golden case must hold an answer, and all tensors it is made of")
        listed = {file.name: (file.size, file.sha256) for file in self.files}
        if len(listed) < len(self.files) or MANIFEST in listed or CARD not in listed:
            raise ValueError(f"files must list {GRAPH}, {CARD} and all others once, not {MANIFEST}")
        if listed.get(GRAPH) != (self.artefact.size_bytes, self.artefact.sha256):
            raise ValueError(f"files must list {GRAPH} with the size and sha256 of artefact")
        return self
