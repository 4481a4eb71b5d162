"""Rows scored one chunk after the other into a file of predictions and one of rejects.

The whole file, or one range of it. Nothing appears before everything is there.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from typing import Any
from uuid import uuid4

from medmaas.batch.deadline import Deadline
from medmaas.batch.scorer import RowScorer
from medmaas.batch.storage import Folder, Writer
from medmaas.errors import CheckpointLostError, RefusedFileError, StorageError
from medmaas.table.rows import Chunk, Position

_BYTES_PER_MS = 40_000  # that S3 gives a function at the least, as it is planned for

OnProgress = Callable[[int], object]


@dataclass(slots=True)
class Counts:
    """How many rows there were, and what became of them."""

    rows: int = 0
    scored: int = 0
    rejected: int = 0
    empty_lines: int = 0

    def add(self, more: "Counts") -> None:
        """Count more rows."""
        self.rows += more.rows
        self.scored += more.scored
        self.rejected += more.rejected
        self.empty_lines += more.empty_lines


class Part:
    """A part of a job's results while it is made.

    Args:
        folder: where it goes.
        kind: csv or jsonl.
        started: when, unless an invocation before this one began it.
        model: who answers; what another model began is not gone on with.
        suffix: what its files' names end in, before the dot.
        checkpoint: what `suspend` gave to an invocation before this one.
    """

    def __init__(
        self,
        folder: Folder,
        kind: str,
        started: str,
        model: dict[str, str],
        *,
        suffix: str = "",
        checkpoint: str | None = None,
    ) -> None:
        self._folder = folder
        self._names = (f"predictions{suffix}.{kind}", f"rejects{suffix}.jsonl")
        self._checkpoint = checkpoint
        content = folder.read(checkpoint) if checkpoint else None
        state: dict[str, Any] | None = json.loads(content) if content else None
        if state and state["model"] != model:
            self._drop(state["writers"])
            state = None
        self._model = model
        self.position = Position(**state["position"]) if state else None
        self.counts = Counts(**state["counts"]) if state else Counts()
        self.started: str = state["started"] if state else started
        self._resumed = state is not None
        writers = state["writers"] if state else [None, None]
        self._writers: list[Writer] = [
            folder.open(name, writer) for name, writer in zip(self._names, writers, strict=True)
        ]

    def score(
        self,
        chunks: Iterator[Chunk],
        scorer: RowScorer,
        deadline: Deadline,
        on_progress: OnProgress | None = None,
    ) -> bool:
        """Score chunk after chunk; False if time ran out before the last, or before closing.

        A file that was suspended is read again for its hash when it is closed.
        """
        predictions, rejects = self._writers
        began = self.position
        if self.position is None:
            predictions.write(scorer.header)
        for chunk in chunks:
            scored = scorer.score(chunk.read())
            predictions.write(scored.predictions)
            rejects.write(scored.rejected)
            self._count(chunk, scored.count, len({reject.row for reject in scored.rejects}))
            if on_progress:
                on_progress(chunk.end.offset)
            if deadline.is_near():
                return False
        to_read_again = predictions.size / _BYTES_PER_MS if self._resumed else 0
        return self.position == began or deadline.allows(to_read_again)

    def close(self) -> list[dict[str, Any]]:
        """Make both files appear; gives key, bytes and sha256 of each."""
        return [
            {"key": name, "bytes": writer.size, "sha256": writer.close()}
            for name, writer in zip(self._names, self._writers, strict=True)
        ]

    def suspend(self) -> str:
        """Write down how far it is; gives the name of the checkpoint."""
        state = {
            "position": asdict(self.position) if self.position else None,
            "counts": asdict(self.counts),
            "started": self.started,
            "model": self._model,
            "writers": [writer.suspend() for writer in self._writers],
        }
        name = f"checkpoint-{uuid4()}.json"
        self._folder.write(name, json.dumps(state).encode())
        self.forget()
        return name

    def forget(self) -> None:
        """Delete the checkpoint that this went on from, once nobody needs it."""
        if self._checkpoint:
            self._folder.delete(self._checkpoint)

    @contextmanager
    def kept_clean(self) -> Iterator[None]:
        """Leave nothing behind if the work inside fails, except what a retry goes on from."""
        try:
            yield
        except CheckpointLostError:
            self.forget()  # the retry begins anew
            raise
        except BaseException as error:
            if not self._resumed or isinstance(error, RefusedFileError):
                self._abort()
            raise

    def _drop(self, writers: list[dict[str, Any]]) -> None:
        """Leave nothing of what another model began."""
        with suppress(StorageError):
            for name, state in zip(self._names, writers, strict=True):
                self._folder.open(name, state).abort()

    def _abort(self) -> None:
        with suppress(StorageError):  # what stays is removed by the bucket's own rules
            for writer in self._writers:
                writer.abort()

    def _count(self, chunk: Chunk, scored: int, rejected: int) -> None:
        if scored + rejected != chunk.count:
            raise AssertionError("a row was lost or doubled")
        self.counts.add(Counts(chunk.count, scored, rejected, chunk.empty_lines))
        self.position = chunk.end
