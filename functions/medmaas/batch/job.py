"""What to score, by which model, how, and where the answers go."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import PurePosixPath
from typing import Any, Literal, Self

from medmaas.errors import InvalidRequestError, MalformedBodyError, Problem, RefusedFileError
from medmaas.facts import Fact
from medmaas.model.body import find_wrong_options, parse_json
from medmaas.model.options import Options
from medmaas.words import LANGUAGES

INCOMING = "incoming/"
IMAGES = "images/"
RESULTS = "results/"
OPTIONS = {"explain", "coverage", "force"}
_ENGLISH = LANGUAGES[0]
_NOT_A_TEXT, _NOT_WHOLE = Fact("not_a_text_of_a_job"), Fact("not_a_whole_number")
_NOT_A_LANGUAGE = Fact("not_a_language", languages=[*LANGUAGES])
_VERSION = re.compile(r"\d+\.\d+\.\d+")
_NAME = re.compile(r"(?P<stem>.+)\.(?P<format>csv|jsonl)(?P<gzip>\.gz)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Job:
    """One file for one model.

    Attributes:
        model: id of the model.
        version: of the model; None is the newest.
        source: `s3://bucket/key`, the key as it is, or a path.
        destination: the folder of the results: `s3://bucket/folder/`, or a path.
        version_id: which version of the object, in a versioned bucket.
        etag: which content of the object; None until it has been looked up.
        size: in bytes; None until it has been looked up.
        explain: whether every answer comes with an explanation.
        coverage: of the intervals; None is the model's first.
        force: whether to answer, marked, where the model abstains.
        language: of the sentences in the results.
    """

    model: str
    version: str | None
    source: str
    destination: str
    version_id: str | None = None
    etag: str | None = None
    size: int | None = None
    explain: bool = False
    coverage: float | None = None
    force: bool = False
    language: str = _ENGLISH

    @property
    def options(self) -> Options:
        """How to answer every row."""
        return Options(explain=self.explain, coverage=self.coverage, force=self.force)

    @property
    def asked(self) -> dict[str, Any]:
        """The options that are not the usual ones, by name: with others, there are other results.

        Empty where a job asks for plain answers, whose results say nothing of options.
        """
        options = dict[str, Any](explain=self.explain, coverage=self.coverage, force=self.force)
        options |= {"language": self.language if self.language != _ENGLISH else None}
        return {name: value for name, value in options.items() if value}

    @classmethod
    def from_event(cls, event: dict[str, Any]) -> Self:
        """A job as it travels in events, messages and states.

        Raises:
            InvalidRequestError: a field is missing, unknown or no text; details name it.
        """
        required = {"model", "source", "destination"}
        known = [*cls.__dataclass_fields__]
        wrong = [f for f in sorted(required) if not isinstance(event.get(f), str) or not event[f]]
        wrong += [
            f for f in ("version", "version_id", "etag") if not _is_optional(event.get(f), str)
        ]
        problems = [Problem(None, field, _NOT_A_TEXT) for field in wrong]
        if not _is_optional(event.get("size"), int):
            problems.append(Problem(None, "size", _NOT_WHOLE))
        unset = {"coverage"} if event.get("coverage") is None else set[str]()
        problems += find_wrong_options({k: event[k] for k in event.keys() - unset})
        if event.get("language", _ENGLISH) not in LANGUAGES:
            problems.append(Problem(None, "language", _NOT_A_LANGUAGE))
        if problems or event.keys() - {*known}:
            *optional, last = [name for name in known if name not in required]
            raise InvalidRequestError("not_a_job", problems, fields=optional, last=last)
        return cls(**({"version": None} | event))

    def to_event(self) -> dict[str, Any]:
        """The job as it travels."""
        return asdict(self)

    def at(self, etag: str, size: int) -> Self:
        """The job for exactly this content of the object."""
        return replace(self, etag=etag, size=size)

    def in_language(self, metadata: Mapping[str, str]) -> Self:
        """The job in the language that the object's metadata asks for, if it asks for none itself.

        Raises:
            RefusedFileError: there is no such language.
        """
        language = metadata.get("language", _ENGLISH)
        if language not in LANGUAGES:
            raise _refuse_metadata([Problem(None, "language", _NOT_A_LANGUAGE)])
        return replace(self, language=language) if self.language == _ENGLISH else self

    def as_asked(self, metadata: Mapping[str, str]) -> Self:
        """The job with the other options that the object's metadata asks for.

        Raises:
            RefusedFileError: an option in the metadata is wrong.
        """
        return replace(self, **(_read_options(metadata) | self.asked))


@dataclass(frozen=True, slots=True)
class Upload:
    """An object that was created in a bucket."""

    bucket: str
    key: str
    etag: str
    version_id: str | None


@dataclass(frozen=True, slots=True)
class Format:
    """How a file is written, by its name."""

    kind: Literal["csv", "jsonl"]
    gzip: bool


def find_format(source: str) -> Format:
    """The format that a file's name tells.

    Raises:
        RefusedFileError: the name ends in none of those that are read here.
    """
    match = _NAME.fullmatch(PurePosixPath(source).name)
    if match is None:
        raise RefusedFileError("other_ending")
    kind = match["format"].lower()
    return Format("csv" if kind == "csv" else "jsonl", match["gzip"] is not None)


def make_job(upload: Upload, results: str) -> Job | None:
    """The job of an upload `incoming/<model>/[<version>/]<name>`; None if it is not a file of rows.

    Its results go to the same path below `results/` of the bucket `results`, without the name's
    ending, in a folder of this content's own. The model is not looked up: a wrong one is refused
    where the file is read.
    """
    key = upload.key
    if not key.startswith(INCOMING) or key.endswith("/"):
        return None
    path = key.removeprefix(INCOMING)
    model, _, rest = path.partition("/")
    version, _, name = rest.partition("/")
    folder, _, file = path.rpartition("/")
    match = _NAME.fullmatch(file)
    stem = match["stem"] if match else file
    return Job(
        model=model if rest else "",
        version=version if name and _VERSION.fullmatch(version) else None,
        source=f"s3://{upload.bucket}/{key}",
        destination=f"s3://{results}/{RESULTS}{folder}{'/' if folder else ''}{stem}/{upload.etag}/",
        version_id=upload.version_id,
        etag=upload.etag,
    )


def _read_options(metadata: Mapping[str, str]) -> dict[str, Any]:
    """The options among an object's user metadata, as in `x-amz-meta-coverage: 0.95`."""
    options = dict[str, Any]()
    for name in metadata.keys() & OPTIONS:
        try:
            options[name] = parse_json(metadata[name].encode())
        except MalformedBodyError:
            options[name] = None
    if problems := find_wrong_options(options):
        raise _refuse_metadata(problems)
    return options


def _refuse_metadata(problems: Sequence[Problem]) -> RefusedFileError:
    facts = [
        Fact("field_problem", field=f"x-amz-meta-{one.field}", problem=one.fact) for one in problems
    ]
    return RefusedFileError("wrong_metadata", problems=facts)


def take_language(event: Mapping[str, Any]) -> str:
    """The language that an event asks for by its field of this name.

    Raises:
        InvalidRequestError: there is no such language.
    """
    language: str = event.get("language", _ENGLISH)
    if language not in LANGUAGES:
        problem = Problem(None, "language", _NOT_A_LANGUAGE)
        said = Fact("field_problem", field="language", problem=_NOT_A_LANGUAGE)
        raise InvalidRequestError("options_wrong", [problem], problems=[said])
    return language


def _is_optional(value: object, kind: type) -> bool:
    return value is None or (isinstance(value, kind) and not isinstance(value, bool))
