"""The virtual environments of whatever medmaas is compared with, for what does not fit its own.

MEDMAAS_PEERS names the folder in which they are, each by the name of the package that it is for.
"""

import os
import sys
from pathlib import Path


def find_python(package: str | None) -> str:
    """The interpreter that has a package: of its own environment, if there is one; else this."""
    if package is None:
        return sys.executable
    own = Path(os.environ.get("MEDMAAS_PEERS", ""), package, "bin", "python")
    return str(own) if own.is_file() else sys.executable
