"""docs/training.md: its commands are understood, and its YAML is read, as they stand there."""

import re
import shlex
from pathlib import Path

import pytest

from medmaas_training.__main__ import RECIPES, main
from medmaas_training.image.data import read_images
from medmaas_training.tabular.own_notes import read_notes
from tests.conftest import ROOT

from .test_image_data import make_arrays, write

PAGE = (ROOT / "docs/training.md").read_text()
COMMANDS = re.findall(r"^medmaas train (.+)$", PAGE, re.MULTILINE)
TABLE, PICTURES = re.findall(r"```yaml\n(.+?)```", PAGE, re.DOTALL)


def test_every_recipe_is_shown_once_with_data_of_ones_own_and_once_without() -> None:
    recipes = [command.split()[0] for command in COMMANDS]
    assert sorted(recipes) == sorted([*RECIPES, *(RECIPES.keys() - {"chemo_dose"})])


@pytest.mark.parametrize("command", [one for one in COMMANDS if "--data" in one])
def test_a_command_lacks_nothing_but_its_file(
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(shlex.split(command)) == 2
    assert capsys.readouterr().err == "medmaas train: --data: there is no such file\n"


def test_what_is_known_of_a_table_is_read(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(TABLE)
    notes = read_notes(tmp_path / "own.csv")
    age = notes.of("age")
    assert (age.unit, age.loinc, age.low, age.high) == ("a", ("30525-0",), 18, 120)
    assert notes.data.source == "Our registry"


def test_what_is_known_of_pictures_is_read(tmp_path: Path) -> None:
    images = read_images(write(tmp_path, make_arrays(), PICTURES), own=True)
    assert len(images.labels) == 3
    assert images.any_way_up
