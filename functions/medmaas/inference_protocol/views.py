"""A model in the protocol: by the graph's own tensors, or by a column for each feature.

The first is called as the model, the second `<model>.columns`; both go through the same checks.
"""

import base64
from collections.abc import Callable, Mapping, Sequence
from math import isnan
from typing import Any, NamedTuple, Protocol

from medmaas.errors import InvalidRequestError, MalformedBodyError, Problem, TooLargeError
from medmaas.facts import Fact
from medmaas.inference_protocol.datatypes import BYTES, DATATYPES, OF_ONNX, Array
from medmaas.inference_protocol.outputs import EXPLANATION, REASON, STATUS, WARNINGS, Asked
from medmaas.inference_protocol.request import InferRequest, Tensor
from medmaas.model.body import MAX_INSTANCES, parse_json
from medmaas.model.columns import Columns
from medmaas.model.inputs import Reading
from medmaas.model.names import compose
from medmaas.model.registry import Model

COLUMNS = ".columns"
_NUMBERS = DATATYPES.keys() - {"BOOL"}
_DATATYPES = {"number": "FP64", "boolean": "BOOL", "text": BYTES, "file": BYTES, "rows": BYTES}
_WITH_NAN = {"FP16", "FP32", "FP64"}
_NUMPY = {"tensor(float)": "<f4", "tensor(uint8)": "<u1", "tensor(int64)": "<i8"}
_OF_EVERY_ROW = (STATUS, REASON, WARNINGS)


class Spec(NamedTuple):
    """A tensor as metadata describes it; -1 is any length.

    Attributes:
        column: of an answer, which it holds; empty for one that is called alike.
    """

    name: str
    datatype: str
    shape: tuple[int, ...]
    column: str = ""

    @property
    def holds(self) -> str:
        """The name of what it holds."""
        return self.column or self.name


class View(Protocol):
    """A model by one kind of tensors."""

    name: str
    model: Model
    inputs: tuple[Spec, ...]
    outputs: tuple[Spec, ...]
    takes: str

    def read(self, inputs: Mapping[str, Tensor]) -> Reading:
        """The reading of all instances, whatever is wrong with some of them."""

    def restore(self, inputs: Mapping[str, Tensor]) -> Sequence[object]:
        """The instances that tensors stand for, to be explained."""

    def ask(self, names: Sequence[str]) -> Asked:
        """What must be computed for outputs of these names."""


def make_views(model: Model) -> tuple[View, View]:
    """Both views of a model."""
    return TensorView(model), ColumnView(model)


def choose_outputs(view: View, request: InferRequest) -> list[tuple[Spec, bool]]:
    """The outputs that are wanted, and whether each is in binary.

    Raises:
        InvalidRequestError: one is unknown.
    """
    if request.outputs is None:
        explain = request.options.explain
        return [
            (spec, request.binary) for spec in view.outputs if spec.name != EXPLANATION or explain
        ]
    known = {spec.name: spec for spec in view.outputs}
    known |= {spec.column: spec._replace(name=spec.column) for spec in view.outputs if spec.column}
    unknown = [index for index, name in enumerate(request.outputs) if name not in known]
    if unknown:
        raise _refuse(f"outputs[{unknown[0]}].name", Fact("not_one_of", names=[*known]))
    return [(known[name], binary) for name, binary in request.outputs.items()]


