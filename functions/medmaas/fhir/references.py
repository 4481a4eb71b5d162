"""What a reference leads to, among the resources of a record.

https://hl7.org/fhir/R4/references.html
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from medmaas.fhir.record import Entry

Content = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reference stands: in which resource, and on which server, with a slash at its end."""

    root: Content
    base: str

    @classmethod
    def of(cls, entry: Entry) -> "Place":
        """That of the references of a resource."""
        return cls(entry.content, _find_base(entry.full_url or ""))


class Referred:
    """Resources of a record, for those that refer to them.

    Args:
        entries: of a record.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._by_url: dict[str, list[Content]] = {}
        self._by_name: dict[str, list[Content]] = {}  # all, by Type/id
        self._without_url: dict[str, list[Content]] = {}
        for entry in entries:
            url, own = _drop_version(entry.full_url or ""), entry.content.get("id")
            self._by_url.setdefault(url, []).append(entry.content)
            if isinstance(own, str):
                name = f"{entry.content['resourceType']}/{own}"
                self._by_name.setdefault(name, []).append(entry.content)
                if not url.startswith("http"):
                    self._without_url.setdefault(name, []).append(entry.content)

    def resolve(self, target: str, place: Place) -> Content | None:
        """What a reference leads to: only one resource, however often it is there."""
        target = _drop_version(target)
        found: list[Content]
        if target.startswith("#"):
            ids = {target, target[1:]}
            contained = list_objects(place.root.get("contained"))
            found = [one for one in contained if _is_text_of(one.get("id"), ids)]
        elif ":" in target:
            name = "/".join(target.rsplit("/", 2)[-2:])
            found = self._by_url.get(target) or self._without_url.get(name, [])
        elif place.base:
            url = place.base + target
            found = self._by_url.get(url) or self._without_url.get(target, [])
        else:
            found = self._by_name.get(target, [])
        return found[0] if found and all(one == found[0] for one in found) else None


def list_objects(value: object) -> list[dict[str, Any]]:
    """The objects of an element, which may be anything."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _is_text_of(value: object, texts: set[str]) -> bool:
    return isinstance(value, str) and value in texts


def _drop_version(reference: str) -> str:
    return reference.partition("/_history/")[0]


def _find_base(url: str) -> str:
    """The server of a resource: its address without Type/id."""
    return f"{url.rsplit('/', 2)[0]}/" if url.startswith("http") and url.count("/") > 3 else ""  # noqa: PLR2004 - as in https://a/Type/id
