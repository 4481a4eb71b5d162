"""What a new Lambda environment does not do before its first answer."""

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import MODELS

CODE = """
import gc, sys
import medmaas.api.app
from fastapi.openapi.models import OpenAPI
from pydantic import BaseModel
print(OpenAPI.__pydantic_complete__, "defer_build" in BaseModel.model_config, gc.isenabled())
print(gc.get_threshold()[0])
print(sorted({"torch", "sklearn", "uvicorn", "boto3", "pydantic.v1"} & set(sys.modules)))
print(len(medmaas.api.app.registry._models))
"""


def test_models_of_openapi_are_not_built_and_nothing_stays_switched_off(tmp_path: Path) -> None:
    environment = {"MEDMAAS_MODELS": str(MODELS), "HOME": str(tmp_path), "PATH": os.defpath}
    done = subprocess.run(
        [sys.executable, "-c", CODE], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["False False True", "20000", "[]", "0"]
