"""A model of parts is assessed as any other: sure, withheld, explained."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from medmaas.model.manifest import PartsInput
from medmaas.model.registry import Registry
from medmaas_training.assessment.assess import assess
from medmaas_training.assessment.inputs import make_input_assessor
from medmaas_training.assessment.splits import Cases, Splits
from medmaas_training.rows import PartRows
from tests.parts.models import CASES, make_rows


def make_cases(name: str, seed: int) -> Cases:
    outcome = np.random.default_rng(seed).integers(0, 2, 60)
    rows: Any = PartRows(make_rows(name, 60))
    return Cases(rows, outcome)


@pytest.mark.parametrize("name", ["scan_patient", "history_patient"])
def test_parts_are_assessed_together(
    of_parts: Path, registry_of_parts: Registry, name: str
) -> None:
    manifest = registry_of_parts.get(name).manifest
    graph = onnx.load(str(of_parts / name / "1.0.0" / "model.onnx"))
    train, calibration, test = (make_cases(name, seed) for seed in range(3))
    splits = Splits(train, calibration, test)
    found = assess(graph, manifest.input, manifest.output, CASES[name][:2], splits, seed=0)
    assert found.uncertainty.intervals is not None
    assert found.uncertainty.distance is not None
    parts = {one.part for one in found.explanation.importance}
    assert parts == {part["name"] for part in manifest.model_dump()["input"]["parts"]}
    checks = {check.check.partition(" in the order")[0] for check in found.explanation.faithfulness}
    assert {"deletion", "insertion"} <= checks


def test_limits_are_of_the_pictures_that_are_there(registry_of_parts: Registry) -> None:
    spec = registry_of_parts.get("maybe_scan").manifest.input
    rows = make_rows("maybe_scan", 40)
    rows["scan"][rows["scan_present"][:, 0] == 0] = 0
    given: Any = PartRows(rows)
    assessor = make_input_assessor(spec)
    found = assessor.find_limits(given)
    assert isinstance(found, PartsInput)
    appearance = found.model_dump()["parts"][0]["input"]["appearance"]
    assert appearance["brightness"]["low"] > 100
    assert not assessor.find_doubtful(given).any()
