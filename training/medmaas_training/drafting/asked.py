"""What a draft lacks is asked on the terminal, in the words of the contract."""

from collections.abc import Callable
from typing import Any

import yaml

from medmaas_training.drafting.seen import Place, Tree
from medmaas_training.drafting.whole import list_missing

_PART = ": "


def ask(tree: Tree, read: Callable[[str], str], say: Callable[[str], object]) -> None:
    """Fill in what is None, question by question; what is left empty stays None.

    Args:
        tree: the draft, changed in place.
        read: shows a question and gives the answer; EOFError and Ctrl-C end the questions.
        say: shows a sentence.
    """
    for place in find_open(tree):
        for sentence in _find_sentences(tree, place):
            try:
                answer = read(f"{sentence}: ").strip()
                while answer and (wrong := _fill(tree, place, answer)):
                    say(wrong)
                    answer = read(f"{sentence}: ").strip()
            except (EOFError, KeyboardInterrupt):
                return
            break


def find_open(tree: Any, place: Place = ()) -> list[Place]:  # noqa: ANN401 - a part of a draft
    """Where a draft holds None."""
    if isinstance(tree, dict):
        return [p for key, value in tree.items() for p in find_open(value, (*place, key))]
    if isinstance(tree, list):
        return [p for i, value in enumerate(tree) for p in find_open(value, (*place, i))]
    return [place] if tree is None else []


def name_place(place: Place) -> str:
    """A place as the contract's sentences name it."""
    return ".".join(map(str, place))


def _find_sentences(tree: Tree, place: Place) -> list[str]:
    path = name_place(place)
    return [
        sentence
        for sentence in list_missing(tree)
        if sentence.partition(_PART)[0].split(" ")[0] == path
    ]


def _fill(tree: Tree, place: Place, answer: str) -> str | None:
    """Put an answer where it fits; what is wrong with it if it fits nowhere."""
    parent: Any = tree
    for key in place[:-1]:
        parent = parent[key]
    for value in _read(answer):
        parent[place[-1]] = value
        sentences = _find_sentences(tree, place) + [
            one for one in list_missing(tree) if one.startswith(f"{name_place(place)}.")
        ]
        if not sentences:
            return None
    wrong = sentences[0]
    parent[place[-1]] = None
    return wrong


def _read(answer: str) -> list[object]:
    """What an answer may be: text, a value of YAML, or a list of one."""
    try:
        value = yaml.safe_load(answer)
    except yaml.YAMLError:
        value = answer
    return [value, answer, [value], [answer]]
