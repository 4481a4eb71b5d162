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
        """The name of a schema, which is that of its equal if there is one."""

        def fits(name: str) -> bool:
            named = schema | {"title": name}
            return self.schemas.setdefault(name, named) == named

        title: str = schema["title"]
        *others, own = (owner + title for owner in owners)
        known = [name for name in others if name in self.schemas]
        return next(filter(fits, chain(known, _number(own))))


def find_free(name: str, taken: Container[str]) -> str:
    """The name itself, or if it is taken the first of name_2, name_3, ... that is not."""
    return next(one for one in _number(name) if one not in taken)


def _number(name: str) -> chain[str]:
    return chain([name], (f"{name}_{i}" for i in count(2)))
