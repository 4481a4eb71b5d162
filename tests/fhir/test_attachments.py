"""What a document holds: read whole and as stated, or refused with the true reason."""

import base64
import json
from typing import Any

import pytest
from fhir.resources.R4B.binary import Binary
from fhir.resources.R4B.diagnosticreport import DiagnosticReport
from fhir.resources.R4B.documentreference import DocumentReference
from fhir.resources.R4B.media import Media

from tests.fhir.document_records import (
    CANARY,
    NOTE,
    PNG,
    attach,
    attach_scan,
    binary,
    document,
    encode,
    hash_of,
    media,
    report,
    scan,
)
from tests.fhir.records import Ask, Resource, bundle, patient
from tests.model.dicoms import PATIENT
from tests.model.radiographs import radiograph
from tests.parts.models import SIDE, draw_scan

CONCLUSION = "Cardiomegaly."
HAN = "因胸痛伴呼吸困难入院治疗"  # whose UTF-8 is other Chinese in GBK
LATIN = "Müller, 72, Thoraxschmerz € schwer"


def tell(answer: Any) -> str:
    """All that an answer says, but what it is called."""
    assert answer["resourceType"] in {"RiskAssessment", "Observation", "OperationOutcome"}, answer
    return json.dumps(answer, ensure_ascii=False)


def list_chances(answer: Any) -> list[float]:
    assert answer["status"] == "final", answer
    return [one["probabilityDecimal"] for one in answer["prediction"]]


def ask_of_text(ask: Ask, text: str) -> list[float]:
    return list_chances(ask("letters", bundle(patient(), document(attach(text)))))


def test_a_letter_is_answered_as_the_text_that_it_is(documents: Any, ask: Ask) -> None:
    body = {"instances": [{"letter": NOTE}]}
    native = documents.post("/models/letters/predict", json=body).json()["predictions"][0]
    answer = ask("letters", bundle(patient(), document()))
    expected = [round(100 * one, 4) for one in native["output"]["probabilities"].values()]
    assert list_chances(answer) == pytest.approx(expected)
    assert answer["basis"] == [{"reference": "DocumentReference/d1"}]
    assert "severe" in json.dumps(answer["prediction"]), "it is explained by words"


@pytest.mark.parametrize("resource", [scan(), media(), report(attach_scan(), code=scan()["type"])])
def test_a_picture_is_answered_as_the_file_that_it_is(
    documents: Any, ask: Ask, resource: Resource
) -> None:
    body = {"instances": [{"image": draw_scan(1)}]}
    native = documents.post("/models/scans/predict", json=body).json()["predictions"][0]
    answer = ask("scans", bundle(patient(), resource))
    expected = [round(100 * one, 4) for one in native["output"]["probabilities"].values()]
    assert list_chances(answer) == pytest.approx(expected)
    assert answer["basis"] == [{"reference": f"{resource['resourceType']}/{resource['id']}"}]


def test_the_documents_of_these_tests_are_as_r4_says() -> None:
    kinds: tuple[Any, ...] = (DocumentReference, DiagnosticReport, Media, Binary)
    judges = {kind.__name__: kind for kind in kinds}
    for one in (document(), scan(), report(), media(), binary()):
        judges[one["resourceType"]].model_validate(one)
    with pytest.raises(ValueError, match="status"):
        DocumentReference.model_validate(document(status=None))


# texts


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [
        ("; charset=windows-1252", "cp1252"),
        (';charset="Windows-1252"', "cp1252"),
        ("; charset=utf-8", "utf-8"),
        ("; charset=UTF-8", "utf-8-sig"),
        ("", "utf-8"),
        ("", "utf-8-sig"),
        ("; charset=utf-16", "utf-16"),
        ("; charset=utf-16le", "utf-16-le"),
        ("; charset=utf-16be", "utf-16-be"),
        ("; format=flowed; charset=utf-32", "utf-32"),
        ("; charset=gb18030", "gb18030"),
    ],
)
def test_a_text_is_read_in_its_charset(ask: Ask, charset: str, encoding: str) -> None:
    letter = document(attach(LATIN.encode(encoding), f"text/plain{charset}"))
    answer = ask("letters", bundle(patient(), letter))
    assert list_chances(answer) == ask_of_text(ask, LATIN)


