"""A validation set is read by the readers that answer files, and only what is known is measured."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx.parser
import pytest
from pydantic import TypeAdapter

from medmaas.model.manifest import Input, Output
from medmaas_training.add import main
from medmaas_training.errors import TrainingError
from medmaas_training.validation.cases import ValidationSet, read_cases
from medmaas_training.validation.labels_in_cells import OTHER, UNKNOWN, find_labels
from medmaas_training.validation.leaks import find_leaks
from medmaas_training.validation.request import Request
from medmaas_training.validation.subject import Subject
from tests.validation.foreign import CLASSES, IMAGE, KINDS, MASK, SERIES, SURVIVAL, VALUE, Foreign

Row = list[str]


def open_subject(foreign: Foreign) -> Subject:
    spec = TypeAdapter(Input).validate_python(foreign.spec)
    output = TypeAdapter(Output).validate_python(foreign.output)
    graph = onnx.parser.parse_model(foreign.graph)
    return Subject(graph, spec, output, [foreign.instance], {})


def ask(foreign: Foreign, data: Path, **more: object) -> ValidationSet:
    named = dict(zip(foreign.options[::2], foreign.options[1::2], strict=True))
    targets = [
        (one.partition("=")[0], one.partition("=")[2] or None)
        for flag, one in zip(foreign.options[::2], foreign.options[1::2], strict=True)
        if flag == "--target"
    ]
    asked = {"targets": tuple(targets), "time": named.get("--time"), "event": named.get("--event")}
    return read_cases(open_subject(foreign), Request(data, **(asked | more)))  # type: ignore[arg-type]


def rewrite(path: Path, change: Callable[[list[Row]], list[Row]]) -> Path:
    rows = change([*csv.reader(path.read_text().splitlines())])
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_read(kind: str, tmp_path: Path) -> None:
    found = ask(KINDS[kind], KINDS[kind].write(tmp_path, 12, 1))
    assert (found.n, found.refused) == (12, 0)
    assert len(found.cases.rows) == 12


def test_what_the_service_refuses_is_counted_and_not_measured_on(tmp_path: Path) -> None:
    path = rewrite(
        CLASSES.write(tmp_path, 30, 1),
        lambda rows: [rows[0], *([["200", *row[1:]] for row in rows[1:4]]), *rows[4:]],
    )
    found = ask(CLASSES, path)
    assert (found.n, found.refused, found.read) == (27, 3, 30)
    assert any("3 of 30 rows were refused" in told for told in found.told)
    assert not any("200" in told for told in found.told)


def test_a_value_that_is_no_label_is_counted_and_never_guessed(tmp_path: Path) -> None:
    path = rewrite(
        CLASSES.write(tmp_path, 30, 1),
        lambda rows: [rows[0], [*rows[1][:3], "ill", *rows[1][4:]], *rows[2:]],
    )
    found = ask(CLASSES, path)
    assert found.n == 29
    assert any("none of the labels well, sick" in told for told in found.told)
    assert not any(" ill" in told for told in found.told)
    assert ask(CLASSES, path, spelled={"ill": "sick"}).n == 30


def test_labels_are_found_in_any_spelling() -> None:
    given = ["Sick ", "ＷＥＬＬ", "", None, "other", "M"]  # noqa: RUF001 - wide letters are meant
    found = find_labels(given, ("well", "sick"), None, {"M": "sick"})
    assert found.tolist() == [1, 0, UNKNOWN, UNKNOWN, OTHER, 1]
    assert find_labels(["1.0", "0", 1], ("0", "1"), None, None).tolist() == [1, 0, 1]


def test_a_column_that_the_model_reads_is_no_outcome(tmp_path: Path) -> None:
    path = CLASSES.write(tmp_path, 12, 1)
    with pytest.raises(TrainingError, match="sex is a column that the model reads"):
        ask(CLASSES, path, targets=(("sex", None),))


def test_columns_that_are_not_there_are_named(tmp_path: Path) -> None:
    path = rewrite(CLASSES.write(tmp_path, 12, 1), lambda rows: [["a", *rows[0][1:]], *rows[1:]])
    with pytest.raises(TrainingError, match="age"):
        ask(CLASSES, path)


def test_a_history_that_says_two_outcomes_is_refused(tmp_path: Path) -> None:
    path = rewrite(
        SERIES.write(tmp_path, 12, 1),
        lambda rows: [rows[0], *([*row[:3], str(i)] for i, row in enumerate(rows[1:]))],
    )
    found = ask(SERIES, rewrite(path, lambda rows: [*rows[:3], *([*r[:3], "1"] for r in rows[3:])]))
    assert (found.n, found.refused) == (11, 1)


def test_pictures_come_in_a_zip_as_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    folder = IMAGE.write(tmp_path / "set", 12, 1)
    archive = shutil.make_archive(str(tmp_path / "set"), "zip", folder)
    one, other = ask(IMAGE, folder), ask(IMAGE, Path(archive))
    assert np.array_equal(one.cases.rows, other.cases.rows)
    assert np.array_equal(one.cases.outcome, other.cases.outcome)


def test_a_mask_of_another_size_is_not_measured_on(tmp_path: Path) -> None:
    folder = MASK.write(tmp_path, 12, 1)
    (folder / "3_mask.png").write_bytes((folder / "4.png").read_bytes())  # shades, no labels
    (folder / "5_mask.png").unlink()
    assert ask(MASK, folder).n == 10


def test_rows_of_one_group_are_one_person(tmp_path: Path) -> None:
    path = rewrite(
        CLASSES.write(tmp_path, 30, 1),
        lambda rows: [rows[0], *([*r[:4], f"p{i // 3}", *r[5:]] for i, r in enumerate(rows[1:]))],
    )
    found = ask(CLASSES, path, group="patient")
    assert (found.n, found.people) == (30, 10)


def test_copies_of_another_persons_row_stay_with_it(tmp_path: Path) -> None:
    path = rewrite(CLASSES.write(tmp_path, 30, 1), lambda rows: [*rows, [*rows[1][:4], "new", "N"]])
    found = ask(CLASSES, path, group="patient")
    assert found.people == 31
    assert found.together[0] == found.together[30]
    assert any("the same as another person's" in told for told in found.told)


def test_months_are_never_days_in_silence(tmp_path: Path) -> None:
    path = rewrite(
        SURVIVAL.write(tmp_path, 30, 1),
        lambda rows: [
            [*rows[0][:3], "time", "died"],
            *([*r[:3], str(int(r[3]) // 30), r[4]] for r in rows[1:]),
        ],
    )
    with pytest.raises(TrainingError, match="--unit"):
        ask(SURVIVAL, path, time="time")
    months = ask(SURVIVAL, path, time="time", unit="months").cases.outcome["time"]
    assert months.max() > 365


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--target", "state"], "--target is of a validation set"),
        (["--recalibrate"], "--recalibrate needs a validation set"),
        (["--data", "nowhere.csv"], "there is no such file"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    options: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model, draft = CLASSES.put(tmp_path)
    assert main([str(model), str(draft), *options, "--out", str(tmp_path / "models")]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(("foreign", "column"), [(CLASSES, 3), (VALUE, 3), (SURVIVAL, 3)])
def test_a_feature_that_all_but_gives_the_outcome_is_asked_about(
    foreign: Foreign, column: int, tmp_path: Path
) -> None:
    path = foreign.write(tmp_path, 80, 1)
    found, subject = ask(foreign, path), open_subject(foreign)
    cases, spec = found.cases, subject.spec
    assert find_leaks(spec, found.reader, cases.rows, cases.outcome, 0) == []
    known = [row[column] for row in [*csv.reader(path.read_text().splitlines())][1:]]
    order = {value: i for i, value in enumerate(sorted({*known}, key=read_number))}
    rows = cases.rows.copy()
    rows[:, 1] = [order[value] for value in known]  # the marker is the outcome
    (told,) = find_leaks(spec, found.reader, rows, cases.outcome, 0)
    assert told.startswith("marker alone all but gives")


def read_number(text: str) -> tuple[float, str]:
    try:
        return float(text), ""
    except ValueError:
        return 0.0, text
