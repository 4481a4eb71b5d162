"""Every sentence of the service has Chinese words, and no number changes on the way."""

import json
import re
import subprocess
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from medmaas.errors import ModelUnavailableError
from medmaas.model.registry import Registry
from tests.conftest import ROOT, SHIPPED
from tests.page.said import list_refusals, list_said
from tests.page.spoken import collect_all, collect_formats, collect_joiners

NODE = ROOT / ".venv" / "bin" / "node"
CATALOGUE = json.loads((ROOT / "page" / "locales" / "service.zh.json").read_text("utf-8"))
SENTENCES: dict[str, str] = CATALOGUE["sentences"]
GAP = re.compile(r"\{n?\}")
TOLD_GAP = re.compile(r"\{(?:n|(\d*)(?::code)?)\}")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")

Part = dict[str, Any]


def say(texts: list[str], model: dict[str, Any] | None = None) -> list[list[Part]]:
    """The parts of each text in Chinese, by the module that the page uses."""
    asked = json.dumps({"language": "zh", "model": model, "texts": texts})
    command = [str(NODE if NODE.exists() else "node"), "say.mjs"]
    done = subprocess.run(
        command,
        cwd=ROOT / "tests" / "page",
        input=asked,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def write(parts: list[Part]) -> str:
    return "".join(part["text"] for part in parts)


def list_numbers(text: str) -> Counter[str]:
    return Counter(NUMBER.findall(text))


def substitute(text: str, gaps: list[str]) -> str:
    """What str.format gives, of gaps as the catalogue writes them."""
    left = iter(gaps)
    return TOLD_GAP.sub(lambda gap: gaps[int(gap[1])] if gap[1] else next(left), text)


@cache
def derive(text: str) -> frozenset[str] | None:
    """The formats by which the service writes a sentence of the catalogue; None if by none."""
    if not text or GAP.fullmatch(text):
        return frozenset()
    plain = GAP.sub("{}", text)
    if plain in collect_all():
        return frozenset({plain})
    for known in collect_all():
        pattern = r"(\{n?\}|.*?)".join(map(re.escape, known.split("{}")))
        found = re.fullmatch(pattern, text)
        if found and found.groups() and text not in found.groups():
            used = [derive(gap) for gap in found.groups()]
            if None not in used:
                return frozenset({known}).union(*(one for one in used if one))
    return None


def test_every_sentence_of_the_service_has_words_and_no_words_are_without_one() -> None:
    """Sentences are read from the source: a new one makes this fail, and one that is gone too."""
    derived = {text: derive(text) for text in SENTENCES}
    assert [text for text, used in derived.items() if used is None] == []
    used = frozenset[str]().union(*(used for used in derived.values() if used))
    assert sorted(collect_formats() - used) == []
    assert set(CATALOGUE["lists"]) == collect_joiners()


@pytest.mark.parametrize("text", SENTENCES)
def test_words_fill_every_gap_once_and_keep_every_number(text: str) -> None:
    told = SENTENCES[text]
    positions = [int(at or i) for i, at in enumerate(TOLD_GAP.findall(told))]
    assert sorted(positions) == list(range(len(GAP.findall(text))))
    assert list_numbers(GAP.sub("", text)) == list_numbers(TOLD_GAP.sub("", told))
    assert re.search(r"[\u4e00-\u9fff]", told)


def test_no_sentence_is_taken_for_another() -> None:
    def fill(text: str) -> list[str]:
        return ["7" if gap == "{n}" else "Xyz" for gap in GAP.findall(text)]

    for text, parts in zip(
        SENTENCES, say([substitute(t, fill(t)) for t in SENTENCES]), strict=True
    ):
        expected = substitute(SENTENCES[text], fill(text))
        assert write(parts).replace(" ", "") == expected.replace(" ", ""), text


@pytest.mark.parametrize("model_id", SHIPPED)
def test_nothing_that_a_model_says_stays_english(registry: Registry, model_id: str) -> None:
    model = registry.get(model_id)
    require_chinese(list_said(model), model.manifest.model_dump(mode="json", exclude_none=True))


def test_nothing_stays_english_of_requests_that_are_none(
    client: TestClient, registry: Registry
) -> None:
    model = registry.get("survival").manifest.model_dump(mode="json", exclude_none=True)
    require_chinese(list_refusals(client), model)


def test_nothing_stays_english_of_a_model_that_fails_a_check(survival: Path) -> None:
    def read_reason() -> str:
        ((*_, model),) = (
            one for one in Registry(survival.parents[1]).list() if one[0] == "survival"
        )
        assert isinstance(model, ModelUnavailableError)
        return model.message

    (survival / "card.md").unlink()
    told = [read_reason()]
    with (survival / "model.onnx").open("ab") as graph:
        graph.write(b" ")
    told.append(read_reason())
    (survival / "manifest.json").write_text("{}")
    told.append(read_reason())
    *others, of_contract = say(told)
    assert [part["known"] for parts in others for part in parts] == [True] * len(others)
    assert write(of_contract).startswith("survival 1.0.0 不可用：manifest.json")
    assert of_contract[-1] == {"text": "Field required", "known": False}  # as pydantic says it


def require_chinese(texts: Iterable[str], model: dict[str, Any]) -> None:
    told = sorted(texts)
    assert told
    for text, parts in zip(told, say(told, model), strict=True):
        assert [part["text"] for part in parts if not part["known"]] == [], text
        assert list_numbers(write(parts)) == list_numbers(text), write(parts)


def test_what_drove_an_answer_is_said_in_the_order_of_chinese(registry: Registry) -> None:
    model = registry.get("survival").manifest.model_dump(mode="json", exclude_none=True)
    drivers = (
        "age 81 a raises 5-year risk by 25 points against the average patient; "
        "lambda 2.4 mg/dL by 5 points; creatinine missing lowers it by 1 point"
    )
    change = "with kappa 3 mg/dL in place of 5 mg/dL, 5-year risk would be 9.8 %"
    assert [write(parts) for parts in say([drivers, change], model)] == [
        "与平均患者相比，年龄 81 岁使 5 年内风险升高 25 个百分点；"
        "λ 轻链 2.4 mg/dL 使其升高 5 个百分点；肌酐（缺失）使其降低 1 个百分点",
        "若 κ 轻链由 5 mg/dL 变为 3 mg/dL，则 5 年内风险将为 9.8 %",
    ]


def test_what_has_no_words_stays_as_it_is_and_is_marked() -> None:
    untold = [
        "constructor",
        "imputed; do not rely on it",
        "about 3 to 4 times, as measured",
        "Xyz",
        "7",
        "c1ccO",
    ]
    said = say([*untold, f"is missing: {untold[1]}"])
    assert [write(parts) for parts in said[:-1]] == untold
    assert [parts[-1]["known"] for parts in said[:-1]] == [False, False, False, False, True, False]
    assert (
        "".join(part["text"] for part in said[-1] if not part["known"])
        == "imputeddo not rely on it"
    )


@pytest.mark.parametrize(
    "text",
    [
        " raises ".join("x" * 20_000),
        "1 to " * 20_000,
        "x; " * 20_000,
        "a, " * 20_000,
        "x by 1 x; y raises it by 1 x; " * 5_000,
        "is missing: " * 20_000,
        "{}" * 20_000,
        "9" * 100_000,
        "is missing: is not a field of a row, which takes {0}{:code}$&$1",
    ],
)
def test_no_text_takes_long_or_is_lost(text: str) -> None:
    (parts,) = say([text])
    assert list_numbers(write(parts)) == list_numbers(text)
