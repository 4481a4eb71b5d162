"""Who answers the rows of a job: a model alone, or where they are records FHIR's rules too."""

from typing import Protocol

from medmaas.batch.job import Job
from medmaas.model.registry import Model
from medmaas.table.formats import Format
from medmaas.table.rows import Rows
from medmaas.table.score import Scored, Scorer
from medmaas.table.source import Source
from medmaas.words import Words


class RowScorer(Protocol):
    """Answers rows, and writes the answers."""

    header: bytes

    def score(self, rows: Rows) -> Scored:
        """Answer every row that can be answered, and say of every other one why not."""


def make_scorer(job: Job, fmt: Format, model: Model, source: Source) -> RowScorer:
    """Who answers the rows of a file.

    Raises:
        RefusedFileError: the model does not read what the file holds.
    """
    words = Words(job.language, model.manifest)
    if fmt.kind == "ndjson":
        from medmaas.batch.records import RecordScorer  # noqa: PLC0415 - few files hold records

        return RecordScorer(model, job.options, words)
    return Scorer(model, fmt.written, source, options=job.options, words=words)
