"""The page and the service say the same of the same fact, in every language."""

import json
import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from medmaas.facts import Fact
from medmaas.model.manifest import Manifest
from medmaas.model.registry import Registry
from medmaas.words import LANGUAGES, Words
from tests.conftest import ROOT, SHIPPED
from tests.page.facts import Told, list_facts, list_refusals, read_fact

NODE = ROOT / ".venv" / "bin" / "node"
WORDS: dict[str, dict[str, str]] = {
    language: json.loads(
        (ROOT / "functions" / "medmaas" / "words" / f"{language}.json").read_text("utf-8")
    )
    for language in LANGUAGES
}
GAP = re.compile(r"\{\{(\w+)(?:, (\w+))?\}\}")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
NAME = re.compile(r"(?<![\w./-])[a-z]\w*_[\w.]*\w")
UNIT = re.compile(r"(?<=\d )(?:a|d|10\*9/L|log10\(mol/L\))(?![\w*/])")
SPELLED = {"a": "years", "d": "days", "10*9/L": "10⁹/L", "log10(mol/L)": "log₁₀(mol/L)"}
# what a gap may hold, by its format
FILLINGS: dict[str | None, Any] = {
    None: "Xyz", "number": 2.5, "count": 12345, "fixed1": 2.25, "fixed2": 0.125,
    "percent": 0.905, "significant": 12345.5, "unit": "mg/dL", "text": "Xyz", "fact": Fact("no"),
    "codes": ["a", Fact("none")], "texts": ["a", "b"], "clauses": [Fact("yes"), Fact("no")],
    "both": [Fact("yes"), Fact("no")], "all": [Fact("yes"), Fact("no")], "lower": "Xyz",
    "percent1": 0.905, "spelled": "x_yz",
    "either": ["a", "b"],
}  # fmt: skip

Part = dict[str, Any]


def say(language: str, facts: list[Told], model: Any = None) -> list[list[Part] | None]:
    """The parts of each fact by the module that the page uses; None if it has no words."""
    asked = json.dumps({"language": language, "model": model, "facts": facts})
    command = [str(NODE if NODE.exists() else "node"), "words.mjs"]
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


def write(parts: list[Part] | None) -> str:
    assert parts is not None
    return "".join(part["text"] for part in parts)


def list_numbers(text: str) -> Counter[str]:
    return Counter(NUMBER.findall(text))


def list_gaps(language: str, key: str) -> list[str]:
    return sorted(name for name, _ in GAP.findall(WORDS[language][key]))


def list_codes(language: str) -> set[str]:
    return {re.sub(r"_(one|other)$", "", key) for key in WORDS[language]}


def list_samples() -> list[Told]:
    """A fact of every code, its gaps filled with whatever their format takes."""
    return [
        Fact(
            code,
            **{
                name: (count if name == "count" else FILLINGS[form or None])
                for key in (code, f"{code}_other")
                for name, form in GAP.findall(WORDS["en"].get(key, ""))
            },
        ).as_json()
        for code in sorted(list_codes("en"))
        for count in ((1, 2, 12345) if f"{code}_other" in WORDS["en"] else (0,))
    ]


def show(manifest: Manifest) -> dict[str, Any]:
    return manifest.model_dump(mode="json", exclude_none=True)


def require_one_sentence(told: list[Told], manifest: Manifest) -> None:
    """Both say each alike; nothing stays English in Chinese, and no number changes."""
    assert told
    facts = [read_fact(one) for one in told]
    chinese = say("zh", told, show(manifest))
    english = say("en", told, show(manifest) | {"translations": {}})
    for fact, zh, en in zip(facts, chinese, english, strict=True):
        assert [part["text"] for part in zh or () if part["isEnglish"]] == [], fact
        assert write(zh) == Words("zh", manifest).say(fact)
        assert spell(write(en)) == spell(Words("en").say(fact))  # codes stay as they are
        assert list_numbers(write(zh)) == list_numbers(write(en)), write(zh)


def spell(sentence: str) -> str:
    """Names without underscores, units as people write them: what the page does in English."""
    spelled = UNIT.sub(lambda unit: SPELLED[unit[0]], sentence)
    return NAME.sub(lambda name: name[0].replace("_", " "), spelled)


def test_every_code_has_words_in_every_language_with_the_same_gaps() -> None:
    units = {key for key in WORDS["zh"] if key.startswith("unit_")}
    assert list_codes("zh") - units == list_codes("en")
    for key in WORDS["zh"].keys() - units:
        assert list_gaps("zh", key) == list_gaps("en", key), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_is_said_alike_by_the_service_and_by_the_page(language: str) -> None:
    samples = list_samples()
    words = Words(language)
    for told, parts in zip(samples, say(language, samples), strict=True):
        assert parts is not None, told
        assert write(parts) == words.say(read_fact(told))


def test_numbers_are_written_alike_by_the_service_and_by_the_page() -> None:
    shares = [i / 2000 for i in range(2001)] + [0.29, 0.57, 1.005, 2.675, 0.145, 0.155, 1 / 3]
    numbers = [*shares, *(sign * 10.0**i * 7 / 3 for i in range(-8, 9) for sign in (1, -1))]
    numbers += [999999.5, 99999.95, 9.9999995, 999.95, 1000.0, 1234.5, 1235.5, 0, 1, 100, 1e6]
    told = [
        Fact(code, **{name: number, "unit": "1"}).as_json()
        for number in numbers
        for code, name in (("quantity", "value"), ("value", "value"), ("years", "years"))
    ]
    told += [Fact("risk_above_limit", outcome="x", risk=n, at_most=n).as_json() for n in numbers]
    told += [Fact("undecided", coverage=n, labels=[], count=2).as_json() for n in numbers]
    for one, parts in zip(told, say("en", told), strict=True):
        assert write(parts) == Words().say(read_fact(one)), one


