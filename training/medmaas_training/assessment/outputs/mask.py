"""Assesses masks: how well they overlap with the true ones, and what is counted of them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.model.inputs.image import restore_pixels
from medmaas.model.kinds import expect
from medmaas.model.manifest import (
    CoverageCurve,
    CoveragePoint,
    Estimate,
    ImageInput,
    Input,
    Level,
    MaskIntervals,
    MaskOutput,
    Measure,
    Metric,
    Output,
    PolicyIntervals,
)
from medmaas.model.outputs.segmentation import count_objects, segment
from medmaas_training.assessment.certainty.conformal import find_quantile
from medmaas_training.assessment.certainty.intervals import COVERAGES
from medmaas_training.assessment.evaluated import Answered, Evaluated, Intervals, Tensors
from medmaas_training.assessment.outputs import OutputAssessor
from medmaas_training.assessment.resampling import Flags, Floats, Sample
from medmaas_training.assessment.splits import Array

ON, ON_AREAS = "test split, masks", "test split, intervals of areas"
OTSU = "Otsu's threshold"
_TWO = 2
_SHADES = 256

Masks = NDArray[np.uint8]


@dataclass(frozen=True)
class EvaluatedMask(Evaluated):
    """Masks and the true ones.

    Attributes:
        spec: of the output.
        masks: the position of each pixel's label, [n, height, width].
        truth: likewise.
        unsure: the share of pixels near another label, [n].
    """

    spec: MaskOutput
    masks: Masks
    truth: Masks
    unsure: Floats

    @property
    def positions(self) -> list[int]:
        """Of the labels that are looked for."""
        return [self.spec.labels.index(label) for label in self.spec.found]

    def find_errors(self, masks: Masks | None = None) -> Floats:
        """How far the areas are off, in shares of the picture, [n, found]."""
        found = self.masks if masks is None else masks
        errors = [
            np.abs((found == i).mean((1, 2)) - (self.truth == i).mean((1, 2)))
            for i in self.positions
        ]
        return np.stack(errors, axis=1)

    def find_losses(self) -> tuple[str, Floats]:
        """One less the mean Dice of the labels that are there."""
        scores = np.stack([score(self.masks, self.truth, i)[0] for i in self.positions], axis=1)
        there = ~np.isnan(scores)
        mean = np.where(there, scores, 0).sum(1) / np.maximum(there.sum(1), 1)
        return "1 - Dice", np.where(there.any(1), 1 - mean, 0)

    def find_judgement(self) -> tuple[str, Floats]:
        """How many pixels are near another label."""
        return "share of unsure pixels", self.unsure


def score(masks: Masks, truth: Masks, position: int) -> tuple[Floats, Floats]:
    """Dice and intersection over union of a label in each picture, [n]; NaN if it is in neither."""
    found, true = masks == position, truth == position
    both = (found & true).sum((1, 2)).astype(float)
    either = (found | true).sum((1, 2)).astype(float)
    with np.errstate(invalid="ignore"):
        return 2 * both / (both + either), both / either


def take_otsu(pictures: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which pixels are bright, by the threshold that parts a picture's shades best (Otsu 1979).

    None of a picture of one shade.

    Args:
        pictures: [n, height, width, channels].
    """
    grey = pictures.mean(axis=3).round().astype(np.uint8)
    bright = np.empty(grey.shape, np.bool_)
    shades = np.arange(_SHADES)
    for row, picture in zip(bright, grey, strict=True):
        counts = np.bincount(picture.ravel(), minlength=_SHADES).astype(float)
        below, sums = counts.cumsum(), (counts * shades).cumsum()
        parts = below * (picture.size - below)  # 0 where all pixels are on one side
        apart = (sums[-1] * below - sums * picture.size) ** 2 / np.maximum(parts, 1)
        row[:] = picture > int(apart.argmax()) if parts.any() else False
    return bright


