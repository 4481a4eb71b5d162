"""A model's folder in the models directory, written whole or not at all."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import onnx

from medmaas.errors import MedmaasError
from medmaas.model.manifest import CARD, GRAPH, Artefact, Manifest
from medmaas.model.publication import publish
from medmaas.model.session import Session
from medmaas.words import ENGLISH
from medmaas_training.errors import TrainingError
from medmaas_training.report.card import render_card

_STANDARD = ("", "ai.onnx")


def describe_artefact(content: bytes, session: Session) -> Artefact:
    """What a manifest says of a serialised graph."""
    graph = onnx.load_from_string(content)
    return Artefact(
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        opset=find_opset(graph),
        inputs=session.inputs,
        outputs=session.outputs,
    )


def find_opset(graph: onnx.ModelProto) -> int:
    """The version of the standard operators; of the others in a graph without these."""
    versions = {opset.domain: int(opset.version) for opset in graph.opset_import}
    standard = [versions[domain] for domain in _STANDARD if domain in versions]
    return max(standard or versions.values(), default=1)


def read_more(folder: Path, manifest: Manifest) -> dict[str, bytes]:
    """What a model's folder holds beside graph, card and manifest, by name."""
    more = [file.name for file in manifest.files if file.name not in {GRAPH, CARD}]
    return {name: (folder / name).read_bytes() for name in more}


def place_model(
    out: Path,
    manifest: Manifest,
    content: bytes,
    *,
    more: Mapping[str, bytes] | None = None,
    after: Path | None = None,
) -> Path:
    """Write `<out>/<id>/<version>/{model.onnx,manifest.json,card.md}`, and never over another.

    Args:
        out: the models directory, made if there is none.
        manifest: of the model.
        content: the serialised graph.
        more: files beside these three, by name.
        after: the folder of the version that this one follows, if there is one.

    Returns:
        The folder that holds the model: one that was there if nothing changed but version and date.

    Raises:
        TrainingError: the registry would refuse it, the version is there and holds something else,
            or it cannot be written there.
    """
    try:
        card = render_card(manifest)
        return publish(out, manifest, content, card, more=more or {}, after=after)
    except MedmaasError as error:
        raise TrainingError(f"nothing was written: {ENGLISH.say(error.fact)}") from error
    except OSError as error:
        sentence = f"nothing was written: {out} cannot be written to ({error.strerror})"
        raise TrainingError(sentence) from error
