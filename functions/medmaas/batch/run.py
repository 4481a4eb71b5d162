"""One job from its file to its manifest, in one invocation or, where time runs out, several."""

from dataclasses import replace
from typing import Any

from medmaas.batch import manifest
from medmaas.batch.deadline import Deadline
from medmaas.batch.fan_out import FanOut, start
from medmaas.batch.job import Job, find_format
from medmaas.batch.part import OnProgress, Part
from medmaas.batch.reader import is_seekable, read_chunks
from medmaas.batch.score import Scorer
from medmaas.batch.storage import open_folder, open_source
from medmaas.errors import NotFoundError, RefusedFileError
from medmaas.model.registry import Registry

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
        started, and "refused" comes with the `reason` why the file can never be scored.

    Raises:
        StorageError: the storage fails; trying again later does no harm.
        ModelUnavailableError: the model is here, but cannot be trusted.
    """
    started = manifest.now()
    folder = open_folder(job.destination)
    try:
        source = open_source(job)
        job = job.at(job.version_id, source.etag, source.size)
        if complete := manifest.find_complete(folder, job):
            if checkpoint:  # of a run that another one overtook
                folder.delete(checkpoint)
            return manifest.summarise(folder, complete, "duplicate")
        fmt, model = find_format(job.source), registry.get(job.model, job.version)
        manifest.withdraw(folder)
        job = replace(job, version=model.manifest.version)  # whoever goes on takes the same
        if large and source.size >= large.from_bytes and is_seekable(fmt, model):
            start(job, large.state_machine)
            return {"status": "fanned out", "manifest": f"{folder.url}{manifest.NAME}"}
        part = Part(folder, fmt.kind, started, checkpoint=checkpoint)
        chunks = read_chunks(source, fmt, model, part.position)
        with part.kept_clean():
            if not part.score(chunks, Scorer(model, fmt.kind, source), deadline, on_progress):
                checkpoint = part.suspend()
                return {"status": "continued", "checkpoint": checkpoint, "job": job.to_event()}
            parts = part.close()
    except (RefusedFileError, NotFoundError) as error:
        refused = manifest.write_refused(folder, job, error.message, started)
        return manifest.summarise(folder, refused)
    complete = manifest.write_complete(
        folder,
        job,
        model=model.identity,
        counts=part.counts,
        parts=parts,
        started=part.started,
    )
    part.forget()
    return manifest.summarise(folder, complete)
