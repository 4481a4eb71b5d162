"""The dose model with the tables of drugs that its recipe states."""

import json
from pathlib import Path

from medmaas.model.registry import Registry
from medmaas_training.recipes.chemo_dose.records import DOCETAXEL, PEGFILGRASTIM
from tests.conftest import MODELS, write_manifest

SOURCES = {"dose": DOCETAXEL, "gcsf": PEGFILGRASTIM}


def copy_with_tables(folder: Path) -> Registry:
    """A registry of the newest dose model alone, whose manifest holds the tables."""
    newest = max(
        MODELS.glob("chemo_dose/*"), key=lambda path: tuple(map(int, path.name.split(".")))
    )
    target = folder / "chemo_dose" / newest.name
    target.mkdir(parents=True)
    for file in newest.iterdir():
        (target / file.name).write_bytes(file.read_bytes())
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    for feature in manifest["input"]["features"]:
        if source := SOURCES.get(feature["name"]):
            feature["source"] = source.model_dump(mode="json", exclude_defaults=True) | {
                "kind": "administration"
            }
    write_manifest(target / "manifest.json", manifest)
    return Registry(folder)
