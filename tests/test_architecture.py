"""Who may import whom."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from medmaas.model.kinds import list_kinds
from medmaas.model.manifest import Input, Intervals, Output
from tests.conftest import ROOT

FUNCTIONS = ROOT / "functions"
PYTHON = sorted((FUNCTIONS / "medmaas").rglob("*.py")) + sorted((ROOT / "training").rglob("*.py"))
CONVERSION = "training/medmaas_training/catalogue/conversion/"  # a room per library
OWNERS = {
    "boto3": {"functions/medmaas/api/aws.py"},
    "botocore": {"functions/medmaas/batch/storage.py", "functions/medmaas/api/aws.py"},
    "jwt": {"functions/medmaas/api/tokens.py"},
    "onnxruntime": {
        "functions/medmaas/model/session.py",
        "training/medmaas_training/catalogue/quantisation/graph.py",
    },
    "pydicom": {
        "functions/medmaas/model/inputs/dicom_header.py",
        "functions/medmaas/model/inputs/dicom_pixels.py",
        "functions/medmaas/model/waveform/dicom.py",
    },
    "python_calamine": {"functions/medmaas/table/sheet.py"},
    "mangum": {"functions/medmaas/api/app.py", "functions/medmaas/api/event.py"},
    "lightgbm": {f"{CONVERSION}lightgbm.py"},
    "onnxmltools": {f"{CONVERSION}lightgbm.py", f"{CONVERSION}xgboost.py"},
    "skl2onnx": {
        "training/medmaas_training/catalogue/graph.py",
        f"{CONVERSION}lightgbm.py",
        f"{CONVERSION}sklearn.py",
        f"{CONVERSION}sklearn_steps.py",
        f"{CONVERSION}xgboost.py",
    },
    "xgboost": {f"{CONVERSION}xgboost.py"},
    "tokenizers": {"functions/medmaas/model/inputs/tokenizer.py"},
    "uvicorn": {"functions/medmaas/api/server.py"},
    "wfdb": {"functions/medmaas/batch/wfdb_record.py"},
}
TRAINING_ONLY = {
    "medmaas_training", "torch", "sklearn", "pandas", "skl2onnx", "sksurv", "scipy", "onnx",
    "rdkit", "yaml", "matplotlib", "jinja2", "rich", "shap", "onnxmltools", "xgboost", "lightgbm",
}  # fmt: skip
API, BATCH = "functions/medmaas/api/", "functions/medmaas/batch/"
TABLE = "functions/medmaas/table/"  # the one reader of rows, which doors and training share
DOORS = {"medmaas.api", "medmaas.batch"}
WORDS = "medmaas.words"  # for whoever speaks: doors, and the command that trains
# each protocol, and which other it may know: CDS Hooks brings records, which FHIR reads
PROTOCOLS: dict[str, set[str]] = {"inference_protocol": set(), "fhir": set(), "cds_hooks": {"fhir"}}
DOMAINS = tuple(
    f"training/medmaas_training/{name}/"
    for name in ("survival", "classes", "image", "smiles", "dose", "tabular")
)
# what may ask of which kind an input or an output is: the rooms of kinds, and recipes, which make
# models of one kind each
ROOMS_OF_TRAINING = (
    *(
        f"training/medmaas_training/{package}/{side}"
        for package in ("assessment", "kinds")
        for side in ("inputs", "outputs")
    ),
    "training/medmaas_training/catalogue/probes/inputs",
    "training/medmaas_training/validation/outputs",
)
ROOMS = (
    *ROOMS_OF_TRAINING,
    *(
        f"functions/medmaas/model/{room}/"
        for room in ("manifest", "inputs", "outputs", "explanation")
    ),
    *(f"functions/medmaas/fhir/{kind}.py" for kind in list_kinds(Input)),
)
OF_ONE_KIND = (*ROOMS, "training/medmaas_training/recipes/")
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


def list_classes(path: Path) -> set[str]:
    """The classes that a file defines."""
    tree = ast.walk(ast.parse(path.read_text()))
    return {node.name for node in tree if isinstance(node, ast.ClassDef)}


def find_questions_of_kind(path: Path, kinds: set[str]) -> Iterator[str]:
    """Where a file asks which of the kinds something is: of its class, or of its field `kind`."""
    for node in ast.walk(ast.parse(path.read_text())):
        asked: list[ast.expr] = []
        match node:
            case ast.Call(func=ast.Name(id="isinstance" | "issubclass" | "expect")):
                asked = node.args[1:]
            case ast.MatchClass():
                asked = [node.cls]
            case ast.Compare():
                asked = [node.left, *node.comparators]
            case ast.Match():
                asked = [node.subject]
        for one in (part for root in asked for part in ast.walk(root)):
            match one:
                case ast.Name(id=name) if name in kinds:
                    yield name
                case ast.Attribute(
                    attr="kind", value=ast.Name(id=owner) | ast.Attribute(attr=owner)
                ) if owner in {"spec", "input", "output", "intervals"}:
                    yield f"{owner}.kind"


def test_there_is_something_to_check() -> None:
    assert len(PYTHON) > 20


@pytest.mark.parametrize("path", PYTHON, ids=name_of)
def test_every_file_keeps_the_rules(path: Path) -> None:
    name = name_of(path)
    if name.startswith("functions/"):
        assert not imports_any(path, TRAINING_ONLY), "what answers imports nothing that trains"
    if name.startswith("functions/medmaas/model/"):
        unknown = {*NOT_FOR_MODELS, WORDS, "fastapi", "starlette", "boto3", "botocore"}
        assert not imports_any(path, unknown), "no HTTP, no AWS, no protocol, no words"
    if name.startswith(TABLE):
        unknown = {*NOT_FOR_MODELS, "fastapi", "starlette", "boto3"}
        assert not imports_any(path, unknown), "no HTTP, no AWS, no protocol"
    if name.startswith("training/"):
        own = {
            "medmaas.model",
            "medmaas.table",
            "medmaas.errors",
            "medmaas.facts",
            WORDS,
            "medmaas",
        }
        foreign = {m for m in imports(path) if m.startswith("medmaas.")}
        assert all(m.startswith(tuple(own - {"medmaas"})) for m in foreign)
    if name.startswith(DOMAINS):
        words = {
            "medmaas_training.recipes",
            "medmaas_training.report",
            "medmaas_training.assessment",
        }
        assert not imports_any(path, words), "data and networks know no cards and no reports"
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
        unknown = {*others, *DOORS, "fastapi", "starlette", "boto3", "botocore"}
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


def test_a_year_has_one_length() -> None:
    files = [name_of(path) for path in PYTHON if "365.25" in path.read_text()]
    assert files == ["functions/medmaas/model/years.py"]


def test_only_settings_reads_the_environment() -> None:
    reading = re.compile(r"\b(environ|getenv)\b")
    readers = {name_of(path) for path in PYTHON if reading.search(path.read_text())}
    assert readers == {"functions/medmaas/settings.py"}


KINDS = {
    spec.__name__ for union in (Input, Output, Intervals) for spec in get_args(get_args(union)[0])
}


def test_only_the_rooms_of_kinds_ask_for_a_kind() -> None:
    rooms = [path for path in PYTHON if name_of(path).startswith(ROOMS_OF_TRAINING)]
    kinds = KINDS.union(*(list_classes(path) for path in rooms if path.name != "__init__.py"))
    assert {"TabularInput", "PolicyIntervals", "EvaluatedClasses", "ImageDescription"} <= kinds
    asking = {
        name_of(path): found for path in PYTHON if (found := [*find_questions_of_kind(path, kinds)])
    }
    assert {name for name in asking if name.startswith(ROOMS)}, "the rooms do ask"
    assert {name: at for name, at in asking.items() if not name.startswith(OF_ONE_KIND)} == {}


@pytest.mark.parametrize("room", ROOMS_OF_TRAINING)
def test_every_kind_has_one_room_in_training(room: str) -> None:
    kinds = list_kinds(Input if room.endswith("inputs") else Output)
    for kind in kinds:
        assert (ROOT / room / f"{kind}.py").exists(), kind


@pytest.mark.parametrize(
    "code",
    [
        "isinstance(spec, TabularInput)",
        "isinstance(spec, TextInput | TabularInput)",
        "expect(spec, TabularInput)",
        'spec.kind == "tabular"',
        "match spec:\n case TabularInput(features=some): pass",
        'match spec.kind:\n case "tabular": pass',
    ],
)
def test_every_way_to_ask_for_a_kind_is_seen(tmp_path: Path, code: str) -> None:
    path = tmp_path / "code.py"
    path.write_text(code)
    assert [*find_questions_of_kind(path, KINDS)]
