"""What a new Lambda environment does not do before its first answer."""

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import MODELS

API = """
import gc, sys
import medmaas.api.app
from fastapi.openapi.models import OpenAPI
from pydantic import BaseModel
print(OpenAPI.__pydantic_complete__, "defer_build" in BaseModel.model_config, gc.isenabled())
print(gc.get_threshold()[0])
print(sorted({"torch", "sklearn", "uvicorn", "boto3", "pydantic.v1"} & set(sys.modules)))
print(len(medmaas.api.app.registry._models))
"""
BATCH = """
import gc, sys
from medmaas.batch.handler import handler, registry
from medmaas.batch.storage import client
from medmaas.model.manifest import Manifest
from pydantic import BaseModel
print(Manifest.__pydantic_complete__, sorted({"botocore", "fastapi"} & set(sys.modules)))
registry.get("survival")
client("s3")
print("defer_build" in BaseModel.model_config, gc.isenabled())
print(sorted({"boto3", "s3transfer", "fastapi"} & set(sys.modules)))
print(len(registry._models))
"""


def start(code: str, home: Path) -> list[str]:
    environment = {"MEDMAAS_MODELS": str(MODELS), "HOME": str(home), "PATH": os.defpath}
    environment |= {"AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def test_models_of_openapi_are_not_built_and_nothing_stays_switched_off(tmp_path: Path) -> None:
    assert start(API, tmp_path) == ["False False True", "20000", "[]", "0"]


def test_the_batch_function_loads_one_model_and_one_client(tmp_path: Path) -> None:
    loaded = ["False []", "False True", "[]", "1"]
    assert start(BATCH, tmp_path) == loaded
