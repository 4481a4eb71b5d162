"""Names of drugs in what records display: read only where a text begins with one.

A text such as "dexamethasone before docetaxel" is of another drug, "docetaxel not given" of none:
what names a drug anywhere but at its head, or takes it back, cannot be told.
"""

import re
import unicodedata
from collections.abc import Iterable
from enum import Enum

_LETTER = r"[^\W\d_]"
_WORD = re.compile(r"[^\W_][^\W_-]*")
_LONG, _WRONG = 8, 2  # letters of a name that is still known with so many wrong
_LONGEST = 500  # characters of a text that names a drug
_MOST_WORDS = 1000  # that are compared letter by letter: a record has some hundreds
_HAN = re.compile(r"[\u3400-\u9fff]")
# what may stand before a name: amounts, units, forms and routes
_BEFORE = re.compile(
    r"(?:\b(?:ml|mg|g|ug|mcg|μg|l|m|x|i|v|s|c|iv|sc|inj|injection|injektion|injectable|inf|infusion"
    r"|of|vials?|amp|ampoules?|ampulle|syringe|prefilled|fertigspritze|pre|filled|solution|lösung"
    r"|lsg|concentrate|konzentrat|conc|powder|pulver|dose|kit|intravenous|subcutaneous)\b)"
    r"|注射用|注射液|注射剂|静脉|滴注|皮下|注射|国产|进口|克|毫克|毫升|支"
)
# what takes a name back, or makes it another product
_AFTER = re.compile(
    r"\b(?:not|without|allerg\w*|intoleran\w*|placebo|pre-?med\w*|cancel\w*|discontinued|held"
    r"|contraindic\w*|refused|delayed|postponed|and|und|plus|nicht|kein\w*|ohne|abgesetzt|prämed\w*|praemed\w*|unverträg\w*"
    r"|liposom\w*|micell\w*|mizell\w*|albumin\w*|oral|tablets?|capsules?)\b"
    r"|[/+&]\s*[^\W\d_]{3}"  # another drug with it
    r"|过敏|禁|未|停用|取消|推迟|安慰剂|预处理|脂质体|胶束|白蛋白|口服"
)
_NOTHING = re.compile(
    r"unknown|others?|n/a|na|none|null|see (?:note|comment)s?|drugs?|medication|medicine|medicament"
    r"|injection|infusion|iv|study (?:drug|medication)|test|not coded|uncoded|free text|unbekannt"
    r"|sonstiges?|andere|medikament|arzneimittel|prüfmedikation|studienmedikation"
    r"|未知|其他|其它|药物|药品|不详|注射液|输液"
)


class Mention(Enum):
    """What a text says of a drug: its name, that of a similar one, what may be either, or none."""

    OWN = "own"
    SIMILAR = "similar"
    VAGUE = "vague"
    NONE = "none"


def fold(text: str) -> str:
    """A text without what makes no difference: case, width, characters that are not seen."""
    if not text.isascii():
        wide = unicodedata.normalize("NFKC", text)
        text = "".join(c for c in wide if unicodedata.category(c) != "Cf")
    return " ".join(text.casefold().split())


def says_nothing(folded: str) -> bool:
    """Whether a folded text names no drug at all."""
    return _NOTHING.fullmatch(folded) is not None or not re.search(_LETTER, folded)


class Names:
    """The names of a drug, of similar ones, and those that may be either.

    Args:
        own: of the drug.
        similar: of drugs that it must not be taken for.
        vague: of classes, regimens and the like.
    """

    def __init__(
        self, own: Iterable[str], similar: Iterable[str] = (), vague: Iterable[str] = ()
    ) -> None:
        kinds = {Mention.VAGUE: vague, Mention.SIMILAR: similar, Mention.OWN: own}
        self._kinds = {fold(name): kind for kind, names in kinds.items() for name in names}
        # the longest first: "pegfilgrastim" is no "filgrastim"
        longest = sorted(self._kinds, key=lambda name: (-len(name), name))
        self._pattern = re.compile("|".join(map(re.escape, longest)) or r"(?!)")
        named = [name for name, kind in self._kinds.items() if kind is not Mention.VAGUE]
        self._long = [name for name in named if len(name) >= _LONG and name.isascii()]
        self._misspelled: dict[str, bool] = {}

    def find(self, folded: str) -> Mention:
        """What a folded text says: the gravest of all names in it; too long a text may be any."""
        if len(folded) > _LONGEST:
            return Mention.VAGUE
        found = [(match, self._kinds[match[0]]) for match in self._pattern.finditer(folded)]
        whole = [(m, kind) for m, kind in found if _is_whole(m, folded)]
        kinds = {kind for _, kind in whole}
        torn = {kind for m, kind in found if not _is_whole(m, folded)} - {Mention.VAGUE}
        if Mention.OWN in kinds:
            first = next(m for m, kind in whole if kind is Mention.OWN)
            is_first = not _has_words(folded[: first.start()])
            is_clear = is_first and not _AFTER.search(folded, first.end())
            return Mention.OWN if is_clear and Mention.SIMILAR not in kinds else Mention.VAGUE
        if Mention.SIMILAR in kinds:
            return Mention.SIMILAR
        is_near = any(map(self._is_misspelled, _WORD.findall(folded)))
        return Mention.VAGUE if Mention.VAGUE in kinds or torn or is_near else Mention.NONE

    def _is_misspelled(self, word: str) -> bool:
        """Whether a word may be a name of the drug or a similar one, two letters wrong at most.

        Of more words than any record has, it is not looked at: they may be.
        """
        if len(word) < _LONG - _WRONG:
            return False
        if word not in self._misspelled and len(self._misspelled) < _MOST_WORDS:
            self._misspelled[word] = any(_is_near(word, name) for name in self._long)
        return self._misspelled.get(word, True)


def _is_whole(match: re.Match[str], text: str) -> bool:
    """Whether a name is no part of a longer word; Chinese sets no blanks between words."""
    if _HAN.search(match[0]):
        return True
    around = text[: match.start()][-1:] + text[match.end() :][:1]
    return not re.search(rf"(?![\u3400-\u9fff]){_LETTER}", around)


def _is_near(word: str, name: str) -> bool:
    """Whether two words differ by at most two letters that are left out, added or exchanged."""
    if abs(len(word) - len(name)) > _WRONG:
        return False
    row = list[int](range(len(name) + 1))
    for i, letter in enumerate(word, 1):
        above, row[0] = row[0], i
        for j, other in enumerate(name, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (letter != other))
    return row[-1] <= _WRONG


def _has_words(before: str) -> bool:
    """Whether anything but an amount, a form or a route stands before a name."""
    return re.search(_LETTER, _BEFORE.sub(" ", before)) is not None
