"""What a chemist sends that is no SMILES of one molecule: a name, a formula, an InChI, a salt."""

import re

from medmaas.model.molecule.elements import NUMBERS

_MARKS = {
    "smiles_is_inchi": re.compile(r"(?i)inchi=.*", re.DOTALL),
    "smiles_is_inchi_key": re.compile(r"[A-Z]{14}-[A-Z]{10}-[A-Z]"),
    "smiles_is_cas_number": re.compile(r"(?i)(cas[ :.#-]*(no\.?|rn)?[ :]*)?\d{2,7}-\d\d-\d"),
    "smiles_is_reaction": re.compile(r"[^\s>]*>[^\s>]*>[^\s>]*"),
}
_UNIT = re.compile(r"([A-Z][a-z]?)(\d*)")
_FORMULA = re.compile(r"(?:[A-Z][a-z]?\d*|\(|\)\d*)+[+-]?")
_NOTATION = frozenset("[]=#@/\\%$")
_OF_ATOMS = frozenset("BCNOPSFIclrbnops*")  # the letters outside brackets
_SYLLABLE = re.compile(r"[^\W\d_A-Z]{2,}|[A-Z]{3,}")
_HALIDES = frozenset(("Cl", "Br", "I", "F"))


def name_notation(text: str) -> str | None:
    """The code of what a line is that could not be read as a SMILES, if that can be told."""
    for code, mark in _MARKS.items():
        if mark.fullmatch(text):
            return code
    if _is_formula(text):
        return "smiles_is_formula"
    return "smiles_is_name" if _is_name(text) else None


def find_part(text: str) -> str:
    """The code of what several molecules are: a salt by a cation or a halide, else a mixture."""
    is_salt = "+" in text or any(part in _HALIDES for part in text.split("."))
    return "smiles_is_salt" if is_salt else "smiles_is_mixture"


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
