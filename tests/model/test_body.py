"""JSON of any length is read as Python's own parser reads it, and refused for the same reasons."""

import json
from typing import Any, NoReturn

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from medmaas.errors import MalformedBodyError
from medmaas.model.body import parse_json

LONG = b" " * 4_000  # short bodies are read by Python's parser anyway
REFUSED = "refused"


def _refuse_repeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError
    return dict(pairs)


def _refuse(_constant: str) -> NoReturn:
    raise ValueError


def read_by_python(body: bytes) -> str:
    try:
        tree = json.loads(body.decode(), object_pairs_hook=_refuse_repeated, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return REFUSED
    return repr(tree)  # which tells 1 from 1.0 and -0.0 from 0.0


def read_by_us(body: bytes) -> str:
    try:
        return repr(parse_json(body))
    except MalformedBodyError:
        return REFUSED


TEXTS = st.text(st.sampled_from('a:"\\/{}[] \u00e9\u2028'), max_size=4).map(json.dumps)
NAMES = st.sampled_from(['"a"', '"b"', '"c:"', '"\\u0061"', '"\\u003a"', '""'])
_NUMBER = r"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,25})?([eE][+-]?[0-9]{1,3})?"
NUMBERS = st.from_regex(_NUMBER, fullmatch=True)
WRONG = st.sampled_from(["NaN", "-Infinity", "01", "1.", ".5", "+1", "'a'", '"\x01"', "", "\x00"])
ODD = st.sampled_from(["null", "true", '"\\ud800"', '"\\u003a"', "9" * 5_000, "1e999", "[]", "{}"])


def _write_object(fields: list[tuple[str, str]]) -> str:
    return "{" + ",".join(f"{name}:{value}" for name, value in fields) + "}"


JSON = st.recursive(
    st.one_of(NUMBERS, TEXTS, ODD, st.floats().map(json.dumps)) | WRONG,
    lambda inner: (
        st.lists(inner, max_size=4).map(lambda parts: f"[{','.join(parts)}]")
        | st.lists(st.tuples(NAMES, inner), max_size=4).map(_write_object)
    ),
    max_leaves=12,
)


@given(JSON)
@example('{"a":1,"a":"x","b":"\\u003a"}')
@example('[[{"a":{"a":1,"a":2}}],{"b":3}]')
@example('{"a":1,"\\u0061":2}')
@example("[" * 300 + "]" * 300)
@example("[" * 3_000 + "]" * 3_000)
def test_a_long_body_is_read_as_pythons_parser_reads_it(text: str) -> None:
    body = LONG + text.encode()
    assert read_by_us(body) == read_by_python(body)


@given(st.binary(max_size=6))
def test_bytes_that_are_not_utf_8_are_refused_in_any_place(inserted: bytes) -> None:
    body = LONG + b'{"a": "' + inserted + b'"}'
    assert read_by_us(body) == read_by_python(body)


@pytest.mark.parametrize("padding", [b"", LONG], ids=["short", "long"])
@pytest.mark.parametrize(
    "body",
    [
        b'{"instances": [], "instances": []}',
        b'{"instances": [{"age": 1, "age": 1}]}',
        b'{"columns": {"age": [1], "age": [1]}}',
        b'{"instances": [{"rows": [{"day": 1, "day": 1}]}]}',
        b'[{"a": "http://b"}, {"a": 1, "a": 1}]',
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": "\xff"}',
        b"\xef\xbb\xbf{}",
        b"{} {}",
    ],
)
def test_what_json_is_not_is_refused(padding: bytes, body: bytes) -> None:
    assert read_by_us(padding + body) == REFUSED
