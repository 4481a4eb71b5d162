"""The command line, as a person uses it."""

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from medmaas.model.predict import predict
from medmaas.model.registry import Registry
from tests.assessed import FIRST, OTHER, assess
from tests.conftest import MODELS, PATIENT, ROOT, SHIPPED, Spoil, version_of

BODY = json.dumps({"instances": [PATIENT]})


def medmaas(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "medmaas", *arguments],
        cwd=ROOT,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )


def test_models_lists_what_answers_and_what_does_not(models: Path, change_manifest: Spoil) -> None:
    change_manifest(lambda manifest: manifest.update(contract=7))
    done = medmaas("models", "--models", str(models))
    assert done.returncode == 0
    *others, last = done.stdout.splitlines()
    assert [line.split()[:3] for line in others] == [
        [model, version_of(model), "available"] for model in SHIPPED[:-1]
    ]
    assert last.startswith(f"survival {version_of('survival')}  unavailable")
    assert "contract" in last


def test_predict_answers_a_file_and_standard_input_alike(tmp_path: Path) -> None:
    file = tmp_path / "patients.json"
    file.write_text(BODY)
    from_file = medmaas("predict", "survival", str(file))
    from_stdin = medmaas("predict", "survival", "-", stdin=BODY)
    assert from_file.returncode == 0
    assert from_file.stdout == from_stdin.stdout
    assert json.loads(from_file.stdout)["predictions"][0]["status"] == "ok"


def test_flags_add_to_what_the_body_says_and_win_over_it(models: Path) -> None:
    doubtful = {"instances": [PATIENT | {"creatinine": None}], "coverage": FIRST, "force": False}
    named = ("predict", "survival", "-", "--models", str(assess(models)))
    flags = ("--force", "--coverage", str(OTHER))
    plain, forced = (
        json.loads(medmaas(*named, *more, stdin=json.dumps(doubtful)).stdout)["predictions"]
        for more in ((), flags)
    )
    assert plain[0]["status"] == "abstained"
    assert forced[0]["status"] == "forced"
    assert forced[0]["interval"]["coverage"] == OTHER


def test_an_answer_is_explained_by_a_flag_or_by_the_body() -> None:
    asking = json.dumps({"instances": [PATIENT], "explain": True})
    declining = json.dumps({"instances": [PATIENT], "explain": False})
    by_body = medmaas("predict", "survival", "-", stdin=asking)
    by_flag = medmaas("predict", "survival", "-", "--explain", stdin=declining)
    assert by_body.returncode == 0, by_body.stderr
    assert by_body.stdout == by_flag.stdout
    assert json.loads(by_flag.stdout)["predictions"][0]["explanation"]["sentence"]


