"""Survival from age, sex, creatinine, free light chains and MGUS, learned from FLCHAIN.

In: the 7,874 people that scikit-survival carries, or --data. Out: models/survival/1.0.0/.
The network is compared with least squares, a plain network and Cox on the same five folds and on
the same held-out people.
"""

import numpy as np
import torch
from rich.progress import track

from medmaas.model.manifest import Boolean, Choice, Number, Range, SurvivalOutput, TabularInput
from training.cards.survival import GOLDEN, TITLE, make_card, state_findings
from training.datasets import SEXES, read_flchain, split_rows
from training.export import INPUT, Identity, convert_torch, refuse_other_data, write_model
from training.options import Options
from training.report import print_metrics
from training.survival_baselines import Cox, LeastSquares, PlainNetwork
from training.survival_evaluation import (
    COX,
    COX_AGE,
    COX_LOG,
    HORIZONS,
    LINEAR,
    NETWORK,
    PLAIN,
    Makers,
    compare_on_folds,
    compare_on_test,
    describe_by_group,
    describe_by_risk,
)
from training.survival_metrics import Floats
from training.survival_network import TIME_DAYS, SurvivalNetwork

CONTENDERS: Makers = {
    NETWORK: SurvivalNetwork,
    COX_LOG: lambda X, outcome, _: Cox(log_laboratory=True).fit(X, outcome),
    COX: lambda X, outcome, _: Cox().fit(X, outcome),
    COX_AGE: lambda X, outcome, _: Cox(columns=[0]).fit(X, outcome),
    PLAIN: lambda X, outcome, seed: PlainNetwork(seed).fit(X, outcome),
    LINEAR: lambda X, outcome, seed: LeastSquares(seed).fit(X, outcome),
}


def run(options: Options) -> None:
    """Read, split, compare, fit, evaluate, export."""
    torch.set_num_threads(1)  # sums in one order, so that a seed gives the same weights
    torch.use_deterministic_algorithms(mode=True)
    table = read_flchain(options.data)
    identity = Identity("survival", "1.0.0", TITLE, "Apache-2.0", options.seed)
    refuse_other_data(options.out, identity, table.sha256)
    split = split_rows(table.event, options.seed)
    X, outcome = table.X[split.train], table.outcome[split.train]
    X_test, outcome_test = table.X[split.test], table.outcome[split.test]

    metrics = compare_on_folds(table, CONTENDERS, options.seed)
    network = SurvivalNetwork(X, outcome, options.seed)
    models = {NETWORK: network} | {
        name: make(X, outcome, options.seed)
        for name, make in track(CONTENDERS.items(), "Fitting the baselines", transient=True)
        if name != NETWORK
    }
    metrics += compare_on_test(table, split, models)
    metrics += describe_by_group(table, split, network)
    metrics += describe_by_risk(table, split, network)
    findings = state_findings(metrics, models, X_test, outcome_test)

    output = SurvivalOutput(
        tensor="survival",
        time_days=tuple(int(day) for day in TIME_DAYS),
        horizon_days=tuple(int(day) for day in HORIZONS.values()),
    )
    written = write_model(
        options.out,
        identity,
        convert_torch(network.module, torch.from_numpy(X[:2]).float(), output.tensor),
        spec=describe_input(X),
        output=output,
        trained=network.curves,
        test_rows=X_test,
        golden=GOLDEN,
        card=make_card(table, split, metrics, findings),
    )
    print_metrics(metrics, f"survival, written to {written}")


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
                unit="a",
                hard_range=Range(low=0, high=120),
                training_range=seen[0],
            ),
            Choice(name="sex", description="Sex.", loinc=("46098-0",), choices=SEXES),
            Number(
                name="creatinine",
                description="Creatinine in serum.",
                loinc=("2160-0", "38483-4"),
                unit="mg/dL",
                hard_range=Range(low=0.1, high=20),
                training_range=seen[2],
                missing=creatinine,
            ),
            describe_light_chain("kappa", ("36916-5", "80515-0"), seen[3]),
            describe_light_chain("lambda", ("33944-0", "80516-8"), seen[4]),
            Boolean(name="mgus", description="Known monoclonal gammopathy."),
        ),
    )


def describe_light_chain(name: str, loinc: tuple[str, ...], seen: Range) -> Number:
    """A free light chain, in the unit of the data rather than the mg/L of most laboratories."""
    return Number(
        name=name,
        description=f"Free {name} light chain in serum, mg/dL (often reported in mg/L).",
        loinc=loinc,
        unit="mg/dL",
        hard_range=Range(low=0.01, high=100),
        training_range=seen,
    )
