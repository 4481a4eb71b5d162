"""ONNX Runtime as medmaas uses it: silent, alone, and equal to another implementation."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx.reference import ReferenceEvaluator

from medmaas.errors import ModelOutputError
from medmaas.model.registry import Registry
from tests.conftest import MODELS, SHIPPED

LOAD_A_MODEL = """
import os, sys
from pathlib import Path
from medmaas.model.registry import Registry
Registry(Path(sys.argv[1])).get("survival")
print(len(os.listdir("/proc/self/task")))
"""


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="counts threads in /proc")
def test_loading_a_model_writes_nothing_at_home_and_starts_no_thread(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOAD_A_MODEL, str(MODELS)],
        env={"HOME": str(tmp_path), "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "1\n"
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize("model_id", SHIPPED)
def test_the_reference_implementation_of_onnx_gives_the_same_numbers(
    registry: Registry, model_id: str
) -> None:
    model = registry.get(model_id)
    tensors = model.inputs.read([c.instance for c in model.manifest.golden.cases]).tensors
    graph = onnx.load(MODELS / model_id / model.manifest.version / "model.onnx")
    expected = ReferenceEvaluator(graph).run(None, tensors)
    for actual, wanted in zip(model.session.run(tensors).values(), expected, strict=True):
        np.testing.assert_allclose(actual, np.asarray(wanted), rtol=0, atol=1e-5)


def test_one_instance_and_many_give_the_same_numbers(registry: Registry) -> None:
    model = registry.get("survival")
    (name,) = model.session.run(model.inputs.read([model.example]).tensors)
    alone = model.session.run(model.inputs.read([model.example]).tensors)[name]
    together = model.session.run(model.inputs.read([model.example] * 1000).tensors)[name]
    np.testing.assert_allclose(together, np.repeat(alone, 1000, axis=0), rtol=0, atol=1e-6)


def test_tensors_that_do_not_fit_are_an_error_without_their_values(registry: Registry) -> None:
    session = registry.get("survival").session
    with pytest.raises(ModelOutputError, match="the model failed on these instances"):
        session.run({"features": np.full((1, 5), 4242, dtype=np.float32)})
