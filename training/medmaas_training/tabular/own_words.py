"""A column of words: yes and no, a sex, or a few words of any kind.

A word is a word, None and NA too. Words that differ only by case, width or blanks are one: the
commonest spelling is the choice, the others are spellings of it.
"""

import re
from collections.abc import Mapping

from medmaas.model.manifest import BOOLEAN_WORDS
from medmaas.model.manifest.cells import fold_word
from medmaas_training.tabular.genders import GENDERS
from medmaas_training.tabular.own_notes import ColumnNote
from medmaas_training.tabular.own_texts import ReadCells, Texts, is_marker, is_punctuation

# words of a table, folded
BOOLEANS = BOOLEAN_WORDS | {
    "y": True, "ja": True, "j": True, "有": True, "oui": True, "sí": True, "si": True,
    "n": False, "nein": False, "无": False, "non": False,
}  # fmt: skip
_PLUS = re.compile(r"[0-9]*\s*[-–]?[+±＋]+[-–]?")  # noqa: RUF001
_DASH = re.compile(r"[-−–—]+")  # noqa: RUF001 - a result beside + and ++
FEMALE, MALE = GENDERS["female"], GENDERS["male"]
SEX_WORDS = {fold_word(word): words for words in (FEMALE, MALE) for word in words}
_NO_SEX = {"x", *map(fold_word, (*GENDERS["other"], *GENDERS["unknown"]))}


def read_word_column(texts: Texts, note: ColumnNote) -> ReadCells:
    """Read what is left of a column's texts as words."""
    texts.count_numbers_as_words()
    stated = {fold_word(spelling): word for spelling, word in note.spellings.items()}
    has_plus = any(map(_PLUS.fullmatch, texts.left))
    marks = texts.take(
        lambda text: (
            is_punctuation(text)
            and fold_word(text) not in stated
            and not (has_plus and _DASH.fullmatch(text))
        )
    )
    texts.declare("punctuation", marks)
    word_of = _merge(texts, {text: stated.get(fold_word(text), text) for text in texts.left})
    folded = {fold_word(word) for word in word_of.values()}
    if folded <= BOOLEANS.keys() and {BOOLEANS[word] for word in folded} == {True, False}:
        return _read_booleans(texts, word_of)
    texts.tell("merged", [text for text, word in word_of.items() if text != word])
    for text in texts.left:
        if is_marker(text) and fold_word(text) not in stated:
            texts.tell("na_word", [text], text)
    words = tuple(sorted({*word_of.values()}))
    positions = {word: float(i) for i, word in enumerate(words)}
    spellings = {text: word for text, word in word_of.items() if text != word}
    return ReadCells(
        kind="choice",
        values=texts.spread({text: positions[word] for text, word in word_of.items()}),
        words=words,
        spellings=_spell_sexes(words) | spellings,
        missing_words=frozenset(texts.missing_words),
        told=tuple(texts.told),
    )


def _merge(texts: Texts, word_of: Mapping[str, str]) -> dict[str, str]:
    """The word of each text: the commonest of those that are alike."""
    alike: dict[object, list[str]] = {}
    sexes = _are_sexes({fold_word(word) for word in word_of.values()})
    for text, word in word_of.items():
        key = fold_word(word)
        alike.setdefault(SEX_WORDS.get(key, key) if sexes else key, []).append(text)
    merged = dict[str, str]()
    for group in alike.values():
        count = {word_of[text]: 0 for text in group}
        for text in group:
            count[word_of[text]] += texts.count([text])
        commonest = min(count, key=lambda word: (-count[word], word))
        merged |= dict.fromkeys(group, commonest)
    return merged


def _are_sexes(folded: set[str]) -> bool:
    sexes = folded - _NO_SEX
    return sexes <= SEX_WORDS.keys() and {SEX_WORDS[word] for word in sexes} == {FEMALE, MALE}


def _spell_sexes(words: tuple[str, ...]) -> dict[str, str | bool]:
    """The usual spellings of both sexes, if the words are such."""
    if not _are_sexes({fold_word(word) for word in words}):
        return {}
    of_words = {fold_word(word): word for word in words}
    spelled: dict[str, str | bool] = {}
    for sex in (FEMALE, MALE):
        (word,) = (of_words[key] for key in {fold_word(s) for s in sex} & of_words.keys())
        spelled |= {spelling: word for spelling in sex if spelling not in words}
    return spelled


def _read_booleans(texts: Texts, word_of: Mapping[str, str]) -> ReadCells:
    values = {text: BOOLEANS[fold_word(word)] for text, word in word_of.items()}
    more = {text: yes for text, yes in values.items() if text.casefold() not in BOOLEAN_WORDS}
    return ReadCells(
        kind="boolean",
        values=texts.spread({text: float(yes) for text, yes in values.items()}),
        spellings=more,
        missing_words=frozenset(texts.missing_words),
        told=tuple(texts.told),
    )
