"""Files that can never be scored are said to be so, once; newer ones get folders of their own."""

import gzip

import pytest

from medmaas.batch.handler import handler
from medmaas.batch.job import Upload

from .test_triggers import HEADER, ROWS
from .uploads import Buckets, Context, folder_of, messages, s3_event

REFUSED = {
    "survival/nothing.csv": (b"", "empty"),
    "survival/nothing.jsonl": (b"", "empty"),
    "survival/blank.csv": (b"\n\n", "empty"),
    "survival/header.csv": (b"a,67,F,1.1,1.2,1.5,false\n", "lacks"),
    "survival/column.csv": (ROWS.replace(b"kappa", b"cappa"), "lacks kappa"),
    "survival/almost.csv": (ROWS.replace(b"creatinine", b"creatinin"), "column 4"),
    "survival/twice.csv": (ROWS.replace(b"id,", b"age,"), "are both age"),
    "survival/bars.csv": (ROWS.replace(b",", b"|"), "lacks"),
    "survival/utf16.csv": (ROWS.decode().encode("utf-16-le"), "without its mark"),
    "survival/utf16.jsonl": ('{"a": 1}\n'.encode("utf-16-be"), "without its mark"),
    "survival/latin.csv": (ROWS.replace(b"id", b"\xefd"), "name its encoding"),
    "survival/plain.csv.gz": (ROWS, "gzip"),
    "survival/short.csv.gz": (gzip.compress(ROWS)[:-9], "gzip"),
    "survival/sheet.xls": (b"PK\3\4", "must end in"),
    "survival/sheet.xlsx": (b"PK\3\4", "damaged"),
    "survival/sheet.csv": (b"PK\3\4", "damaged"),
    "survival/page.csv": (b"<html><table>", "HTML"),
    "nobody/file.csv": (ROWS, "model"),
    "file.csv": (ROWS, "model"),
    "blood_cell/pictures.csv": (b"id,image\n1,2\n", "do not fit into CSV"),
    "chemo_dose/mixed.csv": (b"id,day\na,-1\nb,0\na,0\n", "together"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_can_never_be_scored_is_refused_with_a_reason(
    buckets: Buckets, name: str
) -> None:
    content, reason = REFUSED[name]
    upload = buckets.upload(f"incoming/{name}", content)
    assert handler(messages(s3_event(upload)), Context()) == {"batchItemFailures": []}
    folder = folder_of(upload)
    assert buckets.find_names(folder) == ["manifest.json"]
    manifest = buckets.manifest(folder)
    assert manifest["status"] == "refused"
    assert reason in manifest["reason"]


@pytest.mark.parametrize("content", [HEADER, HEADER + "\n", HEADER + "\r\n\r\n\n"])
def test_a_header_alone_is_a_file_of_no_rows(buckets: Buckets, content: str) -> None:
    upload = buckets.upload(f"incoming/survival/alone {len(content)}.csv", content.encode())
    (summary,) = handler(s3_event(upload), Context())
    assert (summary["status"], summary["rows"]) == ("complete", 0)
    predictions = buckets.read(folder_of(upload))["predictions.csv"]
    assert predictions.startswith(b"row,id,")
    assert predictions.count(b"\n") == 1


def twice(buckets: Buckets, name: str) -> tuple[Upload, Upload]:
    """An upload, and a newer one under its key."""
    key = f"incoming/survival/{name}.csv"
    return buckets.upload(key, ROWS), buckets.upload(key, ROWS + b"c,70,F,,1,1,0\n")


@pytest.mark.parametrize("late", [False, True])
def test_a_newer_upload_has_a_folder_of_its_own(buckets: Buckets, late: bool) -> None:  # noqa: FBT001
    uploads = twice(buckets, f"newer {late}")
    for upload in reversed(uploads) if late else uploads:
        handler(s3_event(upload), Context())
    assert [buckets.manifest(folder_of(upload))["rows"] for upload in uploads] == [2, 3]


def test_content_that_is_gone_is_refused_in_its_own_folder(buckets: Buckets) -> None:
    old, new = twice(buckets, "gone")
    buckets.remove(old)
    handler(s3_event(old, new), Context())
    assert "removed or replaced" in buckets.manifest(folder_of(old))["reason"]
    assert buckets.manifest(folder_of(new))["rows"] == 3


def test_content_that_was_replaced_in_a_bucket_without_versions_is_refused(
    buckets: Buckets,
) -> None:
    s3 = buckets.stack.client("s3")
    s3.create_bucket(
        Bucket="plain", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    old = buckets.upload("incoming/survival/plain.csv", ROWS, "plain")
    new = buckets.upload("incoming/survival/plain.csv", ROWS + b"c,70,F,,1,1,0\n", "plain")
    assert old.version_id is None
    handler(s3_event(new, old), Context())
    assert buckets.manifest(folder_of(old))["status"] == "refused"
    assert buckets.manifest(folder_of(new))["rows"] == 3


def test_a_duplicate_event_changes_nothing(buckets: Buckets) -> None:
    upload = buckets.upload("incoming/survival/duplicate.csv", ROWS)
    handler(s3_event(upload), Context())
    before = buckets.read(folder_of(upload))
    (summary,) = handler(s3_event(upload), Context())
    assert (summary["status"], summary["rows"]) == ("duplicate", 2)
    assert buckets.read(folder_of(upload)) == before
