"""A trained model becomes one ONNX graph, proved equal to it, and a model folder.

Nothing is written unless the graph is self-contained, agrees with the trained model on every test
row, and answers its golden cases through the very code that will serve it.
"""

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import onnx

from medmaas.model.manifest import (
    Card,
    CdsService,
    Example,
    Explanation,
    Golden,
    Input,
    Manifest,
    Output,
    Uncertainty,
)
from medmaas.model.session import Session
from medmaas_training.catalogue.completion import complete, settle
from medmaas_training.catalogue.conversion import open_trained
from medmaas_training.catalogue.conversion.survival_graph import convert_survival
from medmaas_training.catalogue.draft import INPUT_PART, OUTPUT_PART, parse, read_draft
from medmaas_training.catalogue.folder import describe_artefact, place_model
from medmaas_training.catalogue.golden import read_instances, record
from medmaas_training.catalogue.graph import INPUT, check_graph, convert_sklearn, convert_torch
from medmaas_training.catalogue.parity import Trained, compare, probe_parity
from medmaas_training.catalogue.refusals import Refusals
from medmaas_training.catalogue.translations import translate
from medmaas_training.catalogue.versions import find_folder
from medmaas_training.errors import TrainingError
from medmaas_training.rows import Fed
from medmaas_training.validation.addition import join
from medmaas_training.validation.arrays import write_cases
from medmaas_training.validation.card import leave_open

__all__ = [
    "INPUT",
    "Identity",
    "check_graph",
    "compare",
    "convert_sklearn",
    "convert_survival",
    "convert_torch",
    "export",
    "refuse_other_data",
    "write_model",
]

_GOLDEN_TOLERANCE = 1e-5


@dataclass(frozen=True)
class Identity:
    """What a model is called."""

    id: str
    version: str
    title: str
    licence: str
    seed: int
    cds_service: CdsService | None = None


def refuse_other_data(out: Path, identity: Identity, sha256: str) -> None:
    """Keep a retraining from taking the place of a model that was learned from other data.

    Raises:
        TrainingError: there is such a model.
    """
    newest = find_folder(out, identity.id)
    if newest is None or not (newest / "manifest.json").exists():
        return
    manifest = json.loads((newest / "manifest.json").read_text(encoding="utf-8"))
    if manifest["card"]["data"].get("sha256") != sha256:
        raise TrainingError(
            f"{identity.id} {newest.name} in --out was learned from other data: "
            "name another --id or --out"
        )


def write_model(
    out: Path,
    identity: Identity,
    graph: onnx.ModelProto,
    *,
    spec: Input,
    output: Output,
    trained: Trained,
    test_rows: Fed,
    golden: Sequence[dict[str, Any]],
    card: Card,
    examples: Sequence[Example] = (),
    uncertainty: Uncertainty | None = None,
    explanation: Explanation | None = None,
    more: Mapping[str, bytes] | None = None,
) -> Path:
    """Write `<out>/<id>/<version>/{model.onnx,manifest.json,card.md}`, whole or not at all.

    Nothing is written if it would differ from the newest version in nothing but version, date and
    commit.

    Args:
        out: the models directory.
        identity: what the model is called.
        graph: from raw values to the tensors that `output` names.
        spec: of the input.
        output: of the answer.
        trained: the model as it was fitted, from rows to the graph's output, or outputs by name.
        test_rows: what goes into the graph, for every test row, [n, ...].
        golden: invented instances whose answers are recorded.
        card: what a reader must know.
        examples: invented instances, shown where people ask.
        uncertainty: how sure answers are, if that was measured.
        explanation: what answers are explained against, if there is more than golden cases.
        more: files beside these three, by name.

    Returns:
        The folder that holds the model: that of the newest version if nothing changed.

    Raises:
        TrainingError: the version holds something else, the graph is not self-contained, differs
            from the trained model, or would be refused by the registry.
    """
    check_graph(graph)
    content = graph.SerializeToString(deterministic=True)
    parity = compare(content, trained, test_rows, output.tensors, spec.tensors)
    files = more or {}
    session, rows = Session(content), read_instances(golden, spec, files=files)
    read_instances([example.instance for example in examples], spec, "example", files)
    names = (*output.tensors, *(uncertainty.tensors if uncertainty else ()))
    cases = record(session, rows, golden, names, output)
    manifest = Manifest(
        contract=1,  # 2 when it is written: place_model lists files and golden answers
        id=identity.id,
        version=identity.version,
        title=identity.title,
        licence=identity.licence,
        created=datetime.now(UTC).date(),
        training_commit=_commit(),
        seed=identity.seed,
        artefact=describe_artefact(content, session),
        input=spec,
        output=output,
        golden=Golden(tolerance=_GOLDEN_TOLERANCE, cases=tuple(cases)),
        examples=tuple(examples),
        parity=parity,
        explanation=explanation,
        uncertainty=uncertainty,
        cds_service=identity.cds_service,
        card=card,
    )
    newest = find_folder(out, identity.id)
    return place_model(out, translate(manifest), content, more=more, after=newest)


