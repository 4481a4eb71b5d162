"""Which of several documents counts: the newest that stands, never one that is guessed."""

import json
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fhir.document_records import NOTE, RADIOGRAPH, attach, document, report, scan
from tests.fhir.records import FHIR, Ask, Resource, bundle, parameters, patient

OLD, NEW = "2026-02-20T08:00:00Z", "2026-02-27T08:00:00Z"
OTHER = "A child of 6 with a mild headache."


def letter(text: str = NOTE, name: str = "d1", when: str | None = NEW, **changes: Any) -> Resource:
    return document(attach(text), name=name, when=when, **changes)


def relate(code: str, *targets: str) -> list[Resource]:
    return [{"code": code, "target": {"reference": target}} for target in targets]


def ask_all(ask: Ask, model: str, *documents: Resource, status: int = 200) -> Any:
    """The answer, which is the same in whatever order documents come."""
    answers = [ask(model, bundle(patient(), *order), status) for order in permutations(documents)]
    plain = [json.loads(json.dumps(one)) for one in answers]
    kinds = {one["resourceType"] for one in plain}
    assert kinds == {answers[0]["resourceType"]}
    if kinds == {"RiskAssessment"}:
        assert all(one == plain[0] for one in plain)
    return answers[0]


def list_basis(answer: Any) -> list[str]:
    assert answer["status"] == "final", answer
    return [one["reference"] for one in answer["basis"]]


def list_notes(answer: Any) -> str:
    return " ".join(one["text"] for one in answer["note"])


def test_the_newest_counts(ask: Ask) -> None:
    answer = ask_all(ask, "letters", letter(OTHER, "d0", OLD), letter())
    assert list_basis(answer) == ["DocumentReference/d1"]


@pytest.mark.parametrize(
    "later",
    [
        {"when": "2026-02-27T08:00:00.001Z"},
        {"when": "2026-02-27T09:30:00+01:00"},
        {"when": "2026-02-28T00:00:00Z", "context": {"period": {"end": "2026-02-27T09:00:00Z"}}},
        {"when": None, "context": {"period": {"start": "2026-02-28"}}},
        {"when": "2026-02-28T08:00:00Z", "context": {"period": {"start": "2026-01-01"}}},
    ],
)
def test_a_document_is_of_the_earlier_of_its_period_and_its_date(ask: Ask, later: Any) -> None:
    answer = ask_all(ask, "letters", letter(), letter(OTHER, "d2", **later))
    assert list_basis(answer) == ["DocumentReference/d2"]


def test_an_old_document_that_was_scanned_today_is_old(ask: Ask) -> None:
    scanned = {"period": {"end": "2016-02-27"}}
    answer = ask_all(ask, "letters", letter(OTHER, "d0", OLD), letter(context=scanned))
    assert list_basis(answer) == ["DocumentReference/d0"]
    answer = ask("letters", bundle(patient(), letter(context=scanned)))
    assert answer["status"] == "data-required"
    assert "more than 30 days old" in list_notes(answer)


def test_documents_of_another_code_are_not_read(ask: Ask) -> None:
    others = [letter(coding=RADIOGRAPH), letter(name="d2", type=None)]
    for sent in ([], others, [report()]):
        answer = ask("letters", bundle(patient(), *sent))
        assert answer["resourceType"] == "GuidanceResponse"
        assert "57133-1 in DocumentReference.type" in list_notes(answer)
        (needed,) = answer["dataRequirement"]
        assert needed["type"] == "DocumentReference"
        assert needed["codeFilter"][0]["code"][0]["code"] == "57133-1"


def test_a_code_counts_in_the_elements_of_the_manifest_however_it_is_written(ask: Ask) -> None:
    coding = {"system": "urn:oid:2.16.840.1.113883.6.1", "code": "57133-1"}
    category = letter(type=None, category=[{"text": "none"}, {"coding": [coding]}])
    assert list_basis(ask("reports", bundle(patient(), category))) == ["DocumentReference/d1"]
    assert ask("letters", bundle(patient(), category))["status"] == "data-required"


# ties


def test_documents_of_one_time_that_differ_are_refused(ask: Ask) -> None:
    answer = ask_all(ask, "letters", letter(), letter(OTHER, "d2"), status=422)
    assert "of one time and contradict each other" in json.dumps(answer)
    answer = ask_all(ask, "reports", report(), report(attach(OTHER), name="r2"), status=422)
    assert "DiagnosticReport/r1" in json.dumps(answer)
    assert "DiagnosticReport/r2" in json.dumps(answer)


