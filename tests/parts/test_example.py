"""The example of the documents runs, and answers."""

import re
import shutil
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from medmaas.api.app import create_app
from medmaas.model.registry import Registry
from tests.conftest import ROOT


def test_the_example_of_the_documents_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (ROOT / "docs" / "own-model.md").read_text("utf-8")
    section = text.partition("## Several inputs in one instance")[2]
    (block, *_) = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    (tmp_path / "docs").mkdir()
    shutil.copy(ROOT / "docs" / "own-model.yaml", tmp_path / "docs")
    monkeypatch.chdir(tmp_path)
    exec(compile(block, "own-model.md", "exec"), {})  # noqa: S102 - our own document
    registry = Registry(tmp_path / "models")
    model = registry.get("scan_and_patient")
    assert model.manifest.parity is not None
    assert model.manifest.parity.rows == 4
    assert "The part `patient` (tabular), if it is missing" in model.card
    asked = TestClient(create_app(registry))
    case = model.manifest.golden.cases[0].instance
    answer = asked.post("/models/scan_and_patient/explain", json={"instances": [case]})
    assert answer.status_code == 200, answer.text
