"""What the dose model's card says, with the figures of its training."""

from collections.abc import Mapping, Sequence

from medmaas.model.manifest import Card, Data, Metric, Split
from medmaas_training.dose.decisions import Decisions
from medmaas_training.dose.evaluation import CALIBRATION_TEST, LARGEST_GAP, name_judged
from medmaas_training.dose.myelosuppression import KLOFT, QUARTINO, WAHLBY, Neutrophils
from medmaas_training.dose.patients import Cohort
from medmaas_training.dose.schedules import SCHEDULES, Schedule
from medmaas_training.dose.simulator_check import Check
from medmaas_training.dose.study import (
    AT_STEP,
    EQUAL_USE,
    LABEL,
    MAP,
    NETWORK,
    RULES,
    SHIPPED,
    STEP,
    TABLE,
    TRIAL,
    Study,
    interpolate_frontier,
    name_schedule,
)
from medmaas_training.dose.trial import (
    BELOW_LONG,
    BELOW_LOW,
    BELOW_SEVERE,
    DELAYS,
    GCSF_USE,
    INTENSITY,
)
from medmaas_training.figures import quote
from medmaas_training.recipes.card_parts import DEVELOPER, STAGE, answer_attributes, open_findings
from medmaas_training.recipes.chemo_dose.ordinary import UNANSWERED

TITLE = "Docetaxel dose from serial blood counts, learned from simulated patients"
NOTICE = (
    "Learned from simulated patients, never tried on real ones: for research, not for treatment."
)
ANC_REFERENCE = "the label of docetaxel (Taxotere): not to be given at neutrophils below 1.5 10*9/L"
PLATELETS_REFERENCE = "a choice of this model: its label names no count of platelets"
LONG_REFERENCE = (
    "ASCO 2015 and EORTC 2011: G-CSF from the first cycle on where febrile neutropenia, for which "
    "this stands, is expected in more than 20 %"
)
CHOICE = "a choice of this model: no guideline names a limit of it"
GRADING = "CTCAE v5.0; ANC below 0.5 and 1.0 and platelets below 50 10*9/L are its grades 4, 3, 3"

USE = (
    "Compare, for a patient on docetaxel 100 mg/m2 every three weeks, what each of five actions "
    "would do to the next nadir, and name the highest dose intensity that is acceptable."
)
OUT_OF_SCOPE = (
    "treatment of any real patient",
    "other drugs, combinations, doses above the protocol's, or schedules than every 21 days",
    "decisions other than at a planned start of a cycle or after a week's delay: a dose in the "
    "last row of a history is not seen",
    "toxicity other than to neutrophils and platelets, and any benefit of treatment",
)
METHOD = (
    "Its patients: Kloft's model of docetaxel with its covariates and variances, Bruno's "
    "pharmacokinetics with a clearance that varies by 34 %, an assumed lasting loss of 3 % of "
    "the baseline per full dose (log-SD 0.6, doubled in the 40 % pretreated), platelets by the "
    "same chain with an assumed 0.15 of the slope; residual error of counts as published for "
    "neutrophils, 20 % assumed for platelets.",
    "G-CSF: pegfilgrastim a day after the dose, as a rise of endogenous G-CSF by 2.5 for ten "
    "days in Quartino's exponents, calibrated to Vogel 2005 (febrile neutropenia 17 % to 1 %), "
    "with the length of severe neutropenia standing for fever.",
    "Counts as practice takes them, each patient by one of seven schedules: on day 1 alone; days 1 "
    "and 8; 1, 8 and 15, whole or with gaps; twice weekly, whole or with gaps; five through the "
    "nadir. 10 % of visits are missed, with gaps 35 % and a quarter are up to three days late; 5 % "
    "of counts are missing, of one patient in ten all platelets, of another all leukocytes, of "
    "another both; never the neutrophils within two days before a dose. A quarter have no count "
    "before that of the first dose; three cycles in ten last one to three days longer.",
    "Febrile neutropenia is not simulated: more than 7 days below 0.5 stand for it, which follow "
    "16 % of unprotected first cycles and 1 % with G-CSF, as fever did 17 and 1 % (Vogel 2005).",
    "Network: gated recurrent units, 64, over the rows; per action a logistic distribution of "
    "the log nadir of neutrophils and platelets; likelihood of true nadirs under all actions "
    "plus cross-entropy of the outcomes; Adam.",
    "Recommended: the first action in order of preference within three limits: the chance of more "
    "than 7 days below 0.5 (guidelines), the avoidable risk of ANC below 0.5, what another option "
    "would prevent per quarter of the dose given up, and the chance of ANC below 0.5 itself. Where "
    "no option is within all of them the last is given up first, and the answer calls the option "
    "the least bad.",
    "The fit per patient (MAP) knows the very model that made the patients and all that was "
    "given, but neither covariates, nor drug levels, nor the lasting loss.",
)
LIMITS = (
    "All patients are simulated: where the simulator is wrong, so are the model and the figures"
    " above, and no figure here is evidence of a benefit to anyone.",
    "The models are of 1996 to 2014, in other hands and on other patients than today's.",
    "Not in the simulator: fever, infection, weight, liver function, other drugs, changes of "
    "clearance between cycles, death, and patients who stop for other reasons.",
    "The lasting loss, the platelets' slope and G-CSF's effect are assumptions.",
    "Before the first dose two counts tell little of a patient's sensitivity.",
    "Who would fall below 0.5 whatever is done may be offered a dose above the limit as the least "
    "bad option: weigh the risks of the options.",
    "Counts on day 1 alone tell little of a patient's nadirs: risks are then near everyone's.",
    "The limits look at neutrophils alone: the comparisons say what becomes of platelets.",
)
REFERENCES = (
    "Friberg LE et al. 2002, J Clin Oncol 20:4713; Kloft C et al. 2006, Clin Cancer Res "
    "12:5481; Wåhlby U et al. 2004 (paclitaxel)",
    "Bruno R et al. 1996, J Pharmacokinet Biopharm 24:153",
    "Quartino AL et al. 2014, Pharm Res 31:3390, doi 10.1007/s11095-014-1429-9",
    "Smith TJ et al. 2015, J Clin Oncol 33:3199 (ASCO); Aapro MS et al. 2011, Eur J Cancer 47:8 "
    "(EORTC): primary G-CSF above 20 % of febrile neutropenia",
    "Vogel CL et al. 2005, J Clin Oncol 23:1178; Kuderer NM et al. 2007, J Clin Oncol 25:3158",
    "Henrich A et al. 2017, J Pharmacol Exp Ther 362:347, doi 10.1124/jpet.117.240309",
    "Maier C et al. 2021, CPT Pharmacometrics Syst Pharmacol 10:241 (the protocol followed)",
    "Sheiner LB, Beal SL 1982, J Pharm Sci 71:1344",
)


