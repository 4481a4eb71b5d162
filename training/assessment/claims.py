"""What a split shows of a model by kind of output: probabilities, losses, doubt."""

from dataclasses import replace

import numpy as np

from medmaas.model.manifest import (
    ClassesOutput,
    CurveTarget,
    LabelTarget,
    OutcomeTarget,
    Output,
    PolicyOutput,
    RightAnswersTarget,
    SurvivalOutput,
    ValueTarget,
)
from training.assessment.answers import Answered
from training.assessment.certainty.calibration import Claim
from training.assessment.certainty.calibration_curve import Curve
from training.assessment.certainty.policy_bands import ToldPolicy
from training.assessment.certainty.recalibration import Line, Power, Recalibrator, Temperature
from training.assessment.resampling import Floats, Sample
from training.assessment.told import ToldClasses, ToldSurvival, ToldValue


def make_claims(split: Answered, output: Output) -> list[tuple[Claim, Sample]]:
    """Every kind of probability that the service gives, and whose it is."""
    told, sample = split.told, split.sample
    if isinstance(told, ToldClasses) and isinstance(output, ClassesOutput):
        right = told.p.argmax(1) == told.y
        claims = [Claim("the label that is named", told.prediction, right)]
        claims += [Claim(label, told.p[:, i], told.y == i) for i, label in enumerate(output.labels)]
        return [(claim, sample) for claim in claims]
    if isinstance(told, ToldSurvival) and isinstance(output, SurvivalOutput):
        return [
            (Claim(f"risk by day {day}", told.risk_by(day), outcome=told.outcome, day=day), sample)
            for day in output.horizon_days
        ]
    if isinstance(told, ToldPolicy):
        actions = told.risks.shape[1]
        repeated = replace(sample, patient=np.repeat(sample.patient, actions), event=None)
        return [
            (
                Claim(
                    f"{name}, every action",
                    told.risks[:, :, i].reshape(-1),
                    told.foreseen.below[:, :, i].reshape(-1),
                ),
                repeated,
            )
            for i, name in enumerate(told.observed)
        ]
    return []


def make_curves(split: Answered, output: Output) -> list[Curve]:
    """What calibration curves are drawn of; survival's recipe measures its own, by horizon."""
    told = split.told
    if isinstance(told, ToldValue):
        return [Curve(ValueTarget(), "predicted value", told.values, told.y, split.sample)]
    if isinstance(told, ToldClasses) and isinstance(output, ClassesOutput):
        named, *labels = make_claims(split, output)
        if len(labels) > 2:
            return [_follow(named, RightAnswersTarget(), "the named label")]
        label = output.labels[1]
        return [_follow(labels[1], LabelTarget(label=label), label)]
    if isinstance(told, ToldPolicy):
        claims = zip(make_claims(split, output), told.observed, strict=True)
        return [
            _follow(one, OutcomeTarget(outcome=name), f"{name}, every action")
            for one, name in claims
        ]
    return []


def _follow(claimed: tuple[Claim, Sample], target: CurveTarget, by: str) -> Curve:
    claim, sample = claimed
    if claim.happened is None:
        raise TypeError
    return Curve(target, f"probability of {by}", claim.p, claim.happened, sample)


def make_recalibrators(split: Answered) -> list[Recalibrator]:
    """What could make its probabilities truer."""
    told = split.told
    if isinstance(told, ToldClasses):
        return [Temperature(told)]
    if isinstance(told, ToldSurvival):
        return [Power(told)]
    if isinstance(told, ToldPolicy):
        return [Line(told, i) for i in range(len(told.observed))]
    return []


def find_losses(split: Answered, output: Output) -> tuple[str, Floats]:
    """What is wrong with each answer, [n], and what the mean of it is called."""
    told = split.told
    if isinstance(told, ToldClasses):
        return "error rate", (told.p.argmax(1) != told.y).astype(float)
    if isinstance(told, ToldValue):
        return "mean absolute error", np.abs(told.values - told.y)
    if isinstance(told, ToldSurvival) and isinstance(output, SurvivalOutput):
        day = find_middle(output)
        return f"Brier score at day {day}", told.score_brier(day)
    if isinstance(told, ToldPolicy) and isinstance(output, PolicyOutput):
        squares = (told.risks[:, :, 0] - told.foreseen.below[:, :, 0]) ** 2
        return f"Brier score of {told.observed[0]}", squares.mean(1)
    raise TypeError


def find_middle(output: SurvivalOutput) -> int:
    """The horizon in the middle."""
    return output.horizon_days[len(output.horizon_days) // 2]


def find_doubt(split: Answered, output: Output) -> tuple[str, Floats] | None:
    """What the model itself doubts, [n], and what by; None if it has no way to."""
    told = split.told
    if isinstance(told, ToldClasses):
        return "largest probability", -told.prediction
    if isinstance(told, ToldSurvival) and isinstance(output, SurvivalOutput):
        p = told.risk_by(find_middle(output))
        return "closeness of the risk to one half", p * (1 - p)
    if isinstance(told, ToldPolicy):
        p = told.risks[:, :, 0]
        return "closeness of the risks to one half", (p * (1 - p)).mean(1)
    if split.distances is not None:
        return "distance", split.distances
    return None
