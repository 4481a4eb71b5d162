"""Cards of contract 1 as they were first written, whose figures say by name alone what they are of.

This is the one place that reads a name for its meaning, and only of such cards: whatever is written
today states it. Curves were pairs of figures called `predicted X` and `observed X`, coverages
figures called `coverage of 90 % intervals`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

from medmaas.model.manifest.figures import EVERYONE, Cohort, Measure
from medmaas.model.manifest.translations import list_texts

Tree = dict[str, Any]

_NAMES = "metric", "model", "evaluated_on", "group"
_TYPED = {"of", "cohort", "measure"}
_OWN, _CHANGED = "this model", "the same"
_COHORTS: dict[Cohort, str] = {
    "train": "train split",
    "calibration": "^calibration split",
    "cross_validation": r"\bfolds\b|random splits",
    "out_of_distribution": "no business answering",
    "external": "paclitaxel, Wåhlby 2004|docetaxel, Quartino 2014",
}
_MEASURES: dict[Measure, str] = {
    "observed_expected": "^observed/expected",
    "calibration_error": "^expected calibration error|^the same, if the prob|^calibration",
    "abstention": "^share refused$",
}
_COVERAGE = r"coverage of (\d+) % intervals"
_WIDTH = (
    r"(mean number of labels in the prediction set|width of the interval|median bound in days)"
    r", (\d+) %"
)
_HORIZON = r"at (\d+) (day|month|year)s?"
_DAYS = {"day": 1.0, "month": 30.4375, "year": 365.25}


def is_untyped(tree: object) -> TypeGuard[Tree]:
    """Whether a manifest, as read from JSON, is of contract 1 and states no figure's meaning."""
    if not isinstance(tree, dict) or tree.get("contract") != 1:
        return False
    card = tree.get("card")
    if not isinstance(card, dict) or card.keys() & {"calibration", "coverage"}:
        return False
    metrics = card.get("metrics")
    return isinstance(metrics, list) and all(map(_has_names, metrics))


def _has_names(metric: object) -> bool:
    return (
        isinstance(metric, dict)
        and not metric.keys() & _TYPED
        and all(isinstance(metric.get(name, EVERYONE), str) for name in _NAMES)
        and {"metric", "model", "evaluated_on"} <= metric.keys()
    )


def convert(tree: Tree) -> Tree:
    """The same manifest with typed figures, its curves and coverages as lists of points.

    Translations of texts that go with them go too.

    Args:
        tree: one of which `is_untyped` is true.
    """
    card = tree["card"]
    metrics = [_state(metric, card["metrics"]) for metric in card["metrics"]]
    curves = list(_find_curves(metrics, tree.get("output")))
    coverage = list(_find_coverage(metrics))
    moved = {id(metric) for _, taken in (*curves, *coverage) for metric in taken}
    left = [metric for metric in metrics if id(metric) not in moved]
    if left:  # a card has one single figure at least
        found = {"calibration": _gather(curves), "coverage": _gather(coverage)}
        card = card | found | {"metrics": left}
    else:
        card = card | {"metrics": metrics}
    return _drop_translations(tree, tree | {"card": card})


def _state(metric: Tree, metrics: list[Tree]) -> Tree:
    typed: Tree = {
        "of": _read_of(metric, metrics),
        "cohort": _search(_COHORTS, metric["evaluated_on"]) or "test",
    }
    measure = _search(_MEASURES, metric["metric"])
    return metric | typed | ({"measure": measure} if measure else {})


def _search(patterns: Mapping[Any, str], text: str) -> str | None:
    return next((name for name, pattern in patterns.items() if re.search(pattern, text)), None)


def _read_of(metric: Tree, metrics: list[Tree]) -> str:
    """A variant is `the same, ...`, or longer by a comma than this model's name beside it."""
    name = metric["model"]
    if name.startswith(_CHANGED):
        return "variant"
    if _OWN not in name:
        return "baseline"
    beside = (m["model"] for m in metrics if _place(m) == _place(metric))
    changed = any(_OWN in other and name.startswith(f"{other}, ") for other in beside)
    return "variant" if changed else "model"


