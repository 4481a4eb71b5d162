"""The model beside every contender: by how much it is better or worse, and the words for that.

One rule for every recipe. A figure that is better when higher, or when lower, is compared with that
of each contender on the same people: its gain, in pairs, is above 0 where the model is better. A
gain whose interval lies on one side of 0 is a win or a loss; else no difference is shown.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from medmaas.model.manifest import EVERYONE, Metric, Of
from medmaas.model.manifest.figures import TESTED

Verdict = Literal["better", "worse", "no difference shown"]

_HIGHER = (
    "Harrell C",
    "Uno C",
    "AUC",
    "average precision",
    "sensitivity at 95 % specificity",
    "accuracy",
    "macro one-vs-rest AUC",
    "R2",
    "AUC, mean of labels",
    "relative dose intensity",
)
_LOWER = (
    "integrated Brier score",
    "Brier score",
    "log loss",
    "RMSE",
    "MAE",
    "Brier score, mean of labels",
    "MAE in standard deviations, mean of values",
    "share of cycles with ANC below 0.5",
    "share of cycles with ANC below 0.5 for more than a week",
    "share of cycles with ANC below 1.0",
    "share of cycles with platelets below 50",
)
FEW_EVENTS = 20  # a set of people with fewer says little
DIRECTIONS: Mapping[str, int] = dict.fromkeys(_HIGHER, 1) | dict.fromkeys(_LOWER, -1)


@dataclass(frozen=True)
class Pair:
    """A figure of the model and of one contender: `direction` is 1 where higher is better."""

    figure: str
    model: str
    contender: str
    direction: int

    @property
    def name(self) -> str:
        """What a card calls the gain."""
        return name_gain(self.figure)

    @property
    def sides(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """The figure of the better and of the worse, if the gain is to be above 0."""
        ours, theirs = (self.figure, self.model), (self.figure, self.contender)
        return (ours, theirs) if self.direction > 0 else (theirs, ours)


def name_gain(figure: str) -> str:
    """What a card calls the gain in a figure."""
    return f"gain in {figure}"


def find_pairs(measured: Iterable[tuple[str, str]], own: Mapping[str, Of]) -> Iterator[Pair]:
    """Every figure of the model with that of every contender, variants of the model included.

    Args:
        measured: figures and whose each is, all on the same people.
        own: by name, what is the model or a variant of it.
    """
    everything = list(measured)
    for figure, model in everything:
        if own.get(model) == "model" and figure in DIRECTIONS:
            for other, contender in everything:
                if other == figure and own.get(contender) != "model":
                    yield Pair(figure, model, contender, DIRECTIONS[figure])


def judge(gain: Metric) -> Verdict:
    """What the interval of a gain shows."""
    if gain.low > 0:
        return "better"
    return "worse" if gain.high < 0 else "no difference shown"


def state_comparisons(metrics: Sequence[Metric]) -> list[str]:
    """The findings that compare: a headline, then a sentence per set of people.

    The headline is about the strongest contender by the first figure that has one, on the first set
    of people that did not fit the model. A set where the model loses comes before the others; one
    with fewer than 20 events comes last. Empty if there is nobody to compare with.
    """
    gains = [m for m in metrics if m.against]
    by_set: dict[tuple[str, str, str], list[Metric]] = {}
    for m in gains:
        by_set.setdefault((m.evaluated_on, m.group, m.model), []).append(m)
    sentences = [_list_verdicts(gains, here) for here in by_set.values()]
    found = [strongest for here in by_set.values() if (strongest := _find_strongest(here, metrics))]
    first = min(found, key=_rank, default=None)  # the first of equals
    headline = [f"{_tell_strongest(first, metrics)} {_count(gains)}"] if first else []
    return [*headline, *(sentence for sentence in sentences if sentence)]


def _rank(gain: Metric) -> tuple[bool, bool]:
    few = gain.events is not None and gain.events < FEW_EVENTS
    return few, judge(gain) != "worse"


def _find_strongest(here: Sequence[Metric], metrics: Sequence[Metric]) -> Metric | None:
    """The smallest gain in the first figure; a variant counts only if it is better.

    A model given less, or changed, is no rival as long as it does no better.
    """
    first = here[0]
    if first.group != EVERYONE or first.cohort not in TESTED:
        return None
    variants = {m.model for m in metrics if m.of == "variant"}
    rivals = [
        m for m in here if m.metric == first.metric and (m.against not in variants or m.value < 0)
    ]
    return min(rivals, key=lambda m: m.value, default=None)


def _tell_strongest(gain: Metric, metrics: Sequence[Metric]) -> str:
    ours, theirs = (
        next(
            _write(m)
            for m in metrics
            if not m.against
            and name_gain(m.metric) == gain.metric
            and (m.model, m.evaluated_on, m.group) == (name, gain.evaluated_on, gain.group)
        )
        for name in (gain.model, gain.against)
    )
    whom = f"the strongest contender, {gain.against}, in {_name(gain)}"
    values = f"{ours} against {theirs}; {gain.evaluated_on}, n = {_size(gain)}."
    match judge(gain):
        case "better":
            return f"Better than {whom} by {_write(gain)}: {values}"
        case "worse":
            return f"Worse than {whom} by {_write(_turn(gain))}: {values}"
        case _:
            return f"No difference shown from {whom}, with a gain of {_write(gain)}: {values}"


def _count(gains: Sequence[Metric]) -> str:
    verdicts = [judge(gain) for gain in gains]
    return (
        f"Of {len(verdicts)} comparisons it is better in {verdicts.count('better')} and worse in "
        f"{verdicts.count('worse')}, with no difference shown in "
        f"{verdicts.count('no difference shown')}."
    )


def _list_verdicts(gains: Sequence[Metric], here: Sequence[Metric]) -> str | None:
    """What is lost, then where no difference is shown; of a group of people only what is lost."""
    on, group, model = here[0].evaluated_on, here[0].group, here[0].model
    models = {m.model for m in gains if (m.evaluated_on, m.group) == (on, group)}
    lost = [
        f"worse than {m.against} in {_name(m)} by {_write(_turn(m))}"
        for m in here
        if judge(m) == "worse"
    ]
    parts = lost if group != EVERYONE else [*lost, *_list_undecided(here)]
    if not parts and group != EVERYONE:
        return None
    where = [on, *([] if group == EVERYONE else [group]), *([model] if len(models) > 1 else [])]
    told = "; ".join(parts) if parts else "better than every contender in every figure"
    return f"{': '.join(where)}: {told}."


def _list_undecided(here: Sequence[Metric]) -> Iterator[str]:
    for contender in dict.fromkeys(m.against for m in here):
        of_it = [m for m in here if m.against == contender]
        undecided = [m for m in of_it if judge(m) == "no difference shown"]
        if len(undecided) == len(of_it) > 1:
            yield f"no difference shown from {contender} in any figure"
        else:
            yield from (f"no difference shown from {contender} in {_name(m)}" for m in undecided)


def _name(gain: Metric) -> str:
    return gain.metric.removeprefix(name_gain(""))


def _turn(gain: Metric) -> Metric:
    """The loss that a gain below 0 is."""
    return gain.model_copy(update={"value": -gain.value, "low": -gain.high, "high": -gain.low})


def _size(metric: Metric) -> str:
    return f"{metric.n}" if metric.events is None else f"{metric.n} ({metric.events} events)"


def _write(metric: Metric) -> str:
    return f"{metric.value:.4f} ({metric.low:.4f} to {metric.high:.4f})"