class TensorView:
    """The graph's inputs and outputs as they are."""

    def __init__(self, model: Model) -> None:
        artefact = model.manifest.artefact
        self.name, self.model = model.manifest.id, model
        self.takes = "the graph's own tensors, null or NaN where a value is missing"
        self._read = {
            name: _NUMPY[kind] for name, (kind, _) in model.manifest.input.tensors.items()
        }
        # a graph that takes one row is called once for each
        self.inputs = tuple(
            Spec(t.name, OF_ONNX[t.datatype], (-1, *t.shape[1:])) for t in artefact.inputs
        )
        # of whole numbers or texts none could be withheld, because they have no NaN
        numbers = [t for t in artefact.outputs if OF_ONNX.get(t.datatype) in _WITH_NAN]
        graph = [Spec(t.name, OF_ONNX[t.datatype], t.shape) for t in numbers]
        self._tensors = {spec.name for spec in graph}
        said = [spec for spec in _describe_doubts(model) if spec.name not in self._tensors]
        self.outputs = (*graph, *said)

    def read(self, inputs: Mapping[str, Tensor]) -> Reading:
        """The tensors that the graph takes.

        Raises:
            InvalidRequestError: other inputs, another datatype or shape.
            TooLargeError: too many rows.
        """
        return self.model.inputs.read_tensors(self._take(inputs))

    def restore(self, inputs: Mapping[str, Tensor]) -> Sequence[object]:
        """Texts again, of which explanations tell characters; of others nothing is needed.

        Raises:
            InvalidRequestError: no instances can be made of the tensor, as of a picture's.
        """
        instances = self.model.inputs.restore_instances(self._take(inputs))
        if instances is None:
            columns = f"{self.name}{COLUMNS}"
            problem = Problem(None, EXPLANATION, Fact("output_of", model=columns))
            raise InvalidRequestError("tensor_not_explained", [problem], model=columns)
        return instances

    def ask(self, names: Sequence[str]) -> Asked:
        """Outputs of the graph, and what is said of rows."""
        tensors = [name for name in names if name in self._tensors]
        return Asked(tensors, [name for name in names if name not in self._tensors])

    def _take(self, inputs: Mapping[str, Tensor]) -> dict[str, Array]:
        names = [spec.name for spec in self.inputs]
        if inputs.keys() != {*names}:
            raise _refuse("inputs", Fact("other_inputs", names=names))
        taken = {spec.name: self._take_one(spec, inputs[spec.name]) for spec in self.inputs}
        counts = {len(array) for array in taken.values()}
        if len(counts) != 1:
            raise _refuse("inputs", Fact("other_lengths"))
        _require_count(next(iter(counts)))
        return taken

    def _take_one(self, spec: Spec, given: Tensor) -> Array:
        _require_type(spec.name, given, {spec.datatype})
        array, shape = given.array, spec.shape
        fits = array.ndim == len(shape) and all(
            needs in {-1, has} for has, needs in zip(array.shape, shape, strict=True)
        )
        if not fits:
            raise _refuse(spec.name, Fact("other_shape", shape=[*shape]))
        long = self.model.inputs.long_form
        if long and len(array) and not 1 <= array.shape[1] <= long.most:
            raise _refuse(spec.name, Fact("too_many_rows", most=long.most))
        read: Array = array.astype(self._read[spec.name], copy=False)
        if read is not array and array.dtype.kind == "i" and (read != array).any():
            raise _refuse(spec.name, Fact("beyond_what_is_read"))
        return read


