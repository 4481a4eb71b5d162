"""One job from its file to its manifest, in one invocation or, where time runs out, several."""

from typing import Any

from medmaas.batch import manifest
from medmaas.batch.deadline import Deadline
from medmaas.batch.fan_out import FanOut, is_large, start
from medmaas.batch.job import Job
from medmaas.batch.opened import Opened, open_job
from medmaas.batch.part import OnProgress, Part
from medmaas.batch.scorer import make_scorer
from medmaas.batch.storage import open_folder
from medmaas.model.registry import Registry
from medmaas.table.reader import open_rows, rows_at_once
from medmaas.words import Words

Summary = dict[str, Any]


def run(
    job: Job,
    registry: Registry,
    deadline: Deadline,
    *,
    checkpoint: str | None = None,
    large: FanOut | None = None,
    on_progress: OnProgress | None = None,
) -> Summary:
    """Score every row of a file, or find that it has been done.

    Args:
        job: what to score.
        registry: where the model is.
        deadline: when to stop and hand the rest on.
        checkpoint: where an earlier invocation stopped.
        large: who scores large files, if anybody does.
        on_progress: told the byte that has been reached, after each chunk.

    Returns:
        `{"status", "manifest", "rows", "scored", "rejected"}`. Status "continued" comes with the
        `checkpoint` and the `job` of who goes on, "fanned out" says that a state machine was
        started, and "refused" comes with the `reason`, its
        `code` and `limits`, why the file can never be scored.

    Raises:
        StorageError: the storage fails; trying again later does no harm.
        ModelUnavailableError: the model is here, but cannot be trusted.
    """

    def score(opened: Opened) -> Summary:
        if large and is_large(opened, large.from_bytes):
            start(opened.job, large.state_machine)
            return {"status": "fanned out", "manifest": f"{opened.folder.url}{manifest.NAME}"}
        return _score(opened, deadline, checkpoint, on_progress)

    summary = open_job(job, registry, score)
    if summary["status"] == "duplicate" and checkpoint:  # of a run that another one overtook
        open_folder(job.destination).delete(checkpoint)
    return summary


def _score(
    opened: Opened, deadline: Deadline, checkpoint: str | None, on_progress: OnProgress | None
) -> Summary:
    job, model, fmt, folder = opened.job, opened.model, opened.format, opened.folder
    words = Words(job.language, model.manifest)
    part = Part(folder, fmt.written, opened.started, model.identity, checkpoint=checkpoint)
    with part.kept_clean():
        scorer = make_scorer(job, fmt, model, opened.source)
        rows = open_rows(
            opened.source,
            fmt,
            model,
            part.position,
            rows=rows_at_once(job.options, model),
            spelling=job.spelling,
        )
        if not part.score(rows.chunks(), scorer, deadline, on_progress):
            left = part.suspend()
            return {"status": "continued", "checkpoint": left, "job": job.to_event()}
        parts = part.close()
    complete = manifest.write_complete(
        folder,
        job,
        model=model.identity,
        counts=part.counts,
        parts=parts,
        started=part.started,
        notes=words.write_notes(rows.notes),
    )
    part.forget()
    return manifest.summarise(folder, complete)
