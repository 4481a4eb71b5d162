"""docs/documents.md, run as it is written."""

import json
import re
import shutil
from pathlib import Path
from typing import get_args

import pytest
import yaml

from medmaas.cli import main
from medmaas.fhir.bundle import read_bundle
from medmaas.fhir.elements import read_moment
from medmaas.fhir.evaluation import evaluate
from medmaas.model.manifest import TextSource
from medmaas.model.manifest.record import CodedElement
from medmaas.model.options import PLAIN
from medmaas.model.registry import Registry
from tests.conftest import ROOT

PAGE = (ROOT / "docs/documents.md").read_text()
(EXAMPLE,) = re.findall(r"```python\n(.+?)```", PAGE, re.DOTALL)
(CONTRACT,) = re.findall(r"```yaml\n(.+?)```", PAGE, re.DOTALL)
(COMMAND,) = re.findall(r"```sh\nmedmaas (.+?)\n```", PAGE)


def test_the_contract_is_one_and_all_of_it_is_shown() -> None:
    source = TextSource.model_validate(yaml.safe_load(CONTRACT)["input"]["source"])
    assert source.model_fields_set == TextSource.model_fields.keys()
    for element in get_args(CodedElement):
        kind, name = element.split(".")
        assert f"`{element}`" in PAGE or f"`.{name}`" in PAGE
        assert kind in PAGE


def test_the_example_makes_a_model_that_reads_a_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "docs").mkdir()
    shutil.copy(ROOT / "docs/own-model.yaml", tmp_path / "docs")
    monkeypatch.chdir(tmp_path)
    exec(compile(EXAMPLE, "documents.md", "exec"), {})  # noqa: S102 - the page is ours
    assert main(COMMAND.split()) == 0
    (results,) = (tmp_path / "out").rglob("predictions.jsonl")
    (line,) = map(json.loads, results.read_text().splitlines())
    assert line["status"] == "ok"
    record = json.loads((tmp_path / "records.ndjson").read_text())
    model, as_of = Registry(tmp_path / "models").get("chest"), read_moment(record["timestamp"]).at
    found = evaluate(model, read_bundle(record), as_of, PLAIN)
    assert found.prediction is not None
    assert found.prediction["output"] == line["output"]
    assert [one.reference for one in found.case.basis] == ["DocumentReference/radiograph"]
