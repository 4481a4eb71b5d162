"""The results of a file speak the language that its job asks for."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic_core import to_json

from medmaas.batch import fan_out, handler
from medmaas.batch.deadline import Deadline
from medmaas.batch.fan_out import Range
from medmaas.batch.job import Job
from medmaas.batch.run import run
from medmaas.errors import InvalidRequestError
from medmaas.facts import Fact
from medmaas.model.registry import Registry
from tests.conftest import PATIENT
from tests.test_words import HAN

from .test_command import batch
from .uploads import Buckets, Context, Event, direct, folder_of, messages, s3_event

pytestmark = pytest.mark.usefixtures("assessed")

HEADER = "id,age,sex,creatinine,kappa,lambda,mgus\n"
ROWS = f"{HEADER}a,20,F,1.1,1.2,1.5,false\nb,67,F,,1.2,1.5,false\nc,old,F,1,1,1,true\nd,6\n"
LINES = b"".join(
    to_json(row) + b"\n"
    for row in ({"id": "a"} | PATIENT | {"age": 20}, {"id": "b"} | PATIENT | {"creatinine": None})
)
SAID = {"warnings", "abstained", "explanation"}
CHINESE = {"language": "zh"}
UNKNOWN = Fact("not_a_language", languages=["en", "zh"])


def read_table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def read_lines(content: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content.splitlines()]


def list_said(lines: list[dict[str, Any]]) -> Iterator[str]:
    """The sentences of predictions and rejects."""
    for line in lines:
        said = [line, line.get("explanation", {}), *line.get("warnings", [])]
        yield from (
            one[name] for one in said for name in ("problem", "reason", "sentence") if name in one
        )


def score(buckets: Buckets, name: str, content: bytes, **metadata: str) -> dict[str, bytes]:
    upload = buckets.upload(f"incoming/survival/{name}", content, **metadata)
    assert handler.handler(messages(s3_event(upload)), Context()) == {"batchItemFailures": []}
    return buckets.read(folder_of(upload))


def test_a_table_is_the_same_but_for_what_is_said(buckets: Buckets) -> None:
    plain = score(buckets, "plain language.csv", ROWS.encode(), explain="true")
    other = score(buckets, "other language.csv", ROWS.encode(), explain="true", **CHINESE)
    assert json.loads(other["manifest.json"])["options"] == {"explain": True, "language": "zh"}
    tables = [read_table(one["predictions.csv"]) for one in (plain, other)]
    for one, two in zip(*tables, strict=True):
        assert one.keys() == two.keys()
        for name, cell in one.items():
            assert bool(HAN.search(two[name])) == (name in SAID and cell != "")
            assert name in SAID or two[name] == cell
    rejects = [read_lines(one["rejects.jsonl"]) for one in (plain, other)]
    assert [[one["code"] for one in lines] for lines in rejects] == 2 * [
        ["not_a_number", "other_width"]
    ]
    assert all(HAN.search(said) for said in list_said(rejects[1]))


def test_lines_are_said_in_it_whichever_way_it_is_asked_for(buckets: Buckets) -> None:
    by_metadata = score(buckets, "said.jsonl", LINES, **CHINESE)
    upload = buckets.upload("incoming/survival/said by a job.jsonl", LINES)
    handler.handler(direct(upload) | CHINESE, Context())
    by_job = buckets.read(folder_of(upload))
    assert by_job["predictions.jsonl"] == by_metadata["predictions.jsonl"]
    lines = read_lines(by_job["predictions.jsonl"])
    said = list(list_said(lines))
    assert len(said) == 3  # two warnings, one reason
    assert all(HAN.search(one) for one in said)
    instances = [
        {k: v for k, v in json.loads(line).items() if k != "id"} for line in LINES.splitlines()
    ]
    answer = handler.handler({"model": "survival", "instances": instances} | CHINESE, Context())
    assert list(list_said(answer["predictions"])) == said


def test_ranges_of_a_large_file_speak_it_as_the_whole_does(
    assessed: Registry, tmp_path: Path
) -> None:
    source, whole, parts = tmp_path / "rows.csv", tmp_path / "whole", tmp_path / "parts"
    source.write_text(ROWS)
    run(Job("survival", None, str(source), str(whole), language="zh"), assessed, Deadline())
    asked = Job("survival", None, str(source), str(parts), language="zh")
    job = Job.from_event(fan_out.plan(asked, assessed, 40, Deadline())["job"])
    for item in json.loads((parts / "ranges.json").read_bytes()):
        fan_out.score(job, assessed, Range(**item), Deadline(), None)
    fan_out.finish(job)
    for kind in ("predictions*.csv", "rejects*.jsonl"):
        together = b"".join(path.read_bytes() for path in sorted(parts.glob(kind)))
        assert together == b"".join(path.read_bytes() for path in whole.glob(kind))
        assert HAN.search(together.decode())


def test_a_refused_file_says_why_in_it(buckets: Buckets) -> None:
    lacking = HEADER.replace("age,", "").encode()
    refused = json.loads(score(buckets, "lacking.csv", lacking, **CHINESE)["manifest.json"])
    assert (refused["status"], refused["reason"]) == ("refused", "表头缺少 age")
    assert (refused["code"], refused["limits"]) == ("header_lacks", {"columns": ["age"]})
    upload = buckets.upload("incoming/survival/lacking again.csv", lacking)
    summary = handler.handler(direct(upload) | CHINESE, Context())
    assert {name: summary[name] for name in ("status", "reason", "code", "limits")} == {
        name: refused[name] for name in ("status", "reason", "code", "limits")
    }


def test_wrong_metadata_is_refused_in_the_language_beside_it(buckets: Buckets) -> None:
    refused = score(buckets, "wrong metadata.csv", ROWS.encode(), coverage="95", **CHINESE)
    assert HAN.search(json.loads(refused["manifest.json"])["reason"])


def test_other_languages_are_other_results(buckets: Buckets) -> None:
    upload = buckets.upload("incoming/survival/languages.csv", (HEADER + "a,6\n").encode())
    seen = [
        handler.handler(direct(upload) | asked, Context())["status"]
        for asked in ({}, CHINESE, CHINESE, {"language": "en"})
    ]
    assert seen == ["complete", "complete", "duplicate", "complete"]


@pytest.mark.parametrize("language", ["ZH", "fr", ""])
def test_an_unknown_language_of_a_file_is_refused(buckets: Buckets, language: str) -> None:
    name = f"unknown {len(language)} {language[:1]}.csv"
    manifest = json.loads(score(buckets, name, ROWS.encode(), language=language)["manifest.json"])
    assert manifest["status"] == "refused"
    assert "x-amz-meta-language must be one of en, zh" in manifest["reason"]


@pytest.mark.parametrize("language", ["fr", None, 1, ["zh"]])
@pytest.mark.parametrize(
    "event", [{"instances": [PATIENT]}, {"source": "s3://x/y.csv", "destination": "s3://x/y/"}]
)
def test_an_unknown_language_of_an_event_is_refused(event: Event, language: object) -> None:
    with pytest.raises(InvalidRequestError) as raised:
        handler.handler({"model": "survival", "language": language} | event, Context())
    assert [(one.field, one.fact) for one in raised.value.details] == [("language", UNKNOWN)]


def test_a_command_speaks_it(tmp_path: Path, models: Path) -> None:
    (tmp_path / "rows.csv").write_text(HEADER + "a,6\n")
    options = ("--models", models, "--language", "zh")
    done = batch("survival", tmp_path / "rows.csv", tmp_path / "results", *options)
    assert done.returncode == 0, done.stderr
    rejects = read_lines((tmp_path / "results" / "rejects.jsonl").read_bytes())
    assert [one["problem"] for one in rejects] == ["有 2 列，表头有 7 列"]
    (tmp_path / "rows.csv").write_text("age\n")
    refused = batch("survival", tmp_path / "rows.csv", tmp_path / "refused", *options)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("medmaas: 表头缺少 ")
    unknown = batch("survival", tmp_path / "rows.csv", tmp_path / "none", "--language", "fr")
    assert unknown.returncode == 2
    assert "--language" in unknown.stderr
    assert not (tmp_path / "none").exists()
