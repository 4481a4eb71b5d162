"""`python -m medmaas`."""

import sys

from medmaas.cli import main

sys.exit(main())
