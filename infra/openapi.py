"""Writes docs/openapi.json, from which any generator makes a client: the document of /openapi.json.

Run it after a change of a route or a model: make openapi
"""

import json
from pathlib import Path

from medmaas.api.app import create_app
from medmaas.model.registry import Registry

DOCUMENT = Path("docs/openapi.json")


def export() -> None:
    """Write the document of the models that ship."""
    document = create_app(Registry(Path("models"))).openapi()
    text = json.dumps(document, indent=1, ensure_ascii=False)
    DOCUMENT.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    export()
