"""Fills the folder that becomes the Lambda code zip: dependencies, medmaas and their byte code.

Run by infra/Makefile in a copy of functions/, with the Python version of the Lambda runtime.
"""

import compileall
import shutil
import subprocess
import sys
from pathlib import Path
from py_compile import PycInvalidationMode

# pip does not take the older manylinux names as covered by the newer one.
LAMBDA_WHEELS = (
    "--only-binary=:all:",
    "--implementation=cp",
    "--python-version=3.13",
    "--platform=manylinux_2_28_x86_64",
    "--platform=manylinux_2_17_x86_64",
    "--platform=manylinux2014_x86_64",
)

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


def compile_for_runtime(target: Path) -> None:
    """Write byte code that is trusted without a look at the source: /var/task is read-only."""
    compiled = compileall.compile_dir(
        target,
        quiet=1,
        workers=0,  # one per processor
        stripdir=str(target),
        prependdir="/var/task",
        invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
    )
    if not compiled:
        sys.exit("Not every file could be compiled: see the messages above.")


def build(source: Path, target: Path) -> None:
    """Turn `source` (functions/) into `target` (the artefact)."""
    if sys.version_info[:2] != (3, 13):
        sys.exit(f"The byte code must be of Python 3.13, not {sys.version.split()[0]}.")
    install_dependencies(source / "requirements.txt", target)
    shutil.copytree(
        source / "medmaas", target / "medmaas", ignore=shutil.ignore_patterns("__pycache__")
    )
    strip(target)
    compile_for_runtime(target)


if __name__ == "__main__":
    build(Path.cwd(), Path(sys.argv[1]))
