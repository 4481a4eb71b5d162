"""One of several classes: a column with labels."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score

from medmaas.model.inputs.reading import InputColumn
from medmaas.model.kinds import expect
from medmaas.model.manifest import ClassesOutput, Measure, Output
from medmaas_training.assessment.evaluated import Tensors, round_output
from medmaas_training.classes.metrics import (
    ACCURACY,
    AUC,
    AVERAGE_PRECISION,
    BRIER,
    CONFIDENCE,
    MACRO_AUC,
    RATIO,
    auc_by_class,
)
from medmaas_training.errors import TrainingError
from medmaas_training.validation.labels_in_cells import OTHER, UNKNOWN, find_labels
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
    require_targets,
)
from medmaas_training.validation.request import Request
from medmaas_training.validation.simple_models import prepare
from medmaas_training.validation.table import Cells

_TWO = 2


class ClassesReader(OutcomeReader):
    """Of two labels the second is the one that figures are of."""

    measures: ClassVar[Mapping[str, Measure]] = dict.fromkeys(
        (RATIO, CONFIDENCE), "observed_expected"
    )

    def __init__(self, output: ClassesOutput) -> None:
        super().__init__(output)
        self._labels = output.labels
        self._aliases = output.aliases

    def name_columns(self, request: Request) -> list[InputColumn]:
        """One."""
        (column, _), *_ = require_targets(request, 1, "the class")
        unknown = {one for one in (request.spelled or {}).values() if one not in self._labels}
        if unknown:
            raise TrainingError(
                f"--spelled: after = must stand a label of the model: {', '.join(self._labels)}"
            )
        return [InputColumn(column, "text")]

    def read(self, cells: Sequence[Cells], beside: Beside) -> Came:
        """Positions of labels, [n]."""
        (column, _), *_ = beside.request.targets
        given = [row[column] for row in cells]
        y = find_labels(given, self._labels, self._aliases, beside.request.spelled)
        told = []
        if other := int((y == OTHER).sum()):
            told.append(
                f"{other} of {len(y)} rows hold in {column} none of the labels "
                f"{', '.join(self._labels)}, and are not measured on: say what such a value means "
                "with --spelled VALUE=LABEL"
            )
        if empty := int((y == UNKNOWN).sum()):
            told.append(f"{empty} of {len(y)} rows have no {column}, and are not measured on")
        return Came(y[y >= 0], y >= 0, tuple(told))

    def stratify(self, outcome: Any) -> Rows:  # noqa: ANN401
        """The classes."""
        return np.asarray(outcome, np.intp)

    def find_gaps(self, outcome: Any) -> list[str]:  # noqa: ANN401
        """Labels that hardly anybody has."""
        counts = np.bincount(outcome, minlength=len(self._labels))
        return [
            f"{'nobody is' if not count else f'{count} alone are'} {label}"
            for label, count in zip(self._labels, counts, strict=True)
            if count < FEWEST_OF_SIDE
        ]

    def find_missing(self, outcome: Any) -> list[str]:  # noqa: ANN401
        """How labels are told apart, of one alone."""
        if len(np.unique(outcome)) > 1:
            return []
        label = self._labels[int(outcome[0])]
        return [
            f"all are {label}: how well it tells {label} from anything else was not measured, and "
            "there is no simpler model to compare it with"
        ]

    def take(self, outputs: Tensors) -> Floats:
        """Probabilities [n, labels]."""
        return round_output(outputs[self.output.tensor])

    def score(self, answers: Any, outcome: Any, learned: Any) -> Scores:  # noqa: ANN401, ARG002
        """As the recipes of classes score."""
        p, y = answers, outcome
        if len(self._labels) > _TWO:
            areas = auc_by_class(y, p)
            areas = areas[~np.isnan(areas)]
            right = float((p.argmax(1) == y).mean())
            return {
                ACCURACY: right,
                MACRO_AUC: float(areas.mean()) if len(areas) else np.nan,
                BRIER: float(((p - np.eye(p.shape[1])[y]) ** 2).sum(1).mean()),
                CONFIDENCE: right / float(p.max(1).mean()),
            }
        positive, both = p[:, 1], 0 < y.sum() < len(y)
        scores = {AUC: np.nan, AVERAGE_PRECISION: np.nan}
        if both:
            scores[AUC] = float(auc_by_class(1 - y, positive[:, None])[0])
            scores[AVERAGE_PRECISION] = float(average_precision_score(y, positive))
        mean = float(positive.mean())
        return scores | {
            BRIER: float(((y - positive) ** 2).mean()),
            RATIO: float(y.mean()) / mean if mean else np.nan,
        }

    def find_events(self, outcome: Any) -> Flags | None:  # noqa: ANN401
        """Of two classes the second."""
        return outcome == 1 if len(self._labels) == _TWO else None

    def make_rivals(
        self,
        learned: Any,  # noqa: ANN401
        X: Floats | None,
        categories: Mapping[int, int],
    ) -> list[Rival]:
        """How frequent each class is; logistic regression."""
        size, present = len(self._labels), np.unique(learned)
        if len(present) < _TWO:
            return []  # whoever always says so would be right
        shares = np.bincount(learned, minlength=size) / len(learned)
        rivals = [Rival("how frequent each class is", lambda _, n: np.tile(shares, (n, 1)))]
        if X is None:
            return rivals
        fitted = prepare(categories, LogisticRegression(max_iter=1000)).fit(X, learned)

        def predict(rows: Floats | None, n: int) -> Floats:
            p = np.zeros((n, size))
            p[:, present] = fitted.predict_proba(rows)
            return p

        return [*rivals, Rival("logistic regression", predict)]

    def find_risks(self, answers: Any, outcome: Any) -> list[Risk]:  # noqa: ANN401
        """Of two classes the second."""
        if len(self._labels) > _TWO or len(np.unique(outcome)) < _TWO:
            return []
        return [Risk(self._labels[1], answers[:, 1], outcome == 1)]

    def find_classes(self, outcome: Any) -> Mapping[str, NDArray[np.int64]]:  # noqa: ANN401
        """The outcome."""
        return {"the class": outcome}


def make(output: Output) -> ClassesReader:
    """What reads."""
    return ClassesReader(expect(output, ClassesOutput))
