"""A model folder is one thing: its files are those that its manifest lists, under one digest.

The digest is the sha256 of manifest.json without the line that holds it, and manifest.json lists
every other file with its size and sha256:

    grep -vE '^ "digest": "[0-9a-f]{64}",$' manifest.json | sha256sum

So a changed byte of any file is another digest, or a model that does not answer. A folder of
contract 1 states none; it is called by the sha256 of what
`sha256sum card.md manifest.json model.onnx` prints.

A signature of all of them may stand beside, in model.sig: it comes later, so that no digest covers
it, and no answer depends on it.
"""

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medmaas.errors import InvalidModelError
from medmaas.model.inputs import InputKind, make_input
from medmaas.model.manifest import CARD, GRAPH, MANIFEST, SIGNATURE, File, Manifest
from medmaas.model.operators import find_operators
from medmaas.model.outputs import OutputKind, make_output
from medmaas.model.session import Session
from medmaas.model.uncertainty import Uncertainty, make_uncertainty

Contents = Mapping[str, bytes]  # of files, by name
_DIGEST = re.compile(rb'^ "digest": "[0-9a-f]{64}",\n', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Model:
    """A model, ready to answer.

    Attributes:
        digest: of its folder.
    """

    manifest: Manifest
    digest: str
    card: str
    inputs: InputKind
    session: Session
    output: OutputKind
    uncertainty: Uncertainty | None = None

    @property
    def identity(self) -> dict[str, str]:
        """What names exactly the folder that made an answer, and the graph in it."""
        manifest = self.manifest
        return {
            "id": manifest.id,
            "version": manifest.version,
            "sha256": manifest.artefact.sha256,
            "digest": self.digest,
        }

    @property
    def example(self) -> dict[str, Any]:
        """An invented instance that this model answers."""
        return self.manifest.golden.cases[0].instance


def open_folder(directory: Path) -> Model:
    """The model of a folder, whose golden cases have not been tried.

    Raises:
        ValidationError: the manifest does not fit the contract.
        InvalidModelError: the files are others than the manifest says.
        OSError: a file cannot be read.
    """
    stated = (directory / MANIFEST).read_bytes()
    manifest = Manifest.read(stated)
    if manifest.contract == 1:
        contents = {
            name: (directory / name).read_bytes() for name in (GRAPH, CARD, *manifest.input.files)
        }
        if _hash(contents[GRAPH]) != manifest.artefact.sha256:
            raise InvalidModelError("other_sha256")
        digest = _hash(_write_sums(contents | {MANIFEST: stated}))
    else:
        require_files(directory, {MANIFEST, SIGNATURE, *(file.name for file in manifest.files)})
        contents = {file.name: _read(directory, file) for file in manifest.files}
        covered, lines = _DIGEST.subn(b"", stated)
        digest = _hash(covered)
        if lines != 1 or digest != manifest.digest:
            raise InvalidModelError("other_digest")
    session, artefact = Session(contents[GRAPH]), manifest.artefact
    unnamed = {*find_operators(contents[GRAPH])} - {*(manifest.operators or ())}
    if unnamed:
        raise InvalidModelError("operators_not_named", operators=sorted(unnamed))
    if (session.inputs, session.outputs) != (artefact.inputs, artefact.outputs):
        raise InvalidModelError("other_tensors")
    return Model(
        manifest,
        digest,
        contents[CARD].decode(),
        make_input(manifest.input, contents),
        session,
        make_output(manifest),
        make_uncertainty(manifest),
    )


def seal(manifest: Manifest) -> bytes:
    """The content of manifest.json, with its digest."""
    digest = _hash(_write(manifest.model_copy(update={"digest": None})))
    return _write(manifest.model_copy(update={"digest": digest}))


def list_files(contents: Contents) -> tuple[File, ...]:
    """What a manifest says of files, by name."""
    return tuple(
        File(name=name, size=len(content), sha256=_hash(content))
        for name, content in sorted(contents.items())
    )


def require_files(directory: Path, names: set[str]) -> None:
    """Raise InvalidModelError if a folder holds anything but files of these names."""
    with os.scandir(directory) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.name not in names:
                raise InvalidModelError("file_not_listed", file=entry.name)
            if not entry.is_file(follow_symlinks=False):
                raise InvalidModelError("not_a_plain_file", file=entry.name)


def _read(directory: Path, file: File) -> bytes:
    content = (directory / file.name).read_bytes()
    if (len(content), _hash(content)) != (file.size, file.sha256):
        raise InvalidModelError("other_file", file=file.name)
    return content


def _write(manifest: Manifest) -> bytes:
    return f"{manifest.model_dump_json(indent=1, exclude_none=True)}\n".encode()


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write_sums(contents: Contents) -> bytes:
    return "".join(f"{_hash(contents[name])}  {name}\n" for name in sorted(contents)).encode()
