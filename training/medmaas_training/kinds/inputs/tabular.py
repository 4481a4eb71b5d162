"""A row of named values, in words and drafted."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from medmaas.model.kinds import expect
from medmaas.model.manifest import Boolean, Choice, Feature, Input, TabularInput
from medmaas_training.drafting.features import (
    TEXT,
    WHOLE,
    draft_features,
    draft_unnamed,
    invent_values,
    read_words,
)
from medmaas_training.drafting.matching import match_columns
from medmaas_training.drafting.seen import (
    LIKELY,
    NAMED,
    POSSIBLE,
    SURE,
    InputDraft,
    Question,
    SeenInput,
    Tree,
    ask_below,
)
from medmaas_training.errors import TrainingError
from medmaas_training.kinds.inputs import InputDescription
from medmaas_training.report.features import Table, tabulate_features
from medmaas_training.report.markdown import table

_JOINED = "features"  # what the tensor of joined columns is called
_FLOATS = {"tensor(float)", "tensor(double)", "tensor(float16)"}
_ROW = 2  # dimensions


class TabularDescription(InputDescription):
    """Fields, one row each."""

    def __init__(self, spec: TabularInput) -> None:
        super().__init__(spec)
        self._features = spec.features

    def describe(self) -> list[str]:
        """One table."""
        return [table(*self.tabulate())]

    def tabulate(self) -> Table:
        """A row per feature."""
        return tabulate_features(self._features)

    def explain_size(self, shape: Sequence[int]) -> str:
        """Features are missing, or too many."""
        return f"state {shape[1]} features in input.features, {len(self._features)} are there"

    def invent(self, draw: np.random.Generator) -> dict[str, Any]:
        """Each feature by itself, within its range."""
        return invent_values(self._features, draw)

    def restore(self, values: Sequence[float | None]) -> dict[str, Any]:
        """Each feature as it is sent; what is missing is left out."""
        pairs = zip(self._features, values, strict=True)
        return {
            feature.name: _show(feature, value) for feature, value in pairs if value is not None
        }


def _show(feature: Feature, value: float) -> object:
    match feature:
        case Boolean():
            return bool(value)
        case Choice():
            return feature.choices[int(value)]
    return round(value) if feature.whole else value


def make(spec: Input) -> TabularDescription:
    """What describes."""
    return TabularDescription(expect(spec, TabularInput))


def draft(seen: SeenInput) -> InputDraft | None:
    """One tensor of two dimensions: the columns of a table."""
    if len(seen.tensors) > 1 and seen.opened.takes_columns:
        return _draft_columns(seen)
    tensor, *others = seen.tensors
    if others or len(tensor.shape) != _ROW:
        return None
    if tensor.datatype == TEXT:
        raise TrainingError(
            f"the graph takes text as {tensor.name}: export it with one input per column "
            '(skl2onnx: initial_types=[("sex", StringTensorType([None, 1])), ...]), or with '
            "numbers for choices, in the order of `choices`"
        )
    is_whole = tensor.datatype in WHOLE
    if not is_whole and tensor.datatype not in _FLOATS:
        return None
    names, width = seen.opened.names, tensor.shape[1]
    if seen.table is None:
        return _draft_unnamed(tensor.name, width, names, fit=POSSIBLE if is_whole else SURE)
    try:
        matched = match_columns(seen.table, width, names)
    except TrainingError:
        if is_whole:
            return None  # codes of a text, beside a table of other things
        raise
    types = [tensor.datatype] * len(matched.columns)
    drafted = draft_features(
        matched.columns, seen.opened, tensor.name, types, people=seen.table.people
    )
    questions = [*drafted.questions]
    if not matched.named:
        order = (
            "are these the columns of the graph, in its order? It states no names, so they are "
            "taken as the table has them"
        )
        questions.insert(0, Question((), order))
    fields: Tree = {"kind": "tabular", "tensor": tensor.name}
    if seen.table.missing_words:
        fields |= {"missing_words": [*seen.table.missing_words]}
    return InputDraft(
        fields=fields | {"features": drafted.features},
        fit=LIKELY if is_whole else SURE,
        questions=ask_below(questions, "features"),
        rows={tensor.name: drafted.values.astype(np.float32)},
        told=tuple(f"left out: {clause}" for clause in matched.left_out),
    )


def _draft_columns(seen: SeenInput) -> InputDraft:
    """A tensor per column: they are joined, by name, when the model is added."""
    names = [tensor.name for tensor in seen.tensors]
    types = [tensor.datatype for tensor in seen.tensors]
    if seen.table is None:
        drafted = _draft_unnamed(_JOINED, len(names), names, fit=NAMED)
        for name, datatype, feature in zip(names, types, drafted.fields["features"], strict=True):
            feature["header"] = name
            if datatype == TEXT:
                _state_choice(feature)
        return drafted
    matched = match_columns(seen.table, len(names), names)
    texts = {one.column.header: one.texts for one in seen.table.candidates}
    columns = [
        read_words(column, texts[column.header]) if datatype == TEXT else column
        for column, datatype in zip(matched.columns, types, strict=True)
    ]
    fields: Tree = {"kind": "tabular", "tensor": _JOINED}
    if seen.table.missing_words:
        fields |= {"missing_words": [*seen.table.missing_words]}
    required = draft_features(columns, None, _JOINED, types, people=seen.table.people)
    joined = seen.opened.serve(fields | {"features": required.features})
    drafted_features = draft_features(columns, joined, _JOINED, types, people=seen.table.people)
    return InputDraft(
        fields=fields | {"features": drafted_features.features},
        fit=NAMED,
        questions=ask_below(drafted_features.questions, "features"),
        rows={_JOINED: drafted_features.values.astype(np.float32)},
        told=tuple(f"left out: {clause}" for clause in matched.left_out),
    )


def _state_choice(feature: Tree) -> None:
    """What is asked of a column of text."""
    for key in ("unit", "hard_range", "training_range"):
        del feature[key]
    feature.update({"type": "choice", "choices": None})


def _draft_unnamed(tensor: str, width: int, names: Sequence[str], *, fit: int) -> InputDraft:
    features, question = draft_unnamed(width, names)
    return InputDraft(
        fields={"kind": "tabular", "tensor": tensor, "features": features},
        fit=fit,
        questions=(Question(("features",), question, covers=True),),
    )
