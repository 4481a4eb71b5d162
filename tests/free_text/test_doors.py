"""Free text through every door gets the same answer, and no text is told to anybody else."""

import csv
import io
import json
import logging
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import tritonclient.http as triton
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator
from tokenizers import Tokenizer

from medmaas.api.app import create_app
from medmaas.cli import main
from medmaas.model.explanation import explain
from medmaas.model.explanation.budget import Budget
from medmaas.model.publication import publish
from medmaas.model.registry import Registry
from tests.free_text.models import (
    FIELD,
    INPUT,
    LENGTH,
    NOTE,
    TOKENIZER,
    Json,
    make_byte_pairs,
    make_fitted,
    make_word_pieces,
    read_inputs,
    state,
)
from tests.page.conftest import serve

MODELS = ("letters", "bytes")
CHINESE = "患者男性 72 岁，胸痛\r\n自今晨起 😀 cafe\u0301."
TEXTS = [
    NOTE,
    "woman of 50, back pain.\nNo fever",
    CHINESE,
    "72-year-old man: \"chest pain\", 'sic'",
]
SURNAME = "Quackenbush"


def post(client: TestClient, url: str, body: Json) -> Any:
    response = client.post(url, json=body)
    assert response.status_code == 200, response.text
    return response.json()


def ask(client: TestClient, model: str, texts: list[str], verb: str = "predict") -> list[Json]:
    body = {"instances": [{FIELD: text} for text in texts]}
    predictions: list[Json] = post(client, f"/models/{model}/{verb}", body)["predictions"]
    return predictions


def test_the_fitted_model_finds_what_is_urgent(client: TestClient) -> None:
    assert read_inputs(make_fitted()) == ["input_ids", "attention_mask", "token_type_ids"]
    first, second, *_ = ask(client, "letters", TEXTS)
    assert (first["output"]["label"], second["output"]["label"]) == ("urgent", "routine")


@pytest.mark.parametrize("model", MODELS)
def test_a_row_has_the_same_bits_whatever_rows_are_with_it(client: TestClient, model: str) -> None:
    together = ask(client, model, TEXTS)
    assert together == [ask(client, model, [text])[0] for text in TEXTS]
    columns = post(client, f"/models/{model}/predict", {"columns": {FIELD: TEXTS}})["columns"]
    assert columns["probability_urgent"] == [
        one["output"]["probabilities"]["urgent"] for one in together
    ]


@pytest.mark.parametrize("model", MODELS)
def test_an_explanation_tells_words_by_their_places(client: TestClient, model: str) -> None:
    for text, answer in zip(TEXTS, ask(client, model, TEXTS, "explain"), strict=True):
        explained = answer["explanation"]
        words = explained["words"]
        total = explained["baseline"] + sum(one["contribution"] for one in words)
        assert total == pytest.approx(explained["prediction"], abs=1e-6)
        assert text not in json.dumps(explained, ensure_ascii=False)
        places = [(one["start"], one["end"]) for one in words]
        assert places == sorted(places)
        shown = [text[start:end] for start, end in places]
        assert all(word and not any(map(str.isspace, word)) for word in shown)
        assert "".join(shown) == "".join(text.split())


def test_the_word_that_counts_is_said_in_the_answer(client: TestClient) -> None:
    (answer,) = ask(client, "letters", [NOTE], "explain")
    explained = answer["explanation"]
    assert explained["sentence"].startswith("“chest” raises the probability of urgent by ")
    assert explained["against"] == "the same text with it masked"
    assert explained["tokens"] == 20
    largest = max(explained["words"], key=lambda one: one["contribution"])
    assert NOTE[largest["start"] : largest["end"]] == "chest"
    (plain,) = ask(client, "bytes", [NOTE], "explain")
    assert plain["explanation"]["against"] == "the same text with it left out of attention"


def test_what_is_cut_off_is_told_and_not_explained(client: TestClient) -> None:
    text = f"{NOTE} {'fever ' * 40}chest pain"
    (answer,) = ask(client, "letters", [text], "explain")
    (warning,) = [one for one in answer["warnings"] if one["code"] == "text_cut_off"]
    beyond = warning["limits"]["position"] - 1
    assert max(one["end"] for one in answer["explanation"]["words"]) <= beyond
    assert text[beyond:].startswith("fever")
    refused = client.post("/models/bytes/predict", json={"instances": [{FIELD: text}]})
    assert refused.status_code == 422
    (detail,) = refused.json()["details"]
    assert (detail["field"], detail["code"]) == (FIELD, "too_many_tokens")
    assert "chest" not in refused.text


