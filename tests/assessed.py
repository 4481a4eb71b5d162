"""The survival model with invented intervals, explanation and rules of abstention."""

import json
from pathlib import Path
from typing import Any

from tests.conftest import state_contract_1

FIRST, OTHER = 0.9, 0.95
UNCERTAINTY: dict[str, Any] = {
    "method": "Split conformal prediction.",
    "calibrated_on": "nobody, the numbers are invented",
    "intervals": {
        "kind": "survival",
        "levels": [
            {"coverage": FIRST, "quantiles": [0.1]},
            {"coverage": OTHER, "quantiles": [0.05]},
        ],
    },
    "most_missing": 0,
}
CENTRES = ([55, 0, 0.9, 1.1, 1.3, 0], [72, 1, 1.2, 1.8, 1.7, 0], [84, 0, 1.3, 2.4, 2.1, 1])
EXPLANATION: dict[str, Any] = {
    "method": "Shapley values against the average patient.",
    "background": {
        "of": "the train split",
        "centres": [{"values": list(centre), "people": 40} for centre in CENTRES],
    },
    "decision": {"target": "risk_1826", "threshold": 0.2, "meaning": "invented"},
    "importance": [
        {"part": "age", "of": "risk_1826", "n": 100, "value": 0.1, "low": 0.09, "high": 0.11}
    ],
    "dependence": [{"feature": "age", "of": "risk_1826", "n": 100, "values": [50, 90],
                    "answers": [0.03, 0.6]}],
    "faithfulness": [{"check": "against shap", "measure": "largest difference", "n": 100,
                      "value": 1e-7}],
}  # fmt: skip


def assess(models: Path) -> Path:
    """Write them into the manifest of a copy of the models; gives the copy."""
    (path,) = models.glob("survival/*/manifest.json")
    manifest = json.loads(path.read_text())
    manifest |= {"uncertainty": UNCERTAINTY, "explanation": EXPLANATION, "translations": {}}
    state_contract_1(manifest)  # whose golden cases hold no intervals
    path.write_text(json.dumps(manifest))
    return models
