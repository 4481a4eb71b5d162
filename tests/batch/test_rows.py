"""Rows of files: cut anywhere, they are the same rows."""

import csv
import io
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medmaas.errors import RefusedFileError
from medmaas.model.registry import Registry
from medmaas.table import csv_rows, json_rows
from medmaas.table.lines import Limits
from medmaas.words import raise_in_english

from .files import GOOD, HEADER, LINES, chunks_of, csv_files, score

WIDE = Limits(rows=16_384, bytes=4_000_000, line=300)
LIMITS = st.builds(
    Limits, rows=st.integers(1, 20), bytes=st.integers(1, 400), line=st.just(WIDE.line)
)
hypothesis = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=300,
)


@given(content=csv_files(), limits=LIMITS)
@hypothesis
def test_any_chunking_of_csv_gives_the_same(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, content: bytes, limits: Limits
) -> None:
    model = registry.get("survival")
    monkeypatch.setattr(csv_rows, "LIMITS", WIDE)
    whole = score(content, model)
    monkeypatch.setattr(csv_rows, "LIMITS", limits)
    assert score(content, model) == whole


@given(content=csv_files(), limits=LIMITS)
@hypothesis
def test_every_row_is_scored_or_rejected_once(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, content: bytes, limits: Limits
) -> None:
    monkeypatch.setattr(csv_rows, "LIMITS", limits)
    result = score(content, registry.get("survival"))
    assert result["rows"] == result["scored"] + result["rejected"]
    predictions = list(csv.reader(io.StringIO(result["predictions"].decode(), newline="")))
    rejects = [json.loads(line) for line in result["rejects"].splitlines()]
    scored, rejected = {int(row[0]) for row in predictions}, {reject["row"] for reject in rejects}
    assert len(predictions) == len(scored)
    assert scored | rejected == set(range(1, result["rows"] + 1))
    assert not scored & rejected


JSON_LINES = st.lists(
    st.sampled_from(
        [
            b'{"id": 7, "age": 67, "sex": "F", "kappa": 1.2, "lambda": 1.5, "mgus": false}',
            b'{"age": 54.5, "sex": "M", "creatinine": null, "kappa": 1, "lambda": 1, "mgus": true}',
            '{"id": "Å", "age": 45, "sex": "F", "kappa": 1, "lambda": 1, "mgus": true}'.encode(),
            b'{"age": "67", "sex": "F", "kappa": 1.2, "lambda": 1.5, "mgus": false}',
            b'{"id": [], "age": 67, "sex": "F", "kappa": 1.2, "lambda": 1.5, "mgus": false}',
            b'{"id": "\\ud800", "age": 67, "sex": "F", "kappa": 1.2, "lambda": 1, "mgus": false}',
            b'{"age": 67, "age": 67}',
            b'{"age": NaN}',
            b"{}",
            b"[]",
            b"7",
            b"{",
            b"\xff",
            b"   ",
            b"",
            b"x" * 400,
        ]
    ),
    min_size=1,
    max_size=40,
)


@given(lines=JSON_LINES, limits=LIMITS, end=st.sampled_from([b"", b"\n", b"\r\n"]))
@hypothesis
def test_any_chunking_of_json_lines_gives_the_same(
    registry: Registry,
    monkeypatch: pytest.MonkeyPatch,
    lines: list[bytes],
    limits: Limits,
    end: bytes,
) -> None:
    model, content = registry.get("survival"), b"\n".join(lines) + end
    if not content:
        return
    monkeypatch.setattr(json_rows, "LIMITS", WIDE)
    whole = score(content, model, "jsonl")
    monkeypatch.setattr(json_rows, "LIMITS", limits)
    assert score(content, model, "jsonl") == whole
    assert whole["rows"] == whole["scored"] + whole["rejected"] == sum(map(bool, lines))


@given(lines=LINES)
@hypothesis
def test_a_well_formed_file_has_the_rows_that_the_csv_module_reads(
    registry: Registry, lines: list[tuple[bytes, bytes]]
) -> None:
    body = b"".join(line + end for line, end in lines if _is_well_formed(line))
    chunks = chunks_of(HEADER + b"\n" + body, registry.get("survival"))
    text = io.StringIO(body.decode(), newline="")
    expected = [row for row in csv.reader(text, strict=True) if "".join(row).strip()]
    columns = [chunk.read().columns or {} for chunk in chunks]
    rows = [row for chunk in columns for row in zip(*chunk.values(), strict=True)]
    assert rows == [tuple(row) for row in expected]


def _is_well_formed(line: bytes) -> bool:
    try:
        (row,) = csv.reader(io.StringIO(line.decode(), newline=""), strict=True)
    except (csv.Error, UnicodeDecodeError, ValueError):
        return False
    return len(row) == len(HEADER.split(b",")) and b"\r" not in line


def test_a_stray_quote_takes_no_other_row_with_it(registry: Registry) -> None:
    stray = GOOD.replace(b"F", b'"F')
    content = b"\n".join([HEADER, GOOD, stray, *[GOOD] * 3, stray, GOOD])
    result = score(content, registry.get("survival"))
    assert (result["rows"], result["scored"]) == (7, 5)
    assert [json.loads(line)["row"] for line in result["rejects"].splitlines()] == [2, 6]


def test_rows_are_numbered_as_in_the_file_without_its_empty_lines(registry: Registry) -> None:
    content = b"\n".join([b"", HEADER, b"", GOOD, b"", b"", GOOD, b""])
    result = score(content, registry.get("survival"))
    assert [line[:2] for line in result["predictions"].splitlines()] == [b"1,", b"2,"]
    assert result["empty_lines"] == 3


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (b"", "the file is empty"),
        (b"\n\n", "the file is empty"),
        (HEADER.replace(b"age,", b""), "the header lacks age"),
        (HEADER.replace(b",", b"|"), "the header lacks age, sex"),
        (HEADER + b";a;b;c;d;e;f", "it is not clear what separates"),
        (HEADER + b",age", "two columns are both age"),
        (HEADER.decode().encode("utf-16-le"), "looks like UTF-16 without its mark"),
        (b"\xff" + HEADER, "not of the file's encoding"),
        (b'"' + HEADER, "quote"),
        (b"x" * 200_000, "longer than"),
    ],
)
def test_a_file_without_a_proper_header_is_refused(
    registry: Registry, header: bytes, reason: str
) -> None:
    with pytest.raises(RefusedFileError, match=reason), raise_in_english():
        chunks_of(header, registry.get("survival"))


def test_a_header_may_be_quoted_and_leave_out_what_may_be_missing(registry: Registry) -> None:
    content = b'"age", sex,kappa,"lambda",mgus\r\n67,F,1.2,1.5,false\r\n'
    result = score(content, registry.get("survival"))
    assert result["scored"] == 1
    assert b"creatinine: is missing" in result["predictions"]
