"""Writes what other programs are made from, into docs/.

openapi.json is the document of /openapi.json, from which any generator makes a client;
manifest.schema.json is what an editor checks a manifest by.

Run it after a change of a route, a model or the contract: make openapi, which then writes the
types of the page.
"""

import json
from pathlib import Path

from medmaas.api.app import create_app
from medmaas.model.manifest.schema import describe_file
from medmaas.model.registry import Registry

DOCS = Path("docs")


def export() -> None:
    """Write the document of the models that ship, and the schema of a manifest."""
    written = {
        "openapi.json": create_app(Registry(Path("models"))).openapi(),
        "manifest.schema.json": describe_file(),
    }
    for name, content in written.items():
        text = json.dumps(content, indent=1, ensure_ascii=False)
        (DOCS / name).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    export()
