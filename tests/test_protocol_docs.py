"""The examples of docs/protocols.md, run as they stand against a server that listens."""

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from benchmarks.server import serving
from medmaas.cds_hooks.feedback import OVERRIDE_REASONS
from tests.conftest import ROOT

DOCUMENT = (ROOT / "docs" / "protocols.md").read_text()
EXAMPLES = re.findall(r"```(sh|python)\n(.*?)```(?:\n\n```text\n(.*?)```)?", DOCUMENT, re.DOTALL)
ADDRESS = "127.0.0.1:8080"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving() as server:
        yield f"127.0.0.1:{server.port}"


def test_there_are_examples_of_curl_python_and_tritonclient() -> None:
    code = [text for _, text, _ in EXAMPLES]
    for client in ("curl ", "urllib", "tritonclient"):
        assert any(client in text for text in code)


@pytest.mark.parametrize("index", range(len(EXAMPLES)))
def test_an_example_prints_what_the_document_says(address: str, index: int) -> None:
    kind, code, expected = EXAMPLES[index]
    command = ["bash", "-euo", "pipefail", "-c"] if kind == "sh" else [sys.executable, "-c"]
    done = subprocess.run(
        [*command, code.replace(ADDRESS, address)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    if expected:
        assert done.stdout.strip() == expected.strip()


def test_the_override_reasons_are_those_of_the_cards() -> None:
    for reason in OVERRIDE_REASONS:
        assert f"| `{reason['code']}` | {reason['display']} |" in DOCUMENT
