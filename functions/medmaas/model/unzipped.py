"""How much fits where functions run: code and layers, unzipped.

Standard library alone: the build reads it before there is any other.
"""

from pathlib import Path

MOST = 250_000_000  # bytes that Lambda unzips, layers included
MOST_OF_CODE = 140_000_000  # of these; the build ends where it is more
MOST_OF_MODELS = MOST - MOST_OF_CODE


def find_excess(*sizes: int) -> int:
    """By how many bytes code and layers of these sizes are more than fits; 0 if they are not."""
    return max(0, sum(sizes) - MOST)


def measure(folder: Path) -> int:
    """Bytes of all files below; 0 where there is no such folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
