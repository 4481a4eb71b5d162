"""What is installed where."""

import re
import tomllib
from importlib.metadata import requires, version

from packaging.requirements import Requirement

from medmaas import __version__
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
    wanted = {Requirement(line).name for line in PROJECT["dependencies"]}
    todo = list(wanted)
    while todo:
        for line in requires(todo.pop()) or ():
            requirement = Requirement(line)
            marker = requirement.marker
            name = requirement.name.lower().replace("_", "-")
            lambda_ = {"python_version": "3.13", "python_full_version": "3.13.0", "extra": ""}
            if name not in wanted and (marker is None or marker.evaluate(lambda_)):
                wanted.add(name)
                todo.append(name)
    assert PINS.keys() == wanted


def test_what_is_tested_here_is_what_ships() -> None:
    assert {name: version(name) for name in PINS} == PINS


def test_the_changelog_names_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text()
    assert f"## {__version__}" in changelog
