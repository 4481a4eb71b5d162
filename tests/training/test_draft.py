"""The draft of a manifest: read as it is written, asked for in the contract's own words."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from pydantic import BaseModel

from medmaas.model.manifest import Manifest
from medmaas_training.catalogue.draft import Draft, check_draft, read_draft
from medmaas_training.catalogue.refusals import RefusedError
from tests.conftest import ROOT

DRAFT = yaml.safe_load((ROOT / "docs/own-model.yaml").read_text())


def find_models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from find_models(field.annotation)
    for argument in get_args(annotation):
        yield from find_models(argument)


STATED = set(find_models(Manifest)) & set(find_models(Draft))


def write(folder: Path, text: str) -> Path:
    path = folder / "draft.yaml"
    path.write_text(text)
    return path


def refuse(draft: Any) -> tuple[str, ...]:
    with pytest.raises(RefusedError) as refused:
        check_draft(draft)
    return refused.value.sentences


@pytest.mark.parametrize("model", sorted(STATED, key=str), ids=str)
def test_the_contract_says_of_every_field_that_must_be_stated_what_it_is_for(
    model: type[BaseModel],
) -> None:
    for name, field in model.model_fields.items():
        if field.is_required():
            assert field.description, f"{model.__name__}.{name}"


def test_there_are_many_such_parts() -> None:
    assert len(STATED) > 20


def test_an_empty_draft_is_asked_for_everything_that_only_a_person_knows() -> None:
    assert refuse({}) == (
        "id is missing: what requests call the model: a lower-case letter, then at most 63 "
        "letters, digits, _ or -",
        "version is missing: three numbers, as in 1.0.0",
        "title is missing: what the model does, in one line",
        "licence is missing: the terms that the model is under",
        "input is missing: what the model takes: tabular, series, image, text, waveform or parts",
        "output is missing: what it answers: classes, value, survival, policy, labels, values, "
        "mask or annotations",
        "golden is missing: in cases, at least one invented instance",
        "card is missing: what a reader must know before believing an answer",
    )


def test_a_fault_deep_inside_a_union_is_named_by_its_path_alone() -> None:
    draft = DRAFT | {"output": {"kind": "survival", "tensor": "s", "time_days": [0, "a"]}}
    assert refuse(draft) == (
        "output.time_days.1 must be a valid integer, unable to parse string as an integer: the day "
        "of each of the tensor's columns, the first being 0",
        "output.horizon_days is missing: those of time_days that an answer gives the risk at",
    )


def test_what_the_parts_of_a_draft_say_together_is_checked_too() -> None:
    draft = DRAFT | {"output": {**DRAFT["output"], "labels": ["only"]}}
    assert refuse(draft) == (
        "output.labels is missing: at least two words, in the order of the tensor's columns",
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: 1\nb: [1\nc: 2\n", "draft.yaml, line 3: not YAML, expected ',' or ']'"),
        ("a: 1\n\tb: 2", "draft.yaml, line 2: not YAML, found character"),
        ("a: !!python/object:os.system {}", "draft.yaml, line 1: not YAML, could not determine"),
        ("a: \x00", "draft.yaml cannot be read as YAML"),
        ("", "draft.yaml must hold the fields of a manifest"),
        ("[" * 3000, "draft.yaml"),
    ],
)
def test_what_is_no_yaml_is_refused_with_its_line(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read_draft(write(tmp_path, text))
    assert refused.value.message.startswith(sentence)


def test_other_than_utf_8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "draft.yaml"
    path.write_bytes("a: Größe".encode("latin-1"))
    with pytest.raises(RefusedError, match=r"draft\.yaml is not text in UTF-8"):
        read_draft(path)


def test_a_date_stays_what_was_written(tmp_path: Path) -> None:
    draft = read_draft(write(tmp_path, "created: 2026-01-31"))
    assert draft == {"created": "2026-01-31"}
    assert str(check_draft(DRAFT | draft).created) == "2026-01-31"


def test_cases_of_a_file_take_the_place_of_the_drafts_and_leave_the_tolerance(
    tmp_path: Path,
) -> None:
    (tmp_path / "cases.json").write_text('[{"instance": {"a": 1}}]')
    path = write(tmp_path, "golden: {tolerance: 0.5, cases: [{instance: {b: 2}}]}")
    golden = {"tolerance": 0.5, "cases": [{"instance": {"a": 1}}]}
    assert read_draft(path, tmp_path / "cases.json") == {"golden": golden}
