"""A trained model becomes one ONNX graph, proved equal to it, and a model folder.

Nothing is written unless the graph is self-contained, agrees with the trained model on every test
row, and answers its golden cases through the very code that will serve it.
"""

import hashlib
import json
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx.utils import Extractor
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.base import BaseEstimator

from medmaas.errors import MedmaasError
from medmaas.model.inputs import Tabular
from medmaas.model.manifest import (
    Artefact,
    Card,
    Golden,
    GoldenCase,
    Manifest,
    Output,
    Parity,
    TabularInput,
)
from medmaas.model.registry import Registry
from medmaas.model.session import Session
from training.card import render_card
from training.errors import TrainingError

OPSET = 20
ML_OPSET = 3
INPUT = "features"
_PARITY_TOLERANCE = 1e-5
_GOLDEN_TOLERANCE = 1e-5
_DOMAINS = {"", "ai.onnx", "ai.onnx.ml"}

Floats = NDArray[np.float64]


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


def convert_torch(module: torch.nn.Module, example: torch.Tensor, output: str) -> onnx.ModelProto:
    """A module from `example` [n, ...] to one tensor [n, ...], as a graph of any n."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns about its own dependencies
        program = torch.onnx.export(
            module.eval(),
            (example,),
            input_names=[INPUT],
            output_names=[output],
            dynamic_shapes=({0: torch.export.Dim("n")},),
            opset_version=OPSET,
            dynamo=True,
            verbose=False,
        )
    if program is None:
        raise TrainingError("the PyTorch module cannot be exported to ONNX")
    return _clean(program.model_proto)


def convert_sklearn(pipeline: BaseEstimator, features: int) -> onnx.ModelProto:
    """A classifier from [n, features] to `probabilities` [n, classes]; the label is left out."""
    graph = to_onnx(
        pipeline,
        initial_types=[(INPUT, FloatTensorType([None, features]))],
        options={"zipmap": False},
        target_opset={"": OPSET, "ai.onnx.ml": ML_OPSET},
    )
    return _clean(Extractor(graph).extract_model([INPUT], ["probabilities"]))


def check_graph(graph: onnx.ModelProto) -> None:
    """Refuse what could reach outside the file or needs code that is not ONNX Runtime's own.

    Raises:
        TrainingError: external data (CVE-2022-25882 and later), an unknown domain, a function.
    """
    if graph.functions:
        raise TrainingError("the graph defines functions: inline them before the export")
    graphs = list(_find_graphs(graph.graph))
    domains = {opset.domain for opset in graph.opset_import}
    domains |= {node.domain for g in graphs for node in g.node}
    if domains - _DOMAINS:
        raise TrainingError("the graph uses operators outside the ONNX standard: replace them")
    tensors = (tensor for g in graphs for tensor in _find_tensors(g))
    if any(tensor.data_location == onnx.TensorProto.EXTERNAL for tensor in tensors):
        raise TrainingError("the graph keeps weights in another file: save them inside the graph")
    onnx.checker.check_model(graph, full_check=True)


def _find_graphs(graph: onnx.GraphProto) -> Iterator[onnx.GraphProto]:
    """A graph and, below it, the bodies of its conditions and loops."""
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            for body in (attribute.g, *attribute.graphs):
                if body.node:
                    yield from _find_graphs(body)


def _find_tensors(graph: onnx.GraphProto) -> Iterator[onnx.TensorProto]:
    yield from graph.initializer
    for sparse in graph.sparse_initializer:
        yield from (sparse.values, sparse.indices)
    for node in graph.node:
        for attribute in node.attribute:
            yield from (attribute.t, *attribute.tensors)


def compare(graph: bytes, trained: Callable[[Floats], Floats], rows: Floats, output: str) -> Parity:
    """Run the graph and the trained model on the same rows [n, features].

    Raises:
        TrainingError: they differ by more than 1e-5 anywhere.
    """
    answers = Session(graph).run({INPUT: rows.astype(np.float32)})[output]
    difference = float(np.abs(answers - trained(rows)).max())
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
    spec: TabularInput,
    output: Output,
    trained: Callable[[Floats], Floats],
    test_rows: Floats,
    golden: Sequence[dict[str, Any]],
    card: Card,
) -> Path:
    """Write `<out>/<id>/<version>/{model.onnx,manifest.json,card.md}`, whole or not at all.

    Args:
        out: the models directory.
        identity: what the model is called.
        graph: from raw features to the tensor that `output` names.
        spec: of the input.
        output: of the answer.
        trained: the model as it was fitted, from rows [n, features] to the graph's output.
        test_rows: raw features of every test row, [n, features].
        golden: invented instances whose answers are recorded.
        card: what a reader must know.

    Raises:
        TrainingError: the graph is not self-contained, differs from the trained model, or would be
            refused by the registry.
    """
    check_graph(graph)
    content = graph.SerializeToString(deterministic=True)
    parity = compare(content, trained, test_rows, output.tensor)
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


def _clean(graph: onnx.ModelProto) -> onnx.ModelProto:
    """Drop what exporters note about the machine that ran them, and opsets named twice."""
    del graph.graph.value_info[:]  # hints that ONNX Runtime infers again
    for part in (graph, graph.graph, *graph.graph.node):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    for value in (*graph.graph.input, *graph.graph.output):
        value.ClearField("metadata_props")
    opsets = {opset.domain: opset.version for opset in graph.opset_import}
    opsets[""] = OPSET
    del graph.opset_import[:]
    graph.opset_import.extend(onnx.helper.make_opsetid(d, v) for d, v in sorted(opsets.items()))
    return graph


def _describe(content: bytes) -> Artefact:
    session = Session(content)
    return Artefact(
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        opset=OPSET,
        inputs=session.inputs,
        outputs=session.outputs,
    )


def _record(content: bytes, spec: TabularInput, instances: Sequence[dict[str, Any]]) -> Golden:
    """Golden cases: what the graph answers to invented instances, here and now."""
    outputs = Session(content).run(Tabular(spec).read(instances).tensors)
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
