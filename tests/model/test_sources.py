"""A manifest that says where a record has a feature says something that can be true."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from medmaas.errors import ModelUnavailableError
from medmaas.model.registry import Registry
from medmaas.words import ENGLISH
from tests.conftest import MODELS, Spoil

AGE, SEX, CREATININE, _, _, MGUS = range(6)
OBSERVATION = {"kind": "observation", "oldest_days": 30}
CODES = [{"system": "http://snomed.info/sct", "code": "1", "display": "one"}]

Edit = Callable[[dict[str, Any]], None]


def give(feature: int, source: dict[str, Any] | None) -> Edit:
    def edit(manifest: dict[str, Any]) -> None:
        manifest["input"]["features"][feature]["source"] = source

    return edit


def name_hooks(*hooks: str) -> Edit:
    def edit(manifest: dict[str, Any]) -> None:
        manifest["cds_service"]["hooks"] = list(hooks)

    return edit


MISFITS: dict[str, tuple[Edit, str]] = {
    "a birth date for a word": (give(SEX, {"kind": "patient", "element": "birthDate"}), "sex"),
    "a gender for a number": (give(AGE, {"kind": "patient", "element": "gender"}), "age"),
    "a gender without choices": (give(SEX, {"kind": "patient", "element": "gender"}), "choices"),
    "a choice that the model has not": (
        give(SEX, {"kind": "patient", "element": "gender", "choices": {"male": "X"}}), "choices",
    ),
    "a result for yes or no": (give(MGUS, OBSERVATION), "mgus"),
    "a result without a code": (give(AGE, OBSERVATION), "LOINC"),
    "a condition for a number": (give(AGE, {"kind": "condition", "codes": CODES}), "age"),
    "a dose for yes or no": (
        give(
            MGUS,
            {
                "kind": "administration",
                "codes": CODES,
                "oldest_days": 9,
                "full_dose": {"value": 1, "unit": "mg"},
            },
        ),
        "full_dose",
    ),
    "no source of what is required": (give(AGE, None), "cds_service needs a source"),
    "signing without orders": (name_hooks("order-sign"), "output.orders"),
    "a hook twice": (name_hooks("patient-view", "patient-view"), "each hook once"),
    "a hook that there is not": (name_hooks("order-select"), "hooks"),
    "no hook": (name_hooks(), "hooks"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISFITS)
def test_a_source_that_cannot_be_is_refused(
    models: Path, change_manifest: Spoil, name: str
) -> None:
    edit, says = MISFITS[name]
    change_manifest(edit)
    with pytest.raises(ModelUnavailableError) as refusal:
        Registry(models).get("survival")
    assert "does not fit the contract" in ENGLISH.say(refusal.value.fact)
    assert says in ENGLISH.say(refusal.value.fact)


def test_a_model_reads_records_if_they_can_hold_all_that_it_requires(
    models: Path, change_manifest: Spoil
) -> None:
    def leave(manifest: dict[str, Any]) -> None:
        del manifest["cds_service"]
        del manifest["input"]["features"][CREATININE]["source"]

    change_manifest(leave)
    assert Registry(models).get("survival").manifest.reads_records

    change_manifest(give(AGE, None))
    assert not Registry(models).get("survival").manifest.reads_records


def test_the_models_that_read_records_are_those_that_say_so() -> None:
    readers = {m.manifest.id for m in Registry(MODELS).newest() if m.manifest.reads_records}
    assert readers == {"survival", "chemo_dose"}
