"""`medmaas quantise`: smaller, faster and near enough, or not written."""

import base64
import json
from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto
from PIL import Image

from medmaas.model.manifest import StandardisedDistance
from medmaas.model.predict import predict
from medmaas.model.registry import Registry
from medmaas_training.catalogue.quantisation.comparison import Limits
from medmaas_training.catalogue.quantisation.graph import Method
from medmaas_training.catalogue.quantisation.version import quantise
from medmaas_training.errors import TrainingError
from medmaas_training.quantise import main
from tests.annotated_models import add_rhythm
from tests.training.own_files import Own, constant, instances, make_graph, node

DRAW = np.random.default_rng(0)
ANYTHING = Limits(error=1, agreement=0)
ENDING = node("Softmax", "z", "probabilities", axis=1)
LETTERS = [chr(0x4E00 + i) for i in range(300)]
SIZE = 16


def tick(seconds: Iterator[float]) -> Callable[[], float]:
    """A clock by which calls before and after take turns to last so long."""
    now = 0.0
    between = count()

    def read() -> float:
        nonlocal now
        if next(between) % 2:
            now += next(seconds)
        return now

    return read


def faster() -> Callable[[], float]:
    return tick(2.0 if i % 2 == 0 else 1.0 for i in count())


def slower() -> Callable[[], float]:
    return tick(1.0 if i % 2 == 0 else 2.0 for i in count())


def add_table(own: Own, hidden: int = 64) -> None:
    """Two layers of a network."""
    own.graph = make_graph(
        [node("MatMul", "features w1", "h"), node("Relu", "h", "a"), node("MatMul", "a w2", "z"),
         ENDING],
        constant("w1", DRAW.normal(size=(10, hidden)) / 3000),
        constant("w2", DRAW.normal(size=(hidden, 2))),
    )  # fmt: skip
    assert own.add() == 0


def add_text(own: Own) -> None:
    """An embedding, and a product after it."""
    own.draft["input"] = {
        "kind": "text", "tensor": "x", "field": "t", "description": "Signs.", "alphabet": LETTERS,
        "max_length": 12,
    }  # fmt: skip
    own.draft["golden"]["cases"] = [{"instance": {"t": "".join(LETTERS[:5])}}]
    own.graph = make_graph(
        [node("Gather", "table x", "e"), node("ReduceMean", "e second", "m", keepdims=0),
         node("MatMul", "m w", "z"), ENDING],
        constant("table", DRAW.normal(size=(301, 64))),
        constant("second", [1], np.int64),
        constant("w", DRAW.normal(size=(64, 2))),
        takes=(("x", TensorProto.INT64, ["n", 12]),),
    )  # fmt: skip
    assert own.add() == 0


