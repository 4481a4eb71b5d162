"""The layer of libraries that only some kinds of input need."""

import subprocess
from pathlib import Path

import pytest

from infra.build import FUNCTIONS, KINDS, MOST_OF_KINDS, require_room
from medmaas.model.unzipped import measure
from tests.aws.conftest import Run, Template, properties

LOADED = """
import sys
import pydicom, tokenizers
from pydicom.pixels import get_decoder
from pydicom.uid import JPEG2000, JPEG2000Lossless, JPEGBaseline8Bit, JPEGLSLossless, RLELossless
syntaxes = JPEG2000, JPEG2000Lossless, JPEGBaseline8Bit, JPEGLSLossless, RLELossless
assert all(get_decoder(syntax).is_available for syntax in syntaxes)
model = tokenizers.models.WordLevel({"a": 0, "?": 1}, "?")
text = tokenizers.Tokenizer(model).to_str()
assert tokenizers.Tokenizer.from_str(text).encode("a").ids == [0]
print(*sys.modules)
"""


@pytest.fixture(scope="module")
def layer(built: Path) -> Path:
    return built / KINDS


def test_it_holds_what_is_pinned_and_nothing_that_the_functions_hold(
    layer: Path, artifact: Path, root: Path
) -> None:
    pins = (root / "functions" / "requirements-kinds.txt").read_text().split("\n")[1:-1]
    held = {path.name.split("-")[0] for path in (layer / "python").glob("*.dist-info")}
    assert held == {pin.partition("==")[0].replace("-", "_") for pin in pins}
    assert held.isdisjoint({path.name.split("-")[0] for path in artifact.glob("*.dist-info")})


def test_it_is_small_and_its_byte_code_is_of_the_runtime(layer: Path) -> None:
    assert 0 < measure(layer) <= MOST_OF_KINDS
    for source in layer.rglob("*.py"):
        assert (source.parent / "__pycache__" / f"{source.stem}.cpython-313.pyc").exists()


def test_its_libraries_load_beside_the_code_and_bring_nothing_that_asks_the_network(
    layer: Path, artifact: Path, python_3_13: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [python_3_13, "-s", "-S", "-c", LOADED],
        cwd=tmp_path,
        env={"PYTHONPATH": f"{layer / 'python'}:{artifact}", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert {"huggingface_hub", "requests", "httpx", "pandas"}.isdisjoint(done.stdout.split())


def test_functions_have_it_where_the_parameter_says_so(template: Template) -> None:
    assert template["Parameters"]["KindsLayer"]["Default"] == "false"
    assert template["Resources"][KINDS]["Condition"] == "HasKinds"
    for name in FUNCTIONS:
        models = {"Ref": "ModelsLayer"}
        layers = {"If": ["HasKinds", [models, {"Ref": KINDS}], [models]]}
        assert properties(template, name)["Layers"] == layers


def test_the_build_ends_where_code_and_layers_are_more_than_lambda_takes(tmp_path: Path) -> None:
    built, models = tmp_path / "build", tmp_path / "models"
    for folder, size in ((built / FUNCTIONS[0], 140), (built / KINDS, 40), (models, 70)):
        folder.mkdir(parents=True)
        with (folder / "file").open("wb") as file:
            file.truncate(size * 10**6)
    require_room(built, models)
    with (models / "another").open("wb") as file:
        file.truncate(1)
    with pytest.raises(SystemExit, match="Lambda takes 250 MB: deploy fewer models"):
        require_room(built, models)


def test_a_function_that_has_it_answers_in_the_container(run_sam: Run, containers: Path) -> None:
    assert (containers / KINDS).is_dir()
    event = ["-e", "events/predict.json", "--parameter-overrides", "KindsLayer=true"]
    done = run_sam("local", "invoke", "ApiFunction", *event)
    assert f"{KINDS} is a local Layer" in done.stderr
    assert '"statusCode": 200' in done.stdout, done.stderr
