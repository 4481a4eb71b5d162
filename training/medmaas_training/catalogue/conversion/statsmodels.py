"""statsmodels: generalised linear models and their kin, as a sum of one term per feature.

The results that `fit` gave, of columns or of a formula.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from onnx import TensorProto

from medmaas_training.catalogue.conversion.additive import read_additive
from medmaas_training.catalogue.conversion.asked import Array, Asked
from medmaas_training.catalogue.conversion.columns import Table
from medmaas_training.catalogue.conversion.curves import normal
from medmaas_training.catalogue.conversion.glue import Glue
from medmaas_training.catalogue.conversion.predictor import Predictor
from medmaas_training.errors import TrainingError

_LINKS = {  # of a model that has no family
    "Logit": "Logit", "Probit": "Probit", "Poisson": "Log", "NegativeBinomial": "Log",
    "OLS": "Identity", "WLS": "Identity", "GLS": "Identity", "RLM": "Identity",
}  # fmt: skip
_OF_EVENTS = {"Logit", "Probit", "Binomial"}
_INVERSE: dict[str, Callable[[Glue, str], str]] = {
    "Identity": lambda _, sums: sums,
    "Log": lambda glue, sums: glue.add("Exp", sums),
    "Logit": lambda glue, sums: glue.add("Sigmoid", sums),
    "Probit": normal,
    "CLogLog": lambda glue, sums: glue.add(
        "Sub", _one(glue), glue.add("Exp", glue.add("Neg", glue.add("Exp", sums)))
    ),
    "InversePower": lambda glue, sums: glue.add("Reciprocal", sums),
    "Sqrt": lambda glue, sums: glue.add("Mul", sums, sums),
}


def _one(glue: Glue) -> str:
    return glue.constant([1], np.float64)


def open_model(model: Any, asked: Asked) -> Predictor:  # noqa: ANN401 - as the room says
    """Results of a fit, which give the probability of an outcome of 1, or a mean."""
    results = model
    if not hasattr(results, "params") or not hasattr(results, "model"):
        raise TrainingError("export takes what fit() of statsmodels returned, not the model before")
    kind, family = type(results.model).__name__, getattr(results.model, "family", None)
    link = type(family.link).__name__ if family is not None else _LINKS.get(kind, kind)
    if link not in _INVERSE or kind not in {*_LINKS, "GLM", "GEE"}:
        raise TrainingError(
            f"export takes GLM, GEE, Logit, Probit, Poisson, NegativeBinomial, OLS, WLS, GLS and "
            f"RLM of statsmodels, with a common link, not {kind} with {link}: fit one of these"
        )
    for name in ("offset", "exposure"):
        given = getattr(results.model, name, None)
        if given is not None and np.any(np.asarray(given) != 0):
            raise TrainingError(
                f"the model was fitted with an {name} for each person, which export does not take: "
                "make it a column of the data"
            )
    is_event = kind in _OF_EVENTS or type(family).__name__ in _OF_EVENTS
    if not is_event:
        asked.require("numbers", "means")
    elif asked.form != "numbers":
        asked.require("probabilities", "the probability of an outcome of 1")
    return _Results(results, link)


class _Results(Predictor):
    """A link's inverse of a sum."""

    imputes = False

    def __init__(self, results: Any, link: str) -> None:  # noqa: ANN401 - of statsmodels
        self._results, self._link = results, link
        data = results.model.data
        self._has_formula = hasattr(data, "design_info") or hasattr(data, "model_spec")
        names = list(results.model.exog_names)
        self._all, self._constant = names, getattr(data, "const_idx", None)
        self.takes_frames = self._has_formula or isinstance(data.orig_exog, pd.DataFrame)
        if self.takes_frames and not self._has_formula:
            constant = None if self._constant is None else names[self._constant]
            self.names = [name for name in names if name != constant]

    def _predict(self, given: Any, **options: Any) -> Array:  # noqa: ANN401 - as answer
        if pd.isna(given).any(axis=None):
            raise ValueError("statsmodels takes no missing values")
        if not self._has_formula and self._constant is not None:
            given = np.insert(np.asarray(given, np.float64), self._constant, 1, axis=1)
        elif not self._has_formula:
            given = np.asarray(given, np.float64)
        return np.asarray(self._results.predict(given, **options), np.float64)

    def answer(self, given: Any) -> Array:  # noqa: ANN401 - as the base says
        return self._predict(given)

    def build(self, glue: Glue, table: Table, tensor: str, rows: Array) -> tuple[str, int]:
        has_link = self._link != "Identity"
        sums = read_additive(
            lambda given: self._predict(given, **({"which": "linear"} if has_link else {})),
            table,
            rows,
        )
        answer = _INVERSE[self._link](glue, sums.convert(glue, tensor))
        return glue.cast(answer, TensorProto.FLOAT), 1
