"""What the catalogue says of a model, so that people can choose without opening it."""

from fastapi.testclient import TestClient

from medmaas.model.registry import Registry


def test_an_entry_says_for_what_and_whom_a_model_is_and_how_good(
    client: TestClient, registry: Registry
) -> None:
    for entry in client.get("/models").json()["models"]:
        card = registry.get(entry["id"]).manifest.card
        assert entry["intended_use"] == card.intended_use
        assert entry["population"] == card.population
        assert entry["limits"] == list(card.limits)
        assert entry["simulated"] == (entry["id"] == "chemo_dose")
        own, other = entry["headline"][:2]
        assert (own["of"], other["of"]) == ("model", "baseline")
        assert own["cohort"] == other["cohort"] != "train"
        assert own["low"] <= own["value"] <= own["high"]


def test_an_entry_has_the_unit_of_an_answer_that_is_one_number(client: TestClient) -> None:
    entries = client.get("/models").json()["models"]
    units = {entry["id"]: entry["unit"] for entry in entries if "unit" in entry}
    assert units == {"solubility": "log10(mol/L)"}


def test_an_entry_carries_the_translations_of_its_own_texts_alone(
    client: TestClient, registry: Registry
) -> None:
    for entry in client.get("/models").json()["models"]:
        told = {entry["title"], entry["intended_use"], entry["population"], *entry["limits"]}
        for metric in entry["headline"]:
            told |= {metric["metric"], metric["model"], metric["evaluated_on"], metric["group"]}
        words = entry["translations"]["zh"]
        assert words.keys() <= told
        assert {entry["title"], entry["intended_use"], *entry["limits"]} <= words.keys()
        assert words.items() <= registry.get(entry["id"]).manifest.translations["zh"].items()
