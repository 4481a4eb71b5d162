"""Molecules from elsewhere: others than the model's own, which it is measured on alone."""

from pathlib import Path

import pytest

from medmaas.model.inputs import make_input
from medmaas.model.manifest import TextInput
from medmaas.model.registry import Registry
from medmaas_training.__main__ import RECIPES, main
from medmaas_training.catalogue.source_attributes import state_external
from medmaas_training.errors import TrainingError
from medmaas_training.options import Options, check_options
from medmaas_training.recipes.solubility.external import read_external
from medmaas_training.smiles.molecules import TARGET, MoleculeTable, read_molecules

SPEC = TextInput(
    tensor="codes",
    field="smiles",
    description="A molecule.",
    alphabet=tuple("#()+-/1=BCFHNO[]\\@cnlr"),
    max_length=80,
    syntax="SMILES",
)
ALKANES = ["C" * n for n in range(1, 61)]
OWN = [f"{line}O" for line in ALKANES]


@pytest.fixture
def own(tmp_path: Path) -> MoleculeTable:
    return read_molecules(write(tmp_path / "own.csv", OWN))


def write(path: Path, lines: list[str], header: str = f"smiles,{TARGET}") -> Path:
    rows = [f"{line},{i / 10}" for i, line in enumerate(lines)]
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def read(path: Path, own: MoleculeTable, target: str | None = None) -> list[str]:
    """The lines, as the model reads them."""
    cases = read_external(path, target, own, SPEC, seed=0)
    assert cases.rows.shape == (len(cases.outcome), SPEC.max_length)
    return ["".join(SPEC.alphabet[code - 1] for code in row if code) for row in cases.rows]


def test_no_molecule_of_the_model_is_among_them_however_it_is_spelled(
    tmp_path: Path, own: MoleculeTable
) -> None:
    own_again = ["OC", "OCC", "C(O)CC", "[CH3]O"]
    found = read(write(tmp_path / "other.csv", [*own_again, *ALKANES]), own)
    assert sorted(found, key=len) == ALKANES


def test_each_molecule_counts_once_with_its_own_number(tmp_path: Path, own: MoleculeTable) -> None:
    path = write(tmp_path / "other.csv", [*ALKANES, *ALKANES])
    cases = read_external(path, None, own, SPEC, seed=0)
    assert sorted(cases.outcome) == [i / 10 for i in range(60)]
    for row, y in zip(cases.rows, cases.outcome, strict=True):
        assert (row != 0).sum() == round(10 * y) + 1  # as long as its number says


def test_what_the_model_would_refuse_is_left_out(tmp_path: Path, own: MoleculeTable) -> None:
    refused = ["C1CC", "[Na+].[Cl-]", "CCS", "C" * 81, "", "nonsense"]
    found = read(write(tmp_path / "other.csv", [*refused, *ALKANES]), own)
    assert sorted(found, key=len) == ALKANES
    kind = make_input(SPEC)
    assert not kind.read([{"smiles": line} for line in found]).problems


@pytest.mark.parametrize(
    ("header", "target"), [("SMILES,Solubility", None), ("Smiles,toxicity", "toxicity")]
)
def test_columns_are_those_of_the_data_or_of_aqsoldb(
    tmp_path: Path, own: MoleculeTable, header: str, target: str | None
) -> None:
    assert len(read(write(tmp_path / "other.csv", ALKANES, header), own, target)) == 60


@pytest.mark.parametrize(
    ("lines", "header", "said"),
    [
        (ALKANES, "smiles,other", f"--external: these columns are missing: {TARGET}"),
        (ALKANES, f"molecule,{TARGET}", "--external: these columns are missing: smiles"),
        (OWN, f"smiles,{TARGET}", "--external: fewer than 50 molecules that the model can read"),
    ],
)
def test_a_file_that_cannot_be_measured_on_is_refused(
    tmp_path: Path, own: MoleculeTable, lines: list[str], header: str, said: str
) -> None:
    with pytest.raises(TrainingError, match=said):
        read(write(tmp_path / "other.csv", lines, header), own)


@pytest.mark.parametrize("recipe", RECIPES)
def test_only_a_recipe_of_molecules_takes_molecules_from_elsewhere(
    tmp_path: Path, recipe: str
) -> None:
    options = Options(None, tmp_path, 0, external=write(tmp_path / "other.csv", ALKANES))
    if recipe == "solubility":
        check_options(recipe, RECIPES[recipe], options)
    else:
        with pytest.raises(TrainingError, match=f"{recipe} takes no --external"):
            check_options(recipe, RECIPES[recipe], options)


def test_a_file_from_elsewhere_that_is_not_there_is_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["solubility", "--external", "nowhere.csv"]) == 2
    assert capsys.readouterr().err == "medmaas train: --external: there is no such file\n"


def test_a_card_with_figures_from_elsewhere_does_not_say_that_there_are_none(
    registry: Registry,
) -> None:
    card = registry.get("breast_fna").manifest.card
    assert state_external(card) == card
    assert "no external validation" in " ".join(card.limits)
    elsewhere = card.metrics[0].model_copy(
        update={"cohort": "external", "evaluated_on": "another town"}
    )
    told = state_external(card.model_copy(update={"metrics": (*card.metrics, elsewhere)}))
    assert len(told.limits) == len(card.limits)
    assert "no external validation" not in " ".join(told.limits)
    attributes = told.source_attributes
    assert attributes["External data source and setting"] == "another town"
    assert "not available" not in attributes["Validity on external data"]
    assert attributes["Fairness on external data"].startswith("not available")
    assert "no external validation" not in attributes["Known risks and limitations"]
