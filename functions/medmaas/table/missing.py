"""Words that stand for a value that is missing: a model's manifest declares them, or a request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from medmaas.errors import RefusedFileError
from medmaas.model.inputs.features import can_hold
from medmaas.model.registry import Model


@dataclass(frozen=True, slots=True)
class MissingWords:
    """Words of a file that stand for a value that is missing.

    Attributes:
        words: all of them.
        values: by name of a column those that are a value of it, and so not missing there.
    """

    words: frozenset[str] = frozenset()
    values: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def of(self, column: str) -> frozenset[str]:
        """Those of a column."""
        return self.words - self.values.get(column, frozenset())


NO_WORDS = MissingWords()


def find_missing_words(model: Model, asked: Sequence[str]) -> MissingWords:
    """The words of a model and of a request.

    A word of the model is a value where it can be one: None is one of a choice of it, and missing
    in a column of numbers.

    Raises:
        RefusedFileError: a word of the request is a value that a column of the model may hold.
    """
    spec = model.manifest.input
    own = frozenset(word.strip() for word in spec.missing_words or ())
    words = own | {word.strip() for word in asked}
    values = dict[str, frozenset[str]]()
    for feature in spec.named_features if words else ():
        held = frozenset(word for word in words if can_hold(feature, word))
        if held.intersection(word.strip() for word in asked):
            raise RefusedFileError("missing_word_is_value", column=feature.name)
        values[feature.name] = held
    return MissingWords(words, values)
