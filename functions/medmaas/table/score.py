"""A chunk of rows becomes answers and rejects, as the bytes that are written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from numpy.typing import NDArray
from pydantic_core import to_json

from medmaas.errors import ModelOutputError, Problem
from medmaas.facts import Fact
from medmaas.model.answers import Answers
from medmaas.model.body import MOST_SECONDS
from medmaas.model.explanation.budget import Budget
from medmaas.model.inputs import Reading
from medmaas.model.inputs.reading import InvalidValueError, Seen
from medmaas.model.options import PLAIN, Options
from medmaas.model.predict import explain
from medmaas.model.registry import Model
from medmaas.table.csv_answers import write_header, write_rows
from medmaas.table.pictures import fetch_files, merge_problems
from medmaas.table.rows import Identifier, Reject, Rows, are_plain_texts, check_id
from medmaas.table.source import Source
from medmaas.words import ENGLISH, Words

Tensors = dict[str, NDArray[Any]]


@dataclass(slots=True)
class Scored:
    """What came out of some rows: answers as lines, and what is wrong with the other rows."""

    count: int = 0
    lines: list[bytes] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    words: Words = ENGLISH

    @property
    def predictions(self) -> bytes:
        """The lines of the rows that were answered."""
        return b"".join(self.lines)

    @property
    def rejected(self) -> bytes:
        """The others as JSON Lines, in the order of the file."""
        ordered = sorted(self.rejects, key=lambda reject: reject.row)
        return b"".join([to_json(_write_reject(reject, self.words)) + b"\n" for reject in ordered])


@dataclass(frozen=True, slots=True)
class Readable:
    """Rows of which a model can read every value."""

    tensors: Tensors
    numbers: list[int]
    ids: list[Identifier]
    warnings: Sequence[Sequence[Problem]]
    instances: Sequence[object] = ()
    held: Sequence[Fact | None] = ()
    seen: Sequence[Seen | None] = ()

    def take(self, rows: Sequence[int]) -> "Readable":
        """Some of them."""
        return Readable(
            {name: tensor[list(rows)] for name, tensor in self.tensors.items()},
            [self.numbers[row] for row in rows],
            [self.ids[row] for row in rows],
            [self.warnings[row] for row in rows],
            [self.instances[row] for row in rows] if self.instances else (),
            [self.held[row] for row in rows] if self.held else (),
            [self.seen[row] for row in rows] if self.seen else (),
        )


class Scorer:
    """Scores rows by one model, and writes in the format that they came in.

    Args:
        model: which answers.
        kind: csv or jsonl.
        source: where pictures are looked up that a row names by key.
        options: what else is asked for.
        words: what is said is said in them.
    """

    def __init__(
        self,
        model: Model,
        kind: str,
        source: Source | None = None,
        *,
        options: Options = PLAIN,
        words: Words = ENGLISH,
    ) -> None:
        self._model, self._options, self._words = model, options, words
        self._write = self._write_csv if kind == "csv" else self._write_json
        self._source = source
        self.header = write_header(model, options) if kind == "csv" else b""

    def score(self, rows: Rows) -> Scored:
        """Answer every row that can be answered, and say of every other one why not."""
        scored = Scored(rejects=list(rows.rejects), words=self._words)
        for readable in self.read(rows, scored.rejects):
            self._answer(readable, scored)
        return scored

    def read(self, rows: Rows, rejects: list[Reject]) -> Iterator[Readable]:
        """The rows that can be read, some at a time; what is wrong with others is added."""
        for some in self._split(rows):
            readable = self._read(some, rejects) if some.numbers else None
            if readable and readable.numbers:
                yield readable

    def _split(self, rows: Rows) -> Iterator[Rows]:
        """Those with a file one by one, because thousands of them fill any memory."""
        inputs = self._model.inputs
        if not inputs.file_fields:
            yield rows
            return
        instances = rows.instances
        if rows.columns is not None:
            columns = self._choose_columns(rows.columns)
            instances = inputs.make_file_instances(columns, len(rows.numbers))
        for number, identifier, instance in zip(rows.numbers, rows.ids, instances, strict=True):
            yield Rows([number], [identifier], None, [instance])

    def _read(self, rows: Rows, rejects: list[Reject]) -> Readable:
        """The rows without a problem; the problems of the others go to the rejects."""
        reading, instances = self._read_instances(rows)
        ids, problems = _check_ids(rows.ids)
        problems += reading.problems
        for problem in problems:
            row = problem.instance or 0
            rejects.append(Reject(rows.numbers[row], ids[row], problem.field, problem.fact))
        numbers, more = list(rows.numbers), (reading.held, reading.seen)
        readable = Readable(reading.tensors, numbers, ids, reading.warnings, instances, *more)
        if not problems:
            return readable
        bad = {problem.instance for problem in problems}
        return readable.take([row for row in range(len(rows.numbers)) if row not in bad])

    def _read_instances(self, rows: Rows) -> tuple[Reading, Sequence[object]]:
        """What was read, and of which instances, where there are any."""
        inputs = self._model.inputs
        if rows.columns is not None:
            columns = self._choose_columns(rows.columns)
            return inputs.read_file_columns(columns, len(rows.numbers))
        if inputs.file_fields:
            instance, problems = fetch_files(rows.instances[0], self._source, inputs.file_fields)
            reading = inputs.read([instance])
            return replace(reading, problems=merge_problems(problems, reading.problems)), [instance]
        return inputs.read(rows.instances), rows.instances

    def _choose_columns(self, columns: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
        """Those that the model reads."""
        named = {column.name for column in self._model.inputs.file_columns or ()}
        return {name: cells for name, cells in columns.items() if name in named}

    def _answer(self, rows: Readable, scored: Scored) -> None:
        """Answer rows together; where the model fails, find out on which of them."""
        try:
            outputs = self._model.session.run(rows.tensors)
            read = (rows.tensors, rows.warnings)
            more: Any = {"held": rows.held, "seen": rows.seen}
            answers = Answers(self._model, *read, outputs, self._options, **more)
            lines = self._write(rows, answers)
        except ModelOutputError as error:
            count = len(rows.numbers)
            if count == 1:
                scored.rejects.append(Reject(rows.numbers[0], rows.ids[0], None, error.fact))
                return
            self._answer(rows.take(range(count // 2)), scored)
            self._answer(rows.take(range(count // 2, count)), scored)
        else:
            scored.count += len(rows.numbers)
            scored.lines.append(lines)

    def _write_csv(self, rows: Readable, answers: Answers) -> bytes:
        sentences = None
        if self._options.explain:
            explanations = self._explain(rows, answers)
            sentences = [self._words.say(one["sentence"]) if one else None for one in explanations]
        return write_rows(answers, rows.numbers, rows.ids, self._words, sentences=sentences)

    def _write_json(self, rows: Readable, answers: Answers) -> bytes:
        predictions = answers.list_rows()
        write = self._words.write_prediction
        if self._options.explain:
            for prediction, one in zip(predictions, self._explain(rows, answers), strict=True):
                if one:
                    prediction["explanation"] = one
        written = zip(rows.numbers, rows.ids, predictions, strict=True)
        return b"".join(
            to_json({"row": number, "id": identifier} | write(prediction)) + b"\n"
            for number, identifier, prediction in written
        )

    @staticmethod
    def _explain(rows: Readable, answers: Answers) -> list[dict[str, Any] | None]:
        """An explanation per row that has an answer.

        It takes the time it needs, so that bytes do not vary; where that is longer than anybody may
        ask for, the row says that it is not explained, or less exactly.
        """
        return explain(answers, rows.instances, Budget(MOST_SECONDS * len(answers)))


def _write_reject(reject: Reject, words: Words) -> dict[str, Any]:
    problem = Problem(None, reject.field, reject.fact)
    return {"row": reject.row, "id": reject.id} | words.write_warning(problem)


def _check_ids(ids: Sequence[object]) -> tuple[list[Identifier], list[Problem]]:
    """The ids, None in place of a wrong one, and what is wrong with those."""
    checked, problems = list[Identifier](), list[Problem]()
    texts = [one for one in ids if isinstance(one, str)]
    if len(texts) == len(ids) and are_plain_texts(texts):  # as a column of a table is
        return [identifier or None for identifier in texts], problems
    for row, value in enumerate(ids):
        try:
            checked.append(check_id(value))
        except InvalidValueError as error:
            checked.append(None)
            problems.append(Problem(row, "id", error.fact))
    return checked, problems
