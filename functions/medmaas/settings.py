"""The only reader and writer of the process environment."""

import os
from pathlib import Path

MODELS = "MEDMAAS_MODELS"


def models_directory() -> Path:
    """Where the models are: `MEDMAAS_MODELS`, else `models` in the working directory."""
    return Path(os.environ.get(MODELS, "models"))


def initialised_for_snapshot() -> bool:
    """Whether Lambda SnapStart is about to freeze this process and start later ones from it."""
    return os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start"


def disable_telemetry() -> None:
    """Keep ONNX Runtime from writing a device id and sending events.

    Only works before onnxruntime is first imported: afterwards its thread already runs.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
