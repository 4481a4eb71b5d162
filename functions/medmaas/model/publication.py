"""A model folder is written: in the newest contract, proven, and whole or not at all."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from medmaas.errors import InvalidModelError, MedmaasError, NotFoundError
from medmaas.model.folder import Contents, Model, list_files, open_folder, require_files, seal
from medmaas.model.golden import answer_instances, find_difference, state_golden_cases
from medmaas.model.manifest import CARD, GRAPH, MANIFEST, Manifest
from medmaas.model.registry import Registry

# what names a version, and what is made of the rest: the card's file and the digest
_NAMING = {"version", "created", "training_commit", "files", "digest"}
_NO_MORE: Contents = {}


def publish(
    out: Path,
    manifest: Manifest,
    graph: bytes,
    card: str,
    *,
    more: Contents = _NO_MORE,
    after: Path | None = None,
) -> Path:
    """Write `<out>/<id>/<version>/{model.onnx,manifest.json,card.md}`, and never over another.

    Args:
        out: the models directory, made if there is none.
        manifest: of the model; what it says of files and of golden answers is made anew.
        graph: the serialised graph.
        card: the model card.
        more: files beside these three, by name; the manifest lists them, so the digest covers them.
        after: the folder of the version that this one follows, if there is one.

    Returns:
        The folder that holds the model. It was there before if the version, or the one that it
        follows, differs in nothing but its version, its date and the commit; then nothing is
        written.

    Raises:
        MedmaasError: the registry would refuse it, or the version is there and holds something
            else; nothing was written.
        OSError: it cannot be written there; nothing was written.
    """
    target = out / manifest.id / manifest.version
    out.mkdir(parents=True, exist_ok=True)
    with _write_aside(out, manifest, {GRAPH: graph, CARD: card.encode(), **more}) as (
        folder,
        model,
    ):
        for there in (target, after):
            if there and _holds(there, model):
                return there
        if target.exists():
            raise InvalidModelError("version_taken", model=manifest.id, version=manifest.version)
        target.parent.mkdir(exist_ok=True)
        folder.rename(target)
    return target


def migrate(folder: Path) -> tuple[Model, bool]:
    """Write a folder of contract 1 anew in contract 2, if every answer stays what it is.

    Args:
        folder: `<models>/<id>/<version>`.

    Returns:
        The model as it is now, and whether its folder was written.

    Raises:
        MedmaasError: the folder is no model that answers, holds other files too, or would answer
            otherwise; nothing was written.
        OSError: it cannot be written there; nothing was written.
    """
    folder = folder.resolve()
    if not (folder / MANIFEST).is_file():
        raise NotFoundError("no_model_folder", file=MANIFEST)
    before = Registry(folder.parents[1]).get(folder.parent.name, folder.name)
    if before.manifest.contract != 1:
        return before, False
    require_files(folder, {GRAPH, CARD, MANIFEST})
    contents = {GRAPH: (folder / GRAPH).read_bytes(), CARD: before.card.encode()}
    with _write_aside(folder.parents[1], before.manifest, contents) as (aside, after):
        _require_same_answers(before, after)
        _replace(folder, aside)
    return after, True


@contextmanager
def _write_aside(out: Path, manifest: Manifest, contents: Contents) -> Iterator[tuple[Path, Model]]:
    """A folder of contract 2 under another name, and its model, which answers."""
    with tempfile.TemporaryDirectory(dir=out, prefix=".") as aside:
        folder = Path(aside, manifest.id, manifest.version)
        folder.mkdir(parents=True)
        for name, content in contents.items():
            (folder / name).write_bytes(content)
        (folder / MANIFEST).write_text(_forget_statements(manifest).model_dump_json())
        model = Registry(Path(aside)).get(manifest.id)
        cases = model.manifest.golden.model_copy(update={"cases": state_golden_cases(model)})
        stated = {"contract": 2, "files": list_files(contents), "golden": cases}
        (folder / MANIFEST).write_bytes(seal(model.manifest.model_copy(update=stated)))
        yield folder, Registry(Path(aside)).get(manifest.id)


def _forget_statements(manifest: Manifest) -> Manifest:
    """The manifest in contract 1, which states no digest, files or golden answers."""
    golden = manifest.golden
    cases = tuple(case.model_copy(update={"answer": None}) for case in golden.cases)
    golden = golden.model_copy(update={"cases": cases})
    return manifest.model_copy(
        update={"contract": 1, "digest": None, "files": (), "golden": golden}
    )


def _holds(folder: Path, model: Model) -> bool:
    """Whether a folder holds a model that differs only in what does not make it another one."""
    try:
        there = open_folder(folder)
    except (ValueError, OSError, MedmaasError):
        return False
    return _leave_out_name(there.manifest) == _leave_out_name(model.manifest)


def _leave_out_name(manifest: Manifest) -> dict[str, Any]:
    more = [file for file in manifest.files if file.name not in {GRAPH, CARD}]
    return manifest.model_dump(exclude=_NAMING) | {"files": more}


def _require_same_answers(before: Model, after: Model) -> None:
    """Raise InvalidModelError unless golden cases and examples are answered as before."""
    manifest = before.manifest
    shown = [case.instance for case in manifest.golden.cases]
    shown += [example.instance for example in manifest.examples]
    pairs = zip(answer_instances(before, shown), answer_instances(after, shown), strict=True)
    for index, (then, now) in enumerate(pairs):
        if where := find_difference(now.model_dump(), then.model_dump()):
            raise InvalidModelError("migration_differs", case=index, where=where)


def _replace(target: Path, folder: Path) -> None:
    """Put a folder in the place of another, which is kept until it is there."""
    old = folder.with_name(f"{folder.name}.old")
    target.rename(old)
    try:
        folder.rename(target)
    except OSError:
        old.rename(target)
        raise
