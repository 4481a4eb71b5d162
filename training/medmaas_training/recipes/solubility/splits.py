"""The molecules that the network is fitted to and measured on, and lines it should not answer."""

import numpy as np

from medmaas.model.manifest import TextInput
from medmaas_training.assessment.splits import Cases, Splits
from medmaas_training.options import Options
from medmaas_training.recipes.solubility.external import read_external
from medmaas_training.smiles.evaluation import name_groups
from medmaas_training.smiles.molecules import MoleculeTable, encode, write_as_served
from medmaas_training.smiles.out_of_distribution import make_texts
from medmaas_training.tabular.datasets import Indices, Split


def split_table(table: MoleculeTable, split: Split, spec: TextInput, options: Options) -> Splits:
    """Molecules that the model reads; the calibration split took no part in the fit."""
    known = set(spec.alphabet)
    served = [write_as_served(line) for line in table.smiles]

    def take(rows: Indices) -> Cases:
        read = np.array(
            [
                row
                for row in rows
                if 0 < len(served[row]) <= spec.max_length and set(served[row]) <= known
            ],
            dtype=np.intp,
        )
        codes = encode([served[row] for row in read], spec.alphabet, spec.max_length)
        return Cases(codes, table.y[read], name_groups(table, read))

    train, calibration, test = (take(r) for r in (split.train, split.calibration, split.test))
    external = {}
    if options.external:
        name = f"molecules from elsewhere, {options.external.name}"
        external[name] = read_external(options.external, options.target, table, spec, split.seed)
    return Splits(train, calibration, test, make_texts(spec, split.seed), external=external)
