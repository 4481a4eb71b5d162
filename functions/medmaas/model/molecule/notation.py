"""What a chemist sends that is no SMILES of one molecule: a name, a formula, an InChI, a salt."""

import re

from medmaas.model.inputs.reading import InvalidValueError
from medmaas.model.molecule.elements import NUMBERS

_INCHI = re.compile(r"(?i)inchi=.*", re.DOTALL)
_INCHI_KEY = re.compile(r"[A-Z]{14}-[A-Z]{10}-[A-Z]")
_CAS_NUMBER = re.compile(r"(?i)(cas[ :.#-]*(no\.?|rn)?[ :]*)?\d{2,7}-\d\d-\d")
_REACTION = re.compile(r"[^\s>]*>[^\s>]*>[^\s>]*")
_UNIT = re.compile(r"([A-Z][a-z]?)(\d*)")
_FORMULA = re.compile(r"(?:[A-Z][a-z]?\d*|\(|\)\d*)+[+-]?")
_NOTATION = frozenset("[]=#@/\\%$")
_OF_ATOMS = frozenset("BCNOPSFIclrbnops*")  # the letters outside brackets
_SYLLABLE = re.compile(r"[^\W\d_A-Z]{2,}|[A-Z]{3,}")
_HALIDES = frozenset(("Cl", "Br", "I", "F"))


def judge_notation(text: str) -> InvalidValueError | None:
    """What a line is that could not be read as a SMILES, if that can be told."""
    if _INCHI.fullmatch(text):
        return InvalidValueError("smiles_is_inchi")
    if _INCHI_KEY.fullmatch(text):
        return InvalidValueError("smiles_is_inchi_key")
    if _CAS_NUMBER.fullmatch(text):
        return InvalidValueError("smiles_is_cas_number")
    if _REACTION.fullmatch(text):
        return InvalidValueError("smiles_is_reaction")
    if _is_formula(text):
        return InvalidValueError("smiles_is_formula")
    return InvalidValueError("smiles_is_name") if _is_name(text) else None


def judge_parts(text: str) -> InvalidValueError:
    """What several molecules are: a salt by a cation or a halide, else a mixture."""
    position = text.index(".") + 1
    if "+" in text or any(part in _HALIDES for part in text.split(".")):
        return InvalidValueError("smiles_is_salt", position=position)
    return InvalidValueError("smiles_is_mixture", position=position)


def _is_formula(text: str) -> bool:
    """As C9H8O4 or NaCl; C1CC is a ring that was left open."""
    if not _FORMULA.fullmatch(text):
        return False
    units = _UNIT.findall(text)
    symbols = [symbol for symbol, _ in units]
    is_known = symbols and all(symbol in NUMBERS for symbol in symbols)
    if not is_known or any(n in {"0", "1"} for _, n in units):
        return False
    is_counted = any(n for _, n in units) or symbols[-1] in _HALIDES
    return "H" in symbols or (is_counted and len(symbols) == len(set(symbols)))


def _is_name(text: str) -> bool:
    """A word that holds a letter which no atom has, from its first word on."""
    first = text.split(maxsplit=1)[0]
    if _NOTATION & set(first):
        return False
    return any(set(found[0]) - _OF_ATOMS for found in _SYLLABLE.finditer(first))
