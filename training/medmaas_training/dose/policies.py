"""Who decides: the rules of practice, a per-patient fit, the network, and one who knows.

A policy is called with a course and the rows of the patients who are due, and returns the position
in ACTIONS of what to do with each.
"""

from collections.abc import Callable, Sequence

import numpy as np
from scipy.special import ndtr

from medmaas_training.dose.course import (
    ACTIONS,
    DAYS_BELOW,
    DELAY,
    DOSE,
    GCSF,
    Course,
    Policy,
    Rows,
)
from medmaas_training.dose.decisions import ANC_SEVERE, LONG
from medmaas_training.dose.myelosuppression import Floats
from medmaas_training.dose.network import DoseNetwork, answer, find_avoidable

# risk of neutrophils below 0.5, and of that for a week, [n, actions, 2]
Estimate = Callable[[Course, Rows], Floats]

# No dose below: neutrophils by the label of docetaxel, platelets by no source that was found.
SHIELD_ANC, SHIELD_PLATELETS = 1.5, 75.0
# Febrile neutropenia, for which a week below 0.5 stands: above it G-CSF from the first cycle on
# (Smith 2015, J Clin Oncol 33:3199, of ASCO; Aapro 2011, Eur J Cancer 47:8, of EORTC).
LONG_LIMIT = 0.2
SEVERE_LIMIT = 0.6  # a choice, for no source names one; see LIMIT of the recipe


def recommend(
    risk: Floats,
    anc: Floats,
    platelets: Floats,
    *,
    limit: float,
    offered: Sequence[int],
    guided: bool = True,
) -> Rows:
    """The first action in order that the shield allows with acceptable risks, [n].

    Acceptable is a chance of a week below 0.5 of at most 20 % (where it is higher, guidelines ask
    for G-CSF), an avoidable risk within the limit (`find_avoidable`), and a chance of falling below
    0.5 of at most 60 %. Where no allowed action is all of that, the last is given up first; if
    none has the first, the allowed one with the least chance of it. Nobody is treated with
    neutrophils below 1.5 or platelets below 75: only a delay is allowed then. As `medmaas` does,
    for many patients.

    Args:
        risk: of neutrophils below 0.5, and for a week, [n, actions, 2].
        anc: last count, [n].
        platelets: last count, [n]; NaN if never measured.
        limit: highest acceptable avoidable risk.
        offered: positions in ACTIONS, in order of preference.
        guided: whether anything but the limit on what is avoidable holds.
    """
    order = np.array(offered)
    held = (anc < SHIELD_ANC) | (platelets < SHIELD_PLATELETS)
    allowed = (order == DELAY) | ~held[:, None]
    severe, long = risk[:, order, 0], risk[:, order, 1]
    found = np.stack(find_avoidable(list(risk[..., 0].T), np.maximum, offered), axis=1)[:, order]
    least = np.where(allowed, long if guided else found, np.inf)
    chosen = least.argmin(1)
    keeps = (
        [long <= LONG_LIMIT, found <= limit, severe <= SEVERE_LIMIT] if guided else [found <= limit]
    )
    acceptable = allowed
    for kept in keeps:
        acceptable = acceptable & kept
        chosen = np.where(acceptable.any(1), acceptable.argmax(1), chosen)
    return np.asarray(order[chosen])


def last_counts(course: Course, rows: Rows) -> Floats:
    """Last measured neutrophils and platelets, NaN if never, [n, 2]."""
    chart = course.chart[rows, :, 1:3]
    place = np.where(np.isnan(chart), -1, np.arange(chart.shape[1])[:, None]).max(1)
    last: Floats = np.take_along_axis(chart, np.maximum(place, 0)[:, None], 1)[:, 0]
    return last


