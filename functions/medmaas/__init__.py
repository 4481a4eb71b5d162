"""medmaas: medical models, exported to ONNX, answering over HTTPS.

`model/` is the core: it loads a model and answers rows. Everything else brings rows to it.

- the doors: `api/` (HTTPS, and `page/`, the built page for people), `batch/` (files, on events)
  and cli.py (a terminal, also as __main__.py)
- the protocols that a door may speak: `inference_protocol/`, `fhir/`, `cds_hooks/`
- for all of them: facts.py (what there is to say, as data), errors.py (every error, with its HTTP
  status), settings.py (the environment) and log.py (lines of the log, without a value)
- `words/` turns facts into sentences, when a door speaks
"""

__version__ = "0.2.0"
