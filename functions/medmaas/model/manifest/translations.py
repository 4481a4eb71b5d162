"""The texts of a manifest in other languages, each found by the text itself."""

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import BaseModel, StringConstraints

from medmaas.model.manifest.contract import Sentence

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$")]
Translations = dict[Language, dict[Sentence, Sentence]]
_SHOWN = 60  # characters of a text that is wrong, enough to find it by


def list_texts(*parts: object) -> Iterator[str]:
    """Every string of these parts of a manifest, the names in its objects included."""
    left = [*parts]
    while left:
        match left.pop():
            case str(text):
                yield text
            case BaseModel() as part:
                left += part.__dict__.values()
            case Mapping() as part:
                left += [*part, *part.values()]
            case tuple() | list() as part:
                left += part


def keep_texts(translations: Translations, *parts: object) -> Translations:
    """Those of the translations that are of texts of these parts."""
    texts = frozenset(list_texts(*parts))
    kept = {
        language: {text: words[text] for text in words if text in texts}
        for language, words in translations.items()
    }
    return {language: words for language, words in kept.items() if words}


def require_texts(translations: Translations, *parts: object) -> None:
    """Raise ValueError if anything is translated that is not a text of these parts."""
    texts = frozenset(list_texts(*parts)) if translations else frozenset()
    for language, words in translations.items():
        for text in words.keys() - texts:
            raise ValueError(
                f"translations.{language} must be of texts that the manifest holds, word for "
                f"word: {text[:_SHOWN]!r} is none"
            )
