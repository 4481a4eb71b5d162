"""Cards of contract 1 as they were first written, whose figures say by name alone what they are of.

This is the one place that reads a name for its meaning, and only of such cards: whatever is written
today states it. Curves were pairs of figures called `predicted X` and `observed X`, coverages
figures called `coverage of 90 % intervals`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from medmaas.model.manifest.figures import EVERYONE, Cohort, Measure
from medmaas.model.manifest.translations import keep_texts
from medmaas.model.years import DAYS_PER_YEAR

Tree = dict[str, Any]

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
_DAYS = {"day": 1.0, "month": DAYS_PER_YEAR / 12, "year": DAYS_PER_YEAR}


def convert(tree: Tree) -> Tree:
    """The same manifest with typed figures, its curves and coverages as lists of points.

    Translations of texts that go with them go too.

    Args:
        tree: a manifest that fits the contract, as JSON has it, whose card is untyped.
    """
    card = tree["card"]
    own: dict[_Place, set[str]] = {}
    for metric in card["metrics"]:
        own.setdefault(_place(metric), set()).update({metric["model"]} if _is_own(metric) else ())
    metrics = [_state(metric, own[_place(metric)]) for metric in card["metrics"]]
    curves = list(_find_curves(metrics, tree["output"]))
    coverage = list(_find_coverage(metrics))
    moved = {id(metric) for _, taken in (*curves, *coverage) for metric in taken}
    left = [metric for metric in metrics if id(metric) not in moved]
    if left:  # a card has one single figure at least
        found = {"calibration": _gather(curves), "coverage": _gather(coverage)}
        for curve in found["calibration"]:
            curve["points"].sort(key=lambda point: float(point["predicted"]["value"]))
        card = card | found | {"metrics": left}
    else:
        card = card | {"metrics": metrics}
    converted = tree | {"card": card}
    words = keep_texts(tree.get("translations", {}), converted | {"translations": {}})
    return converted | {"translations": words}


def _state(metric: Tree, own: set[str]) -> Tree:
    typed: Tree = {
        "of": _read_of(metric, own),
        "cohort": _search(_COHORTS, metric["evaluated_on"]) or "test",
    }
    measure = _search(_MEASURES, metric["metric"])
    return metric | typed | ({"measure": measure} if measure else {})


def _search(patterns: Mapping[Any, str], text: str) -> str | None:
    return next((name for name, pattern in patterns.items() if re.search(pattern, text)), None)


def _read_of(metric: Tree, own: set[str]) -> str:
    """A variant is `the same ...`, or longer by a comma than this model's name beside it."""
    name = metric["model"]
    if name.startswith(_CHANGED) or any(name.startswith(f"{other}, ") for other in own):
        return "variant"
    return "model" if name in own else "baseline"


def _is_own(metric: Tree) -> bool:
    return _OWN in metric["model"]


_Place = tuple[str, str, str]


def _place(metric: Tree) -> _Place:
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


def _find_curves(metrics: list[Tree], output: Tree) -> Iterator[_Found]:
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
    return {name: metric[name] for name in ("value", "low", "high")}


def _find_target(of: str, output: Tree) -> Tree | None:
    """Which number of an answer `predicted ...` is of; None if none is called so."""
    share = of.removeprefix("share of ")
    match output:
        case {"kind": "value"} if of == "value":
            return {"kind": "value"}
        case {"kind": "classes"} if of == "share of right answers":
            return {"kind": "right_answers"}
        case {"kind": "classes", "labels": list(labels)} if share != of and share in labels:
            return {"kind": "label", "label": share}
        case {"kind": "policy", "outcomes": list(outcomes)} if share != of:
            names = [outcome["name"] for outcome in outcomes]
            return {"kind": "outcome", "outcome": share} if share in names else None
        case {"kind": "survival", "horizon_days": list(days)}:
            found = re.fullmatch(_HORIZON, of)
            alike = [d for d in days if found and round(d / _DAYS[found[2]]) == int(found[1])]
            return {"kind": "risk", "day": alike[0]} if alike else None
    return None
