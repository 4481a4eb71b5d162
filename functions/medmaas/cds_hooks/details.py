"""The detail of a card, in GitHub Flavored Markdown: what an answer rests on, to be doubted.

Nothing in it is the caller's text but references to resources.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from medmaas.errors import InvalidRequestError
from medmaas.fhir.case import Basis, Evaluation
from medmaas.fhir.guidance import list_lacks
from medmaas.fhir.sentences import list_cautions, list_notes, name_time
from medmaas.model.manifest import ClassesOutput, PolicyOutput, SurvivalOutput
from medmaas.words import Words

_MOST_ROWS = 12  # of values that were used: of a course the newest
# what means something inside a line; _ does so at the edge of a word alone
_SPECIAL = re.compile(r"([\\`*\[\]|<>~]|(?<!\w)_|_(?!\w))")


def write_detail(evaluation: Evaluation) -> str:
    """Sentence, numbers, values used, and what must be known of them."""
    prediction = evaluation.prediction or {}
    explanation = prediction.get("explanation")
    parts = [
        f"{escape(_begin(evaluation.words.say(explanation['sentence'])))}." if explanation else "",
        _write_numbers(evaluation),
        _write_basis(evaluation.case.basis),
        _write_list(list_notes(evaluation)),
    ]
    return "\n\n".join(part for part in parts if part)


def write_reason(evaluation: Evaluation) -> str:
    """Why there is no answer."""
    basis = _write_basis(evaluation.case.basis)
    return "\n\n".join(part for part in (_write_list(list_notes(evaluation)), basis) if part)


def write_lacks(evaluation: Evaluation) -> str:
    """What the record lacks, by code and unit."""
    lacks = [*list_lacks(evaluation.case), *list_cautions(evaluation)]
    return f"The record does not hold what the model needs.\n\n{_write_list(lacks)}"


def write_problems(error: InvalidRequestError, words: Words) -> str:
    """What cannot be used, and by which rule."""
    told = [
        f"{problem.field} {words.say(problem.fact)}" if problem.field else words.say(problem.fact)
        for problem in error.details
    ]
    return f"{escape(words.say(error.fact))}\n\n{_write_list(told)}"


def escape(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _SPECIAL.sub(r"\\\1", text)


def name_outcome(name: str) -> str:
    """The name of an outcome, for people."""
    return name.replace("_", " ")


def _begin(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _write_numbers(evaluation: Evaluation) -> str:
    output, told = evaluation.model.manifest.output, (evaluation.prediction or {})["output"]
    match output:
        case SurvivalOutput():
            rows = [
                (name_time(day), f"{told['risk'][str(day)]:.1%}") for day in output.horizon_days
            ]
            return _write_table(("within", "risk of death"), rows)
        case PolicyOutput(outcomes=outcomes):
            names = [outcome.name for outcome in outcomes]
            options = [
                (
                    option["action"],
                    *(f"{option['risks'][name]:.0%}" for name in names),
                    "yes" if option["allowed"] else "no",
                )
                for option in told["options"]
            ]
            return _write_table(("option", *map(name_outcome, names), "allowed"), options)
        case ClassesOutput(labels=labels):
            rows = [(label, f"{told['probabilities'][label]:.1%}") for label in labels]
            return _write_table(("class", "probability"), rows)
        case _:
            return ""


def _write_basis(basis: Sequence[Basis]) -> str:
    """The values that were used, the newest first."""
    newest = sorted(basis, key=lambda one: one.effective, reverse=True)
    rows = [
        (
            one.feature,
            f"{one.value:.4g}" + ("" if one.unit == "1" else f" {one.unit}"),
            one.effective.date().isoformat(),
            one.reference,
        )
        for one in newest[:_MOST_ROWS]
    ]
    if not rows:
        return ""
    table = _write_table(("used", "value", "on", "from"), rows)
    more = len(newest) - len(rows)
    return table if more <= 0 else f"{table}\n\nand {more} more."


def _write_table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        f"| {' | '.join(map(str, line) if i == 1 else map(escape, map(str, line)))} |"
        for i, line in enumerate(lines)
    )


def _write_list(sentences: Iterable[str]) -> str:
    return "\n".join(f"- {escape(sentence)}" for sentence in sentences)
