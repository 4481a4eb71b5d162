"""A job whose file and model have been looked up: what becomes of it is up to who goes on."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from medmaas.batch import manifest
from medmaas.batch.job import Job
from medmaas.batch.storage import Folder, Source, open_folder, open_source
from medmaas.errors import (
    InvalidRequestError,
    ModelUnavailableError,
    NotFoundError,
    RefusedFileError,
)
from medmaas.model.predict import check_options
from medmaas.model.registry import Model, Registry
from medmaas.table.formats import Format, find_format

Summary = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Opened:
    """One certain content of a file, one version of a model, and where the results go."""

    job: Job
    source: Source
    format: Format
    model: Model
    folder: Folder
    started: str


def open_job(job: Job, registry: Registry, go_on: Callable[[Opened], Summary]) -> Summary:
    """Look up a job's file and model, and go on with them, unless that has been done.

    Returns:
        What `go_on` gives; status "duplicate" if there is a manifest; status "refused" and a
        `reason` if the file can never be scored, here or further on.
    """
    started = manifest.now()
    folder = open_folder(job.destination)
    identity = _identify(job, registry)
    try:
        source = open_source(job)
        job = job.at(source.etag, source.size)
        job = job.in_language(source.metadata)  # first, because the rest is refused in it
        job = job.as_asked(source.metadata)
        if complete := manifest.find_complete(folder, job, identity):
            return manifest.summarise(folder, complete, "duplicate")
        fmt, model = find_format(job.source), registry.get(job.model, job.version)
        job = replace(job, version=model.manifest.version)  # whoever goes on takes the same
        _require_options(model, job)
        return go_on(Opened(job, source, fmt, model, folder, started))
    except (RefusedFileError, NotFoundError) as error:
        if complete := manifest.find_complete(folder, job, identity):  # of another run, just now
            return manifest.summarise(folder, complete, "duplicate")
        refused = manifest.write_refused(folder, job, error.fact, started)
        return manifest.summarise(folder, refused)


def _identify(job: Job, registry: Registry) -> dict[str, str] | None:
    """Which model would score; None if none answers."""
    try:
        return registry.get(job.model, job.version).identity
    except (NotFoundError, ModelUnavailableError):
        return None


def _require_options(model: Model, job: Job) -> None:
    """Refuse a file as a whole if the model has not what is asked for."""
    try:
        check_options(model, job.options)
    except InvalidRequestError as error:
        raise RefusedFileError(error.fact) from None
