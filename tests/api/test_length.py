"""An answer that AWS would not hand over is refused whole, with the cause and the way out."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import Request, Response
from fastapi.testclient import TestClient

from medmaas.api import access_log, length
from medmaas.api import app as lambda_module
from medmaas.api.app import create_app
from medmaas.api.length import MOST_BYTES
from medmaas.api.routes import PlainRoute
from medmaas.cli import main
from medmaas.model.registry import Registry
from medmaas.words import LANGUAGES
from tests.annotated_models import add_ectopy, add_renal, draw_beats
from tests.api.test_handler import invoke, recorded
from tests.cds_hooks.calls import call, searchset
from tests.fhir.records import CREATININE, FHIR, NOW, bundle, observation, patient

Json = dict[str, Any]
OF_LAMBDA = 6_291_556  # bytes of a response, by the error of AWS
OF_LOAD_BALANCER = 2**20
BALANCED = ("alb", "alb_multi_value_headers")
UNBALANCED = ("http_api_v2", "http_api_v1", "rest_api")
WAYS_OUT = {
    "en": ("6 MB", "fewer instances", "command line", "bucket"),
    "zh": ("6 MB", "少发送", "命令行", "存储桶"),
}
TEXTS = ("a", '"', "\\", "\n", "脉", "\U0001fac0", '{"label":"窦"},')


@pytest.fixture(name="added", scope="module")
def _added(tmp_path_factory: pytest.TempPathFactory) -> Path:
    models = tmp_path_factory.mktemp("added") / "models"
    add_ectopy(models)
    add_renal(models)
    return models


@pytest.fixture(name="client")
def _client(added: Path) -> TestClient:
    app = create_app(Registry(added))
    app.state.clock = lambda: NOW
    return TestClient(app)


@pytest.fixture(name="limit")
def _limit(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Lets answers have so many bytes and no more."""

    def limit(most: int) -> None:
        monkeypatch.setattr(length, "MOST_BYTES", most)
        monkeypatch.setattr(access_log, "_DIGITS", 0)

    return limit


@pytest.fixture(name="answering")
def _answering(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, bytes], None]:
    """Lets the function answer its one request with these bytes."""

    def answer_with(media_type: str, content: bytes) -> None:
        async def answer(_request: Request) -> Response:
            return Response(content, media_type=media_type)

        route = PlainRoute("/models/survival/predict", answer, methods=["POST"])
        monkeypatch.setattr(lambda_module.app.router, "routes", [route])

    return answer_with


def fill(text: str, size: int) -> str:
    """As often this text as its JSON fits so many bytes, and spaces that fill the rest."""
    each = len(json.dumps(text, ensure_ascii=False).encode()) - 2
    count, rest = divmod(size - 2, each)
    return text * count + " " * rest


def weigh(answer: object) -> int:
    """Bytes of what the runtime of Python 3.13 hands to Lambda."""
    return len(json.dumps(answer, ensure_ascii=False).encode())


@pytest.mark.parametrize("text", TEXTS)
def test_an_answer_of_six_megabytes_passes_and_one_of_a_byte_more_does_not(
    answering: Callable[[str, bytes], None], text: str
) -> None:
    content = fill(text, MOST_BYTES).encode()
    for media_type in ("application/json", "text/csv"):
        answering(media_type, content)
        passed = invoke(recorded("http_api_v2"))
        assert (passed["statusCode"], weigh(passed["body"])) == (200, MOST_BYTES)
        assert weigh(passed) <= OF_LAMBDA
        answering(media_type, content + b" ")
        refused = invoke(recorded("http_api_v2"))
        assert refused["statusCode"] == 413
        assert json.loads(refused["body"])["code"] == "answer_too_large"


def test_bytes_are_weighed_as_they_travel_in_base64(
    answering: Callable[[str, bytes], None],
) -> None:
    most = (MOST_BYTES - 2) // 4 * 3
    answering("application/octet-stream", bytes(most))
    passed = invoke(recorded("http_api_v2"))
    assert passed["isBase64Encoded"]
    assert MOST_BYTES - 4 < weigh(passed["body"]) <= MOST_BYTES
    answering("application/octet-stream", bytes(most + 1))
    assert invoke(recorded("http_api_v2"))["statusCode"] == 413


def test_a_load_balancer_takes_less_than_a_gateway(
    answering: Callable[[str, bytes], None],
) -> None:
    for size, codes in ((1_000_000, (200, 200)), (1_000_001, (413, 200))):
        answering("application/json", fill('"', size - 2).encode() + b"  ")
        for names, code in zip((BALANCED, UNBALANCED), codes, strict=True):
            for name in names:
                answer = invoke(recorded(name))
                assert answer["statusCode"] == code
                assert name not in BALANCED or weigh(answer) < OF_LOAD_BALANCER
    refused = json.loads(invoke(recorded("alb"))["body"])
    assert refused["limits"] == {"megabytes": 1}


