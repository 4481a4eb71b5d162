"""Every block of the documents runs as it stands, and gives what the document shows."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from benchmarks.server import serving
from medmaas.cds_hooks.feedback import list_override_reasons
from medmaas.words import ENGLISH
from tests.conftest import ROOT

ADDRESS = "127.0.0.1:8080"
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
DOCUMENTS = (
    "README",
    "docs/answers",
    "docs/api",
    "docs/batch",
    "docs/commands",
    "docs/protocols",
    "docs/python",
)
RUNS = re.compile(r"curl [^\n]*127\.0\.0\.1:8080|echo |medmaas (predict|batch) ")
# commands that take more than a server, by the file that runs them or defines what they do
ELSEWHERE = {
    "make serve": "tests/test_cli.py",
    "make test": "Makefile",
    "make stack": "tests/aws/test_stack.py",
    "curl -T examples/patients.csv": "tests/aws/test_stack.py",
    "sam build": "tests/aws/test_sam_local.py",
    "aws cognito-idp admin-create-user": "template.yaml",
    "python -m medmaas_training.image.clusters": "tests/training/test_image_clusters.py",
    "medmaas train": "tests/training/test_training_docs.py",
    "medmaas add": "tests/training/test_own_model_docs.py",
    "medmaas assess": "tests/training/test_versions.py",
    "medmaas quantise": "tests/training/test_quantise.py",
    "medmaas migrate": "tests/model/test_publication.py",
    "grep -vE": "tests/model/test_folder.py",
    "for peer in litserve bentoml mlserver": "benchmarks/peers.py",
    ".venv/bin/pip install duckdb": "benchmarks/readers.py",
}


class Example(NamedTuple):
    """A block to run, with the block that shows what it gives, if the next one does."""

    document: str
    language: str
    code: str
    expected: str
    expects: str


def find_examples() -> Iterator[Example]:
    for document in DOCUMENTS:
        blocks = BLOCK.findall((ROOT / f"{document}.md").read_text())
        for (language, code), (shows, shown) in zip(blocks, [*blocks[1:], ("", "")], strict=True):
            if language == "python" or (language == "sh" and RUNS.match(code)):
                expects = shows if shows in {"json", "text"} else ""
                yield Example(document, language, code, shown if expects else "", expects)


EXAMPLES = list(find_examples())


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving() as server:
        yield f"127.0.0.1:{server.port}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a reader stands: a checkout, in which results may be written."""
    for name in ("examples", "models"):
        (tmp_path / name).symlink_to(ROOT / name)
    return tmp_path


def fits(shown: object, found: object) -> bool:
    """Whether an answer is the one shown, in which "..." stands for anything."""
    if shown == "...":
        return True
    if isinstance(shown, dict) and isinstance(found, dict):
        return shown.keys() == found.keys() and all(fits(shown[k], found[k]) for k in shown)
    if isinstance(shown, list) and isinstance(found, list):
        return fits_list(shown, found)
    if isinstance(shown, float) and isinstance(found, float) and shown != round(shown, 6):
        return abs(shown - found) < 1e-5  # what is not rounded differs from machine to machine
    return shown == found and isinstance(shown, bool) == isinstance(found, bool)


def fits_list(shown: list[object], found: list[object]) -> bool:
    """The same for lists, in which "..." stands for any number of members."""
    if not shown:
        return not found
    first, *rest = shown
    if first == "...":
        return any(fits_list(rest, found[skipped:]) for skipped in range(len(found) + 1))
    return bool(found) and fits(first, found[0]) and fits_list(rest, found[1:])


@pytest.mark.parametrize(
    ("shown", "found", "is_the_same"),
    [
        ({"a": "..."}, {"a": [1]}, True),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ({"a": 1, "b": 2}, {"a": 1}, False),
        ([1, "..."], [1, 2, 3], True),
        (["...", 3], [1, 2, 3], True),
        (["...", 2], [1, 2, 3], False),
        ([1], [1, 2], False),
        (0.123456, 0.123457, False),
        (0.123456789, 0.123456, True),
        (0.123456789, 0.1235, False),
        (True, 1, False),
        ("ok", "forced", False),
    ],
)
def test_only_three_dots_stand_for_anything(
    *, shown: object, found: object, is_the_same: bool
) -> None:
    assert fits(shown, found) is is_the_same


def test_there_are_examples_of_curl_python_and_tritonclient() -> None:
    code = [example.code for example in EXAMPLES]
    for client in ("curl ", "urllib", "tritonclient"):
        assert any(client in text for text in code)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: f"{one.document}-{one.language}")
def test_an_example_gives_what_the_document_shows(
    address: str, folder: Path, example: Example
) -> None:
    command = ["bash", "-euo", "pipefail"] if example.language == "sh" else [sys.executable]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [*command, "-c", example.code.replace(ADDRESS, address)],
        cwd=folder,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    if example.expects == "text":
        assert done.stdout.strip() == example.expected.strip()
    if example.expects == "json":
        assert fits(json.loads(example.expected), json.loads(done.stdout)), done.stdout


def test_every_other_command_is_run_or_defined_elsewhere() -> None:
    commands = {
        code
        for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md"))
        for language, code in BLOCK.findall(path.read_text())
        if language == "sh" and not RUNS.match(code)
    }
    for code in commands:
        assert any(code.startswith(start) for start in ELSEWHERE), code
    assert all((ROOT / path).exists() for path in ELSEWHERE.values())


def test_every_json_block_is_the_answer_to_a_command() -> None:
    shown = {example.expected for example in EXAMPLES if example.expects == "json"}
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        blocks = BLOCK.findall(path.read_text())
        assert {code for language, code in blocks if language == "json"} <= shown, path


def test_the_functions_and_events_that_sam_invokes_exist() -> None:
    text = (ROOT / "docs" / "deploy.md").read_text()
    template = (ROOT / "template.yaml").read_text()
    invoked = re.findall(r"^sam local invoke (\w+) -e (\S+)$", text, re.MULTILINE)
    assert len(invoked) == 2
    for function, event in invoked:
        assert f"\n  {function}:\n" in template
        assert (ROOT / event).exists()


def test_the_parameters_and_outputs_of_the_stack_that_are_named_exist() -> None:
    template = (ROOT / "template.yaml").read_text()
    named = set(
        re.findall(r"`([A-Z][a-z]+(?:[A-Z][a-z]+)+)`", (ROOT / "docs" / "deploy.md").read_text())
    )
    assert {"JwtIssuer", "CdsIssuers", "AlarmEmail", "ResultsBucketName"} <= named
    for name in named:
        assert f"\n  {name}:\n" in template, name


def test_the_override_reasons_are_those_of_the_cards() -> None:
    protocols = (ROOT / "docs" / "protocols.md").read_text()
    for reason in list_override_reasons(ENGLISH):
        assert f"| `{reason['code']}` | {reason['display']} |" in protocols


def test_yaml_in_the_documents_is_yaml() -> None:
    for path in (ROOT / "docs").glob("*.md"):
        for language, code in BLOCK.findall(path.read_text()):
            if language == "yaml":
                assert yaml.safe_load(code.replace(", ...}", "}")), path