@pytest.mark.parametrize(
    ("text", "charset"),
    [("模", "gbk"), (HAN, "gbk"), ("模型 1", "utf-16le"), (HAN, "utf-16le"), (HAN, "utf-7")],
)
def test_chinese_is_not_taken_for_utf_8(ask: Ask, text: str, charset: str) -> None:
    letter = document(attach(text.encode(charset), f"text/plain; charset={charset}"))
    answer = ask("letters", bundle(patient(), letter))
    assert list_chances(answer) == ask_of_text(ask, text)


@pytest.mark.parametrize(
    ("content", "kind", "said"),
    [
        (LATIN.encode("cp1252"), "text/plain", "not in UTF-8: state its charset"),
        (LATIN.encode("utf-16"), "text/plain", "mark of another charset"),
        (LATIN.encode("utf-16-le"), "text/plain; charset=utf-16", "no byte order mark"),
        (LATIN.encode("utf-16"), "text/plain; charset=utf-16be", "mark of another charset"),
        (LATIN.encode("utf-8-sig"), "text/plain; charset=windows-1252", "mark of another"),
        (LATIN.encode(), "text/plain; charset=iso-8859-1", "is in UTF-8, and its contentType"),
        (HAN.encode(), "text/plain; charset=gbk", "is in UTF-8, and its contentType"),
        (b"chest pain", "text/plain; charset=utf-16le", "is in UTF-8, and its contentType"),
        (LATIN.encode("cp1252"), "text/plain; charset=us-ascii", "not in the charset"),
        (b"a\x81b", "text/plain; charset=windows-1252", "not in the charset"),
        (b"abc", "text/plain; charset=zlib", "charset of its contentType is not known"),
        (b"abc", "text/plain; charset=unicode_escape", "charset of its contentType is not known"),
        (b"abc", "text/plain; charset=x-none", "charset of its contentType is not known"),
        (b"abc", "text/plain; charset=\0", "charset of its contentType is not known"),
        (b"%PDF-1.7 abc", "text/plain", "is PDF"),
        (b"{\\rtf1 abc}", "text/plain", "is RTF"),
        (b"\xef\xbb\xbf \n<!DOCTYPE html><p>", "text/plain", "is HTML"),
        (b"<ClinicalDocument>", "text/plain", "is XML"),
        (b"abc\0", "text/plain", "control"),
        (b" \n ", "text/plain", "characters of text"),
        (b"<p>abc", "text/html", "HTML is not read: send the same as text/plain"),
        (b"{\\rtf1}", "text/rtf", "RTF is not read"),
        (b"%PDF", "application/pdf", "PDF is not read"),
        (b"abc", "text/markdown", "contentType must be text/plain"),
        (b"abc", "text", "contentType must be text/plain"),
        (b"abc", None, "contentType is missing"),
        (b"a" * 8010, "text/plain", "more than 8004 bytes"),
        (b"a" * 2001, "text/plain", "longer than 2000 characters"),
    ],
)
def test_what_is_no_plain_text_is_refused_by_name(
    ask: Ask, content: bytes, kind: str | None, said: str
) -> None:
    letter = document(attach(content, kind))
    older = document(name="d0", when="2026-02-20T08:00:00Z")
    answer = ask("letters", bundle(patient(), letter, older), 422)
    assert said in tell(answer)


def test_a_note_of_ten_megabytes_is_refused_before_it_is_decoded(ask: Ask) -> None:
    ask("letters", bundle(patient(), document(attach(b"a" * 10_000_000))), 413)
    answer = ask("letters", bundle(patient(), document(attach(b"a" * 3_000_000))), 422)
    assert "more than 8004 bytes" in tell(answer)


def test_of_several_forms_the_plain_text_is_read(ask: Ask) -> None:
    forms = [attach("<p>", "text/html"), attach(), attach("%PDF", "application/pdf")]
    answer = ask("letters", bundle(patient(), document(*forms)))
    assert list_chances(answer) == ask_of_text(ask, NOTE)
    answer = ask("letters", bundle(patient(), document(*forms, attach())))
    assert list_chances(answer) == ask_of_text(ask, NOTE), "twice the same is once"
    answer = ask("letters", bundle(patient(), document(*forms, attach("other"))), 422)
    assert "several contents that differ" in tell(answer)


def test_a_conclusion_is_read_only_where_the_manifest_says_so(ask: Ask) -> None:
    both = report(conclusion=CONCLUSION)
    answer = ask("reports", bundle(patient(), both))
    assert list_chances(answer) == ask_of_text(ask, NOTE)
    answer = ask("conclusions", bundle(patient(), both))
    assert list_chances(answer) == ask_of_text(ask, CONCLUSION)
    answer = ask("conclusions", bundle(patient(), report()), 422)
    assert "DiagnosticReport.conclusion is missing" in tell(answer)
    answer = ask("reports", bundle(patient(), report(presentedForm=[], conclusion="x")), 422)
    assert "holds no content" in tell(answer)


