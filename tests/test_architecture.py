"""Who may import whom."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from medmaas.model.kinds import list_kinds
from medmaas.model.manifest import Input, Output
from tests.conftest import ROOT

FUNCTIONS = ROOT / "functions"
PAGE = ROOT / "page" / "src"
ROOMS = {"inputs": Input, "outputs": Output}  # of the page, by its folder
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
    files = {path.resolve() for path in PAGE.rglob("*.ts*")}
    left = {path: {one for one in _find_page_imports(path) if one in files} for path in files}
    assert sum(map(len, left.values())) > len(left) > 20
    while leaves := {path for path, imported in left.items() if not imported & left.keys()}:
        left = {path: imported for path, imported in left.items() if path not in leaves}
    assert sorted(path.relative_to(PAGE).as_posix() for path in left) == []


def _find_page_imports(path: Path) -> Iterator[Path]:
    """Files that one of the page imports, types included."""
    for target in re.findall(r'from "(\.[^"]+)"', path.read_text("utf-8")):
        base = (path.parent / target).resolve()
        yield from (base.with_name(f"{base.name}.{ending}") for ending in ("ts", "tsx"))


@pytest.mark.parametrize(("package", "union"), ROOMS.items())
def test_the_page_has_a_room_for_every_kind(package: str, union: object) -> None:
    rooms = {path.stem for path in (PAGE / package).iterdir()}
    kinds = set(list_kinds(union))
    assert rooms >= kinds
    listed = re.findall(rf'from "\./{package}/(\w+)"', (PAGE / "kinds.ts").read_text("utf-8"))
    assert set(listed) == kinds


def test_the_page_names_a_kind_in_its_room_and_in_the_list_alone() -> None:
    about_all = {PAGE / name for name in ("contract.ts", "kinds.ts", "rooms.ts")}
    files = {path for path in PAGE.rglob("*.ts*") if path.parent.name not in ROOMS} - about_all
    assert len(files) > 20
    found = {path.relative_to(PAGE).as_posix(): _find_kinds(path.read_text()) for path in files}
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "line",
    [
        'if (model.input.kind === "image") return null;',
        "const { kind } = model.output;",
        'case "policy":',
        'entry.input === "text" && <Line />',
        'if ("features" in of.input) return of.input.features;',
        '"heat_map" in explanation && <HeatMap />',
        'import { text } from "../inputs/text";',
        'import { HeatMap } from "./inputs/HeatMap";',
        'import type { Manifest, ManifestSeriesInput } from "./contract";',
        'export type {\n  Answer as Answered,\n  Survival,\n} from "./contract";',
        "const NAMES = { tabular: 1, series: 2 };",
    ],
)
def test_a_kind_that_is_named_elsewhere_is_found(line: str) -> None:
    assert _find_kinds(line)


def _find_kinds(source: str) -> list[str]:
    """Where TypeScript asks for a kind, names one, guesses it by its fields or takes its types."""
    code = re.sub(r"(?m)//.*$|/\*[\s\S]*?\*/", "", source)
    kinds = [kind for union in ROOMS.values() for kind in list_kinds(union)]
    named = "|".join(kinds)
    key = "|".join(set(kinds) - {"text", "value"})  # words of every day as well
    rules = [
        r'(?<!class=")\bkind\b',
        rf'(?:[=!]==?|\bcase)\s*"(?:{named})"',
        rf"\b(?:{key})\s*:",
        r'"\w+" in [\w.]*\b(?:input|output|interval|explanation|target)\b',
        rf'from "[./]+/(?:{"|".join(ROOMS)})/',
    ]
    taken = re.findall(r'\{([^}]*)\} from "[./]+/contract"', code)
    types = _list_types() & set(re.findall(r"\w+", " ".join(taken)))
    return [*(match[0] for rule in rules for match in re.finditer(rule, code)), *sorted(types)]


def _list_types() -> set[str]:
    """The types of the contract that are of one kind: parts of a union by kind."""
    unions = re.findall(
        r"^  (?:input|output|interval|explanation|target)\??:\s+((?:\w+ \|\s+)+\w+);",
        (PAGE / "contract.ts").read_text("utf-8"),
        re.MULTILINE,
    )
    types = {name for union in unions for name in re.findall(r"\w+", union)} - {"null"}
    assert {"ManifestTextInput", "ManifestPolicyOutput", "Classes", "LowerBound"} <= types
    return types


def test_a_year_has_one_length_on_the_page() -> None:
    files = [path for path in PAGE.rglob("*.ts*") if "365.25" in path.read_text()]
    assert files == [PAGE / "language.tsx"]
