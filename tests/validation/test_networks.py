"""Networks that read letters and recordings, measured anew on past cases of a folder."""

import csv
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient

from medmaas.api.app import create_app
from medmaas.model.registry import Registry
from medmaas_training.assess import main
from tests.free_text.models import FIELD, LABELS, NOTE, invent, write_fitted
from tests.validation.conftest import read
from tests.waveform.models import INPUT, write_model
from tests.waveform.models import LABELS as RHYTHMS
from tests.waveform.recordings import draw, write_edf

pytestmark = pytest.mark.soak


def renew(models: Path, model: str, data: Path, target: str) -> None:
    arguments = [model, "--data", str(data), "--target", target, "--called", "2026", "--renew"]
    assert main([*arguments, "--out", str(models), "--reports", str(models.parent / "r")]) == 0


def test_tokens_with_a_mask_have_a_distance_an_interval_and_explanations(tmp_path: Path) -> None:
    write_fitted(tmp_path / "models")
    texts, labels = invent(160, seed=5)
    with (tmp_path / "letters.csv").open("w", newline="", encoding="utf-8") as file:
        rows = zip(texts, (LABELS[label] for label in labels), strict=True)
        csv.writer(file).writerows([[FIELD, "urgency"], *rows])
    renew(tmp_path / "models", "letters", tmp_path / "letters.csv", "urgency")
    manifest = read(tmp_path / "models")
    assert manifest["version"] == "1.1.0"
    assert manifest["uncertainty"]["distance"]["kind"] == "tensor"
    assert manifest["uncertainty"]["intervals"]
    assert manifest["explanation"]["importance"]
    client = TestClient(create_app(Registry(tmp_path / "models")))
    answer = client.post("/models/letters/predict", json={"instances": [{FIELD: NOTE}]}).json()
    assert answer["predictions"][0]["interval"]


def test_recordings_in_a_folder_are_measured_on(tmp_path: Path) -> None:
    write_model(tmp_path / "models")
    (tmp_path / "data").mkdir()
    rng, rows = np.random.default_rng(0), [["key", "rhythm"]]
    for i in range(90):
        (tmp_path / "data" / f"{i}.edf").write_bytes(write_edf(draw(seed=i)))
        rows.append([f"{i}.edf", RHYTHMS[int(rng.integers(3))]])
    with (tmp_path / "data" / "cases.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    (model,) = (tmp_path / "models").iterdir()
    renew(tmp_path / "models", model.name, tmp_path / "data", "rhythm")
    manifest = read(tmp_path / "models")
    assert manifest["uncertainty"]["intervals"]
    assert manifest["explanation"]["importance"][0]["part"] in {
        lead["name"] for lead in INPUT["leads"]
    }