@pytest.mark.parametrize("model_id", SHIPPED)
def test_all_that_a_model_says_is_said_alike_in_both_languages(
    registry: Registry, model_id: str
) -> None:
    model = registry.get(model_id)
    require_one_sentence(list_facts(model), model.manifest)


def test_all_that_is_said_of_bad_requests_is_said_alike(
    client: TestClient, registry: Registry
) -> None:
    require_one_sentence(list_refusals(client), registry.get("survival").manifest)


def test_a_model_that_fails_a_check_is_spoken_of_in_chinese(survival: Path) -> None:
    def read_reason() -> Told:
        ((*_, model),) = (
            one for one in Registry(survival.parents[1]).list() if one[0] == "survival"
        )
        return model.fact.as_json()  # type: ignore[union-attr]

    (survival / "card.md").unlink()
    told = [read_reason()]
    with (survival / "model.onnx").open("ab") as graph:
        graph.write(b" ")
    told.append(read_reason())
    (survival / "manifest.json").write_text("{}")
    told.append(read_reason())
    *others, of_contract = say("zh", told)
    assert [part["isEnglish"] for parts in others for part in parts or ()] == [False] * len(others)
    assert write(of_contract).startswith(f"survival {survival.name} 不可用：manifest.json")
    assert of_contract is not None
    assert of_contract[-1] == {"text": "Field required", "isEnglish": True}  # as pydantic says it


def test_what_drove_an_answer_is_said_in_the_order_of_chinese(registry: Registry) -> None:
    def measured(feature: str, number: float, unit: str) -> Fact:
        return Fact("feature_value", feature=feature, value=Fact("value", value=number, unit=unit))

    risk = Fact("risk_in_years", years=5)
    against = Fact("average_patient")
    raises = {"target": risk, "amount": Fact("points", count=25), "against": against}
    drivers = [
        Fact("raises", part=measured("age", 81, "a"), **raises),
        Fact("raises_too", part=measured("lambda", 2.4, "mg/dL"), amount=Fact("points", count=5)),
        Fact(
            "lowers_it",
            part=Fact("feature_is", feature="creatinine", value=Fact("value_missing")),
            amount=Fact("points", count=1),
        ),
    ]
    kappa = {
        "then": Fact("value", value=3, unit="mg/dL"),
        "now": Fact("value", value=5, unit="mg/dL"),
    }
    level = Fact("percentage", value=9.8)
    change = Fact(
        "would_be",
        changes=[Fact("in_place_of", feature="kappa", **kappa)],
        target=risk,
        level=level,
    )
    told = [Fact("clauses", clauses=drivers).as_json(), change.as_json()]
    manifest = registry.get("survival").manifest
    assert [write(parts) for parts in say("zh", told, show(manifest))] == [
        "与平均患者相比，年龄 81 岁使 5 年内风险升高 25 个百分点；"
        "λ 轻链 2.4 mg/dL 使其升高 5 个百分点；肌酐（缺失）使其降低 1 个百分点",
        "若 κ 轻链由 5 mg/dL 变为 3 mg/dL，则 5 年内风险将为 9.8 %",
    ]
    assert [write(parts) for parts in say("en", told, show(manifest))] == [
        "age 81 years raises 5-year risk by 25 points against the average patient; "
        "lambda 2.4 mg/dL by 5 points; creatinine missing lowers it by 1 point",
        "with kappa 3 mg/dL in place of 5 mg/dL, 5-year risk would be 9.8 %",
    ]


def test_a_text_without_a_translation_stays_as_it_is_and_is_marked() -> None:
    own = ["imputed; do not rely on it", "constructor", "about {{low}} of $t(no)"]
    told = [Fact("missing", consequence=text).as_json() for text in own]
    assert say("zh", told) == [
        [{"text": "缺失，", "isEnglish": False}, {"text": text, "isEnglish": True}] for text in own
    ]
    (parts,) = say("zh", [Fact("undecided", coverage=0.9, labels=["7", "Xyz"], count=2).as_json()])
    assert [part["text"] for part in parts or () if part["isEnglish"]] == ["Xyz"]
    assert "须列出 7、Xyz，多于 2 个类别" in write(parts)


@pytest.mark.parametrize(
    "told",
    [
        {"code": "of_a_later_version", "limits": {}},
        {"code": "constructor", "limits": {}},
        {"code": "outside", "limits": {"low": 1, "high": 2}},
        {"code": "clauses", "limits": {"clauses": [{"code": "of_a_later_version", "limits": {}}]}},
        {"code": "missing", "limits": {"consequence": {"code": "later", "limits": {}}}},
        {},
    ],
)
def test_the_page_does_not_guess_what_it_has_no_words_for(told: Told) -> None:
    assert say("zh", [told]) == [None]


# what a clinician would have to ask about: the house's own words, and a patient where there is none
OF_THE_HOUSE = {
    "en": re.compile(r"\b(instances?|test split|train split|theirs|fate|golden)\b", re.IGNORECASE),
    "zh": re.compile("实例|测试集|检验集|训练集|患者的结局"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_speaks_in_the_words_of_the_field(language: str) -> None:
    locale = (ROOT / "page" / "locales" / f"{language}.json").read_text("utf-8")
    texts = re.findall(r'": "(.*)"', locale)
    assert len(texts) > 200
    assert [text for text in texts if OF_THE_HOUSE[language].search(text)] == []
