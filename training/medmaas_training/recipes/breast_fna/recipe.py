"""Malignant or benign, from the cell nuclei of a fine-needle aspirate of a breast mass.

In: the Wisconsin diagnostic data that scikit-learn carries, or --data: a CSV with the same columns,
or any table of 2 to 20 classes that --target names. Out: models/<id>/<version>/, and a report.
Three estimators that skl2onnx converts compete by cross-validation inside the train split; the one
with the smallest log loss ships, its probabilities calibrated by Platt's sigmoid.
"""

from functools import partial
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from medmaas.model.manifest import ClassesOutput, Input, Number, Of, Range, TabularInput
from medmaas_training.assessment.assess import CERTAINTY, REASONS, assess
from medmaas_training.assessment.splits import Splits
from medmaas_training.catalogue.versions import choose_version
from medmaas_training.classes.candidates import choose_candidate, make_candidates
from medmaas_training.classes.evaluation import (
    compare_candidates,
    compare_on_folds,
    compare_on_test,
)
from medmaas_training.classes.metrics import Floats
from medmaas_training.classes.study import ClassStudy
from medmaas_training.export import INPUT, Identity, convert_sklearn, refuse_other_data, write_model
from medmaas_training.options import Options
from medmaas_training.progress import begin, plan
from medmaas_training.recipes.breast_fna.card import EXAMPLES, GOLDEN, TITLE, make_card
from medmaas_training.recipes.breast_fna.own import make_own_study
from medmaas_training.recipes.breast_fna.sections import draw_sections
from medmaas_training.recipes.breast_fna.splits import split_cases
from medmaas_training.report.page import conclude
from medmaas_training.tabular.aliases import alias_labels
from medmaas_training.tabular.data_yaml import record_reading
from medmaas_training.tabular.datasets import ClassTable, read_breast_fna, split_rows
from medmaas_training.tabular.own_table import print_warnings

_SECONDS = {
    "Comparing candidates": 12,
    "Resampling the test split": 12,
    CERTAINTY: 1,
    REASONS: 71,
}  # of the shipped model, for their shares


def run(options: Options) -> None:
    """Read, split, choose, fit, evaluate, assess, export, report."""
    study = make_study(options)
    table, split = study.table, study.split
    model_id = options.id or "breast_fna"
    version = choose_version(options.out, model_id, options.version)
    identity = Identity(model_id, version, study.title, study.licence, options.seed)
    refuse_other_data(options.out, identity, table.sha256)
    if table.own:
        print_warnings(table.own)
    X, y = table.X[split.train], table.y[split.train]
    X_test, y_test = table.X[split.test], table.y[split.test]
    together = None if table.together is None else table.together[split.train]

    plan(_SECONDS)
    begin("Comparing candidates", tracks=1)
    candidates = make_candidates(study.categories, y, options.seed)
    choice = choose_candidate(candidates, X, y, together=together, seed=options.seed)
    model, ours = choice.model, f"{choice.name} (this model)"
    begin("Resampling the test split")
    single = [study.single]
    baseline = study.baseline.fit(X[:, single], y)

    partly = {
        f"{ours}, {left}": model.predict_proba(take(X_test)) for left, take in study.partly.items()
    }
    own: dict[str, Of] = {ours: "model", **dict.fromkeys(partly, "variant")}
    probabilities = {ours: model.predict_proba(X_test)} | partly
    probabilities[study.baseline_name] = baseline.predict_proba(X_test[:, single])
    metrics = compare_candidates(study, choice, ours)
    metrics += compare_on_folds(study, model, ours, own)
    metrics += compare_on_test(study, probabilities, ours, own)

    aliases = alias_labels(table.labels)
    output = ClassesOutput(tensor="probabilities", labels=table.labels, aliases=aliases)
    found = assess(
        convert_sklearn(model, X.shape[1]),
        study.spec,
        output,
        study.golden,
        split_cases(study),
        seed=options.seed,
        trained=model.predict_proba,
    )
    card = found.complete(study.make_card(metrics, ours))
    written = write_model(
        options.out,
        identity,
        found.graph,
        spec=study.spec,
        output=output,
        trained=model.predict_proba,
        test_rows=X_test,
        golden=study.golden,
        card=card,
        examples=study.examples,
        uncertainty=found.uncertainty,
        explanation=found.explanation,
        more=record_reading(table.own) if table.own else None,
    )
    sections = draw_sections(y_test, probabilities[ours], table.labels, metrics)
    conclude(options.reports, written, version, sections, found.sections)


def make_splits(options: Options, _spec: Input) -> Splits:
    """The splits of a finished model, by the options that it was trained with."""
    return split_cases(make_study(options))


def make_study(options: Options) -> ClassStudy:
    """The Wisconsin diagnostic data, or a table of one's own if its outcome is named."""
    if options.data and options.target:
        return make_own_study(
            options.data, options.target, positive=options.positive, rule=options.rule
        )
    return make_wisconsin_study(options.data, options.seed)


def make_wisconsin_study(data: Path | None, seed: int) -> ClassStudy:
    """The Wisconsin diagnostic data, or a CSV with its columns."""
    table = read_breast_fna(data)
    split = split_rows(table.y, seed)
    is_mean = np.char.startswith(table.features, "mean_")
    return ClassStudy(
        title=TITLE,
        licence="Apache-2.0",
        table=table,
        split=split,
        single=0,
        baseline=LogisticRegression(),
        spec=describe_input(table, table.X[split.train]),
        golden=GOLDEN,
        make_card=partial(make_card, table, split),
        examples=EXAMPLES,
        partly={"given the ten means alone": lambda X: np.where(is_mean, X, np.nan)},
    )


def describe_input(table: ClassTable, X: Floats) -> TabularInput:
    """Thirty measures; the ten means are required, the others imputed; ranges of X, [n, 30].

    None can be negative; more than ten times what the data hold is taken for a wrong unit.
    """
    return TabularInput(
        tensor=INPUT,
        features=tuple(
            Number(
                name=name,
                description=describe_feature(name),
                unit="1",
                hard_range=Range(low=0, high=float(f"{10 * high:.2g}")),
                training_range=Range(low=float(low), high=float(high)),
                missing=None
                if name.startswith("mean_")
                else f"imputed with the training median, {median:.4g}",
            )
            for name, low, high, median in zip(
                table.features,
                np.nanmin(X, axis=0),
                np.nanmax(X, axis=0),
                np.nanmedian(X, axis=0),
                strict=True,
            )
        ),
    )


def describe_feature(name: str) -> str:
    """What `mean_radius`, `radius_error` or `worst_radius` means."""
    if name.endswith("_error"):
        return f"Standard error of the {name.removesuffix('_error').replace('_', ' ')} of nuclei."
    kind, _, measure_name = name.partition("_")
    what = "Mean" if kind == "mean" else "Mean of the three largest values of the"
    return f"{what} {measure_name.replace('_', ' ')} of the nuclei, in the image's own units."
