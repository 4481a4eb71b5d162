"""Large files: cut into ranges of bytes, scored side by side by Step Functions, put together.

A state machine (infra/fan_out.asl.json) calls plan, then score once for every range, then finish.
Its states carry keys and ranges, never rows.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from medmaas.batch import manifest
from medmaas.batch.deadline import Deadline
from medmaas.batch.job import Job
from medmaas.batch.opened import Opened, open_job
from medmaas.batch.part import Counts, Part
from medmaas.batch.scorer import make_scorer
from medmaas.batch.storage import Folder, client, open_folder, open_source, translated_errors
from medmaas.errors import (
    IncompleteResultsError,
    RefusedFileError,
    StorageError,
)
from medmaas.model.registry import Registry
from medmaas.table.formats import find_format
from medmaas.table.reader import is_seekable, open_rows, rows_at_once
from medmaas.table.rows import Chunk, Position
from medmaas.words import Words

RANGE_BYTES = 64_000_000
_EXPLAINED_RANGE_BYTES = 1_000_000  # because its rows take milliseconds to seconds each
_RANGES = "ranges.json"
_STARTS = 20

Summary = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FanOut:
    """Who scores large files: a state machine, by its ARN, those of at least so many bytes."""

    state_machine: str
    from_bytes: int


@dataclass(frozen=True, slots=True)
class Range:
    """Bytes of a file from one row's first to another's last, and the rows in between."""

    index: int
    start: int
    end: int
    first_row: int
    rows: int


def is_large(opened: Opened, from_bytes: int) -> bool:
    """Whether a file is worth a state machine, and can be read from the middle."""
    source, spelling = opened.source, opened.job.spelling
    return source.size >= from_bytes and is_seekable(source, opened.format, opened.model, spelling)


def start(job: Job, state_machine: str) -> None:
    """Start the state machine for a file, once: its execution is named after the results.

    A file whose execution has ended without a manifest is started again, under the next name.

    Raises:
        StorageError: Step Functions does not answer, or the file failed too often.
    """
    results = job.destination + (json.dumps(job.asked, sort_keys=True) if job.asked else "")
    stem = hashlib.sha256(results.encode()).hexdigest()[:40]
    states = client("stepfunctions")
    range_bytes = _EXPLAINED_RANGE_BYTES if job.explain else RANGE_BYTES
    content = json.dumps({"job": job.to_event(), "range_bytes": range_bytes})
    for attempt in range(1, _STARTS + 1):
        name = f"{stem}-{attempt}"
        with translated_errors():
            try:
                states.start_execution(stateMachineArn=state_machine, name=name, input=content)
            except states.exceptions.ExecutionAlreadyExists:
                execution = state_machine.replace(":stateMachine:", ":execution:")
                status = states.describe_execution(executionArn=f"{execution}:{name}")["status"]
                if status != "RUNNING":  # it failed, or ended without a manifest
                    continue
        return
    raise StorageError("state_machine_failed", times=_STARTS)


def plan(job: Job, registry: Registry, range_bytes: int, deadline: Deadline) -> Summary:
    """Cut a file into ranges, and write them down beside its results.

    Returns:
        The job, of one certain content and model version, and where the ranges are; or a summary,
        if the file is refused or has been scored.
    """

    def write_ranges(opened: Opened) -> Summary:
        spelling = opened.job.spelling
        rows = open_rows(opened.source, opened.format, opened.model, spelling=spelling)
        ranges = [
            asdict(part) for part in _cut(rows.chunks(), opened.source.size, range_bytes, deadline)
        ]
        opened.folder.write(_RANGES, json.dumps(ranges).encode())
        bucket, _, key = opened.folder.url.removeprefix("s3://").partition("/")
        return {
            "status": "planned",
            "job": opened.job.to_event(),
            "ranges": {"bucket": bucket, "key": f"{key}{_RANGES}", "count": len(ranges)},
        }

    return open_job(job, registry, write_ranges)


def _cut(chunks: Iterator[Chunk], size: int, range_bytes: int, deadline: Deadline) -> list[Range]:
    """Chunks put together to ranges, which reach from the file's first byte to its last."""
    ranges = list[Range]()
    start = end = Position(0, 1)
    for chunk in chunks:
        end = chunk.end
        if end.offset - start.offset >= range_bytes:
            ranges.append(_between(len(ranges), start, end))
            start = end
        if deadline.is_near():
            raise RefusedFileError("too_large_to_cut")
    if start.offset < size:
        ranges.append(_between(len(ranges), start, Position(size, end.row)))
    return ranges


