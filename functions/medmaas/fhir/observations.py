"""All results of a record: Observations, their components, and those that a report contains.

A component takes time, subject and status from its panel, and a contained result what it lacks from
the report; what refers to either is the panel or the report.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from medmaas.fhir.record import Entry, Record

# of a report: what its results are then, whatever they say of themselves
_UNFINISHED = {"registered", "preliminary", "cancelled", "entered-in-error", "unknown"}
_HOLDERS = ("Observation", "DiagnosticReport")


def list_observations(record: Record) -> Iterator[Entry]:
    """Every result, as an Observation of its own."""
    for kind in _HOLDERS:
        for holder in record.entries.get(kind, ()):
            if kind == "Observation":
                yield from _with_components(holder)
            for index, inside in enumerate(_list_objects(holder.content, "contained")):
                if inside.get("resourceType") == "Observation":
                    yield from _with_components(_take_out(holder, inside, index))


def count_absent(record: Record) -> int:
    """How many results reports and panels refer to that are not in the record."""
    held = {entry.reference for entry in record.entries.get("Observation", ())}
    held |= {entry.full_url for entry in record.entries.get("Observation", ())}
    absent: set[str] = set()
    for kind, element in zip(_HOLDERS, ("hasMember", "result"), strict=True):
        for holder in record.entries.get(kind, ()):
            for one in _list_objects(holder.content, element):
                named = one.get("reference")
                if isinstance(named, str) and not named.startswith("#"):
                    plain = named.partition("/_history/")[0]
                    own = "/".join(plain.rsplit("/", 2)[-2:])
                    absent |= set() if {plain, own} & held else {plain}
    return len(absent)


def _with_components(entry: Entry) -> Iterator[Entry]:
    yield entry
    content = entry.content
    for index, part in enumerate(_list_objects(content, "component")):
        whole = {name: one for name, one in content.items() if not name.startswith("value")}
        whole.pop("dataAbsentReason", None)
        changed = whole | part | _join_modifiers(content, part)
        yield Entry(changed, f"{entry.where}.component[{index}]", entry.full_url, entry.owner)


def _take_out(holder: Entry, inside: Mapping[str, Any], index: int) -> Entry:
    """A contained result; a report that is not finished has no finished result."""
    content = {"subject": holder.content.get("subject")} | dict(inside)
    content |= _join_modifiers(holder.content, inside)
    if str(holder.content.get("status")) in _UNFINISHED:
        content["status"] = holder.content["status"]
    return Entry(content, f"{holder.where}.contained[{index}]", owner=holder)


def _join_modifiers(whole: Mapping[str, Any], part: Mapping[str, Any]) -> dict[str, Any]:
    """What changes the meaning of a whole changes that of its parts."""
    names = ("implicitRules", "modifierExtension")
    return {name: part.get(name) or whole[name] for name in names if whole.get(name)}


def _list_objects(content: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects of an element, which may be anything."""
    given = content.get(name)
    return [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
