"""Series as long CSV: the rows of one id are one history, and a history is whole or refused."""

import json
from typing import Any

import pytest

from medmaas.errors import RefusedFileError
from medmaas.model.registry import Model, Registry
from medmaas.table import csv_rows
from medmaas.table.formats import Format
from medmaas.table.lines import Limits
from medmaas.table.reader import open_rows
from medmaas.table.score import Scorer
from medmaas.words import raise_in_english

from .files import Memory, chunks_of, score


@pytest.fixture
def model(registry: Registry) -> Model:
    return registry.get("chemo_dose")


@pytest.fixture
def histories(model: Model) -> dict[str, list[dict[str, Any]]]:
    cases = model.manifest.golden.cases
    return {f"patient {i}": case.instance["history"] for i, case in enumerate(cases)}


def write_long(model: Model, histories: dict[str, list[dict[str, Any]]]) -> list[str]:
    """A header, and one line per row of each history."""
    names = [feature.name for feature in model.manifest.input.features]  # type: ignore[union-attr]
    cells = [
        [identifier, *("" if row.get(name) is None else str(row[name]) for name in names)]
        for identifier, rows in histories.items()
        for row in rows
    ]
    return [",".join(row) for row in [["id", *names], *cells]]


def answer(model: Model, instances: list[dict[str, Any]]) -> list[Any]:
    """The answers to instances as JSON Lines."""
    content = "".join(json.dumps(instance) + "\n" for instance in instances).encode()
    return [json.loads(line) for line in score(content, model, "jsonl")["predictions"].splitlines()]


def encode(lines: list[str]) -> bytes:
    return "\n".join(lines).encode()


def read(content: bytes, model: Model) -> list[tuple[int, object, object]]:
    """Number, id and instance of what could be read."""
    rows = [chunk.read() for chunk in chunks_of(content, model)]
    return [
        row for part in rows for row in zip(part.numbers, part.ids, part.instances, strict=True)
    ]


def test_long_csv_holds_what_json_lines_hold(
    model: Model, histories: dict[str, list[dict[str, Any]]]
) -> None:
    rows = [chunk.read() for chunk in chunks_of(encode(write_long(model, histories)), model)]
    scorer = Scorer(model, "jsonl")
    lines = b"".join(scorer.score(part).predictions for part in rows).splitlines()
    expected = answer(model, [{"history": rows} for rows in histories.values()])
    assert [json.loads(line)["output"] for line in lines] == [line["output"] for line in expected]
    assert len(lines) == len(histories)


def test_a_history_has_the_number_of_its_first_row(
    model: Model, histories: dict[str, list[dict[str, Any]]]
) -> None:
    found = read(encode(write_long(model, histories)), model)
    first = 1
    for (number, identifier, _), (name, rows) in zip(found, histories.items(), strict=True):
        assert (number, identifier) == (first, name)
        first += len(rows)


@pytest.mark.parametrize("rows", [1, 2, 7, 1000])
def test_chunks_of_the_file_do_not_cut_a_history(
    model: Model,
    histories: dict[str, list[dict[str, Any]]],
    monkeypatch: pytest.MonkeyPatch,
    rows: int,
) -> None:
    content = encode(write_long(model, histories))
    whole = read(content, model)
    monkeypatch.setattr(csv_rows, "LIMITS", Limits(rows=rows, bytes=4_000_000, line=131_072))
    assert read(content, model) == whole


def test_the_rows_of_an_id_must_stand_together(
    model: Model, histories: dict[str, list[dict[str, Any]]]
) -> None:
    header, *lines = write_long(model, histories)
    with pytest.raises(RefusedFileError, match="do not stand together"), raise_in_english():
        chunks_of(encode([header, *lines[1:], lines[0]]), model)


def test_a_row_that_cannot_be_read_spoils_the_histories_beside_it(
    model: Model, histories: dict[str, list[dict[str, Any]]]
) -> None:
    first, second, third, *_ = histories
    some = {name: histories[name] for name in (first, second, third)}
    lines = write_long(model, some)
    between = 1 + len(some[first])
    lines.insert(between, "only,two")
    result = score(encode(lines), model)
    rejects = [json.loads(line) for line in result["rejects"].splitlines()]
    assert [(reject["row"], reject["id"]) for reject in rejects] == [
        (1, first),
        (between, None),
        (between + 1, second),
    ]
    assert (result["rows"], result["scored"], result["rejected"]) == (4, 1, 3)


def test_a_row_that_cannot_be_read_within_a_history_spoils_that_one_alone(
    model: Model, histories: dict[str, list[dict[str, Any]]]
) -> None:
    first, second, *_ = histories
    lines = write_long(model, {name: histories[name] for name in (first, second)})
    assert len(histories[first]) > 1
    lines.insert(2, "only,two")
    result = score(encode(lines), model)
    assert (result["rows"], result["scored"], result["rejected"]) == (3, 1, 2)
    assert result["predictions"].splitlines()[0].split(b",")[1].decode() == second


def test_an_id_that_is_too_long_does_not_come_back(
    model: Model, histories: dict[str, list[dict[str, Any]]]
) -> None:
    first, *_ = histories
    for lines in (
        write_long(model, {"x" * 300: histories[first]}),
        [*write_long(model, {"x" * 300: histories[first]}), "only,two"],
    ):
        result = score(encode(lines), model)
        assert result["scored"] == 0
        assert b"xxx" not in result["rejects"]


def test_a_row_without_an_id_is_rejected(
    model: Model, histories: dict[str, list[dict[str, Any]]]
) -> None:
    first, *_ = histories
    header, *lines = write_long(model, {first: histories[first]})
    nameless = lines[0].replace(first, "", 1)
    result = score(encode([header, nameless]), model)
    (reject,) = [json.loads(line) for line in result["rejects"].splitlines()]
    assert (reject["row"], reject["field"], reject["problem"]) == (1, "id", "is required")


def test_a_file_without_ids_is_refused(model: Model) -> None:
    with pytest.raises(RefusedFileError, match="the header lacks id"), raise_in_english():
        chunks_of(b"day,anc\n-1,2\n", model)


def test_reading_goes_on_behind_a_checkpoint(
    model: Model,
    histories: dict[str, list[dict[str, Any]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(csv_rows, "LIMITS", Limits(rows=100, bytes=4_000_000, line=131_072))
    (_, rows) = next(iter(histories.items()))
    many = {f"p{i}": rows for i in range(2_500)}
    source = Memory(encode(write_long(model, many)))
    chunks = list(open_rows(source, Format("csv", gzip=False), model).chunks())
    assert len(chunks) > 2
    rest = open_rows(source, Format("csv", gzip=False), model, position=chunks[0].end).chunks()
    assert [chunk.end for chunk in rest] == [chunk.end for chunk in chunks[1:]]
