"""What every kind of input states."""

from collections.abc import Mapping
from math import nan

from pydantic import Field

from medmaas.model.manifest.contract import Contract, Sentence
from medmaas.model.manifest.inputs.features import Feature
from medmaas.model.manifest.record import DocumentSource

Shape = tuple[int, ...]

TENSOR = "What the graph calls its input."
# element types of a graph that hold whatever is read as another one
_HOLD = {
    "tensor(float)": ("tensor(float)", "tensor(double)", "tensor(float16)"),
    "tensor(int64)": ("tensor(int64)", "tensor(int32)"),
    "tensor(uint8)": ("tensor(uint8)", "tensor(int32)", "tensor(int64)"),
}


class AnyInputSpec(Contract):
    """What is asked of every kind of input, whatever it is made of."""

    @property
    def tensors(self) -> Mapping[str, tuple[str, Shape]]:
        """By name all tensors that are read: element type, and shape; -1 is any length."""
        raise NotImplementedError

    @property
    def feature_tensors(self) -> tuple[str, ...]:
        """The tensors that hold `named_features`, NaN where one is missing."""
        return tuple(self.tensors) if self.named_features else ()

    @property
    def row_tensors(self) -> tuple[str, ...]:
        """The tensors whose columns are `row_features`, one after the other."""
        return tuple(self.tensors) if self.row_features else ()

    @property
    def blank(self) -> float:
        """What tensors hold throughout where there is no instance at all."""
        return nan if self.named_features else 0.0

    def find_misfit(self, tensor: str, datatype: str) -> str | None:
        """Why a tensor of the graph cannot hold what is read for it; None if it can.

        Args:
            tensor: its name, one of `tensors`.
            datatype: the graph's element type.
        """
        read, _ = self.tensors[tensor]
        return None if datatype in _HOLD[read] else f"it must be {read}"

    @property
    def picture_size(self) -> tuple[int, int] | None:
        """Height and width of the picture that the graph takes; None if it takes none."""
        return None

    @property
    def hides_end(self) -> bool:
        """Whether what fills an instance up cannot be told from what was sent, as 0 cannot."""
        return False

    @property
    def named_features(self) -> tuple[Feature, ...]:
        """The features that an instance names; none of a picture or a text."""
        return ()

    @property
    def row_features(self) -> tuple[Feature, ...]:
        """The features of an instance that is one row of them: what distances are measured by."""
        return ()

    @property
    def recorded_features(self) -> tuple[Feature, ...]:
        """The features that a record in FHIR may hold."""
        return ()

    @property
    def files(self) -> tuple[str, ...]:
        """The files of the model's folder that it is read with, beside the graph."""
        return ()

    @property
    def reads_records(self) -> bool:
        """Whether a record in FHIR can hold all that is required."""
        features = self.recorded_features
        return all(feature.source for feature in features if feature.required) and any(
            feature.source for feature in features
        )

    @property
    def recorded_codes(self) -> tuple[str, ...]:
        """LOINC codes of the Observations that it is made of, beside those of features."""
        return ()

    @property
    def recorded_documents(self) -> Mapping[str, DocumentSource]:
        """By the field that it fills, where a record has a document that is read as a whole."""
        return {}


class InputSpec(AnyInputSpec):
    """What kinds of input state that become one tensor."""

    tensor: Sentence = Field(description=TENSOR)
    missing_words: tuple[Sentence, ...] | None = Field(
        default=None,
        description="Words of a file that stand for a value that is missing, as in NA; not in a "
        "column where the word is a value, as None may be one of a choice.",
    )

    @property
    def tensor_type(self) -> tuple[str, Shape]:
        """Element type and shape of the tensor, as it is read."""
        raise NotImplementedError

    @property
    def tensors(self) -> Mapping[str, tuple[str, Shape]]:
        """The one that there is."""
        return {self.tensor: self.tensor_type}
