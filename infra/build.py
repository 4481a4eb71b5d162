"""Fills what Lambda unzips: the functions' code, or the layer that only some kinds need.

Code is dependencies, medmaas and their byte code; the layer is the libraries of pyproject's `kinds`
and theirs. Run by infra/Makefile in a copy of functions/, with the Python version of the Lambda
runtime.
"""

import compileall
import shutil
import subprocess
import sys
from pathlib import Path
from py_compile import PycInvalidationMode

from medmaas.model.unzipped import MOST, MOST_OF_CODE, find_excess, measure

# pip does not take the older manylinux names as covered by the newer one.
LAMBDA_WHEELS = (
    "--only-binary=:all:",
    "--implementation=cp",
    "--python-version=3.13",
    "--platform=manylinux_2_28_x86_64",
    "--platform=manylinux_2_17_x86_64",
    "--platform=manylinux2014_x86_64",
)

MOST_OF_KINDS = 45_000_000
FUNCTIONS, KINDS = ("ApiFunction", "BatchFunction"), "KindLibraries"

# METADATA and licences stay: vulnerability scanners read them.
UNUSED_TO_INFER = (
    "bin",
    "cffi",  # cryptography only needs what cffi compiled
    "pycparser",
    "fastapi/.agents",
    "flatbuffers*",
    "google",
    "packaging*",
    "protobuf*",
    "pydantic/v1",  # FastAPI takes its absence for "not used"
    "PIL/_avif*",  # and below, what Pillow needs for other formats, fonts and colour management
    "PIL/_imaging[a-z]*",
    "PIL/_webp*",
    "pillow.libs/libavif*",
    "pillow.libs/libbrotli*",
    "pillow.libs/libfreetype*",
    "pillow.libs/libharfbuzz*",
    "pillow.libs/liblcms2*",
    "pillow.libs/libpng*",  # Pillow reads PNG by itself
    "pillow.libs/libsharpyuv*",
    "pillow.libs/libwebp*",
    "pydicom/data/test_files",
    "pydicom/data/charset_files",
    "pydicom/data/palettes",
    "onnxruntime/backend",
    "onnxruntime/capi/libonnxruntime.so.*",  # for C programs: the Python module holds its own copy
    "onnxruntime/datasets",
    "onnxruntime/quantization",
    "onnxruntime/tools",
    "onnxruntime/transformers",
    "numpy/_core/include",
    "numpy/_pyinstaller",
    "numpy/conftest.py",
    "numpy/f2py",
    "numpy/**/tests",
    "**/*.a",
    "**/*.pxd",
    "**/*.pyi",
    "*.dist-info/RECORD",
)


def install_dependencies(requirements: Path, target: Path) -> None:
    """Install exactly the pinned wheels for Lambda, whatever machine this is."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile"]
    done = subprocess.run(
        [*pip, *LAMBDA_WHEELS, f"--requirement={requirements}", f"--target={target}"], check=False
    )
    if done.returncode:
        sys.exit(f"pip could not install {requirements.name}: see its message above.")


def strip(target: Path) -> None:
    """Remove what answering a request never reads."""
    for pattern in UNUSED_TO_INFER:
        for path in list(target.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def compile_for_runtime(target: Path, mounted: str) -> None:
    """Write byte code that is trusted without a look at the source: nobody can write there."""
    compiled = compileall.compile_dir(
        target,
        quiet=1,
        workers=0,  # one per processor
        stripdir=str(target),
        prependdir=mounted,
        invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
    )
    if not compiled:
        sys.exit("Not every file could be compiled: see the messages above.")


def build_code(source: Path, target: Path) -> None:
    """Turn `source` (functions/) into `target` (the artefact)."""
    install_dependencies(source / "requirements.txt", target)
    shutil.copytree(
        source / "medmaas", target / "medmaas", ignore=shutil.ignore_patterns("__pycache__")
    )
    strip(target)
    compile_for_runtime(target, "/var/task")
    if (size := measure(target)) > MOST_OF_CODE:
        sys.exit(f"The code has {size / 1e6:.0f} MB, {MOST_OF_CODE // 10**6} MB is most.")


def build_kinds(source: Path, target: Path) -> None:
    """Turn the pins of `source` (functions/) into `target` (the layer)."""
    libraries = target / "python"  # where Lambda looks for a layer's modules
    install_dependencies(source / "requirements-kinds.txt", libraries)
    strip(libraries)
    compile_for_runtime(libraries, "/opt/python")
    if (size := measure(target)) > MOST_OF_KINDS:
        sys.exit(
            f"The layer of kinds has {size / 1e6:.0f} MB, {MOST_OF_KINDS // 10**6} MB is most."
        )


def require_room(built: Path, models: Path) -> None:
    """End the build if code and layers together are more than Lambda unzips.

    Args:
        built: SAM's folder of what is built, one folder each; what is not built yet is not there.
        models: that become a layer as they are.
    """
    layers = measure(models) + measure(built / KINDS)
    code = max((measure(built / name) for name in FUNCTIONS), default=0)
    if find_excess(code, layers):
        sys.exit(
            f"Code and layers have {(code + layers) / 1e6:.0f} MB unzipped, and Lambda takes "
            f"{MOST // 10**6} MB: deploy fewer models, or large ones by themselves."
        )


BUILDS = {"code": build_code, "kinds": build_kinds}

if __name__ == "__main__":
    if sys.version_info[:2] != (3, 13):
        sys.exit(f"The byte code must be of Python 3.13, not {sys.version.split()[0]}.")
    what, artifacts = sys.argv[1], Path(sys.argv[2])
    BUILDS[what](Path.cwd(), artifacts)
    require_room(artifacts.parent, Path(__file__).parents[1] / "models")
