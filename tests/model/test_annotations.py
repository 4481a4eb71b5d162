"""Annotations: what a step is called, when it is, what is listed, counted, undecided, left out."""

from itertools import groupby
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from medmaas.errors import ModelOutputError
from medmaas.facts import Fact
from medmaas.model.manifest import AnnotationsOutput
from medmaas.model.outputs.annotations import MOST_LISTED, Annotations, StepTargets, describe_answer
from medmaas.words import ENGLISH, Words

Json = dict[str, Any]
LABELS = ("N", "AF", "VT")
WINDOWS: Json = {"kind": "windows", "step_seconds": 5, "window_seconds": 5}
BEATS: Json = {"kind": "beats", "time_tensor": "t"}
SURE = {"N": [0.9, 0.05, 0.05], "AF": [0.1, 0.8, 0.1], "VT": [0.0, 0.1, 0.9], "?": [0.4, 0.3, 0.3]}
GONE = [np.nan] * 3


def state(**more: Any) -> AnnotationsOutput:
    stated = {"tensor": "p", "labels": LABELS, "background": "N", "time": WINDOWS}
    return AnnotationsOutput.model_validate(stated | {"undecided_below": 0.5} | more)


def ask(spec: AnnotationsOutput, *rows: list[list[float]], times: Any = None) -> list[Json]:
    tensors = {"p": np.array(rows, np.float32)}
    if times is not None:
        tensors["t"] = np.array(times, np.float32)
    kind = Annotations(spec, "Rhythm")
    answers = kind.list_rows(kind.tabulate(tensors, {}))
    for schema in (kind.json_schema(), describe_answer()):
        for answer in answers:
            Draft202012Validator(schema).validate(answer)
    return answers


def draw(*names: str) -> list[list[float]]:
    return [SURE.get(name, GONE) for name in names]


# what is listed


def test_neighbours_of_one_label_are_one_episode() -> None:
    (answer,) = ask(state(), draw("N", "AF", "AF", "N", "AF", "VT", "?", "?", "N"))
    told = [
        (one["start_seconds"], one["end_seconds"], one["label"]) for one in answer["annotations"]
    ]
    assert told == [(5, 15, "AF"), (20, 25, "AF"), (25, 30, "VT"), (30, 40, None)]
    assert answer["counts"] == {"N": 3, "AF": 3, "VT": 1}
    assert (answer["undecided"], answer["steps"], answer["left_out"]) == (2, 9, 0)
    assert (answer["start_seconds"], answer["end_seconds"]) == (0, 45)


def test_the_probability_of_an_episode_is_the_mean_of_its_windows() -> None:
    (answer,) = ask(state(), [[0.2, 0.6, 0.2], [0.0, 1.0, 0.0]])
    (episode,) = answer["annotations"]
    assert episode["probability"] == 0.8


def test_an_undecided_window_never_has_the_likeliest_label() -> None:
    (answer,) = ask(state(undecided_below=0.95), draw("AF", "VT", "N"))
    assert [one["label"] for one in answer["annotations"]] == [None]
    assert [one["probability"] for one in answer["annotations"]] == [None]
    assert answer["counts"] == dict.fromkeys(LABELS, 0)
    (answer,) = ask(state(undecided_below=None), draw("?"))
    assert answer["counts"]["N"] == 1


def test_a_label_as_likely_as_the_least_is_decided() -> None:
    (answer,) = ask(state(undecided_below=0.1 + 0.7), draw("AF"))  # 0.7999999999999999
    assert answer["counts"]["AF"] == 1


def test_windows_that_overlap_make_one_episode_to_the_end_of_the_last() -> None:
    time = WINDOWS | {"start_seconds": 2, "window_seconds": 8}
    (answer,) = ask(state(time=time), draw("AF", "AF", "N"))
    (episode,) = answer["annotations"]
    assert (episode["start_seconds"], episode["end_seconds"]) == (2, 15)
    assert answer["end_seconds"] == 20


def test_windows_with_a_gap_between_them_stay_apart() -> None:
    (answer,) = ask(state(time=WINDOWS | {"window_seconds": 1}), draw("AF", "AF"))
    ends = [(one["start_seconds"], one["end_seconds"]) for one in answer["annotations"]]
    assert ends == [(0, 1), (5, 6)]


def test_without_a_background_every_label_is_listed() -> None:
    (answer,) = ask(state(background=None), draw("N", "N", "AF"))
    assert [one["label"] for one in answer["annotations"]] == ["N", "AF"]


def test_windows_after_the_end_of_a_record_are_none() -> None:
    short, whole = ask(state(), draw("AF", "gone", "gone"), draw("AF", "AF", "N"))
    assert (short["steps"], short["end_seconds"]) == (1, 5)
    assert (whole["steps"], whole["end_seconds"]) == (3, 15)
    (nothing,) = ask(state(), draw("gone", "gone"))
    assert (nothing["steps"], nothing["start_seconds"], nothing["annotations"]) == (0, None, [])


