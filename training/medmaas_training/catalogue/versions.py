"""The versions of a model: what is measured again is a new one, and none is written over."""

import re
from pathlib import Path

from medmaas.model.registry import find_versions
from medmaas_training.errors import TrainingError

_FIRST = "1.0.0"
_NUMBERS = re.compile(r"\d+\.\d+\.\d+")


def find_folder(out: Path, model_id: str, version: str | None = None) -> Path | None:
    """`<out>/<id>/<version>`, of the newest version if none is named; None if it is not there."""
    versions = [name for name in find_versions(out).get(model_id, []) if _NUMBERS.fullmatch(name)]
    wanted = version or (versions[-1] if versions else None)
    return out / model_id / wanted if wanted in versions else None


def choose_version(out: Path, model_id: str, stated: str | None, after: Path | None = None) -> str:
    """The version that a model is written as.

    Args:
        out: the models directory.
        model_id: of the model.
        stated: by whoever asks; None for the minor version that follows.
        after: the folder of the version that it follows; None for the newest.

    Raises:
        TrainingError: it is not three numbers, or there is such a version.
    """
    if stated and not _NUMBERS.fullmatch(stated):
        raise TrainingError("--as must be three numbers, as in 1.1.0")
    after = after or find_folder(out, model_id)
    version = stated or (_add_minor(after.name) if after else _FIRST)
    if (out / model_id / version).exists():
        raise TrainingError(
            f"{model_id} {version} in --out is there already, and a version stays as it is: "
            "name another with --as"
        )
    return version


def _add_minor(version: str) -> str:
    major, minor, _ = version.split(".")
    return f"{major}.{int(minor) + 1}.0"
