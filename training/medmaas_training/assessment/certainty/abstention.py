"""When there is no answer: too far, too little known, or too many labels; and who that refuses."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.model.inputs import make_input
from medmaas.model.manifest import Input, Measure, Metric
from medmaas_training.assessment.certainty.conformal import find_quantile
from medmaas_training.assessment.certainty.intervals import SHORT
from medmaas_training.assessment.resampling import OWN, THIS_MODEL, Flags, Floats, Sample
from medmaas_training.figures import People
from medmaas_training.observed_shares import estimate_share
from medmaas_training.rows import collect_rows

ON_TEST = "test split, abstention"
ON_OUT_OF_DISTRIBUTION = "inputs the model has no business answering"
REFUSED = "share refused"
BY_DISTANCE, BY_SET = "share refused for its distance", "share refused for its prediction set"
BY_READER = "share refused while reading"
_TOO_FAR = 0.03  # of the calibration split; with uncertain sets, below 5 % in all
_TOO_FAR_OF_GROUP = 0.04  # of each group of it that is large enough to tell
_FEWEST_OF_GROUP = 200
_TOO_UNSURE = 0.04  # of the calibration split, both together
_MASKS = 5
_MEASURES: Mapping[str, Measure] = {REFUSED: "abstention"}


def choose_threshold(distances: Floats, groups: Mapping[str, Flags]) -> float:
    """The distance that all but 3 % stay within, and all but 4 % of each group, four digits.

    Rare people lie far from the others: without groups, most of those refused would be of a few.

    Args:
        distances: of the calibration split, [n].
        groups: of it, [n] each; those of fewer than 200 tell nothing.
    """
    found = find_quantile(distances, 1 - _TOO_FAR)
    for members in groups.values():
        if members.sum() >= _FEWEST_OF_GROUP:
            found = max(found, find_quantile(distances[members], 1 - _TOO_FAR_OF_GROUP))
    found = min(found, float(distances.max()))
    digits = 3 - int(np.floor(np.log10(abs(found)))) if found else 3
    return float(np.ceil(found * 10**digits) / 10**digits)


def choose_largest_set(sizes: Floats, far: Flags, labels: int) -> int | None:
    """The fewest labels that most sets keep to, so that at most 4 % are refused in all.

    Args:
        sizes: of the calibration split's prediction sets at the first coverage, [n].
        far: who is refused for the distance, [n].
        labels: how many there are.

    Returns:
        None if no set is larger than that, or only sets of all labels would be allowed.
    """
    for size in range(1, min(labels, int(sizes.max()))):
        if float(((sizes > size) | far).mean()) <= _TOO_UNSURE:
            return size
    return None


def choose_most_missing(
    spec: Input,
    rows: Floats,
    hold: Callable[[Floats], Floats],
    coverage: float,
    seed: int,
) -> int | None:
    """With how many features missing, drawn from those that may be, intervals still hold.

    That is, lack at most three points of coverage. None if all that may be missing can be.

    Args:
        spec: of the input, a table.
        rows: of the calibration split, [n, features].
        hold: from rows to what coverage is the mean of, [n].
        coverage: of the intervals.
        seed: of who misses what.
    """
    optional = np.flatnonzero([not feature.required for feature in spec.row_features])
    rng = np.random.default_rng(seed)
    for count in range(1, len(optional) + 1):
        held = []
        for _ in range(_MASKS):
            order = np.argsort(rng.random((len(rows), len(optional))), axis=1)[:, :count]
            masked = rows.astype(float)
            np.put_along_axis(masked, optional[order], np.nan, 1)
            held.append(float(hold(masked).mean()))
        if np.mean(held) < coverage - SHORT:
            return count - 1
    return None


@dataclass(frozen=True)
class Limits:
    """Why n answers are withheld, [n] each.

    Attributes:
        far: from the training data, or too little known.
        unsure: too many labels.
        doubted: by the reader.
    """

    far: Flags
    unsure: Flags
    doubted: Flags

    @property
    def refused(self) -> Flags:
        """For any reason."""
        return self.far | self.unsure | self.doubted


def measure_test(limits: Limits, groups: Mapping[str, Flags], sample: Sample) -> list[Metric]:
    """Shares refused of the test split, by reason and by subgroup."""
    shares = {REFUSED: limits.refused, BY_DISTANCE: limits.far, BY_SET: limits.unsure}
    if not limits.unsure.any():
        del shares[BY_SET]

    metrics: list[Metric] = []
    for name, flags in shares.items():
        metrics += sample.measure_mean(ON_TEST, name, flags.astype(float))
    refused = limits.refused.astype(float)
    for group, members in groups.items():
        metrics += sample.measure_mean(ON_TEST, REFUSED, refused, members=members, group=group)
    return [m.model_copy(update={"measure": _MEASURES.get(m.metric)}) for m in metrics]


def measure_out_of_distribution(
    spec: Input,
    instances: Mapping[str, Sequence[Mapping[str, Any]]],
    judge: Callable[[NDArray[Any]], Flags],
) -> list[Metric]:
    """Of each set out of distribution the share refused, while reading (422) or after.

    Args:
        spec: of the input.
        instances: by the name of their set.
        judge: from rows of the tensor to who is refused for distance or set.
    """
    metrics = []
    for name, some in instances.items():
        reading = make_input(spec).read(some)
        unread = np.zeros(len(some), bool)
        unread[[p.instance for p in reading.problems if p.instance is not None]] = True
        refused = unread.copy()
        if not unread.all():
            refused[~unread] = judge(collect_rows(reading.tensors)[~unread])
        whose = np.arange(len(some))
        for metric, flags in ((REFUSED, refused), (BY_READER, unread)):
            people = People("out_of_distribution", ON_OUT_OF_DISTRIBUTION, whose, flags, name)
            share = estimate_share(int(flags.sum()), len(flags))
            measure = _MEASURES.get(metric)
            metrics.append(people.make_metric(metric, THIS_MODEL, share, own=OWN, measure=measure))
    return metrics
