"""Several findings: a column of yes and no for each."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from medmaas.model.inputs.reading import InputColumn
from medmaas.model.kinds import expect
from medmaas.model.manifest import LabelsOutput, Output
from medmaas_training.assessment.evaluated import Tensors, round_output
from medmaas_training.assessment.outputs.labels import MEAN_AUC
from medmaas_training.classes.metrics import auc_by_class
from medmaas_training.validation.labels_in_cells import find_flags
from medmaas_training.validation.outputs import (
    FEWEST_OF_SIDE,
    Beside,
    Came,
    Flags,
    Floats,
    OutcomeReader,
    Risk,
    Rival,
    Rows,
    Scores,
    match_targets,
)
from medmaas_training.validation.request import Request
from medmaas_training.validation.simple_models import prepare
from medmaas_training.validation.table import Cells

BRIER = "Brier score, mean of labels"
_MOST_CURVES = 4  # of decisions; of more labels there is no room


class LabelsReader(OutcomeReader):
    """An empty cell says that nobody looked."""

    def __init__(self, output: LabelsOutput) -> None:
        super().__init__(output)
        self._names = output.named_labels

    def name_columns(self, request: Request) -> list[InputColumn]:
        """One per label."""
        columns = match_targets(request, self._names, "the labels")
        return [InputColumn(column, "text") for column in columns]

    def read(self, cells: Sequence[Cells], beside: Beside) -> Came:
        """1 and 0, NaN where nobody looked, [n, labels]."""
        columns = match_targets(beside.request, self._names, "the labels")
        spelled = beside.request.spelled
        y = np.column_stack([find_flags([row[c] for row in cells], spelled) for c in columns])
        wrong = np.isinf(y)
        told = [
            f"{count} of {len(y)} rows say neither yes nor no in {column}: it counts as unknown; "
            "say what such a value means with --spelled VALUE=yes"
            for column, count in zip(columns, wrong.sum(0).tolist(), strict=True)
            if count
        ]
        y[wrong] = np.nan
        known: Flags = np.asarray(~np.isnan(y).all(axis=1))
        if lost := int((~known).sum()):
            told.append(f"{lost} of {len(y)} rows say of no label whether it was so")
        return Came(y[known], known, tuple(told))

    def stratify(self, outcome: Any) -> Rows:  # noqa: ANN401
        """By the rarest label that a row has."""
        counts = np.nansum(outcome, axis=0)
        order = np.argsort(counts)
        found = np.zeros(len(outcome), np.intp)
        for position, label in reversed(list(enumerate(order, start=1))):
            found[outcome[:, label] == 1] = position
        return found

    def find_gaps(self, outcome: Any) -> list[str]:  # noqa: ANN401
        """If no label has enough of both sides."""
        present, absent = (outcome == 1).sum(0), (outcome == 0).sum(0)
        if (np.minimum(present, absent) >= FEWEST_OF_SIDE).any():
            return []
        return [f"no label has {FEWEST_OF_SIDE} cases of each side"]

    def take(self, outputs: Tensors) -> Floats:
        """Probabilities [n, labels]."""
        return round_output(outputs[self.output.tensor])

    def score(self, answers: Any, outcome: Any, learned: Any) -> Scores:  # noqa: ANN401, ARG002
        """Means over labels."""
        known = ~np.isnan(outcome)
        areas = [
            auc_by_class((outcome[at, i] != 1).astype(np.int64), answers[at, i : i + 1])[0]
            for i, at in enumerate(known.T)
        ]
        found = [area for area in areas if not np.isnan(area)]
        squared = np.where(known, (answers - np.nan_to_num(outcome)) ** 2, 0)
        each = squared.sum(0) / np.maximum(known.sum(0), 1)
        return {
            MEAN_AUC: float(np.mean(found)) if found else np.nan,
            BRIER: float(each[known.any(0)].mean()),
        }

    def make_rivals(
        self,
        learned: Any,  # noqa: ANN401
        X: Floats | None,
        categories: Mapping[int, int],
    ) -> list[Rival]:
        """How frequent each label is; a logistic regression each."""
        known = ~np.isnan(learned)
        shares = np.nansum(learned, axis=0) / np.maximum(known.sum(0), 1)
        rivals = [Rival("how frequent each label is", lambda _, n: np.tile(shares, (n, 1)))]
        if X is None:
            return rivals
        fitted = [_fit(X, learned[:, i], categories) for i in range(learned.shape[1])]

        def predict(rows: Floats | None, n: int) -> Floats:
            p = np.tile(shares, (n, 1))
            for i, one in enumerate(fitted):
                if one is not None:
                    p[:, i] = one.predict_proba(rows)[:, 1]
            return p

        return [*rivals, Rival("logistic regressions", predict)]

    def find_risks(self, answers: Any, outcome: Any) -> list[Risk]:  # noqa: ANN401
        """Of each of a few labels."""
        if len(self._names) > _MOST_CURVES:
            return []
        return [
            Risk(name, answers[known, i], outcome[known, i] == 1)
            for i, name in enumerate(self._names)
            for known in [~np.isnan(outcome[:, i])]
            if len(np.unique(outcome[known, i])) > 1
        ]

    def find_classes(self, outcome: Any) -> Mapping[str, NDArray[np.int64]]:  # noqa: ANN401
        """Each label that somebody looked for in everyone."""
        return {
            name: outcome[:, i].astype(np.int64)
            for i, name in enumerate(self._names)
            if not np.isnan(outcome[:, i]).any()
        }


def _fit(X: Floats, y: Floats, categories: Mapping[int, int]) -> Any:  # noqa: ANN401
    """A logistic regression; None of one side alone."""
    known = ~np.isnan(y)
    if len(np.unique(y[known])) < 2 or np.isnan(X[known]).all(axis=0).any():
        return None
    return prepare(categories, LogisticRegression(max_iter=1000)).fit(X[known], y[known])


def make(output: Output) -> LabelsReader:
    """What reads."""
    return LabelsReader(expect(output, LabelsOutput))
