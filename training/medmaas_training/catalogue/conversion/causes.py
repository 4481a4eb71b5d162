"""Why a converter gave up, in its own words, and the way out that is right for that."""

import re
from collections.abc import Iterable

from medmaas_training.errors import TrainingError

_TYPE = re.compile(r"(?:Unable to find .*?|^)<class '[\w.]*?(\w+)'>", re.DOTALL)
_NOISE = re.compile(r"\. You may raise| and attributes=| \(type: ")
_MOST = 240  # characters of a converter's sentence
_WAYS = {
    "SplineTransformer": "use KBinsDiscretizer or PolynomialFeatures in its place",
    "GaussianProcessClassifier": "fit an SVC in a CalibratedClassifierCV in its place",
    "GaussianProcessRegressor": "fit an SVR in its place",
    "ClassifierChain": "fit a MultiOutputClassifier in its place",
    "FunctionTransformer": "use numpy's log1p, log, exp, expm1, sqrt, square, abs or reciprocal, "
    "or compute the column before the model",
    "IterativeImputer": "use SimpleImputer(add_indicator=True) in its place",
    "KNNImputer": "use SimpleImputer(add_indicator=True) in its place",
}
_OWN = (
    "replace that step by one of scikit-learn's that skl2onnx knows, or convert the model with a "
    "converter of your own (skl2onnx.update_registered_converter) and use medmaas add"
)


def explain_cause(
    converter: str, error: Exception, steps: Iterable[str] = (), way: str = _OWN
) -> TrainingError:
    """A refusal for what a converter said, with what to do.

    Args:
        converter: its name.
        error: what it raised.
        steps: names of the classes that the model is made of.
        way: what to do where nothing better is known.
    """
    said = str(error)
    unknown = _TYPE.search(said)
    culprit = unknown[1] if unknown else next((step for step in steps if step in said), None)
    culprit = culprit or next((step for step in steps if step in _WAYS), None)
    if unknown:
        cause = f"it has no converter for {culprit}"
    else:
        first = said.strip().splitlines()[0] if said.strip() else type(error).__name__
        cause = _NOISE.split(first)[0][:_MOST].rstrip(" .:")
    return TrainingError(
        f"{converter} cannot convert this model to ONNX, because {cause}: "
        f"{_WAYS.get(culprit or '', way)}"
    )
