"""How fast, how small and how steady medmaas is: `make bench` prints one table.

    python -m benchmarks                  # all
    python -m benchmarks warm memory      # some of them
    python -m benchmarks --smallest       # each once on next to nothing: does it still run?

What is compared is measured in turns within one run, so that whatever else the machine does slows
all of it alike: believe the ratios, and take the times as this machine's. Some ratios have a limit;
the exit code is 1 if one is exceeded. Nothing is written but temporary files.
"""

from pathlib import Path

ROOT = Path(__file__).parents[1]
MODELS = ROOT / "models"