@pytest.mark.parametrize("coverage", ["0", "1", "90", "nan"])
def test_a_coverage_that_is_none_is_refused_by_its_limit(coverage: str) -> None:
    done = medmaas("predict", "survival", "-", "--coverage", coverage, stdin=BODY)
    assert done.returncode == 2
    assert "coverage must be a number of at least 0.5 and below 1" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "stdin", "sentence"),
    [
        (("predict", "nope", "-"), BODY, f"the models here are: {', '.join(SHIPPED)}"),
        (
            ("predict", "survival", "-", "--version", "3.0.0"),
            BODY,
            f"survival is here as: {version_of('survival')}",
        ),
        (("predict", "survival", "-"), "{", "the body is not JSON"),
        (("predict", "survival", "no-such-file"), "", "the file cannot be read"),
        (("models", "--models", "no-such-folder"), "", "there are no models in no-such-folder"),
        (("serve", "--models", "no-such-folder"), "", "there are no models in no-such-folder"),
        (("serve", "--host", "192.0.2.1", "--port", "0"), "", "cannot listen there"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    arguments: tuple[str, ...], stdin: str, sentence: str
) -> None:
    done = medmaas(*arguments, stdin=stdin)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert done.stderr.startswith("medmaas: ")
    assert len(done.stderr.splitlines()) == 1


def test_a_refusal_is_said_in_the_language_that_is_asked_for(tmp_path: Path) -> None:
    done = medmaas("predict", "survival", str(tmp_path / "none.json"), "--language", "zh")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("medmaas: 无法读取该文件")


def test_a_setting_that_cannot_be_read_is_said_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for host, name in (("127.0.0.1", "MEDMAAS_SIGN_IN"), ("0.0.0.0", "MEDMAAS_ISSUERS")):  # noqa: S104
        monkeypatch.setenv(name, "[")
        done = medmaas("serve", "--port", "0", "--host", host)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(f"medmaas: {name} must be ")
        monkeypatch.delenv(name)


def test_a_port_that_does_not_exist_is_refused_by_its_limit() -> None:
    done = medmaas("serve", "--port", "70000")
    assert done.returncode == 2
    assert done.stderr.endswith("argument --port: must be a number from 0 to 65535\n")


def test_problems_of_a_file_are_listed_by_instance_and_field() -> None:
    body = json.dumps({"instances": [PATIENT, PATIENT | {"age": 4242}]})
    done = medmaas("predict", "survival", "-", stdin=body)
    assert done.returncode == 2
    assert "  instance 1: age outside 0 to 120 a" in done.stderr.splitlines()
    assert "4242" not in done.stderr


@contextmanager
def serving(*arguments: str) -> Iterator[tuple[int, str]]:
    """The port and the banner of `medmaas serve`."""
    process = subprocess.Popen(
        [sys.executable, "-m", "medmaas", "serve", "--port", "0", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout
        banner = ""
        while "  curl " not in banner:
            line = process.stdout.readline()
            assert line, "medmaas serve ended"
            banner += line
        (port,) = re.findall(r"answers at http://127\.0\.0\.1:(\d+) ", banner)
        yield int(port), banner
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[int, str]]:
    with serving() as started:
        yield started


def test_serve_names_every_model_and_prints_one_short_request(
    served: tuple[int, str], registry: Registry
) -> None:
    _, banner = served
    for model in registry.newest():
        assert re.search(
            rf"^  {model.manifest.id} +{re.escape(model.manifest.title)}$", banner, re.M
        )
    assert banner.count("curl ") == 1
    assert max(map(len, banner.splitlines())) < 250


def test_the_printed_curl_gets_the_answer_to_the_models_example(
    served: tuple[int, str], registry: Registry
) -> None:
    _, banner = served
    (command,) = re.findall(r"^  (curl .+)$", banner, re.MULTILINE)
    done = subprocess.run(
        [*shlex.split(command), "--silent", "--retry-connrefused", "--retry", "5"],
        capture_output=True,
        check=True,
    )
    model = registry.get("survival")
    assert json.loads(done.stdout)["predictions"] == predict(model, [model.example])


def test_serve_warns_of_a_model_that_cannot_answer(models: Path, change_manifest: Spoil) -> None:
    change_manifest(lambda manifest: manifest.update(contract=7))
    with serving("--models", str(models)) as (_, banner):
        (warning,) = re.findall(r"^warning: (.+)$", banner, re.MULTILINE)
    assert warning.startswith(f"survival {version_of('survival')} ")
    assert "curl http" in banner


def test_a_taken_port_is_said_in_one_sentence(served: tuple[int, str]) -> None:
    port, _ = served
    done = medmaas("serve", "--port", str(port))
    assert done.returncode == 2
    assert done.stderr == (
        f"medmaas: port {port} is taken: name another one with --port, 0 for any free one\n"
    )


def test_the_server_listens_on_loopback_only(served: tuple[int, str]) -> None:
    port, _ = served
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as other:
        assert other.connect_ex(("127.0.0.2", port)) != 0


def test_training_without_its_libraries_says_how_to_get_them(tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("raise ModuleNotFoundError('gone', name='torch')")
    done = subprocess.run(
        [sys.executable, "-m", "medmaas", "train", "survival", "--out", str(tmp_path / "out")],
        env={**os.environ, "PYTHONPATH": str(tmp_path), "MEDMAAS_MODELS": str(MODELS)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == (
        "medmaas train: the training extra is missing (no torch): "
        'pip install ".[training]" in a checkout\n'
    )
    assert not (tmp_path / "out").exists()
