"""What `sam build` puts into the Lambda code zip."""

import filecmp
import re
import subprocess
from pathlib import Path

import pytest

from medmaas.model.unzipped import MOST, MOST_OF_CODE

LAMBDA_LIMIT = MOST
ARTIFACT_LIMIT = MOST_OF_CODE  # of which 2.4 are the reader of workbooks
MAGIC_3_13 = (3571).to_bytes(2, "little") + b"\r\n"
UNCHECKED_HASH = (0b01).to_bytes(4, "little")


def files(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}


def size(folder: Path) -> int:
    return sum((folder / path).stat().st_size for path in files(folder))


def sources(folder: Path) -> set[Path]:
    return {path for path in files(folder) if path.suffix not in {".pyc", ".pyo"}}


@pytest.mark.parametrize(
    "name",
    ["tests", "training", "infra", "bin", "Makefile", "requirements.txt", "conftest.py", "f2py"],
)
def test_it_holds_nothing_that_only_builds_or_tests(artifact: Path, name: str) -> None:
    assert [path for path in files(artifact) if name in path.parts] == []


@pytest.mark.parametrize("suffix", [".a", ".onnx", ".pxd", ".pyi"])
def test_it_holds_no_file_that_answering_never_reads(artifact: Path, suffix: str) -> None:
    assert [path for path in files(artifact) if path.suffix == suffix] == []


def test_it_holds_no_hidden_file(artifact: Path) -> None:
    assert [path for path in files(artifact) if any(part[0] == "." for part in path.parts)] == []


@pytest.mark.parametrize("package", ["torch", "sklearn", "sksurv", "pandas", "skl2onnx", "boto3"])
def test_it_holds_no_library_that_only_trains_or_is_in_the_runtime(
    artifact: Path, package: str
) -> None:
    assert not (artifact / package).exists()


def test_it_holds_medmaas_as_it_is(artifact: Path, root: Path) -> None:
    written, shipped = root / "functions" / "medmaas", artifact / "medmaas"
    assert sources(shipped) == sources(written)
    _, mismatch, errors = filecmp.cmpfiles(
        written, shipped, map(str, sources(written)), shallow=False
    )
    assert (mismatch, errors) == ([], [])


def test_it_holds_the_pinned_versions(artifact: Path, root: Path) -> None:
    pins = (root / "functions" / "requirements.txt").read_text().replace("-", "_").split("\n")
    shipped = {path.name.removesuffix(".dist-info") for path in artifact.glob("*.dist-info")}
    assert {"fastapi", "mangum", "numpy", "onnxruntime"} <= {name.split("-")[0] for name in shipped}
    assert shipped <= {pin.replace("==", "-") for pin in pins}


def test_it_says_in_one_line_that_it_does_not_train(artifact: Path, python_3_13: str) -> None:
    done = subprocess.run(
        [python_3_13, "-m", "medmaas", "train", "survival"],
        cwd=artifact,
        env={"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    sentence = 'medmaas train needs a checkout: pip install ".[training]" there\n'
    assert (done.returncode, done.stderr) == (2, sentence)


def test_every_module_has_byte_code_that_lambda_trusts(artifact: Path) -> None:
    for source in artifact.rglob("*.py"):
        compiled = source.parent / "__pycache__" / f"{source.stem}.cpython-313.pyc"
        assert compiled.read_bytes()[:8] == MAGIC_3_13 + UNCHECKED_HASH, source


def test_every_library_is_for_lambda(artifact: Path) -> None:
    modules = {path.name for path in artifact.rglob("*.so") if ".cpython-" in path.name}
    assert modules
    assert {name for name in modules if "cpython-313-x86_64-linux-gnu" not in name} == set()


def test_it_fits_into_lambda(artifact: Path, models: Path) -> None:
    assert size(artifact) < ARTIFACT_LIMIT
    assert size(artifact) + size(models) < LAMBDA_LIMIT


def test_its_size_is_the_one_that_is_documented(artifact: Path, root: Path) -> None:
    (said,) = re.findall(r"an artefact of (\d+) MB", (root / "docs" / "scale.md").read_text())
    assert size(artifact) / 1e6 == pytest.approx(int(said), abs=1)


def test_the_same_sources_make_the_same_bytes(built: Path) -> None:
    """`sam build` runs the same recipe once for each function."""
    api, batch = built / "ApiFunction", built / "BatchFunction"
    assert files(api) == files(batch)
    _, mismatch, errors = filecmp.cmpfiles(api, batch, map(str, files(api)), shallow=False)
    assert (mismatch, errors) == ([], [])


def test_scoring_files_starts_without_what_answers_http(built: Path, python_3_13: str) -> None:
    written = "import medmaas.batch.handler, sys; print(*sys.modules)"
    done = subprocess.run(
        [python_3_13, "-c", written],
        cwd=built / "BatchFunction",
        env={"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert "onnxruntime" in loaded
    assert loaded.isdisjoint({"fastapi", "starlette", "mangum", "anyio", "medmaas.api"})
