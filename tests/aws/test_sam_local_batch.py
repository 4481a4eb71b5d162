"""The function that scores files in SAM CLI's container, with moto on this machine as its AWS."""

import json
import subprocess
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from infra.local_stack import INCOMING, RESULTS, Stack, manifests, running
from tests.conftest import version_of

from .conftest import ROOT, Run, unavailable, write_template

KEYS = [
    "incoming/survival/patients.csv",
    f"incoming/survival/{version_of('survival')}/Müller & Söhne + 1.csv",
]


@pytest.fixture(scope="module")
def stack(containers: Path) -> Iterator[Stack]:
    """The stack, where a container finds it: at the gateway of Docker's own network."""
    assert containers.exists()
    question = ["docker", "network", "inspect", "bridge", "-f", "{{json (index .IPAM.Config 0)}}"]
    told = subprocess.run(question, capture_output=True, text=True, check=True).stdout
    network = json.loads(told)
    # an engine that was only just installed does not state what it chose: the first address
    gateway = network.get("Gateway") or str(next(ip_network(network["Subnet"]).hosts()))
    try:
        with running(address=gateway) as started:
            yield started
    except OSError:
        unavailable("Docker's gateway is no address of this machine")


@pytest.fixture(scope="module")
def template_file(containers: Path, stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built template, with moto's address, which has no place in the one that is deployed."""
    variables = stack.environment()
    del variables["AWS_REGION"]
    written = tmp_path_factory.mktemp("sam") / "template.yaml"
    return write_template(containers, written, variables=variables)


@pytest.mark.parametrize("key", KEYS)
def test_an_upload_is_scored_in_the_container(
    run_sam: Run, stack: Stack, template_file: Path, tmp_path: Path, key: str
) -> None:
    body = (ROOT / "examples" / "patients.csv").read_bytes()
    etag = stack.client("s3").put_object(Bucket=INCOMING, Key=key, Body=body)["ETag"].strip('"')
    generated = run_sam(
        *("local", "generate-event", "s3", "put", "--bucket", INCOMING, "--key", key)
    )
    event: dict[str, Any] = json.loads(generated.stdout)
    # the generator invents both, and a file that was replaced since is not scored
    event["Records"][0]["s3"]["object"] |= {"eTag": etag, "size": len(body)}
    written = tmp_path / "event.json"
    written.write_text(json.dumps(event))
    invoked = run_sam(
        *("local", "invoke", "BatchFunction", "--skip-pull-image"),
        *("--template", str(template_file), "--event", str(written)),
    )
    assert invoked.returncode == 0, invoked.stderr
    folder = f"{key.replace('incoming/', 'results/', 1).removesuffix('.csv')}/{etag}"
    manifest = manifests(stack)[folder]
    assert (manifest["rows"], manifest["scored"], manifest["rejected"]) == (10, 9, 1)
    for part in manifest["parts"]:
        stored = stack.client("s3").head_object(Bucket=RESULTS, Key=f"{folder}/{part['key']}")
        assert stored["ContentLength"] == part["bytes"]
