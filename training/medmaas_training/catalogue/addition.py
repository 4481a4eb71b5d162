"""A graph that was exported elsewhere joins the catalogue."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from medmaas.model.manifest import Manifest
from medmaas.model.unzipped import MOST_OF_CODE, find_excess
from medmaas_training.catalogue.completion import TOO_LARGE, complete, settle
from medmaas_training.catalogue.draft import read_draft
from medmaas_training.catalogue.folder import place_model
from medmaas_training.catalogue.refusals import Refusals, RefusedError
from medmaas_training.catalogue.servable import make_servable

if TYPE_CHECKING:
    from medmaas_training.validation.request import Request

_HOME, _REPORTS = Path("models"), Path("reports")


def add(
    model: Path,
    draft: Path,
    golden: Path | None,
    out: Path,
    *,
    validation: "Request | None" = None,
    reports: Path = _REPORTS,
) -> str:
    """Check a graph against the draft of its manifest, and write both to the models directory.

    Args:
        model: path of the ONNX file.
        draft: path of the YAML that states what nobody can find out from the graph; the files that
            it names are beside it.
        golden: path of a JSON list of golden cases, in the place of those of the draft.
        out: the models directory.
        validation: past cases to measure the model on.
        reports: where a report of that is written.

    Returns:
        One line: what was added, whether it was compared, and how to ask it; then, a line each,
        what must be told of the cases.

    Raises:
        TrainingError: nothing was written; the message has a line for each thing missing or wrong.
    """
    refusals = Refusals()
    content = refusals.attempt(lambda: _read_graph(model))
    tree = refusals.attempt(lambda: read_draft(draft, golden))
    raw = content
    if validation and tree is not None:
        from medmaas_training.validation.card import leave_open  # noqa: PLC0415 - see below

        tree = leave_open(tree)
    content, labels = refusals.attempt(lambda: make_servable(raw, tree)) or (raw, {})
    if content is not None and tree is not None:
        content = refusals.attempt(partial(settle, content, tree, draft.parent))
    manifest, files = complete(content, tree, out, refusals, beside=draft.parent, labels=labels)
    if content is None:
        raise AssertionError("what is not there was refused")
    if validation is None:
        place_model(out, manifest, content, more=files)
        return _report(manifest, out)
    # what measures takes seconds to load, and not everybody has it
    from medmaas_training.validation.addition import join  # noqa: PLC0415

    joined = join(manifest, content, files, validation)
    folder = place_model(out, joined.manifest, joined.content, more=files)
    told = [f"report: {joined.write_report(reports, folder)}", *joined.tell()]
    return "\n".join([_report(joined.manifest, out), *told])


def _read_graph(path: Path) -> bytes:
    try:
        if find_excess(MOST_OF_CODE, path.stat().st_size):
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
    each = "; each row is computed by itself" if manifest.artefact.inputs[0].shape[0] == 1 else ""
    return (
        f"added {manifest.id} {manifest.version} to {out} ({compared}{each}): "
        f"medmaas predict {manifest.id} FILE{where}"
    )
