"""A draft and a graph become a manifest, or everything that keeps them from it is said."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import onnx
from pydantic import ValidationError

from medmaas.errors import InvalidModelError
from medmaas.model.inputs import Files, make_input
from medmaas.model.manifest import (
    Card,
    Golden,
    Input,
    Manifest,
    Parity,
)
from medmaas.model.session import Session
from medmaas.model.unzipped import MOST, MOST_OF_CODE, find_excess, measure
from medmaas.words import ENGLISH
from medmaas_training.catalogue.contract_errors import require_fit
from medmaas_training.catalogue.draft import (
    EXAMPLES_PART,
    GOLDEN_PART,
    INPUT_PART,
    OPERATORS_PART,
    OUTPUT_PART,
    UNCERTAINTY_PART,
    Draft,
    Tree,
    check_draft,
    parse,
)
from medmaas_training.catalogue.explanation import explain
from medmaas_training.catalogue.folder import describe_artefact, find_opset
from medmaas_training.catalogue.golden import check_golden, read_instances
from medmaas_training.catalogue.operators import OPSET, check_graph
from medmaas_training.catalogue.probes.alone import check_made_rows
from medmaas_training.catalogue.probes.neighbours import settle_rows
from medmaas_training.catalogue.refusals import Refusals, RefusedError
from medmaas_training.catalogue.source_attributes import answer_source_attributes
from medmaas_training.errors import TrainingError
from medmaas_training.kinds.outputs import describe_output

TOO_LARGE = (
    f"Lambda takes {MOST // 10**6} MB, unzipped, of code and models, and code has up to "
    f"{MOST_OF_CODE // 10**6} MB"
)
_NEWEST_IR = 10
_HERE = Path()
Labels = Mapping[str, tuple[str, ...]]
_NO_LABELS: Labels = {}


@dataclass(frozen=True)
class Graph:
    """A serialised graph that is safe to run, and a session that runs it."""

    content: bytes
    session: Session


def load_graph(content: bytes, operators: Collection[str] = ()) -> Graph:
    """A graph from its bytes.

    Args:
        content: as it was exported.
        operators: beyond the standard, those that may be there.

    Raises:
        TrainingError: it is not an ONNX graph, reaches outside its file, or cannot be loaded.
    """
    try:
        graph = onnx.load_from_string(content)
    except Exception as error:  # protobuf's own, of a library without types
        raise RefusedError(["the model is not an ONNX file"]) from error
    if not graph.ir_version or not graph.graph.node:
        raise RefusedError(["the model is not an ONNX file, or is empty"])
    try:
        check_graph(graph, operators)
        return Graph(content, Session(content))
    except (
        onnx.checker.ValidationError,
        onnx.shape_inference.InferenceError,
        InvalidModelError,
        ValueError,
    ) as error:
        raise RefusedError([_explain_failure(graph, error)]) from error


def _explain_failure(graph: onnx.ModelProto, error: Exception) -> str:
    opset = find_opset(graph)
    if opset > OPSET or graph.ir_version > _NEWEST_IR:
        return (
            f"ONNX Runtime cannot load the graph, whose opset is {opset} and IR version "
            f"{graph.ir_version}: export it with opset {OPSET} and IR version {_NEWEST_IR}"
        )
    reason = str(error.__cause__ or error).strip().splitlines()[0]
    return f"the graph cannot be loaded, export it again: {reason}"


def complete(
    content: bytes | None,
    draft: Tree | None,
    out: Path,
    refusals: Refusals | None = None,
    *,
    beside: Path = _HERE,
    labels: Labels = _NO_LABELS,
) -> tuple[Manifest, Files]:
    """The manifest of a graph, from the draft of it, and the files that its input is read with.

    Args:
        content: the serialised graph; None if that was refused already.
        draft: as `read_draft` gives it; None if that was refused already.
        out: the models directory that the model is meant for.
        refusals: what was refused already.
        beside: the folder of the draft, in which these files are.
        labels: that the graph itself stated of its outputs, in the order of their columns.

    Raises:
        RefusedError: with everything that is missing or wrong.
    """
    refusals = refusals or Refusals()
    named = parse(OPERATORS_PART, draft or {}, "operators") or ()
    graph = None if content is None else refusals.attempt(lambda: load_graph(content, named))
    stated = None if draft is None else refusals.attempt(lambda: check_draft(draft))
    files: dict[str, bytes] = {}
    checked = (
        None
        if draft is None
        else _check_parts(draft, graph, refusals, beside, files, labels=labels)
    )
    if stated and content is not None:
        refusals.attempt(lambda: _check_place(stated, content, out))
    refusals.raise_any()
    if not (graph and stated and checked):
        raise AssertionError("what is not there was refused")
    try:
        return _assemble(graph, stated, *checked), files
    except ValidationError as error:
        raise RefusedError(explain(error)) from error


def settle(content: bytes, draft: Tree, beside: Path = _HERE) -> bytes:
    """A graph as it is to be served: taking a row at a time if its answers depend on others.

    What does not fit is passed by: `complete` says it.

    Args:
        content: the serialised graph.
        draft: as `read_draft` gives it.
        beside: the folder of the draft.

    Raises:
        RefusedError: it draws at random, or computes over rows.
    """
    spec, output = parse(INPUT_PART, draft, "input"), parse(OUTPUT_PART, draft, "output")
    golden = parse(GOLDEN_PART, draft, "golden")
    if not (spec and output and golden):
        return content
    try:
        named = parse(OPERATORS_PART, draft, "operators") or ()
        require_fit(spec, output, load_graph(content, named).session, _NO_LABELS)
        files = read_beside(beside, spec)
        rows = read_instances([case.instance for case in golden.cases], spec, files=files)
    except TrainingError:
        return content
    uncertainty = parse(UNCERTAINTY_PART, draft, "uncertainty")
    names = (*output.tensors, *(uncertainty.tensors if uncertainty else ()))
    return settle_rows(content, spec, names, rows)


def _check_parts(
    draft: Tree,
    graph: Graph | None,
    refusals: Refusals,
    beside: Path,
    files: dict[str, bytes],
    *,
    labels: Labels,
) -> tuple[Golden, Parity | None] | None:
    """Hold those parts of a draft that fit the contract against the graph, if there is one.

    The files that the input is read with are put into `files`.
    """
    spec, output = parse(INPUT_PART, draft, "input"), parse(OUTPUT_PART, draft, "output")
    golden = parse(GOLDEN_PART, draft, "golden")
    instances = [case.instance for case in golden.cases] if golden else []
    if spec:
        files |= refusals.attempt(lambda: read_beside(beside, spec)) or {}
    whole = spec if spec and files.keys() >= {*spec.files} else None
    rows = (
        refusals.attempt(lambda: read_instances(instances, whole, files=files)) if whole else None
    )
    examples = parse(EXAMPLES_PART, draft, "examples") or ()
    if whole and examples:
        shown = [example.instance for example in examples]
        refusals.attempt(lambda: read_instances(shown, whole, "example", files))
    if not (graph and spec and output):
        return None
    session = graph.session
    fits = refusals.attempt(lambda: require_fit(spec, output, session, labels))
    if not (fits and golden and rows):
        return None
    uncertainty = parse(UNCERTAINTY_PART, draft, "uncertainty")
    given = {tensor.name for tensor in session.outputs}
    also = [name for name in (uncertainty.tensors if uncertainty else ()) if name in given]
    checked = refusals.attempt(lambda: check_golden(golden, rows, output, session, also))
    if checked:  # else the same would be said again of rows that nobody wrote
        refusals.attempt(lambda: check_made_rows(session, spec, output, rows))
    return checked


def read_beside(folder: Path, spec: Input) -> dict[str, bytes]:
    """The files that an input is read with, from the folder of its draft.

    Raises:
        RefusedError: one is not there, or is none that the input can be read with.
    """
    try:
        files = {name: (folder / name).read_bytes() for name in spec.files}
        make_input(spec, files)
    except OSError as error:
        name, cause = Path(str(error.filename)).name, error.strerror
        raise RefusedError([f"{name} must lie beside the draft ({cause})"]) from error
    except InvalidModelError as error:
        raise RefusedError([ENGLISH.say(error.fact)]) from error
    return files


def _check_place(stated: Draft, content: bytes, out: Path) -> None:
    """Refuse to replace another model, or to grow beyond what Lambda takes."""
    target = out / stated.id / stated.version
    here = target / "model.onnx"
    if target.exists() and not (here.exists() and here.read_bytes() == content):
        raise RefusedError(
            [f"version: {stated.id} {stated.version} is in {out} as another model: state a new one"]
        )
    if find_excess(MOST_OF_CODE, measure(out) - measure(target), len(content)):
        raise RefusedError(
            [
                f"{TOO_LARGE}, so this model and those in {out} have no room together: remove a "
                "version, or give the model an --out of its own"
            ]
        )


def _assemble(graph: Graph, stated: Draft, golden: Golden, parity: Parity | None) -> Manifest:
    given = stated.card
    attributes = answer_source_attributes(given, output=describe_output(stated.output).describe())
    card = Card.model_validate(
        given.model_dump() | {"source_attributes": attributes | given.source_attributes}
    )
    return Manifest(
        contract=1,  # 2 when it is written: place_model lists files and golden answers
        id=stated.id,
        version=stated.version,
        title=stated.title,
        licence=stated.licence,
        operators=stated.operators,
        created=stated.created or datetime.now(UTC).date(),
        training_commit=stated.training_commit,
        seed=stated.seed,
        artefact=describe_artefact(graph.content, graph.session),
        input=stated.input,
        output=stated.output,
        golden=golden,
        examples=stated.examples,
        parity=parity,
        explanation=stated.explanation,
        uncertainty=stated.uncertainty,
        cds_service=stated.cds_service,
        card=card,
        translations=stated.translations,
    )