def limit_risk(estimate: Estimate, limit: float, *, gcsf: bool, guided: bool = False) -> Policy:
    """Treat as highly as an estimate of risk allows.

    Args:
        estimate: of the risk.
        limit: highest acceptable avoidable risk.
        gcsf: whether G-CSF may be given.
        guided: whether the limits of guidelines hold as well, see `recommend`.
    """
    offered = [i for i, action in enumerate(ACTIONS) if gcsf or not action.gcsf]

    def decide(course: Course, rows: Rows) -> Rows:
        anc, platelets = last_counts(course, rows).T
        return recommend(
            estimate(course, rows), anc, platelets, limit=limit, offered=offered, guided=guided
        )

    return decide


def ask_network(network: DoseNetwork) -> Estimate:
    """The network's risk, from the chart alone."""

    def estimate(course: Course, rows: Rows) -> Floats:
        used = int(course.written[rows].max())
        risks, _ = answer(network, course.read(rows)[:, :used])
        return risks[:, :, [0, 3]]

    return estimate


def know(course: Course, rows: Rows) -> Floats:
    """An oracle: the true nadir, as a risk that is 0.5 at 0.5 so that a limit can be swept."""
    foreseen = course.foresee(rows)
    severe = ndtr((np.log(ANC_SEVERE) - np.log(foreseen[:, :, 0])) / 0.3)
    return np.stack([severe, foreseen[:, :, DAYS_BELOW] > LONG], axis=-1)


def give(action: int) -> Policy:
    """The same to everyone at every time, with neither shield nor delay."""
    return lambda _, rows: np.full(len(rows), action)


def follow_label(course: Course, rows: Rows) -> Rows:
    """Docetaxel's label: from 1.5 on; 100, 75, 60 mg/m2 after more than a week below 0.5.

    The length is the true one, as if counted daily; fever is not simulated.
    """
    level = (course.severe_days[rows] > 7).sum(1)
    action = find_actions(np.array([1.0, 0.75, 0.6])[np.minimum(level, 2)])
    return np.where(last_counts(course, rows)[:, 0] < SHIELD_ANC, DELAY, action)


def step_down(course: Course, rows: Rows) -> Rows:
    """One level down, 100, 75, 50 %, after any cycle with a count below 0.5; from 1.5 on."""
    level = (course.lowest[rows] < ANC_SEVERE).sum(1)
    action = find_actions(np.array([1.0, 0.75, 0.5])[np.minimum(level, 2)])
    return np.where(last_counts(course, rows)[:, 0] < SHIELD_ANC, DELAY, action)


def follow_table(course: Course, rows: Rows) -> Rows:
    """The protocol table: full from 1.5 and 100, 75 % from 1.0, else wait a week, then 75 %.

    More than a week below 0.5 stands for febrile neutropenia: 75 % after the first, then 50 %.
    """
    anc, platelets = last_counts(course, rows).T
    level = (course.severe_days[rows] > 7).sum(1)
    dose = np.array([1.0, 0.75, 0.5])[np.minimum(level, 2)]
    dose = np.where((anc < SHIELD_ANC) | (course.waited[rows] > 0), np.minimum(dose, 0.75), dose)
    return np.where((anc < 1.0) | (platelets < 100), DELAY, find_actions(dose))


def find_actions(dose: Floats, *, gcsf: bool = False) -> Rows:
    """Positions of doses, with or without G-CSF."""
    same = (dose[:, None] == DOSE) & (gcsf == GCSF) & (np.arange(len(DOSE)) != DELAY)
    return np.asarray(same.argmax(1))


def add_gcsf(policy: Policy, below: float) -> Policy:
    """A policy, with G-CSF once a count of the last cycle, or the first, was below a value."""

    def decide(course: Course, rows: Rows) -> Rows:
        action = policy(course, rows)
        last = course.lowest[rows, np.maximum(course.cycles[rows] - 1, 0)]
        helped = np.where(course.cycles[rows] > 0, last, last_counts(course, rows)[:, 0]) < below
        return np.where(helped & (action != DELAY), find_actions(DOSE[action], gcsf=True), action)

    return decide
