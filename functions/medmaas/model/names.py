"""What things may be called: letters, marks and digits of any script, and the underscore.

Letters and the like are those of Unicode's general categories L, M and N. Blanks, punctuation and
symbols are none, nor is what nobody sees: control characters, marks of direction, joiners of no
width, and the few letters and marks that have no ink.
"""

import re
import unicodedata

LONGEST = 64
# fillers of Hangul, marks that select a variant, and others that are letters or marks without ink
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


def compose(text: str) -> str:
    """The same text in normal form C, where a letter and its marks are one character if they can.

    What is typed and what is read from a file often differ in this alone.
    """
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def fold_name(name: str) -> str:
    """What names have in common that differ in case, width and normal form alone, as Hb and HB."""
    if name.isascii():
        return name.lower()
    wide = unicodedata.normalize("NFKC", name).casefold()
    return unicodedata.normalize("NFKC", wide)


def keep_letters(text: str, others: str = "") -> str:
    """The text with one `_` for whatever is neither a letter, mark or digit nor one of `others`."""
    kept = "".join(c if _is_of_a_name(c) or c in others else "_" for c in compose(text))
    return re.sub("_+", "_", kept).strip("_")


def is_name(text: str, others: str = "") -> bool:
    """Whether it is made of letters, marks, digits and `_`, and begins with a letter.

    Args:
        text: in normal form C, or it is none.
        others: characters that may be in it besides.
    """
    return (
        len(text) <= LONGEST
        and text[:1].isalpha()
        and all(c == "_" or c in others or _is_of_a_name(c) for c in text)
        and compose(text) == text
    )


def _is_of_a_name(character: str) -> bool:
    if character.isascii():
        return character.isalnum()
    return unicodedata.category(character)[0] in "LMN" and not _UNSEEN.match(character)
