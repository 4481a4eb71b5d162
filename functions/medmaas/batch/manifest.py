"""manifest.json: what became of a file. Written last, so where it is, everything is."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from medmaas.batch.job import Job
from medmaas.batch.part import Counts
from medmaas.batch.storage import Folder
from medmaas.facts import Fact
from medmaas.words import Words

NAME = "manifest.json"

Manifest = dict[str, Any]


def now() -> str:
    """The time, as RFC 3339 writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def write_complete(
    folder: Folder,
    job: Job,
    *,
    model: dict[str, str],
    counts: Counts,
    parts: list[dict[str, Any]],
    started: str,
    notes: list[dict[str, Any]],
) -> Manifest:
    """Say that every row is scored or rejected."""
    head = {"status": "complete", **asdict(counts), "model": model}
    if notes:
        head |= {"notes": notes}
    complete = _compose(head, job, {"parts": parts, "started": started})
    _write(folder, complete)
    return complete


def write_refused(folder: Folder, job: Job, reason: Fact, started: str) -> Manifest:
    """Say that the file can never be scored, and why.

    Answers of this content that a model gave before it was removed stay as they are.
    """
    named = {"id": job.model, "version": job.version, "sha256": None, "digest": None}
    head = {"status": "refused", "reason": Words(job.language).say(reason)} | reason.as_json()
    refused = _compose(head | {"model": named}, job, {"started": started})
    content = folder.read(NAME)
    before: Manifest | None = json.loads(content) if content else None
    if not (before and before["status"] == "complete" and before["input"]["etag"] == job.etag):
        _write(folder, refused)
    return refused


def find_complete(folder: Folder, job: Job, now: dict[str, str] | None) -> Manifest | None:
    """The manifest of the same content scored by the same model in the same way, if there is one.

    One of anything else is deleted, because its results are about to be replaced.

    Args:
        folder: of the results.
        job: what to score.
        now: identity of the model that would score it; None if none answers. Another version, or
            one whose folder has another digest, is another model.
    """
    content = folder.read(NAME)
    if content is None or now is None:
        return None
    manifest: Manifest = json.loads(content)
    same_model = manifest["model"] == now
    same_content = manifest["input"]["etag"] == job.etag
    same_options = manifest.get("options", {}) == job.asked
    if manifest["status"] == "complete" and same_model and same_content and same_options:
        return manifest
    folder.delete(NAME)
    return None


def summarise(folder: Folder, manifest: Manifest, status: str | None = None) -> dict[str, Any]:
    """What an invocation gives back."""
    told = ("reason", "code", "limits", "rows", "scored", "rejected")
    counts = {name: manifest[name] for name in told if name in manifest}
    return {"status": status or manifest["status"], "manifest": f"{folder.url}{NAME}"} | counts


def _compose(head: Manifest, job: Job, tail: Manifest) -> Manifest:
    source = {
        "source": job.source,
        "version_id": job.version_id,
        "etag": job.etag,
        "bytes": job.size,
    }
    options = {"options": job.asked} if job.asked else {}
    return head | options | {"input": source} | tail | {"finished": now()}


def _write(folder: Folder, manifest: Manifest) -> None:
    folder.write(NAME, json.dumps(manifest, indent=2, ensure_ascii=False).encode() + b"\n")
