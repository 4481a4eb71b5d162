"""What ships is what a training would write again: examples, translations, simulated or real."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from medmaas.model.manifest import Cohort, Example, Group, Measure, Metric, Of
from medmaas.model.manifest.translations import list_texts
from medmaas.model.registry import Registry
from medmaas_training.assessment.outputs.classes import ClassesAssessor
from medmaas_training.catalogue.translations import LANGUAGES, match, read_translations, translate
from medmaas_training.classes.metrics import POOLED
from medmaas_training.comparisons import name_gain, state_comparisons
from medmaas_training.group_names import name_group
from medmaas_training.recipes.blood_cell import card as blood_cell
from medmaas_training.recipes.breast_fna import card as breast_fna
from medmaas_training.recipes.card_parts import count_events, count_few
from medmaas_training.recipes.chemo_dose import histories, records
from medmaas_training.recipes.solubility import card as solubility
from medmaas_training.recipes.survival import card as survival
from tests.conftest import ROOT, SHIPPED


def list_examples(registry: Registry, model_id: str) -> Sequence[Example]:
    if model_id == "blood_cell":
        average, disc = registry.get(model_id).manifest.golden.cases[:2]
        return blood_cell.list_examples(average.instance, disc.instance)
    return {
        "breast_fna": breast_fna.EXAMPLES,
        "chemo_dose": histories.EXAMPLES,
        "solubility": solubility.EXAMPLES,
        "survival": survival.EXAMPLES,
    }[model_id]


@pytest.mark.parametrize("model_id", SHIPPED)
def test_the_examples_that_ship_are_those_of_the_recipe(registry: Registry, model_id: str) -> None:
    model, examples = registry.get(model_id), list_examples(registry, model_id)
    shipped = model.manifest.examples
    assert [example.title for example in shipped] == [example.title for example in examples]
    ours, theirs = (
        model.inputs.read([example.instance for example in some]).tensors
        for some in (shipped, examples)
    )
    for name in ours:  # as read: another zlib packs a picture into other bytes
        np.testing.assert_array_equal(ours[name], theirs[name])


def test_the_tables_of_drugs_that_ship_are_those_of_the_recipe(registry: Registry) -> None:
    features = registry.get("chemo_dose").manifest.input.named_features
    sources = {feature.name: feature.source for feature in features}
    assert (sources["dose"], sources["gcsf"]) == (records.DOCETAXEL, records.PEGFILGRASTIM)


@pytest.mark.parametrize("model_id", SHIPPED)
def test_the_translations_that_ship_are_those_of_the_recipe(
    registry: Registry, model_id: str
) -> None:
    manifest = registry.get(model_id).manifest
    assert translate(manifest).translations == manifest.translations


def list_comparisons() -> list[str]:
    """Every kind of sentence that the rule makes, and the names of its figures."""
    ours, figures, texts = "logistic-hazard network (this model)", ("Harrell C", "Uno C"), []
    one, other = "Cox", "Cox, age alone"
    for gains in (
        {one: (0.1, 0.1)},
        {one: (-0.1, 0.1)},
        {one: (0.1, 0.0)},
        {one: (0.0, 0.0)},
        {one: (-0.1, 0.0), other: (0.0, 0.0)},
        {one: (0.0, 0.0), other: (0.1, 0.0)},
    ):

        def make(metric: str, value: float, model: str, against: str | None = None) -> Metric:
            return Metric(
                metric=metric, model=model, against=against, evaluated_on="test split", n=137,
                events=60, value=value, low=value - 0.05, high=value + 0.05,
            )  # fmt: skip

        metrics = [make(figure, 0.7, name) for figure in figures for name in (ours, *gains)]
        for rival, values in gains.items():
            metrics += [
                make(name_gain(figure), value, ours, rival)
                for figure, value in zip(figures, values, strict=True)
            ]
        texts += [*state_comparisons(metrics), *(m.metric for m in metrics), "average precision"]
    return texts


# What the recipes say since the models that ship were made: it is in those of the next training.
AWAITED = (
    "On 1 held-out pictures: accuracy 1, macro one-vs-rest AUC 1, Brier score 1, "
    "observed/expected right answers 1.",
    survival.FIRST_YEAR,
    count_events(60, 137),
    count_events(6, 137),
    count_few(np.arange(9) // 8, np.arange(3) // 2, ("well", "ill")),
    POOLED,
    f"{ClassesAssessor.method}.",
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_translation_is_of_a_text_of_some_model(registry: Registry, language: str) -> None:
    manifests = [model.manifest for model in registry.newest()]
    texts = {t for m in manifests for t in list_texts(m.model_copy(update={"translations": {}}))}
    texts |= {
        *name_groups(registry),
        *AWAITED,
        *(part for text in [*texts, *list_comparisons()] for part in split_text(text)),
    }
    known = read_translations(language)
    texts |= {
        gap for text in texts for one in known if "{}" in one for gap in match(text, one) or ()
    }
    unused = [one for one in known if one not in texts and not any(match(t, one) for t in texts)]
    assert unused == []


def name_groups(registry: Registry) -> set[str]:
    """Every form of the names of groups, of the features of survival."""
    spec = registry.get("survival").manifest.input
    ends = ((None, None), (0, None), (None, 1), (0, 1), (1, 2))
    return {
        name_group(spec, Group(by=feature.name, low=low, high=high))
        for feature in spec.row_features
        for low, high in ends
    }


def split_text(text: str) -> set[str]:
    """The text, its sentences, and what stands between colons and semicolons."""
    sentences = re.split(r"(?<=[.]) (?=[A-Z])", text)
    return {text, *sentences, *re.split("; |: ", text)}


def test_what_the_rule_says_is_translated_whole(registry: Registry) -> None:
    manifest = registry.get("survival").manifest
    for text in list_comparisons():
        card = manifest.card.model_copy(update={"findings": (text,)})
        words = translate(manifest.model_copy(update={"card": card})).translations["zh"]
        left = re.sub("C(ox|ontender)|Harrell C|Uno C", "", words[text])
        assert not re.search("[A-Za-z]{3}", left), words[text]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_fills_every_gap_of_its_text(language: str) -> None:
    for known, words in read_translations(language).items():
        gaps = [f"<{i}>" for i in range(known.count("{}"))]
        assert all(gap in words.format(*gaps) for gap in gaps), known


def test_the_text_that_says_most_is_the_one_that_is_translated(registry: Registry) -> None:
    words = registry.get("chemo_dose").manifest.translations["zh"]
    rule = "one level down after a count below 0.5"
    longer = f"{rule}, G-CSF at the network's use"
    assert words[longer].startswith(words[rule])
    assert "network" not in words[longer]


def test_what_a_training_fills_in_stands_in_the_translation(registry: Registry) -> None:
    words = registry.get("survival").manifest.translations["zh"]
    text = "imputed with the training median, 1 mg/dL"
    assert words[text] != text
    assert words[text].endswith("1 mg/dL")


@pytest.mark.parametrize("model_id", SHIPPED)
def test_names_alone_stay_english_on_a_card(registry: Registry, model_id: str) -> None:
    manifest = registry.get(model_id).manifest
    card, of_data = manifest.card, manifest.card.data
    names = {card.developer, of_data.licence, of_data.sha256, *card.references}
    names |= {
        *get_args(Of),
        *get_args(Cohort),
        *get_args(Measure),
    }  # codes, which doors put in words
    names |= {curve.target.kind for curve in card.calibration}
    shown = set(list_texts(manifest.title, card, manifest.explanation, manifest.parity))
    if manifest.uncertainty:
        shown |= {manifest.uncertainty.method, manifest.uncertainty.calibrated_on}
    told = manifest.translations["zh"]
    assert [text for text in shown - told.keys() - names if re.search("[A-Za-z]{3}", text)] == []


def test_a_text_that_is_others_in_a_row_is_translated_in_parts(registry: Registry) -> None:
    manifest = registry.get("survival").manifest
    attributes, told = manifest.card.source_attributes, manifest.translations["zh"]
    people = told[attributes["Demographic representativeness"]]
    assert people.startswith("性别：女性 55 %，男性 45 %；年龄：50 至 101 岁，中位数 63 岁；")
    limits = told[attributes["Known risks and limitations"]]
    assert limits == "".join(told[limit] for limit in manifest.card.limits)


def list_files(language: str) -> list[Path]:
    return sorted((ROOT / "training/medmaas_training/recipes").rglob(f"{language}.json"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_translated_in_two_files(language: str) -> None:
    texts = [text for path in list_files(language) for text in json.loads(path.read_text("utf-8"))]
    assert len(set(texts)) == len(texts) > 0