def test_answers_fit_what_is_described(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    parts = {"components": document["components"]}
    body = {"instances": [{FIELD: NOTE}]}
    for path, model in (
        ("/models/letters/explain", "letters"),
        ("/models/{model_id}/explain", "bytes"),
    ):
        asked = document["paths"][path]["post"]
        taken = asked["requestBody"]["content"]["application/json"]["schema"]
        given = asked["responses"]["200"]["content"]["application/json"]["schema"]
        Draft202012Validator(taken | parts).validate(body)
        answer = post(client, f"/models/{model}/explain", body)
        Draft202012Validator(given | parts).validate(answer)
    assert "WordsExplanation" in json.dumps(document)


# files


def write_csv(texts: list[str]) -> str:
    written = io.StringIO(newline="")
    table = csv.writer(written)
    table.writerows([["id", FIELD], *([f"p{i}", text] for i, text in enumerate(texts))])
    return written.getvalue()


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
@pytest.mark.parametrize("model", MODELS)
def test_a_file_is_answered_as_its_rows_are(
    client: TestClient, toys: Path, tmp_path: Path, model: str, ending: str
) -> None:
    file, results = tmp_path / f"rows.{ending}", tmp_path / "results"
    rows = [{"id": f"p{i}", FIELD: text} for i, text in enumerate(TEXTS)]
    lines = "".join(f"{json.dumps(row)}\n" for row in rows)
    file.write_bytes((write_csv(TEXTS) if ending == "csv" else lines).encode())
    assert main(["batch", model, str(file), str(results), "--models", str(toys)]) == 0
    assert (results / "rejects.jsonl").read_text() == ""
    (written,) = results.glob("predictions.*")
    content = written.read_text()
    if ending == "csv":
        given = [float(row["probability_urgent"]) for row in csv.DictReader(content.splitlines())]
    else:
        given = [
            json.loads(line)["output"]["probabilities"]["urgent"] for line in content.splitlines()
        ]
    assert given == [one["output"]["probabilities"]["urgent"] for one in ask(client, model, TEXTS)]


def test_a_row_of_a_file_is_explained_in_the_same_row(toys: Path, tmp_path: Path) -> None:
    file, results = tmp_path / "rows.csv", tmp_path / "results"
    file.write_bytes(write_csv([NOTE, "woman of 50, back pain"]).encode())
    asked = ["batch", "letters", str(file), str(results), "--models", str(toys), "--explain"]
    assert main(asked) == 0
    (written,) = results.glob("predictions.*")
    first, second = csv.DictReader(written.read_text().splitlines())
    assert "“chest” raises" in first["explanation"]
    assert "chest" not in second["explanation"]


def test_a_file_over_https_is_answered_with_its_rejects(client: TestClient) -> None:
    content = write_csv([NOTE, "f\x01ver", "  "])
    response = client.post(
        "/models/letters/file", content=content.encode(), headers={"content-type": "text/csv"}
    )
    assert response.status_code == 200, response.text
    given = response.json()
    assert (len(given["rows"]), given["answered"], given["rejected"]) == (3, 1, 2)
    assert "control character" in response.text


# the inference protocol


def make_tensors(model: str, texts: list[str]) -> list[Json]:
    """What a program of the library alone sends."""
    content, pad = {"letters": (make_word_pieces(), 0), "bytes": (make_byte_pairs(), 1)}[model]
    tokenizer = Tokenizer.from_buffer(content)
    tokenizer.enable_truncation(LENGTH)
    tokenizer.enable_padding(pad_id=pad)
    encoded = tokenizer.encode_batch(texts)
    columns = {
        "input_ids": [one.ids for one in encoded],
        "attention_mask": [one.attention_mask for one in encoded],
        "token_type_ids": [[0] * len(one.ids) for one in encoded],
    }
    names = ["input_ids", "attention_mask", *(["token_type_ids"] if model == "letters" else [])]
    if model == "letters":  # whose graph takes one length
        columns = {
            name: [row + [0] * (LENGTH - len(row)) for row in columns[name]] for name in names
        }
    return [
        {"name": name, "datatype": "INT64", "shape": [*np.shape(columns[name])],
         "data": np.ravel(columns[name]).tolist()}
        for name in names
    ]  # fmt: skip


@pytest.mark.parametrize("model", MODELS)
def test_tensors_and_columns_are_answered_as_texts(client: TestClient, model: str) -> None:
    expected = [one["output"]["probabilities"]["urgent"] for one in ask(client, model, TEXTS)]
    metadata = client.get(f"/v2/models/{model}").json()
    names = [one["name"] for one in metadata["inputs"]]
    tensors = make_tensors(model, TEXTS)
    assert names == [one["name"] for one in tensors]
    given = post(client, f"/v2/models/{model}/infer", {"inputs": tensors})["outputs"]
    (found,) = [one["data"] for one in given if one["name"] == "probabilities"]
    assert found[1::2] == pytest.approx(expected, abs=1e-6)
    column = {"name": FIELD, "datatype": "BYTES", "shape": [len(TEXTS)], "data": TEXTS}
    given = post(client, f"/v2/models/{model}.columns/infer", {"inputs": [column]})["outputs"]
    (found,) = [one["data"] for one in given if one["name"] == "probability_urgent"]
    assert found == expected


@pytest.mark.parametrize("model", MODELS)
def test_tensors_are_explained_by_the_text_that_they_stand_for(
    client: TestClient, model: str
) -> None:
    body = {"inputs": make_tensors(model, [NOTE, CHINESE]), "parameters": {"explain": True}}
    given = post(client, f"/v2/models/{model}/infer", body)["outputs"]
    (told,) = [one["data"] for one in given if one["name"] == "explanation"]
    asked = ask(client, model, [NOTE, CHINESE], "explain")
    for one, other in zip(map(json.loads, told), asked, strict=True):
        assert one["tokens"] == other["explanation"]["tokens"]
        # word pieces do not tell where there was no blank
        if model == "bytes":
            assert [word.keys() for word in one["words"]] == [
                word.keys() for word in other["explanation"]["words"]
            ]
        assert one["prediction"] == pytest.approx(other["explanation"]["prediction"], abs=1e-6)


def test_a_wrong_mask_is_refused_by_the_row(client: TestClient) -> None:
    tensors = make_tensors("letters", [NOTE, NOTE])
    tensors[1]["data"][LENGTH + 2] = 0
    refused = client.post("/v2/models/letters/infer", json={"inputs": tensors})
    assert refused.status_code in {400, 422}
    assert "mask that is 1 for every token" in refused.text


@pytest.fixture(name="address")
def _address(toys: Path) -> Iterator[str]:
    yield from serve(create_app(Registry(toys)))


@pytest.mark.parametrize("model", MODELS)
def test_tritons_client_sends_texts_and_tokens(
    address: str, client: TestClient, model: str
) -> None:
    expected = [one["output"]["probabilities"]["urgent"] for one in ask(client, model, TEXTS)]
    asking = triton.InferenceServerClient(address.removeprefix("http://"))
    texts = triton.InferInput(FIELD, [len(TEXTS)], "BYTES")
    texts.set_data_from_numpy(np.array([one.encode() for one in TEXTS], np.object_))
    answer = asking.infer(f"{model}.columns", [texts])
    assert answer.as_numpy("probability_urgent").tolist() == expected
    inputs = []
    for tensor in make_tensors(model, TEXTS):
        inputs.append(triton.InferInput(tensor["name"], tensor["shape"], "INT64"))
        rows = np.array(tensor["data"], np.int64).reshape(tensor["shape"])
        inputs[-1].set_data_from_numpy(rows)
    answer = asking.infer(model, inputs)
    assert answer.as_numpy("probabilities")[:, 1] == pytest.approx(expected, abs=1e-6)
    asking.close()


# the folder


def copy_spoilt(toys: Path, tmp_path: Path, content: bytes | None) -> str:
    """Why a model whose tokenizer is another one does not answer."""
    models = tmp_path / "spoilt"
    shutil.copytree(toys / "letters", models / "letters")
    file = models / "letters" / "1.0.0" / TOKENIZER
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    response = TestClient(create_app(Registry(models))).get("/models/letters")
    assert response.status_code == 503
    return str(response.json()["error"])


def test_the_tokenizer_is_under_the_digest(toys: Path, tmp_path: Path) -> None:
    manifest = Registry(toys).get("letters").manifest
    assert [file.name for file in manifest.files] == ["card.md", "model.onnx", TOKENIZER]
    changed = make_word_pieces().replace(b'"fever"', b'"xever"')
    assert "size and sha256" in copy_spoilt(toys, tmp_path, changed)


def test_a_folder_without_its_tokenizer_does_not_answer(toys: Path, tmp_path: Path) -> None:
    assert f"{TOKENIZER} is missing" in copy_spoilt(toys, tmp_path, None)


def test_without_the_library_the_others_answer(toys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    client = TestClient(create_app(Registry(toys)))
    listed = client.get("/models").json()
    assert "medmaas[kinds]" in json.dumps(listed)
    assert client.get("/models/letters").status_code == 503


def test_a_line_of_characters_loads_no_tokenizer_and_tokens_load_no_network(toys: Path) -> None:
    code = f"""
import os, sys
from pathlib import Path
from medmaas.model.registry import Registry
Registry(Path("models")).get("solubility")
assert "tokenizers" not in sys.modules and "medmaas.model.inputs.tokens" not in sys.modules
before = set(sys.modules)
Registry(Path({str(toys)!r})).get("letters")
assert "tokenizers" in sys.modules and os.environ["TOKENIZERS_PARALLELISM"] == "false"
print(sorted({{"huggingface_hub", "requests", "httpx", "urllib3"}} & (set(sys.modules) - before)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# privacy


def test_no_text_is_logged_or_repeated_in_a_refusal(
    toys: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = TestClient(create_app(Registry(toys)))
    bad = [
        f"{SURNAME} \x00",
        f"{SURNAME} " * 5000,
        f"{SURNAME} \ud800",
        [SURNAME],
        {SURNAME: SURNAME},
    ]
    for value in bad:
        body = json.dumps({"instances": [{FIELD: value}]})
        headers = {"content-type": "application/json"}
        response = client.post("/models/letters/predict", content=body, headers=headers)
        assert response.status_code in {400, 422}
        assert SURNAME not in response.text
    ask(client, "letters", [f"{SURNAME} has chest pain"], "explain")
    file, results = tmp_path / "rows.csv", tmp_path / "results"
    file.write_bytes(write_csv([f"{SURNAME} has chest pain", f"{SURNAME}\x00"]).encode())
    main(["batch", "letters", str(file), str(results), "--models", str(toys), "--explain"])
    for name in ("rejects.jsonl", "manifest.json"):
        assert SURNAME not in (results / name).read_text()
    captured = capfd.readouterr()
    assert SURNAME not in captured.out + captured.err + caplog.text


@pytest.mark.parametrize("seconds", [0, 0.002, 0.005, 0.02, 2])
def test_an_explanation_that_time_cuts_short_says_so_and_adds_up(
    toys: Path, seconds: float
) -> None:
    model = Registry(toys).get("letters")
    tensors = model.inputs.read([{FIELD: NOTE}]).tensors
    model.session.run(tensors)
    (explained,) = explain(model, tensors, [{FIELD: NOTE}], Budget(seconds))
    if "words" not in explained:
        assert explained["sentence"].code == "no_time_to_explain"
        assert not explained["complete"]
        return
    total = explained["baseline"] + sum(one["contribution"] for one in explained["words"])
    assert total == pytest.approx(explained["prediction"], abs=1e-6)
    assert len(explained["words"]) == 12 or not explained["complete"]
    assert explained["words"][-1]["end"] == len(NOTE)


def narrow(graph: bytes) -> bytes:
    """The same graph, its tensors of int32, as some converters write them."""
    model = onnx.load_from_string(graph)
    for one in model.graph.input:
        one.type.tensor_type.elem_type = onnx.TensorProto.INT32
        for node in model.graph.node:
            for place, name in enumerate(node.input):
                if name == one.name:
                    node.input[place] = f"{one.name}_wide"
        wide = onnx.helper.make_node(
            "Cast", [one.name], [f"{one.name}_wide"], to=onnx.TensorProto.INT64
        )
        model.graph.node.insert(0, wide)
    return bytes(model.SerializeToString())


def test_a_graph_of_32_bits_answers_the_same(client: TestClient, tmp_path: Path) -> None:
    graph, tokenizer = narrow(make_fitted()), make_word_pieces()
    publish(
        tmp_path, state(graph, INPUT, tokenizer), graph, "# A toy\n", more={TOKENIZER: tokenizer}
    )
    narrowed = TestClient(create_app(Registry(tmp_path)))
    assert ask(narrowed, "letters", TEXTS) == ask(client, "letters", TEXTS)
    tensors = [one | {"datatype": "INT32"} for one in make_tensors("letters", TEXTS)]
    given = post(narrowed, "/v2/models/letters/infer", {"inputs": tensors})["outputs"]
    assert any(one["name"] == "probabilities" for one in given)