# where the content is


def link(url: str = "Binary/b1", **changes: Any) -> Resource:
    return document({"contentType": "text/plain", "url": url} | changes)


def place(resource: Resource, url: str) -> Resource:
    return {"resource": resource, "fullUrl": url}


def wrap(*entries: Resource) -> Resource:
    return {"resourceType": "Bundle", "type": "collection", "entry": [*entries]}


CONTAINED = binary() | {"id": "inside"}


@pytest.mark.parametrize(
    "sent",
    [
        bundle(patient(), link(), binary()),
        bundle(patient(), binary(), link("https://ehr.example/fhir/Binary/b1")),
        wrap(
            {"resource": patient()},
            place(link("Binary/b1"), "https://ehr.example/fhir/DocumentReference/d1"),
            place(binary(), "https://ehr.example/fhir/Binary/b1"),
        ),
        wrap(
            {"resource": patient()},
            {"resource": link("urn:uuid:c5a5e8a0-1b1a-4c1e-9f5e-000000000001")},
            place(
                {name: value for name, value in binary().items() if name != "id"},
                "urn:uuid:c5a5e8a0-1b1a-4c1e-9f5e-000000000001",
            ),
        ),
        bundle(patient(), link("#inside") | {"contained": [CONTAINED]}),
        bundle(patient(), link("Binary/b1/_history/3"), binary()),
        bundle(patient(), link(contentType="text/plain"), binary(kind="application/octet-stream")),
        bundle(patient(), document(attach(url="https://elsewhere.example/x"))),
        bundle(patient(), document(attach(url="Binary/b1")), binary()),
        bundle(patient(), link(), binary(LATIN.encode("cp1252"), "text/plain; charset=cp1252")),
    ],
)
def test_a_binary_of_the_record_is_the_content_behind_its_url(ask: Ask, sent: Resource) -> None:
    text = LATIN if "charset" in json.dumps(sent) else NOTE
    assert list_chances(ask("letters", sent)) == ask_of_text(ask, text)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ([link()], "nothing is fetched: send the content in data"),
        ([link(), binary(name="b2")], "nothing is fetched"),
        ([link("https://ehr.example/x.txt")], "nothing is fetched"),
        ([link("data:text/plain;base64,YWJj")], "nothing is fetched"),
        ([link("#none")], "nothing is fetched"),
        ([link(), binary(), binary("other")], "nothing is fetched"),
        ([link("Patient/p1")], "nothing is fetched"),
        ([document(attach(url="Binary/b1")), binary("other")], "data and the Binary"),
        ([link(), binary(kind="text/html")], "that of the Binary behind its url differ"),
        (
            [
                link(contentType="text/plain; charset=utf-16le"),
                binary(kind="text/plain; charset=utf-8"),
            ],
            "that of the Binary behind its url differ",
        ),
        ([link(), binary() | {"implicitRules": "http://x.example"}], "implicitRules"),
        ([link(), binary() | {"data": None}], "holds no content"),
        ([document(attach(data=None))], "holds no content"),
        ([document(attach(data=""))], "holds no content"),
        ([document(attach(data="  \n"))], "holds no content"),
        ([document(attach(data="not base64 !"))], "is not base64"),
        ([document(attach(data=f"{encode(NOTE)}A"))], "is not base64"),
        ([document(attach(data=5))], "valid string"),
        ([document(attach(size=1))], "not the number of bytes"),
        ([document(attach(hash=hash_of(b"other")))], "not the SHA-1"),
        ([document(attach(hash="none"))], "not the SHA-1"),
        ([document(content=[])], "holds no content"),
        ([document(content=None)], "holds no content"),
        ([document(content=[{}])], "field required"),
        (
            [document(content=[{"attachment": attach(), "modifierExtension": [{"url": "x"}]}])],
            "modifierExtension",
        ),
    ],
)
def test_content_that_is_not_here_or_not_as_stated_is_refused(
    ask: Ask, sent: list[Resource], said: str
) -> None:
    answer = ask("letters", bundle(patient(), *sent), 422)
    assert said in tell(answer)


