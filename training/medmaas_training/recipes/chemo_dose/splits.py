"""The courses that the network is fitted to and measured on, and those it should not answer."""

import numpy as np

from medmaas_training.assessment.splits import Cases, Foreseen, Splits
from medmaas_training.dose.decisions import Decisions, simulate_decisions
from medmaas_training.dose.myelosuppression import KLOFT
from medmaas_training.dose.out_of_distribution import make_histories
from medmaas_training.dose.schedules import SCHEDULES

_COURSES = 2_000  # of each split: as many as the recipe tests on
_TRAIN_SEED, _TEST_SEED, _CALIBRATION_SEED = 1, 2, 8  # the recipe takes 1 to 7


def split_courses(seed: int, courses: int = _COURSES) -> Splits:
    """Decisions of simulated courses: the first of those trained on, fresh ones, those tested on.

    Args:
        seed: of the model.
        courses: of each split.
    """
    train, calibration, test = (
        _foresee(simulate_decisions(KLOFT, courses, 10 * seed + of))
        for of in (_TRAIN_SEED, _CALIBRATION_SEED, _TEST_SEED)
    )
    histories = make_histories(test.rows, seed)
    remark = f"decisions of {courses:,} simulated courses drawn for this alone"
    return Splits(train, calibration, test, histories, remark)


def _foresee(decisions: Decisions) -> Cases:
    histories = decisions.histories()
    present = decisions.present()
    outcome = Foreseen(
        decisions.outcomes(), decisions.nadirs[present][..., 0], np.nonzero(present)[0]
    )
    doses = (histories[:, :, 4] > 0).sum(1)
    groups = {
        "before the first dose": doses == 0,
        "after one or two doses": (doses > 0) & (doses < 3),
        "after three doses or more": doses >= 3,
    }
    course = np.nonzero(present)[0]
    schedule = decisions.schedule[course]
    groups |= {f"counts on {one.name}": schedule == i for i, one in enumerate(SCHEDULES)}
    return Cases(histories, outcome, groups)
