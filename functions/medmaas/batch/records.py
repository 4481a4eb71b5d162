"""Records in FHIR as a file: a Bundle per line, answered by the rules of `$evaluate`.

No clock decides an answer, so that the same file gives the same bytes: a record is read as of the
moment that its Parameters name, else of its Bundle's timestamp. An explanation alone is cut short
where it takes longer than anybody may ask for.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from pydantic_core import to_json

from medmaas.errors import MedmaasError, RefusedFileError
from medmaas.facts import Fact
from medmaas.fhir.bundle import read_bundle
from medmaas.fhir.case import Evaluation
from medmaas.fhir.elements import read_moment
from medmaas.fhir.evaluation import evaluate
from medmaas.fhir.guidance import list_lacks
from medmaas.fhir.options import read_options
from medmaas.model.body import MOST_SECONDS
from medmaas.model.explanation.budget import Budget
from medmaas.model.inputs.reading import InvalidValueError
from medmaas.model.options import Options
from medmaas.model.registry import Model
from medmaas.table.rows import ID, Identifier, Reject, Rows, check_id
from medmaas.table.score import Scored
from medmaas.words import Words

_TO_THE_MINUTE = 4  # parts of a moment that are known
_NO_MOMENT, _OF_FILE = Fact("record_without_moment"), Fact("options_of_the_file")


class RecordScorer:
    """Answers records by one model.

    Args:
        model: which answers.
        options: what else is asked for, of all lines.
        words: what is said is said in them.

    Raises:
        RefusedFileError: the model does not read records.
    """

    header = b""

    def __init__(self, model: Model, options: Options, words: Words) -> None:
        if not model.manifest.reads_records:
            raise RefusedFileError("model_reads_no_records")
        self._model, self._options, self._words = model, options, words

    def score(self, rows: Rows) -> Scored:
        """Answer every record that can be answered, and say of every other one why not."""
        scored = Scored(rejects=list(rows.rejects), words=self._words)
        for number, given, resource in zip(rows.numbers, rows.ids, rows.instances, strict=True):
            try:
                identifier = check_id(given)
            except InvalidValueError as error:
                scored.rejects.append(Reject(number, None, ID, error.fact))
                continue
            try:
                found = self._evaluate(resource)
            except MedmaasError as error:
                scored.rejects += _list_problems(number, identifier, error)
                continue
            if found.prediction is None:
                scored.rejects += [
                    Reject(number, identifier, one.feature, fact)
                    for one, fact in zip(found.case.missing, list_lacks(found.case), strict=True)
                ]
                continue
            scored.count += 1
            scored.lines.append(self._write(number, identifier, found))
        return scored

    def _evaluate(self, resource: object) -> Evaluation:
        as_of = read_options(resource).as_of or _read_timestamp(resource)
        if as_of is None:
            raise RefusedFileError(_NO_MOMENT)
        if _asks_for_more(resource):
            raise RefusedFileError(_OF_FILE)
        record = read_bundle(resource)
        return evaluate(
            self._model,
            record,
            as_of,
            self._options,
            words=self._words,
            budget=Budget(MOST_SECONDS),
            leave_later=True,
        )

    def _write(self, number: int, identifier: Identifier, found: Evaluation) -> bytes:
        head = {
            "row": number,
            "id": identifier,
            "as_of": found.case.as_of.isoformat(timespec="seconds"),
            "notes": self._words.write_notes([*found.case.warnings, *found.case.notes]),
        }
        prediction: dict[str, Any] = dict(found.prediction or {})
        return to_json(head | self._words.write_prediction(prediction)) + b"\n"


def _list_problems(number: int, identifier: Identifier, error: MedmaasError) -> Iterator[Reject]:
    """Its details, or if there are none what it says itself."""
    for one in error.details:
        yield Reject(number, identifier, one.field, one.fact)
    if not error.details:
        yield Reject(number, identifier, None, error.fact)


def _read_timestamp(resource: object) -> datetime | None:
    """When a Bundle was put together, to the minute or better; of Parameters, the first Bundle."""
    for bundle in _list_bundles(resource):
        text = bundle.get("timestamp")
        try:
            moment = read_moment(text) if isinstance(text, str) else None
        except ValueError:
            continue
        if moment and moment.parts >= _TO_THE_MINUTE and moment.at.tzinfo:
            return moment.at
    return None


def _list_bundles(resource: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(resource, dict):
        yield resource
        for parameter in _list_parameters(resource):
            held = parameter.get("resource")
            if isinstance(held, dict):
                yield held


def _asks_for_more(resource: object) -> bool:
    """Whether Parameters ask for what a job asks of all its lines."""
    return any(
        "resource" not in one and one.get("name") != "asOf" for one in _list_parameters(resource)
    )


def _list_parameters(resource: object) -> list[Mapping[str, Any]]:
    parameters = resource.get("parameter") if isinstance(resource, dict) else None
    return (
        [one for one in parameters if isinstance(one, dict)] if isinstance(parameters, list) else []
    )
