"""A model of a table, of whatever library: its rows, its graph, and what it answers itself."""

import numpy as np
import onnx

from medmaas.model.manifest import Choice, Feature, Input
from medmaas_training.catalogue.conversion.asked import Array, Asked
from medmaas_training.catalogue.conversion.columns import read_rows
from medmaas_training.catalogue.conversion.glue import Glue
from medmaas_training.catalogue.conversion.predictor import LIBRARIES, open_predictor
from medmaas_training.catalogue.refusals import RefusedError
from medmaas_training.errors import TrainingError
from medmaas_training.rows import Fed, PartRows


class TableModel:
    """A model that takes one row of features, and gives probabilities, numbers or a curve.

    Attributes:
        rows: [n, features] as the graph takes them.
    """

    rows: Fed

    def __init__(
        self, library: str, model: object, rows: object, spec: Input, asked: Asked
    ) -> None:
        called = LIBRARIES[library]
        if not spec.row_features:
            raise TrainingError(f"{called} takes an input of kind tabular, not {spec.kind}")
        if len(spec.tensors) > 1:
            raise TrainingError(f"{called} takes one table: export parts from a torch.nn.Module")
        self._features = spec.row_features
        self._asked = asked
        self._predictor = open_predictor(library, model, self._asked)
        (self._tensor,) = spec.tensors
        self._table, self._rows = read_rows(
            rows,
            self._features,
            self._predictor.names,
            takes_frames=self._predictor.takes_frames,
        )
        self.rows = self._rows
        if self._predictor.classes is not None and len(self._asked.labels) > 1:
            _require_order("output.labels", self._asked.labels, self._predictor.classes)
        self._require_answers()

    def convert(self) -> onnx.ModelProto:
        """The graph.

        Raises:
            TrainingError: there is none; with the cause.
        """
        glue = Glue(self._tensor, len(self._features))
        answer, has = self._predictor.build(glue, self._table, self._tensor, self._rows)
        return glue.finish(*self._asked.fit_graph(glue, answer, has), self._asked.tensor)

    def answer(self, rows: Fed) -> Array:
        """What the model itself gives for rows [n, features]."""
        if isinstance(rows, PartRows):
            raise TypeError("a table has one tensor")
        return self._asked.fit(self._predictor.answer(self._table.restore(rows)))

    def _require_answers(self) -> None:
        """Refuse a choice, or a missing value, that is stated and that the model does not take."""
        holes = np.isnan(self._rows)
        self._person = self._rows[np.argmin(holes.any(axis=1))]  # the first without a hole
        try:
            self.answer(self._person[None])
        except TrainingError:
            raise
        except Exception as error:  # of any library
            raise TrainingError(
                f"the model does not answer its own rows ({type(error).__name__}): it may take "
                "other columns than those of input.features"
            ) from error
        refused = []
        for place, feature in enumerate(self._features):
            choices = feature.choices if isinstance(feature, Choice) else ()
            if not all(self._takes(place, code) for code in range(len(choices))):
                refused.append(
                    f"{feature.name} has a choice that the model was not fitted with: leave it "
                    "out of choices, or fit an encoder with handle_unknown='ignore'"
                )
            if not feature.required and not self._takes(place, np.nan):
                refused.append(_explain_missing(feature, in_pipeline=self._predictor.imputes))
            elif holes[:, place].any() and not self._takes(place, np.nan):
                refused.append(
                    f"rows lack values of {feature.name}, and the model takes no missing value of "
                    "it: leave these rows out"
                )
        if refused:
            raise RefusedError(refused)

    def _takes(self, place: int, value: float) -> bool:
        """Whether the model answers a person with this value."""
        row = self._person[None].copy()
        row[0, place] = value
        try:
            self.answer(row)
        except Exception:  # noqa: BLE001 - of any library
            return False
        return True


def _explain_missing(feature: Feature, *, in_pipeline: bool) -> str:
    way = "put an imputer in front, as one Pipeline, or " if in_pipeline else ""
    return (
        f"{feature.name} states what happens if it is missing, but the model takes no missing "
        f"value of it: {way}leave `missing` out"
    )


def _require_order(field: str, stated: tuple[str, ...], fitted: object) -> None:
    """Refuse words that are the fitted model's, but in another order."""
    order = [str(word) for word in fitted]  # type: ignore[attr-defined]
    if set(order) == set(stated) and order != list(stated):
        raise TrainingError(f"{field} must be in the order of the model: {', '.join(order)}")