def test_size_and_hash_that_are_right_are_fine(ask: Ask) -> None:
    content = NOTE.encode()
    broken = "\n".join(encode(NOTE)[i : i + 20] for i in range(0, 60, 20)) + encode(NOTE)[60:]
    letter = document(attach(size=len(content), hash=hash_of(content), data=broken))
    assert list_chances(ask("letters", bundle(patient(), letter))) == ask_of_text(ask, NOTE)


# pictures

DICOM = radiograph(edge=SIDE)


def test_a_dicom_file_is_preferred_to_its_thumbnail(ask: Ask) -> None:
    original = attach(DICOM, "application/dicom")
    alone = ask("scans", bundle(patient(), scan(original)))
    both = ask("scans", bundle(patient(), scan(attach_scan(), original)))
    assert list_chances(alone) == list_chances(both)
    answer = ask("plain_scans", bundle(patient(), scan(attach_scan(), original)), 422)
    assert "several contents that differ" in tell(answer)
    answer = ask("plain_scans", bundle(patient(), scan(original)), 422)
    assert "contentType must be image/png or image/jpeg" in tell(answer)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([attach_scan(1), attach_scan(2)], "several contents that differ"),
        ([attach_scan(1), attach_scan(1, "image/webp")], "several contents that differ"),
        (
            [attach_scan(1, "image/webp")],
            "contentType must be image/png or image/jpeg or",
        ),
        ([attach("%PDF", "application/pdf")], "PDF is not read: send the same as image/png"),
        ([attach_scan(1, None)], "contentType is missing"),
        ([attach(b"none", PNG)], "is none of the files that this model takes"),
        ([attach(base64.b64decode(draw_scan(1))[:90], PNG)], "damaged"),
        ([{"contentType": PNG, "url": "https://pacs.example/1.png"}], "nothing is fetched"),
    ],
)
def test_what_is_not_one_picture_is_refused(ask: Ask, files: list[Resource], said: str) -> None:
    answer = ask("scans", bundle(patient(), scan(*files)), 422)
    assert said in tell(answer)


def test_a_file_of_another_form_than_stated_is_read_and_told(ask: Ask) -> None:
    answer = ask("scans", bundle(patient(), scan(attach_scan(1, "image/jpeg"))))
    right = ask("scans", bundle(patient(), scan(attach_scan(1))))
    assert list_chances(answer) == list_chances(right)
    assert "is stated to be a JPEG file and is a PNG file" in tell(answer)
    assert "is stated" not in tell(right)


def test_a_problem_of_a_picture_is_told_of_its_resource(ask: Ask) -> None:
    answer = ask("scans", bundle(patient(), scan(attach(b"none", PNG))), 422)
    (place,) = [one["expression"][0] for one in answer["issue"] if "expression" in one]
    assert place == "Bundle.entry[1].resource.content[0].attachment.data"


def test_a_problem_of_a_part_is_told_of_its_resource(ask: Ask) -> None:
    broken = scan(attach(b"none", PNG), name="s1")
    answer = ask("all_parts", bundle(patient(), document(), broken), 422)
    (place,) = [one["expression"][0] for one in answer["issue"] if "expression" in one]
    assert place == "Bundle.entry[2].resource.content[0].attachment.data"


# privacy


def test_nothing_of_a_note_or_of_a_picture_is_repeated_in_errors_or_logs(
    ask: Ask, capfd: pytest.CaptureFixture[str]
) -> None:
    assert PATIENT.encode() in DICOM
    spoiled = [
        document(attach(CANARY * 500)),
        document(attach(CANARY, f"{CANARY}/plain")),
        document(attach(CANARY, f"text/plain; charset={CANARY}")),
        document(attach(f"{CANARY}\0")),
        document(attach(f"<html>{CANARY}")),
        document(attach(url=f"Binary/{CANARY}", data=None, title=CANARY)),
        document(attach(data=f"{CANARY}!")),
        document(attach(hash=CANARY)),
        document(attach(CANARY), attach(f"{CANARY} {CANARY}")),
        document(attach(CANARY), description=CANARY, status=None),
    ]
    for resource in spoiled:
        assert CANARY not in json.dumps(ask("letters", bundle(patient(), resource), 422))
    broken = scan(attach(DICOM[:-40], "application/dicom", title=CANARY))
    told = json.dumps(ask("scans", bundle(patient(), broken), 422))
    assert PATIENT not in told
    ask("letters", bundle(patient(), document(attach(CANARY))))
    written = "".join(capfd.readouterr())
    assert "/fhir/models/{model_id}/$evaluate" in written, "there is a log to look at"
    assert CANARY not in written
    assert encode(CANARY)[:8] not in written
    assert PATIENT not in written