def draw_picture() -> str:
    file = BytesIO()
    Image.fromarray(DRAW.integers(0, 256, (SIZE, SIZE, 3), np.uint8)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def add_picture(own: Own) -> None:
    """Two convolutions."""
    own.draft["input"] = {
        "kind": "image", "tensor": "x", "height": SIZE, "width": SIZE, "mode": "RGB",
        "layout": "NCHW",
    }  # fmt: skip
    own.draft["golden"]["cases"] = [{"instance": {"image": draw_picture()}}]
    own.graph = make_graph(
        [
            node("Cast", "x", "f", to=TensorProto.FLOAT),
            node("Div", "f most", "s"),
            node("Conv", "s k1", "c1", kernel_shape=[3, 3]),
            node("Relu", "c1", "r1"),
            node("Conv", "r1 k2", "c2", kernel_shape=[3, 3]),
            node("GlobalAveragePool", "c2", "p"),
            node("Flatten", "p", "z"),
            ENDING,
        ],
        constant("most", 255.0),
        constant("k1", DRAW.normal(size=(32, 3, 3, 3)) / 3),
        constant("k2", DRAW.normal(size=(2, 32, 3, 3)) / 3),
        takes=(("x", TensorProto.UINT8, ["n", 3, SIZE, SIZE]),),
    )
    assert own.add() == 0


def test_a_text_becomes_smaller_and_says_by_how_much_it_differs(own: Own) -> None:
    add_text(own)
    folder, told = quantise("fna_means", out=own.out, clock=faster())
    assert folder == own.out / "fna_means/1.1.0"
    before, after = (Registry(own.out).get("fna_means", one) for one in ("1.0.0", "1.1.0"))
    assert after.manifest.artefact.size_bytes < 0.5 * before.manifest.artefact.size_bytes
    instance = [{"t": "".join(LETTERS[40:49])}]
    then, now = (predict(model, instance)[0]["output"] for model in (before, after))
    assert now["label"] == then["label"]
    for label, probability in then["probabilities"].items():
        assert now["probabilities"][label] == pytest.approx(probability, abs=0.05)
    assert "the same label, findings or action in " in told
    assert "a call with one row took 2e+03 ms and takes 1e+03 ms" in told
    card = after.manifest.card
    assert f"Compared with fna_means 1.0.0: {told}." in card.findings
    assert {one.of for one in card.metrics} <= {"variant", "baseline"}
    assert after.manifest.parity is None
    assert "Quantised by ONNX Runtime from fna_means 1.0.0: weights of 8 bits" in after.card


def test_what_depends_on_its_neighbours_is_served_row_by_row(own: Own) -> None:
    add_table(own)
    quantise("fna_means", out=own.out, limits=ANYTHING, clock=faster())
    model = Registry(own.out).get("fna_means")
    assert model.manifest.version == "1.1.0"
    assert model.manifest.artefact.inputs[0].shape[0] == 1
    rows = instances()
    assert predict(model, [rows[0] | {"area": 2500}, *rows])[1:] == predict(model, rows)


def test_convolutions_are_calibrated_by_rows_that_are_named(own: Own, tmp_path: Path) -> None:
    add_picture(own)
    _, told = quantise("fna_means", out=own.out, limits=ANYTHING, clock=faster())
    assert "rows that are golden cases, examples or made, nobody's" in told
    data = tmp_path / "pictures.json"
    sent = [{"image": draw_picture()} for _ in range(24)]
    data.write_text(json.dumps({"instances": sent}))
    folder, told = quantise(
        "fna_means", out=own.out, source="1.0.0", data=data, limits=ANYTHING, clock=faster()
    )
    assert told.startswith("on 12 rows of data that did not calibrate it, answers differ by")
    model = Registry(own.out).get("fna_means", folder.name)
    assert "8 bits, calibrated by 12 rows of data." in model.manifest.card.method[-1]
    operators = {"QuantizeLinear", "DequantizeLinear"}
    content = (folder / "model.onnx").read_bytes()
    assert all(name.encode() in content for name in operators)
    written = (folder / "manifest.json").read_text()
    assert not any(one["image"] in written for one in sent)


def test_4_bits_are_standard_operators(own: Own) -> None:
    add_table(own, hidden=512)
    folder, _ = quantise("fna_means", out=own.out, method="4-bit", limits=ANYTHING, clock=faster())
    model = Registry(own.out).get("fna_means", folder.name)
    assert model.manifest.artefact.opset == 21
    assert model.manifest.artefact.size_bytes < 20_000 < len(own.graph)


@pytest.mark.parametrize(
    ("limits", "clock", "reason"),
    [
        (Limits(error=0), faster, r"answers differ by more than --most-error 0 \(dynamic\)"),
        (ANYTHING, slower, r"it got slower \(dynamic\)"),
        (Limits(error=0, agreement=1.1), slower, "less than --least-agreement 1.1 .*, and it got"),
    ],
)
def test_what_gains_nothing_or_differs_is_not_written(
    own: Own, limits: Limits, clock: Any, reason: str
) -> None:
    add_table(own)
    with pytest.raises(TrainingError, match=f"nothing was written: .*{reason}.* MB became .* ms"):
        quantise("fna_means", out=own.out, limits=limits, clock=clock())
    assert [path.name for path in (own.out / "fna_means").iterdir()] == ["1.0.0"]


def test_many_rows_count_where_rows_go_through_a_graph_together(own: Own) -> None:
    """One row alone is faster by itself, and a file of them is not."""
    add_table(own)
    turns = [2.0, 1.0] * 25 + [1.0, 2.0] * 25
    with pytest.raises(TrainingError, match=r"it got slower .* a call with 64 rows took 1e\+03 ms"):
        quantise("fna_means", out=own.out, limits=ANYTHING, clock=tick(iter(turns)))


def test_what_was_measured_on_other_answers_is_left_out(models: Path) -> None:
    before = Registry(models).get("breast_fna").manifest
    assert before.uncertainty
    assert before.uncertainty.intervals
    quantise("breast_fna", out=models, limits=ANYTHING, clock=faster())
    after = Registry(models).get("breast_fna").manifest
    assert after.version != before.version
    assert after.uncertainty
    assert after.uncertainty.intervals is None
    assert isinstance(after.uncertainty.distance, StandardisedDistance)
    assert f"those of version {before.version}" in after.uncertainty.method
    assert (after.card.calibration, after.card.coverage) == ((), ())
    assert after.explanation
    assert (after.explanation.importance, after.explanation.trial) == ((), None)
    assert after.explanation.background
    assert before.version in after.card.headline[0].model


@pytest.mark.parametrize("method", ["4-bit", "static"])
def test_a_number_made_of_nan_is_no_answer(tmp_path: Path, method: Method) -> None:
    """Products of 8 and 4 bits lose NaN, by which this graph says that nothing was recorded."""
    add_rhythm(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(TrainingError, match="one graph gives NaN where the other gives a number"):
        quantise("rhythm", out=tmp_path, method=method, limits=ANYTHING, clock=faster())
    assert sorted(tmp_path.rglob("*")) == before


def test_trees_stay_as_they_are(own: Own) -> None:
    own.graph = make_graph(
        [node("Slice", "features from to axes", "z"), ENDING],
        constant("from", [0], np.int64),
        constant("to", [2], np.int64),
        constant("axes", [1], np.int64),
    )
    assert own.add() == 0
    with pytest.raises(TrainingError, match=r"no matrix product or convolution .* trees stay"):
        quantise("fna_means", out=own.out)


def test_nothing_is_quantised_twice(own: Own) -> None:
    add_text(own)
    quantise("fna_means", out=own.out, limits=ANYTHING, clock=faster())
    with pytest.raises(TrainingError, match="quantised already: name another with --version"):
        quantise("fna_means", out=own.out, limits=ANYTHING, clock=faster())


@pytest.mark.parametrize(
    ("arguments", "content", "sentence"),
    [
        (["nobody"], None, "there is no models/nobody"),
        (["fna_means", "--version", "9.9.9"], None, "there is no models/fna_means/9.9.9"),
        (["fna_means", "--as", "1.0.0"], None, "1.0.0 in --out is there already"),
        (["fna_means", "--data", "no.json"], None, "no.json cannot be read (No such file"),
        (["fna_means", "--data", "rows.json"], "nothing", "rows.json: "),
        (["fna_means", "--data", "rows.json"], '{"instances": [{}]}', "has 1 instances, and half"),
        (
            ["fna_means", "--data", "rows.json"],
            json.dumps({"instances": [{"radius": 1}] * 20}),
            "instance 0: texture ",
        ),
    ],
)
def test_what_cannot_be_quantised_is_refused(
    own: Own, capsys: Any, arguments: list[str], content: str | None, sentence: str
) -> None:
    assert own.add() == 0
    if content:
        Path("rows.json").write_text(content)
    assert main(arguments) == 2
    told = capsys.readouterr().err
    assert told.startswith("medmaas quantise: ")
    assert sentence in told
    assert [path.name for path in (own.out / "fna_means").iterdir()] == ["1.0.0"]


@pytest.mark.soak
def test_a_wide_network_is_faster_by_the_clock(own: Own) -> None:
    """By the command itself; on a processor without VNNI it may be refused, with its figures."""
    own.draft["input"] = {
        "kind": "text", "tensor": "x", "field": "t", "description": "Signs.", "alphabet": LETTERS,
        "max_length": 128,
    }  # fmt: skip
    own.draft["golden"]["cases"] = [{"instance": {"t": "".join(LETTERS[:5])}}]
    own.graph = make_graph(
        [node("Gather", "table x", "e"), node("MatMul", "e w1", "h"), node("Relu", "h", "a"),
         node("ReduceMean", "a second", "m", keepdims=0), node("MatMul", "m w2", "z"), ENDING],
        constant("table", DRAW.normal(size=(301, 512))),
        constant("w1", DRAW.normal(size=(512, 2048)) / 20),
        constant("second", [1], np.int64),
        constant("w2", DRAW.normal(size=(2048, 2)) / 20),
        takes=(("x", TensorProto.INT64, ["n", 128]),),
    )  # fmt: skip
    assert own.add() == 0
    assert main(["fna_means"]) == 0
