"""Every shipped example answers through every door what it answered when it was recorded."""

import json
from collections.abc import Iterator
from math import isclose
from pathlib import Path
from typing import Any

import pytest

from tests.doors import open_doors, write_lines

RECORDED = Path(__file__).parent / "recorded"
DOORS = ("native", "file", "inference_protocol", "fhir", "cds_hooks")
_ROUNDING = 2e-6  # an answer has six decimals; processors differ in the last of them


@pytest.fixture(scope="module")
def answered() -> dict[str, list[list[str]]]:
    return {door: list(read_calls(write_lines(calls))) for door, calls in open_doors()}


def read_calls(lines: str) -> Iterator[list[str]]:
    return map(json.loads, lines.splitlines())


def read_parts(answer: str) -> Any:
    """JSON, or lines of it, or a table's lines as cells."""
    try:
        return json.loads(answer)
    except ValueError:
        pass
    try:
        return [json.loads(line) for line in answer.splitlines()]
    except ValueError:
        return [line.split(",") for line in answer.splitlines()]


def is_same(now: Any, then: Any) -> bool:
    """Whether two answers are the same but for the rounding of numbers."""
    match now, then:
        case dict(), dict():
            return list(now) == list(then) and all(is_same(now[k], then[k]) for k in now)
        case list(), list():
            return len(now) == len(then) and all(map(is_same, now, then))
        case (int() | float(), int() | float()) if type(now) is type(then):
            return isclose(now, then, rel_tol=1e-6, abs_tol=_ROUNDING)
        case str(), str() if now != then:
            return is_same_number(now, then)
        case _:
            return bool(now == then)


def is_same_number(now: str, then: str) -> bool:
    """Whether two cells hold numbers that are the same but for their rounding."""
    try:
        return isclose(float(now), float(then), rel_tol=1e-6, abs_tol=_ROUNDING)
    except ValueError:
        return False


@pytest.mark.parametrize("door", DOORS)
def test_a_door_answers_what_it_answered_before(
    door: str, answered: dict[str, list[list[str]]]
) -> None:
    recorded = list(read_calls((RECORDED / f"{door}.jsonl").read_text()))
    assert [name for name, _ in answered[door]] == [name for name, _ in recorded]
    changed = [
        name
        for (name, now), (_, then) in zip(answered[door], recorded, strict=True)
        if not is_same(read_parts(now), read_parts(then))
    ]
    assert changed == [], "if a model was published: python -m tests.doors tests/recorded"


def test_there_is_a_door_for_every_record() -> None:
    assert sorted(path.stem for path in RECORDED.iterdir()) == sorted(DOORS)


def test_another_number_is_noticed() -> None:
    assert not is_same({"value": 0.1}, {"value": 0.10001})
    assert not is_same([["1", "0.1"]], [["1", "0.10001"]])
    assert not is_same({"status": "ok"}, {"status": "abstained"})
