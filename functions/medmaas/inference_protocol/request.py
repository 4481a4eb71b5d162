"""An inference request: JSON, or JSON followed by binary tensors."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from medmaas.errors import InvalidCallError, Problem
from medmaas.facts import Fact
from medmaas.inference_protocol.datatypes import (
    BYTES,
    DATATYPES,
    Array,
    decode_binary,
    decode_json,
    read_shape,
    refuse,
)
from medmaas.inference_protocol.outputs import EXPLANATION
from medmaas.model.body import find_wrong_options, parse_json
from medmaas.model.options import PLAIN, Options

_FIELDS = {"id", "parameters", "inputs", "outputs", "model_name", "model_version"}
_OPTIONS = {"explain", "explain_seconds", "coverage", "force"}
_BINARY_OUTPUT = "binary_data_output"
_MOST_TENSORS = 256
_NO_OBJECT = Fact("must_be_an_object")
_NO_SUCH_NAME = Fact("required_name")


@dataclass(frozen=True, slots=True)
class Tensor:
    """An input: its datatype, and an array of its shape."""

    datatype: str
    array: Array


@dataclass(frozen=True, slots=True)
class InferRequest:
    """What was asked.

    Attributes:
        id: to be repeated, if there is one.
        inputs: by name.
        outputs: names, and whether each is wanted in binary; None for those that are usual.
        binary: whether outputs come in binary that do not say.
        options: how to answer; explained where outputs name it, whatever parameters say.
    """

    id: str | None
    inputs: Mapping[str, Tensor]
    outputs: Mapping[str, bool] | None
    binary: bool
    options: Options


def read_request(body: bytes, json_length: int | None) -> InferRequest:
    """The request in a body.

    Args:
        body: as it was sent.
        json_length: how many bytes of it are JSON, the rest being tensors; None for all.

    Raises:
        MalformedBodyError: what should be JSON is not.
        InvalidCallError: it breaks a rule of the protocol; names the field.
    """
    binary = memoryview(b"")
    if json_length is not None:
        if not 0 < json_length <= len(body):
            raise refuse("Inference-Header-Content-Length", Fact("not_length_of_json"))
        binary = memoryview(body)[json_length:]
        body = body[:json_length]
    tree = parse_json(body, nan_is_null=True)
    if not isinstance(tree, dict) or not tree.keys() <= _FIELDS:
        raise InvalidCallError("not_an_infer_request")
    request_id = tree.get("id")
    if request_id is not None and not _is_text(request_id):
        raise refuse("id", Fact("must_be_text"))
    parameters = _read_parameters(tree, "parameters")
    options = _read_options(parameters) if parameters else PLAIN
    in_binary = _read_flag(parameters, _BINARY_OUTPUT, "parameters", default=False)
    inputs = _read_inputs(tree.get("inputs"), binary)
    outputs = _read_outputs(tree["outputs"], in_binary) if tree.get("outputs") else None
    if outputs is not None and options.explain != (EXPLANATION in outputs):
        options = replace(options, explain=EXPLANATION in outputs)
    return InferRequest(request_id, inputs, outputs, in_binary, options)


def _is_text(value: object) -> bool:
    """Whether it is text that can be written again: JSON can escape half a character."""
    return isinstance(value, str) and not any("\ud800" <= letter <= "\udfff" for letter in value)


def _read_parameters(given: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    """The parameters of a request, an input or an output; one that is null is none.

    Those that are not known are passed by, as the standard wants: servers and clients have their
    own.
    """
    parameters = given.get("parameters")
    if parameters is None:
        return {}
    if not isinstance(parameters, dict):
        raise refuse(where, _NO_OBJECT)
    return {name: value for name, value in parameters.items() if value is not None}


def _read_options(parameters: Mapping[str, Any]) -> Options:
    given = {name: value for name, value in parameters.items() if name in _OPTIONS}
    if problems := find_wrong_options(given):
        raise InvalidCallError(
            "wrong_parameters",
            [Problem(None, f"parameters.{p.field}", p.fact) for p in problems],
        )
    return Options(**given)


def _read_flag(parameters: Mapping[str, Any], name: str, where: str, *, default: bool) -> bool:
    flag = parameters.get(name, default)
    if not isinstance(flag, bool):
        raise refuse(f"{where}.{name}", Fact("not_a_boolean"))
    return flag


def _read_inputs(inputs: object, binary: memoryview) -> dict[str, Tensor]:
    if not isinstance(inputs, list) or not 1 <= len(inputs) <= _MOST_TENSORS:
        raise refuse("inputs", Fact("required_list_of_tensors", most=_MOST_TENSORS))
    tensors: dict[str, Tensor] = {}
    position = 0
    for index, given in enumerate(inputs):
        where = f"inputs[{index}]"
        if not isinstance(given, dict):
            raise refuse(where, _NO_OBJECT)
        name, datatype = given.get("name"), given.get("datatype")
        if not isinstance(name, str) or name in tensors:
            raise refuse(f"{where}.name", _NO_SUCH_NAME)
        if not isinstance(datatype, str) or (datatype not in DATATYPES and datatype != BYTES):
            raise refuse(
                f"{where}.datatype", Fact("not_a_datatype", of_text=BYTES, others=[*DATATYPES])
            )
        shape = read_shape(given.get("shape"), where)
        size = _read_size(given, where)
        if size is None:
            array = decode_json(given.get("data"), datatype, shape, where)
        else:
            if position + size > len(binary):
                raise refuse(f"{where}.parameters.binary_data_size", Fact("more_than_was_sent"))
            array = decode_binary(binary[position : position + size], datatype, shape, where)
            position += size
        tensors[name] = Tensor(datatype, array)
    if position != len(binary):
        raise refuse("Inference-Header-Content-Length", Fact("leaves_bytes"))
    return tensors


def _read_size(given: Mapping[str, Any], where: str) -> int | None:
    """How many bytes of the binary part are this tensor's; None if it is in the JSON."""
    size = _read_parameters(given, f"{where}.parameters").get("binary_data_size")
    if size is None:
        return None
    if type(size) is not int or size < 0:
        raise refuse(f"{where}.parameters.binary_data_size", Fact("not_a_number_of_bytes"))
    if given.get("data") is not None:
        raise refuse(f"{where}.data", Fact("binary_already"))
    return size


def _read_outputs(outputs: object, in_binary: bool) -> dict[str, bool]:  # noqa: FBT001
    if not isinstance(outputs, list) or len(outputs) > _MOST_TENSORS:
        raise refuse("outputs", Fact("not_a_list_of_outputs", most=_MOST_TENSORS))
    wanted: dict[str, bool] = {}
    for index, given in enumerate(outputs):
        where = f"outputs[{index}]"
        name = given.get("name") if isinstance(given, dict) else None
        if not isinstance(name, str) or name in wanted:
            raise refuse(f"{where}.name", _NO_SUCH_NAME)
        parameters = _read_parameters(given, f"{where}.parameters")
        if parameters.get("classification"):
            raise refuse(f"{where}.parameters.classification", Fact("not_offered"))
        wanted[name] = _read_flag(
            parameters, "binary_data", f"{where}.parameters", default=in_binary
        )
    return wanted
