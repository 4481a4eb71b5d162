"""What whoever sends a file says of how it is written."""

from collections.abc import Sequence
from dataclasses import dataclass

from medmaas.errors import InvalidRequestError, Problem
from medmaas.facts import Fact
from medmaas.table.encodings import ENCODINGS, find_encoding

MOST_WORDS = 50
_LONGEST = 64


@dataclass(frozen=True, slots=True)
class Spelling:
    """What is said of a file.

    Attributes:
        encoding: of its characters, one of `ENCODINGS`; None for UTF-8, or what its mark says.
        missing: words that stand for a value that is missing, beside those of the model.
    """

    encoding: str | None = None
    missing: tuple[str, ...] = ()


USUAL = Spelling()


def read_spelling(encoding: object, missing: object) -> Spelling:
    """What was asked for by a request, a job or a command.

    Args:
        encoding: a name of an encoding; None if none was given.
        missing: a list of words, or one; None likewise.

    Raises:
        InvalidRequestError: one has no value that it may have; details name it.
    """
    problems = find_wrong_spelling(encoding, missing)
    if problems:
        said = [Fact("field_problem", field=one.field, problem=one.fact) for one in problems]
        raise InvalidRequestError("options_wrong", problems, problems=said)
    words = tuple(str(word) for word in _list_words(missing))
    return Spelling(find_encoding(str(encoding)) if encoding is not None else None, words)


def find_wrong_spelling(encoding: object, missing: object) -> list[Problem]:
    """What is wrong with it, by name; never the value."""
    problems = list[Problem]()
    if encoding is not None and not (isinstance(encoding, str) and find_encoding(encoding)):
        problems.append(Problem(None, "encoding", Fact("not_an_encoding", encodings=[*ENCODINGS])))
    words = _list_words(missing)
    if len(words) > MOST_WORDS or not all(_is_word(word) for word in words):
        fact = Fact("not_missing_words", most=MOST_WORDS, characters=_LONGEST)
        problems.append(Problem(None, "missing", fact))
    return problems


def _list_words(missing: object) -> Sequence[object]:
    if missing is None:
        return ()
    return missing if isinstance(missing, list | tuple) else [missing]


def _is_word(word: object) -> bool:
    return isinstance(word, str) and bool(word.strip()) and len(word) <= _LONGEST
