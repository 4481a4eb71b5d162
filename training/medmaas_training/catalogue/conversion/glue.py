"""A graph that is put together: pieces of other graphs, and single nodes between them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import ArrayLike, NDArray
from onnx import TensorProto, helper, numpy_helper
from onnx.compose import add_prefix

from medmaas_training.catalogue.graph import ML_OPSET, OPSET

_IR = 10
ML = "ai.onnx.ml"


class Glue:
    """Nodes in the order in which they were added; every tensor has a name of its own.

    Args:
        tensor: what the graph takes, float32 [n, width].
        width: how many columns it has.
    """

    def __init__(self, tensor: str, width: int) -> None:
        self.tensor = tensor
        self._width = width
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []
        self._sparse: list[onnx.SparseTensorProto] = []
        self._count = 0

    def add(
        self,
        operator: str,
        *inputs: str,
        domain: str = "",
        **attributes: Any,  # noqa: ANN401 - of each operator its own
    ) -> str:
        """The name of the first output of a new node."""
        output = self._name(operator)
        self._nodes.append(
            helper.make_node(operator, [*inputs], [output], domain=domain, **attributes)
        )
        return output

    def constant(self, values: ArrayLike, dtype: type = np.float32) -> str:
        """The name of a tensor that never changes; text is of dtype object."""
        name = self._name("constant")
        array: NDArray[Any] = np.asarray(values, dtype)
        if dtype is object:
            words = [str(word).encode() for word in array.ravel()]
            text = TensorProto(name=name, data_type=TensorProto.STRING, dims=array.shape)
            text.string_data.extend(words)
            self._weights.append(text)
        else:
            self._weights.append(numpy_helper.from_array(array, name))
        return name

    def cast(self, tensor: str, to: int = TensorProto.FLOAT) -> str:
        """The tensor as another type."""
        return self.add("Cast", tensor, to=to)

    def take_columns(self, tensor: str, columns: Sequence[int]) -> str:
        """Some columns [n, some] of a tensor [n, columns], in this order."""
        return self.add("Gather", tensor, self.constant([*columns], np.int64), axis=1)

    def join(self, tensors: Sequence[str]) -> str:
        """Tensors [n, ...] beside each other."""
        return tensors[0] if len(tensors) == 1 else self.add("Concat", *tensors, axis=1)

    def include(self, graph: onnx.ModelProto, inputs: Mapping[str, str], output: str) -> str:
        """Put a whole graph in.

        Args:
            graph: of opsets that are not newer than ours.
            inputs: by the name of what it takes, the tensor that it is given.
            output: which of what it gives is wanted.

        Returns:
            The name of that.
        """
        prefix = f"{self._name('graph')}_"
        named = add_prefix(graph, prefix)
        for name, tensor in inputs.items():
            self._nodes.append(helper.make_node("Identity", [tensor], [prefix + name]))
        self._nodes += named.graph.node
        self._weights += named.graph.initializer
        self._sparse += named.graph.sparse_initializer
        return prefix + output

    def finish(self, answer: str, columns: int, output: str) -> onnx.ModelProto:
        """The graph from `tensor` to the answer [n, columns], under the name of the output."""
        self._nodes.append(helper.make_node("Cast", [answer], [output], to=TensorProto.FLOAT))
        taken = helper.make_tensor_value_info(self.tensor, TensorProto.FLOAT, ["n", self._width])
        given = helper.make_tensor_value_info(output, TensorProto.FLOAT, ["n", columns])
        graph = helper.make_graph(self._nodes, "model", [taken], [given], self._weights)
        graph.sparse_initializer.extend(self._sparse)
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(ML, ML_OPSET)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=_IR)

    def _name(self, what: str) -> str:
        self._count += 1
        return f"glue_{self._count}_{what}"
