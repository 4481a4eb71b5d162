"""The draft as a whole: what was found of a graph and a table, and everything else asked for."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, log10
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.errors import ModelOutputError
from medmaas.model.inputs import make_input
from medmaas.model.manifest import Tensor
from medmaas.model.session import Session
from medmaas_training.catalogue.draft import (
    INPUT_PART,
    UNWRITTEN_FINDINGS,
    check_draft,
    parse,
)
from medmaas_training.catalogue.invention import invent_cases
from medmaas_training.catalogue.refusals import RefusedError
from medmaas_training.drafting.opened import Opened
from medmaas_training.drafting.people import FEWEST
from medmaas_training.drafting.seen import (
    InputDraft,
    OutputDraft,
    Question,
    SeenInput,
    SeenOutput,
    Tree,
    ask_below,
)
from medmaas_training.drafting.table import Table
from medmaas_training.kinds.inputs import describe_input, draft_input
from medmaas_training.kinds.outputs import draft_output

_FLOATS = {"tensor(float)", "tensor(double)", "tensor(float16)"}
_TYPES = {"tensor(double)": np.float64, "tensor(uint8)": np.uint8, "tensor(float16)": np.float16,
          "tensor(int64)": np.int64, "tensor(int32)": np.int32}  # fmt: skip
_ANY_SIZE = 16
_PROBES = (-1, 1), (-100, 100), (0.1, 1), (1, 2), (10, 100)  # between which rows by chance lie
_CASES, _EXAMPLES, _TRIES = 3, 2, 200
_STAGE = "Research use only, not for time-critical decisions"
_ROLE = "It supports a decision that a clinician makes and can check; it makes none."
_LIMITS = "Whether it holds for other people than those whom it was measured on was not examined."
_REFERENCE = "None was named."
_INCLUSION = "Nobody has written down yet who is in the data, and who was left out."


@dataclass(frozen=True)
class Drafted:
    """A draft, what only a person knows of it, and what they must be told.

    Attributes:
        tree: the fields of a manifest, None where a person is asked.
        questions: by their places; those of fields that are None are in the contract's words.
        told: how graph and table were read, a clause each.
    """

    tree: Tree
    questions: tuple[Question, ...]
    told: tuple[str, ...]


def draft_model(opened: Opened, name: str, table: Table | None, beside: Path) -> Drafted:
    """All that a graph and a table tell.

    Args:
        opened: the graph.
        name: of its file, without its ending.
        table: of past cases, if there is one.
        beside: the folder of the graph.

    Raises:
        TrainingError: the graph can be served as no kind, or the table is not of its columns.
    """
    takes = draft_input(SeenInput(opened.inputs, opened, table, beside))
    fields = takes.fields
    opened = opened.serve(fields)
    given = _answer_cases(opened, takes)
    of_cases = any(a.dtype.kind == "f" and np.isfinite(a).any() for a in given.values())
    if not of_cases:
        given = _answer_probes(opened)
    outcome = table.outcome if table else None
    seen = [
        SeenOutput(tensor, opened, fields, given.get(tensor.name), of_cases, outcome)
        for tensor in opened.outputs
        if tensor.datatype in _FLOATS
    ]
    gives = draft_output(seen)
    tree: Tree = {
        "id": _make_id(name),
        "version": "1.0.0",
        "title": _make_title(gives, table, fields),
        "licence": None,
    }
    if opened.operators:
        tree["operators"] = [*opened.operators]
    tree |= {"input": fields, "output": gives.fields}
    tree |= _invent(fields, takes, beside, _find_tolerance(given))
    tree["card"] = _draft_card(opened)
    later = ", unless `medmaas add --data` is to measure it" if table else ""
    words = f"how many people fitted the model, and how many tested it alone{later}?"
    measured = [Question(("card", "data", "split"), words, covers=True)]
    if table:
        words = f"at least one measured figure with its 95 % interval{later}"
        measured.append(Question(("card", "metrics"), words))
    questions = [
        *ask_below(takes.questions, "input"),
        *ask_below(gives.questions, "output"),
        *measured,
    ]
    if opened.operators:
        words = "these are of ONNX Runtime alone, and the graph runs nowhere else: is that meant?"
        questions.insert(0, Question(("operators",), words))
    told = (*(table.told if table else ()), *takes.told, *gives.told)
    return Drafted(tree, tuple(questions), told)


def list_missing(tree: Tree) -> tuple[str, ...]:
    """What `medmaas add` would ask for, in its words."""
    try:
        check_draft(invent_cases(tree))
    except RefusedError as error:
        return error.sentences
    return ()


def _answer_cases(opened: Opened, takes: InputDraft) -> dict[str, NDArray[Any]]:
    """What the graph gives for the cases, [n, ...]; NaN for those that it cannot hold."""
    rows = takes.rows
    if rows is None:
        return {}
    whole = [t.name for t in opened.inputs if t.datatype in _TYPES and t.datatype not in _FLOATS]
    gaps = [np.isnan(rows[name]).any(axis=1) for name in whole if name in rows]
    known = ~np.logical_or.reduce(gaps) if gaps else np.ones(len(next(iter(rows.values()))), bool)
    if not known.any():
        return {}
    given = _run(opened.session, {name: array[known] for name, array in rows.items()})
    values = {}
    for name, array in given.items():
        if array.dtype.kind == "f" and len(array) == known.sum():
            values[name] = np.full((len(known), *array.shape[1:]), np.nan, array.dtype)
            values[name][known] = array
    return values


def _run(session: Session, rows: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """What the graph gives for rows; nothing if it fails on them."""
    try:
        return {**session.run(rows)}
    except (ModelOutputError, ValueError, KeyError):
        return {}


def _answer_probes(opened: Opened) -> dict[str, NDArray[Any]]:
    """What the graph gives for a few rows by chance, of every size at which it gives numbers."""
    found: dict[str, list[NDArray[Any]]] = {}
    for low, high in _PROBES:
        given = _run(opened.session, _probe(opened.inputs, low, high))
        floats = {name: array for name, array in given.items() if array.dtype.kind == "f"}
        if all(np.isfinite(array).all() for array in floats.values()):
            for name, array in floats.items():
                found.setdefault(name, []).append(array)
    return {name: np.concatenate(arrays) for name, arrays in found.items()}


def _probe(tensors: Sequence[Tensor], low: float, high: float) -> dict[str, NDArray[Any]]:
    """Rows by chance, between two numbers."""
    draw = np.random.default_rng(0)
    rows = 1 if any(tensor.shape[:1] == (1,) for tensor in tensors) else 4
    made = {}
    for tensor in tensors:
        shape = [rows, *(_ANY_SIZE if size == -1 else size for size in tensor.shape[1:])]
        if tensor.datatype in _TYPES and tensor.datatype not in _FLOATS:
            made[tensor.name] = draw.integers(0, 2, shape).astype(_TYPES[tensor.datatype])
        else:
            values = draw.uniform(low, high, shape)
            made[tensor.name] = values.astype(_TYPES.get(tensor.datatype, np.float32))
    return made


def _make_id(name: str) -> str | None:
    made = re.sub(r"[^a-z0-9_-]+", "_", name.lower()).strip("_-")
    made = re.sub(r"^[^a-z]+", "", made)[:64]
    return made or None


def _make_title(gives: OutputDraft, table: Table | None, fields: Tree) -> str | None:
    if not gives.title or table is None:
        return None
    count = len(fields.get("features") or ())
    return f"{gives.title}, from {count} features" if count else gives.title


def _find_tolerance(given: Mapping[str, NDArray[Any]]) -> float:
    """The default suits probabilities; float32 has seven digits of larger numbers."""
    values = [np.abs(a[np.isfinite(a)]) for a in given.values() if a.dtype.kind == "f"]
    largest = max((float(array.max()) for array in values if array.size), default=1.0)
    return 1e-5 if largest <= 1 else float(10.0 ** (ceil(log10(largest)) - 5))


def _invent(fields: Tree, takes: InputDraft, beside: Path, tolerance: float) -> Tree:
    """Golden cases and examples: written out if they are short and everything is known of them."""
    golden: Tree = {"tolerance": tolerance}
    spec = parse(INPUT_PART, {"input": fields}, "input")
    if spec is None or not describe_input(spec).is_short:
        return {"golden": golden | {"invented": _CASES}}
    files = {}
    for name in spec.files:
        path = beside / name
        if not path.exists():
            return {"golden": golden | {"invented": _CASES}}
        files[name] = path.read_bytes()
    draw = np.random.default_rng(0)
    made: list[Tree] = []
    for _ in range(_TRIES):
        if len(made) == _CASES + _EXAMPLES:
            break
        instance = describe_input(spec).invent(draw)
        tensors = make_input(spec, files).read([instance]).tensors
        if instance not in made and not _is_somebody(tensors, takes):
            made.append(instance)
    if len(made) < 1:
        return {"golden": golden | {"cases": None}}
    cases, more = made[:_CASES], made[_CASES:]
    stated: Tree = {"golden": golden | {"cases": [{"instance": one} for one in cases]}}
    if more:
        stated["examples"] = [
            {"title": f"Invented, {i}: each value drawn by itself", "instance": one}
            for i, one in enumerate(more, start=1)
        ]
    return stated


def _is_somebody(tensors: Mapping[str, NDArray[Any]], takes: InputDraft) -> bool:
    """Whether an invented instance is the row of fewer people than may not be told apart."""
    if not takes.rows:
        return False
    alike = [
        (np.abs(array - tensors[name]) <= 1e-6 * np.maximum(1, np.abs(array))).all(axis=1)
        for name, array in takes.rows.items()
        if name in tensors
    ]
    count = int(np.logical_and.reduce(alike).sum()) if alike else 0
    return 0 < count < FEWEST


def _draft_card(opened: Opened) -> Tree:
    return {
        "developer": None,
        "stage": _STAGE,
        "intended_use": None,
        "intended_users": None,
        "population": None,
        "decision_role": _ROLE,
        "out_of_scope": None,
        "method": [opened.describe()],
        "data": {
            "source": None,
            "licence": None,
            "n": None,
            "inclusion": _INCLUSION,
            "cleaning": [],
            "demographics": {},
            "split": {"train": None, "calibration": 0, "test": None},
        },
        "metrics": None,
        "findings": [UNWRITTEN_FINDINGS],
        "limits": [_LIMITS],
        "references": [_REFERENCE],
    }
