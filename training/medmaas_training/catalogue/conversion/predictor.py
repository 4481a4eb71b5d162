"""What every library's room opens a model of a table as."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Protocol

import numpy as np

from medmaas_training.catalogue.conversion.asked import Array, Asked
from medmaas_training.catalogue.conversion.columns import Table
from medmaas_training.catalogue.conversion.glue import Glue

LIBRARIES = {  # by where their classes come from
    "xgboost": "XGBoost",
    "lightgbm": "LightGBM",
    "catboost": "CatBoost",
    "sksurv": "scikit-survival",
    "lifelines": "lifelines",
    "statsmodels": "statsmodels",
    "sklearn": "scikit-learn",
}


class Predictor(ABC):
    """A fitted model of a table.

    Attributes:
        names: of the columns that it was fitted with, in its order; None if it was an array.
        takes_frames: whether it takes a DataFrame although `names` is None.
        classes: of the columns of its probabilities, if it says so.
        takes_sparse: whether a zero that a sparse matrix leaves out is a zero to it.
        imputes: whether an imputer can stand in front of it, in a Pipeline.
    """

    names: Sequence[str] | None = None
    takes_frames: bool = False
    classes: Sequence[Any] | None = None
    takes_sparse: bool = True
    imputes: bool = True

    @abstractmethod
    def answer(self, given: Any) -> Array:  # noqa: ANN401 - a DataFrame or an array
        """What the model gives, [n] or [n, columns]."""

    @abstractmethod
    def build(self, glue: Glue, table: Table, tensor: str, rows: Array) -> tuple[str, int]:
        """The same in a graph: the name of [n, columns], and how many columns.

        Args:
            glue: the graph.
            table: the columns of the model.
            tensor: float32 [n, features], of which these are made.
            rows: some of what the tensor holds, to ask the model about.

        Raises:
            TrainingError: there is no such graph; with the cause.
        """


class Room(Protocol):
    """The module of a library."""

    def open_model(self, model: Any, asked: Asked) -> Predictor:  # noqa: ANN401 - of any library
        """The model.

        Raises:
            TrainingError: it is not fitted, or does not give what is asked.
        """


def find_library(model: object) -> str | None:
    """The library that a model's class, or the nearest of its bases, comes from."""
    homes = [base.__module__.partition(".")[0] for base in type(model).__mro__]
    return next((home for home in homes if home in LIBRARIES), None)


def open_predictor(library: str, model: object, asked: Asked) -> Predictor:
    """A model of a library, by the room of that."""
    room: Room = import_module(f"medmaas_training.catalogue.conversion.{library}")
    return room.open_model(model, asked)


def list_names(model: object) -> list[str] | None:
    """The names of the columns that an estimator of scikit-learn's kind was fitted with."""
    names = getattr(model, "feature_names_in_", None)
    return None if names is None else [str(name) for name in np.asarray(names)]
