"""Holds answers against CDS Hooks 2.0.1: https://cds-hooks.hl7.org/2.0/#cds-service-response."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from tests.fhir.judge import find_empty
from tests.fhir.judge import list_faults as list_faults_of_resource

_FIELDS = {
    "card": {
        "uuid", "summary", "detail", "indicator", "source", "suggestions", "selectionBehavior",
        "overrideReasons", "links",
    },
    "source": {"label", "url", "icon", "topic", "extension"},
    "suggestion": {"label", "uuid", "isRecommended", "actions"},
    "action": {"type", "description", "resource", "resourceId"},
    "link": {"label", "url", "type", "appContext"},
    "service": {
        "hook", "title", "description", "id", "prefetch", "usageRequirements", "version",
    },
}  # fmt: skip


def list_faults(answer: dict[str, Any]) -> list[str]:
    """Everything that is wrong with the answer of a service."""
    faults = [] if answer.keys() == {"cards"} else ["an answer holds cards alone"]
    for card in answer.get("cards", ()):
        faults += [*find_empty(card, "card"), *_judge(card)]
    return faults


def list_faults_of_services(answer: dict[str, Any]) -> list[str]:
    """Everything that is wrong with discovery."""
    faults = [] if answer.keys() == {"services"} else ["discovery holds services alone"]
    pairs = [(service["id"], service["hook"]) for service in answer["services"]]
    if len(set(pairs)) < len(pairs):
        faults.append("an id is there twice for one hook")
    for service in answer["services"]:
        faults += [*find_empty(service, "service"), *_only("service", service)]
        if not {"hook", "description", "id"} <= service.keys():
            faults.append("a service lacks what it must have")
        for template in service["prefetch"].values():
            if set(re.findall(r"{{(.*?)}}", template)) != {"context.patientId"}:
                faults.append("a template has another token")
    return faults


def _judge(card: dict[str, Any]) -> Iterator[str]:
    suggestions, behaviour = card.get("suggestions", ()), card.get("selectionBehavior")
    recommended = [one for one in suggestions if one.get("isRecommended")]
    rules = {
        "a card lacks what it must have": {"summary", "indicator", "source"} <= card.keys(),
        "the summary is too long": len(card["summary"]) < 140,
        "there is no such indicator": card["indicator"] in {"info", "warning", "critical"},
        "the source has no label": "label" in card["source"],
        "selectionBehavior belongs to suggestions": bool(suggestions) == bool(behaviour),
        "there is no such selectionBehavior": behaviour in {None, "at-most-one", "any"},
        "more than one is recommended": behaviour != "at-most-one" or len(recommended) <= 1,
        "an override reason lacks something": all(
            reason.keys() == {"code", "system", "display"}
            for reason in card.get("overrideReasons", ())
        ),
    }
    yield from (fault for fault, kept in rules.items() if not kept)
    yield from _only("card", card)
    yield from _only("source", card["source"])
    for suggestion in suggestions:
        yield from _judge_suggestion(suggestion)
    for link in card.get("links", ()):
        yield from _judge_link(link)


def _judge_link(link: dict[str, Any]) -> Iterator[str]:
    yield from _only("link", link)
    if not {"label", "url", "type"} <= link.keys() or link["type"] not in {"absolute", "smart"}:
        yield "a link lacks something"
    if link["type"] != "smart" and "appContext" in link:
        yield "appContext belongs to smart links"


def _judge_suggestion(suggestion: dict[str, Any]) -> Iterator[str]:
    yield from _only("suggestion", suggestion)
    if "label" not in suggestion:
        yield "a suggestion has no label"
    UUID(suggestion["uuid"])
    for action in suggestion.get("actions", ()):
        yield from _only("action", action)
        if action["type"] not in {"create", "update", "delete"} or "description" not in action:
            yield "an action lacks something"
        if action["type"] == "delete":
            if "resourceId" not in action or "resource" in action:
                yield "delete takes a resourceId and no resource"
        else:
            yield from list_faults_of_resource(action["resource"])


def _only(kind: str, part: dict[str, Any]) -> Iterator[str]:
    yield from (f"{kind} has {name}" for name in part.keys() - _FIELDS[kind])
