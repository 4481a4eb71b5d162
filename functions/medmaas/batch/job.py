"""What to score, by which model, how, and where the answers go."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from medmaas.errors import InvalidRequestError, MalformedBodyError, Problem, RefusedFileError
from medmaas.facts import Fact
from medmaas.model.body import find_wrong_options, parse_json
from medmaas.model.options import Options
from medmaas.table.formats import NAME
from medmaas.table.spelling import Spelling, find_wrong_spelling, read_spelling
from medmaas.words import LANGUAGES

INCOMING = "incoming/"
RESULTS = "results/"
OPTIONS = {"explain", "coverage", "force"}
SPELLING = {"encoding", "missing"}
_ENGLISH = LANGUAGES[0]
_NOT_A_TEXT, _NOT_WHOLE = Fact("not_a_text_of_a_job"), Fact("not_a_whole_number")
_NOT_A_LANGUAGE = Fact("not_a_language", languages=[*LANGUAGES])
_VERSION = re.compile(r"\d+\.\d+\.\d+")


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
        encoding: of the file's characters; None for UTF-8, or what its mark says.
        missing: words of the file that stand for a value that is missing.
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
    encoding: str | None = None
    missing: tuple[str, ...] = ()

    @property
    def spelling(self) -> Spelling:
        """How the file is written."""
        return read_spelling(self.encoding, self.missing)

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
        options |= {"encoding": self.encoding, "missing": [*self.missing]}
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
        problems += find_wrong_spelling(event.get("encoding"), event.get("missing"))
        if event.get("language", _ENGLISH) not in LANGUAGES:
            problems.append(Problem(None, "language", _NOT_A_LANGUAGE))
        if problems or event.keys() - {*known}:
            *optional, last = [name for name in known if name not in required]
            raise InvalidRequestError("not_a_job", problems, fields=optional, last=last)
        missing = event.get("missing") or ()
        words = (missing,) if isinstance(missing, str) else tuple(missing)
        return cls(**({"version": None} | event | {"missing": words}))

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
        asked = {name: value for name, value in self.asked.items() if name != "missing"}
        missing = {"missing": self.missing} if self.missing else {}
        return replace(self, **(_read_options(metadata) | asked | missing))


@dataclass(frozen=True, slots=True)
class Upload:
    """An object that was created in a bucket."""

    bucket: str
    key: str
    etag: str
    version_id: str | None


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
    match = NAME.fullmatch(file)
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
    options |= _read_spelling(metadata)
    problems = find_wrong_options(options)
    problems += find_wrong_spelling(options.get("encoding"), options.get("missing"))
    if problems:
        raise _refuse_metadata(problems)
    return options


def _read_spelling(metadata: Mapping[str, str]) -> dict[str, Any]:
    """How the file is written: a name, and a word or a list of words in JSON."""
    said: dict[str, Any] = {name: metadata[name] for name in SPELLING & metadata.keys()}
    if "missing" in said:
        said["missing"] = (said["missing"],)
        try:
            words = parse_json(metadata["missing"].encode())
        except MalformedBodyError:
            return said
        if isinstance(words, list):
            said["missing"] = tuple(words)
    return said


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
