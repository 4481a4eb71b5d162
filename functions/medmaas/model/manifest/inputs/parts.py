"""Several named inputs in one instance, as a picture with age and sex."""

from collections.abc import Iterable, Mapping
from typing import Literal, Self

from pydantic import Field, model_validator

from medmaas.model.manifest.contract import Alias, Contract, FeatureName, Sentence, require_unique
from medmaas.model.manifest.inputs.features import Feature
from medmaas.model.manifest.inputs.single import Single
from medmaas.model.manifest.inputs.spec import AnyInputSpec, Shape
from medmaas.model.manifest.record import DocumentSource

_PRESENT = "tensor(float)", (-1, 1)


class Part(Contract):
    """One of several inputs, of a kind that may also stand alone."""

    name: FeatureName = Field(description="What a request calls it.")
    alias: Alias | None = Field(
        default=None, description="What it is called in ASCII, where a protocol names tensors."
    )
    input: Single = Field(discriminator="kind", description="What it is; parts hold no parts.")
    missing: Sentence | None = Field(
        default=None,
        description="What the graph does when the whole part is missing; absent: it is required. "
        "Then its tensors are NaN throughout where they hold features, and 0 where they do not.",
    )
    present_tensor: Sentence | None = Field(
        default=None,
        description="What the graph calls its input of whether the part is there: float32 [n, 1], "
        "1 or 0. Absent: it tells that by the tensors of the part.",
    )

    @model_validator(mode="after")
    def _may_be_missing(self) -> Self:
        if self.present_tensor and not self.missing:
            raise ValueError("present_tensor is of a part that may be missing: state missing")
        return self

    @property
    def tensors(self) -> Mapping[str, tuple[str, Shape]]:
        """By name those of its input, and the one that says whether it is there."""
        present = {self.present_tensor: _PRESENT} if self.present_tensor else {}
        return {**self.input.tensors, **present}

    def qualify(self, features: Iterable[Feature]) -> tuple[Feature, ...]:
        """Its features as they are told apart from those of other parts: patient.age."""
        return tuple(self._qualify(feature) for feature in features)

    def _qualify(self, feature: Feature) -> Feature:
        alias = None
        if self.alias or feature.alias:
            alias = f"{self.alias or self.name}.{feature.alias or feature.name}"
        group = feature.group and f"{self.name}.{feature.group}"
        called = {"name": f"{self.name}.{feature.name}", "alias": alias, "group": group}
        return feature.model_copy(update=called)


class PartsInput(AnyInputSpec):
    """Several inputs, each with tensors of its own; an instance holds them by name.

    What a part holds is called after it wherever names must differ: in problems, files and
    protocols the age of the part `patient` is `patient.age`.
    """

    kind: Literal["parts"] = "parts"
    parts: tuple[Part, ...] = Field(min_length=2, description="At least two.")

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        require_unique([(part.name, part.alias) for part in self.parts], "part")
        names = [name for part in self.parts for name in part.tensors]
        if len(set(names)) < len(names):
            raise ValueError("every tensor must be of one part, and called otherwise than others")
        if all(part.missing for part in self.parts):
            raise ValueError("one part at least must be required: state no missing of it")
        return self

    @property
    def tensors(self) -> Mapping[str, tuple[str, Shape]]:
        """Those of all parts, in their order."""
        return {name: kind for part in self.parts for name, kind in part.tensors.items()}

    def find_misfit(self, tensor: str, datatype: str) -> str | None:
        """Why a tensor of the graph cannot hold what its part reads for it; None if it can."""
        for part in self.parts:
            if tensor in part.input.tensors:
                return part.input.find_misfit(tensor, datatype)
        return super().find_misfit(tensor, datatype)

    @property
    def files(self) -> tuple[str, ...]:
        """Those of all parts, each once."""
        return tuple(dict.fromkeys(name for part in self.parts for name in part.input.files))

    @property
    def missing_words(self) -> tuple[str, ...]:
        """Those of all parts."""
        return tuple(word for part in self.parts for word in part.input.missing_words or ())

    @property
    def hides_end(self) -> bool:
        """Whether any part's end cannot be told."""
        return any(part.input.hides_end for part in self.parts)

    @property
    def named_features(self) -> tuple[Feature, ...]:
        """Those of all parts, called after them."""
        return self._join("named_features", self.parts)

    @property
    def row_features(self) -> tuple[Feature, ...]:
        """Those of all parts that are rows."""
        return self._join("row_features", self.parts)

    @property
    def recorded_features(self) -> tuple[Feature, ...]:
        """Those of all parts that a record can hold."""
        return self._join("recorded_features", self.recorded_parts)

    @property
    def recorded_parts(self) -> tuple[Part, ...]:
        """Those that a record in FHIR can hold."""
        return tuple(part for part in self.parts if part.input.reads_records)

    @property
    def reads_records(self) -> bool:
        """Whether a record in FHIR can hold every part that is required, and one at least."""
        recorded = self.recorded_parts
        return bool(recorded) and all(part.missing or part in recorded for part in self.parts)

    @property
    def recorded_codes(self) -> tuple[str, ...]:
        """Those of all parts."""
        return tuple(code for part in self.recorded_parts for code in part.input.recorded_codes)

    @property
    def recorded_documents(self) -> Mapping[str, DocumentSource]:
        """Those of all parts, called after them."""
        return {
            f"{part.name}.{field}": source
            for part in self.recorded_parts
            for field, source in part.input.recorded_documents.items()
        }

    @property
    def feature_tensors(self) -> tuple[str, ...]:
        """Those of all parts."""
        return tuple(name for part in self.parts for name in part.input.feature_tensors)

    @property
    def row_tensors(self) -> tuple[str, ...]:
        """Those of all parts that are rows, in the order of `row_features`."""
        return tuple(name for part in self.parts for name in part.input.row_tensors)

    @staticmethod
    def _join(features: str, parts: Iterable[Part]) -> tuple[Feature, ...]:
        of = ((part, getattr(part.input, features)) for part in parts)
        return tuple(one for part, some in of for one in part.qualify(some))