def test_a_record_without_any_step_is_answered_so() -> None:
    for spec in (state(), state(time=BEATS)):
        tensors = {"p": np.empty((2, 0, 3), np.float32), "t": np.empty((2, 0), np.float32)}
        kind = Annotations(spec, "Rhythm")
        for answer in kind.list_rows(kind.tabulate(tensors, {})):
            assert (answer["annotations"], answer["steps"], answer["end_seconds"]) == ([], 0, None)
        assert StepTargets(spec).read(tensors).tolist() == [[0, 0, 0]] * 2


def test_half_precision_is_precise_enough() -> None:
    logits = np.random.default_rng(0).normal(0, 3, (50, 20, 3))
    p = np.exp(logits) / np.exp(logits).sum(2, keepdims=True)
    kind = Annotations(state())
    assert len(kind.tabulate({"p": p.astype(np.float16)}, {}).texts[0]) == 50


def test_every_beat_is_an_annotation_at_its_time() -> None:
    spec, nan = state(time=BEATS), np.nan
    rows = draw("N", "VT", "VT", "AF", "?", "N")
    rows[3] = GONE  # of no beat, they may be any
    (answer,) = ask(spec, rows, times=[[0.4, 1.2, 2.0, nan, 2.9, nan]])
    told = [(one["time_seconds"], one["label"]) for one in answer["annotations"]]
    assert told == [(1.2, "VT"), (2.0, "VT"), (2.9, None)]
    assert answer["counts"] == {"N": 1, "AF": 0, "VT": 2}
    assert (answer["steps"], answer["undecided"]) == (4, 1)
    assert (answer["start_seconds"], answer["end_seconds"]) == (0.4, 2.9)


def test_of_a_long_list_is_told_what_was_left_out() -> None:
    count = MOST_LISTED + 7
    spec = state(time=BEATS)
    (answer,) = ask(spec, draw(*["VT"] * count), times=[np.arange(count)])
    assert len(answer["annotations"]) == MOST_LISTED
    assert answer["left_out"] == 7
    assert answer["counts"]["VT"] == count


# what is no answer


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([[0.9, 0.1, np.nan]], "answer_not_finite"),
        ([[0.9, 0.1, np.inf]], "answer_not_finite"),
        ([GONE, SURE["N"]], "answer_not_finite"),  # a record does not end twice
        ([[0.5, 0.5]], "other_columns"),
    ],
)
def test_what_is_no_number_is_no_answer(rows: Any, code: str) -> None:
    with pytest.raises(ModelOutputError, match=code):
        ask(state(), rows)


@pytest.mark.parametrize(
    "row",
    [[0.5, 0.5, 0.5], [2.0, -0.5, -0.5], [0.0, 0.0, 0.0]],  # the second as of logits
)
def test_what_is_no_probability_is_impossible_and_records_beside_it_are_not(row: Any) -> None:
    kind = Annotations(state())
    table = kind.tabulate({"p": np.array([[row], draw("VT")], np.float32)}, {})
    first, second = table.impossible
    assert first is not None
    assert (first.code, second) == ("steps_not_probabilities", None)
    assert kind.judges_itself


@pytest.mark.parametrize("times", [[2.0, 1.0], [1.0, 1.0], [-0.1, 1.0], [1.0, np.inf]])
def test_times_out_of_order_are_impossible_and_no_beat_of_theirs_is_listed(times: Any) -> None:
    kind, rows = Annotations(state(time=BEATS)), [draw("N", "VT")] * 2
    table = kind.tabulate({"p": np.array(rows, np.float32), "t": np.array([times, [1, 2]])}, {})
    first, second = table.impossible
    assert first is not None
    assert (first.code, second) == ("beat_times_not_increasing", None)
    assert [answer["steps"] for answer in kind.list_rows(table)] == [0, 2]


def test_as_many_times_as_steps_are_needed() -> None:
    with pytest.raises(ModelOutputError, match="other_columns"):
        ask(state(time=BEATS), draw("N", "VT"), times=[[1.0, 2.0, 3.0]])


@pytest.mark.parametrize(
    "changed",
    [
        {"labels": ["N"]},
        {"labels": ["N", "n"]},
        {"labels": ["N", "A; B"]},
        {"labels": ["N", "?"]},
        {"background": "other"},
        {"aliases": ["n", "af"]},
        {"aliases": ["n", "af", "af"]},
        {"time": {"kind": "windows", "step_seconds": 0, "window_seconds": 1}},
        {"time": {"kind": "beats", "time_tensor": "p"}},
        {"undecided_below": 0},
        {"undecided_below": 1.1},
    ],
)
def test_a_manifest_that_means_nothing_is_refused(changed: Json) -> None:
    with pytest.raises(ValidationError):
        state(**changed)


