"""Words that stand for a value that is missing: a model's manifest declares them, or a request."""

from collections.abc import Sequence

from medmaas.errors import RefusedFileError
from medmaas.model.inputs.cells import can_hold
from medmaas.model.registry import Model


def find_missing_words(model: Model, asked: Sequence[str]) -> frozenset[str]:
    """The words of a model and of a request.

    Raises:
        RefusedFileError: a word is a value that a column of the model may hold.
    """
    spec = model.manifest.input
    words = frozenset(word.strip() for word in (*(spec.missing_words or ()), *asked))
    for feature in spec.named_features if words else ():
        if any(can_hold(feature, word) for word in words):
            raise RefusedFileError("missing_word_is_value", column=feature.name)
    return words
