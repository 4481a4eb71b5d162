"""A graph as converters write it becomes one that can be served in rows and columns."""

import onnx

from medmaas_training.catalogue.zipmap import list_zipped_labels, remove_zipmap


def make_servable(content: bytes | None) -> tuple[bytes | None, dict[str, tuple[str, ...]]]:
    """The serialised graph without ZipMap, and the labels that it gave to columns of its outputs.

    What is not there, is no graph, or needs no change, comes back as it is: who loads it says what
    is wrong.
    """
    if content is None:
        return None, {}
    try:
        graph = onnx.load_from_string(content)
    except Exception:  # noqa: BLE001 - protobuf's own, of a library without types
        return content, {}
    labels = list_zipped_labels(graph)
    if not labels:
        return content, {}
    return remove_zipmap(graph).SerializeToString(deterministic=True), labels