def export(
    model: object,
    rows: object,
    draft: str | Path,
    *,
    out: str | Path = "models",
    golden: str | Path | None = None,
    time_unit: str | None = None,
    y: object = None,
    reports: str | Path = "reports",
) -> Path:
    """Put a model of your own into the catalogue: converted, compared on every row, described.

    A classifier becomes its probabilities, a regressor its value, a survival model its curve, a
    `torch.nn.Module` whatever it gives, by the names in the draft. It is one of scikit-learn,
    PyTorch, XGBoost, LightGBM, CatBoost, scikit-survival, lifelines or statsmodels. See
    docs/own-model.md.

        model = make_pipeline(StandardScaler(), LogisticRegression()).fit(X_train, y_train)
        export(model, X_test, "own-model.yaml")

    Args:
        model: fitted; cleaning, imputation and scaling are inside it. A module is left in
            evaluation mode.
        rows: on which graph and model are compared: a DataFrame, whose columns are found by name
            and may hold words, or an array as the graph takes it, [n, features] of a table, [n,
            rows, features] of series, and so on; by name of its tensors if it takes several; at
            least two. They are not kept.
        draft: path of the YAML that states what nobody can find out from the model.
        out: the models directory.
        golden: path of a JSON list of golden cases, in the place of those of the draft.
        time_unit: of a survival model, in what its times were counted when it was fitted: days,
            weeks, months or years.
        y: what came of the rows, whose people fitted nothing: the model is measured on them as
            `medmaas add --data` does. [n]; of labels and values [n, columns], NaN where nobody
            looked; of a survival model the structured array (event, time) of scikit-survival.
        reports: where a report of that is written.

    Returns:
        The folder `<out>/<id>/<version>/`.

    Raises:
        TrainingError: nothing was written; the message has a line for each thing missing or wrong.
    """
    out, refusals = Path(out), Refusals()
    tree = read_draft(Path(draft), Path(golden) if golden else None)
    if y is not None:
        tree = leave_open(tree)
    spec, output = parse(INPUT_PART, tree, "input"), parse(OUTPUT_PART, tree, "output")
    source = None
    if spec and output:
        source = refusals.attempt(partial(open_trained, model, rows, spec, output, time_unit))
    graph = refusals.attempt(source.convert) if source else None
    content = graph.SerializeToString(deterministic=True) if graph else None
    if content is not None:
        content = refusals.attempt(partial(settle, content, tree, Path(draft).parent))
    manifest, files = complete(content, tree, out, refusals, beside=Path(draft).parent)
    if content is None or source is None:
        raise AssertionError("what is not there was refused")
    answering, tolerance = (content, source.answer, source.rows), manifest.golden.tolerance
    spec, output = manifest.input, manifest.output
    parity = refusals.attempt(
        lambda: compare(*answering, output.tensors, spec.tensors, tolerance=tolerance)
    )
    probed = refusals.attempt(lambda: probe_parity(*answering, spec, output, tolerance=tolerance))
    refusals.raise_any()
    if parity is None or probed is None:
        raise AssertionError("what is not there was refused")
    made, rounded = probed
    told = {"rows_of": "the rows given to the export", "made": made, "rounded": rounded}
    parity = parity.model_copy(update=told)
    manifest = manifest.model_copy(update={"parity": parity})
    if y is None:
        return place_model(out, manifest, content, more=files)
    classes = getattr(model, "classes_", None)
    with write_cases(
        spec, output, source.rows, y, classes=classes, time_unit=time_unit
    ) as validation:
        joined = join(manifest, content, files, validation)
    folder = place_model(out, joined.manifest, joined.content, more=files)
    joined.write_report(Path(reports), folder)
    return folder


def _commit() -> str:
    """The last commit that changed what trains, marked if the files differ from it."""
    code = ["training", "functions/medmaas/model", "pyproject.toml"]
    try:
        commit = _git("log", "-1", "--format=%H", "--", *code)
        changed = _git("status", "--porcelain", "--", *code)
    except (OSError, subprocess.CalledProcessError):
        return "not available: trained outside a git checkout"
    return f"{commit}, with changes" if changed else commit


def _git(*arguments: str) -> str:
    root = Path(__file__).parents[2]
    command = ["git", "-C", str(root), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    return done.stdout.strip()
