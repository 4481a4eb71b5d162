"""Solubility in water from a molecule's SMILES, learned from Delaney's ESOL.

In: --data, a CSV with Delaney's columns, or with a column `smiles` and the number that --target
names. Out: models/<id>/<version>/, and a report.
Five random splits compare the network with two forests, Delaney's own model and the mean; the
network of the first split ships, fitted to its train part alone.
"""

import torch

from medmaas.model.manifest import Input, TextInput, ValueOutput
from medmaas_training.assessment.assess import CERTAINTY, REASONS, assess
from medmaas_training.assessment.splits import Splits
from medmaas_training.catalogue.graph import convert_torch
from medmaas_training.catalogue.versions import choose_version
from medmaas_training.errors import TrainingError
from medmaas_training.export import Identity, refuse_other_data, write_model
from medmaas_training.options import Options
from medmaas_training.progress import begin, plan
from medmaas_training.recipes.solubility.card import EXAMPLES, GOLDEN, Study, make_card
from medmaas_training.recipes.solubility.sections import draw_sections
from medmaas_training.recipes.solubility.splits import split_table
from medmaas_training.report.page import conclude
from medmaas_training.smiles.evaluation import (
    compare_on_splits,
    compare_on_test,
    compute_features,
    describe_by_group,
    describe_spellings,
    try_split,
)
from medmaas_training.smiles.molecules import encode, read_molecules, split_molecules
from medmaas_training.smiles.network import READERS, Fitted

FIELD, TENSOR, OUTPUT = "smiles", "codes", "log_solubility"
_SPLITS = 5
_SECONDS = {
    "Fitting to five splits": 600,
    "Resampling the test split": 20,
    CERTAINTY: 20,
    REASONS: 60,
}  # roughly, for their shares


def run(options: Options) -> None:
    """Read, split five times, fit, compare, evaluate, assess, export, report."""
    torch.set_num_threads(1)  # sums in one order, so that a seed gives the same weights
    torch.use_deterministic_algorithms(mode=True)
    table = read_molecules(options.data, options.target)
    study = Study(table, options.target)
    licence = "not stated" if options.target else "Apache-2.0"
    model_id = options.id or "solubility"
    version = choose_version(options.out, model_id, options.version)
    identity = Identity(model_id, version, study.title, licence, options.seed)
    refuse_other_data(options.out, identity, table.sha256)

    features = compute_features(table)
    seeds = range(options.seed, options.seed + _SPLITS)
    plan(_SECONDS)
    begin("Fitting to five splits", tracks=_SPLITS * READERS)
    trials = [try_split(table, features, split_molecules(table.canonical, seed)) for seed in seeds]
    shipped = trials[0]
    begin("Resampling the test split")
    metrics = compare_on_splits(table, trials) + compare_on_test(table, shipped)
    metrics += describe_by_group(table, trials) + describe_spellings(table, shipped)

    fitted = shipped.fitted
    golden = [instance for instance in GOLDEN if fitted.takes(instance[FIELD])]
    if not golden:
        raise TrainingError("--data: the molecules have no carbon: nothing to try the model on")
    tested = [table.smiles[row] for row in shipped.rows]
    codes = encode(tested, fitted.alphabet, fitted.max_length)
    spec, output = describe_input(fitted), ValueOutput(tensor=OUTPUT, unit=table.unit)
    split = split_molecules(table.canonical, options.seed)
    found = assess(
        convert_torch(fitted.module, torch.from_numpy(codes[:2]), OUTPUT, input_name=TENSOR),
        spec,
        output,
        golden,
        split_table(table, split, spec, options),
        seed=options.seed,
    )
    card = found.complete(make_card(study, trials, metrics))
    written = write_model(
        options.out,
        identity,
        found.graph,
        spec=spec,
        output=output,
        trained=fitted.answer_codes,
        test_rows=codes,
        golden=golden,
        card=card,
        examples=() if study.target else EXAMPLES,
        uncertainty=found.uncertainty,
        explanation=found.explanation,
    )
    sections = draw_sections(table, trials, metrics)
    conclude(options.reports, written, version, sections, found.sections)


def make_splits(options: Options, spec: Input) -> Splits:
    """The splits of a finished model, by the options that it was trained with."""
    if not isinstance(spec, TextInput):
        raise TrainingError("--id: that model does not read molecules")
    table = read_molecules(options.data, options.target)
    return split_table(table, split_molecules(table.canonical, options.seed), spec, options)


def describe_input(fitted: Fitted) -> TextInput:
    """One SMILES of the characters that the network was trained on."""
    return TextInput(
        tensor=TENSOR,
        field=FIELD,
        description="SMILES of one small organic molecule, in any spelling.",
        alphabet=fitted.alphabet,
        max_length=fitted.max_length,
        syntax="SMILES",
    )
