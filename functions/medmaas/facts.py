"""What the service has to say, as data: words come last, in `words/`, when a door speaks."""

from collections.abc import Callable, Mapping
from typing import Any


class Fact:
    """Something to be said, by its code.

    A plain class, because thousands are made for one request.

    Attributes:
        code: names the sentence in `words/*.json`.
        limits: what its words need: limits, names and texts of the model, other facts. Never a
            value that the caller sent, but for the parts of an explanation, which are the answer.

    Example:
        Fact("outside", low=0.1, high=20, unit="mg/dL")
    """

    __slots__ = ("code", "limits")

    def __init__(self, code: str, /, **limits: Any) -> None:  # noqa: ANN401 - whatever JSON holds
        self.code = code
        self.limits: Mapping[str, Any] = limits

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fact) and self.code == other.code and self.limits == other.limits

    def __hash__(self) -> int:
        texts = (one for one in self.limits.values() if type(one) is str)
        return hash((self.code, frozenset(texts)))

    def __repr__(self) -> str:
        return f"Fact({self.code!r}, {self.limits!r})"

    def as_json(self) -> dict[str, Any]:
        """`{"code", "limits"}`, the facts among its limits likewise."""
        limits = {**self.limits}
        if not _AS_THEY_ARE.issuperset(map(type, limits.values())):
            limits = {name: as_json(one) for name, one in limits.items()}
        return {"code": self.code, "limits": limits}


_AS_THEY_ARE = {str, float, int}
Say = Callable[[Fact], str]


def as_json(value: Any) -> Any:  # noqa: ANN401 - as above
    """Whatever holds facts, as JSON: each `{"code", "limits"}`."""
    if type(value) in _AS_THEY_ARE:  # nearly all are
        return value
    match value:
        case Fact():
            return value.as_json()
        case Mapping():
            return {name: as_json(one) for name, one in value.items()}
        case list() | tuple():
            return [as_json(one) for one in value]
        case _:
            return value