def make_card(
    data: Decisions,
    cohort: Cohort,
    metrics: Sequence[Metric],
    findings: Sequence[str],
    checks: Sequence[Check],
    *,
    split: Split,
) -> Card:
    """The card, with the figures of this very run.

    Args:
        data: what was learned from.
        cohort: patients drawn as those were, to describe them by.
        metrics: of this run.
        findings: sentences made of them.
        checks: of the simulator.
        split: courses that fitted and that tested.
    """
    simulator = "Simulator: " + "; ".join(_describe(check) for check in checks) + "."
    card = Card(
        developer=DEVELOPER,
        stage=f"{STAGE}; learned from simulated patients",
        intended_use=USE,
        intended_users="Researchers in dose individualisation who can check inputs and card.",
        population="Simulated adults starting docetaxel 100 mg/m2 every 21 days, up to six cycles.",
        decision_role="Informs research; it neither starts, changes nor withholds any treatment.",
        out_of_scope=OUT_OF_SCOPE,
        method=(simulator, *METHOD),
        data=_describe_data(data, cohort, split),
        findings=tuple(findings),
        metrics=tuple(metrics),
        limits=LIMITS,
        references=REFERENCES,
        source_attributes={},
    )
    return answer_attributes(
        card, "risks and expected nadir of five actions, and which is recommended"
    )


def _describe_data(data: Decisions, cohort: Cohort, split: Split) -> Data:
    outcomes = data.outcomes()
    return Data(
        source=(
            "simulated by this recipe from published models: Kloft 2006 (docetaxel); for tests "
            "across models Wåhlby 2004 (paclitaxel) and Quartino 2014. No real patient."
        ),
        licence="Apache-2.0, as the code that makes them",
        sha256=data.sha256,
        n=len(data.charts),
        events=int(outcomes[:, 0, 0].sum()),
        simulated=True,
        inclusion=(
            "adults starting docetaxel 100 mg/m2, decisions drawn at random; an event is a "
            "decision at which the full dose would bring ANC below 0.5"
        ),
        cleaning=("none: missing counts stay missing",),
        demographics={
            "Sex": f"{100 * cohort.female.mean():.0f} % women",
            "Performance": f"{100 * cohort.ambulant.mean():.0f} % ECOG 1 or worse",
            "Pretreated": f"{100 * cohort.pretreated.mean():.0f} %",
            "Decisions": f"{len(outcomes)}, each with the true nadir under five actions",
            "Age, ethnicity": "not in the simulator",
        },
        split=split,
    )


def _describe(check: Check) -> str:
    expected = "" if check.expected is None else f" (reference {check.expected:g})"
    return f"{check.what}: {check.found:.3g}{expected}"