def _place(metric: Tree) -> tuple[str, str, str]:
    return metric["metric"], metric["evaluated_on"], metric.get("group", EVERYONE)


_Found = tuple[Tree, tuple[Tree, ...]]  # a curve of one point, and the figures it is made of


def _gather(found: list[_Found]) -> list[Tree]:
    """Curves of the same in one, their points in order."""
    curves: dict[str, Tree] = {}
    for curve, _ in found:
        key = str([curve.get(name) for name in ("target", "of", "cohort", "evaluated_on")])
        points = [*curves.get(key, {"points": []})["points"], *curve["points"]]
        curves[key] = curves.get(key, {}) | curve | {"points": points}
    return list(curves.values())


def _find_curves(metrics: list[Tree], output: object) -> Iterator[_Found]:
    observed = {(_place(m), m["model"]): m for m in metrics}
    for one in metrics:
        told, _, of = one["metric"].partition("predicted ")
        target = None if told or one["of"] != "model" else _find_target(of, output)
        other = observed.get(((f"observed {of}", *_place(one)[1:]), one["model"]))
        if target and other:
            sides = {"predicted": _estimate(one), "observed": _estimate(other)}
            yield _place_point(other, {"target": target}, sides), (one, other)


def _find_coverage(metrics: list[Tree]) -> Iterator[_Found]:
    widths = {}
    for metric in metrics:
        if found := re.fullmatch(_WIDTH, metric["metric"]):
            widths[found[2], _place(metric)[1:], metric["model"]] = found[1], metric
    for metric in metrics:
        found = re.fullmatch(_COVERAGE, metric["metric"])
        if found is None or metric["of"] != "model":
            continue
        of = "variant" if "without" in metric["evaluated_on"] else "model"
        point = {"coverage": int(found[1]) / 100, "held": _estimate(metric)}
        key = found[1], _place(metric)[1:], metric["model"]
        if key in widths:
            name, width = widths[key]
            point |= {"width": _estimate(width)}
            yield _place_point(metric, {"of": of, "width_of": name}, point), (metric, width)
        else:
            yield _place_point(metric, {"of": of}, point), (metric,)


def _place_point(metric: Tree, curve: Tree, point: Tree) -> Tree:
    whose = {name: metric[name] for name in ("cohort", "evaluated_on")}
    who = {name: metric[name] for name in ("group", "n", "events") if name in metric}
    return curve | whose | {"points": [who | point]}


def _estimate(metric: Tree) -> Tree:
    return {name: metric[name] for name in ("value", "low", "high") if name in metric}


def _find_target(of: str, output: object) -> Tree | None:
    """Which number of an answer `predicted ...` is of; None if none is called so."""
    spec = output if isinstance(output, dict) else {}
    share = of.removeprefix("share of ")
    match spec:
        case {"kind": "value"} if of == "value":
            return {"kind": "value"}
        case {"kind": "classes"} if of == "share of right answers":
            return {"kind": "right_answers"}
        case {"kind": "classes", "labels": list(labels)} if share != of and share in labels:
            return {"kind": "label", "label": share}
        case {"kind": "policy", "outcomes": list(outcomes)} if share != of:
            names = [outcome.get("name") for outcome in outcomes if isinstance(outcome, dict)]
            return {"kind": "outcome", "outcome": share} if share in names else None
        case {"kind": "survival", "horizon_days": list(days)}:
            found = re.fullmatch(_HORIZON, of)
            alike = [d for d in days if found and round(d / _DAYS[found[2]]) == int(found[1])]
            return {"kind": "risk", "day": alike[0]} if alike else None
    return None


def _drop_translations(before: Tree, after: Tree) -> Tree:
    """Without the words for what is no longer a text of the manifest."""
    told = before.get("translations")
    if not isinstance(told, dict) or not all(isinstance(words, dict) for words in told.values()):
        return after
    was, now = (set(list_texts(tree | {"translations": {}})) for tree in (before, after))
    gone = was - now
    kept = {
        language: {text: word for text, word in words.items() if text not in gone}
        for language, words in told.items()
    }
    return after | {"translations": kept}
