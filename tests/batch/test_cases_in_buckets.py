"""What the command line and the API make of a file, a bucket makes of it: by the same table."""

import json

import pytest

from medmaas.batch.handler import handler
from tests.table.cases import CASES, PLAIN, Case
from tests.table.seen import Seen, check, read_results

from .uploads import Buckets, Context, folder_of, s3_event

# of each kind one, where nothing but the storage differs from the command line
NAMES = [name for name in CASES if not name.endswith(("for a number", "is a bound", "as an id"))]


def drop(buckets: Buckets, case: Case, name: str) -> Seen:
    asked = {"missing": json.dumps([*case.missing])} if case.missing else {}
    asked |= {"encoding": case.encoding} if case.encoding else {}
    upload = buckets.upload(f"incoming/survival/{name}", case.content, **asked)
    handler(s3_event(upload), Context())
    return read_results(buckets.read(folder_of(upload)))


@pytest.mark.parametrize("name", NAMES)
def test_a_bucket_reads_every_file_as_the_table_says(buckets: Buckets, name: str) -> None:
    number = NAMES.index(name)
    expected = drop(buckets, Case(PLAIN.encode()), f"plain {number}.csv").predictions
    check(drop(buckets, CASES[name], f"case {number}.csv"), CASES[name], expected)


def test_one_missing_word_needs_no_list(buckets: Buckets) -> None:
    content = PLAIN.replace("M,,", "M,-999,").encode()
    upload = buckets.upload("incoming/survival/word.csv", content, missing="-999")
    handler(s3_event(upload), Context())
    seen = read_results(buckets.read(folder_of(upload)))
    assert ([*seen.answered], [*seen.notes]) == (["A1", "A2", "A3"], ["missing_words_taken"])


@pytest.mark.parametrize(
    "asked",
    [{"encoding": "klingon"}, {"missing": '["", "NA"]'}, {"missing": "x" * 99}],
)
def test_what_cannot_be_asked_of_a_file_is_refused(buckets: Buckets, asked: dict[str, str]) -> None:
    name = f"incoming/survival/wrong {len(str(asked))}.csv"
    upload = buckets.upload(name, PLAIN.encode(), **asked)
    handler(s3_event(upload), Context())
    manifest = buckets.manifest(folder_of(upload))
    assert (manifest["status"], manifest["code"]) == ("refused", "wrong_metadata")
    assert "klingon" not in json.dumps(manifest)


@pytest.mark.parametrize("ending", ["tsv", "xlsx", "csv"])
@pytest.mark.parametrize("name", ["a workbook", "tabs"])
def test_what_a_file_is_is_read_from_its_bytes_whatever_its_name(
    buckets: Buckets, name: str, ending: str
) -> None:
    seen = drop(buckets, CASES[name], f"named {name}.{ending}")
    check(seen, CASES[name])
