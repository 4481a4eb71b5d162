"""A hundred thousand rows with every kind of bad one among them: none lost, none doubled."""

import csv
import io
import json
from typing import Any

import pytest

from medmaas.batch.handler import handler
from medmaas.table import json_rows
from medmaas.table.lines import Limits

from .bad_rows import BAD_CELLS, BAD_INSTANCES, make_instances, make_table
from .uploads import Buckets, Context, folder_of, s3_event

ROWS = 100_000
MAKE = {"csv": make_table, "jsonl": make_instances}
AILMENTS = {"csv": set(BAD_CELLS), "jsonl": set(BAD_INSTANCES)}


def score(buckets: Buckets, name: str, content: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The manifest and the results of a file."""
    upload = buckets.upload(f"incoming/survival/{name}", content)
    handler(s3_event(upload), Context())
    results = buckets.read(folder_of(upload))
    return json.loads(results.pop("manifest.json")), results


def read_answers(written: bytes, kind: str) -> list[tuple[int, list[Any]]]:
    """Row number, and everything else of each answer."""
    if kind == "csv":
        lines = csv.reader(io.StringIO(written.decode(), newline=""))
        return [(int(line[0]), line[1:]) for line in list(lines)[1:]]
    cut = [line.partition(b',"id":') for line in written.splitlines()]
    return [(int(row.removeprefix(b'{"row":')), [rest]) for row, _, rest in cut]


@pytest.mark.parametrize("kind", MAKE)
def test_every_row_of_a_large_file_is_scored_or_rejected_once(
    buckets: Buckets, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(json_rows, "LIMITS", Limits(1_000, 4_000_000, 100_000))  # of 8 MB a line
    made = MAKE[kind](ROWS, 0.01, 7)
    assert set(made.bad.values()) == AILMENTS[kind]
    manifest, results = score(buckets, f"large.{kind}", bytes(made.content))
    counts = [manifest[name] for name in ("rows", "scored", "rejected", "empty_lines")]
    assert counts == [ROWS, len(made.good), len(made.bad), made.empty_lines]
    answers = read_answers(results[f"predictions.{kind}"], kind)
    rejects = [json.loads(line)["row"] for line in results["rejects.jsonl"].splitlines()]
    assert [row for row, _ in answers] == list(made.good)
    assert list(dict.fromkeys(rejects)) == list(made.bad)
    header = made.content[: made.content.index(b"\n") + 1] if kind == "csv" else b""
    _, alone = score(buckets, f"good.{kind}", bytes(header) + made.alone())
    expected = read_answers(alone[f"predictions.{kind}"], kind)
    assert [answer for _, answer in answers] == [answer for _, answer in expected]
