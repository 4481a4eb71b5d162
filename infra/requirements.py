"""Exports functions/requirements*.txt: what pyproject.toml names, pinned for Lambda.

requirements.txt is all that `dependencies` need, requirements-kinds.txt what `kinds` names besides:
theirs are there already, but for huggingface-hub, which tokenizers declare and a file needs not.

Run it after a change of the dependencies: make requirements
"""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

from infra.build import LAMBDA_WHEELS

PROJECT = Path("pyproject.toml")
REQUIREMENTS = Path("functions/requirements.txt")
OF_KINDS = Path("functions/requirements-kinds.txt")
HEADER = "# Made from pyproject.toml by `make requirements`, for Lambda's Python 3.13."


def pins(dependencies: list[str]) -> list[str]:
    """Resolve `dependencies` to the sorted `name==version` of everything to install."""
    # a dry run writes no target, but pip before 23.3 asks for one
    dry_run = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--target=functions"]
    done = subprocess.run(
        [*dry_run, *LAMBDA_WHEELS, "--report=-", *dependencies], check=False, stdout=subprocess.PIPE
    )
    if done.returncode:
        sys.exit("pip could not resolve the dependencies: see its message above.")
    packages = [item["metadata"] for item in json.loads(done.stdout)["install"]]
    versions = {p["name"].lower().replace("_", "-"): p["version"] for p in packages}
    return [f"{name}=={version}" for name, version in sorted(versions.items())]


def export() -> None:
    """Write the pins of this project."""
    project = tomllib.loads(PROJECT.read_text())["project"]
    kinds = [Requirement(named) for named in project["optional-dependencies"]["kinds"]]
    own = pins(project["dependencies"])
    together = pins([*project["dependencies"], *map(str, kinds)])
    named = {one.name for one in kinds}
    REQUIREMENTS.write_text("\n".join([HEADER, *own]) + "\n")
    of_kinds = [pin for pin in together if pin.partition("==")[0] in named]
    OF_KINDS.write_text("\n".join([HEADER, *of_kinds]) + "\n")


if __name__ == "__main__":
    export()
