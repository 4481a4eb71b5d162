"""What RDKit computes of a molecule: taught beside the target, and the input of the baselines.

Crippen's logP, polar surface, weight, hydrogen bonds, rings, fragments, charges: some two hundred
numbers that cost nothing to know of a training molecule, and that nobody needs in order to answer.
"""

from collections.abc import Callable, Sequence

import numpy as np
from rdkit import Chem, rdBase
from rdkit.Chem import Descriptors, rdFingerprintGenerator

from medmaas_training.tabular.datasets import Floats

_compute: Callable[[Chem.Mol], dict[str, float]] = Descriptors.CalcMolDescriptors
_LARGEST = 1e6  # a few descriptors overflow on odd molecules
_FURTHEST = 4.0  # deviations from the mean; rare fragments would outweigh everything else
_FEWEST = 10  # molecules that must differ from the median for a descriptor to be learned


def compute_descriptors(smiles: Sequence[str]) -> Floats:
    """Every two-dimensional descriptor of RDKit, [n, about 200]; 0 where undefined."""
    with rdBase.BlockLogs():
        molecules = [Chem.MolFromSmiles(line) for line in smiles]
        rows = [list(_compute(molecule).values()) for molecule in molecules]
    table = np.nan_to_num(np.array(rows, dtype=float), posinf=_LARGEST, neginf=-_LARGEST)
    clipped: Floats = np.clip(table, -_LARGEST, _LARGEST)
    return clipped


def compute_fingerprints(smiles: Sequence[str]) -> Floats:
    """Counts of the neighbourhoods of up to two bonds around each atom, [n, 1024].

    Morgan fingerprints (Rogers & Hahn 2010, doi 10.1021/ci100050t).
    """
    generator = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=1024)
    counts = [generator.GetCountFingerprintAsNumPy(Chem.MolFromSmiles(line)) for line in smiles]
    return np.array(counts, dtype=float)


def standardise(descriptors: Floats) -> Floats:
    """Those that vary, mean 0 and deviation 1, no further than 4 from 0, [n, k]."""
    varies = (descriptors != np.median(descriptors, axis=0)).sum(axis=0) >= _FEWEST
    kept = descriptors[:, varies]
    scaled: Floats = (kept - kept.mean(axis=0)) / kept.std(axis=0)
    return np.clip(scaled, -_FURTHEST, _FURTHEST)
