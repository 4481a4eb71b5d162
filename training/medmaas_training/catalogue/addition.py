"""A graph that was exported elsewhere joins the catalogue."""

from pathlib import Path

from medmaas.model.manifest import Manifest
from medmaas_training.catalogue.completion import MOST_BYTES, TOO_LARGE, complete
from medmaas_training.catalogue.draft import read_draft
from medmaas_training.catalogue.folder import place_model
from medmaas_training.catalogue.refusals import Refusals, RefusedError
from medmaas_training.catalogue.servable import make_servable

_HOME = Path("models")


def add(model: Path, draft: Path, golden: Path | None, out: Path) -> str:
    """Check a graph against the draft of its manifest, and write both to the models directory.

    Args:
        model: path of the ONNX file.
        draft: path of the YAML that states what nobody can find out from the graph; the files that
            it names are beside it.
        golden: path of a JSON list of golden cases, in the place of those of the draft.
        out: the models directory.

    Returns:
        One line: what was added, whether it was compared, and how to ask it.

    Raises:
        TrainingError: nothing was written; the message has a line for each thing missing or wrong.
    """
    refusals = Refusals()
    content = refusals.attempt(lambda: _read_graph(model))
    tree = refusals.attempt(lambda: read_draft(draft, golden))
    raw = content
    content, labels = refusals.attempt(lambda: make_servable(raw, tree)) or (raw, {})
    manifest, files = complete(content, tree, out, refusals, beside=draft.parent, labels=labels)
    if content is None:
        raise AssertionError("what is not there was refused")
    place_model(out, manifest, content, more=files)
    return _report(manifest, out)


def _read_graph(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise RefusedError([f"{path.name} is too large: {TOO_LARGE}"])
        return path.read_bytes()
    except OSError as error:
        raise RefusedError([f"{path.name} cannot be read ({error.strerror})"]) from error


def _report(manifest: Manifest, out: Path) -> str:
    parity = manifest.parity
    compared = (
        "nobody compared it with your model, give outputs in --golden"
        if parity is None
        else f"at most {parity.largest_difference:.1e} from your model on {parity.rows} cases"
    )
    where = "" if out == _HOME else f" --models {out}"
    return (
        f"added {manifest.id} {manifest.version} to {out} ({compared}): "
        f"medmaas predict {manifest.id} FILE{where}"
    )
