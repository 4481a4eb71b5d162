"""Lines that a model of molecules should not answer."""

import random
import re

from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine

from medmaas.model.manifest import TextInput

Lines = dict[str, list[dict[str, str]]]

_EACH = 200
# English words of which every letter is an atom with no more bonds than it can have: as SMILES they
# are valid.
_WORDS = """
BIB BIBS BIN BINS BISON BISONS BIONIC BOB BOBBIN BOBBINS BOBS BOON BOONS BOSS COB COBS COCCI COCOON
COCOONS COIF COIN COINS CON CONIC CONICS CONS COO COON COONS COOP COOPS COOS COP COPS FIB FIBS FIN
FINIS FINS FISSION FISSIONS FOB FOBS FOCI FOP FOPS IBIS ICON ICONIC ICONS ION IONIC IONS IN IF IS
NIB NIBS NIP NIPS NO NON NOON NOONS OF ON ONION ONIONS OPINION OPINIONS PICNIC PICNICS PIN PINION
PINIONS PINS PIP PIPPIN PIPPINS PIPS POISON POISONS POP POPS SCION SCIONS SIB SIN SINS SIP SIPS
SNIP SNIPS SNOB SNOBS SNOOP SNOOPS SO SOB SOBS SON SONIC SONICS SONS SOON SOP SOPS SPIN SPINS SPOOF
SPOON SPOONS
"""
_RESIDUES = "ACDEFGHIKLMNPQRSTVWY"


def make_texts(spec: TextInput, seed: int, each: int = _EACH) -> Lines:
    """English words and sentences, proteins, and lines of nothing but characters of SMILES.

    The English is of four data sets' descriptions in scikit-learn.
    """
    draw = random.Random(seed)  # noqa: S311 - no secret
    texts = [load().DESCR for load in (load_breast_cancer, load_diabetes, load_iris, load_wine)]
    english = " ".join(texts)
    words = sorted(set(re.findall(r"\b[A-Za-z]{2,}\b", english)))
    sentences = [s.strip() for s in re.split(r"(?<=[.:])\s+", english) if 20 < len(s) < 200]
    letters = [c for c in spec.alphabet if c.isalpha()]
    lines = {
        "English words": draw.sample(words, min(each, len(words))),
        "English sentences": sentences[:each],
        "proteins in one-letter code": [
            "".join(draw.choices(_RESIDUES, k=draw.randint(5, 60))) for _ in range(each)
        ],
        "random characters of the alphabet": [
            "".join(draw.choices(spec.alphabet, k=draw.randint(5, 40))) for _ in range(each)
        ],
        "random letters of the alphabet": [
            "".join(draw.choices(letters, k=draw.randint(5, 40))) for _ in range(each)
        ],
    }
    if spec.syntax == "SMILES":
        lines["English words whose letters are atoms"] = _WORDS.split()
        lines["random atoms in a row"] = [
            "".join(draw.choices("BCINOPS", k=draw.randint(5, 40))) for _ in range(each)
        ]
    return {name: [{spec.field: line} for line in of] for name, of in lines.items()}
