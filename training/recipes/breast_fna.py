"""Malignant or benign, from the cell nuclei of a fine-needle aspirate of a breast mass.

In: the Wisconsin diagnostic data that scikit-learn carries, or --data.
Out: models/breast_fna/1.0.0/.
Three estimators that skl2onnx converts compete by cross-validation inside the train split; the one
with the smallest log loss ships, its probabilities calibrated by Platt's sigmoid.
"""

import numpy as np
from rich.progress import track
from sklearn.calibration import CalibratedClassifierCV
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from medmaas.model.manifest import ClassesOutput, Number, Range, TabularInput
from training.cards.breast_fna import GOLDEN, TITLE, make_card
from training.classification import TEST, Floats, Labels, measure
from training.datasets import ClassTable, read_breast_fna, split_rows
from training.export import INPUT, Identity, convert_sklearn, refuse_other_data, write_model
from training.figures import Estimate, People, fold_mean
from training.options import Options
from training.report import print_metrics

FOLDS = "5 folds of the train split"
BASELINE = "logistic regression on mean_radius alone"


def make_candidates(seed: int) -> dict[str, Pipeline]:
    """Median for missing, mean 0 and deviation 1, an estimator, a sigmoid on its score."""
    estimators = {
        "logistic regression": LogisticRegression(C=0.3),
        "support vector machine": SVC(C=3.0, gamma="scale"),
        "multilayer perceptron": MLPClassifier((32,), alpha=1.0, max_iter=1000, random_state=seed),
    }
    return {
        name: make_pipeline(
            SimpleImputer(strategy="median"),
            StandardScaler(),
            CalibratedClassifierCV(estimator, method="sigmoid", cv=5, ensemble=False),
        )
        for name, estimator in estimators.items()
    }


def run(options: Options) -> None:
    """Read, split, choose, fit, evaluate, export."""
    table = read_breast_fna(options.data)
    identity = Identity("breast_fna", "1.0.0", TITLE, "Apache-2.0", options.seed)
    refuse_other_data(options.out, identity, table.sha256)
    split = split_rows(table.y, options.seed)
    X, y = table.X[split.train], table.y[split.train]
    X_test, y_test = table.X[split.test], table.y[split.test]

    candidates = make_candidates(options.seed)
    losses = {
        name: cross_validate(candidate, X, y, options.seed)
        for name, candidate in track(candidates.items(), "Comparing", transient=True)
    }
    chosen = min(losses, key=lambda name: losses[name].value)
    model = candidates[chosen].fit(X, y)
    baseline = LogisticRegression().fit(X[:, :1], y)

    names = {name: f"{name} (this model)" if name == chosen else name for name in candidates}
    means_only = np.where(np.char.startswith(table.features, "mean_"), X_test, np.nan)
    probabilities = {names[chosen]: model.predict_proba(X_test)[:, 1]} | {
        f"{names[chosen]}, given the ten means alone": model.predict_proba(means_only)[:, 1],
        BASELINE: baseline.predict_proba(X_test[:, :1])[:, 1],
    }
    folds = People(FOLDS, np.arange(len(y)), y == 1)
    metrics = [folds.make_metric("log loss", names[name], loss) for name, loss in losses.items()]
    metrics += measure(y_test, probabilities, evaluated_on=TEST, seed=options.seed)

    written = write_model(
        options.out,
        identity,
        convert_sklearn(model, X.shape[1]),
        spec=describe_input(table, X),
        output=ClassesOutput(tensor="probabilities", labels=table.labels),
        trained=model.predict_proba,
        test_rows=X_test,
        golden=GOLDEN,
        card=make_card(table, split, metrics, chosen=names[chosen], baseline=BASELINE),
    )
    print_metrics(metrics, f"breast_fna, written to {written}")


def cross_validate(candidate: Pipeline, X: Floats, y: Labels, seed: int) -> Estimate:
    """Log loss over five stratified folds."""
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    return fold_mean(list(-cross_val_score(candidate, X, y, cv=folds, scoring="neg_log_loss")))


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