def test_a_day_without_a_time_is_of_the_same_time_as_the_newest_of_that_day(ask: Ask) -> None:
    by_day = report(attach(OTHER), name="r2", when="2026-02-27")
    ask_all(ask, "reports", report(), by_day, status=422)
    answer = ask_all(ask, "reports", report(), by_day | {"effectiveDateTime": "2026-02-26"})
    assert list_basis(answer) == ["DiagnosticReport/r1"]


@pytest.mark.parametrize(("when", "held"), [("2026", True), ("2026-02", True), ("2026-01", False)])
def test_a_document_whose_day_is_not_known_holds_back_what_it_may_be_newer_than(
    ask: Ask, when: str, *, held: bool
) -> None:
    vague = report(name="r2", when=when)
    answer = ask_all(ask, "reports", report(when="2026-02-10T08:00:00Z"), vague)
    assert (answer["status"] == "cancelled") is held
    assert "the time that it is of is not known" in list_notes(answer), "told in any case"


def test_the_same_text_twice_is_no_contradiction(ask: Ask) -> None:
    answer = ask_all(ask, "letters", letter(), letter(name="d2"))
    assert list_basis(answer) == ["DocumentReference/d1"]


@pytest.mark.parametrize(
    "newer",
    [
        {"status": "amended", "issued": "2026-02-27T09:00:00Z"},
        {"status": "corrected", "issued": "2026-02-27T10:00:00Z"},
        {"status": "appended"},
        {"issued": "2026-02-27T10:00:00Z"},
    ],
)
def test_of_one_time_what_was_amended_or_issued_later_counts(ask: Ask, newer: Any) -> None:
    first = report(attach(OTHER), issued="2026-02-27T09:00:00Z")
    answer = ask_all(ask, "reports", first, report(name="r2", **newer))
    assert list_basis(answer) == ["DiagnosticReport/r2"]


def test_of_one_time_what_was_amended_and_then_not_the_last_is_refused(ask: Ask) -> None:
    first = report(attach(OTHER), issued="2026-02-27T09:00:00Z")
    amended = report(name="r2", status="amended", issued="2026-02-27T08:30:00Z")
    ask_all(ask, "reports", first, amended, status=422)


def test_of_several_letters_of_one_stay_the_last_that_was_written_counts(ask: Ask) -> None:
    stay = {"period": {"start": "2026-02-20", "end": "2026-02-24"}}
    letters = [
        letter(OTHER, f"d{day}", f"2026-02-2{day}T08:00:00Z", context=stay) for day in (5, 6)
    ]
    answer = ask_all(ask, "letters", *letters, letter(name="d7", context=stay))
    assert list_basis(answer) == ["DocumentReference/d7"]


# what does not stand


@pytest.mark.parametrize(
    "void",
    [
        {"status": "entered-in-error"},
        {"docStatus": "entered-in-error"},
        {"relatesTo": relate("signs", "DocumentReference/d0")},
    ],
)
def test_what_was_taken_back_or_signs_is_told_and_the_one_before_counts(
    ask: Ask, void: Any
) -> None:
    answer = ask_all(ask, "letters", letter(OTHER, "d0", OLD), letter(**void))
    assert list_basis(answer) == ["DocumentReference/d0"]
    assert "DocumentReference/d1 was not used" in list_notes(answer)


@pytest.mark.parametrize(
    ("doubtful", "said"),
    [
        ({"docStatus": "preliminary"}, "only current documents"),
        ({"docStatus": "nonsense"}, "only current documents"),
        ({"status": "superseded"}, "another document took its place"),
        ({"status": "nonsense"}, "only current documents"),
        ({"relatesTo": relate("appends", "DocumentReference/d0")}, "must not be read alone"),
        ({"relatesTo": [{"code": "signs", "modifierExtension": [{"url": "x"}]}]}, "modifier"),
        ({"modifierExtension": [{"url": "x", "valueBoolean": True}]}, "modifierExtension"),
        ({"implicitRules": "http://x.example"}, "implicitRules"),
        ({"date": "yesterday"}, "time that it is of is not known"),
        ({"date": None}, "time that it is of is not known"),
        ({"context": {"period": {"end": "2026-02-31"}}}, "time that it is of is not known"),
    ],
)
def test_the_newest_that_cannot_be_relied_on_holds_the_answer_back(
    ask: Ask, doubtful: Any, said: str
) -> None:
    given = {name: one for name, one in (letter() | doubtful).items() if one is not None}
    answer = ask_all(ask, "letters", letter(NOTE, "d0", OLD), given)
    assert answer["status"] == "cancelled", answer
    assert said in list_notes(answer)
    forced = ask("letters", parameters(bundle(patient(), given), force=True))
    assert "The answer was forced" in list_notes(forced)


