"""Who is tested on is said, found or drawn; nobody is on two sides; the card says how."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sksurv.datasets import load_whas500
from sksurv.metrics import concordance_index_censored
from sksurv.util import Surv

from medmaas.model.options import Options
from medmaas.model.predict import predict
from medmaas.model.registry import Registry
from medmaas_training import assess
from medmaas_training.__main__ import make_parser
from medmaas_training.errors import TrainingError
from medmaas_training.options import SplitRule
from medmaas_training.survival.design import make_design
from medmaas_training.survival.network import SurvivalNetwork
from medmaas_training.tabular.datasets import ClassTable, Indices, Split, make_folds, split_rows
from medmaas_training.tabular.own_columns import Column
from medmaas_training.tabular.own_data import read_own_cases
from medmaas_training.tabular.own_groups import join_groups
from medmaas_training.tabular.own_notes import ColumnNote
from tests.training.conftest import CLASSES, SURVIVAL, Train, table, write
from tests.training.test_own_data import NETWORK, few_resamples, find, read_manifest

__all__ = ["few_resamples"]
DRAW = np.random.default_rng(1)
NUMBERS = st.lists(st.integers(0, 30), min_size=100, max_size=150)


def read(folder: Path, **said: Any) -> ClassTable:
    return read_own_cases(folder / "own.csv", "ill", rule=SplitRule(**said))


def take(cases: ClassTable) -> tuple[Split, pd.DataFrame, str]:
    """Its split, its texts, and what was told."""
    assert cases.own is not None
    assert cases.drawn is not None
    return cases.drawn, cases.own.texts, " | ".join(cases.own.warnings)


def sides(split: Split) -> list[Indices]:
    return [split.train, split.calibration, split.test]


def assert_apart(split: Split, of: Indices) -> None:
    """No number is on two sides."""
    parts = [set(of[part]) for part in sides(split)]
    assert sum(map(len, parts)) == len(set().union(*parts))


@given(NUMBERS)
def test_rows_that_belong_together_are_never_on_both_sides(numbers: list[int]) -> None:
    together = np.unique([*range(60), *numbers], return_inverse=True)[1]
    strata = together % 2
    split = split_rows(strata, 0, together)
    assert_apart(split, together)
    assert sum(map(len, sides(split))) == len(together)
    for train_rows, test_rows in make_folds(strata[:, None].astype(float), strata, 0, together):
        assert not set(together[train_rows]) & set(together[test_rows])


@given(NUMBERS, st.integers(0, 3))
def test_groups_and_copies_are_joined_whoever_links_them(numbers: list[int], seed: int) -> None:
    groups = np.array(numbers)
    copies = np.random.default_rng(seed).permutation(np.arange(len(groups)) // 2)
    joined = join_groups(groups, copies)
    assert joined is not None
    for one in (groups, copies):
        frame = pd.DataFrame({"one": one, "joined": joined})
        assert (frame.groupby("one")["joined"].nunique() == 1).all()
    assert join_groups(None, None) is None


@given(st.permutations(range(6)), st.integers(0, 5))
def test_joined_groups_are_no_larger_than_they_must_be(order: list[int], seed: int) -> None:
    """Pairs of pairs: rows 0 to 3 are linked, 4 and 5 are; nothing links the two."""
    groups, copies = np.array([0, 0, 1, 1, 2, 2])[order], np.array([0, 1, 1, 2, 3, 4])[order]
    joined = join_groups(groups + seed, copies)
    assert joined is not None
    assert len({*joined[groups < 2]}) == 1
    assert len({*joined}) == 2


@pytest.mark.parametrize("rare", range(6))
def test_an_outcome_that_hardly_anybody_has_is_split_as_it_comes(rare: int) -> None:
    event = np.arange(137) >= rare
    assert sum(map(len, sides(split_rows(event, 0)))) == 137
    assert len(make_folds(np.zeros((137, 1)), event, 0)) == 5


def test_a_network_learns_where_one_person_is_censored() -> None:
    X, time = DRAW.normal(size=(60, 2)), DRAW.integers(1, 2000, 60)
    outcome = Surv.from_arrays(np.arange(60) >= 1, time)
    columns = [Column(n, n, "number", x, (), ColumnNote()) for n, x in zip("ab", X.T, strict=True)]
    network = SurvivalNetwork(X, outcome, 0, make_design(columns, X, outcome))
    assert np.isfinite(network.risk(X)).all()


def test_sides_hold_as_many_of_each_outcome_as_groups_allow(tmp_path: Path) -> None:
    people = table(400, visits=np.repeat(np.arange(100), 4))
    write(tmp_path, people)
    cases = read(tmp_path, group="visits")
    split, texts, told = take(cases)
    assert_apart(split, texts["visits"].to_numpy())
    assert "visits" not in cases.features
    assert "rows of one visits stay together in every split: 400 rows of 100" in told
    shares = [cases.y[part].mean() for part in sides(split)]
    assert np.ptp(shares) < 0.05
    assert [len(part) / 400 for part in sides(split)] == pytest.approx([0.6, 0.2, 0.2], abs=0.03)


def test_an_identifier_that_repeats_makes_the_groups(tmp_path: Path) -> None:
    people = table(
        200,
        PatientID=[f"{'pP'[i % 2]}{i // 2}" for i in range(200)],
        days=[500 + i * 7 % 197 for i in range(200)],  # whole numbers that hardly repeat
        hospital_no=DRAW.integers(0, 8, 200),
        record_id=range(200),
    )
    write(tmp_path, people)
    split, texts, told = take(read(tmp_path))
    assert_apart(split, texts["PatientID"].str.lower().to_numpy())
    assert "PatientID looks like an identifier and repeats: its rows stay together" in told
    assert "hospital_no looks like an identifier and repeats, but has 8 values alone" in told
    assert "record_id looks like" not in told
    assert "days looks like" not in told
    assert split.by is None


def test_rows_of_a_person_without_a_number_count_as_one_each(tmp_path: Path) -> None:
    people = table(200, who=np.repeat(np.arange(50), 4)).astype({"who": object})
    people.loc[:9, "who"] = None
    write(tmp_path, people)
    assert "10 without one count as one each" in take(read(tmp_path, group="who"))[2]
    with pytest.raises(TrainingError, match="fewer than 20 different values: too few groups"):
        read(tmp_path, group="stage")


@pytest.mark.parametrize(
    ("words", "others"),
    [(("train", "calibration", "test"), 0), (("TRAIN", "Val", "Test"), 0),
     (("Training", "validation", "testing"), 0), (("train", "train", "test"), 1)],
)  # fmt: skip
def test_a_column_says_the_split(words: tuple[str, ...], others: int, tmp_path: Path) -> None:
    part = DRAW.choice(3, 200, p=[0.6, 0.2, 0.2])
    write(tmp_path, table(part=[words[i] for i in part]))
    cases = read(tmp_path, split="part")
    split, _, _ = take(cases)
    np.testing.assert_array_equal(split.test, np.flatnonzero(part == 2))
    if not others:
        np.testing.assert_array_equal(split.train, np.flatnonzero(part == 0))
    assert len(split.calibration) == (part == 1).sum() if not others else len(split.train) / 3
    assert "part" not in cases.features
    assert (split.by or "").startswith("as the column part says")
    assert ("drawn" in (split.by or "")) == bool(others)


@pytest.mark.parametrize(
    ("written", "value", "first"),
    [
        ("%Y-%m-%d", "2016-01-01", 110), ("%Y-%m-%d", "2016", 110), ("%Y", "2016", 110),
        ("%Y/%m/%d", "2016-1", 110), ("%Y-%m-%dT%H:%M:%S", "2016-01-01T12:00", 110),
        ("%Y%m%d", "20160101", 110), ("%Y-%m", "2016-01", 110),
        ("%Y年%m月%d日", "2016年1月1日", 110),
        ("%Y.%m.%d", "2016-01-01", 110), ("%Y-%m-%dT%H:%M:%SZ", "2016", 110),
    ],
)  # fmt: skip
def test_rows_from_a_date_on_are_tested_on(
    written: str, value: str, first: int, tmp_path: Path
) -> None:
    dates = pd.date_range("2010-01-01", periods=200, freq="20D")
    assert dates[first - 1].year == 2015
    assert dates[first].year == 2016
    write(tmp_path, table(seen=dates.strftime(written)))
    cases = read(tmp_path, since=f"seen={value}")
    split, _, _ = take(cases)
    np.testing.assert_array_equal(split.test, np.arange(first, 200))
    assert "seen" not in cases.features
    assert (split.by or "").startswith(f"tested on the rows with seen from {value} on")


def test_whole_sites_are_left_out_of_the_test_and_of_the_folds(tmp_path: Path) -> None:
    write(tmp_path, table(400, site=DRAW.choice([*"abcdefghijABCDEFGHIJ"], 400)))
    drawn = {}
    for seed in (0, 1):
        cases = read(tmp_path, leave_out="site", seed=seed)
        split, texts, _ = take(cases)
        sites = texts["site"].str.lower().to_numpy()
        drawn[seed] = tested = {*sites[split.test]}
        assert not tested & {*sites[split.train], *sites[split.calibration]}
        assert 0.15 < len(split.test) / 400 < 0.25
        for train_rows, test_rows in make_folds(cases.X, cases.y, 0, cases.together):
            assert not {*sites[train_rows]} & {*sites[test_rows]}
    assert drawn[0] != drawn[1]
    split, texts, _ = take(read(tmp_path, leave_out="site=B, j"))
    assert {*texts["site"].to_numpy()[split.test]} == {*"bBjJ"}
    assert (split.by or "").startswith("tested on 2 of 10 values of site, whole")


def test_few_sites_cannot_be_left_out_of_folds_and_that_is_told(tmp_path: Path) -> None:
    write(tmp_path, table(site=["a", "b", "c", "c"] * 50))
    cases = read(tmp_path, leave_out="site=a")
    assert cases.together is None
    assert "fewer than 5 values of site, or of those that share no people" in take(cases)[2]
    who = np.repeat(np.arange(100), 2)  # many of whom were at two sites
    write(tmp_path, table(site=DRAW.choice([*"abcdefgh"], 200), who=who))
    cases = read(tmp_path, leave_out="site=a", group="who")
    assert "or of those that share no people, are learned from: folds do" in take(cases)[2]
    assert cases.together is not None
    assert_apart(take(cases)[0], cases.together)


def test_rows_that_all_belong_together_cannot_be_split(tmp_path: Path) -> None:
    linked = table(patient_id=np.repeat(np.arange(100), 2), mrn=np.arange(1, 201) // 2 + 500)
    write(tmp_path, linked)
    with pytest.raises(TrainingError, match="rows that belong together leave fewer than 10 groups"):
        read(tmp_path)


def test_rows_of_a_person_who_is_tested_on_are_left_out_elsewhere(tmp_path: Path) -> None:
    """People come four times each, the last time after the date."""
    year = np.tile([2012, 2013, 2014, 2016], 50)
    year[:80] = 2012  # twenty who did not come back
    write(tmp_path, table(200, who=np.repeat(np.arange(50), 4), year=year))
    split, texts, told = take(read(tmp_path, since="year=2015", group="who"))
    assert_apart(split, texts["who"].to_numpy())
    assert len(split.test) == 30
    assert len(texts) == 110
    assert "90 rows are left out, because other rows of the same who are tested on" in told


def test_a_test_file_is_read_as_files_that_a_model_answers(tmp_path: Path) -> None:
    people = table(200, **{"CRP (mg/L)": np.arange(200) % 7 + 0.5})
    write(tmp_path, people)
    (tmp_path / "later").mkdir()
    later = table(320, **{"CRP (mg/L)": np.arange(320) % 7 + 0.5}).iloc[200:]
    later.loc[later.index[:3], "stage"] = "IV"
    later = pd.concat([later, people.head(4)])
    later = later.rename(columns={"age": " AGE", "CRP (mg/L)": "crp  (MG/L)"}).assign(more=1)
    test = write(tmp_path / "later", later[later.columns[::-1]])
    cases = read(tmp_path, test=test)
    split, _, told = take(cases)
    np.testing.assert_array_equal(split.test, np.arange(200, 324))
    np.testing.assert_array_equal(cases.X[:200], read(tmp_path).X)
    np.testing.assert_array_equal(cases.X[200:, 0], later[" AGE"])
    np.testing.assert_array_equal(cases.X[200:, -1], later["crp  (MG/L)"])
    assert np.isnan(cases.X[200:203, 2]).all()
    assert "no external validation" in read(tmp_path).origin.limit
    assert "whether the people of --test are from elsewhere" in cases.origin.limit
    assert cases.own is not None
    assert cases.own.columns[2].words == ("I", "II", "III")
    assert (split.by or "").startswith("tested on the people of --test, another file")
    for clause in (
        "columns of --test that --data has not are not used: more",
        "stage has words in 3 rows of --test that --data never has",
        "4 rows that are tested on are copies of others",
    ):
        assert clause in told


def test_a_person_of_both_files_is_tested_on_alone(tmp_path: Path) -> None:
    """A number of a person may stand in both; a count of rows says nothing of who they are."""
    (tmp_path / "later").mkdir()
    numbers = np.random.default_rng(3).permutation(1000)
    write(tmp_path, table(260, patient_id=numbers[:260]).iloc[:200])
    test = write(tmp_path / "later", table(260, patient_id=np.roll(numbers, 60)[:260]).iloc[200:])
    split, texts, told = take(read(tmp_path, test=test))
    assert_apart(split, texts["patient_id"].to_numpy())
    assert len(split.test) == 60
    assert len(texts) == 200
    assert "60 rows are left out, because other rows of the same identifier are tested on" in told
    write(tmp_path, table(200, patient_id=range(1, 201)))
    test = write(tmp_path / "later", table(260, patient_id=range(-199, 61)).iloc[200:])
    _, texts, told = take(read(tmp_path, test=test))
    assert len(texts) == 260
    assert "patient_id counts the rows of either file from the same number" in told
    assert len(take(read(tmp_path, test=test, group="patient_id"))[1]) == 200


def test_measuring_again_takes_the_same_options() -> None:
    arguments = [
        "survival", "--data", "own.csv", "--time", "t", "--unit", "months", "--event", "e=2",
        "--group", "who", "--leave-out", "a=b",
    ]  # fmt: skip
    again, first = (
        vars(parser().parse_args(arguments)) for parser in (assess.make_parser, make_parser)
    )
    del again["measured"]
    assert again == first


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"drop": "marker"}, "--test: the columns marker of --data are needed there too"),
        ({"drop": "ill"}, "--test: there is no column ill"),
        ({"ill": ["sick"] * 30 + ["well"] * 30}, "row 2 of --test: ill is of a class that --data"),
        ({"ill": "?"}, "row 2 of --test: ill is ?, which may mean that it is unknown"),
        ({"ill": "ill"}, "fewer than 2 rows of the test split have the event, or are of one of"),
        ({"marked": 1}, "column 8 is called almost as marker, which the file lacks"),
    ],
)  # fmt: skip
def test_a_test_file_that_cannot_be_measured_by_is_refused(
    change: dict[str, Any], sentence: str, tmp_path: Path
) -> None:
    write(tmp_path, table())
    (tmp_path / "later").mkdir()
    later = table(260).iloc[200:]
    if "drop" in change:
        later = later.drop(columns=change["drop"])
    elif "marked" in change:
        later = later.drop(columns="marker").assign(markers=1)
        sentence = "marker"
    else:
        later = later.assign(**change)
    test = write(tmp_path / "later", later)
    with pytest.raises(TrainingError) as refusal:
        read(tmp_path, test=test)
    assert sentence in str(refusal.value)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"split": "stage"}, "row 2: stage is neither train, calibration (or validation) nor test"),
        ({"split": "part"}, "part says test of no row"),
        ({"since": "year=2030"}, "no row has year from what --since says on"),
        ({"since": "year=1990"}, "every row has year from what --since says on"),
        ({"since": "year=soon"}, "needs a date as 2015-01-31, a year or a number"),
        ({"since": "stage=2015"}, "row 2: stage cannot be compared with what --since says"),
        ({"since": "day=2015-01-01"}, "row 2: day cannot be compared with what --since says"),
        ({"leave_out": "stage=I,V"}, "stage never has value 2 of those that --leave-out names"),
        ({"leave_out": "stage=I,II,III"}, "--leave-out names every value of stage"),
        ({"leave_out": "part"}, "part has one value alone: no site can be left out"),
        ({"leave_out": "odd"}, "row 3: odd is missing"),
        ({"leave_out": "nowhere"}, "there is no column nowhere"),
    ],
)  # fmt: skip
def test_a_split_that_cannot_be_made_is_refused(
    said: dict[str, str], sentence: str, tmp_path: Path
) -> None:
    odd = ["a", None] * 100
    write(tmp_path, table(part="train", year=2012, odd=odd, day="31.01.2015"))
    with pytest.raises(TrainingError) as refusal:
        read(tmp_path, **said)
    assert sentence in str(refusal.value)
    assert "31.01" not in str(refusal.value)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--test", "none.csv"), "--test: there is no such file"),
        (("--split", "part", "--since", "year=2"), "--split and --since each say who is tested on"),
        (("--since", "year"), "--since needs COLUMN=VALUE, as in --since year=2015"),
        (("--leave-out", "site="), "--leave-out needs a value after ="),
        (("--group", "ill"), "--group must name another column than the outcome's"),
        (("--unit", "months"), "breast_fna takes no --unit: leave it out"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    arguments: tuple[str, ...], sentence: str, train: Train, tmp_path: Path
) -> None:
    path = write(tmp_path, table())
    code, _, errors = train(*CLASSES, "--data", str(path), *arguments)
    assert code == 2
    assert sentence in errors


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((*SURVIVAL, "--positive", "ill"), "survival takes no --positive: leave it out"),
        ((*SURVIVAL, "--unit", "hours"), "--unit must be one of days, weeks, months, years, d"),
        (("survival", "--time", "t", "--event", "t=1"), "--time and --event must name two columns"),
        (("survival", "--time", "t", "--event", "e="), "--event needs a value after ="),
        (("survival", "--unit", "days"), "--unit is for a table of your own: name --time and"),
        (("blood_cell", "--group", "who"), "blood_cell takes no --group: leave it out"),
    ],
)
def test_options_of_another_recipe_are_refused(
    arguments: tuple[str, ...], sentence: str, train: Train, tmp_path: Path
) -> None:
    path = write(tmp_path, table())
    code, _, errors = train(*arguments, "--data", str(path))
    assert code == 2
    assert sentence in errors


def test_what_is_decided_of_columns_is_decided_without_those_tested_on(tmp_path: Path) -> None:
    people = table(part=["train", "train", "train", "test"] * 50)
    tested = people["part"] == "test"
    people["same"] = np.where(tested, np.arange(200), 5)
    people["rare"] = pd.Series(DRAW.choice(["x", "y"], 200)).where(tested)
    people["telling"] = np.where(tested, DRAW.normal(size=200), people["ill"] == "ill")
    write(tmp_path, people)
    cases = read(tmp_path, split="part")
    told = take(cases)[2]
    assert not {"same", "rare"} & {*cases.features}
    assert "same is left out: its values are all the same where it is learned from" in told
    assert "rare is left out: fewer than 20 rows that are not tested on have a value" in told
    assert "telling" in told


def test_the_figures_of_a_card_are_of_the_test_file(train: Train, tmp_path: Path) -> None:
    """The Worcester Heart Attack Study, as two files: learned from one, measured on the other."""
    X, outcome = load_whas500()
    people = X.astype(float).assign(
        fstat=outcome["fstat"].astype(int), lenfol=outcome["lenfol"].astype(int)
    )
    people = people.drop(columns="los")
    later = people.iloc[350:]
    (tmp_path / "later").mkdir()
    test = write(tmp_path / "later", later)
    code, _, errors = train(
        "survival", "--data", str(write(tmp_path, people.iloc[:350])), "--test", str(test),
        "--time", "lenfol", "--event", "fstat", "--id", "heart", "--out", str(tmp_path / "models"),
    )  # fmt: skip
    assert code == 0, errors
    manifest = read_manifest(tmp_path, "heart")
    split = manifest.card.data.split
    assert (split.train, split.calibration, split.test) == (262, 88, 150)
    card = (tmp_path / "models/heart/1.0.0/card.md").read_text()
    assert "150 to test; tested on the people of --test, another file" in card
    answers = predict(
        Registry(tmp_path / "models").get("heart"),
        later.drop(columns=["fstat", "lenfol"]).to_dict("records"),
        Options(force=True),
    )
    curves = np.array([answer["output"]["survival"] for answer in answers])
    lived = curves[:, 1:] @ np.diff(answers[0]["output"]["time_days"])
    c, *_ = concordance_index_censored(later["fstat"] == 1, later["lenfol"], -lived)
    assert find(manifest, "test split", NETWORK, "Harrell C").value == pytest.approx(c, abs=1e-3)
    assert c > 0.7
