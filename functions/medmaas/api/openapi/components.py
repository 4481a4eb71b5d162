"""Named schemas: every object that has a title is told once, and referred to."""

from collections.abc import Container
from itertools import chain, count
from typing import Any

from medmaas.model.schema import Schema

REFS = "#/components/schemas/"
_SHOWN_AS_THEY_ARE = ("example", "examples")


class Components:
    """The schemas of a document by name."""

    def __init__(self) -> None:
        self.schemas: dict[str, Schema] = {}

    def add(self, name: str, schema: Schema) -> Schema:
        """Keep a schema that is named already, and refer to it."""
        self.schemas[name] = schema
        return {"$ref": REFS + name}

    def name(self, part: Any, owners: tuple[str, ...] = ("",)) -> Any:  # noqa: ANN401 - any JSON
        """A part of the document, its titled objects being references.

        Args:
            part: with schemas as they are.
            owners: what the name of such a schema begins with: the first of them under which the
                same schema is known, else the last.
        """
        match part:
            case list():
                return [self.name(one, owners) for one in part]
            case dict():
                named = {
                    key: value if key in _SHOWN_AS_THEY_ARE else self.name(value, owners)
                    for key, value in part.items()
                }
                if named.get("type") == "object" and "title" in named:
                    return {"$ref": REFS + self._keep(named, owners)}
                return named
            case _:
                return part

    def _keep(self, schema: Schema, owners: tuple[str, ...]) -> str:
        title: str = schema["title"]
        *others, own = (owner + title for owner in owners)
        for name in chain(others, _number(own)):
            known = self.schemas.get(name)
            titled = schema | {"title": name}
            if known is None and name not in others:
                self.schemas[name] = titled
            elif known != titled:
                continue
            return name
        raise AssertionError


def find_free(name: str, taken: Container[str]) -> str:
    """The name itself, or if it is taken the first of name_2, name_3, ... that is not."""
    return next(one for one in _number(name) if one not in taken)


def _number(name: str) -> chain[str]:
    return chain([name], (f"{name}_{i}" for i in count(2)))
