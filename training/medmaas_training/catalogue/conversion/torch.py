"""PyTorch, by its own exporter: a module takes the tensors of an input, and gives some by name."""

import re
from collections.abc import Iterable, Mapping, Sequence
from inspect import signature
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray

from medmaas.model.manifest import Input, Output
from medmaas_training.catalogue.graph import convert_torch
from medmaas_training.errors import TrainingError
from medmaas_training.rows import Fed, PartRows, feed

Array = NDArray[Any]
_TYPES = {"tensor(float)": np.float32, "tensor(uint8)": np.uint8, "tensor(int64)": np.int64}


class TorchModel:
    """A module that takes the tensors of an input, and gives those of the output.

    It takes several by the names of its `forward`, if these are theirs, else in their order.
    What it gives is found by name where it is a dictionary or a named tuple that has the names of
    the output; else by place, and what comes behind the last is passed by.
    """

    rows: Fed

    def __init__(self, module: torch.nn.Module, rows: object, spec: Input, output: Output) -> None:
        self._module = _Named(module.eval(), spec.tensors, output.tensors)
        self._spec = spec
        self._outputs = output.tensors
        self.rows = _shape_tensors(rows, spec)

    def convert(self) -> onnx.ModelProto:
        """The graph.

        Raises:
            TrainingError: PyTorch cannot export it with a dynamic first dimension.
        """
        example = {name: torch.from_numpy(array) for name, array in self._feed(self.rows[:2])}
        dynamic = {
            name: ("n", f"rows of {name}")[: shape.count(-1)]
            for name, (_, shape) in self._spec.tensors.items()
        }
        dynamic = {name: tuple(map(_name_dimension, sizes)) for name, sizes in dynamic.items()}
        self._ask(self.rows[:2])
        try:
            return convert_torch(self._module, example, *self._outputs, dynamic=dynamic)
        except Exception as error:  # its exporter raises anything
            raise TrainingError(
                "PyTorch cannot export this module to ONNX for any number of rows"
                f"{_find_cause(error)}"
            ) from error

    def _feed(self, rows: Fed) -> Iterable[tuple[str, Array]]:
        return feed(rows, self._spec.tensors).items()

    def _ask(self, rows: Fed) -> tuple[torch.Tensor, ...]:
        """What the module gives.

        Raises:
            TrainingError: it does not take its tensors, or gives others than stated.
        """
        names = ", ".join(self._spec.tensors)
        try:
            with torch.no_grad():
                given: tuple[torch.Tensor, ...] = self._module(
                    *(torch.from_numpy(array) for _, array in self._feed(rows))
                )
        except TrainingError:
            raise
        except TypeError as error:
            raise TrainingError(
                f"the module must take {len(self._spec.tensors)} tensors, in the order in which "
                f"the draft states them: {names}"
            ) from error
        except Exception as error:  # its own code raises anything
            raise TrainingError(
                f"the module does not run on its own rows ({type(error).__name__}): it is given "
                f"{names} as the draft states them"
            ) from error
        return given

    def answer(self, rows: Fed) -> dict[str, Array]:
        """What the module itself gives for rows [n, ...], by name of output."""
        return {
            name: tensor.double().numpy()
            for name, tensor in zip(self._outputs, self._ask(rows), strict=True)
        }


class _Named(torch.nn.Module):
    """A module that takes the stated tensors in their order, and gives the stated ones alone."""

    def __init__(
        self, module: torch.nn.Module, inputs: Iterable[str], outputs: Sequence[str]
    ) -> None:
        super().__init__()
        self.module, self._outputs = module, tuple(outputs)
        names = signature(module.forward).parameters
        self._inputs = tuple(inputs)
        self._by_name = len(self._inputs) > 1 and {*self._inputs} <= {*names}

    def forward(self, *tensors: torch.Tensor) -> tuple[torch.Tensor, ...]:
        if self._by_name:
            given = self.module(**dict(zip(self._inputs, tensors, strict=True)))
        else:
            given = self.module(*tensors)
        return _pick(given, self._outputs)


def _pick(given: Any, names: Sequence[str]) -> tuple[torch.Tensor, ...]:  # noqa: ANN401 - of any module
    """The tensors of these names among what a module gives."""
    by_name = given if isinstance(given, Mapping) else None
    if by_name is None and hasattr(given, "_asdict"):
        fields = given._asdict()
        by_name = fields if {*names} <= {*fields} else None
    if by_name is not None:
        if lost := [name for name in names if name not in by_name]:
            raise TrainingError(
                f"the module gives {', '.join(map(str, by_name))}, and the output as stated is "
                f"{', '.join(names)}: it gives no {', '.join(lost)}"
            )
        return tuple(by_name[name] for name in names)
    tensors = tuple(given) if isinstance(given, tuple | list) else (given,)
    if len(tensors) < len(names):
        raise TrainingError(
            f"the module gives {len(tensors)} tensors, and the output as stated is "
            f"{', '.join(names)}"
        )
    if not all(isinstance(tensor, torch.Tensor) for tensor in tensors[: len(names)]):
        raise TrainingError(
            "the module must give tensors: one, a tuple of them in the order of the output, or a "
            f"dictionary or named tuple with {', '.join(names)}"
        )
    return tensors[: len(names)]


def _find_cause(error: BaseException) -> str:
    """What the exporter says of it, in one line: the last of what caused what."""
    while error.__cause__ is not None:
        error = error.__cause__
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f", because {lines[0][:240].rstrip('. :')}" if lines else ""


def _name_dimension(name: str) -> str:
    return re.sub(r"\W", "_", name)


def _shape_tensors(rows: object, spec: Input) -> Fed:
    """Rows of the one tensor, or by name of several."""
    kinds = spec.tensors
    if len(kinds) == 1:
        ((datatype, shape),) = kinds.values()
        return _shape_rows(rows, shape, _TYPES[datatype])
    if not isinstance(rows, Mapping) or {*rows} != {*kinds}:
        raise TrainingError(f"rows must be arrays by name: {', '.join(kinds)}")
    arrays = {
        name: _shape_rows(rows[name], shape, _TYPES[datatype], name)
        for name, (datatype, shape) in kinds.items()
    }
    if len({len(array) for array in arrays.values()}) > 1:
        raise TrainingError("rows must hold as many rows of each tensor")
    return PartRows(arrays)


def _shape_rows(rows: object, shape: Sequence[int], dtype: type, name: str = "") -> Array:
    try:
        array: Array = np.ascontiguousarray(rows, dtype=dtype)
    except (TypeError, ValueError) as error:
        raise TrainingError("rows must be numbers, as the graph takes them") from error
    fits = array.ndim == len(shape) and all(
        needs in {-1, has} for has, needs in zip(array.shape, shape, strict=True)
    )
    if not fits or len(array) < 2:
        wanted = ", ".join("any" if size == -1 else str(size) for size in shape[1:])
        raise TrainingError(
            f"{name or 'rows'} is {list(array.shape)}, the input as stated is [n, {wanted}], "
            "n at least 2"
        )
    return array
