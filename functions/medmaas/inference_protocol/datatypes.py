"""Tensors as the protocol writes them: JSON, nested or flat, or little-endian bytes.

https://github.com/kserve/open-inference-protocol, "Tensor Data"; the binary extension is Triton's,
docs/protocol/extension_binary_data.md of triton-inference-server/server.
"""

from collections.abc import Sequence
from math import isnan, prod
from struct import pack, unpack_from
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.errors import InvalidCallError
from medmaas.facts import Fact

Array = NDArray[Any]
BYTES = "BYTES"
DATATYPES: dict[str, str] = {
    "BOOL": "?", "UINT8": "<u1", "UINT16": "<u2", "UINT32": "<u4", "UINT64": "<u8", "INT8": "<i1",
    "INT16": "<i2", "INT32": "<i4", "INT64": "<i8", "FP16": "<f2", "FP32": "<f4", "FP64": "<f8",
}  # fmt: skip
OF_ONNX = {
    "tensor(float)": "FP32", "tensor(double)": "FP64", "tensor(uint8)": "UINT8",
    "tensor(int64)": "INT64", "tensor(int32)": "INT32", "tensor(bool)": "BOOL",
    "tensor(float16)": "FP16",
}  # fmt: skip
_FLOATS = {"FP16", "FP32", "FP64"}
_NAN = "NaN"
_LENGTH = 4
_MOST_DIMENSIONS = 8
_MOST_ELEMENTS = 50_000_000
_OTHER_COUNT = Fact("as_many_values_as_shape")
_OTHER_NESTING = Fact("nested_as_shape")


def refuse(field: str, problem: Fact) -> InvalidCallError:
    """The refusal of a request for one problem of one field."""
    return InvalidCallError("field_problem", field=field, problem=problem)


def read_shape(shape: object, where: str) -> tuple[int, ...]:
    """A shape whose dimensions are all known.

    Raises:
        InvalidCallError: it is none.
    """
    if not isinstance(shape, list) or not 1 <= len(shape) <= _MOST_DIMENSIONS:
        raise refuse(f"{where}.shape", Fact("not_a_shape", most=_MOST_DIMENSIONS))
    if not all(type(size) is int and size >= 0 for size in shape):
        raise refuse(f"{where}.shape", Fact("not_whole_numbers"))
    if prod(size or 1 for size in shape) > _MOST_ELEMENTS:  # numpy measures empty ones, too
        raise refuse(f"{where}.shape", Fact("too_many_elements", most=_MOST_ELEMENTS))
    return tuple(shape)


def decode_json(data: object, datatype: str, shape: tuple[int, ...], where: str) -> Array:
    """An array from nested or flat lists, row-major.

    Null and the text "NaN" are a number that is missing, where there may be one.

    Raises:
        InvalidCallError: other elements than the datatype has, or another number of them.
    """
    flat = _flatten(data, shape, f"{where}.data")
    kinds = set(map(type, flat))
    if str in kinds and datatype in _FLOATS:
        flat = [None if type(value) is str and value == _NAN else value for value in flat]
        kinds = set(map(type, flat))
    wrong = kinds - _allowed(datatype)
    if wrong:
        raise refuse(f"{where}.data", Fact("other_datatype", datatype=datatype))
    if datatype == BYTES:
        return np.array(_encode(flat, f"{where}.data"), object).reshape(shape)
    if type(None) in kinds:
        flat = [np.nan if value is None else value for value in flat]
    try:
        with np.errstate(over="ignore"):  # what is beyond a float is beyond any limit, too
            if datatype in _FLOATS:
                wide: Array = np.fromiter(flat, np.float64, len(flat))
            else:
                wide = np.array(flat, DATATYPES[datatype])
            return wide.astype(DATATYPES[datatype], copy=False).reshape(shape)
    except OverflowError:
        raise refuse(f"{where}.data", Fact("beyond_datatype", datatype=datatype)) from None


def decode_binary(data: memoryview, datatype: str, shape: tuple[int, ...], where: str) -> Array:
    """An array from its bytes.

    Raises:
        InvalidCallError: there are more or fewer than the shape says.
    """
    count = prod(shape)
    if datatype == BYTES:
        return np.array(_split(data, count, where), object).reshape(shape)
    kind = np.dtype(DATATYPES[datatype])
    if len(data) != count * kind.itemsize:
        raise refuse(f"{where}.parameters.binary_data_size", Fact("other_size"))
    if datatype == "BOOL" and not set(data.tobytes()) <= {0, 1}:
        raise refuse(where, Fact("not_bytes_of_bool"))
    return np.frombuffer(data, kind).reshape(shape).copy()  # the bytes begin anywhere


def encode_json(column: Array | Sequence[str], datatype: str) -> list[Any]:
    """Row-major and flat; the text "NaN" for a number that is missing.

    Tensors of the standard hold numbers, texts and booleans, but no null, and JSON has no NaN. The
    text is what the JSON of Protocol Buffers has for it, and the protocol's clients in Python read
    it as NaN. A client that knows numbers alone fails at it, where some take null for 0.

    Args:
        column: numbers of any shape, or texts.
        datatype: of the protocol.
    """
    if not isinstance(column, np.ndarray):
        return [*column]
    values: list[Any] = column.ravel().tolist()
    if datatype in _FLOATS and any(map(isnan, values)):
        return [_NAN if isnan(value) else value for value in values]
    return values


def encode_binary(column: Array | Sequence[str], datatype: str) -> bytes:
    """Row-major, little-endian; texts behind their lengths."""
    if not isinstance(column, np.ndarray):
        texts = [text.encode() for text in column]
        return b"".join([pack("<I", len(text)) + text for text in texts])
    return np.ascontiguousarray(column, DATATYPES[datatype]).tobytes()


def _encode(texts: Sequence[str], where: str) -> list[bytes]:
    try:
        return [text.encode() for text in texts]
    except UnicodeEncodeError:  # JSON can escape half a character
        raise refuse(where, Fact("half_a_character")) from None


def _allowed(datatype: str) -> set[type]:
    if datatype == BYTES:
        return {str}
    if datatype == "BOOL":
        return {bool}
    return {int, float, type(None)} if datatype in _FLOATS else {int}


def _flatten(data: object, shape: Sequence[int], where: str) -> list[Any]:
    if not isinstance(data, list):
        raise refuse(where, Fact("required_list"))
    count = prod(shape)
    if len(data) != shape[0] and len(data) != count:
        raise refuse(where, _OTHER_COUNT)
    if not data or type(data[0]) is not list:
        if len(data) != count:
            raise refuse(where, _OTHER_COUNT)
        return data
    if len(shape) == 1 or len(data) != shape[0]:
        raise refuse(where, _OTHER_NESTING)
    parts = [_descend(part, shape[1:], where) for part in data]
    return [value for part in parts for value in part]


def _descend(part: object, shape: Sequence[int], where: str) -> list[Any]:
    """One part of nested data, nested down to the last dimension."""
    if not isinstance(part, list) or len(part) != shape[0]:
        raise refuse(where, _OTHER_NESTING)
    if len(shape) == 1:
        return part
    return [value for inner in part for value in _descend(inner, shape[1:], where)]


def _split(data: memoryview, count: int, where: str) -> list[bytes]:
    texts, position = list[bytes](), 0
    while position + _LENGTH <= len(data) and len(texts) < count:
        (length,) = unpack_from("<I", data, position)
        position += _LENGTH
        texts.append(data[position : position + length].tobytes())
        position += length
    if position != len(data) or len(texts) != count:
        raise refuse(where, Fact("as_many_texts_as_shape"))
    return texts
