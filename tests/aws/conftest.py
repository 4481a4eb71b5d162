"""The function as SAM builds it, and AWS's own programs to run it with."""

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

import pytest
import yaml

from infra.build import FUNCTIONS
from infra.emulator import Emulator, ToolMissingError, Tools, find_sam, find_tools, running

ROOT = Path(__file__).parents[2]
BUILT = ROOT / ".aws-sam" / "build"

Run = Callable[..., subprocess.CompletedProcess[str]]
Template = dict[str, Any]


def unavailable(reason: str) -> NoReturn:
    """Skip; or fail, where MEDMAAS_REQUIRE_SAM_LOCAL=1 promises that every part is there."""
    if os.environ.get("MEDMAAS_REQUIRE_SAM_LOCAL") == "1":
        pytest.fail(f"{reason} (and MEDMAAS_REQUIRE_SAM_LOCAL=1 does not let this test be skipped)")
    pytest.skip(reason)


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def properties(template: Template, name: str) -> dict[str, Any]:
    """What the template says of one resource."""
    found: dict[str, Any] = template["Resources"][name]["Properties"]
    return found


def write_template(
    built: Path,
    target: Path,
    *,
    models: Path | None = None,
    variables: Mapping[str, str] | None = None,
) -> Path:
    """The built template beside other models, or with what is not in the one that is deployed."""
    template = yaml.safe_load((built / "template.yaml").read_text())
    for name, resource in template["Resources"].items():
        stated = resource.get("Properties", {})
        for place in {"CodeUri", "ContentUri"} & stated.keys():
            stated[place] = str((built / stated[place]).resolve())
        if name == "ModelsLayer" and models:
            stated["ContentUri"] = str(models)
        if name in FUNCTIONS:
            stated["Environment"]["Variables"] |= variables or {}
    target.write_text(yaml.safe_dump(template))
    return target


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def sam() -> Path:
    """SAM CLI's executable."""
    try:
        return find_sam(ROOT)
    except ToolMissingError as missing:
        unavailable(str(missing))


@pytest.fixture(scope="session")
def run_sam(sam: Path) -> Run:
    """Run one SAM CLI command to its end, in the project's root."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sam, *arguments],
            cwd=ROOT,
            env=os.environ | {"SAM_CLI_TELEMETRY": "0"},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def template() -> Template:
    """template.yaml, with `!Ref X` and the like as `{"Ref": X}`."""

    class Loader(yaml.SafeLoader):
        pass

    def short_form(loader: yaml.SafeLoader, tag: str, node: yaml.Node) -> dict[str, Any]:
        if isinstance(node, yaml.ScalarNode):
            return {tag: loader.construct_scalar(node)}
        if isinstance(node, yaml.SequenceNode):
            return {tag: loader.construct_sequence(node, deep=True)}
        raise TypeError(f"!{tag} holds neither text nor a list")

    Loader.add_multi_constructor("!", short_form)
    loaded: Template = yaml.load((ROOT / "template.yaml").read_text(), Loader)  # noqa: S506
    return loaded


@pytest.fixture(scope="session")
def python_3_13() -> str:
    """The Python that `sam build` would use."""
    found = subprocess.run(
        [ROOT / "infra" / "find_python.sh"], capture_output=True, text=True, check=False
    )
    if not found.stdout:
        unavailable("there is no Python 3.13, whose byte code Lambda needs")
    return found.stdout.strip()


@pytest.fixture(scope="session")
def built(run_sam: Run, python_3_13: str) -> Path:
    """What `sam build` makes: a folder per function, and the template."""
    assert python_3_13
    done = run_sam("build")
    assert done.returncode == 0, done.stderr
    return BUILT


@pytest.fixture(scope="session")
def artifact(built: Path) -> Path:
    """The folder that becomes the Lambda code zip of the API."""
    return built / "ApiFunction"


@pytest.fixture(scope="session")
def models() -> Path:
    """What becomes the models layer."""
    return ROOT / "models"


@pytest.fixture(scope="session")
def tools() -> Tools:
    """The emulator inside SAM CLI, and the Python with Lambda's runtime client."""
    try:
        return find_tools(ROOT)
    except ToolMissingError as missing:
        unavailable(str(missing))


@pytest.fixture(scope="session")
def emulator(
    tools: Tools, artifact: Path, models: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Emulator]:
    """The built function, running as on Lambda."""
    with running(tools, artifact, models, tmp_path_factory.mktemp("emulator")) as started:
        yield started


@pytest.fixture(scope="session")
def containers(built: Path) -> Path:
    """The built functions, on a machine that can run them in a container."""
    docker = shutil.which("docker")
    if not docker or subprocess.run([docker, "info"], capture_output=True, check=False).returncode:
        unavailable("no Docker engine answers, and `sam local` needs one")
    return built
