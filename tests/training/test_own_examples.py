"""Examples and translations of a user's own model."""

from typing import Any

import pytest

from medmaas.model.registry import Registry
from tests.training.own_files import Own, change, instances


def test_examples_and_translations_of_ones_own_come_into_the_catalogue(own: Own) -> None:
    own.draft["examples"] = [{"title": "large nuclei", "instance": instances()[0]}]
    own.draft["translations"] = {"zh": {"large nuclei": "大细胞核", "benign": "良性"}}
    own.draft["card"]["data"]["simulated"] = True
    assert own.add() == 0
    manifest = Registry(own.out).get("fna_means").manifest
    assert [example.title for example in manifest.examples] == ["large nuclei"]
    assert manifest.translations == {"zh": {"large nuclei": "大细胞核", "benign": "良性"}}
    assert manifest.card.data.simulated


def test_without_them_there_are_none(own: Own) -> None:
    assert own.add() == 0
    manifest = Registry(own.out).get("fna_means").manifest
    assert (manifest.examples, manifest.translations) == ((), {})


EXAMPLE = {"title": "large nuclei", "instance": instances()[0]}


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("examples", [EXAMPLE, {"title": "x", "instance": {}}], "example 1: radius "),
        ("examples", [{"instance": instances()[0]}], "examples.0.title is missing: who or what"),
        ("examples", [EXAMPLE] * 7, "examples "),
        ("translations", {"zh": {"nobody's text": "x"}}, "translations.zh must be of texts"),
        ("translations", {"ZH": {"benign": "x"}}, "translations.ZH"),
        ("translations", {"zh": {"benign": ""}}, "translations.zh.benign is missing"),
    ],
)
def test_what_nobody_could_try_or_read_is_refused(
    own: Own, path: str, value: Any, sentence: str, capsys: Any
) -> None:
    change(path, value)(own)
    assert own.add() == 2
    assert sentence in capsys.readouterr().err
    assert not own.out.exists()
