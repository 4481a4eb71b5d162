"""The texts of the cards in other languages: one file per language beside each recipe.

What several models say stands once beside all of them. English has the names that people write
otherwise than programs do.

A file holds the words for a text by the text itself; {} stands for what a training fills in, as the
figures of a finding. Texts that are others in a row, as source attributes are, need no words.
"""

import json
import re
from pathlib import Path

from medmaas.model.manifest import Manifest
from medmaas.model.manifest.translations import Translations, list_texts

# with what stands between texts in a row, sentences first; English is all there, but for some names
LANGUAGES = {"en": {}, "zh": {" ": "", "; ": "；", ": ": "："}}
_GAP = r"((?:(?!\. [A-Z])[^:;])+?)"  # so that sentences joined to one are not taken for a sentence
_RECIPES = Path(__file__).parents[1] / "recipes"
_LETTER = re.compile("[A-Za-z]")


def translate(manifest: Manifest) -> Manifest:
    """The manifest with all translations there are of its texts; nobody reads golden cases."""
    shown = manifest.model_copy(update={"translations": {}, "golden": None})
    texts = sorted(set(list_texts(shown)))
    translations: Translations = {}
    for language, joiners in LANGUAGES.items():
        known = read_translations(language)
        found = {text: words for text in texts if (words := _find(text, known)) is not None}
        plain = {text: text for text in texts if not _LETTER.search(text)}
        left = [text for text in texts if text not in plain | found]
        found |= {
            text: words for text in left if (words := _join(text, plain | found, known, joiners))
        }
        translations |= {language: dict(sorted(found.items()))} if found else {}
    return manifest.model_copy(update={"translations": translations})


def read_translations(language: str) -> dict[str, str]:
    """Everything that is translated, of all models together."""
    words: dict[str, str] = {}
    for path in sorted(_RECIPES.rglob(f"{language}.json")):
        words |= json.loads(path.read_text(encoding="utf-8"))
    return words


def match(text: str, known: str) -> tuple[str, ...] | None:
    """What fills the gaps of a known text, if this is one of it."""
    pattern = re.escape(known).replace(r"\{\}", _GAP)
    found = re.fullmatch(pattern, text)
    return found and found.groups()


def _find(text: str, known: dict[str, str]) -> str | None:
    if text in known:
        return known[text]
    for pattern in sorted(known, key=len, reverse=True):  # the one that says most
        if "{}" in pattern and (filled := match(text, pattern)):
            return known[pattern].format(*(_find(gap, known) or gap for gap in filled))
    return None


def _join(
    text: str, words: dict[str, str], known: dict[str, str], joiners: dict[str, str]
) -> str | None:
    """The words of a text that is made of others; a blank stands between sentences alone."""
    told = words.get(text) or _find(text, known)
    if told:
        return told
    for joiner, ours in joiners.items():
        for end in [i for i in range(len(text) - 1, 0, -1) if text.startswith(joiner, i)]:
            head = text[:end]
            first = (joiner != " " or head.endswith(".")) and (
                words.get(head) or _find(head, known)
            )
            rest = first and _join(text[end + len(joiner) :], words, known, joiners)
            if rest:
                return f"{first}{ours}{rest}"
    return None
