"""A model that is measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import onnx

from medmaas.model.inputs import Files
from medmaas.model.manifest import Input, Output


@dataclass(frozen=True)
class Subject:
    """A model that is measured.

    Attributes:
        graph: from raw values to the tensors that `output` names.
        spec: of the input.
        output: of the answer.
        golden: invented instances.
        files: that the input is read with.
    """

    graph: onnx.ModelProto
    spec: Input
    output: Output
    golden: Sequence[dict[str, Any]]
    files: Files
