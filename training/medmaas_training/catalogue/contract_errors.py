"""Where a graph and what is stated of it do not fit, and the way out, one sentence each."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from medmaas.model.manifest import Input, Number, ObservationSource, Output
from medmaas.model.manifest import Tensor as Declared
from medmaas.model.session import Session
from medmaas.model.unit_spellings import read_spelling
from medmaas.model.units import is_unit
from medmaas_training.catalogue.refusals import RefusedError
from medmaas_training.kinds.inputs import describe_input
from medmaas_training.kinds.outputs import ANY_SIZE, describe_output

_FLOATS = {"tensor(float)", "tensor(double)", "tensor(float16)"}


def require_fit(
    spec: Input, output: Output, session: Session, labels: Mapping[str, Sequence[str]]
) -> Literal[True]:
    """Refuse a graph that cannot take `spec` or does not give `output`.

    Args:
        spec: of the input.
        output: of the answer.
        session: of the graph.
        labels: that the graph itself gave, in the order of the columns, by output.

    Raises:
        RefusedError: with the reasons.
    """
    errors = [
        *_check_input(spec, session.inputs),
        *_check_outputs(output, session.outputs),
        *_check_labels(output, labels),
        *_check_units(spec),
    ]
    if errors:
        raise RefusedError(errors)
    return True


def _check_units(spec: Input) -> Iterator[str]:
    """Units that no result of a record could ever be converted to."""
    for feature in spec.recorded_features:
        if not isinstance(feature, Number) or not isinstance(feature.source, ObservationSource):
            continue
        if not is_unit(feature.unit):
            code = read_spelling(feature.unit)
            way = f"write {code}" if code else "write a code of UCUM, as 10*9/L or mg/dL"
            yield f"the unit of {feature.name} cannot be read in a record: {way}"


def _check_input(spec: Input, inputs: Sequence[Declared]) -> Iterator[str]:
    if len(inputs) != len(spec.tensors):
        yield (
            f"the graph takes {len(inputs)} inputs ({_names(inputs)}), the input as stated is "
            f"{', '.join(spec.tensors)}: {describe_input(spec).explain_count()}"
        )
        return
    by_name = {tensor.name: tensor for tensor in inputs}
    for name, (datatype, shape) in spec.tensors.items():
        if name in by_name:
            yield from _check_tensor(spec, by_name[name], datatype, shape)
        elif len(inputs) == 1:
            yield f"input.tensor is {name}, but the graph's input is called {_names(inputs)}"
            yield from _check_tensor(spec, inputs[0], datatype, shape)
        else:
            yield f"the input as stated has a tensor {name}, but the graph takes {_names(inputs)}"


def _check_tensor(spec: Input, has: Declared, datatype: str, shape: Sequence[int]) -> Iterator[str]:
    known = has.name if has.name in spec.tensors else next(iter(spec.tensors))
    if misfit := spec.find_misfit(known, has.datatype):
        way = describe_input(spec).explain_type(has.datatype, datatype)
        yield f"the graph takes {has.datatype}, an input as stated is {datatype}: {way or misfit}"
    if len(has.shape) != len(shape):
        yield (
            f"the graph takes {_show(has.shape)}, an input of kind {spec.kind} is {_show(shape)}"
        )
        return
    if has.shape[0] not in {-1, 1}:
        yield (
            f"the graph's first dimension is fixed at {has.shape[0]}: export it with a dynamic "
            'first dimension (PyTorch: dynamic_shapes={name: {0: "n"}}, skl2onnx: '
            "FloatTensorType([None, columns]))"
        )
    if any(size not in {-1, needs} for size, needs in zip(has.shape[1:], shape[1:], strict=True)):
        yield (
            f"the graph takes {_show(has.shape)}, but the input stated is {_show(shape)}: "
            f"{describe_input(spec).explain_size(has.shape)}"
        )


def _check_outputs(output: Output, outputs: Sequence[Declared]) -> Iterator[str]:
    by_name = {tensor.name: tensor for tensor in outputs}
    for tensor in outputs:
        if not tensor.datatype.startswith("tensor("):
            yield (
                f"the graph's output {tensor.name} is {tensor.datatype}, not a tensor: export it "
                "without what makes sequences or dictionaries"
            )
    for field, name in zip(output.tensor_fields, output.tensors, strict=True):
        has = by_name.get(name)
        if has is None:
            yield f"output.{field} is {name}, but the graph gives {_names(outputs)}"
        elif has.datatype.startswith("tensor("):
            yield from _check_output(output, field, has)


def _check_labels(output: Output, labels: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Labels in another order than the graph's, which a person would read as each other's."""
    stated = describe_output(output).labels
    for name in output.tensors:
        own = labels.get(name, ())
        if len(own) != len(stated) or [*own] == [*stated]:
            continue
        if {*own} == {*stated}:
            yield f"output.labels must be in the order of the graph: {', '.join(own)}"
        elif not _are_numbers(own):
            yield f"output.labels must be those of the graph: {', '.join(own)}"


def _are_numbers(labels: Sequence[str]) -> bool:
    """Whether labels are codes, which the manifest may call by words."""
    return all(label.lstrip("-").isdecimal() for label in labels)


def _check_output(output: Output, field: str, has: Declared) -> Iterator[str]:
    if has.datatype not in _FLOATS:
        yield (
            f"output.{field} is {has.name}, which is {has.datatype}: name an output of floats, "
            "for classes that of the probabilities"
        )
    description = describe_output(output)
    if (wanted := description.list_sizes(field)) is not None:
        fits = len(has.shape) == len(wanted) + 1 and all(
            ANY_SIZE in {size, needs} or size == needs
            for size, needs in zip(has.shape[1:], wanted, strict=True)
        )
        if not fits:
            shape = _show((-1, *wanted))
            yield f"the graph gives {_show(has.shape)} as {has.name}, output needs {shape}"
        return
    about, columns = description.count_columns(field)
    if len(has.shape) > 1 and has.shape[-1] not in {-1, columns}:
        yield f"the graph gives {_show(has.shape)} as {has.name}, {about} needs [n, {columns}]"


def _names(tensors: Sequence[Declared]) -> str:
    return ", ".join(tensor.name for tensor in tensors)


def _show(shape: Sequence[int]) -> str:
    return "[" + ", ".join("n" if size == -1 else str(size) for size in shape) + "]"
