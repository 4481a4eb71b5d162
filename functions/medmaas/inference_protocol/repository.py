"""The models of a registry as the protocol names them, and how each has answered so far."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from medmaas import __version__
from medmaas.errors import ModelUnavailableError
from medmaas.inference_protocol.statistics import Statistics
from medmaas.inference_protocol.views import COLUMNS, Spec, View, make_views
from medmaas.model.registry import Model, Registry
from medmaas.words import Words

_PLATFORM = "onnx_onnxv1"
EXTENSIONS = ["binary_tensor_data", "model_repository", "statistics"]


@dataclass(frozen=True, slots=True)
class Served:
    """A view, and its statistics."""

    view: View
    statistics: Statistics = field(default_factory=Statistics)


class Repository:
    """Views by name and version, made when they are first asked for."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self._served: dict[tuple[str, str], Served] = {}

    def get(self, name: str, version: str | None = None) -> Served:
        """The view of this name.

        Raises:
            NotFoundError: there is no such model or version.
            ModelUnavailableError: it exists, but failed a check.
        """
        model = self.registry.get(name.removesuffix(COLUMNS), version)
        key = (name, model.manifest.version)
        served = self._served.get(key)
        if served is None or served.view.model is not model:
            for view in make_views(model):
                self._served[view.name, model.manifest.version] = Served(view)
            served = self._served[key]
        return served

    def list(self) -> Iterator[tuple[str, str, Model | ModelUnavailableError]]:
        """Every name and version, with its model or why there is none."""
        for model_id, version, model in self.registry.list():
            for name in (model_id, f"{model_id}{COLUMNS}"):
                yield name, version, model

    def describe_statistics(self, name: str | None, version: str | None) -> dict[str, Any]:
        """Of one view, or of all that answer."""
        if name is not None:
            served = self.get(name, version)
            told = [served.statistics.describe(name, served.view.model.manifest.version)]
            return {"model_stats": told}
        return {
            "model_stats": [
                self.get(one, of).statistics.describe(one, of)
                for one, of, model in self.list()
                if isinstance(model, Model)
            ]
        }


def describe_server() -> dict[str, Any]:
    """Server metadata."""
    return {"name": "medmaas", "version": __version__, "extensions": EXTENSIONS}


def describe_view(view: View, versions: list[str], prefix: str) -> dict[str, Any]:
    """Model metadata; properties hold what a card says in a word.

    Args:
        view: to be described.
        versions: of its model.
        prefix: before the path of its card.
    """
    manifest = view.model.manifest
    properties = {
        "title": manifest.title,
        "sha256": manifest.artefact.sha256,
        "digest": view.model.digest,
        "licence": manifest.licence,
        "stage": manifest.card.stage,
        "intended_use": manifest.card.intended_use,
        "population": manifest.card.population,
        "decision_role": manifest.card.decision_role,
        "input": manifest.input.kind,
        "inputs": view.takes,
        "output": manifest.output.kind,
        "card": f"{prefix}/models/{manifest.id}/versions/{manifest.version}/card",
        "explanation": "given if outputs name it, or parameters hold explain where there are no "
        "outputs: it takes time",
        "parameters": "force, coverage, explain, explain_seconds",
        "abstention": 'rows whose status is abstained hold NaN (in JSON the text "NaN"), or empty '
        "texts",
    }
    return {
        "name": view.name,
        "versions": versions,
        "platform": _PLATFORM,
        "inputs": [_describe(spec) for spec in view.inputs],
        "outputs": [_describe(spec) for spec in view.outputs],
        "properties": properties,
    }


def describe_index(repository: Repository, words: Words, *, ready: bool) -> list[dict[str, Any]]:
    """The repository index; with `ready` those that answer alone."""
    entries = []
    for name, version, model in repository.list():
        entry: dict[str, Any] = {"name": name, "version": version, "state": "READY", "reason": ""}
        if isinstance(model, ModelUnavailableError):
            if ready:
                continue
            entry |= {"state": "UNAVAILABLE", "reason": words.say(model.fact)}
            entry |= model.fact.as_json()
        entries.append(entry)
    return entries


def _describe(spec: Spec) -> dict[str, Any]:
    return {"name": spec.name, "datatype": spec.datatype, "shape": spec.shape}