def _write_calls() -> dict[str, tuple[str, Json | bytes]]:
    beats, failing = draw_beats("vs" * 99), {"creatinine": 4.5, "glucose": 100}
    rows = "id,second,rr,width\n" + "".join(
        f"1,{beat['second']},{beat['rr']},{beat['width']}\n" for beat in beats["beats"]
    )
    tensor = {"name": "beats", "shape": [1, 2, 3], "datatype": "FP32", "data": [1, 1, 1, 2, 1, 1]}
    inferred = {"inputs": [tensor]}
    raw = {"parameters": {"binary_data_output": True}}
    results = (
        observation("c1", CREATININE, 4.5, "mg/dL", "2026-02-01"),
        observation("g1", "2345-7", 100, "mg/dL", "2026-02-02"),
    )
    hooked = call(prefetch={"patient": patient(), "observations": searchset(*results)})
    return {
        "instances": ("/models/ectopy/predict", {"instances": [beats]}),
        "explained": ("/models/renal/explain", {"instances": [failing]}),
        "columns": ("/models/renal/predict", {"columns": {n: [v] for n, v in failing.items()}}),
        "a file": ("/models/ectopy/file", rows.encode()),
        "tensors": ("/v2/models/ectopy/infer", inferred),
        "raw tensors": ("/v2/models/ectopy/infer", inferred | raw),
        "FHIR": ("/fhir/models/renal/$evaluate", bundle(patient(), *results)),
        "CDS Hooks": ("/cds-services/renal", hooked),
        "problems": ("/models/renal/predict", {"instances": [{}] * 20}),
    }


CALLS = _write_calls()


@pytest.mark.parametrize("door", CALLS)
def test_no_door_hands_out_a_part_of_an_answer(
    client: TestClient, limit: Callable[[int], None], door: str
) -> None:
    url, body = CALLS[door]
    headers = {"content-type": "application/json"}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    if isinstance(body, bytes):
        headers["content-type"] = "text/csv"
    elif url.startswith("/fhir"):
        headers["content-type"] = FHIR
    whole = client.post(url, content=content, headers=headers)
    assert whole.status_code == (422 if door == "problems" else 200), whole.text
    limit(len(whole.content) - 1)
    for language in LANGUAGES:
        answer = client.post(url, content=content, headers={**headers, "accept-language": language})
        assert answer.status_code == 413
        assert "answer_too_large" in answer.text
        assert all(words in answer.text for words in WAYS_OUT[language][1:])
        assert int(answer.headers["content-length"]) == len(answer.content)
        assert "inference-header-content-length" not in answer.headers
        assert answer.headers["x-request-id"]
    if url.startswith(("/fhir", "/cds")):
        (issue,) = answer.json()["issue"]
        assert issue["code"] == "too-long"


def test_head_tells_of_the_same_refusal(client: TestClient, limit: Callable[[int], None]) -> None:
    limit(1_000)
    for answer in (client.get("/models"), client.head("/models")):
        assert answer.status_code == 413
    assert not answer.content


def test_the_log_tells_of_the_refusal(
    client: TestClient, limit: Callable[[int], None], capsys: pytest.CaptureFixture[str]
) -> None:
    limit(10)
    client.get("/models")
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["status"] == 413


def test_what_is_too_much_for_an_answer_is_not_for_a_file(
    client: TestClient, added: Path, tmp_path: Path
) -> None:
    """Twenty records of a night, of whose beats hardly one is normal."""
    beats = [{**one, "second": round(one["second"], 2)} for one in draw_beats("v" * 5_000)["beats"]]
    instances = [{"beats": beats}] * 20
    asked = client.post("/models/ectopy/predict", json={"instances": instances})
    assert asked.status_code == 413
    assert all(words in asked.text for words in WAYS_OUT["en"])
    fewer = client.post("/models/ectopy/predict", json={"instances": instances[:10]})
    rows, results = tmp_path / "rows.jsonl", tmp_path / "results"
    rows.write_text("".join(json.dumps(one) + "\n" for one in instances))
    assert main(["batch", "ectopy", str(rows), str(results), "--models", str(added)]) == 0
    lines = (results / "predictions.jsonl").read_text().splitlines()
    outputs = [json.loads(line)["output"] for line in lines]
    assert len(outputs) == len(instances)
    assert outputs[:10] == [one["output"] for one in fewer.json()["predictions"]]
    assert len(outputs[0]["annotations"]) == 5_000
