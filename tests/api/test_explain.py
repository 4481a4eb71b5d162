"""Asking for explanations, intervals and forced answers, and asking wrongly."""

import json
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from medmaas.api import app as lambda_module
from medmaas.api import models, routes
from medmaas.api.app import create_app
from medmaas.model.explanation.budget import Budget
from medmaas.model.predict import MAX_EXPLAINED
from medmaas.model.registry import Registry
from tests.assessed import EXPLANATION, FIRST, OTHER, assess
from tests.conftest import MODELS, PATIENT, ROOT, Spoil, version_of

URL = "/models/survival"
VERSION_URL = f"{URL}/versions/{version_of('survival')}"
SECONDS = 10  # after which a test that hangs fails
DOUBTFUL = PATIENT | {"creatinine": None}  # more is missing than may be
EXPLAINING = pytest.mark.parametrize(
    ("page", "more"),
    [("explain", {}), ("explain", {"explain": True}), ("predict", {"explain": True})],
)


@pytest.fixture(scope="module")
def assessed(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """The shipped models, of which survival is sure of little."""
    folder = tmp_path_factory.mktemp("assessed") / "models"
    return Registry(assess(shutil.copytree(MODELS, folder)))


@pytest.fixture(scope="module")
def app(assessed: Registry) -> FastAPI:
    return create_app(assessed)


@pytest.fixture(scope="module")
def asked(app: FastAPI) -> TestClient:
    return TestClient(app)


def ask(client: TestClient, page: str = "predict", **body: Any) -> dict[str, Any]:
    """The prediction of one patient."""
    response = client.post(f"{URL}/{page}", json={"instances": [PATIENT]} | body)
    assert response.status_code == 200, response.text
    (prediction,) = response.json()["predictions"]
    assert isinstance(prediction, dict)
    return prediction


def refuse(client: TestClient, page: str = "predict", **body: Any) -> dict[str, Any]:
    response = client.post(f"{URL}/{page}", json={"instances": [PATIENT]} | body)
    assert response.status_code == 422, response.text
    error: dict[str, Any] = response.json()
    return error


@EXPLAINING
def test_an_answer_is_explained_in_a_sentence(
    asked: TestClient, page: str, more: dict[str, Any]
) -> None:
    prediction = ask(asked, page, **more)
    assert prediction["status"] == "ok"
    assert prediction["explanation"]["sentence"]


def test_an_explained_answer_is_the_plain_one_and_its_explanation(asked: TestClient) -> None:
    explained = ask(asked, explain=True)
    assert explained.pop("explanation")
    assert explained == ask(asked)


def test_a_version_explains_as_the_newest_does(asked: TestClient) -> None:
    body = {"instances": [PATIENT]}
    answers = [
        asked.post(f"{path}/explain", json=body).json()["predictions"]
        for path in (URL, VERSION_URL)
    ]
    assert answers[0] == answers[1]


def test_the_page_that_explains_cannot_be_asked_not_to(asked: TestClient) -> None:
    error = refuse(asked, "explain", explain=False)
    assert [detail["field"] for detail in error["details"]] == ["explain"]


@EXPLAINING
def test_fifty_instances_are_explained_and_one_more_is_refused(
    asked: TestClient, page: str, more: dict[str, Any]
) -> None:
    body = {"instances": [PATIENT] * MAX_EXPLAINED, "explain_seconds": 0.05} | more
    assert asked.post(f"{URL}/{page}", json=body).status_code == 200
    assert "50" in refuse(asked, page, instances=[PATIENT] * 51, **more)["error"]


@pytest.mark.parametrize("force", [False, True])
def test_where_the_model_abstains_there_is_nothing_to_explain(
    asked: TestClient,
    force: bool,  # noqa: FBT001
) -> None:
    error = refuse(asked, instances=[PATIENT, DOUBTFUL], explain=True, force=force)
    assert [detail["instance"] for detail in error["details"]] == [1]
    assert "missing" in error["details"][0]["problem"]


def test_a_model_that_abstains_says_why_and_answers_nothing(asked: TestClient) -> None:
    prediction = ask(asked, instances=[DOUBTFUL])
    assert (prediction["status"], prediction["output"]) == ("abstained", None)
    assert "missing" in prediction["reason"]
    assert "interval" not in prediction


def test_a_forced_answer_is_marked_as_such(asked: TestClient) -> None:
    prediction = ask(asked, instances=[DOUBTFUL], force=True)
    assert prediction["status"] == "forced"
    assert "missing" in prediction["reason"]
    assert prediction["output"]["risk"]
    assert prediction["interval"]


def test_force_leaves_an_answer_that_is_sure_as_it_is(asked: TestClient) -> None:
    assert ask(asked, force=True) == ask(asked)


def test_a_wider_coverage_promises_fewer_days(asked: TestClient) -> None:
    first, other = (ask(asked, coverage=coverage)["interval"] for coverage in (FIRST, OTHER))
    assert (first["coverage"], other["coverage"]) == (FIRST, OTHER)
    assert other["at_least_days"] < first["at_least_days"]
    assert ask(asked)["interval"] == first


def test_a_coverage_that_is_not_stored_is_refused_by_those_that_are(asked: TestClient) -> None:
    error = refuse(asked, coverage=0.8)
    assert f"{FIRST}, {OTHER}" in error["error"]
    assert "0.8" not in json.dumps(error)


WRONG: dict[tuple[str, str], list[Any]] = {
    ("explain", "true or false"): [None, 0, 1, "true", []],
    ("force", "true or false"): [None, 0, 1, "false", {}],
    ("explain_seconds", "from 0.05 to 20"): [None, True, "2", 0, 0.049, 20.01, 10**400],
    ("coverage", "at least 0.5 and below 1"): [None, True, "0.9", 0.49, 1, 90],
}


@pytest.mark.parametrize(
    ("field", "limit", "wrong"), [(*named, value) for named in WRONG for value in WRONG[named]]
)
def test_an_option_of_the_wrong_kind_is_refused_by_its_limit(
    asked: TestClient, field: str, limit: str, wrong: Any
) -> None:
    error = refuse(asked, **{field: wrong})
    assert f"{field} must be" in error["error"]
    ((detail),) = error["details"]
    assert detail["field"] == field
    assert limit in detail["problem"]


def test_every_wrong_option_is_named_at_once(asked: TestClient) -> None:
    error = refuse(asked, explain="canary", coverage="canary", force="canary")
    assert [detail["field"] for detail in error["details"]] == ["explain", "coverage", "force"]
    assert "canary" not in json.dumps(error)


def test_an_option_that_does_not_exist_is_refused_by_those_that_do(asked: TestClient) -> None:
    error = refuse(asked, canary=1)
    assert "explain, explain_seconds, coverage and force" in error["error"]
    assert "canary" not in json.dumps(error)


@pytest.mark.parametrize("path", [URL, VERSION_URL])
def test_a_model_says_what_it_rests_on_as_a_whole(asked: TestClient, path: str) -> None:
    answer = asked.get(f"{path}/explanation").json()
    assert answer.pop("model")["id"] == "survival"
    assert answer.keys() == EXPLANATION.keys()
    assert answer["background"] == EXPLANATION["background"]
    assert answer["decision"] == EXPLANATION["decision"]
    (importance,) = answer["importance"]
    assert importance.items() >= EXPLANATION["importance"][0].items()


def test_a_model_without_an_explanation_of_the_whole_is_404(
    models: Path, change_manifest: Spoil
) -> None:
    change_manifest(lambda manifest: manifest.update(explanation=None, translations={}))
    response = TestClient(create_app(Registry(models))).get(f"{URL}/explanation")
    assert response.status_code == 404
    assert "has no explanation of the model as a whole" in response.json()["error"]


Seen = list[float | None]


@pytest.fixture
def budgets(monkeypatch: pytest.MonkeyPatch) -> Seen:
    """What explanations were told that they may take."""
    seen: Seen = []

    class Watched(Budget):
        def __init__(self, seconds: float | None) -> None:
            seen.append(seconds)
            super().__init__(seconds)

    monkeypatch.setattr(routes, "Budget", Watched)
    return seen


class Context:
    """An invocation with three seconds left."""

    aws_request_id = "request"

    def get_remaining_time_in_millis(self) -> int:
        return 3_000


@pytest.mark.parametrize(("asked_for", "given"), [(0.5, 0.5), (20, 2.0)])
def test_explanations_take_what_is_asked_for_or_all_but_a_second_of_what_is_left(
    budgets: Seen, asked_for: float, given: float
) -> None:
    event = json.loads((ROOT / "tests" / "events" / "http_api_v2.json").read_text())
    body = {"instances": [PATIENT], "explain": True, "explain_seconds": asked_for}
    event |= {"body": json.dumps(body), "isBase64Encoded": False}
    answer = lambda_module.handler(event, Context())  # type: ignore[arg-type]
    assert answer["statusCode"] == 200, answer["body"]
    assert budgets == [given]


def test_outside_lambda_explanations_take_what_is_asked_for(
    asked: TestClient, budgets: Seen
) -> None:
    ask(asked, explain=True, explain_seconds=1.5)
    ask(asked)
    assert budgets == [1.5]


@pytest.mark.parametrize(
    ("language", "begins"), [("en", "there was no time to explain"), ("zh", "没有时间解释")]
)
def test_an_answer_without_time_for_its_explanation_says_so(
    asked: TestClient, monkeypatch: pytest.MonkeyPatch, language: str, begins: str
) -> None:
    plain = asked.post(f"{URL}/predict", json={"instances": [PATIENT] * 2}).json()["predictions"]
    monkeypatch.setattr(routes, "Budget", lambda _: Budget(0))
    headers = {"accept-language": language}
    response = asked.post(f"{URL}/explain", json={"instances": [PATIENT] * 2}, headers=headers)
    assert response.status_code == 200
    explained = response.json()["predictions"]
    for prediction, answer in zip(explained, plain, strict=True):
        explanation = prediction.pop("explanation")
        assert prediction["output"] == answer["output"]
        assert explanation["sentence"].startswith(begins)
        assert (explanation["code"], explanation["complete"]) == ("no_time_to_explain", False)


def test_the_service_lives_while_it_explains(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, released = threading.Event(), threading.Event()

    def explain_slowly(*_: object) -> list[dict[str, Any]]:
        begun.set()
        assert released.wait(SECONDS), "nobody was answered meanwhile"
        return []

    monkeypatch.setattr(models, "predict", explain_slowly)

    # within it, every request runs in one event loop, as behind the laptop's server
    with TestClient(app) as client, ThreadPoolExecutor() as pool:
        explaining = pool.submit(client.post, f"{URL}/explain", json={"instances": [PATIENT]})
        assert begun.wait(SECONDS)
        live = client.get("/health/live")
        released.set()
        assert (live.status_code, explaining.result().status_code) == (200, 200)


def test_a_patient_that_is_explained_is_nowhere_in_the_log(
    asked: TestClient, capfd: pytest.CaptureFixture[str]
) -> None:
    patient = PATIENT | {"creatinine": 1.2345}
    explained = ask(asked, instances=[patient], explain=True)["explanation"]["sentence"]
    output, log = capfd.readouterr()
    assert json.loads(log)["status"] == 200
    for text in ("1.2345", explained):
        assert text not in output + log
