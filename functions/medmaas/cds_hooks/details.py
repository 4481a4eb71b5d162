"""The detail of a card, in GitHub Flavored Markdown: what an answer rests on, to be doubted.

Nothing in it is the caller's text but references to resources.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from medmaas.errors import InvalidRequestError
from medmaas.facts import Fact
from medmaas.fhir.case import Basis, Evaluation
from medmaas.fhir.guidance import list_lacks
from medmaas.fhir.notes import end, list_cautions, list_notes, list_untold
from medmaas.model.manifest import Boolean
from medmaas.words import Words

_MOST_ROWS = 12  # of values that were used: of a course the newest
# what means something inside a line; _ does so at the edge of a word alone
_SPECIAL = re.compile(r"([\\`*\[\]|<>~]|(?<!\w)_|_(?!\w))")


def write_detail(evaluation: Evaluation) -> str:
    """What must be known first, sentence, numbers, values used, and what to know of them."""
    prediction, words = evaluation.prediction or {}, evaluation.words
    explanation = prediction.get("explanation")
    head = [*map(end, evaluation.case.warnings)]
    notes = [note for note in list_notes(evaluation) if note not in head]
    return _join(
        _write_list(head, words),
        escape(_begin(words.say(end(explanation["sentence"])))) if explanation else "",
        _write_numbers(evaluation),
        _write_basis(evaluation),
        _write_list(notes, words),
    )


def write_reason(evaluation: Evaluation) -> str:
    """Why there is no answer."""
    words = evaluation.words
    notes = _write_list(list_notes(evaluation), words)
    return _join(notes, _write_basis(evaluation))


def write_lacks(evaluation: Evaluation) -> str:
    """What the record lacks, by code and unit."""
    held = map(end, list_untold(evaluation))
    lacks = [*list_lacks(evaluation.case), *held, *list_cautions(evaluation)]
    words = evaluation.words
    return _join(escape(words.say(end(Fact("record_lacks")))), _write_list(lacks, words))


def write_problems(error: InvalidRequestError, words: Words) -> str:
    """What cannot be used, and by which rule."""
    told = [
        Fact("field_problem", field=one.field, problem=one.fact) if one.field else one.fact
        for one in error.details
    ]
    return _join(escape(words.say(error.fact)), _write_list(told, words))


def escape(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _SPECIAL.sub(r"\\\1", text)


def _begin(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _write_numbers(evaluation: Evaluation) -> str:
    output = (evaluation.prediction or {})["output"]
    figures, say = evaluation.model.output.list_figures(output), evaluation.words.say
    if figures is None:
        return ""
    return _write_table([*map(say, figures.head)], [[*map(say, row)] for row in figures.rows])


def _write_basis(evaluation: Evaluation) -> str:
    """The values that were used, the newest first."""
    words, features = evaluation.words, evaluation.model.manifest.input.named_features
    truths = {feature.name for feature in features if isinstance(feature, Boolean)}
    newest = sorted(evaluation.case.basis, key=lambda one: one.effective, reverse=True)
    rows = [
        (
            words.say(Fact("text", text=one.feature)),
            words.say(_label_value(one, is_truth=one.feature in truths)),
            one.effective.date().isoformat(),
            one.reference,
        )
        for one in newest[:_MOST_ROWS]
    ]
    if not rows:
        return ""
    table = _write_table(_head(words, "used", "value", "on", "from"), rows)
    more = len(newest) - len(rows)
    return _join(table, words.say(end(Fact("and_more", more=more))) if more > 0 else "")


def _label_value(one: Basis, *, is_truth: bool) -> Fact:
    """A value as people read it: what is true or false is yes or no."""
    if one.value is None:
        return Fact("document_read")
    if is_truth and one.unit == "1":
        return Fact("yes") if one.value else Fact("no")
    return Fact("value", value=one.value, unit=one.unit)


def _head(words: Words, *columns: str) -> list[str]:
    return [words.say(Fact(f"column_{name}")) for name in columns]


def _write_table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        f"| {' | '.join(map(str, line) if i == 1 else map(escape, map(str, line)))} |"
        for i, line in enumerate(lines)
    )


def _write_list(facts: Iterable[Fact], words: Words) -> str:
    return "\n".join(f"- {escape(words.say(fact))}" for fact in facts)


def _join(*parts: str) -> str:
    """Paragraphs, those that are empty left out."""
    return "\n\n".join(part for part in parts if part)
