"""What is said of a record is said in the language that is accepted."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from medmaas import errors
from medmaas.words import LANGUAGES
from tests.conftest import ROOT
from tests.fhir.judge import list_faults
from tests.fhir.records import (
    FHIR,
    KAPPA,
    Resource,
    bundle,
    course,
    light_chains,
    observation,
    parameters,
    patient,
)

CHINESE = {"content-type": FHIR, "accept-language": "zh-CN,zh;q=0.9"}
SAID = {"text", "rationale", "title", "description", "diagnostics"}
HAN = re.compile(r"[\u3400-\u9fff]")
# a sentence in English; single words are codes, names of drugs and elements, references
ENGLISH_WORDS = re.compile(r"\b(the|is|are|was|has|must|no|of|with)\b", re.IGNORECASE)
# a code system's own name of a condition, and addresses
KEPT = re.compile(r"monoclonal gammopathy of uncertain significance|https?://\S+")


def ask(fhir: TestClient, model: str, resource: Resource, status: int = 200) -> Any:
    response = fhir.post(
        f"/fhir/models/{model}/$evaluate", content=json.dumps(resource), headers=CHINESE
    )
    assert response.status_code == status, response.text
    assert list_faults(response.json()) == []
    return response.json()


def list_said(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for name, value in node.items():
            if isinstance(value, str) and name in SAID:
                yield value
            else:
                yield from list_said(value)
    elif isinstance(node, list):
        for value in node:
            yield from list_said(value)


CHILD = bundle(patient(birthDate="2020-01-01"), *light_chains())
RECORDS: dict[str, tuple[str, Resource, int]] = {
    "a risk": ("survival", bundle(patient(), *light_chains()), 200),
    "a child": ("survival", CHILD, 200),
    "a forced answer": ("survival", parameters(CHILD, force=True), 200),
    "a recommendation": ("chemo_dose", bundle(patient(), *course()), 200),
    "nothing measured": ("survival", bundle(patient()), 200),
    "no course": ("chemo_dose", bundle(patient()), 200),
    "another unit": (
        "survival",
        bundle(patient(), observation("k", KAPPA, 1, "kg"), *light_chains()[1:]),
        422,
    ),
    "no option": ("survival", parameters(bundle(patient()), weight=1.0), 422),
    "no reader": ("solubility", bundle(patient()), 404),
}  # fmt: skip


@pytest.mark.parametrize("name", RECORDS)
def test_every_sentence_is_chinese(fhir: TestClient, name: str) -> None:
    said = [KEPT.sub("", text) for text in list_said(ask(fhir, *RECORDS[name]))]
    assert any(HAN.search(text) for text in said)
    assert [text for text in said if ENGLISH_WORDS.search(text)] == []


def list_codes(path: Path) -> Iterator[str]:
    """The codes that a file of this door says something by, as far as they stand in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", "")
            place = 1 if name == "refuse" else 0
            is_said = name in {"Fact", "refuse"} or hasattr(errors, name)
            said = node.args[place] if is_said and len(node.args) > place else None
            for part in (said.body, said.orelse) if isinstance(said, ast.IfExp) else (said,):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.value


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_words(language: str) -> None:
    words = ROOT / "functions" / "medmaas" / "words" / f"{language}.json"
    sentences = json.loads(words.read_text())
    named = {
        code
        for door in ("fhir", "cds_hooks")
        for path in (ROOT / "functions" / "medmaas" / door).glob("*.py")
        for code in list_codes(path)
    }
    assert len(named) > 100
    assert [c for c in named if c not in sentences and f"{c}_other" not in sentences] == []


def test_notes_and_rationale_are_chinese_with_the_same_numbers(fhir: TestClient) -> None:
    answer = ask(fhir, *RECORDS["a risk"])
    first, *_ = answer["prediction"]
    assert first["outcome"]["text"] == "1 年内全因死亡"
    assert "使其降低" in first["rationale"]
    notes = [note["text"] for note in answer["note"]]
    assert notes[0] == "覆盖率为 90% 时，生存期至少为 1,717 天（4.7 年）。"
    assert "仅供研究使用" in notes[-1]


def test_a_refusal_is_chinese_and_its_code_is_the_same(fhir: TestClient) -> None:
    _, issue = ask(fhir, *RECORDS["another unit"])["issue"]
    assert issue["details"]["coding"][0]["code"] == "cannot_be_used"
    assert issue["diagnostics"].endswith("不能用于 κ 轻链：单位须能换算为 mg/dL")


def test_what_a_record_lacks_is_asked_for_in_chinese(fhir: TestClient) -> None:
    note, *_ = ask(fhir, *RECORDS["nothing measured"])["note"]
    assert note["text"] == (
        "κ 轻链（LOINC 36916-5 或 80515-0、单位 mg/dL）：最近 365 天内没有结果。"
    )
