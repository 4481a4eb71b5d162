"""Which words of a free text the answer comes from; they are told by their places in it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from unicodedata import east_asian_width

import numpy as np
from numpy.typing import NDArray

from medmaas.facts import Fact
from medmaas.model.columns import Tensors
from medmaas.model.explanation.budget import Budget
from medmaas.model.explanation.calls import Calls
from medmaas.model.explanation.contributions import (
    describe_explained,
    name_method,
    round_number,
)
from medmaas.model.explanation.drivers import name_drivers
from medmaas.model.explanation.shapley import Coalitions, Floats, Game, attribute, cut, reveal
from medmaas.model.inputs.tokenizer import Encoded, Span
from medmaas.model.inputs.tokens import TokenText
from medmaas.model.kinds import expect
from medmaas.model.manifest import TextInput
from medmaas.model.outputs import make_targets
from medmaas.model.registry import Model
from medmaas.model.schema import INTEGER, NUMBER, TEXT, Schema, describe_list, describe_object

_MOST_PAIRS = 16  # of permutations: each takes two answers per part
_OF_THE_SPREAD = 0.05
_MOST_PARTS = 100  # beyond it, or without time for so many, neighbours are one part
_MOST_SHOWN = 40  # characters of a part's name
_MARKS = ",.;:!?()\uff0c\u3002\uff1b\uff1a\u3001\uff01\uff1f"  # around a word
_BLANK = re.compile(r"\s")


class WordsExplainer:
    """Shapley values of the words of a text, or of runs of them."""

    def __init__(self, model: Model, spec: TextInput) -> None:
        self._model, self._spec = model, spec
        self._reader = expect(model.inputs, TokenText)
        self._targets = make_targets(model.manifest.output)

    def explain(self, tensors: Tensors, instance: object, budget: Budget) -> dict[str, Any]:
        """The explanation of one row [1, max_length], told of the text that was sent."""
        sent = instance.get(self._spec.field) if isinstance(instance, dict) else None
        text = sent if isinstance(sent, str) else ""
        row = {name: tensor[0] for name, tensor in tensors.items()}
        encoded = self._reader.locate(text, row[self._spec.tensor].tolist())
        words = find_words(text, encoded)
        with Calls(self._model, budget) as calls:
            wanted = min(len(words), _MOST_PARTS)
            most = calls.count_parts(wanted)
            parts = [join(words[run.start : run.stop]) for run in cut(len(words), most)]
            places = [some for some, _ in parts]
            game, against = make_words_game(self._model, row, places, calls)
            found = attribute(
                game, len(parts), tolerance=_tolerate, budget=budget, most_pairs=_MOST_PAIRS
            )
        head = self._targets.headline(found.prediction)
        target, values = self._targets.targets[head], found.values[:, head].tolist()
        spans = [span for _, span in parts]
        named = [(_name(text, span), value) for span, value in zip(spans, values, strict=True)]
        explained: dict[str, Any] = {
            "sentence": name_drivers(target, named, against),
            "method": name_method(found),
            "against": against,
            "complete": found.complete and most == wanted,
            "of": target.name,
            "unit": target.unit,
            "baseline": round_number(found.baseline[head]),
            "prediction": round_number(found.prediction[head]),
            "tokens": len(encoded.spans),
            "words": [
                {"start": start, "end": end, "contribution": round_number(value)}
                for (start, end), value in zip(spans, values, strict=True)
            ],
        }
        if found.errors is not None:
            explained["largest_standard_error"] = round_number(found.errors[:, head].max())
        return explained

    def json_schema(self) -> Schema:
        """JSON Schema of an explanation."""
        return describe_explanation()


def make_words_game(
    model: Model,
    row: Mapping[str, NDArray[Any]],
    parts: Sequence[Sequence[int]],
    calls: Calls | None = None,
) -> tuple[Game, Fact]:
    """The game whose players are words, and what those who do not play become.

    A word that does not play is masked where the tokenizer has a token for that; else no other
    token attends to it; else, as a graph that takes no mask reads it, it is padding. What stands
    around a text is always there.

    Args:
        model: what answers.
        row: its tensors, [max_length] each.
        parts: places of each player's tokens, none of them twice.
        calls: of the graph; by themselves without a limit of time.
    """
    spec = expect(model.manifest.input, TextInput)
    tokenizer = expect(model.inputs, TokenText).tokenizer
    targets, calls = make_targets(model.manifest.output), calls or Calls(model, Budget(None))
    owner = np.full(spec.max_length, len(parts))  # beyond the players: always there
    for part, places in enumerate(parts):
        owner[list(places)] = part
    # without tokens around a text, a graph would attend to nothing where nobody plays
    mask = spec.tokens and spec.tokens.mask_tensor
    hides = tokenizer.mask is None and bool(mask) and bool(tokenizer.before or tokenizer.behind)
    changed, instead = spec.tensor, tokenizer.padding
    if tokenizer.mask is not None:
        instead, against = tokenizer.mask, Fact("text_with_it_masked")
    elif hides and mask:
        changed, instead, against = mask, 0, Fact("text_without_it")
    else:
        against = Fact("text_with_it_padded")

    def make_tensors(coalitions: Coalitions) -> Tensors:
        shown = reveal(coalitions, owner)
        same = {name: np.broadcast_to(one, shown.shape) for name, one in row.items()}
        return {**same, changed: np.where(shown, row[changed], instead)}

    def play(coalitions: Coalitions) -> Floats:
        played = calls.play(
            len(coalitions),
            spec.max_length * len(row),
            lambda part: make_tensors(coalitions[part]),
        )
        raw = np.concatenate([targets.read(outputs) for _, outputs in played])
        return targets.settle(raw)

    return play, against


def find_words(text: str, encoded: Encoded) -> list[tuple[list[int], Span]]:
    """The words of a text that was taken apart, each with the places of its tokens.

    Tokens between which there is no blank are one word, unless one of them ends, or the next one
    begins, in a script that sets no blanks.
    """
    words = list[tuple[list[int], Span]]()
    for index, span in enumerate(encoded.spans):
        start, end = _trim(text, span)
        places = [encoded.begin + index]
        if words and _are_joined(text, words[-1][1], (start, end)):
            before, (begin, last) = words[-1]
            # of a token of blanks alone nothing is left: it belongs to the word before
            words[-1] = [*before, *places], (begin, max(last, end) if start < end else last)
        else:
            words.append((places, (start, end)))
    return words


def join(words: Sequence[tuple[list[int], Span]]) -> tuple[list[int], Span]:
    """Neighbouring words as one part: the places of all tokens, from the first word to the last."""
    places = [place for some, _ in words for place in some]
    return places, (words[0][1][0], words[-1][1][1])


def describe_explanation() -> Schema:
    """JSON Schema of an explanation by words."""
    start = INTEGER | {"minimum": 0, "description": "Its first character in the text, from 0."}
    end = INTEGER | {"minimum": 0, "description": "The character behind its last."}
    word = {"start": start, "end": end, "contribution": NUMBER}
    own = {
        "of": TEXT,
        "unit": TEXT,
        "baseline": NUMBER,
        "prediction": NUMBER,
        "tokens": INTEGER | {"description": "How many of the text were read."},
        "words": describe_list(
            describe_object("Word", word),
            description="In the order of the text; neighbours are one where there are over "
            f"{_MOST_PARTS} words, or no time for all. Characters are code points of Unicode.",
        ),
    }
    sampled = {"largest_standard_error": NUMBER | {"description": "If sampled."}}
    return describe_explained("WordsExplanation", own, sampled)


def _tolerate(ends: Floats) -> Floats:
    tolerance: Floats = np.maximum(np.ptp(ends, axis=0) * _OF_THE_SPREAD, 1e-9)
    return tolerance


def _trim(text: str, span: Span) -> Span:
    """Without blanks at its ends, as tokens of some tokenizers begin with one."""
    start, end = span
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def _are_joined(text: str, one: Span, other: Span) -> bool:
    if other[0] < one[1]:  # parts of one character, as of an emoji in bytes
        return True
    if other[0] == other[1]:  # of no character at all
        return True
    if _BLANK.search(text, one[1], other[0]):
        return False
    last = text[one[1] - 1 : one[1]]
    return not (_stands_alone(last) or _stands_alone(text[other[0]]))


def _stands_alone(character: str) -> bool:
    """Whether it is of a script that sets no blanks between words."""
    return bool(character) and east_asian_width(character) in {"W", "F"}


def _name(text: str, span: Span) -> Fact:
    words = " ".join(text[span[0] : span[1]].split())
    words = words.strip(_MARKS) or words
    shown = words if len(words) <= _MOST_SHOWN else f"{words[: _MOST_SHOWN - 1].rstrip()}…"
    return Fact("words_quoted", words=shown)
