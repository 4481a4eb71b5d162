"""What one door makes of a file, all make of it: the command line and the API, by one table."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from medmaas import cli
from tests.conftest import MODELS
from tests.table.cases import CASES, PLAIN, Case
from tests.table.seen import Seen, check, read_results

FILE = "/models/survival/file"
CSV, XLSX = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The answers to PLAIN."""
    folder = tmp_path_factory.mktemp("plain")
    seen = run_command(folder, Case(PLAIN.encode()))
    assert seen.predictions.count(b"\n") == 4
    return seen.predictions


def run_command(folder: Path, case: Case) -> Seen:
    (folder / "rows.csv").write_bytes(case.content)
    asked = [f"--missing={word}" for word in case.missing]
    asked += ["--encoding", case.encoding] if case.encoding else []
    results = folder / "results"
    arguments = ["batch", "survival", str(folder / "rows.csv"), str(results), *asked]
    status = cli.main([*arguments, "--models", str(MODELS)])
    seen = read_results({path.name: path.read_bytes() for path in results.iterdir()})
    assert status == (2 if seen.refused else 0)
    return seen


def ask(client: TestClient, case: Case, accept: str = "application/json") -> Any:
    query: dict[str, Any] = {"missing": [*case.missing]}
    query |= {"encoding": case.encoding} if case.encoding else {}
    headers = {"content-type": CSV, "accept": accept}
    return client.post(FILE, content=case.content, params=query, headers=headers)


def read_answer(answer: Any) -> Seen:
    body: dict[str, Any] = answer.json()
    if answer.status_code != 200:
        assert answer.status_code == 422
        return Seen(refused=body["code"])
    rows = body["rows"]
    assert body["answered"] == sum("prediction" in row for row in rows)
    assert body["rejected"] == sum("problems" in row for row in rows)
    assert [row["row"] for row in rows] == [*range(1, len(rows) + 1)]
    return Seen(
        [row["id"] for row in rows if "prediction" in row],
        [
            (row["row"], one["field"], one["code"])
            for row in rows
            for one in row.get("problems", ())
        ],
        notes=[note["code"] for note in body["notes"]],
    )


@pytest.mark.parametrize("name", CASES)
def test_the_command_reads_every_file_as_the_table_says(
    tmp_path: Path, expected: bytes, name: str
) -> None:
    check(run_command(tmp_path, CASES[name]), CASES[name], expected)


@pytest.mark.parametrize("name", CASES)
def test_the_api_reads_every_file_as_the_table_says(
    client: TestClient, expected: bytes, name: str
) -> None:
    case = CASES[name]
    check(read_answer(ask(client, case)), case)
    as_csv = ask(client, case, CSV)
    if case.refused:
        assert as_csv.json()["code"] == case.refused
        return
    rows = list(csv.DictReader(io.StringIO(as_csv.text, newline="")))
    assert [row["id"] or None for row in rows] == [*case.answered]
    assert int(as_csv.headers["medmaas-rejected"]) == len({row for row, *_ in case.rejected})
    if case.same:
        assert as_csv.content == expected


@pytest.mark.parametrize("name", CASES)
def test_nothing_of_a_file_is_repeated_where_it_is_refused(client: TestClient, name: str) -> None:
    case = CASES[name]
    told = json.loads(ask(client, case).text)
    told.pop("model", None)
    said = (
        [told["error"]]
        if case.refused
        else [one["problem"] for row in told["rows"] for one in row.get("problems", ())]
    )
    for sentence in said:
        assert not {"B1", "A1", "Δ", "serum", "creatinin,", "<0.5", "45%"} & {*sentence.split()}
