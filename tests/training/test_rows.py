"""Rows are run through a graph together, or in parts where they are large."""

import numpy as np
import pytest

from medmaas_training.rows import Array, PartRows, run_in_parts


@pytest.mark.parametrize("size", [3, 3_000_000])
def test_parts_give_what_all_together_give(size: int) -> None:
    calls: list[int] = []

    def run(fed: dict[str, Array]) -> dict[str, Array]:
        calls.append(len(fed["x"]))
        return {"y": fed["x"].astype(float).sum(1), "z": fed["x"][:, :1]}

    rows = np.arange(7 * size, dtype=np.uint8).reshape(7, size)
    given = run_in_parts(run, rows, ["x"])
    assert np.array_equal(given["y"], rows.astype(float).sum(1))
    assert np.array_equal(given["z"], rows[:, :1])
    assert calls == ([7] if size == 3 else [5, 2])


def test_rows_of_several_tensors_stay_together() -> None:
    rows = PartRows({"x": np.zeros((4, 6_000_000), np.uint8), "k": np.arange(4.0)[:, None]})
    given = run_in_parts(lambda fed: {"k": fed["k"]}, rows, ["x", "k"])
    assert given["k"].ravel().tolist() == [0, 1, 2, 3]