def test_a_status_that_is_missing_is_no_final_document(ask: Ask) -> None:
    given = {name: one for name, one in letter().items() if name != "status"}
    answer = ask_all(ask, "letters", letter(OTHER, "d0", OLD), given, status=422)
    assert "field required" in json.dumps(answer)


def test_a_preliminary_report_is_overtaken_by_the_final_one_of_its_time(ask: Ask) -> None:
    early = report(attach(OTHER), name="r0", status="preliminary")
    assert list_basis(ask_all(ask, "reports", early, report())) == ["DiagnosticReport/r1"]
    held = ask("reports", bundle(patient(), early, report(when=OLD)))
    assert held["status"] == "cancelled"
    older = report(attach(OTHER), name="r0", status="partial", when=OLD)
    told = ask_all(ask, "reports", older, report())
    assert list_basis(told) == ["DiagnosticReport/r1"]
    assert "DiagnosticReport/r0 was not used" in list_notes(told)


def test_a_report_that_is_only_announced_is_none(ask: Ask) -> None:
    announced = report(name="r0", status="registered", presentedForm=None)
    answer = ask_all(ask, "reports", announced, report(when=OLD))
    assert list_basis(answer) == ["DiagnosticReport/r1"]


# what takes the place of another

IDENTIFIER = {"system": "urn:ietf:rfc:3986", "value": "urn:oid:1.2.3"}


@pytest.mark.parametrize("status", ["current", "superseded"])
@pytest.mark.parametrize(
    "target",
    [
        {"reference": "DocumentReference/d0"},
        {"reference": "https://ehr.example/fhir/DocumentReference/d0"},
        {"identifier": IDENTIFIER},
    ],
)
def test_a_document_that_was_replaced_is_not_used_though_it_be_the_newest(
    ask: Ask, status: str, target: Resource
) -> None:
    replaced = letter(OTHER, "d0", NEW, status=status, masterIdentifier=IDENTIFIER)
    replacing = letter(when=OLD, relatesTo=[{"code": "replaces", "target": target}])
    answer = ask_all(ask, "letters", replaced, replacing)
    assert list_basis(answer) == ["DocumentReference/d1"]
    assert "DocumentReference/d0 was not used: another document" in list_notes(answer)


@pytest.mark.parametrize(
    "target", [{"reference": "DocumentReference/d1"}, {"identifier": IDENTIFIER}]
)
def test_no_document_replaces_itself(ask: Ask, target: Resource) -> None:
    relates = [{"code": "replaces", "target": target}]
    own = letter(masterIdentifier=IDENTIFIER, relatesTo=relates)
    answer = ask_all(ask, "letters", letter(OTHER, "d0", OLD), own)
    assert list_basis(answer) == ["DocumentReference/d1"]


def test_a_replacement_that_was_taken_back_takes_no_place(ask: Ask) -> None:
    gone = letter(OTHER, "d2", relatesTo=relate("replaces", "DocumentReference/d1"))
    answer = ask_all(ask, "letters", letter(when=OLD), gone | {"status": "entered-in-error"})
    assert list_basis(answer) == ["DocumentReference/d1"]


def test_a_replacement_of_another_code_is_asked_for(ask: Ask) -> None:
    other = letter(
        OTHER, "d2", coding=RADIOGRAPH, relatesTo=relate("replaces", "DocumentReference/d1")
    )
    answer = ask_all(ask, "letters", letter(), other, letter(OTHER, "d0", OLD))
    assert answer["status"] == "cancelled"
    assert "or is of another code: send that one" in list_notes(answer)


def test_a_replacement_that_is_not_final_holds_the_answer_back(ask: Ask) -> None:
    draft = letter(
        OTHER, "d2", docStatus="preliminary", relatesTo=relate("replaces", "DocumentReference/d1")
    )
    assert ask_all(ask, "letters", letter(when=OLD), draft)["status"] == "cancelled"


# whose, and when


