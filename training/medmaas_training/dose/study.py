"""What the dose network is held against: arms of the trial, the frontier, patients of other models.

Arms compared at equal dose intensity or equal use of G-CSF are matched in it on the trial's own
patients; what is then compared, their toxicity, is not looked at.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from medmaas.model.manifest import Cohort, Metric
from medmaas_training.dose.course import FULL, Course, Policy
from medmaas_training.dose.evaluation import judge
from medmaas_training.dose.map_fit import MapFit
from medmaas_training.dose.myelosuppression import KLOFT, QUARTINO, WAHLBY, Floats, Neutrophils
from medmaas_training.dose.network import DoseNetwork
from medmaas_training.dose.patients import Cohort as Patients
from medmaas_training.dose.patients import sample_cohort
from medmaas_training.dose.policies import (
    Estimate,
    add_gcsf,
    ask_network,
    follow_label,
    follow_table,
    give,
    know,
    limit_risk,
    step_down,
)
from medmaas_training.dose.schedules import SCHEDULES, Schedule
from medmaas_training.dose.trial import (
    BELOW_SEVERE,
    GCSF_USE,
    INTENSITY,
    Trial,
    run_arm,
    summarise,
    sweep,
    tune,
)
from medmaas_training.figures import Own
from medmaas_training.progress import track

PATIENTS, OTHERS, BY_SCHEDULE = 1000, 500, 300
TRIAL = f"virtual trial, {PATIENTS} unseen simulated patients, 6 cycles"

FIXED, LABEL = "fixed dose, 100 %", "label rule"
STEP, TABLE = "one level down after a count below 0.5", "protocol table"
NETWORK, MAP, ORACLE = "network (this model)", "MAP-guided fit", "oracle"
AT_STEP = ", without G-CSF, at the dose intensity of one level down"
SHIPPED = ", G-CSF allowed, limit as shipped"
EQUAL_USE = ", G-CSF at the network's use"
WITHOUT_GCSF = ", without G-CSF, limit as shipped"
# arms differ in how the network's risks are used, not in the network
OWN: Own = {NETWORK + how: "model" for how in ("", AT_STEP, SHIPPED, WITHOUT_GCSF)}
RULES: Mapping[str, Policy] = {
    FIXED: give(FULL),
    LABEL: follow_label,
    STEP: step_down,
    TABLE: follow_table,
}
# who gives as much of the dose, or as much G-CSF, as the network
CONTENDERS: Mapping[str, tuple[str, ...]] = {
    NETWORK + AT_STEP: (STEP, MAP + AT_STEP),
    NETWORK + SHIPPED: (MAP + SHIPPED, *(rule + EQUAL_USE for rule in RULES)),
}
# the arms of a schedule, or of other patients
RIVALS: Mapping[str, tuple[str, ...]] = {
    NETWORK + AT_STEP: (STEP,),
    NETWORK + SHIPPED: (STEP + EQUAL_USE,),
}
_LIMITS = {
    NETWORK: (0.02, 0.1, 0.18, 0.22, 0.24, 0.25, 0.26, 0.28, 0.3, 0.35, 0.4, 0.45, 0.5),
    MAP: (0.1, 0.2, 0.24, 0.26, 0.3, 0.4),
    ORACLE: (0.02, 0.1, 0.2, 0.25, 0.35, 0.5),
}


@dataclass(frozen=True)
class Study:
    """The trial, and per estimate its arms without G-CSF along the frontier.

    Attributes:
        trial: every arm.
        frontier: per estimate, limits and the dose intensity and share below 0.5 at each.
        limits: of the arms whose limit was tuned.
        course: the network's courses as shipped, to draw one of.
    """

    trial: Trial
    frontier: Mapping[str, list[tuple[float, float, float]]]
    limits: Mapping[str, float]
    course: Course


def run_study(network: DoseNetwork, limit: float, seed: int) -> Study:
    """Every arm on the same patients, without and with G-CSF.

    Args:
        network: trained on docetaxel.
        limit: that ships.
        seed: of patients and errors.
    """
    cohort = sample_cohort(KLOFT, PATIENTS, np.random.default_rng([seed, 0]))
    asked = ask_network(network)
    arms = {name: run_arm(cohort, rule, seed) for name, rule in RULES.items()}
    frontier, limits = {}, {}
    for name, estimate in ((NETWORK, asked), (MAP, MapFit(KLOFT)), (ORACLE, know)):
        make = partial(_limit_without_gcsf, estimate)
        rows = sweep(cohort, make, _LIMITS[name], seed)
        frontier[name] = [
            (at, _figure(arm, INTENSITY), _figure(arm, BELOW_SEVERE))
            for at, arm in zip(_LIMITS[name], rows, strict=True)
        ]
    aim = _figure(arms[STEP], INTENSITY)
    limits[NETWORK + AT_STEP] = tune(
        cohort,
        partial(_limit_without_gcsf, asked),
        seed,
        figure=INTENSITY,
        target=aim,
        bounds=(0.0, 0.6),
    )
    slow = partial(_limit_without_gcsf, MapFit(KLOFT))
    limits[MAP + AT_STEP] = _interpolate_limit(cohort, slow, seed, frontier[MAP], aim)
    for name, estimate in ((NETWORK, asked), (MAP, MapFit(KLOFT))):
        at = limits[name + AT_STEP]
        arms[name + AT_STEP] = run_arm(cohort, _limit_without_gcsf(estimate, at), seed)
        shipped = limit_risk(estimate, limit, gcsf=True, guided=True)
        arms[name + SHIPPED] = run_arm(cohort, shipped, seed)
    use = _figure(arms[NETWORK + SHIPPED], GCSF_USE)
    for name, rule in RULES.items():
        helped = partial(add_gcsf, rule)
        below = tune(cohort, helped, seed, figure=GCSF_USE, target=use, bounds=(0.0, 8.0))
        limits[name + EQUAL_USE] = below
        arms[name + EQUAL_USE] = run_arm(cohort, helped(below), seed)
    course = Course(cohort, np.random.default_rng(seed))
    course.run(limit_risk(asked, limit, gcsf=True, guided=True))
    return Study(Trial("test", TRIAL, arms, seed), frontier, limits, course)


def try_schedules(network: DoseNetwork, limit: float, seed: int) -> list[Trial]:
    """The network and the rule under each schedule of counts alone, on the same patients.

    Args:
        network: trained on docetaxel.
        limit: that ships.
        seed: of patients and errors.
    """
    cohort = sample_cohort(KLOFT, BY_SCHEDULE, np.random.default_rng([seed, 1]))
    asked = ask_network(network)
    return [
        Trial("test", name_schedule(one), _match_rule(cohort, asked, limit, seed, (one,)), seed)
        for one in track(SCHEDULES)
    ]


def name_schedule(schedule: Schedule) -> str:
    """Whom the arms of a schedule are tried on, in words."""
    return f"virtual trial, {BY_SCHEDULE} patients, counts on {schedule.name}"


def _match_rule(
    cohort: Patients,
    estimate: Estimate,
    limit: float,
    seed: int,
    schedules: Sequence[Schedule] = SCHEDULES,
) -> dict[str, Floats]:
    """One level down, without and with as much G-CSF as the network; the network at its intensity.

    Args:
        cohort: whom to treat.
        estimate: the network's.
        limit: that ships.
        seed: of the errors.
        schedules: of the counts.
    """
    run = partial(run_arm, cohort, seed=seed, schedules=schedules)
    find = partial(tune, cohort, seed=seed, schedules=schedules)
    step = run(step_down)
    make = partial(_limit_without_gcsf, estimate)
    aim = _figure(step, INTENSITY)
    equal = find(make, figure=INTENSITY, target=aim, bounds=(0.0, 0.6))
    shipped = run(limit_risk(estimate, limit, gcsf=True, guided=True))
    helped = partial(add_gcsf, step_down)
    use = _figure(shipped, GCSF_USE)
    below = find(helped, figure=GCSF_USE, target=use, bounds=(0.0, 8.0))
    return {
        STEP: step,
        NETWORK + AT_STEP: run(make(equal)),
        NETWORK + SHIPPED: shipped,
        STEP + EQUAL_USE: run(helped(below)),
    }


def _interpolate_limit(
    cohort: Patients,
    make: Callable[[float], Policy],
    seed: int,
    points: list[tuple[float, float, float]],
    aim: float,
) -> float:
    """The limit for a dose intensity, between points of a frontier and two more, for slow arms."""
    limits = [at for at, _, _ in points]
    reached = [intensity for _, intensity, _ in points]
    for _ in range(2):
        limits.append(float(np.interp(aim, sorted(reached), sorted(limits))))
        reached.append(_figure(run_arm(cohort, make(limits[-1]), seed), INTENSITY))
    return float(np.interp(aim, sorted(reached), sorted(limits)))


def _limit_without_gcsf(estimate: Estimate, limit: float) -> Policy:
    return limit_risk(estimate, limit, gcsf=False)


def _figure(arm: Floats, figure: str) -> float:
    return float(summarise(arm.mean(0))[figure])


def interpolate_frontier(points: list[tuple[float, float, float]], intensity: float) -> float:
    """Share of cycles below 0.5 at a dose intensity, between the points of a frontier."""
    ordered = np.array(sorted((intense, below) for _, intense, below in points))
    return float(np.interp(intensity, ordered[:, 0], ordered[:, 1]))


def compare_models(
    networks: Mapping[str, DoseNetwork], limit: float, seed: int
) -> tuple[list[Metric], list[Trial]]:
    """Networks and the fit per patient on the patients of every model, their own and others'.

    The fit keeps to the docetaxel model on docetaxel's patients, Quartino's too; on paclitaxel's it
    would be another drug's, and is left out.

    Args:
        networks: by what they learned from.
        limit: of the arms without G-CSF.
        seed: of the patients.
    """
    metrics, trials = [], []
    for i, model in enumerate((KLOFT, WAHLBY, QUARTINO)):
        estimates: dict[str, Estimate] = {
            name: ask_network(network) for name, network in networks.items()
        }
        if model is not WAHLBY:
            estimates[f"{MAP}, {KLOFT.name}"] = MapFit(KLOFT)
        cohort: Cohort = "test" if model is KLOFT else "external"
        metrics += judge(estimates, model, OTHERS, seed + i, own=OWN, cohort=cohort)
        if model is not KLOFT:
            trials.append(_try_out(model, estimates, limit, seed + i))
    return metrics, trials


def _try_out(
    model: Neutrophils, estimates: Mapping[str, Estimate], limit: float, seed: int
) -> Trial:
    cohort = sample_cohort(model, OTHERS, np.random.default_rng(seed))
    arms = {FIXED: run_arm(cohort, RULES[FIXED], seed)}
    arms |= _match_rule(cohort, estimates[NETWORK], limit, seed)
    make: Callable[[Estimate], Policy] = partial(limit_risk, limit=limit, gcsf=False)
    arms |= {
        name + WITHOUT_GCSF: run_arm(cohort, make(estimate), seed)
        for name, estimate in estimates.items()
    }
    return Trial("external", f"virtual trial, {OTHERS} patients of {model.name}", arms, seed)
