"""The JSON that carries instances, the same for every door and for a file."""

import json
from typing import Any, NoReturn

from medmaas.errors import InvalidRequestError, MalformedBodyError, Problem, TooLargeError

MAX_INSTANCES = 1_000


def read_instances(body: bytes) -> list[object]:
    """The instances of a body `{"instances": [{...}], "explain": false}`.

    Raises:
        MalformedBodyError: not UTF-8 JSON, or with what Python would take beyond it: NaN, Infinity,
            and a field named twice, of which it would keep the last.
        InvalidRequestError: not of this form, or without instances.
        TooLargeError: more than MAX_INSTANCES.
    """
    return take_instances(parse_json(body))


def parse_json(body: bytes) -> object:
    """Parse UTF-8 JSON, without the NaN and Infinity that Python would take.

    Raises:
        MalformedBodyError: it is none.
    """
    try:
        return json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_refuse_duplicates,
            parse_constant=_refuse_constant,
        )
    except (ValueError, RecursionError):
        # no `from`: the parser's message and the exception's notes quote the body
        raise MalformedBodyError(
            "the body is not JSON: send UTF-8 JSON, no field twice, null for a missing value, "
            "no NaN or Infinity"
        ) from None


def take_instances(body: object) -> list[object]:
    """The list of instances of a parsed body.

    Raises:
        InvalidRequestError: not of this form, or without instances.
        TooLargeError: more than MAX_INSTANCES.
    """
    if not isinstance(body, dict) or not isinstance(body.get("instances"), list):
        raise InvalidRequestError(
            'the body must be an object with a list of instances: {"instances": [{...}]}',
            [Problem(None, "instances", "is required, a list of objects")],
        )
    if body.keys() - {"instances", "explain"}:
        raise InvalidRequestError("the body holds more than the fields instances and explain")
    if body.get("explain", False) is not False:
        raise InvalidRequestError(
            "explain must be false: no model here carries an explanation",
            [Problem(None, "explain", "must be false")],
        )
    instances: list[Any] = body["instances"]
    if not instances:
        raise InvalidRequestError(
            "there is nothing to predict: send 1 to 1,000 instances",
            [Problem(None, "instances", "must hold at least one object")],
        )
    if len(instances) > MAX_INSTANCES:
        raise TooLargeError(f"more than {MAX_INSTANCES:,} instances: send them in several requests")
    return instances


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError
    return fields


def _refuse_constant(_name: str) -> NoReturn:
    raise ValueError
