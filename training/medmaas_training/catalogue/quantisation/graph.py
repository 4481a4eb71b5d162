"""A graph in numbers of 8 or 4 bits, by ONNX Runtime's own quantiser."""

import logging
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import onnx
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_dynamic,
    quantize_static,
)
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from onnxruntime.quantization.shape_inference import quant_pre_process

from medmaas_training.catalogue.operators import check_graph, find_graphs
from medmaas_training.catalogue.probes.made import Array, Tensors
from medmaas_training.errors import TrainingError

Method = Literal["dynamic", "static", "4-bit"]
METHODS: tuple[Method, ...] = ("dynamic", "static", "4-bit")
_CONVOLUTIONS, _PRODUCTS = {"Conv", "ConvTranspose"}, {"MatMul", "Gemm"}
# what moves and adds numbers of 8 bits between convolutions; a softmax in them would be coarse
_STATIC = [
    *("Conv", "MatMul", "Gemm", "Add", "Concat", "MaxPool", "AveragePool", "GlobalAveragePool"),
]
_DYNAMIC = ["MatMul", "Gather"]  # Gemm becomes MatMul, Gather is of embeddings
_QUANTISED = {"QuantizeLinear", "DynamicQuantizeLinear", "DequantizeLinear", "MatMulInteger"}
_BLOCK = 32  # weights that share a scale of 4 bits
_MODEL, _READY, _WRITTEN = "model.onnx", "ready.onnx", "written.onnx"


def choose_method(content: bytes) -> Method:
    """What suits a graph: static where convolutions hold most weights, dynamic where products do.

    Raises:
        TrainingError: neither holds any.
    """
    graph = onnx.load_from_string(content)
    weights = {kind: _count_weights(graph, kind) for kind in _CONVOLUTIONS | _PRODUCTS}
    of_convolutions = sum(weights[kind] for kind in _CONVOLUTIONS)
    of_products = sum(weights[kind] for kind in _PRODUCTS)
    if not of_convolutions + of_products:
        raise TrainingError(
            "nothing was written: no matrix product or convolution of the graph holds weights, and "
            "nothing else becomes smaller in 8 bits; trees stay as they are"
        )
    return "static" if of_convolutions > of_products else "dynamic"


def quantise_graph(content: bytes, method: Method, rows: Sequence[Tensors]) -> bytes:
    """The graph with weights of 8 or 4 bits.

    Weights of 8 bits use 7 of them: sums of products then fit 16 bits on processors without VNNI,
    so that they answer as those with it (https://onnxruntime.ai, "When and why do I need to try
    U8U8").

    Args:
        content: the serialised graph.
        method: dynamic (int8 weights, scales of each call), static (int8, scales of calibration
            rows) or 4-bit (weights alone).
        rows: of calibration, as the graph takes them, each by name [1, ...]; static needs some.

    Raises:
        TrainingError: ONNX Runtime cannot, or what it writes uses operators that are not allowed.
    """
    with tempfile.TemporaryDirectory() as aside, _quiet():
        folder = Path(aside)
        (folder / _MODEL).write_bytes(content)
        try:
            graph = _WAYS[method](folder, rows)
        except Exception as error:  # its quantiser raises anything
            raise TrainingError(
                f"nothing was written: ONNX Runtime cannot quantise this graph ({method}): "
                f"{str(error).strip().splitlines()[0] if str(error).strip() else 'no reason given'}"
            ) from error
    _forget_domains(graph)
    check_graph(graph)
    written: bytes = graph.SerializeToString(deterministic=True)
    return written


def _quantise_dynamic(folder: Path, rows: Sequence[Tensors]) -> onnx.ModelProto:
    del rows
    quantize_dynamic(
        folder / _MODEL,
        folder / _WRITTEN,
        op_types_to_quantize=_DYNAMIC,
        per_channel=True,
        reduce_range=True,
        weight_type=QuantType.QInt8,
    )
    return onnx.load(folder / _WRITTEN)


def _quantise_static(folder: Path, rows: Sequence[Tensors]) -> onnx.ModelProto:
    quant_pre_process(str(folder / _MODEL), str(folder / _READY), skip_symbolic_shape=True)
    quantize_static(
        folder / _READY,
        folder / _WRITTEN,
        _Rows(rows),
        quant_format=QuantFormat.QDQ,
        op_types_to_quantize=_STATIC,
        per_channel=True,
        reduce_range=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
    )
    return onnx.load(folder / _WRITTEN)


def _quantise_4_bit(folder: Path, rows: Sequence[Tensors]) -> onnx.ModelProto:
    """As DequantizeLinear of opset 21, which is standard; ONNX Runtime makes MatMulNBits of it."""
    del rows
    graph = onnx.load(folder / _MODEL)
    quantiser = MatMulNBitsQuantizer(
        graph, block_size=_BLOCK, is_symmetric=True, quant_format=QuantFormat.QDQ
    )
    quantiser.process()
    written: onnx.ModelProto = quantiser.model.model
    return written


_WAYS = {"dynamic": _quantise_dynamic, "static": _quantise_static, "4-bit": _quantise_4_bit}


class _Rows(CalibrationDataReader):  # type: ignore[misc]  # the library has no types
    """Calibration rows, one after the other."""

    def __init__(self, rows: Sequence[Tensors]) -> None:
        self._rows = iter(rows)

    def get_next(self) -> dict[str, Array] | None:
        """The next one; None behind the last."""
        following = next(self._rows, None)
        return None if following is None else dict(following)


def require_floats(content: bytes) -> None:
    """Raise TrainingError if a graph is quantised: twice would be measured against itself."""
    graph = onnx.load_from_string(content)
    nodes = (node.op_type for part in find_graphs(graph.graph) for node in part.node)
    if _QUANTISED & set(nodes):
        raise TrainingError(
            "nothing was written: this version is quantised already: name another with --version"
        )


def _count_weights(graph: onnx.ModelProto, kind: str) -> int:
    """How many numbers the weights of an operator hold, the graph's own alone."""
    sizes = {one.name: _multiply(one.dims) for one in graph.graph.initializer}
    nodes = [node for node in graph.graph.node if node.op_type == kind]
    return sum(sizes.get(name, 0) for node in nodes for name in node.input[1:2])


def _multiply(sizes: Sequence[int]) -> int:
    product = 1
    for size in sizes:
        product *= size
    return product if len(sizes) > 1 else 0  # a bias is no weight


def _forget_domains(graph: onnx.ModelProto) -> None:
    """Leave out opsets that no node uses, which optimisation writes."""
    used = {node.domain for part in find_graphs(graph.graph) for node in part.node} | {""}
    kept = {one.domain: one.version for one in graph.opset_import if one.domain in used}
    del graph.opset_import[:]
    graph.opset_import.extend(onnx.helper.make_opsetid(d, v) for d, v in sorted(kept.items()))


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep from the user that pre-processing is recommended, and what the quantiser does."""
    disabled = logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        yield
    finally:
        logging.disable(disabled)
