"""A recipe is a folder with splits and words; a finished model is assessed on its splits."""

from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from medmaas.model.registry import Registry
from medmaas_training import assess
from medmaas_training.__main__ import RECIPES
from medmaas_training.assessment.splits import Splits
from medmaas_training.options import Options
from medmaas_training.recipes.breast_fna.recipe import make_wisconsin_study
from medmaas_training.recipes.survival.recipe import make_flchain_study
from tests.conftest import MODELS, ROOT

SEED = 3


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_recipe_is_a_folder_with_its_splits_its_card_and_its_chinese(recipe: str) -> None:
    folder = ROOT / "training/medmaas_training/recipes" / recipe
    for name in ("recipe.py", "splits.py", "card.py", "zh.json"):
        assert (folder / name).exists(), name
    module = import_module(f"medmaas_training.recipes.{recipe}.recipe")
    assert callable(module.run)
    assert callable(module.make_splits)


def test_every_folder_of_a_recipe_is_a_recipe_of_the_command() -> None:
    folders = (ROOT / "training/medmaas_training/recipes").glob("*/recipe.py")
    assert {path.parent.name for path in folders} == set(RECIPES)


def split_again(recipe: str) -> Splits:
    module = import_module(f"medmaas_training.recipes.{recipe}.recipe")
    options = Options(data=None, out=Path("unused"), seed=SEED)
    splits: Splits = module.make_splits(options, Registry(MODELS).get(recipe).manifest.input)
    return splits


@pytest.mark.parametrize("recipe", ["survival", "breast_fna"])
def test_a_recipe_gives_the_splits_of_its_options_again(recipe: str) -> None:
    make = make_flchain_study if recipe == "survival" else make_wisconsin_study
    study, splits = make(None, SEED), split_again(recipe)
    for cases, rows in (
        (splits.train, study.split.train),
        (splits.calibration, study.split.calibration),
        (splits.test, study.split.test),
    ):
        np.testing.assert_array_equal(cases.rows, study.table.X[rows])
        assert cases.groups
    assert all(splits.out_of_distribution.values())


@pytest.mark.parametrize(
    ("recipe", "reads"), [("blood_cell", "pictures"), ("solubility", "molecul")]
)
def test_a_model_that_takes_something_else_is_not_assessed(
    recipe: str, reads: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert assess.main([recipe, "--id", "survival", "--out", str(MODELS)]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"medmaas assess: --id: that model does not read {reads}")


def test_a_model_that_is_not_there_is_not_assessed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert assess.main(["survival", "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("medmaas assess: --out: there is no ")
