"""The JSON that carries instances and how to answer them, for every door and for a file."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import chain
from typing import Any, NoReturn, TypeGuard

from pydantic_core import from_json

from medmaas.errors import InvalidRequestError, MalformedBodyError, Problem, TooLargeError
from medmaas.facts import Fact
from medmaas.model.inputs.reading import Notes, read_object
from medmaas.model.options import PLAIN, Options

MAX_INSTANCES = 1_000
LEAST_SECONDS, MOST_SECONDS = 0.05, 20.0
LEAST_COVERAGE = 0.5
_SHORT = 2_000  # bytes, up to which Python's own parser is as quick as the other one

Request = tuple[list[object], Options]
Lists = Mapping[str, list[Any]]


def read_request(body: bytes, *, explain: bool = False) -> Request:
    """The instances of a body `{"instances": [{...}], "explain": false}`, and how to answer them.

    Args:
        body: as it was sent.
        explain: whether where it was sent asks for explanations already.

    Raises:
        MalformedBodyError: not UTF-8 JSON, or with what Python would take beyond it: NaN, Infinity,
            and a field named twice, of which it would keep the last.
        InvalidRequestError: not of this form, or without instances.
        TooLargeError: more than MAX_INSTANCES.
    """
    return take_request(parse_body(body, explain=explain))


def parse_body(body: bytes, *, explain: bool = False) -> object:
    """Parse a body; where it was sent may ask for explanations already.

    Raises:
        MalformedBodyError: as above.
        InvalidRequestError: it wants none where they are asked for.
    """
    parsed = parse_json(body)
    if explain and isinstance(parsed, dict) and parsed.setdefault("explain", True) is False:
        problem = Problem(None, "explain", Fact("not_true_or_left_out"))
        raise InvalidRequestError("explain_must_be_true", [problem])
    return parsed


def parse_json(body: bytes, *, nan_is_null: bool = False) -> object:
    """Parse UTF-8 JSON, without the NaN and Infinity that Python would take.

    Args:
        body: as it was sent.
        nan_is_null: whether NaN is read as null, for clients that write it.

    Raises:
        MalformedBodyError: it is not JSON.
    """
    if len(body) > _SHORT and b"://" not in body:  # addresses hold colons: see _names_once
        try:
            # only names are kept for later: texts may be about a patient
            tree: object = from_json(body, allow_inf_nan=False, cache_strings="keys")
            if _names_once(tree, body.count(b":")):
                return tree
        except ValueError:
            pass  # the parser below has the last word
    try:
        decoder = _DECODER_OF_NAN if nan_is_null else _DECODER
        return decoder.decode(body.decode("utf-8"))
    except (ValueError, RecursionError):
        # no `from`: the parser's message and the exception's notes quote the body
        raise MalformedBodyError("body_not_json") from None


def take_request(body: object) -> Request:
    """The instances of a parsed body, and how to answer them.

    Raises:
        InvalidRequestError: not of this form, or without instances.
        TooLargeError: more than MAX_INSTANCES.
    """
    if not isinstance(body, dict) or not isinstance(body.get("instances"), list):
        problem = Problem(None, "instances", Fact("required_list_of_objects"))
        raise InvalidRequestError("body_without_instances", [problem])
    instances: list[Any] = body["instances"]
    options = PLAIN if len(body) == 1 else _take_others(body, "instances")
    _check_count("instances", len(instances))
    return instances, options


def take_columns(body: object) -> tuple[Lists, int, Options] | None:
    """The columns of a parsed body, how many rows they have, and how to answer them.

    None if it holds instances, or no columns.

    Raises:
        InvalidRequestError: not of this form, without rows, or to be explained.
        TooLargeError: more than MAX_INSTANCES rows.
    """
    if not isinstance(body, dict) or "columns" not in body or "instances" in body:
        return None
    columns = body["columns"]
    if not isinstance(columns, dict) or set(map(type, columns.values())) - {list}:
        problem = Problem(None, "columns", Fact("required_lists_by_name"))
        raise InvalidRequestError("columns_without_lists", [problem])
    options = _take_others(body, "columns")
    if options.explain:
        problem = Problem(None, "explain", Fact("must_be_left_out"))
        raise InvalidRequestError("columns_not_explained", [problem])
    counts = set(map(len, columns.values()))
    if len(counts) > 1:
        problem = Problem(None, "columns", Fact("of_unequal_length"))
        raise InvalidRequestError("columns_unequal", [problem])
    count = max(counts, default=0)
    _check_count("columns", count)
    return columns, count, options


def take_texts(body: object, names: Collection[str], most: int) -> Mapping[str, str]:
    """The texts of a parsed body `{"values": {"age": "67 years"}}`, by name.

    Args:
        body: as it was parsed.
        names: of the fields that there are.
        most: characters that a text may have.

    Raises:
        InvalidRequestError: not of this form; details name each field.
    """
    values = body.get("values") if isinstance(body, dict) and len(body) == 1 else None
    if not isinstance(values, dict):
        problem = Problem(None, "values", Fact("object_required"))
        raise InvalidRequestError("body_without_texts", [problem])
    notes = Notes(None)
    known = read_object(values, names, notes)
    for name in names:
        text = known.get(name, "-")
        if not isinstance(text, str) or not 0 < len(text) <= most:
            notes.refuse(name, Fact("not_a_text", most=most))
    if notes.problems:
        raise InvalidRequestError("body_without_texts", notes.problems)
    return values


def take_instance(body: object) -> tuple[object, object]:
    """The instance of a parsed body `{"instance": {...}}`, and which part of it is meant, if one.

    Raises:
        InvalidRequestError: not of this form.
    """
    if not isinstance(body, dict) or body.keys() - {"part"} != {"instance"}:
        problem = Problem(None, "instance", Fact("object_required"))
        raise InvalidRequestError("body_without_instance", [problem])
    return body["instance"], body.get("part")


def _check_count(field: str, count: int) -> None:
    if not count:
        problem = Problem(None, field, Fact("empty_list"))
        raise InvalidRequestError("nothing_to_predict", [problem], most=MAX_INSTANCES)
    if count > MAX_INSTANCES:
        raise TooLargeError("too_many_instances", most=MAX_INSTANCES)


def take_options(fields: Mapping[str, object]) -> Options:
    """Options by name, those that are not given being the usual ones.

    Raises:
        InvalidRequestError: one has no value that it may have; details name it.
    """
    problems = find_wrong_options(fields)
    if problems:
        said = [Fact("field_problem", field=one.field, problem=one.fact) for one in problems]
        raise InvalidRequestError("options_wrong", problems, problems=said)
    given: dict[str, Any] = {name: fields[name] for name in _OPTIONS if name in fields}
    return Options(**given) if given else PLAIN


def find_wrong_options(fields: Mapping[str, object]) -> list[Problem]:
    """What is wrong with options, by name; never the value."""
    return [
        Problem(None, name, fact)
        for name, (is_right, fact) in _OPTIONS.items()
        if name in fields and not is_right(fields[name])
    ]


def _take_others(body: Mapping[str, object], rows: str) -> Options:
    """What a body holds besides its rows."""
    if body.keys() - _OPTIONS.keys() != {rows}:
        *names, last = [rows, *_OPTIONS]
        raise InvalidRequestError("body_holds_more", fields=names, last=last)
    return take_options(body)


def _is_bool(value: object) -> bool:
    return isinstance(value, bool)


def _is_coverage(value: object) -> bool:
    return _is_number(value) and LEAST_COVERAGE <= value < 1


def _is_seconds(value: object) -> bool:
    return _is_number(value) and LEAST_SECONDS <= value <= MOST_SECONDS


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


_OPTIONS: dict[str, tuple[Callable[[object], bool], Fact]] = {
    "explain": (_is_bool, Fact("not_a_boolean")),
    "explain_seconds": (
        _is_seconds,
        Fact("not_seconds", low=LEAST_SECONDS, high=MOST_SECONDS),
    ),
    "coverage": (_is_coverage, Fact("not_a_coverage", low=LEAST_COVERAGE)),
    "force": (_is_bool, Fact("not_a_boolean")),
}


def _names_once(tree: object, colons: int) -> bool:
    """Whether no object names a field twice, as far as the colons of its text prove it.

    Behind each name stands one, so there are as many as fields, unless a text holds some, or a
    field is named twice and the tree has lost the first. Objects deep down are not looked at once
    all colons are accounted for.
    """
    level: list[Any] = [tree]
    while colons and level:
        objects = [one for one in level if type(one) is dict]
        colons -= sum(map(len, objects))
        within: list[Iterable[Any]] = [one for one in level if type(one) is list]
        within += [one.values() for one in objects] if colons else []
        level = list(chain.from_iterable(within))
    return not colons


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError
    return fields


def _refuse_constant(_name: str) -> NoReturn:
    raise ValueError


def _take_nan(name: str) -> None:
    if name != "NaN":
        raise ValueError


_DECODER = json.JSONDecoder(
    object_pairs_hook=_refuse_duplicates, parse_constant=_refuse_constant
)  # json.loads would make one per request
_DECODER_OF_NAN = json.JSONDecoder(object_pairs_hook=_refuse_duplicates, parse_constant=_take_nan)
