"""A draft as YAML: a line for each thing that a person may answer, with its question."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from medmaas_training.drafting.seen import Place, Question, Tree

_WIDEST = 10**9
# lists whose items stand on lines of their own
_TALL = {
    "features",
    "cases",
    "examples",
    "metrics",
    "parts",
    "values",
    "method",
    "findings",
    "limits",
}
_UNSEEN = re.compile(r"[^\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]")


def write(tree: Tree, questions: Sequence[Question], head: Sequence[str] = ()) -> str:
    """The text of a draft; what is asked stands as a comment, what is not known as null.

    Args:
        tree: of the draft.
        questions: by their places in it.
        head: sentences at the beginning.
    """
    asked: dict[Place, list[str]] = {}
    for question in questions:
        asked.setdefault(question.place, []).append(question.words)
    lines = [*(f"# {_clean(line)}" for line in head), *_write_fields(tree, (), asked)]
    return "\n".join(lines) + "\n"


def _write_fields(
    tree: Mapping[str, Any], place: Place, asked: Mapping[Place, Sequence[str]]
) -> Iterator[str]:
    indent = "  " * len(place)
    for key, value in tree.items():
        here = (*place, key)
        for words in asked.get(here, ()):
            yield f"{indent}# QUESTION: {_clean(words)}"
        name = write_inline(key)
        if isinstance(value, dict) and _is_tall(value, here, asked):
            yield f"{indent}{name}:"
            yield from _write_fields(value, here, asked)
        elif isinstance(value, list) and value and key in _TALL:
            yield f"{indent}{name}:"
            yield from _write_items(value, here, asked)
        else:
            yield f"{indent}{name}: {write_inline(value)}"


def _write_items(
    items: Sequence[Any], place: Place, asked: Mapping[Place, Sequence[str]]
) -> Iterator[str]:
    indent = "  " * len(place)
    for i, item in enumerate(items):
        if isinstance(item, dict) and any(
            isinstance(v, dict) and "kind" in v for v in item.values()
        ):
            first, *rest = _write_fields(item, (*place, i), asked)
            yield f"{indent}- {first.lstrip()}"
            yield from rest
        else:
            yield f"{indent}- {write_inline(item)}"


def _is_tall(value: Tree, here: Place, asked: Mapping[Place, Sequence[str]]) -> bool:
    """Whether fields stand on lines of their own: where one is asked for, or is tall."""
    below = any(len(place) > len(here) and place[: len(here)] == here for place in asked)
    return below or any(isinstance(one, dict | list) and one for one in value.values())


def write_inline(value: object) -> str:
    """A value on one line, whatever it holds."""
    text = _dump(value)
    return text if len(text.splitlines()) == 1 else _dump(value, '"')  # which escapes them


def _dump(value: object, style: str | None = None) -> str:
    text = yaml.safe_dump(
        [value],
        default_flow_style=True,
        default_style=style,
        allow_unicode=True,
        sort_keys=False,
        width=_WIDEST,
    )
    return text.strip()[1:-1]


def _clean(words: str) -> str:
    """A comment without what ends its line or cannot stand in YAML."""
    return _UNSEEN.sub("?", " ".join(words.split()))
