"""medmaas: medical models, exported to ONNX, answering over HTTPS.

`model/` is the core: it loads a model and answers rows. Everything else brings rows to it.

- the doors: `api/` (HTTPS, and `page/`, the built page for people), `batch/` (files, on events)
  cli.py (a terminal, also as __main__.py) and loaded.py (Python, by `medmaas.load`)
- the protocols that a door may speak: `inference_protocol/`, `fhir/`, `cds_hooks/`
- for all of them: facts.py (what there is to say, as data), errors.py (every error, with its HTTP
  status), settings.py (the environment), log.py (lines of the log, without a value) and
  cold_start.py (a sooner start on Lambda)
- `table/` reads rows of files, for the doors and for training
- `words/` turns facts into sentences, when a door speaks
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from medmaas.loaded import LoadedModel

__version__ = "0.5.0"


def load(
    model_id: str,
    version: str | None = None,
    *,
    models: Path | None = None,
    language: str = "en",
) -> "LoadedModel":
    """A model, verified, that answers in this process.

    Args:
        model_id: as requests call it.
        version: the newest if it is None.
        models: the directory of models; by itself `MEDMAAS_MODELS`, else `models`.
        language: en or zh: what sentences are written in.

    Raises:
        medmaas.loaded.RefusedError: there is no such model, or it failed a check.

    Example:
        medmaas.load("solubility").predict([{"smiles": "CCO"}])
    """
    from medmaas.loaded import LoadedModel  # noqa: PLC0415 - the name alone must load in no time

    return LoadedModel(model_id, version, models, language)
