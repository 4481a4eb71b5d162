"""Survival from age, sex, creatinine, free light chains and MGUS, learned from FLCHAIN.

In: the 7,874 people that scikit-survival carries, or --data: a CSV with the same columns, or any
table whose follow-up --time and --event name. Out: models/<id>/<version>/, and a report.
The network is compared with least squares, a plain network and Cox on the same five folds and on
the same held-out people.
"""

from functools import partial
from pathlib import Path

import numpy as np
import torch

from medmaas.model.manifest import (
    Boolean,
    Choice,
    Input,
    Number,
    Range,
    SurvivalOutput,
    TabularInput,
)
from medmaas_training.assessment.assess import CERTAINTY, REASONS, assess
from medmaas_training.assessment.splits import Splits
from medmaas_training.catalogue.versions import choose_version
from medmaas_training.export import INPUT, Identity, convert_torch, refuse_other_data, write_model
from medmaas_training.options import Options
from medmaas_training.progress import begin, plan, track
from medmaas_training.recipes.survival import records
from medmaas_training.recipes.survival.card import EXAMPLES, GOLDEN, TITLE, make_card
from medmaas_training.recipes.survival.own import make_own_study
from medmaas_training.recipes.survival.sections import draw_sections
from medmaas_training.recipes.survival.splits import split_people
from medmaas_training.report.page import conclude
from medmaas_training.survival.baselines import LeastSquares, PlainNetwork
from medmaas_training.survival.cox import Cox
from medmaas_training.survival.design import FLCHAIN
from medmaas_training.survival.evaluation import (
    COX,
    COX_AGE,
    LINEAR,
    NETWORK,
    PLAIN,
    Groups,
    Makers,
    compare_on_folds,
    compare_on_test,
    describe_by_group,
    describe_by_risk,
)
from medmaas_training.survival.metrics import Floats
from medmaas_training.survival.network import SurvivalNetwork
from medmaas_training.survival.study import Study
from medmaas_training.tabular.data_yaml import record_reading
from medmaas_training.tabular.datasets import SEXES, SurvivalTable, read_flchain, split_rows
from medmaas_training.tabular.own_table import print_warnings

CONTENDERS: Makers = {
    NETWORK: SurvivalNetwork,
    FLCHAIN.reference: lambda X, outcome, _: Cox(logged=True).fit(X, outcome),
    COX: lambda X, outcome, _: Cox().fit(X, outcome),
    COX_AGE: lambda X, outcome, _: Cox(columns=[0]).fit(X, outcome),
    PLAIN: lambda X, outcome, seed: PlainNetwork(seed).fit(X, outcome),
    LINEAR: lambda X, outcome, seed: LeastSquares(seed).fit(X, outcome),
}
AGE_BANDS = {
    "age under 60": (0, 60),
    "age 60 to 69": (60, 70),
    "age 70 to 79": (70, 80),
    "age 80 and over": (80, 200),
}
_SECONDS = {
    "Comparing on five folds": 60,
    "Fitting": 12,
    "Resampling the test split": 60,
    "Resampling its groups": 60,
    CERTAINTY: 60,
    REASONS: 60,
}  # roughly, for their shares


def run(options: Options) -> None:
    """Read, split, compare, fit, evaluate, assess, export, report."""
    torch.set_num_threads(1)  # sums in one order, so that a seed gives the same weights
    torch.use_deterministic_algorithms(mode=True)
    study = make_study(options)
    table, split, design = study.table, study.split, study.design
    name, service = options.id or "survival", None if table.own else records.SURVIVAL_SERVICE
    version = choose_version(options.out, name, options.version)
    identity = Identity(name, version, study.title, study.licence, options.seed, service)
    refuse_other_data(options.out, identity, table.sha256)
    if table.own:
        print_warnings(table.own)
    X, outcome = table.X[split.train], table.outcome[split.train]

    plan(_SECONDS)
    begin("Comparing on five folds", tracks=1)
    metrics = compare_on_folds(table, study.makers, options.seed)
    begin("Fitting", tracks=1)
    network = SurvivalNetwork(X, outcome, options.seed, design)
    models = {NETWORK: network} | {
        name: make(X, outcome, options.seed)
        for name, make in track(study.makers.items())
        if name != NETWORK
    }
    begin("Resampling the test split", tracks=1)
    metrics += compare_on_test(table, split, models, design)
    begin("Resampling its groups", tracks=len(study.groups))
    metrics += describe_by_group(table, split, network, study.groups, design=design, by=study.by)
    by_risk = describe_by_risk(table, split, network, design)

    output = SurvivalOutput(
        tensor="survival",
        time_days=tuple(int(day) for day in design.time_days),
        horizon_days=tuple(int(day) for day in design.horizons.values()),
    )
    found = assess(
        convert_torch(network.module, torch.from_numpy(X[:2]).float(), output.tensor),
        study.spec,
        output,
        study.golden,
        split_people(study),
        seed=options.seed,
        trained=network.curves,
    )
    card = found.complete(study.make_card(metrics, models), by_risk)
    written = write_model(
        options.out,
        identity,
        found.graph,
        spec=study.spec,
        output=output,
        trained=network.curves,
        test_rows=table.X[split.test],
        golden=study.golden,
        card=card,
        examples=study.examples,
        uncertainty=found.uncertainty,
        explanation=found.explanation,
        more=record_reading(table.own) if table.own else None,
    )
    sections = draw_sections(table, split, network, metrics, design)
    conclude(options.reports, written, version, sections, found.sections)


