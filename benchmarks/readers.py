"""The floors of batch scoring: a CSV reader, the bare model in chunks, the same columns written.

Each is what one would simply write with this library, on one thread. None checks a value, rejects
a row, warns, or hashes what it writes. They are run by contender.py, which imports the libraries.
"""

import csv
import importlib
import os
import shutil
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.bare_model import FEATURES, Score

os.environ["POLARS_MAX_THREADS"] = "1"  # read when polars is imported

_CHUNK = 8192  # rows; what all of them but numpy.loadtxt are fastest with
_BLOCK = 1 << 18  # bytes; about as many rows
_HEADER = "id,age,sex,creatinine,kappa,lambda,mgus"


@dataclass(frozen=True, slots=True)
class Reader:
    """A library that reads CSV.

    Attributes:
        packages: what has to be installed; nothing if medmaas has it anyway.
        modules: what is imported before the clock starts.
        score_file: reads the first file, writes the second.
    """

    packages: tuple[str, ...]
    modules: tuple[str, ...]
    score_file: Callable[[Path, Path, Score], None]

    @property
    def package(self) -> str | None:
        """What is installed by name."""
        return self.packages[0] if self.packages else None


def _use_csv_module(source: Path, target: Path, score: Score) -> None:
    with source.open(newline="") as text, target.open("w", newline="") as written:
        reader = csv.reader(text)
        header = next(reader)
        chunks = (
            _convert(dict(zip(header, zip(*rows, strict=True), strict=True)))
            for rows in _cut(reader)
        )
        writer = csv.writer(written)
        for names, rows in _answer(chunks, score):
            if names:
                writer.writerow(names)
            writer.writerows(rows)


def _cut(rows: Iterator[list[str]]) -> Iterator[list[list[str]]]:
    while chunk := list(islice(rows, _CHUNK)):
        yield chunk


def _convert(texts: dict[str, tuple[str, ...]]) -> dict[str, Any]:
    yes = {"sex": "M", "mgus": "true"}
    return texts | {
        name: np.array(
            [text == yes[name] for text in texts[name]]
            if name in yes
            else [float(text or "nan") for text in texts[name]]
        )
        for name in FEATURES
    }


def _use_loadtxt(source: Path, target: Path, score: Score) -> None:
    """Written as numpy.savetxt writes, which would not write the ids."""
    with source.open() as text, target.open("w") as written, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that there are no more data
        next(text)
        line = ""
        for names, rows in _answer(_load(text), score):
            if names:
                written.write(",".join(names) + "\n")
                line = ",".join(["%d", "%s", *["%.6f"] * (len(names) - 2)]) + "\n"
                line = line.replace("%.6f", "%s", 1) if "median_days" in names else line
            written.writelines(line % row for row in rows)


def _load(text: Iterable[str]) -> Iterator[dict[str, NDArray[Any]]]:
    kinds = {"id": "U16", "sex": "U1", "creatinine": "U8", "mgus": "U5"}  # it may be empty
    dtype = [(name, kinds.get(name, "f4")) for name in _HEADER.split(",")]
    while len(rows := np.loadtxt(text, dtype, delimiter=",", max_rows=_CHUNK, ndmin=1)):
        creatinine = np.where(rows["creatinine"] == "", "nan", rows["creatinine"])
        yield {name: rows[name] for name, _ in dtype} | {
            "sex": rows["sex"] == "M",
            "mgus": rows["mgus"] == "true",
            "creatinine": creatinine.astype("f4"),
        }


def _answer(
    chunks: Iterable[dict[str, Any]], score: Score
) -> Iterator[tuple[list[str] | None, Iterator[tuple[Any, ...]]]]:
    """The header, with the first chunk only, and the rows of Python values of each chunk."""
    start = 1
    for chunk in chunks:
        numbers: dict[str, Any] = {n: column.tolist() for n, column in score(chunk).items()}
        if medians := numbers.get("median_days"):
            numbers["median_days"] = ["" if np.isnan(days) else int(days) for days in medians]
        ids = list(chunk["id"])
        rows = zip(range(start, start + len(ids)), ids, *numbers.values(), strict=True)
        yield (["row", "id", *numbers] if start == 1 else None), rows
        start += len(ids)


def _use_duckdb(source: Path, target: Path, score: Score) -> None:
    """All rows at once, since fetchnumpy knows no chunks; written in pieces that are appended."""
    duckdb = importlib.import_module("duckdb")
    connection = duckdb.connect(config={"threads": 1})
    read = "SELECT * REPLACE (sex = 'M' AS sex) FROM read_csv(?)"
    columns = connection.execute(read, [str(source)]).fetchnumpy()
    piece = target.with_suffix(".piece")
    with target.open("wb") as written:
        for start in range(0, len(columns["id"]), _CHUNK):
            part = {name: column[start : start + _CHUNK] for name, column in columns.items()}
            numbers = score({name: np.ma.filled(part[name], np.nan) for name in FEATURES})
            row = np.arange(start + 1, start + 1 + len(part["id"]))
            connection.register("chunk", {"row": row, "id": part["id"]} | numbers)
            header = "true" if start == 0 else "false"
            connection.execute(f"COPY chunk TO '{piece}' (FORMAT csv, HEADER {header})")
            with piece.open("rb") as text:
                shutil.copyfileobj(text, written)


def _use_pyarrow(source: Path, target: Path, score: Score) -> None:
    pa, pc, pa_csv = map(importlib.import_module, READERS["pyarrow"].modules)
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    start, writer = 1, None
    options = pa_csv.WriteOptions(quoting_style="none", batch_size=_CHUNK)
    reading = pa_csv.ReadOptions(use_threads=False, block_size=_BLOCK)
    for batch in pa_csv.open_csv(source, reading):
        columns = {name: batch.column(name) for name in FEATURES}
        columns["sex"] = pc.equal(columns["sex"], "M")
        numbers = score({n: c.to_numpy(zero_copy_only=False) for n, c in columns.items()})
        table = pa.table(
            {"row": np.arange(start, start + len(batch)), "id": batch.column("id")}
            | {name: pa.array(column, from_pandas=True) for name, column in numbers.items()}
        )
        writer = writer or pa_csv.CSVWriter(target, table.schema, write_options=options)
        writer.write(table)
        start += len(batch)
    if writer:
        writer.close()


def _use_polars(source: Path, target: Path, score: Score) -> None:
    pl = importlib.import_module("polars")
    table = pl.scan_csv(source).with_columns(pl.col("sex") == "M")
    start = 1
    with target.open("wb") as written:
        for frame in table.collect_batches(chunk_size=_CHUNK, maintain_order=True):
            numbers = score({name: frame[name].to_numpy() for name in FEATURES})
            rows = np.arange(start, start + len(frame))
            answer = pl.DataFrame({"row": rows, "id": frame["id"]} | numbers, nan_to_null=True)
            answer.write_csv(written, include_header=start == 1)
            start += len(frame)


READERS = {
    "csv module": Reader((), (), _use_csv_module),
    "numpy.loadtxt": Reader((), (), _use_loadtxt),
    "DuckDB": Reader(("duckdb",), ("duckdb",), _use_duckdb),
    "pyarrow": Reader(("pyarrow",), ("pyarrow", "pyarrow.compute", "pyarrow.csv"), _use_pyarrow),
    "polars": Reader(("polars", "polars-runtime-32"), ("polars",), _use_polars),
}
