"""Attributions as an explanation holds them: per target, what every part contributed."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from medmaas.facts import Fact
from medmaas.model.explanation.shapley import Attribution, Floats
from medmaas.model.manifest import Feature
from medmaas.model.schema import (
    BOOLEAN,
    FACT,
    NUMBER,
    TEXT,
    Schema,
    describe_list,
    describe_mapping,
    describe_object,
)
from medmaas.model.targets import Target

DECIMALS = 9  # so that contributions add up to within 1e-6
EXACT, SAMPLED = Fact("exact_shapley_values"), Fact("sampled_shapley_values")
_PROBABILITY = 0.005
_OF_THE_SPREAD = 0.01
_OF_THE_LARGEST = 0.001
_LEAST = 1e-9


def round_number(number: float) -> float:
    """As an explanation holds it; never -0.0."""
    return round(float(number), DECIMALS) + 0.0


def group_features(features: Sequence[Feature]) -> dict[str, list[int]]:
    """The columns of every group, and of every feature without one, in the order of the first."""
    grouped: dict[tuple[bool, str], list[int]] = {}
    for column, feature in enumerate(features):
        key = (feature.group is not None, feature.group or feature.name)
        grouped.setdefault(key, []).append(column)
    taken = {feature.name for feature in features}
    return {
        f"{name} (group)" if is_group and name in taken else name: columns
        for (is_group, name), columns in grouped.items()
    }


def name_method(*attributions: Attribution) -> Fact:
    """How these were computed."""
    return EXACT if all(a.errors is None for a in attributions) else SAMPLED


def tolerate(targets: Sequence[Target], answers: Floats) -> Floats:
    """The standard error that sampling goes down to, per target.

    Half a point for probabilities; for others one per cent of how far these answers [n, targets]
    are spread.
    """
    probable = np.array([target.is_probability for target in targets])
    spread = np.ptp(answers, axis=0) * _OF_THE_SPREAD
    large = np.abs(answers).max(axis=0) * _OF_THE_LARGEST
    return np.where(probable, _PROBABILITY, np.maximum(np.maximum(spread, large), _LEAST))


def list_contributions(
    targets: Sequence[Target],
    shown: Sequence[int],
    attribution: Attribution,
    parts: Sequence[dict[str, Any]],
) -> list[dict[str, Any]]:
    """Per shown target its baseline, its prediction and the contributions, the largest first.

    Args:
        targets: as in the attribution's columns.
        shown: positions among them.
        attribution: one row per part.
        parts: what names every part, as in {"feature": "age"}.
    """
    return [
        {
            "of": targets[t].name,
            "unit": targets[t].unit,
            "baseline": round_number(attribution.baseline[t]),
            "prediction": round_number(attribution.prediction[t]),
            "contributions": _sort(t, attribution, parts),
        }
        for t in shown
    ]


def _sort(
    target: int, attribution: Attribution, parts: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    values, errors = attribution.values[:, target], attribution.errors
    listed = []
    for player in np.argsort(-np.abs(values), kind="stable").tolist():
        entry = parts[player] | {"contribution": round_number(values[player])}
        if errors is not None:
            entry["standard_error"] = round_number(errors[player, target])
        listed.append(entry)
    return listed


def describe_contributions(
    part: dict[str, Schema], of: str = "", optional: dict[str, Schema] | None = None
) -> Schema:
    """JSON Schema of what `list_contributions` gives, for the properties of a part.

    Args:
        part: what names it.
        of: what such parts are called, if they are no features.
        optional: what else a part may have.
    """
    error = {"standard_error": NUMBER | {"description": "If sampled."}}
    contribution = describe_object(
        f"{of}Contribution", part | {"contribution": NUMBER}, error | (optional or {})
    )
    target = {
        "of": TEXT | {"description": "Which number of the answer."},
        "unit": TEXT | {"description": "A UCUM code, 1 for probabilities."},
        "baseline": NUMBER | {"description": "What the contributions are measured from."},
        "prediction": NUMBER | {"description": "The baseline and all contributions together."},
        "contributions": describe_list(contribution),
    }
    return describe_list(describe_object(f"{of}Target", target))


def describe_explained(
    title: str,
    own: dict[str, Schema],
    optional: dict[str, Schema] | None = None,
    said: tuple[str, ...] = (),
) -> Schema:
    """JSON Schema of an explanation: what all have in common, and its own properties.

    Args:
        title: what it is called.
        own: its properties.
        optional: those that it may have.
        said: which of its properties are sentences, too.
    """
    common = {
        "sentence": TEXT | {"description": "What drove the answer."},
        "method": TEXT | {"description": "How it was computed."},
        "against": TEXT | {"description": "What the answer is compared with."},
        "complete": BOOLEAN
        | {"description": "false: the time ran out, and there are fewer samples."},
    }
    fact = describe_object("Fact", FACT)
    name = f"{title}Parts" if said else "Parts"
    parts = describe_mapping(name, ("sentence", "method", "against", *said), fact)
    return describe_object(title, common | own | {"parts": parts}, optional)
