"""Who may import whom."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT

FUNCTIONS = ROOT / "functions"
PYTHON = sorted((FUNCTIONS / "medmaas").rglob("*.py")) + sorted((ROOT / "training").rglob("*.py"))
OWNERS = {
    "boto3": {"functions/medmaas/batch/storage.py", "functions/medmaas/api/aws.py"},
    "jwt": {"functions/medmaas/api/tokens.py"},
    "onnxruntime": {"functions/medmaas/model/session.py"},
    "mangum": {"functions/medmaas/api/app.py"},
    "uvicorn": {"functions/medmaas/api/server.py"},
}
TRAINING_ONLY = {
    "training", "torch", "sklearn", "pandas", "skl2onnx", "sksurv", "scipy", "onnx", "rdkit",
    "yaml", "matplotlib", "jinja2", "rich", "shap",
}  # fmt: skip
API, BATCH = "functions/medmaas/api/", "functions/medmaas/batch/"
DOORS = {"medmaas.api", "medmaas.batch"}
WORDS = "medmaas.words"  # for whoever speaks: doors, and the command that trains
# each protocol, and which other it may know: CDS Hooks brings records, which FHIR reads
PROTOCOLS: dict[str, set[str]] = {"inference_protocol": set(), "fhir": set(), "cds_hooks": {"fhir"}}
NOT_FOR_MODELS = {*DOORS, *(f"medmaas.{name}" for name in PROTOCOLS)}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def imports(path: Path) -> frozenset[str]:
    """Every module that a file imports, anywhere in it; each file is parsed once."""
    return frozenset(_find_imports(path))


def _find_imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)} imports relatively"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imports_any(path: Path, modules: set[str]) -> bool:
    return any(
        name == module or name.startswith(f"{module}.")
        for name in imports(path)
        for module in modules
    )


def test_there_is_something_to_check() -> None:
    assert len(PYTHON) > 20


@pytest.mark.parametrize("path", PYTHON, ids=name_of)
def test_every_file_keeps_the_rules(path: Path) -> None:
    name = name_of(path)
    if name.startswith("functions/"):
        assert not imports_any(path, TRAINING_ONLY), "what answers imports nothing that trains"
    if name.startswith("functions/medmaas/model/"):
        unknown = {*NOT_FOR_MODELS, WORDS, "fastapi", "starlette", "boto3"}
        assert not imports_any(path, unknown), "no HTTP, no AWS, no protocol, no words"
    if name.startswith("training/"):
        own = {"medmaas.model", "medmaas.errors", "medmaas.facts", WORDS, "medmaas"}
        foreign = {m for m in imports(path) if m.startswith("medmaas.")}
        assert all(m.startswith(tuple(own - {"medmaas"})) for m in foreign)
    if name.startswith(API):
        assert not imports_any(path, {"medmaas.batch"}), "the doors do not know each other"
    elif name.startswith(BATCH):
        assert not imports_any(path, {"medmaas.api", "fastapi", "starlette", "mangum"}), "no HTTP"
    elif name != "functions/medmaas/cli.py":
        assert not imports_any(path, DOORS), "nobody imports a door but the command that opens it"


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_no_protocol_knows_another_or_http(protocol: str) -> None:
    others = {f"medmaas.{name}" for name in PROTOCOLS.keys() - PROTOCOLS[protocol] - {protocol}}
    package = sorted((FUNCTIONS / "medmaas" / protocol).glob("*.py"))
    assert len(package) > 1
    for path in package:
        unknown = {*others, *DOORS, "fastapi", "starlette", "boto3"}
        assert not imports_any(path, unknown), name_of(path)
    routes = FUNCTIONS / "medmaas" / "api" / f"{protocol}.py"
    assert not imports_any(routes, others), name_of(routes)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_sessions_of_models_are_run_by_the_core_alone(protocol: str) -> None:
    for path in (FUNCTIONS / "medmaas" / protocol).glob("*.py"):
        assert "numpy" not in imports(path) or protocol == "inference_protocol", name_of(path)
        assert ".session.run" not in path.read_text(), name_of(path)


@pytest.mark.parametrize("library", OWNERS)
def test_a_library_has_one_owner(library: str) -> None:
    assert {name_of(path) for path in PYTHON if imports_any(path, {library})} == OWNERS[library]


def test_only_settings_reads_the_environment() -> None:
    reading = re.compile(r"\b(environ|getenv)\b")
    readers = {name_of(path) for path in PYTHON if reading.search(path.read_text())}
    assert readers == {"functions/medmaas/settings.py"}


def test_the_files_of_the_page_import_each_other_in_no_circle() -> None:
    source = ROOT / "page" / "src"
    files = {path.resolve() for path in source.rglob("*.ts*")}
    left = {path: {one for one in _find_page_imports(path) if one in files} for path in files}
    assert sum(map(len, left.values())) > len(left) > 20
    while leaves := {path for path, imported in left.items() if not imported & left.keys()}:
        left = {path: imported for path, imported in left.items() if path not in leaves}
    assert sorted(path.relative_to(source).as_posix() for path in left) == []


def _find_page_imports(path: Path) -> Iterator[Path]:
    """Files that one of the page imports, types included."""
    for target in re.findall(r'from "(\.[^"]+)"', path.read_text("utf-8")):
        base = (path.parent / target).resolve()
        yield from (base.with_name(f"{base.name}.{ending}") for ending in ("ts", "tsx"))
