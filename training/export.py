"""A trained model becomes one ONNX graph, proved equal to it, and a model folder.

Nothing is written unless the graph is self-contained, agrees with the trained model on every test
row, and answers its golden cases through the very code that will serve it.
"""

import hashlib
import json
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from medmaas.errors import MedmaasError
from medmaas.model.inputs import make_input
from medmaas.model.manifest import (
    Artefact,
    Card,
    Golden,
    GoldenCase,
    Input,
    Manifest,
    Output,
    Parity,
)
from medmaas.model.registry import Registry
from medmaas.model.session import Session
from training.card import render_card
from training.errors import TrainingError
from training.graph import INPUT, OPSET, check_graph, convert_sklearn, convert_torch

__all__ = [
    "INPUT",
    "Identity",
    "check_graph",
    "compare",
    "convert_sklearn",
    "convert_torch",
    "refuse_other_data",
    "write_model",
]

_PARITY_TOLERANCE = 1e-5
_GOLDEN_TOLERANCE = 1e-5
_BATCH = 256

Array = NDArray[Any]
Trained = Callable[[Array], Array | Mapping[str, Array]]


@dataclass(frozen=True)
class Identity:
    """What a model is called."""

    id: str
    version: str
    title: str
    licence: str
    seed: int


def refuse_other_data(out: Path, identity: Identity, sha256: str) -> None:
    """Keep a retraining from taking the place of a model that was learned from other data.

    Raises:
        TrainingError: there is such a model.
    """
    manifest = out / identity.id / identity.version / "manifest.json"
    if not manifest.exists():
        return
    if json.loads(manifest.read_text(encoding="utf-8"))["card"]["data"]["sha256"] != sha256:
        raise TrainingError(
            f"{identity.id} {identity.version} in --out was learned from other data: "
            "name another --out"
        )


def compare(
    graph: bytes, trained: Trained, rows: Array, outputs: Sequence[str], tensor: str = INPUT
) -> Parity:
    """Run the graph and the trained model on the same rows [n, ...].

    Args:
        graph: the serialised graph.
        trained: from rows to the one output, or to every output by name.
        rows: what goes into the graph; float64 becomes float32.
        outputs: names of the graph's outputs to compare.
        tensor: name of the graph's input.

    Raises:
        TrainingError: they differ by more than 1e-5 anywhere.
    """
    session, difference = Session(graph), 0.0
    for start in range(0, len(rows), _BATCH):
        batch = rows[start : start + _BATCH]
        fed = batch.astype(np.float32) if batch.dtype == np.float64 else batch
        answers, expected = session.run({tensor: fed}), trained(batch)
        for name in outputs:
            wanted = expected[name] if isinstance(expected, Mapping) else expected
            apart = np.abs(answers[name] - wanted.reshape(answers[name].shape)).max()
            difference = float(np.maximum(difference, apart))  # NaN stays
    if not difference <= _PARITY_TOLERANCE:
        raise TrainingError(
            f"nothing was written: ONNX and the trained model differ by {difference:.1e}, "
            f"more than {_PARITY_TOLERANCE:.0e}"
        )
    return Parity(rows=len(rows), largest_difference=difference, tolerance=_PARITY_TOLERANCE)


def write_model(
    out: Path,
    identity: Identity,
    graph: onnx.ModelProto,
    *,
    spec: Input,
    output: Output,
    trained: Trained,
    test_rows: Array,
    golden: Sequence[dict[str, Any]],
    card: Card,
) -> Path:
    """Write `<out>/<id>/<version>/{model.onnx,manifest.json,card.md}`, whole or not at all.

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

    Raises:
        TrainingError: the graph is not self-contained, differs from the trained model, or would be
            refused by the registry.
    """
    check_graph(graph)
    content = graph.SerializeToString(deterministic=True)
    parity = compare(content, trained, test_rows, output.tensors, spec.tensor)
    manifest = Manifest(
        contract=1,
        id=identity.id,
        version=identity.version,
        title=identity.title,
        licence=identity.licence,
        created=datetime.now(UTC).date(),
        training_commit=_commit(),
        seed=identity.seed,
        artefact=_describe(content),
        input=spec,
        output=output,
        golden=_record(content, spec, golden),
        parity=parity,
        card=card,
    )
    target = out / identity.id / identity.version
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out, prefix=".") as aside:
        folder = Path(aside, identity.id, identity.version)
        folder.mkdir(parents=True)
        (folder / "model.onnx").write_bytes(content)
        (folder / "manifest.json").write_text(
            manifest.model_dump_json(indent=1, exclude_none=True) + "\n", encoding="utf-8"
        )
        (folder / "card.md").write_text(render_card(manifest), encoding="utf-8")
        try:
            Registry(Path(aside)).get(identity.id)
        except MedmaasError as error:
            raise TrainingError(f"nothing was written: {error.message}") from error
        _replace(folder, target, Path(aside, "replaced"))
    return target


def _replace(folder: Path, target: Path, old: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    if target.exists():
        target.rename(old)
    folder.rename(target)


def _describe(content: bytes) -> Artefact:
    session = Session(content)
    return Artefact(
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        opset=OPSET,
        inputs=session.inputs,
        outputs=session.outputs,
    )


def _record(content: bytes, spec: Input, instances: Sequence[dict[str, Any]]) -> Golden:
    """Golden cases: what the graph answers to invented instances, here and now."""
    outputs = Session(content).run(make_input(spec).read(instances).tensors)
    cases = [
        GoldenCase(
            instance=instance,
            outputs={
                name: tuple(map(float, tensor[i].ravel())) for name, tensor in outputs.items()
            },
        )
        for i, instance in enumerate(instances)
    ]
    return Golden(tolerance=_GOLDEN_TOLERANCE, cases=tuple(cases))


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
    root = Path(__file__).parents[1]
    command = ["git", "-C", str(root), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    return done.stdout.strip()
