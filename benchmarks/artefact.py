"""The function as `sam build` makes it, in a folder of its own."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import ROOT
from infra.emulator import find_sam


@contextmanager
def building() -> Iterator[Path]:
    """Build the artefact apart from .aws-sam, which others may be reading."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "build"
        built = subprocess.run(
            [find_sam(ROOT), "build", "--build-dir", folder],
            cwd=ROOT,
            env=os.environ | {"SAM_CLI_TELEMETRY": "0"},
            capture_output=True,
            text=True,
            check=False,
        )
        if built.returncode:
            raise RuntimeError(f"sam build failed:\n{built.stderr}")
        yield folder / "ApiFunction"


def measure_size(folder: Path) -> float:
    """Megabytes of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def measure_zip(folder: Path) -> float:
    """Megabytes of a folder as a zip file, which is how it is sent to Lambda."""
    with tempfile.TemporaryDirectory() as scratch:
        archive = shutil.make_archive(str(Path(scratch) / "function"), "zip", folder)
        return Path(archive).stat().st_size / 1e6
