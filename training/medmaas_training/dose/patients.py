"""Who is treated: virtual patients, whose parameters nobody can see.

Assumed, where no publication gives it (the card repeats it):
- 60 % women, 50 % ECOG 1 or worse, 40 % pretreated, AAG log-normal around 1.34 g/L (CV 35 %);
- exhaustion: each full dose lowers the baseline of both lineages for good by a share that is
  log-normal around 3 % (log-SD 0.6), twice that if pretreated (a plain form of the exhaustion that
  Henrich et al. 2017, J Pharmacol Exp Ther 362:347, found);
- platelets: chain of the neutrophils with MTT 113 h, gamma 0.187, baseline 206, the drug's slope
  times 0.15, deviations between patients of 0.25, 0.14 and 0.36 on the log scale, residual 0.2;
- white cells: the neutrophils of the same sample, its residual included, plus 2.0 other cells
  (CV 30 % between patients, 20 % within).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from medmaas_training.dose.myelosuppression import Chain, Floats, Neutrophils, make_edges

CYCLE_DAYS = 21
_EXPOSED = 97  # steps with a concentration worth counting: 48 h by 1 h, then 6 days by 3 h


@dataclass(frozen=True)
class Cohort:
    """n virtual patients: parameters nobody can see, and who they are."""

    model: Neutrophils
    neutrophils: Chain
    platelets: Chain
    clearance: Floats
    exhaustion: Floats
    other_cells: Floats
    female: NDArray[np.bool_]
    ambulant: NDArray[np.bool_]
    pretreated: NDArray[np.bool_]

    @cached_property
    def exposure(self) -> Floats:
        """Mean concentration per step at the protocol dose, [steps, n]."""
        return expose(self.model, self.clearance)


def expose(model: Neutrophils, clearance: Floats) -> Floats:
    """Mean concentration per step of a cycle at the protocol dose, [steps, n]."""
    return model.drug.expose(clearance, make_edges(24.0 * CYCLE_DAYS)[: _EXPOSED + 1])


def sample_cohort(model: Neutrophils, n: int, rng: np.random.Generator) -> Cohort:
    """Draw patients: the published model with Kloft's covariates, and what this file assumes."""

    def vary(deviation: float) -> Floats:
        return np.exp(rng.normal(0, deviation, n))

    female, ambulant, pretreated = (rng.random(n) < share for share in (0.6, 0.5, 0.4))
    aag = 1.34 * vary(cv_to_log(0.35))
    circ0 = np.where(female, 1 - 0.121, 1) * np.where(ambulant, 1 + 0.130, 1)
    circ0 *= np.where(pretreated, 1 - 0.147, 1)
    slope = np.maximum(1 - 0.351 * (aag - 1.34), 0.2)
    deviations = np.sqrt(model.variance)
    return Cohort(
        model,
        model.make_chain(
            circ0 * vary(deviations[0]), vary(deviations[1]), slope * vary(deviations[2])
        ),
        Chain(206 * vary(0.25), 113 * vary(0.14), 0.15 * model.slope * slope * vary(0.36), 0.187),
        vary(cv_to_log(model.drug.clearance_cv)),
        np.minimum(0.03 * np.where(pretreated, 2, 1) * vary(0.6), 0.3),
        2.0 * vary(cv_to_log(0.3)),
        female,
        ambulant,
        pretreated,
    )


def cv_to_log(cv: float) -> float:
    """Coefficient of variation to the standard deviation of the logarithm."""
    return float(np.sqrt(np.log1p(cv**2)))
