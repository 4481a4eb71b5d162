"""The arithmetic of the simulation in benchmarks/scale.py."""

from dataclasses import replace
from math import inf
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import limits
from benchmarks.patients import write_patients
from benchmarks.scale import tabulate_limits, tabulate_runs
from benchmarks.simulation import Parts, Run, find_growth, find_limits, find_start

PARTS = Parts(
    rows_per_second=100_000,
    row_bytes=40,
    answer_bytes=400,
    scanned_bytes_per_second=400e6,
    start_seconds=1,
    network_bytes_per_second=80e6,
    request_seconds=0.0,
    gigabytes=2,
)
TWO_MILLION_ROWS = 80e6  # bytes
FAR = replace(PARTS, request_seconds=0.03)


def test_a_file_for_one_function_takes_its_rows_its_bytes_and_one_start() -> None:
    run = Run(PARTS, 1e6)
    assert (run.ranges, run.plan_seconds, run.finish_seconds) == (1, 0, 0)
    assert run.seconds == pytest.approx(1 + 10 + 440 / 80)


def test_a_file_for_one_function_costs_its_seconds_one_invocation_and_its_requests() -> None:
    run = Run(PARTS, 1e6)
    assert (run.reads, run.writes) == (5, 4 + 50)
    lambda_dollars = 2 * 16.5 * 0.0000166667 + 0.2e-6
    assert run.dollars == pytest.approx(lambda_dollars + (1 + 5) * 0.4e-6 + 54 * 5e-6)


def test_ranges_that_fit_at_once_take_as_long_as_one() -> None:
    run = Run(PARTS, 20e6, TWO_MILLION_ROWS, concurrency=10)
    assert (run.ranges, run.environments) == (10, 10)
    assert run.map_seconds == pytest.approx(1 + run.range_seconds)


def test_ranges_that_do_not_fit_at_once_wait_and_find_warm_functions() -> None:
    run = Run(PARTS, 20e6, TWO_MILLION_ROWS, concurrency=5)
    assert run.environments == 5
    assert run.map_seconds == pytest.approx(1 + 2 * run.range_seconds)


def test_planning_reads_the_whole_file_in_one_function() -> None:
    run = Run(PARTS, 20e6, TWO_MILLION_ROWS)
    assert run.plan_seconds == pytest.approx(1 + 800e6 / 400e6 + 800e6 / 80e6)


def test_every_request_waits_for_s3() -> None:
    slow = replace(PARTS, request_seconds=0.5)
    run = Run(slow, 20e6, TWO_MILLION_ROWS)
    assert run.plan_seconds - Run(PARTS, 20e6, TWO_MILLION_ROWS).plan_seconds == 0.5 * 100
    assert run.finish_seconds == 0.5 * (10 + 2)


def test_a_range_longer_than_a_function_may_run_is_handed_on() -> None:
    run = Run(PARTS, 1e8)
    assert run.range_seconds == pytest.approx(1550)
    assert run.invocations_of_a_range == 2
    assert run.hash_seconds == pytest.approx(1e8 * 400 / 80e6)
    assert run.seconds == pytest.approx(1550 + 2 + 500)


def test_a_handed_on_file_fails_if_its_hash_takes_longer_than_a_function_may() -> None:
    assert Run(PARTS, 1e8).is_finished
    assert not Run(PARTS, 2e8).is_finished
    what = "one function alone, handed on, 900 s to hash all: fails"
    rows = find_limits(replace(PARTS, request_seconds=1e-9, start_seconds=0), 64e6, 100)[what]
    assert Run(PARTS, 0.99 * rows).is_finished
    assert not Run(PARTS, 1.01 * rows).is_finished


def test_fanning_out_adds_transitions_and_express_children_must_be_short() -> None:
    assert Run(PARTS, 20e6, TWO_MILLION_ROWS).transitions == 5 + 10 * 4
    assert Run(PARTS, 20e6, TWO_MILLION_ROWS).express_dollars is not None
    assert Run(PARTS, 100e6, 50e6 * 40).express_dollars is None


def test_children_start_from_a_bucket_that_fills_steadily() -> None:
    assert find_start(0) == find_start(limits.STARTS_AT_ONCE - 1) == 0
    assert find_start(limits.STARTS_AT_ONCE + limits.STARTS_PER_SECOND - 1) == 1


def test_lambda_grows_by_a_thousand_environments_in_ten_seconds() -> None:
    assert [find_growth(n) for n in (0, 999, 1000, 2000)] == [0, 0, 10, 20]


@given(
    rows=st.integers(1, 10**8),
    range_bytes=st.sampled_from([16e6, 64e6, 256e6, inf]),
    concurrency=st.integers(1, 1000),
)
def test_no_run_beats_its_work_shared_by_all_functions(
    rows: int, range_bytes: float, concurrency: int
) -> None:
    run = Run(PARTS, rows, range_bytes, concurrency)
    assert run.ranges * run.range_bytes >= run.bytes
    assert run.map_seconds >= run.ranges * run.range_seconds / concurrency
    assert run.environments <= min(concurrency, run.ranges)
    assert Run(PARTS.slowed(2), rows, range_bytes, concurrency).seconds > run.seconds
    assert Run(PARTS, rows + 1_000_000, range_bytes, concurrency).dollars > run.dollars


def test_planning_fails_exactly_where_its_limit_says() -> None:
    (rows,) = [n for what, n in find_limits(FAR, 64e6, 100).items() if what.startswith("planning")]
    planned = Run(FAR, rows, 64e6).plan_seconds
    assert planned == pytest.approx(limits.LAMBDA_SECONDS, rel=1e-3)


def test_limits_come_in_the_order_in_which_they_are_reached() -> None:
    found = find_limits(FAR, 64e6, 100)
    assert list(found.values()) == sorted(found.values())
    assert found["100 ranges at once: the others wait"] == 100 * 64e6 / 40


def test_s3_refuses_writes_where_the_ranges_together_write_too_often() -> None:
    found = find_limits(FAR, 64e6, 100)
    rows = next(n for what, n in found.items() if what.startswith("3,500 writes"))
    together = Run(FAR, rows, 64e6, 10_000)
    assert together.writes / together.range_seconds == pytest.approx(3_500, rel=0.01)


def test_the_tables_are_markdown() -> None:
    for table in (tabulate_runs(FAR), tabulate_limits(FAR)):
        assert {line.count("|") for line in table} == {table[0].count("|")}


def test_patients_are_the_same_every_time_and_one_in_a_hundred_is_bad(
    tmp_path: Path,
) -> None:
    write_patients(tmp_path / "good.csv", 1_000)
    write_patients(tmp_path / "again.csv", 1_000)
    write_patients(tmp_path / "bad.csv", 1_000, bad=True)
    good, bad = ((tmp_path / name).read_text().splitlines() for name in ("good.csv", "bad.csv"))
    assert (tmp_path / "again.csv").read_text().splitlines() == good
    assert sum(a != b for a, b in zip(good, bad, strict=True)) == 10
