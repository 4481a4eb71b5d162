"""The command `medmaas`.

serve | models | predict | batch | migrate | train | assess | draft | add | quantise.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from medmaas import __version__, settings
from medmaas.errors import InvalidRequestError, MedmaasError, ModelUnavailableError
from medmaas.facts import Fact
from medmaas.model.body import read_request, take_options
from medmaas.model.predict import predict
from medmaas.model.registry import Registry
from medmaas.words import ENGLISH, LANGUAGES, Words, place_problem

_REFUSED = 2
_TRAINING = {
    "train": "medmaas_training",
    "assess": "medmaas_training.assess",
    "draft": "medmaas_training.draft",
    "add": "medmaas_training.add",
    "quantise": "medmaas_training.quantise",
}
_LAST_PORT = 65535


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 if it did what was asked, 2 if it was refused in one sentence."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments and arguments[0] in _TRAINING:
        return _hand_over(*arguments)
    options = _parser().parse_args(arguments)
    options.words = Words(getattr(options, "language", ENGLISH.language))
    try:
        status: int = options.command(options) or 0
    except MedmaasError as error:
        words: Words = options.words
        print(f"medmaas: {words.say(error.fact)}", file=sys.stderr)
        for problem in error.details:
            print(f"  {words.say(place_problem(problem))}", file=sys.stderr)
        return _REFUSED
    except KeyboardInterrupt:
        return 130
    return status


def _serve(options: argparse.Namespace) -> None:
    registry = Registry(options.models)
    registry.require_models()
    try:
        from medmaas.api.server import run  # noqa: PLC0415 - uvicorn is not on Lambda
    except ModuleNotFoundError as error:
        raise MedmaasError("needs_uvicorn") from error
    run(registry, options.host, options.port)


def _list_models(options: argparse.Namespace) -> None:
    registry = Registry(options.models)
    registry.require_models()
    for model_id, version, model in registry.list():
        if isinstance(model, ModelUnavailableError):
            print(f"{model_id} {version}  unavailable  {ENGLISH.say(model.fact)}")
        else:
            print(f"{model_id} {version}  available  {model.manifest.title}")


def _predict(options: argparse.Namespace) -> None:
    try:
        body = sys.stdin.buffer.read() if options.file == "-" else Path(options.file).read_bytes()
    except OSError as error:
        raise InvalidRequestError("no_such_file", cause=error.strerror) from error
    model = Registry(options.models).get(options.model, options.version)
    options.words = words = Words(options.language, model.manifest)
    instances, asked = read_request(body)
    predictions = predict(model, instances, replace(asked, **_given(options)))
    written = [words.write_prediction(prediction) for prediction in predictions]
    print(
        json.dumps(
            {"model": model.identity, "predictions": written},
            indent=2,
            ensure_ascii=words.language == ENGLISH.language,
        )
    )


def _batch(options: argparse.Namespace) -> int:
    from medmaas.batch.deadline import Deadline  # noqa: PLC0415 - who predicts needs none of it
    from medmaas.batch.job import Job  # noqa: PLC0415
    from medmaas.batch.run import run  # noqa: PLC0415
    from medmaas.batch.storage import open_source  # noqa: PLC0415
    from medmaas.table.spelling import read_spelling  # noqa: PLC0415

    registry = Registry(options.models)
    model = registry.get(options.model, options.version).manifest
    options.words = Words(options.language, model)
    asked = _given(options) | {"language": options.language}
    spelling = read_spelling(options.encoding, options.missing)
    asked |= {"encoding": spelling.encoding, "missing": spelling.missing}
    job = Job(options.model, model.version, options.input, options.output, **asked)
    with _progress_bar(open_source(job).size) as on_progress:
        summary = run(job, registry, Deadline(), on_progress=on_progress)
    if summary["status"] == "refused":
        print(f"medmaas: {summary['reason']}", file=sys.stderr)
        return _REFUSED
    print(
        f"{summary['rows']:,} rows: {summary['scored']:,} scored, {summary['rejected']:,} "
        f"rejected; see {summary['manifest']}"
        + (" (scored before)" if summary["status"] == "duplicate" else "")
    )
    return 0


def _migrate(options: argparse.Namespace) -> None:
    from medmaas.model.publication import migrate  # noqa: PLC0415 - nothing else writes models

    try:
        model, written = migrate(options.folder)
    except OSError as error:
        raise MedmaasError("folder_not_writable", cause=error.strerror) from error
    manifest = model.manifest
    named = f"{manifest.id} {manifest.version} is"
    if not written:
        print(f"{named} of contract {manifest.contract} already, digest {model.digest}")
        return
    print(
        f"{named} now of contract {manifest.contract}, digest {model.digest}: "
        f"{len(manifest.golden.cases)} golden cases and {len(manifest.examples)} examples answer "
        "as before"
    )


def _given(options: argparse.Namespace) -> dict[str, Any]:
    """The options of answers that were given, by name."""
    given = {k: v for k, v in vars(options).items() if k in {"explain", "coverage", "force"}}
    take_options(given)  # refuses a wrong value
    return given


@contextmanager
def _progress_bar(size: int) -> Iterator[Callable[[int], object] | None]:
    """A bar on standard error, if somebody looks at it."""
    if not sys.stderr.isatty():
        yield None
        return
    from tqdm import tqdm  # noqa: PLC0415 - not on Lambda

    with tqdm(total=size, unit="B", unit_scale=True) as bar:
        # of a compressed file more bytes come out than its size is
        yield lambda offset: bar.update(min(offset, size) - bar.n)


def _hand_over(command: str, *arguments: str) -> int:
    """Train or add in a process of its own: what answers never imports what trains."""
    if find_spec("medmaas_training") is None:
        print(ENGLISH.say(Fact("needs_checkout", command=command)), file=sys.stderr)
        return _REFUSED
    return subprocess.call([sys.executable, "-m", _TRAINING[command], *arguments])  # noqa: S603


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > _LAST_PORT:
        raise argparse.ArgumentTypeError(ENGLISH.say(Fact("not_a_port", most=_LAST_PORT)))
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="medmaas", description="Medical models as a service.")
    parser.add_argument("--version", action="version", version=f"medmaas {__version__}")
    models = argparse.ArgumentParser(add_help=False)
    models.add_argument(
        "--models",
        type=Path,
        default=settings.models_directory(),
        help="directory of <id>/<version>/ (default: MEDMAAS_MODELS, else models)",
    )
    answers = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    answers.add_argument("--explain", action="store_true", help="say what each answer rests on")
    answers.add_argument("--coverage", type=float, help="of the intervals, one that is stored")
    answers.add_argument("--force", action="store_true", help="answer where the model abstains")
    answers.add_argument(
        "--language", choices=LANGUAGES, default=ENGLISH.language, help="default: %(default)s"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("serve", parents=[models], help="answer over HTTP")
    command.add_argument("--host", default="127.0.0.1", help="default: %(default)s")
    command.add_argument("--port", type=_port, default=8080, help="default: %(default)s")
    command.set_defaults(command=_serve)

    command = commands.add_parser("models", parents=[models], help="list the models")
    command.set_defaults(command=_list_models)

    command = commands.add_parser("predict", parents=[models, answers], help="answer a file")
    command.add_argument("model", metavar="MODEL", help="id of a model")
    command.add_argument("file", metavar="FILE", help='{"instances": [{...}]} as JSON, - for stdin')
    command.add_argument("--version", help="default: the newest")
    command.set_defaults(command=_predict)

    command = commands.add_parser(
        "batch", parents=[models, answers], help="score every row of a file"
    )
    command.add_argument("model", metavar="MODEL", help="id of a model")
    command.add_argument(
        "input", metavar="INPUT", help=".csv, .tsv, .xlsx, .jsonl, .ndjson; path or s3://"
    )
    command.add_argument("--encoding", help="of a table of text; default: UTF-8, or by its mark")
    command.add_argument(
        "--missing",
        action="append",
        metavar="WORD",
        help="stands for a value that is missing; may be repeated",
    )
    command.add_argument("output", metavar="OUTPUT_DIR", help="folder of results; path or s3://")
    command.add_argument("--version", help="default: the newest")
    command.set_defaults(command=_batch)

    command = commands.add_parser("migrate", help="write a model folder in the newest contract")
    command.add_argument("folder", metavar="FOLDER", type=Path, help="<models>/<id>/<version>")
    command.set_defaults(command=_migrate)

    commands.add_parser("train", help="train a model: medmaas train --help", add_help=False)
    commands.add_parser("assess", help="measure again: medmaas assess --help", add_help=False)
    commands.add_parser("draft", help="draft what add takes: medmaas draft --help", add_help=False)
    commands.add_parser("add", help="add a model: medmaas add --help", add_help=False)
    commands.add_parser(
        "quantise", help="make a model smaller: medmaas quantise --help", add_help=False
    )
    return parser
