"""A manifest's texts in other languages."""

from typing import Any

import pytest
from pydantic import ValidationError

from medmaas.model.manifest import Manifest
from medmaas.model.manifest.translations import keep_texts
from medmaas.model.registry import Registry
from tests.conftest import SHIPPED


def translate(registry: Registry, translations: Any) -> Manifest:
    tree = registry.get("survival").manifest.model_dump(mode="json", exclude_none=True)
    return Manifest.model_validate(tree | {"translations": translations})


@pytest.mark.parametrize(
    "text", ["Creatinine in serum.", "F", "a woman of 67", "people under 50", "Follow-up", "age"]
)
def test_any_text_of_the_manifest_can_be_translated(registry: Registry, text: str) -> None:
    assert translate(registry, {"zh-Hant": {text: "x"}}).translations == {"zh-Hant": {text: "x"}}


def test_a_translation_of_what_the_manifest_does_not_hold_is_refused(registry: Registry) -> None:
    with pytest.raises(ValidationError, match=r"translations\.zh must be of texts .*'Creatinin'"):
        translate(registry, {"zh": {"Creatinin": "x"}})


def test_a_translation_is_no_text_of_the_manifest_itself(registry: Registry) -> None:
    with pytest.raises(ValidationError, match="'x' is none"):
        translate(registry, {"zh": {"Creatinine in serum.": "x", "x": "y"}})


@pytest.mark.parametrize("tag", ["", "z", "ZH", "chinese", "zh_CN", "zh-"])
def test_a_language_is_named_by_its_tag(registry: Registry, tag: str) -> None:
    with pytest.raises(ValidationError, match="translations"):
        translate(registry, {tag: {"F": "x"}})


def test_an_empty_translation_is_refused(registry: Registry) -> None:
    with pytest.raises(ValidationError, match="at least 1 character"):
        translate(registry, {"zh": {"F": ""}})


def test_a_part_takes_its_own_texts_alone() -> None:
    translations = {"zh": {"a": "1", "b": "2"}, "de": {"b": "3"}}
    assert keep_texts(translations, {"title": "a", "limits": ("c",)}) == {"zh": {"a": "1"}}


@pytest.mark.parametrize("model_id", SHIPPED)
def test_what_people_read_first_is_there_in_chinese(registry: Registry, model_id: str) -> None:
    manifest = registry.get(model_id).manifest
    card, words = manifest.card, manifest.translations["zh"]
    texts = [
        manifest.title, card.stage, card.intended_use, card.intended_users, card.population,
        card.decision_role, *card.out_of_scope, *card.limits, *(e.title for e in manifest.examples),
        *(getattr(manifest.output, "labels", ())),
    ]  # fmt: skip
    for feature in getattr(manifest.input, "features", ()):
        texts += [feature.description, *([feature.missing] if feature.missing else ())]
        texts += getattr(feature, "choices", ())
    assert [text for text in texts if text not in words] == []
