"""Where a graph and what is stated of it do not fit, and the way out, one sentence each."""

from collections.abc import Iterator, Sequence
from typing import Literal, assert_never

from medmaas.model.manifest import (
    ClassesOutput,
    ImageInput,
    Input,
    Output,
    PolicyOutput,
    SeriesInput,
    SurvivalOutput,
    TabularInput,
    TextInput,
    ValueOutput,
)
from medmaas.model.manifest import Tensor as Declared
from medmaas.model.session import Session
from training.catalogue.refusals import RefusedError

_FLOATS = {"tensor(float)", "tensor(double)", "tensor(float16)"}
_WAYS = {
    "tensor(float)": "export it with float32 (skl2onnx: FloatTensorType, PyTorch: .float())",
    "tensor(uint8)": "put the normalisation of bytes into the graph, or state input.normalisation",
    "tensor(int64)": "let the graph take int64 codes",
}


def require_fit(spec: Input, output: Output, session: Session) -> Literal[True]:
    """Refuse a graph that cannot take `spec` or does not give `output`.

    Raises:
        RefusedError: with the reasons.
    """
    misfits = [*_check_input(spec, session.inputs), *_check_outputs(output, session.outputs)]
    if misfits:
        raise RefusedError(misfits)
    return True


def _check_input(spec: Input, inputs: Sequence[Declared]) -> Iterator[str]:
    if len(inputs) != 1:
        yield (
            f"the graph takes {len(inputs)} inputs ({_names(inputs)}), one is possible: export it "
            "with one tensor of all columns (skl2onnx: initial_types=[(name, "
            "FloatTensorType([None, columns]))])"
        )
        return
    (has,) = inputs
    datatype, shape = spec.tensor_type
    if has.name != spec.tensor:
        yield f"input.tensor is {spec.tensor}, but the graph's input is called {has.name}"
    if has.datatype != datatype:
        way = _WAYS[datatype]
        if isinstance(spec, ImageInput) and has.datatype == "tensor(uint8)":
            way = "leave out input.normalisation"
        yield f"the graph takes {has.datatype}, an input as stated is {datatype}: {way}"
    if len(has.shape) != len(shape):
        yield (
            f"the graph takes {_show(has.shape)}, an input of kind {spec.kind} is {_show(shape)}"
        )
        return
    if has.shape[0] != -1:
        yield (
            f"the graph's first dimension is fixed at {has.shape[0]}: export it with a dynamic "
            'first dimension (PyTorch: dynamic_shapes={name: {0: "n"}}, skl2onnx: '
            "FloatTensorType([None, columns]))"
        )
    if any(size not in {-1, needs} for size, needs in zip(has.shape[1:], shape[1:], strict=True)):
        yield (
            f"the graph takes {_show(has.shape)}, but the input stated is {_show(shape)}: "
            f"{_explain_size(spec, has.shape)}"
        )


def _explain_size(spec: Input, shape: tuple[int, ...]) -> str:
    match spec:
        case TabularInput():
            return f"state {shape[1]} features in input.features, {len(spec.features)} are there"
        case SeriesInput() if shape[1] != -1:
            return "export it with a dynamic second dimension, the rows"
        case SeriesInput():
            return f"state {shape[2]} features in input.features, {len(spec.features)} are there"
        case TextInput():
            return f"state input.max_length {shape[1]}"
        case ImageInput():
            return "correct input.height, width, mode, or layout (PyTorch: NCHW)"
        case _:
            assert_never(spec)


def _check_outputs(output: Output, outputs: Sequence[Declared]) -> Iterator[str]:
    by_name = {tensor.name: tensor for tensor in outputs}
    for tensor in outputs:
        if not tensor.datatype.startswith("tensor("):
            yield (
                f"the graph's output {tensor.name} is {tensor.datatype}, no tensor: export it with "
                "options={'zipmap': False}"
            )
    for field, name in zip(("tensor", "nadir_tensor"), output.tensors, strict=False):
        has = by_name.get(name)
        if has is None:
            yield f"output.{field} is {name}, but the graph gives {_names(outputs)}"
        elif has.datatype.startswith("tensor("):
            yield from _check_output(output, field, has)


def _check_output(output: Output, field: str, has: Declared) -> Iterator[str]:
    if has.datatype not in _FLOATS:
        yield (
            f"output.{field} is {has.name}, which is {has.datatype}: name an output of floats, "
            "for classes that of the probabilities"
        )
    about, columns = _count_columns(output, field)
    if len(has.shape) > 1 and has.shape[-1] not in {-1, columns}:
        yield f"the graph gives {_show(has.shape)} as {has.name}, {about} needs [n, {columns}]"


def _count_columns(output: Output, field: str) -> tuple[str, int]:
    """How long the last dimension is, and which field says so."""
    match output:
        case ClassesOutput():
            return "output.labels", len(output.labels)
        case SurvivalOutput():
            return "output.time_days", len(output.time_days)
        case ValueOutput():
            return "an output of kind value", 1
        case PolicyOutput() if field == "tensor":
            return "output.outcomes", len(output.outcomes)
        case PolicyOutput():
            return "output.actions", len(output.actions)
        case _:
            assert_never(output)


def _names(tensors: Sequence[Declared]) -> str:
    return ", ".join(tensor.name for tensor in tensors)


def _show(shape: Sequence[int]) -> str:
    return "[" + ", ".join("n" if size == -1 else str(size) for size in shape) + "]"
