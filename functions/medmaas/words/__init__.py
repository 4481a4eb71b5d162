"""The sentence of every fact, in every language: doors speak by this package, and nobody else.

en.json  zh.json   a sentence per code, in the format of i18next, which the page reads, too
sentences.py       fills a sentence, and writes the JSON of predictions, problems and errors
languages.py       which language is asked for
"""

from medmaas.words.languages import LANGUAGES, choose_language
from medmaas.words.sentences import (
    ENGLISH,
    Words,
    place_problem,
    raise_in_english,
    speak,
    write_columns,
)

__all__ = [
    "ENGLISH",
    "LANGUAGES",
    "Words",
    "choose_language",
    "place_problem",
    "raise_in_english",
    "speak",
    "write_columns",
]
