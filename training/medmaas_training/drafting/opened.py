"""A graph is opened: what it takes and gives, how it ends, and what it says of itself."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import onnx
from onnx import numpy_helper

from medmaas.model.manifest import Tensor
from medmaas.model.operators import find_operators
from medmaas.model.session import Session
from medmaas_training.catalogue.columns import list_inputs, takes_columns
from medmaas_training.catalogue.servable import make_servable

# which pass a value on, in another shape, type or order of rows
_PASSING = {
    "Identity",
    "Cast",
    "Reshape",
    "Squeeze",
    "Unsqueeze",
    "Flatten",
    "Transpose",
    "Dropout",
}
_LABELS = ("classlabels_strings", "classlabels_int64s", "classlabels_ints")
_NAMES = ("feature_names", "features", "columns", "feature_name", "input_features")
_MISSING = ("Imputer", "IsNaN")  # operators by which a graph knows that a value is missing
_TRACKED = "nodes_missing_value_tracks_true"
_SHOWN = 5


@dataclass(frozen=True)
class Opened:
    """A graph without ZipMap.

    Attributes:
        model: of the library onnx.
        session: that runs it.
        zipped: labels of outputs that a ZipMap gave.
        operators: beyond the standard, as domain::name.
    """

    model: onnx.ModelProto
    session: Session
    zipped: Mapping[str, tuple[str, ...]]
    operators: tuple[str, ...] = ()

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        """What it takes."""
        return self.session.inputs

    @property
    def outputs(self) -> tuple[Tensor, ...]:
        """What it gives."""
        return self.session.outputs

    @cached_property
    def _makers(self) -> dict[str, onnx.NodeProto]:
        return {name: node for node in self.model.graph.node for name in node.output}

    @cached_property
    def endings(self) -> dict[str, str]:
        """The operator that makes each output, what only passes it on left out."""
        return {tensor.name: self._find_ending(tensor.name) for tensor in self.outputs}

    @cached_property
    def labels(self) -> dict[str, tuple[str, ...]]:
        """The labels that the graph states of an output's columns, in their order."""
        found = {name: self._find_labels(name) for name in self.endings}
        return {name: labels for name, labels in {**found, **self.zipped}.items() if labels}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the columns that it takes, if its metadata state them."""
        for prop in self.model.metadata_props:
            if prop.key.lower() in _NAMES:
                return _read_names(prop.value)
        return ()

    @cached_property
    def knows_missing(self) -> bool:
        """Whether it does something of its own with a value that is missing."""
        return any(
            node.op_type in _MISSING
            or any(one.name == _TRACKED and any(one.ints) for one in node.attribute)
            for node in self.model.graph.node
        )

    @property
    def takes_columns(self) -> bool:
        """Whether each of its inputs is a column of a table."""
        return takes_columns(self.model)

    def serve(self, fields: dict[str, Any]) -> "Opened":
        """The graph as it will be served with an input as drafted: its columns joined.

        Raises:
            RefusedError: they cannot be joined so.
        """
        content, _ = make_servable(self.model.SerializeToString(), {"input": fields})
        if content is None:
            raise AssertionError("what is there comes back")
        model = onnx.load_from_string(content)
        if len(list_inputs(model)) == len(list_inputs(self.model)):
            return self
        return replace(self, model=model, session=Session(content))

    def describe(self) -> str:
        """What it is made of, in a sentence."""
        counts: dict[str, int] = {}
        for node in self.model.graph.node:
            counts[node.op_type] = counts.get(node.op_type, 0) + 1
        most = sorted(counts, key=lambda name: (-counts[name], name))[:_SHOWN]
        made = " ".join(filter(None, (self.model.producer_name, self.model.producer_version)))
        by = f", written by {made}" if made else ""
        return f"An ONNX graph of {sum(counts.values())} operators ({', '.join(most)}){by}."

    def _find_ending(self, name: str) -> str:
        while (node := self._makers.get(name)) and node.op_type in _PASSING and node.input:
            name = node.input[0]
        return node.op_type if node else ""

    def _walk_back(self, name: str) -> Iterator[onnx.NodeProto]:
        """The nodes that an output is made by, the nearest first."""
        seen, todo = set[str](), [name]
        while todo:
            node = self._makers.get(todo.pop(0))
            if node is None or node.output[0] in seen:
                continue
            seen.add(node.output[0])
            todo += node.input
            yield node

    def _find_labels(self, name: str) -> tuple[str, ...]:
        for node in self._walk_back(name):
            stated = {one.name: one for one in node.attribute if one.name in _LABELS}
            for one in stated.values():
                labels = [text.decode() for text in one.strings] or [*map(str, one.ints)]
                if labels:
                    return tuple(labels)
        return self._find_chosen_labels(name)

    def _find_chosen_labels(self, name: str) -> tuple[str, ...]:
        """The labels that another output chooses from by the position of the largest number."""
        weights = {tensor.name: tensor for tensor in self.model.graph.initializer}
        for other in (one.name for one in self.outputs if one.name != name):
            for node in self._walk_back(other):
                if node.op_type not in {"ArrayFeatureExtractor", "Gather"}:
                    continue
                known = [weights[one] for one in node.input if one in weights]
                arrays = [numpy_helper.to_array(one).ravel() for one in known]
                for array in arrays:
                    if array.dtype.kind in "iO" and len(array) > 1:
                        return tuple(_to_text(one) for one in array.tolist())
        return ()


def open_graph(content: bytes) -> Opened:
    """A graph from its bytes.

    Raises:
        TrainingError: it cannot be served; says why.
    """
    # which describes by the rooms that are shown this
    from medmaas_training.catalogue.completion import load_graph  # noqa: PLC0415

    served, labels = make_servable(content)
    content = content if served is None else served
    operators: tuple[str, ...] = ()
    try:
        model = onnx.load_from_string(content)
        operators = find_operators(content)
    except Exception:  # noqa: BLE001 - protobuf's own; load_graph says what is wrong
        model = onnx.ModelProto()
    return Opened(model, load_graph(content, operators).session, labels, operators)


def _read_names(text: str) -> tuple[str, ...]:
    try:
        names = json.loads(text)
    except ValueError:
        names = [part.strip() for part in text.strip("[]").split(",")]
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        return ()
    return tuple(name.strip("'\"") for name in names)


def _to_text(label: object) -> str:
    return label.decode() if isinstance(label, bytes) else str(label)
