"""scikit-learn, by skl2onnx; a Pipeline may end with an estimator of another library."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from importlib import import_module
from typing import Any

import numpy as np
import onnx
from onnx.inliner import inline_local_functions
from scipy.sparse import issparse
from skl2onnx import convert_sklearn
from skl2onnx.common import tree_ensemble
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from skl2onnx.operator_converters import decision_tree, random_forest
from sklearn.base import BaseEstimator, is_classifier, is_regressor
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import VotingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.impute import SimpleImputer
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder
from sklearn.utils.validation import check_is_fitted

from medmaas_training.catalogue.conversion.additive import read_additive
from medmaas_training.catalogue.conversion.asked import Array, Asked
from medmaas_training.catalogue.conversion.boosted import explain_absence
from medmaas_training.catalogue.conversion.causes import explain_cause
from medmaas_training.catalogue.conversion.columns import MISSING, Table, of_numbers
from medmaas_training.catalogue.conversion.glue import ML, Glue
from medmaas_training.catalogue.conversion.predictor import (
    Predictor,
    find_library,
    list_names,
    open_predictor,
)
from medmaas_training.catalogue.conversion.sklearn_steps import (
    CONVERTERS,
    FUNCTIONS,
    SHAPES,
    apply,
)
from medmaas_training.catalogue.conversion.trees import round_down
from medmaas_training.catalogue.graph import ML_OPSET, OPSET, quiet
from medmaas_training.catalogue.operators import find_graphs
from medmaas_training.errors import TrainingError

_WITHIN = {"xgboost", "lightgbm"}  # whose estimators scikit-learn's own may hold


def open_model(model: Any, asked: Asked) -> Predictor:  # noqa: ANN401 - as the room says
    """A classifier or regressor, or a Pipeline with any estimator at its end."""
    last = model[-1] if isinstance(model, Pipeline) else model
    library = find_library(last)
    if library == "sklearn" and not (is_classifier(model) or is_regressor(model)):
        raise TrainingError(
            "export takes a classifier or regressor of scikit-learn, or a Pipeline that ends with "
            f"one, and {type(last).__name__} is none"
        )
    try:
        check_is_fitted(model)
    except NotFittedError as error:
        raise TrainingError("the model is not fitted: call fit before export") from error
    if library in {"sklearn", None}:
        return _Estimator(model, asked)
    return _Chain(model[:-1], open_predictor(str(library), last, asked))


class _Estimator(Predictor):
    """A classifier, which gives probabilities, or a regressor."""

    def __init__(self, model: Any, asked: Asked) -> None:  # noqa: ANN401 - of scikit-learn
        self._model = model
        self._classifies = is_classifier(model)
        self.names = list_names(model)
        name = type(model[-1] if isinstance(model, Pipeline) else model).__name__
        if self._classifies:
            asked.require("probabilities", "probabilities of classes")
            if not hasattr(model, "predict_proba"):
                raise TrainingError(
                    f"{name} gives no probabilities: fit it in a CalibratedClassifierCV, or with "
                    "probability=True where it has that"
                )
            classes = getattr(model, "classes_", None)
            self.classes = None if isinstance(classes, list) else classes
        else:
            asked.require("numbers", "numbers")

    def answer(self, given: Any) -> Array:  # noqa: ANN401 - as the base says
        if not self._classifies:
            return np.asarray(self._model.predict(given))
        answers = self._model.predict_proba(given)
        if isinstance(answers, list):  # one table [n, 2] per label
            return np.column_stack([_take_second(np.asarray(one)) for one in answers])
        return np.asarray(answers)

    def build(self, glue: Glue, table: Table, tensor: str, rows: Array) -> tuple[str, int]:
        columns = self.answer(table.restore(rows[:1])).reshape(1, -1).shape[1]
        model, undo = self._model, None
        if isinstance(model, TransformedTargetRegressor):
            model, undo = _take_inner(model)
        graph, inputs = _convert(model, glue, table, tensor)
        wanted = graph.graph.output[-1]
        answer = glue.include(graph, inputs, wanted.name)
        if wanted.type.HasField("sequence_type"):
            parts = [
                glue.add("SequenceAt", answer, glue.constant(i, np.int64)) for i in range(columns)
            ]
            answer = glue.join([glue.take_columns(part, [1]) for part in parts])
        elif len(wanted.type.tensor_type.shape.dim) == 3:  # [labels, n, classes]
            second = glue.add("Gather", answer, glue.constant(1, np.int64), axis=2)
            answer = glue.add("Transpose", second, perm=[1, 0])
        elif _gives_absence_first(model, columns):
            answer = glue.take_columns(answer, range(columns, 2 * columns))
        for function in undo or ():
            answer = apply(function, answer, glue.add, glue.constant)
        return answer, columns


class _Chain(Predictor):
    """Transformers of scikit-learn before an estimator of another library."""

    def __init__(self, steps: Pipeline, last: Predictor) -> None:
        self._steps, self._last = steps, last
        self.names = list_names(steps)
        self.classes = last.classes

    def answer(self, given: Any) -> Array:  # noqa: ANN401 - as the base says
        return self._last.answer(self._steps.transform(given))

    def build(self, glue: Glue, table: Table, tensor: str, rows: Array) -> tuple[str, int]:
        first, steps, given = self._steps[0], self._steps, table.restore(rows)
        if find_library(first) != "sklearn":  # scikit-survival has an encoder of its own
            steps = self._steps[1:]
            table, tensor, rows, given = _encode(first, glue, table, tensor, rows)
        before = steps.transform(given) if len(steps) else given
        if issparse(before) and not self._last.takes_sparse:
            raise TrainingError(
                "the steps before hand on a sparse matrix, whose zeros the model takes for missing "
                "values: fit it with OneHotEncoder(sparse_output=False)"
            )
        between = before.toarray() if issparse(before) else np.asarray(before, np.float64)
        if len(steps):
            graph, inputs = _convert(steps, glue, table, tensor)
            tensor = glue.include(graph, inputs, graph.graph.output[0].name)
        names = [str(name) for name in before.columns] if hasattr(before, "columns") else None
        return self._last.build(glue, of_numbers(between.shape[1], names), tensor, between)


def _encode(
    encoder: Any,  # noqa: ANN401 - of another library
    glue: Glue,
    table: Table,
    tensor: str,
    rows: Array,
) -> tuple[Table, str, Array, Any]:
    """The columns that a transformer makes, each a sum of one term per feature."""
    encoded = encoder.transform(table.restore(rows))
    names = [str(name) for name in encoded.columns]

    def take(place: int) -> Callable[[Any], Array]:
        return lambda given: np.asarray(encoder.transform(given).iloc[:, place], np.float64)

    columns = [
        read_additive(take(place), table, rows).convert(glue, tensor) for place in range(len(names))
    ]
    matrix = glue.cast(glue.join(columns))
    return of_numbers(len(names), names), matrix, np.asarray(encoded, np.float64), encoded


def _gives_absence_first(model: Any, columns: int) -> bool:  # noqa: ANN401 - of scikit-learn
    """Whether skl2onnx writes [absent, ..., present, ...], as it does of a network with labels."""
    last = model[-1] if isinstance(model, Pipeline) else model
    return (
        isinstance(last, MLPClassifier)
        and last.out_activation_ == "logistic"
        and last.n_outputs_ == columns
    )


def _take_second(answers: Array) -> Array:
    """Of the classes of one label, the probability that it is so."""
    if answers.shape[1] != 2:
        raise TrainingError("each of several labels must have two classes, false and true")
    return answers[:, 1]


def _take_inner(model: TransformedTargetRegressor) -> tuple[Any, list[str]]:
    """The regressor inside, and what undoes the change of its target."""
    functions = FUNCTIONS.get(model.inverse_func) if model.transformer is None else None
    if functions is None:
        raise TrainingError(
            "TransformedTargetRegressor is exported where inverse_func is exp, expm1, square, sqrt "
            "or another of numpy's: state it so, or fit the regressor on the target as it is"
        )
    return model.regressor_, list(functions)


def _convert(
    model: Any,  # noqa: ANN401 - of scikit-learn
    glue: Glue,
    table: Table,
    tensor: str,
) -> tuple[onnx.ModelProto, dict[str, str]]:
    """The graph of an estimator, and the tensors that it is given by the names of its inputs."""
    copy = _prepare(model)
    if any(isinstance(part, ColumnTransformer) for part in walk(copy)):
        given = table.convert(glue, tensor)
        types = [
            (column.name, StringTensorType([None, 1]) if is_text else FloatTensorType([None, 1]))
            for column, (_, is_text) in zip(table.columns, given, strict=True)
        ]
        tensors = [name for name, _ in given]
    elif all(column.is_text for column in table.columns):
        tensors = [glue.join([name for name, _ in table.convert(glue, tensor)])]
        types = [("words", StringTensorType([None, len(table.columns)]))]
    else:
        tensors = [table.convert_matrix(glue, tensor)]
        types = [("numbers", FloatTensorType([None, len(table.columns)]))]
    has_classes = is_classifier(model)
    for library in {find_library(part) for part in walk(copy)} & _WITHIN:
        try:
            import_module(f"medmaas_training.catalogue.conversion.{library}").register()
        except ModuleNotFoundError as error:
            raise explain_absence(error) from error
    steps = [type(part).__name__ for part in walk(copy)]
    try:
        with quiet(), mended():
            graph = convert_sklearn(
                copy,
                initial_types=types,
                options={"zipmap": False} if has_classes else None,
                target_opset={"": OPSET, "ai.onnx.ml": ML_OPSET},
                custom_conversion_functions=CONVERTERS,
                custom_shape_calculators=SHAPES,
            )
    except Exception as error:  # its converters raise anything
        raise explain_cause("skl2onnx", error, steps) from error
    graph = inline_local_functions(graph)
    nodes = [node for part in find_graphs(graph.graph) for node in part.node]
    if foreign := sorted({node.op_type for node in nodes if node.domain not in {"", ML}}):
        missing = TypeError(f"it needs {', '.join(foreign)}, which are no operators of ONNX")
        raise explain_cause("skl2onnx", missing, steps)
    return graph, dict(zip((one.name for one in graph.graph.input), tensors, strict=True))


def walk(estimator: object) -> Iterator[Any]:
    """An estimator, and all that it is made of."""
    yield estimator
    todo = [*vars(estimator).values()]
    while todo:
        part = todo.pop()
        if isinstance(part, BaseEstimator):
            yield from walk(part)
        elif isinstance(part, dict):
            todo += part.values()
        elif isinstance(part, list | tuple):
            todo += part


def _prepare(model: Any) -> Any:  # noqa: ANN401 - of scikit-learn
    """A copy that skl2onnx can read, and that gives the same."""
    copy = deepcopy(model)
    reads_columns = not any(isinstance(part, Pipeline) for part in walk(copy))
    for part in walk(copy):
        if isinstance(part, VotingClassifier):
            part.flatten_transform = False  # of transform alone
        elif isinstance(part, OneHotEncoder | OrdinalEncoder) and hasattr(part, "categories_"):
            part.categories_ = [_name_missing(known) for known in part.categories_]
            if isinstance(part, OrdinalEncoder):
                _take_missing_out(part)
        elif hasattr(part, "tree_"):
            part.tree_.threshold[:] = round_down(part.tree_.threshold)
        elif hasattr(part, "_predictors"):  # of HistGradientBoosting
            _round_thresholds(part, reads_columns=reads_columns)
        elif isinstance(part, SimpleImputer) and _has_words(getattr(part, "statistics_", ())):
            part.missing_values = MISSING
    return copy


def _round_thresholds(boosting: Any, *, reads_columns: bool) -> None:  # noqa: ANN401 - of scikit-learn
    """Have boosting part float32 as it parts float64.

    Of columns as they came, the threshold that is rounded down does so. What a step before made
    differs from float64 in its last digit, and a threshold may be such a value itself: there the
    nearest float32 is the better one, which skl2onnx takes.
    """
    if boosting.is_categorical_ is not None:
        raise TrainingError(
            "skl2onnx knows no splits of HistGradientBoosting by categories: fit it with "
            "categorical_features=None behind a ColumnTransformer with a OneHotEncoder"
        )
    for predictor in (one for stage in boosting._predictors for one in stage):  # noqa: SLF001
        if reads_columns:
            predictor.nodes["num_threshold"] = round_down(predictor.nodes["num_threshold"])


def _has_words(values: Iterable[Any]) -> bool:
    return any(isinstance(value, str) for value in values)


def _name_missing(known: Array) -> Array:
    """Categories with a word in the place of the one that is missing, if they are words."""
    if not _has_words(known):
        return known
    is_word = [isinstance(value, str) for value in known]
    return np.where(is_word, known, MISSING).astype(object)


def _is_missing(value: Any) -> bool:  # noqa: ANN401 - a category
    return bool(value == MISSING or (isinstance(value, float) and np.isnan(value)))


def _take_missing_out(encoder: OrdinalEncoder) -> None:
    """Have a missing value be one that is not known: skl2onnx gives it a position."""
    known = [list(one) for one in encoder.categories_]
    if not any(_is_missing(value) for one in known for value in one):
        return
    if encoder.handle_unknown != "error" and not np.array_equal(
        encoder.unknown_value, encoder.encoded_missing_value, equal_nan=True
    ):
        raise TrainingError(
            "skl2onnx cannot tell a missing value from an unknown one in an OrdinalEncoder: fit it "
            "with the same unknown_value and encoded_missing_value"
        )
    encoder.handle_unknown = "use_encoded_value"
    encoder.unknown_value = float(encoder.encoded_missing_value)
    encoder.categories_ = [
        np.array([value for value in one if not _is_missing(value)], dtype=object) for one in known
    ]


@contextmanager
def mended() -> Iterator[None]:
    """Have skl2onnx write trees that onnx takes, and that send missing values where they go.

    It hands numpy's whole numbers to onnx, which takes Python's alone, and leaves out
    `missing_go_to_left` of forests (skl2onnx 1.20).
    """
    add_node, add_tree = tree_ensemble.add_node, tree_ensemble.add_tree_to_attribute_pairs

    def add_plain(*given: Any, **named: Any) -> None:  # noqa: ANN401 - passed on
        add_node(*map(_make_plain, given), **{k: _make_plain(v) for k, v in named.items()})

    def add_whole(pairs: Any, is_classifier: bool, tree: Any, *given: Any, **named: Any) -> None:  # noqa: ANN401, FBT001 - as above
        add_tree(pairs, is_classifier, tree, *given, **named)
        tracks = pairs["nodes_missing_value_tracks_true"]
        tracks[len(tracks) - tree.node_count :] = tree.missing_go_to_left.astype(int).tolist()

    modules = (tree_ensemble, random_forest, decision_tree)
    users = [module for module in modules if hasattr(module, add_tree.__name__)]
    tree_ensemble.add_node = add_plain
    for module in users:
        module.add_tree_to_attribute_pairs = add_whole
    try:
        yield
    finally:
        tree_ensemble.add_node = add_node
        for module in users:
            module.add_tree_to_attribute_pairs = add_tree


def _make_plain(value: Any) -> Any:  # noqa: ANN401 - passed on
    return int(value) if isinstance(value, np.integer | np.bool_ | bool) else value