class ColumnView:
    """One input per feature, one output per column of an answer.

    The protocol takes any text as a name. What has an alias is told by it, and taken by both.
    """

    def __init__(self, model: Model) -> None:
        self.name, self.model = f"{model.manifest.id}{COLUMNS}", model
        self.takes = model.inputs.takes
        self.inputs = tuple(
            Spec(column.alias or column.name, _DATATYPES[column.holds], (-1,), column.name)
            for column in model.inputs.columns
        )
        self._holds = {column.name: column.holds for column in model.inputs.columns}
        self.outputs = (*_describe_columns(model.output.columns), *_describe_doubts(model))

    def read(self, inputs: Mapping[str, Tensor]) -> Reading:
        """Instances, through the same door as JSON.

        Raises:
            InvalidRequestError: an unknown input, another datatype, other lengths, or bytes that
                are not what the model reads.
            TooLargeError: too many instances.
        """
        return self.model.inputs.read(self.restore(inputs))

    def restore(self, inputs: Mapping[str, Tensor]) -> Sequence[object]:
        """The instances, each an object of named values."""
        columns = {name: spec for spec in self.inputs for name in (spec.name, spec.holds)}
        called = {name: compose(name) for name in inputs}
        if unknown := {*called.values()} - columns.keys():
            known = [spec.name for spec in self.inputs]
            raise InvalidRequestError("unknown_inputs", unknown=len(unknown), known=known)
        values = dict[str, list[Any]]()
        for name, given in inputs.items():
            spec = columns[called[name]]
            if spec.holds in values:
                raise _refuse(spec.holds, Fact("said_twice"))
            values[spec.holds] = self._list_values(spec, given)
        counts = {len(column) for column in values.values()}
        if len(counts) != 1:
            raise _refuse("inputs", Fact("other_lengths"))
        (count,) = counts
        _require_count(count)
        return self.model.inputs.make_instances(values, count)

    def ask(self, names: Sequence[str]) -> Asked:
        """Columns alone."""
        return Asked((), names)

    def _list_values(self, spec: Spec, given: Tensor) -> list[Any]:
        array, name = given.array, spec.holds
        if array.ndim > 2 or (array.ndim == 2 and array.shape[1] != 1):  # noqa: PLR2004
            raise _refuse(name, Fact("not_a_column"))
        _require_type(name, given, {spec.datatype} if spec.datatype != "FP64" else _NUMBERS)
        values: list[Any] = array.ravel().tolist()
        if spec.datatype == "FP64":
            return [None if isnan(value) else value for value in values]
        if spec.datatype != BYTES:
            return values
        read = _READERS[self._holds[name]]
        return [read(content, name) for content in values]


def _refuse(field: str, problem: Fact) -> InvalidRequestError:
    return InvalidRequestError("field_problem", field=field, problem=problem)


def _describe_columns(columns: Columns) -> list[Spec]:
    kinds = dict.fromkeys(columns.texts, BYTES) | dict.fromkeys(columns.numbers, "FP64")
    kinds |= dict.fromkeys(columns.numeric, "FP64")
    return [
        Spec(columns.aliases.get(name, name), kind, (-1,), name) for name, kind in kinds.items()
    ]


def _describe_doubts(model: Model) -> list[Spec]:
    """What is said of rows besides the answer."""
    interval = _describe_columns(model.uncertainty.columns) if model.uncertainty else []
    return [*interval, *(Spec(name, BYTES, (-1,)) for name in (*_OF_EVERY_ROW, EXPLANATION))]


def _require_type(name: str, given: Tensor, datatypes: set[str]) -> None:
    if given.datatype not in datatypes:
        takes = Fact("of_datatype", datatype=next(iter(datatypes)))
        raise _refuse(name, takes if len(datatypes) == 1 else Fact("of_any_number"))


def _require_count(count: int) -> None:
    if count == 0:
        raise _refuse("inputs", Fact("no_instance"))
    if count > MAX_INSTANCES:
        raise TooLargeError("too_many_instances", most=MAX_INSTANCES)


def _read_text(content: bytes, name: str) -> str | None:
    """Text; an empty one is missing."""
    try:
        return content.decode() or None
    except UnicodeDecodeError:
        raise _refuse(name, Fact("must_be_utf_8")) from None


def _read_rows(content: bytes, name: str) -> object:
    try:
        return parse_json(content)
    except MalformedBodyError:  # speaks of a body
        raise _refuse(name, Fact("not_rows_in_json")) from None


def _read_file(content: bytes, _name: str) -> str:
    """A file in base64, whether it came so or as it is."""
    try:
        return content.decode("ascii")
    except UnicodeDecodeError:
        return base64.b64encode(content).decode("ascii")


_READERS: dict[str, Callable[[bytes, str], object]] = {
    "text": _read_text,
    "file": _read_file,
    "rows": _read_rows,
}