def state_findings(metrics: Sequence[Metric], study: Study, limit: float) -> list[str]:
    """What trial, calibration and the other models' patients show, in sentences of their figures.

    Args:
        metrics: of this run.
        study: the trial.
        limit: that ships.
    """

    def tell(arm: str, *figures: str) -> str:
        return ", ".join(f"{figure} {quote(metrics, TRIAL, arm, figure)}" for figure in figures)

    gaps = [m for m in metrics if m.evaluated_on == CALIBRATION_TEST and m.metric == LARGEST_GAP]
    worst = max(gaps, key=lambda m: m.value)
    fewer = f"relatively fewer cycles with ANC below 0.5 than {STEP}"
    return [
        *open_findings(metrics, "Everything here is of simulated patients."),
        f"Without G-CSF: {tell(STEP, BELOW_SEVERE, BELOW_LONG, INTENSITY)}; the network at that "
        f"intensity: {tell(NETWORK + AT_STEP, BELOW_SEVERE, BELOW_LONG, INTENSITY)}, relatively "
        f"fewer below 0.5 by {quote(metrics, TRIAL, NETWORK + AT_STEP, fewer)}; the fit per "
        f"patient: {tell(MAP + AT_STEP, BELOW_SEVERE, BELOW_LONG, INTENSITY)}.",
        *(_place_on_frontier(name, study) for name in (LABEL, STEP, TABLE)),
        f"With G-CSF and the limit of {limit:g}: the network "
        f"{tell(NETWORK + SHIPPED, BELOW_SEVERE)}, "
        f"{tell(NETWORK + SHIPPED, BELOW_LONG, BELOW_LOW, INTENSITY, GCSF_USE, DELAYS)}; the fit "
        f"per patient {tell(MAP + SHIPPED, BELOW_SEVERE, BELOW_LONG, INTENSITY, GCSF_USE)}. At the "
        "network's use of G-CSF: "
        + "; ".join(
            f"{name} {tell(name + EQUAL_USE, BELOW_SEVERE, BELOW_LONG, INTENSITY)}"
            for name in RULES
        )
        + ".",
        _compare_with_map(study),
        f"Risks: predicted and observed shares differ most, by {worst.value:.3f}, for "
        f"{worst.group} (ten equal groups of {worst.n} patients' decisions).",
        _tell_ordinary(metrics),
        *(_tell_schedule(metrics, one) for one in SCHEDULES),
        *(_tell_other_model(metrics, model) for model in (KLOFT, WAHLBY, QUARTINO)),
    ]


def _tell_ordinary(metrics: Sequence[Metric]) -> str:
    told = [f"{m.group} {m.value:.3f}" for m in metrics if m.metric == UNANSWERED]
    return f"Invented ordinary histories that are neither answered nor held: {', '.join(told)}."


def _tell_schedule(metrics: Sequence[Metric], schedule: Schedule) -> str:
    on = name_schedule(schedule)

    def tell(arm: str) -> str:
        figures = (BELOW_SEVERE, BELOW_LONG, INTENSITY, GCSF_USE)
        return ", ".join(f"{figure} {quote(metrics, on, arm, figure)}" for figure in figures)

    return (
        f"Counts on {schedule.name}: {STEP} {tell(STEP)}; the network at that intensity "
        f"{tell(NETWORK + AT_STEP)}; as shipped {tell(NETWORK + SHIPPED)}; {STEP}, with as much "
        f"G-CSF, {tell(STEP + EQUAL_USE)}."
    )


def _place_on_frontier(rule: str, study: Study) -> str:
    intensity, below = (study.trial.measure(rule, f) for f in (INTENSITY, BELOW_SEVERE))
    reached = interpolate_frontier(study.frontier[NETWORK], intensity)
    verdict = "dominates" if reached > below else "does not dominate"
    return (
        f"The {rule} {verdict} the network: at its dose intensity of {intensity:.3f} it has "
        f"{below:.3f} of cycles below 0.5, the network's frontier {reached:.3f}."
    )


def _compare_with_map(study: Study) -> str:
    gaps: Mapping[float, float] = {
        intensity: interpolate_frontier(study.frontier[NETWORK], intensity)
        - interpolate_frontier(study.frontier[MAP], intensity)
        for intensity in (0.65, 0.7, 0.75, 0.8, 0.85)
    }
    better = ", ".join(f"{at:g} ({gap:+.3f})" for at, gap in gaps.items() if gap > 0)
    worse = ", ".join(f"{at:g} ({gap:+.3f})" for at, gap in gaps.items() if gap <= 0)
    return (
        "Share of cycles below 0.5, network less MAP-guided fit, by dose intensity without G-CSF: "
        f"the fit is better at {better or 'none'}, the network at {worse or 'none'}."
    )


def _tell_other_model(metrics: Sequence[Metric], model: Neutrophils) -> str:
    here = [m for m in metrics if m.evaluated_on == name_judged(model) and not m.against]
    parts = [
        f"{m.model}: {'AUC' if m.metric == 'AUC' else 'predicted less observed'} {m.value:.3f}"
        for m in here
    ]
    return f"Patients of {model.name}, ANC below 0.5 after 100, 75 and 50 %: {'; '.join(parts)}."