# columns, words


def test_a_file_has_a_column_of_annotations_and_one_per_count() -> None:
    kind = Annotations(state(aliases=["normal", "af", "vt"]))
    table = kind.tabulate({"p": np.array([draw("N", "AF", "?")], np.float32)}, {})
    row = dict(zip(kind.columns.texts, (column[0] for column in table.texts), strict=True))
    assert row == {
        "annotations": ("5-10 s AF", "10-15 s ?"),
        "count_N": 1,
        "count_AF": 1,
        "count_VT": 0,
        "undecided": 1,
        "left_out": 0,
    }
    assert kind.columns.aliases["count_AF"] == "count_af"
    assert kind.columns.whole == set(kind.columns.texts) - {"annotations"}


def test_times_are_written_without_noise() -> None:
    spec = state(time=BEATS)
    kind = Annotations(spec)
    tensors = {
        "p": np.array([draw("VT", "VT")], np.float32),
        "t": np.array([[12.53, 3_600.004]], np.float32),
    }
    (cells, *_) = kind.tabulate(tensors, {}).texts
    assert cells[0] == ("12.53 s VT", "3600.004 s VT")


@pytest.mark.parametrize(
    ("names", "english", "chinese"),
    [
        (
            ["N", "AF", "AF", "?"],
            "AF 2 among 4 windows; 1 undecided",
            "4 个窗口中：AF 2 个；1 个未定",
        ),
        (["N", "N"], "no AF or VT among 2 windows", "2 个窗口中未见 AF 或 VT"),
        (["N"], "no AF or VT among 1 window", "1 个窗口中未见 AF 或 VT"),
        (["gone"], "no window was judged", "未判读任何窗口"),
    ],
)
def test_what_was_found_is_said(names: list[str], english: str, chinese: str) -> None:
    (answer,) = ask(state(), draw(*names))
    said = Annotations(state(), "Rhythm").summarise(answer, None)
    assert ENGLISH.say(said) == f"Rhythm: {english}"
    assert Words("zh").say(said) == f"Rhythm：{chinese}"
    assert "normal" not in ENGLISH.say(said)


# what is explained


def test_explained_is_the_likeliest_label_that_is_not_the_background() -> None:
    targets = StepTargets(state())
    read = targets.read({"p": np.array([draw("N", "N", "AF", "gone")], np.float32)})
    assert np.allclose(read, [[1.9 / 3, 0.9 / 3, 0.2 / 3]], atol=1e-6)
    assert targets.targets[targets.headline(read[0])].name == "AF"
    assert targets.show(read[0]) == [1]
    assert ENGLISH.say(targets.targets[1].words) == "the mean probability of AF over all windows"
    assert isinstance(targets.targets[1].words, Fact)
    nothing = targets.read({"p": np.array([draw("gone")], np.float32)})
    assert nothing.tolist() == [[0, 0, 0]]


def test_a_record_that_was_torn_to_be_explained_is_read() -> None:
    torn = StepTargets(state()).read({"p": np.array([draw("AF", "gone", "AF")], np.float32)})
    assert np.allclose(torn, [SURE["AF"]], atol=1e-6)
    times = np.array([[3.0, np.nan, 1.0]], np.float32)  # shuffled
    tensors = {"p": np.array([draw("AF", "N", "AF")], np.float32), "t": times}
    assert np.allclose(StepTargets(state(time=BEATS)).read(tensors), [SURE["AF"]], atol=1e-6)


# invariants


@given(
    rows=st.lists(
        st.lists(st.sampled_from([*SURE]), min_size=1, max_size=30), min_size=1, max_size=4
    ),
    has_beats=st.booleans(),
)
def test_nothing_is_lost_and_no_row_depends_on_another(
    *, rows: list[list[str]], has_beats: bool
) -> None:
    spec = state(time=BEATS) if has_beats else state()
    longest = max(map(len, rows))
    filled = [draw(*row, *["gone"] * (longest - len(row))) for row in rows]
    at = [[*range(len(row)), *[np.nan] * (longest - len(row))] for row in rows]
    together = ask(spec, *filled, times=at)
    for row, answer in zip(rows, together, strict=True):
        assert answer == ask(spec, draw(*row), times=[range(len(row))])[0]
        assert sum(answer["counts"].values()) + answer["undecided"] == answer["steps"] == len(row)
        steps = [None if name == "?" else name for name in row if name != "N"]
        runs = [None if name == "?" else name for name, _ in groupby(row) if name != "N"]
        assert [one["label"] for one in answer["annotations"]] == (steps if has_beats else runs)