class MaskAssessor(OutputAssessor):
    """A label per pixel."""

    method = (
        "Split conformal prediction of each label's area, by its absolute error as a share of the "
        "picture"
    )
    unit = "%"

    def __init__(self, output: MaskOutput) -> None:
        super().__init__(output)
        self._mask = output

    def evaluate(
        self,
        spec: Input,  # noqa: ARG002
        rows: Array,  # noqa: ARG002
        outputs: Tensors,
        outcome: Any,  # noqa: ANN401
        train: Any,  # noqa: ANN401, ARG002
    ) -> EvaluatedMask:
        """Of positions of labels [n, height, width]."""
        segmented = segment(self._mask, outputs[self._mask.tensor])
        masks = np.stack([one.mask for one in segmented])
        unsure = np.array([one.unsure.mean() for one in segmented])
        return EvaluatedMask(self._mask, masks, outcome, unsure)

    def assess_intervals(
        self,
        calibration: Answered,
        test: Answered,
        spec: Input,
    ) -> tuple[MaskIntervals | None, list[CoverageCurve]]:
        """A quantile per label of how far its area is off."""
        learned = expect(calibration.evaluated, EvaluatedMask).find_errors()
        quantiles = {
            coverage: [find_quantile(errors, coverage) for errors in learned.T]
            for coverage in COVERAGES
        }
        levels = [
            Level(coverage=coverage, quantiles=tuple(found))
            for coverage, found in quantiles.items()
            if np.isfinite(found).all()
        ]
        if not levels:
            return None, []
        intervals = MaskIntervals(levels=tuple(levels))
        return intervals, self.measure_coverage(intervals, test, spec)

    def measure_coverage(
        self,
        intervals: Intervals | PolicyIntervals | None,
        test: Answered,
        spec: Input,  # noqa: ARG002
    ) -> list[CoverageCurve]:
        """Of the area of each label."""
        if intervals is None:
            return []
        measured = expect(test.evaluated, EvaluatedMask).find_errors()
        points = [
            _measure_coverage(label, level, i, measured[:, i], test.sample)
            for level in expect(intervals, MaskIntervals).levels
            for i, label in enumerate(self._mask.found)
        ]
        width = "width in shares of the picture"
        return [CoverageCurve(evaluated_on=ON_AREAS, width_of=width, points=tuple(points))]

    def count_intervals(
        self,
        intervals: Intervals | PolicyIntervals | None,  # noqa: ARG002
        test: Answered,  # noqa: ARG002
        spec: Input,  # noqa: ARG002
    ) -> list[Metric]:
        """Nothing but how often they hold."""
        return []

    def describe_groups(self, calibration: Answered, test: Answered, spec: Input) -> list[Metric]:
        """Overlap, area and objects of every label; of two beside those of Otsu's threshold.

        Which side of that threshold is meant, the calibration split says.
        """
        evaluated = expect(test.evaluated, EvaluatedMask)
        metrics = self._measure(evaluated, evaluated.masks, test.sample)
        if len(self._mask.labels) != _TWO or not isinstance(spec, ImageInput):
            return metrics
        (position,) = evaluated.positions
        seen = expect(calibration.evaluated, EvaluatedMask)
        bright = take_otsu(restore_pixels(spec, calibration.cases.rows))
        sides = [_place(bright ^ is_dark, position) for is_dark in (False, True)]
        scores = [np.nan_to_num(score(side, seen.truth, position)[0]).mean() for side in sides]
        is_dark = scores[1] > scores[0]
        rival = _place(take_otsu(restore_pixels(spec, test.cases.rows)) ^ is_dark, position)
        baseline = self._measure(evaluated, rival, test.sample)
        metrics += [one.model_copy(update={"of": "baseline", "model": OTSU}) for one in baseline]
        return metrics + _compare(evaluated, rival, position, test.sample)

    def _measure(self, evaluated: EvaluatedMask, masks: Masks, sample: Sample) -> list[Metric]:
        """The figures of masks, which may be a rival's."""
        metrics, truth, spec = list[Metric](), evaluated.truth, self._mask
        errors = evaluated.find_errors(masks)
        found, true = (count_objects(spec, [*some]) for some in (masks, truth))
        counts = np.abs(found.astype(float) - true)
        for i, (label, position) in enumerate(zip(spec.found, evaluated.positions, strict=True)):
            dice, iou = score(masks, truth, position)
            there: Flags = ~np.isnan(dice)
            figures: list[tuple[str, Measure | None, Floats, Flags | None]] = [
                (f"Dice, {label}", "dice", np.nan_to_num(dice), there),
                (f"intersection over union, {label}", "iou", np.nan_to_num(iou), there),
                (f"mean absolute error of the share of {label}", None, errors[:, i], None),
            ]
            if spec.objects:
                name = f"mean absolute error of the number of {label}"
                figures.append((name, "count_error", counts[:, i], None))
            for name, measure, values, members in figures:
                metrics += [
                    one.model_copy(update={"measure": measure})
                    for one in sample.measure_mean(ON, name, values, members=members)
                ]
        return metrics


def _place(there: NDArray[np.bool_], position: int) -> Masks:
    """A mask of two labels, of which the one at this position is there."""
    return np.where(there, position, 1 - position).astype(np.uint8)


def _compare(evaluated: EvaluatedMask, rival: Masks, position: int, sample: Sample) -> list[Metric]:
    """By how much Dice is better than a rival's on the same pictures."""
    own, _ = score(evaluated.masks, evaluated.truth, position)
    other, _ = score(rival, evaluated.truth, position)
    there: Flags = ~(np.isnan(own) & np.isnan(other))
    gain = np.nan_to_num(own) - np.nan_to_num(other)
    name = f"Dice, {evaluated.spec.labels[position]}"
    measured = sample.measure_mean(ON, name, gain, members=there)
    return [one.model_copy(update={"against": OTSU}) for one in measured]


def _measure_coverage(
    label: str, level: Level, place: int, errors: Floats, sample: Sample
) -> CoveragePoint:
    """How often the areas of a label were within its quantile."""
    held = (errors <= level.quantiles[place]).astype(float)
    (share,) = sample.measure_mean(ON_AREAS, "held", held)
    width = 2 * level.quantiles[place]
    return CoveragePoint(
        coverage=level.coverage,
        group=label,
        n=len(errors),
        held=Estimate(value=share.value, low=share.low, high=share.high),
        width=Estimate(value=width, low=width, high=width),
    )


def make(output: Output) -> MaskAssessor:
    """What assesses."""
    return MaskAssessor(expect(output, MaskOutput))
