"""A directory `<id>/<version>/{model.onnx,manifest.json,card.md}` becomes models that answer.

A model answers only after its manifest fits the contract, its files are those of the manifest, its
tensors are the declared ones and its golden cases reproduce on this machine. One that fails is
listed as unavailable with the reason; the others go on.
"""

from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from medmaas.errors import (
    InvalidModelError,
    MedmaasError,
    ModelsDirectoryError,
    ModelUnavailableError,
    NotFoundError,
)
from medmaas.facts import Fact
from medmaas.model.folder import Model, open_folder
from medmaas.model.golden import reproduce_golden_cases

__all__ = ["Model", "Registry", "find_versions"]


class Registry:
    """The models of one directory, each loaded and verified when first asked for, then kept."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._versions = find_versions(directory)
        self._models: dict[tuple[str, str], Model | ModelUnavailableError] = {}

    def require_models(self) -> None:
        """Raise ModelsDirectoryError if there is nothing to serve."""
        if not self._versions:
            raise ModelsDirectoryError("no_models", directory=str(self._directory))

    def get(self, model_id: str, version: str | None = None) -> Model:
        """The model of this id and version, the newest version if none is named.

        Raises:
            NotFoundError: no such model or version; the message names what exists.
            ModelUnavailableError: it exists, but failed a check.
        """
        versions = self._versions.get(model_id)
        if versions is None:
            known: list[str | Fact] = [*self._versions]
            raise NotFoundError("no_such_model", models=known or [Fact("none")])
        version = version or versions[-1]
        if version not in versions:
            raise NotFoundError("no_such_version", model=model_id, versions=versions)
        if (model_id, version) not in self._models:
            self._models[model_id, version] = self._load(model_id, version)
        model = self._models[model_id, version]
        if isinstance(model, ModelUnavailableError):
            raise ModelUnavailableError(model.fact)
        return model

    def list(self) -> Iterator[tuple[str, str, Model | ModelUnavailableError]]:
        """Every id and version, with its model or why there is none; loads what is not loaded."""
        for model_id, versions in self._versions.items():
            for version in versions:
                try:
                    yield model_id, version, self.get(model_id, version)
                except ModelUnavailableError as error:
                    yield model_id, version, error

    def newest(self) -> Iterator[Model]:
        """Every model that answers where no version is named."""
        for model_id, versions in self._versions.items():
            try:
                yield self.get(model_id, versions[-1])
            except ModelUnavailableError:
                continue

    def _load(self, model_id: str, version: str) -> Model | ModelUnavailableError:
        try:
            return _load(self._directory / model_id / version, model_id, version)
        except (ValueError, OSError, MedmaasError) as error:
            return ModelUnavailableError(
                "model_unavailable", model=model_id, version=version, reason=_find_reason(error)
            )


def find_versions(directory: Path) -> dict[str, list[str]]:
    """Versions by model id, oldest first; other folders (a Lambda layer has some) are ignored."""
    found: dict[str, list[str]] = {}
    for path in sorted(directory.glob("*/*/manifest.json")) + sorted(directory.glob("*/*/*.onnx")):
        model_id, version = path.parts[-3:-1]
        if version not in found.setdefault(model_id, []):
            found[model_id].append(version)
    return {model_id: sorted(found[model_id], key=_precedence) for model_id in sorted(found)}


def _precedence(version: str) -> tuple[list[int], str]:
    numbers = version.split(".")
    return ([int(n) for n in numbers], "") if all(map(str.isdecimal, numbers)) else ([], version)


def _load(directory: Path, model_id: str, version: str) -> Model:
    model = open_folder(directory)
    if (model.manifest.id, model.manifest.version) != (model_id, version):
        raise InvalidModelError("other_folder")
    reproduce_golden_cases(model)
    return model


def _find_reason(error: Exception) -> Fact:
    match error:
        case MedmaasError(fact=fact):
            return fact
        case ValidationError():
            problems = error.errors(include_input=False, include_url=False, include_context=False)
            where = ".".join(["manifest.json", *map(str, problems[0]["loc"])])
            rule = problems[0]["msg"].removeprefix("Value error, ")
            return Fact("contract_broken", where=where, rule=rule)
        case FileNotFoundError():
            return Fact("file_missing", file=Path(error.filename).name)
        case OSError():
            return Fact("file_unreadable", cause=error.strerror)
        case _:
            return Fact("contract_broken", where="manifest.json", rule=str(error))
