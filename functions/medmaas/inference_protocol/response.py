"""An inference response: JSON, or JSON followed by binary tensors."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from pydantic_core import to_json

from medmaas.inference_protocol.datatypes import encode_binary, encode_json
from medmaas.inference_protocol.outputs import Column
from medmaas.inference_protocol.views import Spec, View


class InferResponse(NamedTuple):
    """A body, and how much of it is JSON; None if all is."""

    content: bytes
    json_length: int | None


def write_response(
    view: View,
    request_id: str | None,
    outputs: Sequence[tuple[Spec, bool]],
    columns: Mapping[str, Column],
) -> InferResponse:
    """The response of a view.

    Args:
        view: which answered.
        request_id: to be repeated.
        outputs: what is wanted, and whether in binary.
        columns: values by name.
    """
    written, parts = [], list[bytes]()
    for spec, binary in outputs:
        name, datatype = spec.name, spec.datatype
        column = columns[spec.holds]
        shape = column.shape if isinstance(column, np.ndarray) else (len(column),)
        tensor: dict[str, Any] = {"name": name, "datatype": datatype, "shape": shape}
        if binary:
            parts.append(encode_binary(column, datatype))
            tensor["parameters"] = {"binary_data_size": len(parts[-1])}
        else:
            tensor["data"] = encode_json(column, datatype)
        written.append(tensor)
    identity = view.model.identity
    answer: dict[str, Any] = {"model_name": view.name, "model_version": identity["version"]}
    answer["parameters"] = {name: identity[name] for name in ("sha256", "digest")}
    if request_id is not None:
        answer["id"] = request_id
    head = to_json(answer | {"outputs": written})
    if not parts:
        return InferResponse(head, None)
    return InferResponse(b"".join([head, *parts]), len(head))
