"""What the card of a model that reads SMILES says, and what its golden cases are made of."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rdkit import Chem

from medmaas.model.manifest import Card, Data, Example, Metric
from medmaas_training.figures import quote
from medmaas_training.numeric_scores import R2, RMSE
from medmaas_training.recipes.card_parts import (
    CALIBRATION_USE,
    DEVELOPER,
    STAGE,
    answer_attributes,
    open_findings,
)
from medmaas_training.smiles.evaluation import (
    GROUPS,
    NETWORK,
    SPELLINGS,
    SPLITS,
    SPREAD,
    Trial,
)
from medmaas_training.smiles.molecules import MoleculeTable

# Common molecules: ethanol, benzene, aspirin, caffeine, glucose, nitrobenzene, ibuprofen, methane.
GOLDEN = (
    {"smiles": "CCO"},
    {"smiles": "c1ccccc1"},
    {"smiles": "CC(=O)Oc1ccccc1C(=O)O"},
    {"smiles": "Cn1cnc2n(C)c(=O)n(C)c(=O)c12"},
    {"smiles": "OCC1OC(O)C(O)C(O)C1O"},
    {"smiles": "O=[N+]([O-])c1ccccc1"},
    {"smiles": "CC(C)Cc1ccc(cc1)C(C)C(=O)O"},
    {"smiles": "C"},
)

EXAMPLES = (
    Example(title="ethanol", instance={"smiles": "CCO"}),
    Example(title="caffeine", instance={"smiles": "Cn1cnc2n(C)c(=O)n(C)c(=O)c12"}),
    Example(title="ibuprofen", instance={"smiles": "CC(C)Cc1ccc(cc1)C(C)C(=O)O"}),
    Example(title="methane, unlike what the model learned from", instance={"smiles": "C"}),
)


@dataclass(frozen=True)
class Study:
    """Which molecules, and which of their numbers: None is solubility in Delaney's table."""

    table: MoleculeTable
    target: str | None

    @property
    def title(self) -> str:
        """What the model is called."""
        return f"{self._what}, from a molecule's SMILES"

    @property
    def intended_use(self) -> str:
        """One sentence."""
        if self.target is None:
            return (
                "Estimate how well a small organic molecule dissolves in water at room "
                "temperature, as the decadic logarithm of mol/L, before it is made or measured."
            )
        return f"Estimate {self.target} of molecules like those of the table."

    @property
    def _what(self) -> str:
        return "Solubility in water" if self.target is None else self.target


def make_card(study: Study, trials: Sequence[Trial], metrics: Sequence[Metric]) -> Card:
    """The card, with the figures of this very run.

    Args:
        study: the molecules.
        trials: of every split, the shipped one first.
        metrics: of all of them.
    """
    table, shipped = study.table, trials[0]
    sizes = [Chem.MolFromSmiles(line).GetNumHeavyAtoms() for line in table.canonical]
    seen = table.y[shipped.split.train]
    card = Card(
        developer=DEVELOPER,
        stage=STAGE,
        intended_use=study.intended_use,
        intended_users="Chemists and pharmacists in early drug research.",
        population=table.origin.population,
        decision_role="Informs early drug research, as in which molecule to make or measure "
        "first; it says nothing about a patient and no dose follows from it.",
        out_of_scope=(
            "salts and other charged molecules, mixtures, polymers, metals, biologics",
            "solubility at another pH or temperature, in other solvents or in body fluids",
            "dosing, formulation, or any decision about a patient",
        ),
        method=_describe_method(trials),
        data=Data(
            source=table.origin.source,
            licence=table.origin.licence,
            sha256=table.sha256,
            n=len(table.y),
            inclusion=table.origin.inclusion,
            cleaning=(
                "blanks around a SMILES are left out",
                f"{table.duplicates} rows are of a molecule that another row has, by canonical "
                "SMILES: kept, on one side of every split",
            ),
            demographics={
                "Target": f"{table.y.min():g} to {table.y.max():g} {table.unit}, median "
                f"{np.median(table.y):g}",
                "Size": f"{min(sizes)} to {max(sizes)} heavy atoms, median {np.median(sizes):g}",
                "Patients": "none: the data are of molecules",
            },
            split=shipped.split.describe(),
        ),
        findings=(*_state_findings(table, metrics), _state_weakness(metrics)),
        metrics=tuple(metrics),
        limits=(
            table.origin.limit,
            f"Known from {seen.min():g} to {seen.max():g} {table.unit} and up to {max(sizes)} "
            "heavy atoms: beyond, the answer is a guess, and no warning says so.",
            f"A line of more than {shipped.fitted.max_length} characters (a fifth more than the "
            "longest of the train split, rounded up to a multiple of 16), or with a character that "
            "the train split never has in any spelling, is refused.",
            "A SMILES is checked for its grammar, the bonds of every atom and its aromatic rings: "
            "a molecule that is too strained or reactive to exist gets an answer too.",
            "Stereoisomers and isotopes get the same answer: the marks were trained on as carrying "
            "nothing, and are left out with a warning.",
        ),
        references=(
            "Delaney JS 2004, J Chem Inf Comput Sci 44:1000, doi 10.1021/ci034243x",
            "Wu Z et al. 2018, Chem Sci 9:513, doi 10.1039/c7sc02664a (MoleculeNet)",
            "Weininger D 1988, J Chem Inf Comput Sci 28:31, doi 10.1021/ci00057a005 (SMILES)",
            "Bjerrum EJ 2017, arXiv:1703.07076 (random SMILES)",
            "Gilmer J et al. 2017, PMLR 70:1263 (message passing)",
            "Wildman SA, Crippen GM 1999, J Chem Inf Comput Sci 39:868, doi 10.1021/ci990307l",
            "Rogers D, Hahn M 2010, J Chem Inf Model 50:742, doi 10.1021/ci100050t",
            "Llinas A et al. 2008, J Chem Inf Model 48:1289 (how reliable such data are)",
            "RDKit, https://www.rdkit.org",
        ),
        source_attributes={},
    )
    return answer_attributes(card, f"{study.title}: one number in {table.unit}")


