"""A model of somebody else that joined with a validation set, once for all who ask it."""

import json
from pathlib import Path
from typing import Any

import pytest

from medmaas_training.add import main
from tests.validation.foreign import CLASSES, Foreign

Json = dict[str, Any]
CANARY = 18.73  # an age that one person alone has: nobody's is in the model's folder


def join(foreign: Foreign, folder: Path, data: Path, *options: str) -> Path:
    """Add a model with a validation set, as a user does; gives the models directory."""
    model, draft = foreign.put(folder)
    arguments = [str(model), str(draft), "--data", str(data), *(options or foreign.options)]
    out = ["--out", str(folder / "models"), "--reports", str(folder / "reports")]
    assert main([*arguments, *out]) == 0
    return folder / "models"


def read(models: Path) -> Json:
    """The manifest of the newest version."""
    (*_, newest) = sorted(models.glob("*/*/manifest.json"))
    manifest: Json = json.loads(newest.read_text())
    return manifest


@pytest.fixture(scope="session")
def joined(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eighty people of three features, and which of them were sick; one is 18.73 years old."""
    folder = tmp_path_factory.mktemp("joined")
    (folder / "data").mkdir()
    data = CLASSES.write(folder / "data", 80, 1)
    lines = data.read_text().splitlines()
    row = lines[7].split(",")
    lines[7] = ",".join([str(CANARY), *row[1:]])
    data.write_text("\n".join(lines))
    options = (*CLASSES.options, "--group", "patient", "--site", "ward", "--by", "The ward's team")
    return join(CLASSES, folder, data, *options)