def _between(index: int, start: Position, end: Position) -> Range:
    return Range(index, start.offset, end.offset, start.row, end.row - start.row)


def score(
    job: Job, registry: Registry, part_of: Range, deadline: Deadline, checkpoint: str | None
) -> Summary:
    """Score one range, or find that it has been done.

    Returns:
        Status complete, or status continued and a checkpoint if time ran out.
    """
    folder = open_folder(job.destination)
    fmt, model = find_format(job.source), registry.get(job.model, job.version)
    receipt = _read_receipt(folder, part_of)
    if receipt and receipt["model"] == model.identity and _is_of(receipt, part_of, job):
        return {"status": "complete"}
    source = open_source(job)
    suffix = f"-{part_of.index:05d}"
    part = Part(
        folder, fmt.written, manifest.now(), model.identity, suffix=suffix, checkpoint=checkpoint
    )
    first = Position(part_of.start, part_of.first_row) if part_of.index else None
    position = part.position or first
    words = Words(job.language, model.manifest)
    with part.kept_clean():
        scorer = make_scorer(job, fmt, model, source)
        rows = open_rows(
            source,
            fmt,
            model,
            position,
            part_of.end,
            rows=rows_at_once(job.options, model),
            spelling=job.spelling,
        )
        if not part.score(rows.chunks(), scorer, deadline):
            return {"status": "continued", "checkpoint": part.suspend()}
        parts = part.close()
    counts = asdict(part.counts)
    content: Summary = {"range": asdict(part_of), "model": model.identity, "etag": job.etag}
    content |= {"options": job.asked} if job.asked else {}
    content |= {"counts": counts, "parts": parts, "started": part.started}
    content |= {"notes": words.write_notes(rows.notes)}
    folder.write(_name_receipt(part_of), json.dumps(content).encode())
    part.forget()
    return {"status": "complete"}


def finish(job: Job) -> Summary:
    """Check that every range has been scored exactly once, and write the manifest.

    Raises:
        IncompleteResultsError: a range is missing, or has other rows than planned.
    """
    folder = open_folder(job.destination)
    ranges = [Range(**item) for item in json.loads(folder.read(_RANGES) or b"[]")]
    counts, receipts = Counts(), list[dict[str, Any]]()
    offset, row = 0, 1
    for part_of in ranges:
        receipt = _read_receipt(folder, part_of)
        if receipt is None or not _is_of(receipt, part_of, job):
            raise IncompleteResultsError("range_not_scored", index=part_of.index)
        counts.add(Counts(**receipt["counts"]))
        receipts.append(receipt)
        if (part_of.start, part_of.first_row) != (offset, row):
            raise IncompleteResultsError("range_out_of_order", index=part_of.index)
        offset, row = part_of.end, part_of.first_row + part_of.rows
    models = [receipt["model"] for receipt in receipts]
    one_model = models and models.count(models[0]) == len(models)
    if offset != job.size or counts.rows != row - 1 or not one_model:
        raise IncompleteResultsError("ranges_not_the_file")
    parts = [part for receipt in receipts for part in receipt["parts"]]
    started = min(receipt["started"] for receipt in receipts)
    complete = manifest.write_complete(
        folder,
        job,
        model=models[0],
        counts=counts,
        parts=parts,
        started=started,
        notes=receipts[0]["notes"],
    )
    return manifest.summarise(folder, complete)


def _is_of(receipt: dict[str, Any], part_of: Range, job: Job) -> bool:
    """Whether a receipt speaks of this range of this content, scored as the job says."""
    of = (receipt["range"], receipt["etag"], receipt.get("options", {}))
    return bool(of == (asdict(part_of), job.etag, job.asked))


def _read_receipt(folder: Folder, part_of: Range) -> dict[str, Any] | None:
    content = folder.read(_name_receipt(part_of))
    receipt: dict[str, Any] | None = json.loads(content) if content else None
    return receipt


def _name_receipt(part_of: Range) -> str:
    return f"part-{part_of.index:05d}.json"
