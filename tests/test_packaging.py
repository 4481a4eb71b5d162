"""What is installed where."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import requires, version
from pathlib import Path

from packaging.requirements import Requirement

from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PINS: dict[str, str] = dict(
    re.findall(
        r"^([a-z0-9-]+)==(\S+)$",
        (ROOT / "functions" / "requirements.txt").read_text(),
        re.MULTILINE,
    )
)


def test_what_ships_is_pinned_within_what_the_project_asks_for() -> None:
    for line in PROJECT["dependencies"]:
        requirement = Requirement(line)
        assert requirement.specifier.contains(PINS[requirement.name]), line


def test_every_pin_is_asked_for_by_the_project_or_by_another_pin() -> None:
    todo = [Requirement(line) for line in PROJECT["dependencies"]]
    wanted = {requirement.name for requirement in todo}
    while todo:
        asking = todo.pop()
        for line in requires(asking.name) or ():
            requirement = Requirement(line)
            name = requirement.name.lower().replace("_", "-")
            if name not in wanted and _applies(requirement, asking.extras):
                wanted.add(name)
                todo.append(requirement)
    assert PINS.keys() == wanted


def _applies(requirement: Requirement, extras: set[str]) -> bool:
    """Whether it is needed on Lambda, by a library or by one of the extras that are asked for."""
    runtime = {"python_version": "3.13", "python_full_version": "3.13.0"}
    marker = requirement.marker
    return marker is None or any(
        marker.evaluate(runtime | {"extra": extra}) for extra in ("", *extras)
    )


def test_what_is_tested_here_is_what_ships() -> None:
    assert {name: version(name) for name in PINS} == PINS


def test_a_folder_training_of_the_user_is_not_hidden(tmp_path: Path) -> None:
    own = tmp_path / "training"
    own.mkdir()
    (own / "data.py").write_text("")
    code = "import training.data, medmaas, medmaas_training"
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)


def test_what_is_installed_has_every_package_that_there_is(tmp_path: Path) -> None:
    build = [sys.executable, "-c", "import setuptools; setuptools.setup()", "--quiet", "build_py"]
    subprocess.run([*build, f"--build-lib={tmp_path}"], cwd=ROOT, check=True, capture_output=True)
    for folder, name in (("functions", "medmaas"), ("training", "medmaas_training")):
        there = {path.relative_to(ROOT / folder) for path in (ROOT / folder / name).rglob("*.py")}
        assert there == {path.relative_to(tmp_path) for path in (tmp_path / name).rglob("*.py")}