def test_a_document_of_another_patient_is_refused(ask: Ask) -> None:
    for kind in ("letters", "reports"):
        make = letter if kind == "letters" else report
        stranger = make(name="d2", subject={"reference": "Patient/p2"})
        answer = ask(kind, bundle(patient(), make(), stranger), 422)
        assert "results of two patients are not mixed" in json.dumps(answer)


@pytest.mark.parametrize(
    "later",
    [{"date": "2026-03-02T08:00:00Z"}, {"context": {"period": {"end": "2026-03-05"}}}],
)
def test_what_is_later_is_refused_or_left_aside(ask: Ask, later: Any) -> None:
    sent = bundle(patient(), letter(when=OLD), letter(OTHER, "d2") | later)
    assert "later than the moment" in json.dumps(ask("letters", sent, 422))
    answer = ask("letters", parameters(sent, asOf="2026-03-01T09:00:00Z"))
    assert list_basis(answer) == ["DocumentReference/d1"]
    assert "1 result, diagnosis or document later" in list_notes(answer)


def test_a_document_without_a_name_is_refused(ask: Ask) -> None:
    nameless = {name: one for name, one in letter().items() if name != "id"}
    answer = ask("letters", bundle(patient(), nameless), 422)
    assert "must have an id or a fullUrl" in json.dumps(answer)


def test_a_page_that_is_not_the_last_is_told(ask: Ask) -> None:
    page = bundle(letter(), kind="searchset") | {
        "link": [{"relation": "next", "url": "https://ehr.example/2"}]
    }
    answer = ask("letters", bundle(patient(), page))
    assert "its search found more than it holds" in list_notes(answer)


NAMES = st.text(max_size=9)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(-9, 9) | NAMES,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=2),
    max_leaves=4,
)
WHOLE = letter(
    relatesTo=relate("replaces", "DocumentReference/d0"),
    docStatus="final",
    context={"period": {"end": NEW}},
    masterIdentifier={"value": "x"},
)
IN_FULL = {"letters": WHOLE, "reports": report(issued=NEW, conclusion="x")}


@pytest.mark.parametrize("model", IN_FULL)
@given(data=st.data())
def test_whatever_a_document_holds_there_is_an_answer_or_a_refusal(
    documents: Any, model: str, data: st.DataObject
) -> None:
    spoiled = json.loads(json.dumps(IN_FULL[model]))
    held = spoiled["content"][0] if model == "letters" else {"form": spoiled["presentedForm"][0]}
    places = [spoiled, *([spoiled["context"]] if model == "letters" else []), *held.values()]
    place = data.draw(st.sampled_from(places))
    name = data.draw(st.sampled_from(sorted(place.keys() - {"resourceType"})))
    place[name] = data.draw(JSON | st.lists(JSON, max_size=2))
    sent = json.dumps(bundle(patient(), spoiled, letter(OTHER, "d0", OLD)))
    url = f"/fhir/models/{model}/$evaluate"
    answer = documents.post(url, content=sent, headers={"content-type": FHIR})
    assert answer.status_code in {200, 422}, answer.text


# parts


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ([], "scan is missing"),
        ([scan(attach("%PDF", "application/pdf"))], "scan.image counts as missing"),
        ([scan(status="superseded")], "scan.image counts as missing"),
        ([scan(), scan(attach(b"other", "image/png"), name="d8")], "scan.image counts as missing"),
    ],
)
def test_a_picture_that_may_be_missing_counts_as_missing_where_it_cannot_be_used(
    ask: Ask, sent: list[Resource], said: str
) -> None:
    named = [one | {"id": f"s{i}"} for i, one in enumerate(sent)]
    answer = ask("all_parts", bundle(patient(), letter(), *named))
    assert list_basis(answer) == ["DocumentReference/d1"]
    assert said in list_notes(answer)
    assert "the graph leaves the picture out" in list_notes(answer)


def test_all_parts_are_filled_and_told_by_their_names(ask: Ask) -> None:
    answer = ask("all_parts", bundle(patient(), letter(), scan(name="s1")))
    assert set(list_basis(answer)) == {"DocumentReference/d1", "DocumentReference/s1"}
    answer = ask("all_parts", bundle(patient(), scan(name="s1")))
    assert "note.letter, a document of" in list_notes(answer)
    held = ask("all_parts", bundle(patient(), letter(docStatus="preliminary")))
    assert "the newest result of note.letter" in list_notes(held)
    refused = ask("all_parts", bundle(patient(), letter(content=[])), 422)
    assert "cannot be used for note.letter" in json.dumps(refused)
