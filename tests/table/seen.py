"""What a door made of a file, whichever it was."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.table.cases import Case


@dataclass(frozen=True, slots=True)
class Seen:
    """Ids that were answered, what was rejected and why, what was refused or told."""

    answered: Sequence[str | None] = ()
    rejected: Sequence[tuple[int, str | None, str]] = ()
    refused: str | None = None
    notes: Sequence[str] = ()
    predictions: bytes = b""


def read_results(files: Mapping[str, bytes]) -> Seen:
    """What the results of a file say."""
    manifest = json.loads(files["manifest.json"])
    if manifest["status"] == "refused":
        assert set(files) == {"manifest.json"}
        return Seen(refused=manifest["code"])
    predictions = files["predictions.csv"]
    rows = list(csv.DictReader(io.StringIO(predictions.decode(), newline="")))
    rejects = [json.loads(line) for line in files["rejects.jsonl"].splitlines()]
    assert manifest["rows"] == len(rows) + len({one["row"] for one in rejects})
    return Seen(
        [row["id"] or None for row in rows],
        [(one["row"], one["field"], one["code"]) for one in rejects],
        notes=[note["code"] for note in manifest.get("notes", ())],
        predictions=predictions,
    )


def check(seen: Seen, case: Case, expected: bytes | None = None) -> None:
    """Compare it with what the table says."""
    assert seen.refused == case.refused
    assert [*seen.answered] == [*case.answered]
    assert [*seen.rejected] == [*case.rejected]
    assert [*seen.notes] == [*case.notes]
    if case.same and expected is not None:
        assert seen.predictions == expected
