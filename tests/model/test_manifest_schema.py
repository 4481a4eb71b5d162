"""The published schema of a manifest: what the registry takes fits it, what is wrong does not."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from medmaas.model.manifest import Manifest
from medmaas.model.manifest.schema import describe_answer, describe_file
from tests.conftest import MODELS

MANIFESTS = [json.loads(path.read_text()) for path in sorted(MODELS.rglob("manifest.json"))]
FILE = Draft202012Validator(describe_file())
ANSWER = Draft202012Validator(describe_answer("#/$defs/{model}"))


def test_the_schemas_are_valid_schemas() -> None:
    for validator in (FILE, ANSWER):
        validator.check_schema(validator.schema)


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda manifest: manifest["id"])
def test_every_manifest_that_ships_fits(manifest: dict[str, Any]) -> None:
    FILE.validate(manifest)
    served = Manifest.model_validate(manifest).model_dump(mode="json", exclude_none=True)
    ANSWER.validate(served)
    FILE.validate(served)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda m: m.pop("card"),
        lambda m: m.update(surprise=1),
        lambda m: m.update(contract=0),
        lambda m: m["card"].update(limits=[]),
        lambda m: m["input"].update(kind="sound"),
        lambda m: m["artefact"].update(sha256="none"),
        lambda m: m["output"]["horizon_days"].append("a year"),
    ],
)
def test_what_the_contract_refuses_does_not_fit(spoil: Callable[[dict[str, Any]], Any]) -> None:
    (manifest,) = (m for m in MANIFESTS if m["id"] == "survival")
    spoilt = json.loads(json.dumps(manifest))
    spoil(spoilt)
    assert not FILE.is_valid(spoilt)
    assert not ANSWER.is_valid(spoilt)


def test_what_may_be_left_out_of_a_file_is_there_in_an_answer() -> None:
    file, answer = describe_file(), describe_answer("#/$defs/{model}")
    assert "examples" not in file["required"]
    assert "examples" in answer["required"]
    assert "parity" not in answer["required"]
    assert {"type": "null"} in file["properties"]["parity"]["anyOf"]
    assert answer["properties"]["parity"]["$ref"] == "#/$defs/Parity"
