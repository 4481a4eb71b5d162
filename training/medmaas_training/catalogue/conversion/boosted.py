"""Boosted trees of another library, whose own converter makes a graph of one matrix."""

from abc import abstractmethod
from typing import Any

import numpy as np
import onnx

from medmaas_training.catalogue.conversion.asked import Array, Asked
from medmaas_training.catalogue.conversion.causes import explain_cause
from medmaas_training.catalogue.conversion.columns import Table
from medmaas_training.catalogue.conversion.glue import Glue
from medmaas_training.catalogue.conversion.predictor import Predictor
from medmaas_training.catalogue.graph import quiet
from medmaas_training.catalogue.zipmap import remove_zipmap
from medmaas_training.errors import TrainingError

ONNXMLTOOLS_OPSET = 15  # the newest that it writes


class Boosted(Predictor):
    """A model of boosted trees."""

    converter = "onnxmltools"
    way = "fit it with the library's defaults, which are known to convert"

    def __init__(self, model: Any, asked: Asked) -> None:  # noqa: ANN401 - of any library
        self.model = model
        self.classes = getattr(model, "classes_", None)
        self.classifies = hasattr(model, "predict_proba")
        if self.classifies:
            asked.require("probabilities", "probabilities of classes")
        elif asked.form != "probabilities":
            asked.require("numbers", "numbers")

    def answer(self, given: Any) -> Array:  # noqa: ANN401 - as the base says
        """Probabilities [n, classes], or numbers [n]."""
        ask = self.model.predict_proba if self.classifies else self.model.predict
        return np.asarray(ask(given))

    @abstractmethod
    def convert(self, width: int) -> onnx.ModelProto:
        """The graph of one matrix [n, width], by the library's own converter."""

    def build(self, glue: Glue, table: Table, tensor: str, rows: Array) -> tuple[str, int]:
        """The same in a graph, without its ZipMap."""
        answer = self.answer(table.restore(rows[:1]))
        columns = answer.reshape(1, -1).shape[1]
        matrix = table.convert_matrix(glue, tensor)
        try:
            with quiet():
                graph = remove_zipmap(self.convert(len(table.columns)))
        except TrainingError:
            raise
        except ModuleNotFoundError as error:
            raise explain_absence(error) from error
        except Exception as error:  # converters raise anything
            raise explain_cause(self.converter, error, way=self.way) from error
        (taken,) = graph.graph.input
        return glue.include(graph, {taken.name: matrix}, graph.graph.output[-1].name), columns


def explain_absence(error: ModuleNotFoundError) -> TrainingError:
    """A refusal where a converter is not installed."""
    name = str(error.name).partition(".")[0]
    return TrainingError(f"the converter is missing (no {name}): pip install {name}")


def require_objective(name: str, known: set[str], objective: str, way: str) -> None:
    """Refuse what its converter writes otherwise than the library answers."""
    if objective not in known:
        raise TrainingError(f"{name} with the objective {objective} is not exported: {way}")
