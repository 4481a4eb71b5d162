"""Libraries that medmaas does not need, in an environment of their own beside the project's.

XGBoost, LightGBM, CatBoost, lifelines and statsmodels are installed into .venv-foreign. Their
packages are looked for last, so that whatever both environments have is the project's.
"""

import sys
from importlib.util import find_spec
from os import environ

import pytest

from tests.conftest import ROOT

LIBRARIES = ("xgboost", "lightgbm", "catboost", "onnxmltools", "lifelines", "statsmodels")


def pytest_configure() -> None:
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = ROOT / ".venv-foreign" / "lib" / version / "site-packages"
    if packages.is_dir() and str(packages) not in sys.path:
        sys.path.append(str(packages))


pytest_configure()  # pytest calls it of the conftest.py that it starts with alone


@pytest.fixture(autouse=True)
def foreign() -> None:
    """Fail, or say why a test is passed by, where one of the libraries is missing."""
    missing = [name for name in LIBRARIES if find_spec(name) is None]
    if missing:
        said = f"there is no .venv-foreign with {', '.join(missing)}: make .venv-foreign/.made"
        if environ.get("MEDMAAS_REQUIRE_FOREIGN") == "1":
            pytest.fail(said)
        pytest.skip(said)
