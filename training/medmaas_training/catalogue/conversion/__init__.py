"""A fitted model of any library: the graph of it, and what it answers itself.

<library>.py is the room of a library, found by where the model's class comes from: sklearn.py,
sksurv.py, lifelines.py, statsmodels.py, xgboost.py, lightgbm.py, catboost.py, torch.py.

- table_model.py is a model of a table, of whatever library; predictor.py what a room opens it as,
  columns.py its columns by name and in words, asked.py what the draft asks of its answer.
- boosted.py is what libraries of boosted trees have in common.
- glue.py puts graphs together; trees.py has trees as one operator, additive.py sums of one term
  per feature, curves.py survival curves of them; survival_graph.py gives such a graph alone.
- sklearn_steps.py writes steps of scikit-learn that skl2onnx leaves out; causes.py says why
  a converter gave up.
"""

from typing import Protocol

import onnx
from torch.nn import Module

from medmaas.model.manifest import Input, Output
from medmaas_training.catalogue.conversion.asked import Array, read_asked
from medmaas_training.catalogue.conversion.predictor import find_library
from medmaas_training.catalogue.conversion.table_model import TableModel
from medmaas_training.catalogue.conversion.torch import TorchModel
from medmaas_training.errors import TrainingError
from medmaas_training.rows import Fed


class Trained(Protocol):
    """A fitted model and rows [n, ...] of the type and shape that its graph takes."""

    rows: Fed

    def convert(self) -> onnx.ModelProto:
        """The graph.

        Raises:
            TrainingError: there is none; with the cause.
        """

    def answer(self, rows: Fed) -> Array | dict[str, Array]:
        """What the model itself gives for rows [n, ...], by name if that is several tensors."""


def open_trained(
    model: object, rows: object, spec: Input, output: Output, time_unit: str | None = None
) -> Trained:
    """The model with rows [n, ...] of the type and shape that its graph takes.

    Raises:
        TrainingError: it is of no library that is known, not fitted, or the rows are others than
            stated.
    """
    if isinstance(model, Module):
        return TorchModel(model, rows, spec, output)
    library = find_library(model)
    if library is None:
        raise TrainingError(
            "export takes a fitted model of scikit-learn, PyTorch, XGBoost, LightGBM, CatBoost, "
            "scikit-survival, lifelines or statsmodels: convert others to ONNX yourself, and use "
            "medmaas add"
        )
    return TableModel(library, model, rows, spec, read_asked(output, time_unit))
