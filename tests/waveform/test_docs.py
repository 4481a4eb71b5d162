"""docs/waveforms.md, run as it is written."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml

from medmaas.model.manifest import WaveformInput
from medmaas.model.options import Options
from medmaas.model.predict import predict
from medmaas.model.registry import Registry
from tests.conftest import ROOT
from tests.waveform.recordings import as_file, write_csv

PAGE = (ROOT / "docs/waveforms.md").read_text()
(EXAMPLE,) = re.findall(r"```python\n(.+?)```", PAGE, re.DOTALL)
(CONTRACT,) = re.findall(r"```yaml\n(.+?)```", PAGE, re.DOTALL)


def test_the_contract_is_one() -> None:
    spec = WaveformInput.model_validate(yaml.safe_load(CONTRACT)["input"])
    assert spec.model_fields_set >= WaveformInput.model_fields.keys() - {
        "layout",
        "missing_words",
    }


def test_the_example_makes_a_model_that_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "docs").mkdir()
    shutil.copy(ROOT / "docs/own-model.yaml", tmp_path / "docs")
    monkeypatch.chdir(tmp_path)
    exec(compile(EXAMPLE, "waveforms.md", "exec"), {})  # noqa: S102 - the page is ours
    model = Registry(tmp_path / "models").get("beats")
    card = model.card
    assert "1000 samples of each at 100 Hz" in card
    times = np.arange(2500) / 250
    for speed, label in ((1, "slow"), (2, "fast")):
        noise = np.random.default_rng(speed).normal(0, 0.01, len(times))
        beats = np.sin(np.pi * times * speed) ** 20 + noise
        table = write_csv(np.array([beats, beats]), 250, ("Lead I", "MLII"))
        (found,) = predict(model, [as_file(table)], Options(explain=True, explain_seconds=20))
        assert found["output"]["label"] == label
        assert [one.fact.code for one in found["warnings"]] == ["resampled"]
        assert {one["lead"] for one in found["explanation"]["by_lead"][0]["contributions"]} == {
            "I",
            "II",
        }
