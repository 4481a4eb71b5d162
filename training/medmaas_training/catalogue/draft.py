"""A manifest as a person writes it: YAML, without what the files themselves tell.

What is measured (artefact, parity) is left out; what nobody may know (created,
training_commit, seed, source attributes, golden outputs) may be. The rest is the contract's, and
what is missing is asked for in the contract's own words.
"""

import json
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import Field, TypeAdapter, ValidationError

from medmaas.model.manifest import (
    Card,
    CdsService,
    Example,
    Explanation,
    Identifier,
    Input,
    Output,
    Uncertainty,
    Version,
)
from medmaas.model.manifest.artefact import OperatorName
from medmaas.model.manifest.contract import Contract, Sentence
from medmaas.model.manifest.translations import Translations
from medmaas_training.catalogue.explanation import explain
from medmaas_training.catalogue.invention import invent_cases
from medmaas_training.catalogue.refusals import Refusals, RefusedError

Tree = dict[str, Any]
_Part = TypeVar("_Part")
INPUT_PART: TypeAdapter[Input] = TypeAdapter(Input)
OUTPUT_PART: TypeAdapter[Output] = TypeAdapter(Output)
OPERATORS_PART: TypeAdapter[tuple[OperatorName, ...] | None] = TypeAdapter(
    tuple[OperatorName, ...] | None
)
UNCERTAINTY_PART: TypeAdapter[Uncertainty | None] = TypeAdapter(Uncertainty | None)
UNWRITTEN_FINDINGS = "Nobody has written down yet what the figures say."


class CaseDraft(Contract):
    """An invented instance, and what the user's own model gave for it, if it was asked."""

    instance: Tree
    outputs: dict[str, tuple[float, ...]] | None = Field(default=None, min_length=1)


class GoldenDraft(Contract):
    """Cases, and how far the graph may be from what the user's own model gives."""

    tolerance: float = Field(default=1e-5, gt=0)
    cases: tuple[CaseDraft, ...] = Field(min_length=1)


EXAMPLES_PART: TypeAdapter[tuple[Example, ...] | None] = TypeAdapter(tuple[Example, ...] | None)
GOLDEN_PART: TypeAdapter[GoldenDraft] = TypeAdapter(GoldenDraft)


class CardDraft(Card):
    """A card whose source attributes are answered from the rest of it where it gives none."""

    source_attributes: dict[str, str] = Field(default_factory=dict)


class Draft(Contract):
    """What a person must state of a model; `Manifest` says what each field is for."""

    contract: Literal[1, 2] = 2
    id: Identifier
    version: Version
    title: Sentence
    licence: Sentence
    created: date | None = None
    training_commit: Sentence = "not stated"
    seed: int = 0
    operators: tuple[OperatorName, ...] | None = None
    input: Input
    output: Output
    golden: GoldenDraft
    examples: tuple[Example, ...] = Field(default=(), max_length=6)
    explanation: Explanation | None = None
    uncertainty: Uncertainty | None = None
    cds_service: CdsService | None = None
    card: CardDraft
    translations: Translations = Field(default={})


def read_draft(path: Path, golden: Path | None = None) -> Tree:
    """The fields of a YAML file (JSON is YAML too), not yet held against the contract.

    Args:
        path: of the YAML.
        golden: of a JSON list of golden cases, which take the place of the draft's.

    Raises:
        RefusedError: they cannot be read; with the line.
    """
    refusals = Refusals()
    draft = refusals.attempt(lambda: _read_yaml(path))
    cases = refusals.attempt(lambda: _read_cases(golden)) if golden else None
    refusals.raise_any()
    draft = refusals.attempt(lambda: invent_cases(draft or {})) or {}
    refusals.raise_any()
    if cases is not None:
        stated = draft.get("golden")
        draft |= {"golden": (stated if isinstance(stated, dict) else {}) | {"cases": cases}}
    return draft


def _read_yaml(path: Path) -> Tree:
    try:
        tree = yaml.safe_load(_read(path))
        draft = json.loads(json.dumps(tree, default=str))  # a date, for instance, becomes text
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise RefusedError([f"{path.name}{line}: not YAML, {error.problem}"]) from error
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        raise RefusedError([f"{path.name} cannot be read as YAML"]) from error
    if not isinstance(draft, dict):
        raise RefusedError([f"{path.name} must hold the fields of a manifest, as name: value"])
    return draft


def _read_cases(path: Path) -> list[Any]:
    try:
        cases = json.loads(_read(path))
    except json.JSONDecodeError as error:
        raise RefusedError([f"{path.name}, line {error.lineno}: not JSON, {error.msg}"]) from error
    except (ValueError, RecursionError) as error:
        raise RefusedError([f"{path.name} cannot be read as JSON"]) from error
    if not isinstance(cases, list):
        form = '[{"instance": {...}, "outputs": {tensor: [numbers]}}, ...]'
        raise RefusedError([f"{path.name} must be a list, {form}"])
    return cases


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise RefusedError([f"{path.name} cannot be read ({error.strerror})"]) from error
    except UnicodeDecodeError as error:
        raise RefusedError([f"{path.name} is not text in UTF-8"]) from error


def check_draft(draft: Tree) -> Draft:
    """Hold a draft against the contract.

    Raises:
        RefusedError: with a sentence for each field that is missing or wrong.
    """
    try:
        return Draft.model_validate(draft)
    except ValidationError as error:
        raise RefusedError(explain(error)) from error


def parse(part: TypeAdapter[_Part], draft: Tree, name: str) -> _Part | None:
    """One part of a draft by itself, None if it does not fit; `check_draft` says why."""
    try:
        return part.validate_python(draft.get(name))
    except ValidationError:
        return None
