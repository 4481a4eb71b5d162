"""The outcome of a user's table is read in the one way it can be, or asked back, and told."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmaas_training.errors import TrainingError
from medmaas_training.tabular.datasets import ClassTable, SurvivalTable
from medmaas_training.tabular.follow_up_units import find_unit_names
from medmaas_training.tabular.own_data import read_own_cases, read_own_people
from medmaas_training.tabular.own_outcome import fold_codes
from tests.training.conftest import CLASSES, SURVIVAL, table, write

EVENT = table()["event"]


def recode(no: str, yes: str) -> list[str]:
    """The events of the table by other codes."""
    return list(EVENT.map({0: no, 1: yes}))


def told(read: SurvivalTable | ClassTable) -> str:
    assert read.own is not None
    return " | ".join(read.own.warnings)


def refuse_people(path: Path, time: str = "time", event: str = "event") -> str:
    with pytest.raises(TrainingError) as refusal:
        read_own_people(path, time, event)
    return str(refusal.value)


@pytest.mark.parametrize(
    ("no", "yes"),
    [("no", "yes"), ("No", "YES "), ("False", "True"), ("FALSE", "true"), ("否", "是"), ("n", "y"),
     ("0.0", "1.0"), ("0", "1"), ("F", "T"), ("\uff2e\uff4f", "\uff39\uff25\uff33")],
)  # fmt: skip
def test_codes_that_mean_the_same_everywhere_are_the_event(
    no: str, yes: str, tmp_path: Path
) -> None:
    read = read_own_people(write(tmp_path, table(event=recode(no, yes))), "time", "event")
    np.testing.assert_array_equal(read.event, EVENT == 1)
    assert told(read) == ""


@pytest.mark.parametrize(
    ("codes", "sentence"),
    [
        (recode("1", "2"), "event is 1 or 2: say which is the event, as in --event event=2"),
        (recode("1", "1"), "every row has the event of event, none is censored"),
        (recode("2", "2"), "event is 1 or 2"),
        (recode("alive", "dead"), "row 2: event is neither 0 nor 1"),
        (recode("alive", "dead"), "as in --event event=dead"),
        (recode("lebt", "gegangen"), "as in --event event=VALUE"),
        (recode("0", "yes"), "event is neither 0 nor 1"),
        ([0, 1, 2, 1] * 50, "row 4: event is neither 0 nor 1"),
        ([0, 1, 2, 1] * 50, "as in --event event=1"),
    ],
)
def test_other_codes_are_asked_back_with_the_way_out(
    codes: Sequence[object], sentence: str, tmp_path: Path
) -> None:
    path = write(tmp_path, table(event=codes))
    if "every row" in sentence:
        assert sentence in told(read_own_people(path, "time", "event"))
    else:
        answer = refuse_people(path)
        assert sentence in answer
        assert "gegangen" not in answer


def test_a_named_code_is_the_event_and_the_other_is_told_as_censored(tmp_path: Path) -> None:
    path = write(tmp_path, table(event=recode("1", "2")))
    read = read_own_people(path, "time", "event=2")
    np.testing.assert_array_equal(read.event, EVENT == 1)
    n = EVENT.sum()
    expected = f"the event of event is 2 ({n} rows); censored at their time are 1 ({200 - n} rows)"
    assert expected in told(read)
    assert "competing" not in told(read)
    path = write(tmp_path, table(event=recode("alive", " Dead")))
    np.testing.assert_array_equal(read_own_people(path, "time", "event=dead").event, EVENT == 1)


def test_competing_events_are_named_and_counted(tmp_path: Path) -> None:
    path = write(tmp_path, table(event=["no", "relapse", "dead", "moved, lost"] * 50))
    read = read_own_people(path, "time", "event=relapse,dead")
    assert read.event.sum() == 100
    for clause in (
        "relapse (50 rows), dead (50 rows)",
        "moved, lost (50 rows)",
        "competing events",
    ):
        assert clause in told(read)
    assert read_own_people(path, "time", "event=moved, lost").event.sum() == 50
    with pytest.raises(TrainingError, match="never has value 2 of those that --event names"):
        read_own_people(path, "time", "event=dead,died")


@pytest.mark.parametrize(
    ("header", "units"),
    [
        ("months", {"mo"}), ("os_months", {"mo"}), ("OS.mo", {"mo"}), ("time (months)", {"mo"}),
        ("survMonths", {"mo"}), ("fumonths", {"mo"}), ("随访时间（月）", {"mo"}),
        ("time_yrs", {"a"}),
        ("years", {"a"}), ("生存年数", {"a"}), ("follow-up [wk]", {"wk"}), ("Monate", {"mo"}),
        ("days", {"d"}), ("Tage", {"d"}), ("随访天数", {"d"}), ("daysToDeath", {"d"}),
        ("time", set()), ("stage", set()), ("futime", set()), ("demo", set()),
        ("days_or_months", {"d", "mo"}),
    ],
)  # fmt: skip
def test_a_header_names_the_unit_of_time(header: str, units: set[str]) -> None:
    assert find_unit_names(header) == units


@pytest.mark.parametrize(
    ("header", "factor", "sentence"),
    [
        ("os_months", 1, "os_months by its name is not in days alone: say --unit months"),
        ("t", 1 / 30, "t is not in whole numbers, as days are: say --unit days, or weeks"),
        ("t", 0.1, "t is not in whole numbers"),
    ],
)
def test_follow_up_that_may_not_be_days_is_asked_back(
    header: str, factor: float, sentence: str, tmp_path: Path
) -> None:
    people = table()
    people[header] = people.pop("time") * factor
    path = write(tmp_path, people)
    assert sentence in refuse_people(path, header)
    days = read_own_people(path, header, "event", unit="months").time
    np.testing.assert_allclose(days, people[header] * 365.25 / 12)


def test_short_whole_numbers_may_be_months_and_are_asked_back(tmp_path: Path) -> None:
    people = table()
    people["t"] = np.ceil(people.pop("time") / 30)
    path = write(tmp_path, people)
    assert "t hardly exceeds 365, which may be days or not" in refuse_people(path, "t")
    np.testing.assert_array_equal(read_own_people(path, "t", "event", unit="d").time, people["t"])
    people["days"] = people.pop("t")
    path = write(tmp_path, people)
    np.testing.assert_array_equal(read_own_people(path, "days", "event").time, people["days"])


def test_follow_up_of_a_few_days_is_refused_whatever_is_said(tmp_path: Path) -> None:
    path = write(tmp_path, table(time=3))
    with pytest.raises(TrainingError, match="time ends within 10 days: if it is not in days"):
        read_own_people(path, "time", "event", unit="days")


def test_two_statements_of_the_unit_must_agree(tmp_path: Path) -> None:
    path = write(tmp_path, table(), "columns: {time: {unit: wk}}")
    np.testing.assert_array_equal(
        read_own_people(path, "time", "event", unit="weeks").time, table()["time"] * 7
    )
    with pytest.raises(TrainingError, match="say different units of time"):
        read_own_people(path, "time", "event", unit="months")


def test_a_unit_against_the_header_is_followed_and_told(tmp_path: Path) -> None:
    path = write(tmp_path, table().rename(columns={"time": "months"}))
    read = read_own_people(path, "months", "event", unit="days")
    np.testing.assert_array_equal(read.time, table()["time"])
    assert "months is read in days, as stated, though its name says otherwise" in told(read)


def test_follow_up_of_zero_is_half_a_day_and_told(tmp_path: Path) -> None:
    people = table()
    people.loc[:59, "time"] = 0
    read = read_own_people(write(tmp_path, people), "time", "event")
    assert (read.time[:60] == 0.5).all()
    assert "time is 0 in 60 rows: set to half a day" in told(read)
    assert "time is 0 in every row" in refuse_people(write(tmp_path, table(time=0)))


def test_few_with_and_few_without_the_event_are_told(tmp_path: Path) -> None:
    people = table(137, event=[0] * 9 + [1] * 128)
    path = write(tmp_path, people)
    assert "only 9 of 137 rows are censored" in told(read_own_people(path, "time", "event"))
    people["event"] = [1] * 12 + [0] * 125
    read = read_own_people(write(tmp_path, people), "time", "event")
    assert "only 12 of 137 rows have the event: the figures are very uncertain" in told(read)
    assert "12 rows with the event for 5 columns are fewer than 10 each" in told(read)


@pytest.mark.parametrize(("labels", "positive"), [(["ill", "well"], "ill"), ([0, 1], "0")])
def test_the_positive_class_is_the_one_that_is_named(
    labels: list[object], positive: str, tmp_path: Path
) -> None:
    path = write(tmp_path, table(ill=labels * 100))
    usual, other = read_own_cases(path, "ill"), read_own_cases(path, "ill", positive=positive)
    assert usual.labels == tuple(map(str, labels))
    assert other.labels == usual.labels[::-1]
    np.testing.assert_array_equal(other.y, 1 - usual.y)
    assert f"counted as positive: {labels[1]}; --positive names another" in told(usual)
    assert "counted as positive" not in told(other)


def test_a_positive_class_must_be_one_of_two(tmp_path: Path) -> None:
    path = write(tmp_path, table())
    with pytest.raises(TrainingError, match="no class of the name that --positive gives"):
        read_own_cases(path, "ill", positive="sick")
    codes = write(tmp_path, table(ill=["0.0", "1.0"] * 100))
    assert read_own_cases(codes, "ill", positive="0").labels == ("1.0", "0.0")
    path = write(tmp_path, table())
    assert read_own_cases(path, "ill", positive=" ILL ").labels == ("well", "ill")
    with pytest.raises(TrainingError, match="stage has 3 classes: --positive names one of two"):
        read_own_cases(path, "stage", positive="I")


def test_labels_that_differ_by_blanks_case_or_width_are_one(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        table(ill=["Ill", "Ill", "ill\u00a0", "ILL", "\uff57ell", "well", "well", "w ell"] * 25),
    )
    read = read_own_cases(path, "ill")
    assert read.labels == ("Ill", "well")
    assert (read.y == np.repeat([[0, 0, 0, 0, 1, 1, 1, 1]], 25, axis=0).ravel()).all()
    assert "100 labels of ill differ by blanks, case or width alone from Ill, well" in told(read)


def test_a_word_of_the_target_is_a_word(tmp_path: Path) -> None:
    """Numbers that are spelt otherwise are not one either: 1.1 and 1.10 may be two codes."""
    path = write(tmp_path, table(ill=["None", "Mild", "1.1", "1.10"] * 50))
    assert read_own_cases(path, "ill").labels == ("1.1", "1.10", "Mild", "None")
    assert read_own_cases(write(tmp_path, table(ill=["+", "-"] * 100)), "ill").labels == ("+", "-")


@pytest.mark.parametrize("marker", ["?", "NA", "n/a", ".", "-", "未查", "", "NaN"])
@pytest.mark.parametrize("recipe", [CLASSES, SURVIVAL])
def test_an_outcome_that_may_be_unknown_is_asked_back(
    marker: str, recipe: tuple[str, ...], tmp_path: Path
) -> None:
    name = recipe[-1]
    people = table().astype({name: object})
    people.loc[[1, 3], name] = marker

    def read() -> SurvivalTable | ClassTable:
        if recipe is CLASSES:
            return read_own_cases(tmp_path / "own.csv", name)
        return read_own_people(tmp_path / "own.csv", "time", name)

    write(tmp_path, people)
    with pytest.raises(TrainingError, match=f"row 3: {name} is .*remove such rows .2., or say"):
        read()
    write(tmp_path, people, f'columns: {{{name}: {{missing: ["{marker}"]}}}}')
    left = read()
    assert len(left.X) == 198
    assert "2 rows without an outcome are left out, as the .yaml says" in told(left)


def test_a_code_for_unknown_is_left_out_however_it_is_spelt(tmp_path: Path) -> None:
    people = table(event=["0", "1", "9", "9.0"] * 50)
    path = write(tmp_path, people, "columns: {event: {missing: 9}}")
    assert len(read_own_people(path, "time", "event").X) == 100


def test_a_marker_that_the_notes_do_not_name_is_a_label(tmp_path: Path) -> None:
    path = write(tmp_path, table(ill=["?", "well"] * 100), "columns: {ill: {missing: []}}")
    assert read_own_cases(path, "ill").labels == ("?", "well")


def test_few_of_a_class_are_told(tmp_path: Path) -> None:
    read = read_own_cases(write(tmp_path, table(400, ill=["ill"] * 11 + ["well"] * 389)), "ill")
    assert "only 11 of 400 rows are ill: the figures are very uncertain" in told(read)


@given(st.sampled_from(["no", "yes", "0", "1", "true", "是"]), st.sampled_from("  \t\u00a0\u3000"))
def test_blanks_and_case_never_change_a_code(code: str, blank: str) -> None:
    assert list(fold_codes(pd.Series([f"{blank}{code.upper()}{blank}"]))) == list(
        fold_codes(pd.Series([code]))
    )
