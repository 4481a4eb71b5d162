"""What keeps a model of one's own out of the catalogue is said, all of it, at once."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper
from skl2onnx.common.data_types import Int64TensorType

from medmaas_training.catalogue.completion import complete
from medmaas_training.catalogue.refusals import RefusedError
from tests.training.own_files import (
    DRAFT,
    GRAPH,
    WEIGHTS,
    Own,
    Tree,
    ask,
    change,
    constant,
    export_by_hand,
    instances,
    make_graph,
    node,
    take,
    write,
)


def external() -> bytes:
    weight = constant("w", np.ones((1, 2)))
    weight.ClearField("raw_data")
    weight.data_location = TensorProto.EXTERNAL
    weight.external_data.add(key="location", value="../../etc/passwd")
    return make_graph([node("MatMul", "features w", "probabilities")], weight)


def with_function() -> bytes:
    opsets = [helper.make_opsetid("", 20)]
    function = helper.make_function("", "F", ["a"], ["b"], [node("Neg", "a", "b")], opsets)
    return make_graph([node("F", "features", "probabilities")], functions=[function])


LOGITS = make_graph([node("MatMul", "features w", "probabilities")], WEIGHTS)
SIGMOIDS = make_graph(
    [node("MatMul", "features w", "l"), node("Sigmoid", "l", "probabilities")], WEIGHTS
)
LABELS = {
    "kind": "labels",
    "tensor": "probabilities",
    "labels": [{"name": name, "threshold": 0.5} for name in ("malignant", "large")],
    "thresholds": "By hand.",
}
NAN = make_graph(
    [node("MatMul", "features w", "l"), node("Log", "minus", "nan"), node("Mul", "l nan", "p2"),
     node("Identity", "p2", "probabilities")],
    WEIGHTS,
    constant("minus", -1),
)  # fmt: skip
ONE_ROW = make_graph(
    [node("Reshape", "features shape", "row"), node("MatMul", "row w", "l"),
     node("Softmax", "l", "probabilities", axis=1)],
    WEIGHTS,
    constant("shape", [1, 10], np.int64),
)  # fmt: skip
TWO_INPUTS = make_graph(
    [node("Concat", "a b", "probabilities", axis=1)],
    takes=[(name, TensorProto.FLOAT, ["n", 1]) for name in "ab"],
)
FOREIGN = make_graph(
    [node("Anything", "features", "probabilities", domain="com.example")],
    opset_imports=[helper.make_opsetid("", 20), helper.make_opsetid("com.example", 1)],
)
NEWER = make_graph(
    [node("MatMul", "features w", "probabilities")],
    WEIGHTS,
    opset_imports=[helper.make_opsetid("", 40)],
)
SURVIVAL = {
    "kind": "survival",
    "tensor": "probabilities",
    "time_days": [0, 9],
    "horizon_days": [9],
}


def state_labels(graph: bytes) -> Callable[[Own], None]:
    """Of a graph that gives two numbers."""

    def spoil(own: Own) -> None:
        change("output", LABELS)(own)
        take(graph)(own)

    return spoil


BAD_CASE = instances()[0] | {"radius": 4242}
NO_AREA = {k: v for k, v in instances()[0].items() if k != "area"}

READ: Tree = {"loinc": ["0000-0"], "source": {"kind": "observation", "oldest_days": 9}}
POINT: dict[str, Any] = {"group": "all", "n": 9} | {
    side: {"value": 0.2, "low": 0.1, "high": 0.3} for side in ("predicted", "observed")
}
REFUSALS: list[tuple[Callable[[Own], None], str]] = [
    # the file
    (take(b"PK\x03\x04, a zip of something"), "the model is not an ONNX file"),
    (take(b""), "the model is not an ONNX file, or is empty"),
    (take(NEWER), "whose opset is 40 and IR version 10: export it with opset 20"),
    (take(external()), "the graph keeps weights in another file: save them inside the graph"),
    (take(with_function()), "the graph defines functions: inline them before the export"),
    (take(FOREIGN), "does not ship: com.example::Anything: replace them"),
    # its tensors
    (take(export_by_hand(options=None)), "probabilities, but the graph gives output_label, output"),
    (take(export_by_hand(n=8)), "first dimension is fixed at 8: export it with a dynamic first d"),
    (take(ONE_ROW), "several rows at once: export it with a dynamic first dimension"),
    (take(export_by_hand(Int64TensorType)), "it takes whole numbers, and radius may be another"),
    (take(TWO_INPUTS), "the graph takes 2 inputs (a, b), the input as stated is features: export"),
    (change("input.tensor", "x"), "input.tensor is x, but the graph's input is called features"),
    (change("output.tensor", "p"), "output.tensor is p, but the graph gives label, probabilities"),
    (change("output.tensor", "label"), "output.tensor is label, which is tensor(int64): name an"),
    (change("output.labels", ["a", "b", "c"]), "gives [n, 2] as probabilities, output.labels need"),
    (
        lambda own: own.draft["input"]["features"].pop(),
        "state 10 features in input.features, 9 are there",
    ),
    # its answers
    (take(LOGITS), "golden case 0: the graph does not give probabilities that sum to 1: end it"),
    (
        take(SIGMOIDS),
        "golden case 0: the graph gives probabilities that do not sum to 1: if each label is "
        "judged by itself, and several may be true, state output.kind labels",
    ),
    (
        state_labels(LOGITS),
        "golden case 0: the graph does not give a probability per label: end it with a sigmoid",
    ),
    (
        change("output", SURVIVAL),
        "golden case 1: the graph does not give a survival curve, which starts at 1",
    ),
    (take(NAN), "the graph gives a number that is not finite for a golden case"),
    (ask([{"instance": BAD_CASE}]), "golden case 0: radius outside 0 to 100"),
    (ask([{"instance": NO_AREA}]), "golden case 0: area is required"),
    (
        ask([{"instance": instances()[0], "outputs": {"probabilities": [0.9, 0.1]}}]),
        "golden case 0: probabilities differs by 9.8e-02 from what the graph gives, more than "
        "golden.tolerance 1e-05",
    ),
    (
        ask([{"instance": instances()[0], "outputs": {"probabilities": [0.9]}}]),
        "golden case 0: probabilities has 1 numbers, the graph gives 2",
    ),
    (
        ask([{"instance": instances()[0], "outputs": {"label": [0]}}]),
        "golden case 0: label is not an output of the answer, which is made of probabilities",
    ),
    (ask([]), "golden.cases is missing: at least one invented instance"),
    (ask([{}]), "golden.cases.0.instance is missing: what a request would hold"),
    (ask({"instance": {}}), 'cases.json must be a list, [{"instance": {...}, "outputs": '),
    (ask('[\n{"instance": }]'), "cases.json, line 2: not JSON, Expecting value"),
    # the draft
    (change("golden", ...), "golden is missing: in cases, at least one invented instance"),
    (change("card.intended_use", ...), "card.intended_use is missing: what the model is for"),
    (change("card.intended_use", None), "card.intended_use is missing: what the model is for"),
    (change("card.limits", "none"), "card.limits must be a list: where it is weak or untested"),
    (change("card.metrics", []), "card.metrics is missing: at least one measured figure"),
    (
        change("card.metrics.0.of", "ours"),
        "card.metrics.0.of must be 'model', 'variant' or 'baseline': what it is measured of",
    ),
    (
        change("card.metrics.0.cohort", "validation"),
        "card.metrics.0.cohort must be 'train', 'calibration', 'test', 'cross_validation', 'exter",
    ),
    (
        change("card.calibration", [{"target": {"kind": "odds"}}]),
        "card.calibration.0.target.kind is missing or unknown: one of risk, label, right_answers",
    ),
    (
        change(
            "card.calibration",
            [
                {
                    "target": {"kind": "label", "label": "sick"},
                    "evaluated_on": "test split",
                    "points": [POINT],
                }
            ],
        ),
        "card.calibration: every target must be of a number of output",
    ),
    (change("card.data", "mine"), "card.data must hold fields: what it was learned from"),
    (change("card.stages", "x"), "card.stages is not a field here: is stage meant?"),
    (change("parity", {}), "parity is measured: remove it"),
    (change("id", "My Model"), "id does not fit: what requests call the model: a lower-case let"),
    (change("version", 1.0), "version must be text, so put it in quotes: three numbers, as in"),
    (change("version", "1"), "version does not fit: three numbers, as in 1.0.0"),
    (change("output.labels", [False, True]), "(YAML reads yes and no as true and false)"),
    (change("output.kind", ...), "output.kind is missing or unknown: one of classes, value, surv"),
    (change("input.kind", "table"), "input.kind is missing or unknown: one of tabular, series, im"),
    (change("input.features.0.type", ...), "input.features.0.type is missing or unknown: one of n"),
    (change("input.features.3.unit", 1), "input.features.3.unit must be text, so put it in quotes"),
    (
        lambda own: own.draft["input"]["features"][0].update(READ | {"unit": "x10^9/L"}),
        "the unit of radius cannot be read in a record: write 10*9/L",
    ),
    (
        lambda own: own.draft["input"]["features"][0].update(READ | {"unit": "of a score"}),
        "the unit of radius cannot be read in a record: write a code of UCUM",
    ),
    (change("input.features.0.hard_range", {"low": 1, "high": 0}), "low must not exceed high"),
    (write("id: [a\nversion: 1.0.0\n"), "manifest.yaml, line 2: not YAML, expected ',' or ']'"),
    (write("- a list"), "manifest.yaml must hold the fields of a manifest, as name: value"),
    (write("a: &a [*a]"), "manifest.yaml cannot be read as YAML"),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "sentence"), REFUSALS, ids=[s for _, s in REFUSALS])
def test_what_is_wrong_is_said_in_a_sentence_and_nothing_is_written(
    own: Own, capsys: Any, spoil: Callable[[Own], None], sentence: str
) -> None:
    spoil(own)
    assert own.add() == 2
    said = capsys.readouterr()
    assert said.out == ""
    lines = said.err.splitlines()
    assert all(line.startswith("medmaas add: ") for line in lines)
    assert any(sentence in line for line in lines), said.err
    assert len(lines) <= 3, "a fault of one kind is not ten faults"
    assert "4242" not in said.err
    assert not own.out.exists()


def test_everything_that_is_wrong_is_said_at_once(own: Own, capsys: Any) -> None:
    own.graph = export_by_hand(n=8)
    own.cases = [{"instance": BAD_CASE}]
    for path in (
        "title",
        "card.limits",
        "card.data.split.train",
        "input.features.0.training_range",
    ):
        change(path, ...)(own)
    assert own.add() == 2
    assert len(capsys.readouterr().err.splitlines()) == 4
    own.draft = copy.deepcopy(DRAFT)
    change("title", ...)(own)
    change("card.limits", ...)(own)
    assert own.add() == 2
    said = capsys.readouterr().err
    for part in ("title is missing", "card.limits is missing", "fixed at 8", "radius outside"):
        assert part in said


def find_fields(part: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(part, dict):
        return [(*path, k) for k in part] + [
            found for k, v in part.items() for found in find_fields(v, (*path, k))
        ]
    if isinstance(part, list):
        return [found for i, v in enumerate(part) for found in find_fields(v, (*path, i))]
    return []


FIELDS = find_fields(DRAFT)


def refuse(draft: Tree) -> str | None:
    """Why a draft is refused, None if it is complete; anything else is a failure."""
    try:
        complete(GRAPH, draft, Path("models-of-nobody"))
    except RefusedError as error:
        return error.message
    return None


@given(st.lists(st.sampled_from(FIELDS), min_size=1, max_size=3))
@settings(max_examples=150)
def test_without_any_field_a_draft_is_complete_or_the_field_is_named(
    dropped: list[tuple[Any, ...]],
) -> None:
    draft = copy.deepcopy(DRAFT)
    for path in dropped:
        part = draft
        for key in path[:-1]:
            part = part[key] if isinstance(part, list) else part.get(key, {})
        if isinstance(part, dict):
            part.pop(path[-1], None)
    refused = refuse(draft)
    assert refused is None or any(str(path[-1]) in refused for path in dropped)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
@settings(max_examples=60)
def test_a_field_of_any_other_kind_gives_no_traceback(value: Any) -> None:
    for path in FIELDS[:: len(FIELDS) // 10]:
        draft = copy.deepcopy(DRAFT)
        part: Any = draft
        for key in path[:-1]:
            part = part[key]
        part[path[-1]] = value
        assert refuse(draft) != ""
