"""Documents of a record: the newest of the source's codes, whichever resource carries it.

A document is of the end of the period that it is about, or of the time it was written, whichever is
earlier. Of one time those count that were amended and written last; what still differs is no
document. One that is replaced, signed or taken back is none.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Generic, TypeVar

from medmaas.errors import InvalidRequestError
from medmaas.facts import Fact
from medmaas.fhir.case import Requirement
from medmaas.fhir.draft import Draft
from medmaas.fhir.elements import Moment, read_or_none
from medmaas.fhir.record import Entry, refuse
from medmaas.fhir.references import Content, list_objects
from medmaas.fhir.replacements import find_replaced
from medmaas.fhir.results import say_unused
from medmaas.fhir.terminologies import carries
from medmaas.model.manifest import DocumentSource

T = TypeVar("T")

_REFERENCE = "DocumentReference"
_KINDS = (_REFERENCE, "DiagnosticReport", "Media")
# by resource: the statuses of what counts, and of what was never made or was taken back
_STANDS = {
    _REFERENCE: {"current"},
    "DiagnosticReport": {"final", "amended", "corrected", "appended"},
    "Media": {"completed"},
}
_VOID = {"entered-in-error", "cancelled", "not-done"}
_EARLY = {"preliminary", "partial", "registered", "preparation", "in-progress"}
_AMENDED = {"amended", "corrected", "appended"}
_FINAL = {"final", "amended"}  # of docStatus
_BY_DAY = 3  # parts of a date that are known


@dataclass(frozen=True, slots=True)
class Taken(Generic[T]):
    """What was read of a document.

    Attributes:
        content: that the model takes.
        where: FHIRPath of it.
        told: what the reader of the answer must know of how it was read.
    """

    content: T
    where: str
    told: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class _Document:
    """A document of the right code, not yet opened.

    Attributes:
        entry: that carries it.
        moment: the time that it is of; None if that cannot be told.
        issued: when it was written, if that is known.
        is_amended: whether it takes the place of an earlier version.
        doubt: where and why there is no relying on it.
        is_early: whether a final document of the same time comes after it.
    """

    entry: Entry
    moment: Moment | None
    issued: datetime | None
    is_amended: bool = False
    doubt: tuple[str, Fact] | None = None
    is_early: bool = False

    @property
    def name(self) -> str:
        """What refers to it, else where it is."""
        return self.entry.reference or self.entry.where

    @property
    def is_vague(self) -> bool:
        """Whether not even its day is known."""
        return self.moment is None or self.moment.parts < _BY_DAY

    def may_be_of(self, moment: datetime) -> bool:
        """Whether it may be of a moment, or later."""
        if self.moment is None:
            return True
        return (self.moment.latest if self.is_vague else self.moment.at) >= moment


def take_newest(
    draft: Draft, field: str, source: DocumentSource, read: Callable[[Entry], Taken[T]]
) -> T | None:
    """The content of the newest document; None where there is none, which is noted.

    Args:
        draft: the case in the making.
        field: that is filled.
        source: says which documents count.
        read: gives the content of a resource, or raises InvalidRequestError.

    Raises:
        InvalidRequestError: the newest cannot be read, or several contradict each other; one is of
            another patient, or of the future.
    """
    found = [*_list_documents(draft, source)]
    oldest = draft.as_of - timedelta(days=source.oldest_days)
    recent = [one for one in found if one.may_be_of(oldest)]
    if not recent:
        code = "newest_too_old" if found else "no_document"
        lack = Fact(code, days=source.oldest_days)
        kind = source.elements[0].partition(".")[0]
        draft.missing.append(Requirement(field, kind, (), None, lack, source))
        return None
    newest = _choose_newest(recent)
    among = {id(one) for one in newest}
    draft.notes += [
        say_unused(one.entry, one.doubt[1]) for one in recent if one.doubt and id(one) not in among
    ]
    try:
        taken, chosen = _read_alike(draft, field, newest, read)
    except _UnusableError as unusable:
        if not draft.may_be_missing:
            raise unusable.refusal from None
        draft.warnings.append(unusable.consequence)
        draft.missing.append(Requirement(field, _REFERENCE, (), None, unusable.consequence, source))
        return None
    for one in newest:
        if one.doubt:
            rule, name = one.doubt[1], draft.qualify(field)
            draft.hold(Fact("newest_unusable", feature=name, resource=one.name, rule=rule))
    at = chosen.moment.at if chosen.moment else draft.as_of
    draft.rest_on(chosen.entry, field, None, "1", at)
    draft.locations[field] = taken.where
    draft.warnings += [
        Fact("of_field", field=draft.qualify(field), problem=told) for told in taken.told
    ]
    return taken.content


class _UnusableError(Exception):
    """The newest documents are of no use.

    Attributes:
        consequence: what is said where they may be missing.
        refusal: where they may not.
    """

    def __init__(self, consequence: Fact, refusal: InvalidRequestError) -> None:
        super().__init__()
        self.consequence, self.refusal = consequence, refusal


def _read_alike(
    draft: Draft, field: str, documents: list[_Document], read: Callable[[Entry], Taken[T]]
) -> tuple[Taken[T], _Document]:
    """The one content of documents of one time, and the first of them.

    Raises:
        _UnusableError: one cannot be read or relied upon, or they contradict each other.
    """
    name, readings = draft.qualify(field), list[tuple[Taken[T], _Document]]()
    for one in sorted(documents, key=lambda one: one.name):
        where, rule = one.doubt or ("", None)
        try:
            readings.append((read(one.entry), one))
        except InvalidRequestError as error:
            (problem,) = error.details
            raise _cannot_use(name, one, problem.field, problem.fact) from None
        if rule and draft.may_be_missing:
            raise _cannot_use(name, one, f"{one.entry.where}{where}", rule)
    first, chosen = readings[0]
    if any(taken.content != first.content for taken, _ in readings):
        limits = {"feature": name, "resources": [one.name for _, one in readings]}
        raise _UnusableError(
            Fact("contradiction_counts_as_missing", **limits),
            refuse(first.where, "results_contradict", **limits),
        )
    return first, chosen


def _cannot_use(name: str, one: _Document, where: str | None, rule: Fact) -> _UnusableError:
    return _UnusableError(
        Fact("newest_counts_as_missing", feature=name, resource=one.name, rule=rule),
        refuse(where, "cannot_be_used", feature=name, rule=rule),
    )


def _choose_newest(recent: list[_Document]) -> list[_Document]:
    """Those that may be the newest: of one time, or of a time that nobody knows."""
    times = [one.moment for one in recent if one.moment and not one.is_vague]
    top = max(times, key=lambda moment: moment.at, default=None)
    newest = [one for one in recent if top is None or _may_be_newest(one, top)]
    sure = [one for one in newest if not one.doubt]
    doubtful = [one for one in newest if one.doubt and not (sure and one.is_early)]
    return _prefer_latest(sure) + doubtful


def _prefer_latest(together: list[_Document]) -> list[_Document]:
    """Of documents of one time those that were amended, and written last; all if that differs.

    They need not be versions of one document: of the same stay there are several letters.
    """
    amended = [one for one in together if one.is_amended] or together
    issues = [one.issued for one in together]
    if not all(issues):
        return amended
    latest = max((issue for issue in issues if issue), default=None)
    return [one for one in amended if one.issued == latest] or together


def _may_be_newest(one: _Document, top: Moment) -> bool:
    """Whether a document may be as new as one of a known day."""
    if one.moment is None or one.is_vague:
        return one.may_be_of(top.at)
    return (
        one.moment.at == top.at
        or (not one.moment.is_exact and one.moment.covers(top))
        or (not top.is_exact and top.covers(one.moment))
    )


def _list_documents(draft: Draft, source: DocumentSource) -> Iterator[_Document]:
    """Every document of the right code that is of the patient, written by then, and stands."""
    references = draft.record.entries.get(_REFERENCE, [])
    stands = [one for one in references if _stands(one.content, draft.as_of)]
    is_right = partial(_is_coded, source=source)
    rightly, otherwise = find_replaced(references, stands, is_right)
    for entry in (one for kind in _KINDS for one in draft.record.entries.get(kind, ())):
        content = entry.content
        if not _is_coded(content, source):
            continue
        draft.record.require_subject(entry)
        status = str(content.get("status"))
        if _is_void(content):
            draft.notes.append(say_unused(entry, Fact("document_taken_back")))
        elif id(content) in rightly:
            draft.notes.append(say_unused(entry, Fact("document_replaced")))
        elif _is_registered(content) or "signs" in _list_relations(content):
            draft.notes.append(say_unused(entry, Fact("document_without_content")))
        elif not _is_later(draft, entry):
            yield _judge(entry, status, is_replaced=id(content) in otherwise)


def _is_coded(content: Content, source: DocumentSource) -> bool:
    for kind, name in (one.split(".") for one in source.elements):
        concepts = content.get(name)
        if content["resourceType"] == kind and any(
            carries(one, source.codes)
            for one in (concepts if isinstance(concepts, list) else [concepts])
        ):
            return True
    return False


def _is_registered(content: Content) -> bool:
    """Whether a report or picture is only announced."""
    return str(content.get("status")) in {"registered", "preparation"} and not (
        content.get("presentedForm") or content.get("conclusion") or content.get("content")
    )


def _judge(entry: Entry, status: str, *, is_replaced: bool) -> _Document:
    """A document with its times, and what stands against it.

    Args:
        entry: that carries it.
        status: of it.
        is_replaced: whether another document, which is not of the right code, took its place.
    """
    content = entry.content
    texts, moment, issued = _find_times(content)
    doc_status = str(content["docStatus"]) if content.get("docStatus") is not None else None
    stands = status in _STANDS[content["resourceType"]]
    is_final = stands and (doc_status is None or doc_status in _FINAL)
    relations = _list_relations(content)
    is_early = False
    doubt: tuple[str, Fact] | None = None
    if modifier := entry.modifier:
        doubt = modifier
    elif None in relations:
        doubt = ".relatesTo", Fact("modified")
    elif moment is None or moment.parts < _BY_DAY or _is_any_broken(texts):
        doubt = ".date", Fact("document_without_time")
    elif is_replaced or status == "superseded":
        doubt = ".status", Fact("document_superseded")
    elif not is_final:
        doubt = ".status", Fact("document_not_final_yet")
        is_early = status in _EARLY or doc_status in _EARLY
    elif "appends" in relations:
        doubt = ".relatesTo", Fact("document_appends")
    is_amended = status in _AMENDED or doc_status in _AMENDED
    return _Document(entry, moment, issued.at if issued else None, is_amended, doubt, is_early)


def _is_any_broken(times: list[object]) -> bool:
    return any(read_or_none(time) is None for time in times)


def _find_times(content: Content) -> tuple[list[object], Moment | None, Moment | None]:
    """All times that are stated; what the document is of, and when it was written, if known."""
    context = content.get("context")
    held: list[object] = [
        content.get("effectivePeriod"),
        content.get("createdPeriod"),
        context.get("period") if isinstance(context, dict) else None,
    ]
    periods = [one for one in held if isinstance(one, dict)]
    about = [content.get(f"{name}DateTime") for name in ("effective", "created")]
    about += [period.get("end") for period in periods]
    starts = [period.get("start") for period in periods]
    written = [content.get("date"), content.get("issued")]
    texts = [text for text in [*about, *starts, *written] if text is not None]
    issued = _read_first(written)
    known = [one for one in (_read_first(about), issued) if one] or [
        one for one in [_read_first(starts)] if one
    ]
    return texts, min(known, key=lambda one: one.at, default=None), issued


def _read_first(texts: list[Any]) -> Moment | None:
    return next((moment for text in texts if (moment := read_or_none(text))), None)


def _is_later(draft: Draft, entry: Entry) -> bool:
    """Whether it is to be left aside because any of its times is later.

    Raises:
        InvalidRequestError: it is later, and nobody asked for a moment of the past.
    """
    if not _is_after(entry.content, draft.as_of):
        return False
    if not draft.leave_later:
        raise refuse(entry.where, "later_than_asked")
    draft.results.later.add(entry.reference or entry.where)
    return True


def _is_void(content: Content) -> bool:
    """Whether it was never made, or taken back."""
    return any(str(content.get(name)) in _VOID for name in ("status", "docStatus"))


def _is_after(content: Content, moment: datetime) -> bool:
    """Whether any of its times is later than a moment."""
    times = (read_or_none(text) for text in _find_times(content)[0])
    return any(one.is_after(moment) for one in times if one)


def _stands(content: Content, moment: datetime) -> bool:
    return not (_is_void(content) or _is_after(content, moment))


def _list_relations(content: Content) -> set[str | None]:
    """What it is to other documents; None where that is modified in a way not known here."""
    return {
        None if one.get("modifierExtension") else str(one.get("code"))
        for one in list_objects(content.get("relatesTo"))
    }
