"""Files of invented patients for the survival model, the same ones every time."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

HEADER = "id,age,sex,creatinine,kappa,lambda,mgus"
_AT_ONCE = 10_000
_BAD_EVERY = 100
_BAD = ("x,F,1.10,1.20,1.50,false", "67.0,F,97,1.20,1.50,false", "67.0,F,1.10", ",F,1,1,1,false")


def write_patients(path: Path, rows: int, *, bad: bool = False) -> None:
    """Write a CSV file of so many rows; every hundredth is wrong if `bad`.

    Values and their precision are like the training data's; one creatinine in ten is missing.
    """
    with path.open("w", newline="\n") as text:
        text.write(HEADER + "\n")
        text.writelines(
            f"p{i:07d},{_BAD[i // _BAD_EVERY % len(_BAD)]}\n"
            if bad and i % _BAD_EVERY == 0
            else line
            for i, line in enumerate(_draw(rows))
        )


def _draw(rows: int) -> Iterator[str]:
    random = np.random.default_rng(0)
    for start in range(0, rows, _AT_ONCE):
        n = min(_AT_ONCE, rows - start)
        columns = (
            random.uniform(50, 100, n),
            random.choice(["F", "M"], n),
            random.lognormal(0, 0.3, n).clip(0.4, 10),
            random.random(n) < 0.1,  # noqa: PLR2004
            random.lognormal(0.3, 0.5, n).clip(0.05, 20),
            random.lognormal(0.4, 0.5, n).clip(0.05, 20),
            random.choice(["false", "true"], n, p=[0.985, 0.015]),
        )
        patients = zip(range(start, start + n), *(c.tolist() for c in columns), strict=True)
        for i, age, sex, creatinine, missing, kappa, lambda_, mgus in patients:
            measured = "" if missing else f"{creatinine:.2f}"
            yield f"p{i:07d},{age:.1f},{sex},{measured},{kappa:.2f},{lambda_:.2f},{mgus}\n"
