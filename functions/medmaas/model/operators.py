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
# numbers of fields: of graph and functions of a model, of their nodes, of what a node holds, and of
# graphs in its attributes
_GRAPH, _FUNCTION = 7, 25
_OF_NODES = {_GRAPH: 1, _FUNCTION: 7}
_OPERATOR, _ATTRIBUTE, _DOMAIN = 4, 5, 7
_BODIES = {6, 11}  # one, or several


def name_operator(domain: str, operator: str) -> str:
    """An operator as a manifest names it, as in com.microsoft::Gelu."""
    return f"{domain or 'ai.onnx'}::{operator}"


def find_operators(graph: bytes) -> tuple[str, ...]:
    """The operators that are not of the ONNX standard, as domain::name, each once.

    Weights are passed by: what it takes grows with the nodes, 4 ms for a thousand.

    Args:
        graph: that ONNX Runtime has loaded, so that it is well formed.
    """
    nodes = (
        node
        for number, start, end in _list_fields(graph, 0, len(graph))
        if number in _OF_NODES
        for node in _find_nodes(graph, start, end, number)
    )
    return tuple(sorted({name_operator(*node) for node in nodes if node[0] not in STANDARD}))


def _find_nodes(graph: bytes, start: int, end: int, of: int) -> Iterator[tuple[str, str]]:
    """Domain and operator of the nodes of a graph or a function that lies from start to end.

    Those of the bodies of conditions and loops, too; what mentions no foreign domain is left out.
    """
    for number, first, last in _list_fields(graph, start, end):
        if number != _OF_NODES[of] or not any(
            graph.find(domain, first, last) >= 0 for domain in _SHIPPED
        ):
            continue
        stated = {_DOMAIN: "", _OPERATOR: ""}
        for of_node, begin, stop in _list_fields(graph, first, last):
            if of_node in stated:
                stated[of_node] = graph[begin:stop].decode()
            elif of_node == _ATTRIBUTE:
                for of_attribute, top, bottom in _list_fields(graph, begin, stop):
                    if of_attribute in _BODIES:
                        yield from _find_nodes(graph, top, bottom, _GRAPH)
        yield stated[_DOMAIN], stated[_OPERATOR]


def _list_fields(message: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Number, start and end of each field that is text or a message itself."""
    while at < end:
        key, at = _read_varint(message, at)
        number, wire = key >> 3, key & 7
        if wire == _TEXT:
            size, at = _read_varint(message, at)
            yield number, at, at + size
            at += size
        elif wire == _VARINT:
            _, at = _read_varint(message, at)
        else:
            at += _WIDTHS[wire]


def _read_varint(message: bytes, at: int) -> tuple[int, int]:
    """A whole number, seven bits a byte, and where it ends."""
    number = shift = 0
    while True:
        byte = message[at]
        number |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:  # noqa: PLR2004 - the bit that says that more follow
            return number, at