def _describe_method(trials: Sequence[Trial]) -> tuple[str, ...]:
    shipped = trials[0]
    seeds = ", ".join(str(trial.split.seed) for trial in trials)
    refused = sum(trial.refused for trial in trials)
    readers = len(shipped.fitted.module.readers)
    epochs = max(map(len, shipped.fitted.losses.values()))
    return (
        "The graph reads characters. It finds for each one the character it continues, past "
        "closed branches, and its partner in a ring bond; one layer then runs six times along "
        "these, and sums and means over all characters give the answer. "
        f"{readers} such readers of different first weights are averaged.",
        f"Each reader was fitted for {epochs} epochs, each on another spelling of every molecule: "
        "by RDKit another first atom and order of branches, now and then other ring numbers, "
        "Kekule's bonds, pentavalent nitro groups, stereo marks, or all hydrogens.",
        "Beside the target each reader learned RDKit's descriptors of the train part's molecules "
        "(Crippen's logP, polar surface, counts of groups and rings, charges); nothing of RDKit "
        "is needed to answer.",
        "Architecture and settings were chosen on calibration parts of two splits of ESOL; their "
        "molecules are in test parts of other seeds too, so that the figures over the splits may "
        "flatter a little.",
        f"The same is fitted on five random splits (seeds {seeds}), 80 % to train, 10 % kept, "
        f"10 % to test; the network of seed {shipped.split.seed} ships as it is, fitted to its "
        "train part alone.",
        f"Lines of test parts that the network would refuse, and no model is measured on: "
        f"{refused}.",
        CALIBRATION_USE,
    )


def _state_findings(table: MoleculeTable, metrics: Sequence[Metric]) -> list[str]:
    sentences = [
        *open_findings(metrics, ""),
        f"On five random splits: RMSE {quote(metrics, SPLITS, NETWORK, RMSE)} {table.unit}, R2 "
        f"{quote(metrics, SPLITS, NETWORK, R2)}.",
        f"All spellings of a molecule get one answer, because it is written in one way before the "
        f"network reads it; without that, ten spellings would give answers that deviate by "
        f"{quote(metrics, SPELLINGS, NETWORK, SPREAD)} on average, with an RMSE of "
        f"{quote(metrics, SPELLINGS, NETWORK, RMSE)}.",
    ]
    if table.delaney is not None:
        sentences.append("Delaney's linear model was fitted to most of these very molecules.")
        sentences.append(
            "Published with random splits of the whole of ESOL (Wu et al. 2018), other molecules "
            "and other splits: RMSE 1.07 of a random forest, 0.99 of XGBoost, 0.97 of a graph "
            "convolution, 0.58 of message passing."
        )
    return sentences


def _state_weakness(metrics: Sequence[Metric]) -> str:
    """Where the network is weakest."""
    errors = [m for m in metrics if m.evaluated_on == GROUPS and m.metric == RMSE]
    if not errors:
        return "Too few molecules to say where it is weakest."
    worst, best = max(errors, key=lambda m: m.value), min(errors, key=lambda m: m.value)
    return (
        f"By group it errs most at: {worst.group}, RMSE {_value(worst)}, and least at: "
        f"{best.group}, {_value(best)}."
    )


def _value(metric: Metric) -> str:
    return f"{metric.value:.4f} ({metric.low:.4f} to {metric.high:.4f})"
