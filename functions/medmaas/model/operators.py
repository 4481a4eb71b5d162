"""Which operators a graph needs beyond the ONNX standard, read from its bytes.

ONNX Runtime ships some, of domains as com.microsoft. It does not tell which a graph uses, and the
library onnx, which does, is not where models answer: so this reads the few fields of the file
(https://github.com/onnx/onnx/blob/main/onnx/onnx.proto) that say so, and passes by the rest.
"""

from collections.abc import Iterator

STANDARD = frozenset({"", "ai.onnx", "ai.onnx.ml"})
# a graph with operators of another domain than these does not load
_SHIPPED = (b"com.microsoft", b"com.ms.internal", b"ai.onnx.preview", b"ai.onnx.training",
            b"org.pytorch.aten")  # fmt: skip
_VARINT, _FIXED64, _TEXT, _FIXED32 = 0, 1, 2, 5  # wire types of protocol buffers
_WIDTHS = {_FIXED64: 8, _FIXED32: 4}
# numbers of fields: where there are nodes, below a model, a graph, a function, a node, an attribute
_GRAPH, _FUNCTION = 7, 25
_NODE, _FUNCTION_NODE = 1, 7
_OPERATOR, _ATTRIBUTE, _DOMAIN = 4, 5, 7
_BODY, _BODIES = 6, 11


def name_operator(domain: str, operator: str) -> str:
    """An operator as a manifest names it, as in com.microsoft::Gelu."""
    return f"{domain or 'ai.onnx'}::{operator}"


def find_operators(graph: bytes) -> tuple[str, ...]:
    """The operators that are not of the ONNX standard, as domain::name, each once.

    Args:
        graph: that ONNX Runtime has loaded, so that it is well formed.
    """
    if not any(domain in graph for domain in _SHIPPED):
        return ()
    whole = memoryview(graph)
    nodes = (
        node
        for number, part in _list_fields(whole)
        if number in {_GRAPH, _FUNCTION}
        for node in _find_nodes(part, _NODE if number == _GRAPH else _FUNCTION_NODE)
    )
    found = {name_operator(*node) for node in nodes if node[0] not in STANDARD}
    return tuple(sorted(found))


def _find_nodes(graph: memoryview, field: int) -> Iterator[tuple[str, str]]:
    """Domain and operator of each node of a graph, and of the bodies of conditions and loops."""
    for number, node in _list_fields(graph):
        if number != field:
            continue
        stated = {_DOMAIN: "", _OPERATOR: ""}
        for of_node, value in _list_fields(node):
            if of_node in stated:
                stated[of_node] = str(value, "utf-8")
            elif of_node == _ATTRIBUTE:
                for of_attribute, body in _list_fields(value):
                    if of_attribute in {_BODY, _BODIES}:
                        yield from _find_nodes(body, _NODE)
        yield stated[_DOMAIN], stated[_OPERATOR]


def _list_fields(message: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Number and content of each field of a message that is text or a message itself."""
    at = 0
    while at < len(message):
        key, at = _read_varint(message, at)
        number, wire = key >> 3, key & 7
        if wire == _TEXT:
            size, at = _read_varint(message, at)
            yield number, message[at : at + size]
            at += size
        elif wire == _VARINT:
            _, at = _read_varint(message, at)
        else:
            at += _WIDTHS[wire]


def _read_varint(message: memoryview, at: int) -> tuple[int, int]:
    """A whole number, seven bits a byte, and where it ends."""
    number = shift = 0
    while True:
        byte = message[at]
        number |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:  # noqa: PLR2004 - the bit that says that more follow
            return number, at