def make_splits(options: Options, _spec: Input) -> Splits:
    """The splits of a finished model, by the options that it was trained with."""
    return split_people(make_study(options))


def make_study(options: Options) -> Study:
    """FLCHAIN, or a table of one's own if its follow-up is named."""
    if options.data and options.time and options.event:
        return make_own_study(
            options.data, options.time, options.event, unit=options.unit, rule=options.rule
        )
    return make_flchain_study(options.data, options.seed)


def make_flchain_study(data: Path | None, seed: int) -> Study:
    """FLCHAIN, or a CSV with its columns."""
    table = read_flchain(data)
    split = split_rows(table.event, seed)
    return Study(
        title=TITLE,
        licence="Apache-2.0",
        table=table,
        split=split,
        design=FLCHAIN,
        makers=CONTENDERS,
        spec=describe_input(table.X[split.train]),
        golden=GOLDEN,
        groups=group_by_sex_and_age(table),
        by="sex and age",
        make_card=partial(make_card, table, split),
        examples=EXAMPLES,
    )


def group_by_sex_and_age(table: SurvivalTable) -> Groups:
    """Who of the whole table is of either sex, and in each band of age."""
    age, sex = table.X[:, 0], table.X[:, 1]
    sexes = {f"sex {name}": sex == code for code, name in enumerate(SEXES)}
    return sexes | {band: (low <= age) & (age < high) for band, (low, high) in AGE_BANDS.items()}


def describe_input(X: Floats) -> TabularInput:
    """The features, with the ranges and the median of the train split, [n, 6]."""
    seen = [
        Range(low=float(low), high=float(high))
        for low, high in zip(np.nanmin(X, axis=0), np.nanmax(X, axis=0), strict=True)
    ]
    creatinine = f"imputed with the training median, {np.nanmedian(X[:, 2]):g} mg/dL"
    return TabularInput(
        tensor=INPUT,
        features=(
            Number(
                name="age",
                description="Age.",
                source=records.AGE,
                unit="a",
                hard_range=Range(low=0, high=120),
                training_range=seen[0],
            ),
            Choice(
                name="sex",
                description="Sex.",
                loinc=("46098-0",),
                source=records.SEX,
                choices=SEXES,
            ),
            Number(
                name="creatinine",
                description="Creatinine in serum.",
                loinc=records.CREATININE_LOINC,
                source=records.CREATININE,
                unit="mg/dL",
                hard_range=Range(low=0.1, high=20),
                training_range=seen[2],
                missing=creatinine,
                actionable=True,
            ),
            describe_light_chain("kappa", ("36916-5", "80515-0"), seen[3]),
            describe_light_chain("lambda", ("33944-0", "80516-8"), seen[4]),
            Boolean(name="mgus", description="Known monoclonal gammopathy.", source=records.MGUS),
        ),
    )


def describe_light_chain(name: str, loinc: tuple[str, ...], seen: Range) -> Number:
    """A free light chain, in the unit of the data rather than the mg/L of most laboratories."""
    return Number(
        name=name,
        description=f"Free {name} light chain in serum, mg/dL (often reported in mg/L).",
        loinc=loinc,
        source=records.LIGHT_CHAIN,
        unit="mg/dL",
        hard_range=Range(low=0.01, high=100),
        training_range=seen,
        actionable=True,
    )
