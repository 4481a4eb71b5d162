"""Whether it pays to act on a risk: net benefit.

Vickers & Elkin 2006, doi 10.1177/0272989X06295361.

At a threshold t, those with a risk of at least t are treated. Counted are the shares of true and
of false positives, a false one weighing t / (1 - t) of a true one. Of survival the shares are
Kaplan and Meier's (Vickers et al. 2008, doi 10.1186/1472-6947-8-53).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from medmaas.model.manifest import Metric
from medmaas_training.assessment.certainty.calibration import estimate_risk
from medmaas_training.assessment.resampling import THIS_MODEL, Sample
from medmaas_training.report.assessment_plots import plot_curves
from medmaas_training.report.page import Section
from medmaas_training.validation.outputs import Risk

Floats = NDArray[np.float64]

EVERYONE_TREATED, NOBODY_TREATED = "treat everyone", "treat nobody"
_THRESHOLDS = (0.05, 0.1, 0.2, 0.3, 0.5)  # of the card
_GRID = np.arange(1, 100) / 100  # of the drawing


def measure_benefit(
    risk: Risk, threshold: float, treated: NDArray[np.bool_], weights: Floats
) -> float:
    """Net benefit of treating these [n], each counted as often as its weight."""
    whole = float(weights.sum())
    share = float(weights @ treated) / whole
    if not share:
        return 0.0
    if risk.day is None:
        happened = float(weights @ (treated & risk.happened)) / whole
    else:
        time, event = risk.happened["time"][treated], risk.happened["event"][treated]
        happened = share * estimate_risk(time, event, weights[treated], risk.day)
    return happened - (share - happened) * threshold / (1 - threshold)


def measure_decisions(risks: Sequence[Risk], sample: Sample, on: str) -> list[Metric]:
    """Net benefit of the model and of treating everyone, at a few thresholds, with intervals.

    Args:
        risks: of the same rows as the sample; those of fewer, where nobody looked, are left out.
        sample: to draw from.
        on: what the figures are measured on.
    """
    metrics: list[Metric] = []
    for risk in risks:
        if len(risk.p) != len(sample.patient):
            continue
        everyone = np.ones(len(risk.p), bool)

        def statistic(weights: Floats, risk: Risk = risk, all_of_them=everyone) -> dict[str, float]:  # type: ignore[no-untyped-def] # noqa: ANN001
            found = {}
            for t in _THRESHOLDS:
                named = f"net benefit at {100 * t:.0f} %"
                found[named] = measure_benefit(risk, t, risk.p >= t, weights)
                found[f"{named}, everyone"] = measure_benefit(risk, t, all_of_them, weights)
            return found

        where = f"{on}, decisions by the risk of {risk.name}"
        for metric in sample.measure(where, statistic):
            name, _, of_all = metric.metric.partition(", everyone")
            del of_all
            if name == metric.metric:
                metrics.append(metric)
            else:
                update = {"metric": name, "of": "baseline", "model": EVERYONE_TREATED}
                metrics.append(metric.model_copy(update=update))
    return metrics


def draw_decisions(risks: Sequence[Risk]) -> list[Section]:
    """The curves, to look at."""
    sections = []
    for risk in risks:
        weights = np.ones(len(risk.p))
        everyone = np.ones(len(risk.p), bool)
        curves = {
            THIS_MODEL: [measure_benefit(risk, t, risk.p >= t, weights) for t in _GRID],
            EVERYONE_TREATED: [measure_benefit(risk, t, everyone, weights) for t in _GRID],
        }
        least = -max(0.02, float(np.max(curves[THIS_MODEL])) / 4)
        shown = {name: (_GRID, np.maximum(benefit, least)) for name, benefit in curves.items()} | {
            NOBODY_TREATED: (_GRID, np.zeros(len(_GRID)))
        }
        text = (
            f"Net benefit of acting on the risk of {risk.name} from a threshold on, test split, "
            "n = "
            f"{len(risk.p)}: true positives less false ones, weighed by the odds of the threshold "
            "(Vickers & Elkin 2006). Above both other lines it pays to act on the model."
        )
        figure = plot_curves(shown, x="threshold", y="net benefit")
        sections.append(Section(f"Decisions by the risk of {risk.name}", text, figure))
    return sections
