"""A graph as converters write it becomes one that can be served in rows and columns."""

from typing import Any

import onnx
from pydantic import TypeAdapter, ValidationError

from medmaas.model.manifest import Input
from medmaas_training.catalogue.columns import join_columns, takes_columns
from medmaas_training.catalogue.zipmap import list_zipped_labels, remove_zipmap

Labels = dict[str, tuple[str, ...]]
_INPUT: TypeAdapter[Input] = TypeAdapter(Input)


def make_servable(
    content: bytes | None, draft: dict[str, Any] | None = None
) -> tuple[bytes | None, Labels]:
    """The serialised graph without ZipMap and with one input for the columns of a table.

    What is not there, is no graph, or needs no change, comes back as it is: who loads it says what
    is wrong.

    Args:
        content: as it was exported.
        draft: what is stated of the model; without it, columns are not joined.

    Returns:
        The graph, and the labels that ZipMap gave to columns of its outputs.

    Raises:
        RefusedError: columns cannot be joined as the draft states them.
    """
    if content is None:
        return None, {}
    try:
        graph = onnx.load_from_string(content)
    except Exception:  # noqa: BLE001 - protobuf's own, of a library without types
        return content, {}
    labels = list_zipped_labels(graph)
    served = remove_zipmap(graph)
    if draft is not None and takes_columns(served):
        served = _join(served, draft)
    if served is graph:
        return content, labels
    return served.SerializeToString(deterministic=True), labels


def _join(graph: onnx.ModelProto, draft: dict[str, Any]) -> onnx.ModelProto:
    try:
        spec = _INPUT.validate_python(draft.get("input"))
    except ValidationError:
        return graph
    if len(spec.tensors) != 1 or not spec.row_features:
        return graph
    return join_columns(graph, spec.row_features, next(iter(spec.tensors))) or graph
