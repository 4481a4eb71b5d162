"""Labels: each has a probability and a threshold by itself, and any number of them may be true."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pydantic import ValidationError

from medmaas.model.columns import write_text
from medmaas.model.manifest import LabelsIntervals, LabelsOutput, Level
from medmaas.model.outputs.labels import Labels, LabelStates, LabelTargets, take_states
from medmaas.words import ENGLISH, Words

SPEC = LabelsOutput.model_validate(
    {
        "tensor": "p",
        "labels": [
            {"name": "Effusion", "threshold": 0.3},
            {"name": "肺炎", "alias": "pneumonia", "threshold": 0.5},
            {"name": "Nodule", "threshold": 0.02},
        ],
        "thresholds": "90 % sensitivity on nobody: a test.",
    }
)
LABELS = Labels(SPEC)
probabilities = arrays(np.float32, (4, 3), elements=st.floats(0, 1, width=32))


def tabulate(*rows: list[float]) -> Any:
    return LABELS.tabulate({"p": np.array(rows, np.float32)}, {})


def answer(*row: float) -> dict[str, Any]:
    return LABELS.list_rows(tabulate([*row]))[0]


def test_several_labels_may_be_true_or_none() -> None:
    assert answer(0.9, 0.8, 0.01)["labels"] == ["Effusion", "肺炎"]
    assert answer(0.1, 0.1, 0.01) == {
        "labels": [],
        "probabilities": {"Effusion": 0.1, "肺炎": 0.1, "Nodule": 0.01},
    }


@pytest.mark.parametrize(("p", "is_listed"), [(0.3, True), (0.2999999, True), (0.299999, False)])
def test_a_label_is_listed_at_its_threshold_as_the_answer_shows_it(
    p: float, *, is_listed: bool
) -> None:
    assert ("Effusion" in answer(p, 0, 0)["labels"]) is is_listed


@given(probabilities)
def test_what_is_listed_follows_from_the_answer_itself(rows: Any) -> None:
    for one in LABELS.list_rows(LABELS.tabulate({"p": rows}, {})):
        reached = [
            label.name
            for label in SPEC.labels
            if one["probabilities"][label.name] >= label.threshold
        ]
        assert one["labels"] == reached


@pytest.mark.parametrize("row", [[1.2, 0.1, 0.1], [-0.4, 0.1, 0.1], [0.5, 0.5, 3.0]])
def test_what_is_no_probability_is_held_back(row: list[float]) -> None:
    (reason,) = tabulate(row).impossible
    assert "below 0 or above 1" in ENGLISH.say(reason)


def test_a_file_joins_the_labels_and_has_a_column_per_probability() -> None:
    table = tabulate([0.9, 0.8, 0.01])
    assert LABELS.columns.texts == ("labels",)
    assert LABELS.columns.numbers == tuple(
        f"probability_{name}" for name in ("Effusion", "肺炎", "Nodule")
    )
    assert LABELS.columns.aliases == {"probability_肺炎": "probability_pneumonia"}
    assert write_text(table.texts[0][0], ENGLISH.say) == "Effusion; 肺炎"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_none_is_never_called_normal(language: str) -> None:
    said = Words(language).say(LABELS.summarise(answer(0.1, 0.1, 0.01), None))
    assert "3" in said
    assert not any(word in said.lower() for word in ("normal", "healthy", "正常", "健康"))
    if language == "en":
        assert said == "none of the 3 findings reaches its threshold"


def test_a_card_lists_what_reaches_its_threshold_the_farthest_first() -> None:
    said = ENGLISH.say(LABELS.summarise(answer(0.35, 0.2, 0.2), None))
    assert said == "2 of 3 findings reach their threshold: Nodule 20.0%, Effusion 35.0%"


def test_a_sum_beyond_one_is_nothing_to_remark() -> None:
    assert not any(tabulate([0.9, 0.9, 0.9]).impossible)
    assert LabelTargets(SPEC).exclude_each_other is False


@given(probabilities)
def test_explained_are_the_listed_labels_or_else_the_nearest(rows: Any) -> None:
    targets = LabelTargets(SPEC)
    for row, one in zip(rows, LABELS.list_rows(LABELS.tabulate({"p": rows}, {})), strict=True):
        shown = [SPEC.labels[i].name for i in targets.show(row.astype(float))]
        assert targets.headline(row.astype(float)) in targets.show(row.astype(float))
        if one["labels"]:
            assert sorted(shown) == sorted(one["labels"])
        else:
            assert len(shown) == 1


# how sure it is


def level(coverage: float, present: list[float], absent: list[float]) -> Level:
    return Level(coverage=coverage, quantiles=(*present, *absent))


SURE = LabelsIntervals.model_validate(
    {
        "levels": [
            level(0.9, [0.6, 0.6, 0.2], [0.3, 0.5, 0.1]).model_dump(),
            level(0.8, [0.4, 0.5, 0.1], [0.2, 0.4, 0.05]).model_dump(),
        ],
        "cases": [
            {"present": 100, "absent": 100},
            {"present": 50, "absent": 900},
            {"present": 8, "absent": 900},
        ],
    }
)


def tell(coverage: float, *row: float) -> dict[str, Any]:
    states = LabelStates(SPEC, SURE)
    table = states.tabulate({"p": np.array([row], np.float32)}, {}, coverage)
    (interval,) = states.list_rows(table, coverage)
    return interval


def test_each_label_is_present_absent_undecided_or_of_unknown_coverage() -> None:
    assert tell(0.9, 0.9, 0.45, 0.01) == {
        "coverage": 0.9,
        "present": ["Effusion"],
        "absent": [],
        "undecided": ["肺炎"],
        "coverage_unknown": ["Nodule"],
    }
    assert tell(0.9, 0.1, 0.1, 0.9)["absent"] == ["Effusion", "肺炎"]


def test_too_few_cases_depend_on_the_coverage() -> None:
    assert tell(0.9, 0.1, 0.1, 0.9)["coverage_unknown"] == ["Nodule"]
    assert tell(0.8, 0.1, 0.1, 0.9)["coverage_unknown"] == []  # 8 cases can promise 8 of 9


def test_the_interval_says_all_four_in_words() -> None:
    states = LabelStates(SPEC, SURE)
    assert ENGLISH.say(states.name_interval(tell(0.9, 0.9, 0.45, 0.01))) == (
        "With 90% coverage of each finding by itself: present: Effusion; present or absent, "
        "neither can be excluded: 肺炎; coverage unknown, for too few cases were seen: Nodule"
    )


def test_what_floating_point_adds_to_a_threshold_is_nothing() -> None:
    label = {"name": "a", "threshold": 0.45 + 0.02}
    (stated,) = LabelsOutput.model_validate(SPEC.model_dump() | {"labels": [label]}).labels
    assert stated.threshold == 0.47


quantiles = st.lists(st.floats(0, 1), min_size=6, max_size=6)


@given(probabilities, st.lists(quantiles, min_size=2, max_size=2))
def test_a_higher_coverage_excludes_no_more_and_something_is_always_left(
    rows: Any, drawn: list[list[float]]
) -> None:
    lower, higher = np.sort(np.array(drawn), axis=0)
    levels = [
        Level(coverage=0.8, quantiles=tuple(lower)),
        Level(coverage=0.9, quantiles=tuple(higher)),
    ]
    at_80, at_90 = (take_states(rows.astype(float), one, levels) for one in levels)
    for low, high in zip(at_80, at_90, strict=True):
        assert (high | ~low).all()
    assert (at_80[0] | at_80[1]).all()
    assert (at_90[0] | at_90[1]).all()


@pytest.mark.parametrize("coverage", [0.8, 0.9])
def test_presence_and_absence_each_have_their_coverage(coverage: float) -> None:
    draw = np.random.default_rng(0)

    def sample(n: int) -> tuple[Any, Any]:
        y = draw.random(n) < 0.2
        return 1 / (1 + np.exp(-draw.normal(np.where(y, 1, -2), 1.2))), y

    p, y = sample(4000)
    rank = [np.quantile(scores, coverage) for scores in (1 - p[y], p[~y])]
    new, truth = sample(20000)
    taken = take_states(new[:, None], one := Level(coverage=coverage, quantiles=tuple(rank)), [one])
    for flags, of in ((taken[0], truth), (taken[1], ~truth)):
        assert flags[of, 0].mean() > coverage - 0.03


# the contract


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"thresholds": None}, "thresholds"),
        ({"labels": []}, "labels"),
        ({"labels": [{"name": "a", "threshold": 0}]}, "threshold"),
        ({"labels": [{"name": "a", "threshold": 1.1}]}, "threshold"),
        ({"labels": [{"name": "a", "threshold": 1 / 3}]}, "at most 6 decimals"),
        ({"labels": [{"name": "a"}]}, "threshold"),
        ({"labels": [{"name": "a; b", "threshold": 0.5}]}, "semicolon"),
        ({"labels": [{"name": "a", "threshold": 0.5}, {"name": "A", "threshold": 0.5}]}, "unique"),
    ],
)
def test_a_label_without_name_threshold_or_its_reason_is_refused(change: Any, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        LabelsOutput.model_validate(SPEC.model_dump() | change)


@pytest.mark.parametrize(
    "change",
    [
        {"cases": []},
        {"levels": [{"coverage": 0.9, "quantiles": [0.1, 0.1]}]},
        {"strata": {"by": "prediction", "edges": [0.5]}},
    ],
)
def test_intervals_of_other_labels_are_refused(change: Any) -> None:
    with pytest.raises(ValidationError):
        LabelsIntervals.model_validate(SURE.model_dump() | change)
