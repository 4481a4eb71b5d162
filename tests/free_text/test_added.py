"""A model of free text joins the catalogue with its tokenizer, and is described and assessed."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from medmaas.model.manifest import TextInput
from medmaas.model.predict import predict
from medmaas.model.registry import Registry
from medmaas_training.add import main
from medmaas_training.assessment.inputs import make_case
from medmaas_training.assessment.reasons.games import explain_case
from medmaas_training.kinds.inputs import describe_input
from tests.conftest import ROOT
from tests.free_text.models import (
    FIELD,
    INPUT,
    LABELS,
    NOTE,
    TOKENIZER,
    Json,
    make_fitted,
    make_word_pieces,
)

DRAFT: Json = yaml.safe_load((ROOT / "docs/own-model.yaml").read_text())


def add(folder: Path, capsys: Any, *, tokenizer: bytes | None = None, **tokens: Any) -> str:
    """What `medmaas add` says."""
    draft = DRAFT | {
        "id": "letters",
        "input": INPUT | {"tokens": INPUT["tokens"] | tokens},
        "output": {"kind": "classes", "tensor": "probabilities", "labels": LABELS},
        "golden": {"cases": [{"instance": {FIELD: NOTE}}]},
    }
    for absent in ("explanation", "uncertainty", "examples", "translations"):
        draft.pop(absent, None)
    (folder / "model.onnx").write_bytes(make_fitted())
    (folder / "manifest.yaml").write_text(yaml.safe_dump(json.loads(json.dumps(draft))))
    if tokenizer is not None:
        (folder / TOKENIZER).write_bytes(tokenizer)
    paths = [str(folder / name) for name in ("model.onnx", "manifest.yaml")]
    main([*paths, "--out", str(folder / "models")])
    said = capsys.readouterr()
    return str(said.out + said.err)


def test_an_added_model_brings_its_tokenizer(tmp_path: Path, capsys: Any) -> None:
    said = add(tmp_path, capsys, tokenizer=make_word_pieces(), most_unknown=0.2)
    assert said.startswith("added letters 1.0.0"), said
    model = Registry(tmp_path / "models").get("letters")
    assert TOKENIZER in [file.name for file in model.manifest.files]
    (answer,) = predict(model, [{FIELD: NOTE}])
    assert answer["output"]["label"] == "urgent"
    for words in (
        "taken apart by `tokenizer.json`",
        "no answer if over 20% of the tokens are unkn",
    ):
        assert words in model.card
    shutil.rmtree(tmp_path / "models" / "letters")


@pytest.mark.parametrize(
    ("tokenizer", "tokens", "sentence"),
    [
        (None, {}, "tokenizer.json must lie beside the draft (No such file or directory)"),
        (b"{}", {}, "tokenizer.json is no tokenizer that the library tokenizers reads"),
        (make_word_pieces(), {"type_tensor": None}, "input.tokens.type_tensor"),
        (make_word_pieces(), {"mask_tensor": "mask"}, "but the graph takes input_ids, attention_"),
        (make_word_pieces(), {"longest": 4}, "longest"),
    ],
)
def test_what_does_not_fit_is_refused_by_a_sentence(
    tmp_path: Path, capsys: Any, tokenizer: bytes | None, tokens: Json, sentence: str
) -> None:
    said = add(tmp_path, capsys, tokenizer=tokenizer, **tokens)
    assert sentence in said
    assert said.count(sentence) == 1
    assert not (tmp_path / "models" / "letters").exists()


def test_a_text_is_a_game_of_its_words(toys: Path) -> None:
    model = Registry(toys).get("letters")
    (row,) = model.inputs.read([{FIELD: NOTE}]).tensors["input_ids"]
    case = make_case(model, np.asarray(row))
    assert {"chest", "pain", "no"} <= {*case.parts}
    found = explain_case(case, np.array([0.05]), 0)
    assert found.values.sum(axis=0) == pytest.approx(found.prediction - found.baseline)


def test_an_input_of_tokens_is_described(toys: Path) -> None:
    description = describe_input(Registry(toys).get("letters").manifest.input)
    (about, rules) = description.describe()
    assert about == "`letter`: The letter of a referral."
    assert "at most 20,000 characters and 32 tokens" in rules
    header, (row,) = description.tabulate()
    assert len(header) == len(row) == 3


def test_the_example_of_the_documents_is_the_input_of_this_model(
    tmp_path: Path, capsys: Any
) -> None:
    page = (ROOT / "docs" / "own-model.md").read_text()
    (block,) = [
        one for one in re.findall(r"```yaml\n(.+?)```", page, re.DOTALL) if "tokens:" in one
    ]
    stated = yaml.safe_load(block)["input"]
    said = add(tmp_path, capsys, tokenizer=make_word_pieces(), **stated["tokens"])
    assert said.startswith("added letters 1.0.0"), said
    spec = Registry(tmp_path / "models").get("letters").manifest.input
    assert spec.model_dump(exclude_none=True) == TextInput.model_validate(stated).model_dump(
        exclude_none=True
    )
