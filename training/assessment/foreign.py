"""Instances that a model has no business answering, as a request would hold them."""

import random
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine

from medmaas.model.manifest import Boolean, Choice, Feature, Number, TabularInput, TextInput
from training.dose.course import COLUMNS

Rows = NDArray[Any]
Foreign = dict[str, list[dict[str, Any]]]

_EACH = 200
_MOST = 1_000
_LIGHT_CHAINS = ("kappa", "lambda")
# English words of which every letter is an atom: they pass the check of a SMILES' characters.
_WORDS = """
BIB BIBS BIN BINS BISON BISONS BIONIC BOB BOBBIN BOBBINS BOBS BOON BOONS BOSS COB COBS COCCI
COCOON COCOONS COIF COIFS COIN COINS CON CONIC CONICS CONS COO COON COONS COOP COOPS COOS COP COPS
FIB FIBS FIN FINIS FINS FISSION FISSIONS FOB FOBS FOCI FOP FOPS IBIS ICON ICONIC ICONS ION IONIC
IONS IN IF IS NIB NIBS NIP NIPS NO NON NOON NOONS OF ON ONION ONIONS OPINION OPINIONS PICNIC
PICNICS PIN PINION PINIONS PINS PIP PIPPIN PIPPINS PIPS POISON POISONS POP POPS SCION SCIONS SIB
SIN SINS SIP SIPS SNIP SNIPS SNOB SNOBS SNOOP SNOOPS SO SOB SOBS SON SONIC SONICS SONS SOON SOP
SOPS SPIN SPINS SPOOF SPOOFS SPOON SPOONS coo coon coons cocoon con cons no noon noons on so son
sons soon
"""
_RESIDUES = "ACDEFGHIKLMNPQRSTVWY"


def tell(features: Sequence[Feature], row: Rows) -> dict[str, Any]:
    """A row of a tensor as a request would name its values; what is missing is left out."""
    return {
        feature.name: _tell_value(feature, float(value))
        for feature, value in zip(features, row, strict=True)
        if not np.isnan(value)
    }


def _tell_value(feature: Feature, value: float) -> float | str | bool:
    match feature:
        case Choice():
            return feature.choices[round(value)]
        case Boolean():
            return value > 0.5
        case Number():
            return value


def make_people(spec: TabularInput, test: Rows) -> Foreign:
    """Of FLCHAIN: the test people as children, and with light chains in mg/L for mg/dL."""
    names = [feature.name for feature in spec.features]
    if not {"age", *_LIGHT_CHAINS} <= set(names):
        return make_wrong_units(spec, test)
    children, wrong = test.copy(), test.copy()
    children[:, names.index("age")] = np.arange(len(test)) % 18
    wrong[:, [names.index(name) for name in _LIGHT_CHAINS]] *= 10
    return {
        "children, 0 to 17 years": [tell(spec.features, row) for row in children],
        "light chains in mg/L entered as mg/dL": [tell(spec.features, row) for row in wrong],
    }


def make_cases(spec: TabularInput, test: Rows, seed: int) -> Foreign:
    """The test cases with their columns shuffled, and in another unit."""
    order = np.random.default_rng(seed).permutation(test.shape[1])
    shuffled = [tell(spec.features, row[order]) for row in test] if _all_numbers(spec) else []
    foreign = make_wrong_units(spec, test)
    return foreign | ({"columns in another order": shuffled} if shuffled else {})


def make_wrong_units(spec: TabularInput, test: Rows) -> Foreign:
    """Every number a tenth, and ten times, of what it is."""
    numbers = [isinstance(feature, Number) for feature in spec.features]
    return {
        f"every number times {factor:g}": [
            tell(spec.features, np.where(numbers, factor * row, row)) for row in test[:_MOST]
        ]
        for factor in (0.1, 10.0)
    }


def _all_numbers(spec: TabularInput) -> bool:
    return all(isinstance(feature, Number) for feature in spec.features)


def make_texts(spec: TextInput, seed: int, each: int = _EACH) -> Foreign:
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
            "".join(draw.choices("BCFINOPScnos", k=draw.randint(5, 40))) for _ in range(each)
        ]
    return {name: [{spec.field: line} for line in of] for name, of in lines.items()}


def make_histories(test: Rows, seed: int, each: int = _EACH) -> Foreign:
    """Test histories in another unit, with columns swapped, or of nobody's marrow.

    Args:
        test: histories [n, rows, columns of a chart].
        seed: draws which.
        each: how many of every kind.
    """
    rng = np.random.default_rng(seed)
    chosen = test[rng.choice(len(test), min(each, len(test)), replace=False)].astype(float)
    day, anc, wbc = (COLUMNS.index(name) for name in ("day", "anc", "wbc"))

    def change(**columns: Rows) -> Rows:
        changed = chosen.copy()
        for name, values in columns.items():
            changed[:, :, COLUMNS.index(name)] = values
        return changed

    counts = chosen[:, :, anc : wbc + 1]
    kinds: Mapping[str, Rows] = {
        "counts a tenth of what they are": change(
            anc=counts[..., 0] / 10, platelets=counts[..., 1] / 10, wbc=counts[..., 2] / 10
        ),
        "counts ten times what they are": change(
            anc=counts[..., 0] * 10, platelets=counts[..., 1] * 10, wbc=counts[..., 2] * 10
        ),
        "neutrophils and platelets swapped": change(anc=counts[..., 1], platelets=counts[..., 0]),
        "neutrophils and leukocytes swapped": change(anc=counts[..., 2], wbc=counts[..., 0]),
        "days entered as weeks": change(day=chosen[:, :, day] / 7),
        "counts drawn at random": change(
            anc=_draw_like(rng, counts[..., 0], 0.05, 50),
            platelets=_draw_like(rng, counts[..., 1], 5, 1500),
            wbc=_draw_like(rng, counts[..., 2], 0.1, 90),
        ),
    }
    return {name: [_tell_history(rows) for rows in of] for name, of in kinds.items()}


def _draw_like(rng: np.random.Generator, known: Rows, low: float, high: float) -> Rows:
    drawn = np.exp(rng.uniform(np.log(low), np.log(high), known.shape))
    return np.where(np.isnan(known), np.nan, drawn)


def _tell_history(rows: Rows) -> dict[str, Any]:
    told = []
    for row in rows[~np.isnan(rows[:, 0])]:
        values = {n: float(v) for n, v in zip(COLUMNS, row, strict=True) if not np.isnan(v)}
        if "gcsf" in values:
            values["gcsf"] = values["gcsf"] > 0.5
        told.append(values)
    return {"history": told}
